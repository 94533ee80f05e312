import { beforeEach, describe, expect, test } from 'vitest';
import { type Core, core } from '../support/simulator/core-on-simulator.ts';
import { placeOrderFrame } from '../support/simulator/place.ts';
import { OPEN } from '../support/simulator/tape.ts';

/** Orders with conditions wait in TWS until these are met, or are cancelled by them. */

const BAC = 10_098;
let desk: Core;
let nextId = 1;

beforeEach(() => {
  nextId = 1;
  desk = core({ duplicates: 0, sessions: 'ignored' });
  desk.gateway.open(5, 193);
  market('IBM', 180);
  market('BAC', 50);
});

function market(symbol: string, price: number, at?: number): void {
  desk.tick(symbol, 'bid', price - 0.01, 300, at);
  desk.tick(symbol, 'ask', price + 0.01, 300, at);
  desk.tick(symbol, 'last', price, 300, at);
}

/** Places a market order for 100 IBM; returns what says how it stands. */
function place(conditions: readonly (string | number)[], more: Parameters<typeof placeOrderFrame>[1] = {}): () => string | undefined {
  const orderId = nextId++;
  const orderRef = `order ${String(orderId)}`;
  desk.receive(5, ...placeOrderFrame(193, { orderId, orderRef, conditions, ...more }));
  return () => desk.gateway.ledger.ordersByRef(orderRef)[0]?.status;
}

const flags = (cancels = 0): number[] => [0, cancels];
const price = (more: 0 | 1, value: number, join = 'a', conId = BAC): (string | number)[] => [1, join, more, value, conId, 'SMART', 0];

describe('an order waits for', () => {
  test('a price of another contract, and goes with its tick', () => {
    const order = place([1, ...price(1, 51), ...flags()]);
    market('IBM', 181);
    market('BAC', 50.99);
    expect(order()).toBe('PreSubmitted');
    market('BAC', 51);
    expect(order()).toBe('Filled');
  });

  test('a price at or below', () => {
    const order = place([1, ...price(0, 49), ...flags()]);
    market('BAC', 49.01);
    expect(order()).toBe('PreSubmitted');
    market('BAC', 48.5);
    expect(order()).toBe('Filled');
  });

  test('a time', () => {
    const order = place([1, 3, 'a', 1, '20261006 09:31:00 US/Eastern', ...flags()]);
    market('IBM', 180, OPEN + 59_900);
    expect(order()).toBe('PreSubmitted');
    market('IBM', 180, OPEN + 60_000);
    expect(order()).toBe('Filled');
  });

  test('a volume', () => {
    const order = place([1, 6, 'a', 1, 600, BAC, 'SMART', ...flags()]);
    market('IBM', 180);
    expect(order()).toBe('PreSubmitted');
    market('BAC', 50);
    expect(order()).toBe('Filled');
  });

  test('a change in per cent since yesterday’s close', () => {
    desk.tick('BAC', 'last', 180, 100); // the anchor of every symbol here, and so its close
    const order = place([1, 7, 'a', 0, -5, BAC, 'SMART', ...flags()]);
    market('BAC', 171.01);
    expect(order()).toBe('PreSubmitted');
    market('BAC', 171);
    expect(order()).toBe('Filled');
  });

  test('an execution in a symbol after it was placed', () => {
    place([0], { symbol: 'BAC' });
    market('BAC', 50);
    const order = place([1, 5, 'a', 'STK', 'SMART', 'BAC', ...flags()], { transmit: 1 });
    market('IBM', 180);
    expect(order()).toBe('PreSubmitted');
    place([0], { symbol: 'BAC' });
    market('IBM', 180);
    expect(order()).toBe('Filled');
  });

  test('a margin cushion', () => {
    const order = place([1, 4, 'a', 0, 90, ...flags()]);
    expect(order()).toBe('PreSubmitted');
    place([0], { totalQuantity: 3000 });
    for (let i = 0; i < 12; i++) market('IBM', 180);
    expect(order()).toBe('Filled');
  });
});

test('conditions are joined from the left, each with the next', () => {
  const both = place([2, ...price(1, 51), ...price(1, 181, 'a', 8314), ...flags()]);
  const either = place([2, ...price(1, 51, 'o'), ...price(1, 181, 'a', 8314), ...flags()]);
  market('BAC', 51);
  expect([both(), either()]).toEqual(['PreSubmitted', 'Filled']);
  market('IBM', 181);
  expect(both()).toBe('Filled');
});

test('once its conditions are met an order stays in the market', () => {
  const order = place([1, ...price(1, 51), ...flags()], { orderType: 'LMT', lmtPrice: 170 });
  market('BAC', 51);
  expect(order()).toBe('Submitted');
  market('BAC', 50);
  market('IBM', 169);
  expect(order()).toBe('Filled');
});

test('conditions that cancel leave an order alone until they are met', () => {
  const order = place([1, ...price(1, 51), ...flags(1)], { orderType: 'LMT', lmtPrice: 170 });
  market('BAC', 50.5);
  expect(order()).toBe('Submitted');
  market('BAC', 51);
  expect([order(), desk.said.at(-1)]).toEqual(['Cancelled', '5|4|2|1|202|Order Canceled - reason:|']);
});

test('a stop does not trigger before its conditions are met', () => {
  const order = place([1, ...price(1, 51), ...flags()], { orderType: 'STP', action: 'SELL', auxPrice: 179 });
  market('IBM', 178);
  expect(order()).toBe('PreSubmitted');
  market('BAC', 51);
  expect(order()).toBe('Filled');
});

test('a trailing stop begins to trail when it may go', () => {
  place([1, ...price(1, 51), ...flags()], { orderType: 'TRAIL', action: 'SELL', auxPrice: 2 });
  const stop = (): number => (desk.gateway.ledger.orders[0]?.stop ?? 0) / 1_000_000;
  market('IBM', 185);
  expect(stop()).toBe(0);
  market('IBM', 180);
  market('BAC', 51);
  expect(stop()).toBe(178);
});

test('conditions are told with the order, open and completed, to whoever asks', () => {
  const conditions = [1, ...price(1, 51), ...flags()];
  place(conditions);
  desk.gateway.open(6, 178);
  desk.receive(6, 16, 1);
  desk.receive(5, 4, 1, '', '', '');
  desk.receive(6, 99, 0);
  const told = desk.said.filter((line) => line.startsWith('6|') && line.includes(`|${conditions.join('|')}|`));
  expect(told.map((line) => line.split('|')[1])).toEqual(['5', '101']);
});
