import { expect, test } from 'vitest';
import type { Entry } from '#journal/entry';
import { AuditRows } from '#journal/audit-row';
import type { HistoryEntry } from '#journal/order-history';
import { orderStory } from '#journal/order-story';
import { priceOf } from '#domain/price';
import { units } from '#domain/quantity';
import { IBM } from '../../support/core/trigger-fixtures.ts';

const KEY = 'TD1-AAAAAAAA-1-1-E';

function commit(seq: number, writes: readonly (readonly [store: string, key: string, cell: object])[]): Extract<Entry, { kind: 'commit' }> {
  const cause = { kind: 'broker', text: 'a test' };
  return { kind: 'commit', seq, at: seq, lane: 'entry', name: 'test', cause, writes, effects: [], attempts: 1, digest: '0' } as never;
}

const fill = (execId: string, price: number, more: object = {}) =>
  ['fills', '0001', { execId, price: priceOf(price), quantity: units(100), orderKey: KEY, side: 'BUY', ...more }] as const;

test('an execution that IB corrects is a fill at its new price; only its report of what it cost is a commission', () => {
  const rows = new AuditRows();
  const told = [fill('0001.01', 185), fill('0001.01', 185, { commission: 1_000_000 }), fill('0001.02', 184)].map(
    (write, index) => rows.rowsOf(commit(index + 1, [write]), 's')[0],
  );
  expect(told.map((row) => [row?.kind, row?.price, row?.note])).toEqual([
    ['fill', '185.00', 'execution 0001.01'],
    ['commission', '185.00', 'execution 0001.01'],
    ['fill', '184.00', 'execution 0001.02'],
  ]);
});

test('an order that has ended was for what was ordered, though IB names no quantity of it any more', () => {
  const cell = {
    key: KEY,
    ref: KEY,
    account: 'DU1',
    contract: IBM,
    side: 'BUY',
    type: 'MKT',
    tif: 'DAY',
    quantity: units(100),
    filled: 0,
    state: 'SUBMITTED',
    origin: 'trigger',
    createdAt: 1,
    sentAt: 2,
  };
  const entries = [cell, { ...cell, state: 'ACCEPTED' }, { ...cell, state: 'FILLED', quantity: 0, filled: units(100) }].map(
    (one, index): HistoryEntry => ({ entry: commit(index + 1, [['orders', KEY, one]]), run: 1, file: 'f', offset: index, sum: 's' }),
  );
  expect(orderStory(entries, KEY)?.order).toMatchObject({ state: 'FILLED', quantity: units(100), filled: units(100) });
});
