import { expect, test } from 'vitest';
import { conditionRefusal } from '#domain/condition';
import { type Contract, mayTradeBelowZero, type SecType } from '#domain/contract';
import { type AccountId, execIdOf, isPaperAccount } from '#domain/ids';
import { execIdRevision, execIdRoot } from '#domain/execution';
import { type Leg, orderRef, parseOrderRef } from '#domain/order-ref';
import { fieldPrice } from '#domain/quote';
import type { TriggerAction, TriggerSpec } from '#domain/trigger';
import { leafRefusal, termsFault } from '#domain/trigger-terms';
import { quoteOf } from '../../support/core/fixtures.ts';
import { TRIGGER } from '../../support/core/risk.ts';
import { action, IBM, price, px, spec } from '../../support/core/trigger-fixtures.ts';

test('a reference tells the firing that it was made from, part by part', () => {
  for (const leg of ['E', 'T', 'S', 'F'] as readonly Leg[])
    for (const [gen, fire] of [
      [1, 1],
      [2, 1],
      [1, 2],
      [12, 345_678],
    ] as const) {
      const parts = { triggerId: TRIGGER, gen, fire, leg };
      expect(parseOrderRef(orderRef(parts))).toEqual(parts);
    }
});

test.each([
  'TD1-T0000001-1-1-EX',
  'TD1-T0000001-1-1-E ',
  'TD1-T0000001-1-1-E-2',
  'XTD1-T0000001-1-1-E',
  ' TD1-T0000001-1-1-E',
  'TD1-T0000001-1-1-',
  'TD1-T0000001-1-1-X',
  'TD1-t0000001-1-1-E',
  'TD1-T000001-1-1-E',
  'TD1-T00000011-1-1-E',
  'TD1-T0000001--1-E',
  'TD2-T0000001-1-1-E',
  'TD1-T0000001-1-1-e',
  '',
])('"%s" is no reference of this desk: the order is another program’s', (text) => {
  expect(parseOrderRef(text)).toBeUndefined();
});

test('paper is what IB names so at the begin of the account, and everything else is real money', () => {
  const paper = (name: string) => isPaperAccount(name as AccountId);
  for (const name of ['DU1234567', 'DF7654321']) expect([name, paper(name)]).toEqual([name, true]);
  for (const name of ['U1234567', 'F1234567', 'XDU1234567', 'U1DU2345', ' DU1234567', 'DUX', 'du1234567', 'DI1234567', ''])
    expect([name, paper(name)]).toEqual([name, false]);
});

test('only futures and spreads of several legs trade below zero', () => {
  const all: readonly SecType[] = ['STK', 'OPT', 'FUT', 'IND', 'CASH', 'FOP', 'CFD', 'CRYPTO', 'BOND', 'BAG', 'FUND', 'CMDTY', 'WAR'];
  expect(all.filter((secType) => mayTradeBelowZero({ ...IBM, secType }))).toEqual(['FUT', 'BAG']);
});

test('corrections of a fill share all but the digits after the last period, and the highest of those is the newest', () => {
  const ids = ['0000e0d5.67a1b2c3.01.01', '0000e0d5.67a1b2c3.01.02', '0000e0d5.67a1b2c3.01.10'].map(execIdOf);
  expect(new Set(ids.map(execIdRoot))).toEqual(new Set(['0000e0d5.67a1b2c3.01']));
  expect(ids.map(execIdRevision)).toEqual([1, 2, 10]);
  expect(execIdRoot(execIdOf('0000e0d5.67a1b2c3.02.01'))).not.toBe('0000e0d5.67a1b2c3.01');
  expect([execIdRoot(execIdOf('plain')), execIdRevision(execIdOf('plain')), execIdRevision(execIdOf('odd.x'))]).toEqual(['plain', 0, 0]);
});

test('a middle needs both sides; a field that has no price has none', () => {
  const figures = { bid: 179.98, ask: 180.02, last: 180.01 };
  expect((['bid', 'ask', 'last', 'mid'] as const).map((field) => fieldPrice(quoteOf(figures), field))).toEqual(
    [179.98, 180.02, 180.01, 180].map(px),
  );
  for (const one of [{ bid: 179.98 }, { ask: 180.02 }, { last: 180 }, {}]) expect(fieldPrice(quoteOf(one), 'mid')).toBeUndefined();
  expect(fieldPrice(quoteOf({ last: 180 }), 'bid')).toBeUndefined();
});

test('a window needs a start before its end, within one day', () => {
  const window = (fromMinute: number, toMinute: number) =>
    conditionRefusal({ kind: 'and', of: [price(IBM, 'last', 'crosses-above', 180), { kind: 'time-window', fromMinute, toMinute }] });
  for (const [from, to] of [
    [570, 571],
    [0, 1_440],
  ] as const)
    expect([from, to, window(from, to)]).toEqual([from, to, undefined]);
  for (const [from, to] of [
    [570, 570],
    [571, 570],
    [-1, 10],
    [10, 1_441],
    [1.5, 10],
  ] as const)
    expect([from, to, window(from, to)]).toEqual([from, to, expect.stringMatching(/start before its end/)]);
});

function fault(more: Partial<TriggerAction>, contract: Contract = IBM, rule: Partial<TriggerSpec> = {}): string | undefined {
  return termsFault(spec(price(contract, 'last', 'crosses-above', 180), { ...rule, action: action(contract, more) }))?.part;
}

const percent = (basisPoints: number) => ({ kind: 'percent', basisPoints }) as const;
const fixed = (at: number) => ({ kind: 'price', price: px(at) }) as const;

test('two fixed exits leave room for an entry between them: equal ones do not, nor crossed ones', () => {
  const exits = (stop: number, target: number) => ({ stop: fixed(stop), target: fixed(target) });
  expect([exits(179, 180), exits(180, 180), exits(181, 180)].map((of) => fault(of))).toEqual([undefined, 'stop', 'stop']);
  expect([exits(181, 180), exits(180, 180), exits(179, 180)].map((of) => fault({ side: 'SELL', ...of }))).toEqual([
    undefined,
    'stop',
    'stop',
  ]);
});

test('an exit in percent on the way down ends before nothing, one on the way up at twice the price', () => {
  expect([9_999, 10_000].map((n) => fault({ stop: percent(n) }))).toEqual([undefined, 'stop']);
  expect([10_000, 10_001].map((n) => fault({ target: percent(n) }))).toEqual([undefined, 'target']);
  expect([9_999, 10_000].map((n) => fault({ side: 'SELL', target: percent(n) }))).toEqual([undefined, 'target']);
  expect([10_000, 10_001].map((n) => fault({ side: 'SELL', stop: percent(n) }))).toEqual([undefined, 'stop']);
  const future: Contract = { ...IBM, secType: 'FUT' };
  expect([10_000, 10_001].map((n) => fault({ stop: percent(n) }, future))).toEqual([undefined, 'stop']);
});

test('a level of minus hundred percent is at zero, where only what may trade there is watched', () => {
  const level = (basisPoints: number, contract: Contract) =>
    leafRefusal({ kind: 'percent-change', contract, field: 'last', basis: 'close', test: 'at-or-below', basisPoints }) === undefined;
  expect([-9_999, -10_000, -10_001].map((n) => level(n, IBM))).toEqual([true, false, false]);
  expect([-9_999, -10_000, -10_001].map((n) => level(n, { ...IBM, secType: 'FUT' }))).toEqual([true, true, true]);
});

test('a limit of a stop-limit may stand at its stop, or beyond it', () => {
  const buy = (limit: number) => ({ entry: { type: 'STP LMT', stop: px(181), limit: px(limit) } }) as const;
  expect([180.99, 181, 181.01].map((limit) => fault(buy(limit)))).toEqual(['limit', undefined, undefined]);
  expect([180.99, 181, 181.01].map((limit) => fault({ side: 'SELL', ...buy(limit) }))).toEqual([undefined, undefined, 'limit']);
});
