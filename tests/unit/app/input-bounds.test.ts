import { expect, test } from 'vitest';
import { COMMANDS, QUERIES } from '#protocol/commands';
import { accountId, confirmed, contract, fingerprint, orderKey, price, quantity, trail, triggerId } from '#protocol/inputs';

/** How much a screen may say, at the last size that is taken and at the first that is not. */

interface Schema {
  safeParse(value: unknown): { readonly success: boolean };
}

const takes = (schema: Schema, ...values: readonly unknown[]): readonly boolean[] => values.map((value) => schema.safeParse(value).success);
const text = (length: number): string => 'x'.repeat(length);

const STOCK = { conId: 8_314, symbol: 'IBM', secType: 'STK', exchange: 'SMART', currency: 'USD', multiplier: 1 };
const stocks = (part: Readonly<Record<string, unknown>>): boolean => contract.safeParse({ ...STOCK, ...part }).success;

test('as many log lines as the log keeps can be asked for, and at least one', () => {
  const ids = (count: number): unknown => ({ ids: Array.from({ length: count }, (_, at) => at) });
  for (const schema of [COMMANDS['log.acknowledge'], COMMANDS['log.export']])
    expect(takes(schema, ids(0), ids(1), ids(2_000), ids(2_001))).toEqual([false, true, true, false]);
});

test('a chart has one to five thousand bars, a search one to forty signs, a resync at most twenty topics', () => {
  const bars = (count: number): unknown => ({ contract: STOCK, count });
  expect(takes(QUERIES['chart.bars'], bars(0), bars(1), bars(5_000), bars(5_001), bars(1.5))).toEqual([false, true, true, false, false]);
  const search = (length: number): unknown => ({ text: text(length) });
  expect(takes(QUERIES['symbols.search'], search(0), search(1), search(40), search(41))).toEqual([false, true, true, false]);
});

test('a kill is acknowledged with a reason of up to two hundred signs', () => {
  const reason = (length: number): unknown => ({ reason: text(length) });
  expect(takes(COMMANDS['engine.acknowledge'], reason(0), reason(1), reason(200), reason(201))).toEqual([false, true, true, false]);
});

test('an id, a key and a fingerprint have something in them and an end', () => {
  expect(takes(orderKey, '', text(1), text(80), text(81))).toEqual([false, true, true, false]);
  expect(takes(accountId, '', text(1), text(20), text(21))).toEqual([false, true, true, false]);
  expect(takes(fingerprint, '', text(1), text(200), text(201))).toEqual([false, true, true, false]);
  expect(takes(triggerId, 'ABCD123', 'ABCD1234', 'ABCD12345', 'abcd1234')).toEqual([false, true, false, false]);
  expect(takes(confirmed, [], ['denied', 'fires-at-once'], ['denied', 'denied', 'denied'], ['yes'])).toEqual([true, true, false, false]);
});

test('a price and a quantity are whole numbers that a double holds exactly, and a quantity is more than none', () => {
  const most = Number.MAX_SAFE_INTEGER;
  expect(takes(price, most, -most, most + 1, -most - 2, 0.5)).toEqual([true, true, false, false, false]);
  expect(takes(quantity, 0, 1, most, most + 1, 0.5)).toEqual([false, true, true, false, false]);
});

test('a trailing distance is a part of the price: less than the whole and more than nothing', () => {
  const percent = (basisPoints: number): unknown => ({ kind: 'percent', basisPoints });
  expect(takes(trail, percent(0), percent(1), percent(9_999), percent(10_000))).toEqual([false, true, true, false]);
});

test('a contract has the sizes that IB’s own have', () => {
  expect([0, 1, 20, 21].map((length) => stocks({ symbol: text(length) }))).toEqual([false, true, true, false]);
  expect([20, 21].map((length) => stocks({ exchange: text(length), primaryExchange: text(length), tradingClass: text(length) }))).toEqual([
    true,
    false,
  ]);
  expect([2, 3, 5, 6].map((length) => stocks({ currency: text(length) }))).toEqual([false, true, true, false]);
  expect([40, 41].map((length) => stocks({ localSymbol: text(length) }))).toEqual([true, false]);
  expect([0, 1, 1_000_000, 1_000_001].map((multiplier) => stocks({ multiplier }))).toEqual([false, true, true, false]);
  expect(['2026', '202612', '20261218', '2026121'].map((expiry) => stocks({ expiry }))).toEqual([false, true, true, false]);
});
