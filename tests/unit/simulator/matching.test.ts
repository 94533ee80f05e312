import { describe, expect, test } from 'vitest';
import { units } from '#domain/quantity';
import { core, type Core, placeFields, type PlainOrder } from '../../support/simulator/core-on-simulator.ts';

/** The matching core alone: what an order does to a book that we draw by hand. */

function open(): Core {
  const run = core({ duplicates: 0 });
  run.gateway.open(1, 193);
  run.tick('IBM', 'bid', 180, 500);
  run.tick('IBM', 'ask', 180.04, 500);
  run.tick('IBM', 'last', 180.02, 100);
  return run;
}

function place(run: Core, order: PlainOrder): void {
  run.receive(1, ...placeFields('IBM', order));
}

function fills(run: Core): string[] {
  return run.gateway.ledger.fills.map(
    (fill) => `${String(fill.orderId)}: ${fill.side} ${String(fill.quantity / 10_000)} @ ${String(fill.price / 1_000_000)}`,
  );
}

describe('stops wake on what their trigger method names', () => {
  // placeFields has the trigger method at its default; the field before outsideRth carries it.
  const withMethod = (method: number): (string | number)[] => {
    const fields = placeFields('IBM', { id: 1, side: 'SELL', size: 100, type: 'STP', stop: 179 });
    fields[2 + 14 + 13 + 3] = method;
    return fields;
  };
  test.each([
    { method: 0, by: 'last' },
    { method: 2, by: 'last' },
    { method: 4, by: 'ask' },
    { method: 1, by: 'ask' },
    { method: 7, by: 'last or ask' },
    { method: 8, by: 'middle' },
  ])('method $method: $by', ({ method, by }) => {
    const wakes = (...ticks: (readonly ['bid' | 'ask' | 'last', number])[]): boolean => {
      const run = open();
      run.receive(1, ...withMethod(method));
      for (const [field, price] of ticks) run.tick('IBM', field, price, 100);
      return run.gateway.ledger.fills.length > 0;
    };
    expect([wakes(['last', 179]), wakes(['last', 179.01]), wakes(['ask', 179]), wakes(['bid', 177.96]), wakes(['bid', 177.97])]).toEqual([
      by.includes('last'),
      false,
      by.includes('ask'),
      by === 'middle',
      false,
    ]);
  });

  test('a buy stop wakes at or above, a stop that is through already wakes at once', () => {
    const run = open();
    place(run, { id: 1, side: 'BUY', size: 100, type: 'STP', stop: 180.03 });
    expect(fills(run)).toEqual([]);
    run.tick('IBM', 'last', 180.03, 100);
    place(run, { id: 2, side: 'BUY', size: 100, type: 'STP', stop: 180.02 });
    expect(fills(run)).toEqual(['1: BUY 100 @ 180.04', '2: BUY 100 @ 180.04']);
  });
});

describe('the book', () => {
  test('the first order in time takes first, a new quote shows a full size again', () => {
    const run = open();
    for (const id of [1, 2]) place(run, { id, side: 'BUY', size: 400, type: 'LMT', limit: 180.04 });
    run.tick('IBM', 'bid', 180.01, 500); // the other side gives nothing new
    run.tick('IBM', 'ask', 180.03, 200);
    run.tick('IBM', 'ask', 180.05, 900);
    expect(fills(run)).toEqual(['1: BUY 400 @ 180.04', '2: BUY 100 @ 180.04', '2: BUY 200 @ 180.03']);
  });

  test('a quote of zero, or of no size, is nobody to deal with', () => {
    const run = open();
    run.tick('IBM', 'ask', 0, 500);
    place(run, { id: 1, side: 'BUY', size: 100, type: 'MKT' });
    run.tick('IBM', 'ask', 180, 0);
    expect(fills(run)).toEqual([]);
    run.tick('IBM', 'ask', 180, 100);
    expect(fills(run)).toEqual(['1: BUY 100 @ 180']);
  });

  test('a correction that leaves nothing of an order ends it as filled', () => {
    const run = open();
    run.tick('IBM', 'ask', 180.04, 60);
    place(run, { id: 1, side: 'BUY', size: 100, type: 'LMT', limit: 180.04 });
    const [fill] = run.gateway.ledger.fills;
    const [order] = run.gateway.ledger.orders;
    run.gateway.exchange.correct(fill!, fill!.price, units(90), false);
    expect([order?.status, order?.remaining]).toEqual(['Submitted', units(10)]);
    run.gateway.exchange.correct(run.gateway.ledger.fills[0]!, fill!.price, units(100), false);
    expect([order?.status, order?.remaining, run.gateway.exchange.register.active()]).toEqual(['Filled', units(0), []]);
  });

  test('where a tape has trades only, the last trade is both sides', () => {
    const run = core({ duplicates: 0 });
    run.gateway.open(1, 193);
    run.tick('IBM', 'last', 180, 200);
    place(run, { id: 1, side: 'BUY', size: 100, type: 'MKT' });
    place(run, { id: 2, side: 'SELL', size: 50, type: 'LMT', limit: 180.5 });
    run.tick('IBM', 'last', 180.5, 10);
    run.tick('IBM', 'last', 180.4, 90);
    expect(fills(run)).toEqual(['1: BUY 100 @ 180', '2: SELL 10 @ 180.5']);
  });

  test('orders of one instrument do not hear of another', () => {
    const run = open();
    place(run, { id: 1, side: 'BUY', size: 100, type: 'LMT', limit: 20 });
    run.tick('BAC', 'ask', 13, 500);
    expect(fills(run)).toEqual([]);
  });
});

describe('sizes of a family', () => {
  test('two targets and a stop: each target takes its part off the stop and leaves the other target whole', () => {
    const run = open();
    place(run, { id: 1, side: 'BUY', size: 400, type: 'MKT', transmit: false });
    place(run, { id: 2, side: 'SELL', size: 200, type: 'LMT', limit: 181, parentId: 1, transmit: false });
    place(run, { id: 3, side: 'SELL', size: 200, type: 'LMT', limit: 182, parentId: 1, transmit: false });
    place(run, { id: 4, side: 'SELL', size: 400, type: 'STP', stop: 179, parentId: 1 });
    run.tick('IBM', 'bid', 181, 1000);
    const sizes = (): number[] => run.gateway.ledger.orders.map((order) => order.remaining / 10_000);
    expect(sizes()).toEqual([0, 0, 200, 200]);
    run.tick('IBM', 'bid', 178.5, 1000);
    run.tick('IBM', 'last', 178.9, 100);
    expect([sizes(), run.gateway.ledger.orders.map((order) => order.status), run.gateway.ledger.position(8314)?.quantity]).toEqual([
      [0, 0, 200, 0],
      ['Filled', 'Filled', 'Cancelled', 'Filled'],
      0,
    ]);
  });

  test('a short entry is left by buying, and no more than was sold', () => {
    const run = open();
    place(run, { id: 1, side: 'SELL', size: 900, type: 'LMT', limit: 180, transmit: false });
    place(run, { id: 2, side: 'BUY', size: 900, type: 'LMT', limit: 179, parentId: 1, transmit: false });
    place(run, { id: 3, side: 'BUY', size: 900, type: 'STP', stop: 181, parentId: 1 });
    run.tick('IBM', 'ask', 178.9, 5000);
    expect(fills(run)).toEqual(['1: SELL 500 @ 180', '2: BUY 500 @ 178.9']);
    expect(run.gateway.ledger.orders.map((order) => [order.status, order.remaining / 10_000])).toEqual([
      ['Submitted', 400],
      ['Submitted', 400],
      ['PreSubmitted', 400],
    ]);
  });
});
