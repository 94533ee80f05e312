import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BUGS } from './bugs.ts';
import type { LedgerLine } from '#simulator/ledger-file';
import type { FillRow, OrderRow, PositionRow } from '#protocol/topics';
import { temporaryDirectory } from '../support/temporary.ts';
import { differences, type Picture, placedBetween, promises } from './judge.ts';
import { planCycle } from './plan.ts';
import { Truth } from './truth.ts';
import { trustedPrice } from '#domain/price';
import { trustedQuantity } from '#domain/quantity';

/** The judge itself: a chaos that cannot see is worse than none. */

const KEYS = { permId: 11, clientId: 2, orderId: 5, orderRef: 'TD1-AAAAAAAA-1-1-E', conId: 1, symbol: 'IBM' };
const PLACED: LedgerLine = { event: 'placed', at: 0, wall: 100, clientId: 2, orderId: 5, orderRef: KEYS.orderRef, kind: 'new' };
const ACCEPTED: LedgerLine = {
  event: 'accepted',
  at: 0,
  wall: 101,
  ...KEYS,
  action: 'BUY',
  type: 'LMT',
  quantity: trustedQuantity(100),
  parentPermId: 0,
};
const EXECUTED: LedgerLine = {
  event: 'executed',
  at: 0,
  wall: 102,
  ...KEYS,
  execId: 'a.1.01',
  side: 'BUY',
  quantity: trustedQuantity(40),
  price: trustedPrice(7),
};
const ENDED: LedgerLine = { event: 'ended', at: 0, wall: 103, ...KEYS, status: 'Cancelled', filled: trustedQuantity(40) };

const ORDER = { key: KEYS.orderRef, permId: 11, state: 'PARTIALLY_FILLED', working: true } as unknown as OrderRow;
const FILL = { execId: 'a.1', side: 'BUY', quantity: 40, price: 7 } as unknown as FillRow;
const POSITION = { conId: 1, symbol: 'IBM', quantity: 40 } as unknown as PositionRow;

function truthOf(...lines: readonly LedgerLine[]): Truth {
  const file = join(temporaryDirectory(), 'ledger.jsonl');
  const truth = new Truth(file);
  appendFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  truth.read();
  truth.close();
  return truth;
}

function desk(
  orders: readonly OrderRow[] = [ORDER],
  fills: readonly FillRow[] = [FILL],
  positions: readonly PositionRow[] = [POSITION],
): Picture {
  return { orders: () => orders, fills: () => fills, positions: () => positions };
}

const LATER = { from: 1_000, until: 2_000 };
const HELD = truthOf.bind(undefined, PLACED, ACCEPTED, EXECUTED);

function said(truth: Truth, picture: Picture, opening = LATER): readonly string[] {
  return differences(truth, picture, opening).map(({ text, excuse }) => (excuse === undefined ? text : `(${text})`));
}

test('a book that equals the ledger is found equal', () => {
  expect(said(HELD(), desk())).toEqual([]);
});

test.each<readonly [what: string, picture: Picture, text: RegExp]>([
  ['an order of the broker that the book lacks', desk([]), /^TD1-AAAAAAAA-1-1-E \(perm 11\) works at the broker and is not in the book$/],
  ['one that is over here', desk([{ ...ORDER, state: 'CANCELLED', working: false }]), /works at the broker and is CANCELLED in the book$/],
  ['one that is UNKNOWN here', desk([{ ...ORDER, state: 'UNKNOWN' }]), /works at the broker and is UNKNOWN in the book$/],
  [
    'an order of the book alone',
    desk([ORDER, { ...ORDER, key: 'x' as never, permId: 12 }]),
    /^x is PARTIALLY_FILLED in the book and does not work/,
  ],
  ['a lost fill', desk([ORDER], []), /^LOST: the fill a\.1\.01 .* is not in the book$/],
  ['an invented fill', desk([ORDER], [FILL, { ...FILL, execId: 'a.2' }]), /^the fill a\.2 is in the book and not in the broker's ledger$/],
  ['a fill booked twice', desk([ORDER], [FILL, FILL]), /^the fill a\.1 stands in the book twice$/],
  ['a fill at another price', desk([ORDER], [{ ...FILL, price: trustedPrice(8) }]), /^the fill a\.1\.01 .* is 40 at 8 in the book$/],
  ['another position', desk([ORDER], [FILL], []), /^the position of 1 is 0 in the book and 0\.004 at the broker$/],
])('%s is seen', (_what, picture, text) => {
  expect(said(HELD(), picture)).toEqual([expect.stringMatching(text)]);
});

test('an order that has ended at the broker and works here is seen', () => {
  expect(said(truthOf(PLACED, ACCEPTED, EXECUTED, ENDED), desk())).toEqual([
    'TD1-AAAAAAAA-1-1-E is PARTIALLY_FILLED in the book and does not work at the broker',
  ]);
});

test('a position booked twice is excused only for what was executed during the opening', () => {
  const twice = desk([ORDER], [FILL], [{ ...POSITION, quantity: trustedQuantity(80) }]);
  expect(said(HELD(), twice, { from: 50, until: 150 })).toEqual([expect.stringMatching(/^\(the position of IBM is 0\.008/)]);
  expect(said(HELD(), twice, LATER)).toEqual([expect.stringMatching(/^the position of IBM is 0\.008/)]);
});

test('a reference that comes twice is a duplicate, its change under the same id is not, and each has an intent written before', () => {
  const journal = { intents: new Map([[KEYS.orderRef, 99]]), reducing: new Set<string>(), lines: 0, runs: 0, violations: [] };
  expect(promises(truthOf(PLACED, { ...PLACED, kind: 'modify' }), journal)).toEqual([]);
  expect(promises(truthOf(PLACED, { ...PLACED, orderId: 6 }), journal)).toEqual([
    'DUPLICATE: TD1-AAAAAAAA-1-1-E came to the broker as order 2/5 and again as 2/6 (I-01)',
  ]);
  expect(promises(truthOf(PLACED), { ...journal, intents: new Map() })).toEqual([
    'TD1-AAAAAAAA-1-1-E came to the broker and the journal has no intent of it (I-14)',
  ]);
  expect(promises(truthOf(PLACED), { ...journal, intents: new Map([[KEYS.orderRef, 105]]) })).toEqual([
    'TD1-AAAAAAAA-1-1-E came to the broker 5 ms before its intent was written (I-14)',
  ]);
});

test('a new order in a stretch of time in which none may come is seen, a change and what only reduces are not', () => {
  const reducing = new Set(['TD1-S000G7WD-1-7-S']);
  const lines = [
    PLACED,
    { ...PLACED, kind: 'modify', wall: 200 },
    { ...PLACED, orderId: 7, orderRef: 'TD1-S000G7WD-1-7-S', wall: 201 },
  ] as LedgerLine[];
  expect(placedBetween(truthOf(...lines), { reducing }, 150, 300, 'late')).toEqual([]);
  expect(placedBetween(truthOf(...lines), { reducing: new Set() }, 150, 300, 'late')).toEqual([
    'TD1-S000G7WD-1-7-S came to the broker late',
  ]);
  expect(placedBetween(truthOf(...lines), { reducing }, 50, 300, 'late')).toEqual(['TD1-AAAAAAAA-1-1-E came to the broker late']);
});

test('the same seed is the same plan, and a hundred plans hold every blow and every moment', () => {
  expect(planCycle(3, 17)).toEqual(planCycle(3, 17));
  const plans = Array.from({ length: 100 }, (_, cycle) => planCycle(1, cycle + 1));
  expect(new Set(plans.map(({ blow }) => blow.kind))).toEqual(
    new Set(['kill', 'kill-twice', 'stop', 'stop-and-kill', 'stop-broker', 'kill-switch']),
  );
  expect(new Set(plans.map(({ moment }) => moment.at))).toEqual(new Set(['time', 'order', 'intent']));
});

test.each(Object.entries(BUGS))('the bug %s can be planted: its texts stand in the program exactly once', (_name, changes) => {
  for (const { file, from } of changes) {
    const text = readFileSync(new URL(`../../src-main/${file}`, import.meta.url), 'utf8');
    expect([file, text.split(from).length - 1]).toEqual([file, 1]);
  }
});
