import { expect, test } from 'vitest';
import type { Condition } from '#domain/condition';
import {
  arm,
  BAC,
  between,
  desk,
  type Desk,
  feed,
  IBM,
  id,
  newYork,
  ONE,
  price,
  px,
  spec,
  tick,
} from '../../support/core/trigger-fixtures.ts';

/** Behaviour that drawn faults of this room showed to be held by no test. */

function row(on: Desk) {
  return on.registry.row(ONE) ?? expect.fail('no row');
}

/** A second arming of the same trigger in place of the first. */
function arm2(on: Desk, condition: Condition): void {
  on.registry.disarm(ONE);
  arm(on, condition, {}, 2);
}

test('ticks, tests and firings are counted one by one', () => {
  const on = desk();
  arm(on, price(IBM, 'last', 'crosses-above', 180));
  feed(on, 'last', 179, 179.5, 180);
  expect(on.registry.counters()).toMatchObject({ ticks: 3, flips: 1, tests: 1, fired: 1, refused: {} });
  on.registry.onTick(tick(BAC, 'last', 13, on.clock.time));
  expect(on.registry.counters().ticks).toBe(4);
});

test('without contract details a distance is told in cents, rounded up', () => {
  const on = desk();
  arm(on, price(IBM, 'last', 'crosses-above', 300.01));
  feed(on, 'last', 100);
  expect(row(on).distance).toEqual({ price: px(200.01), ticks: 20_001, ppm: 2_000_100 });
  feed(on, 'last', 300.005);
  expect(row(on).distance).toMatchObject({ price: px(0.005), ticks: 1 });
});

test.each([
  ['and', 'IBM'],
  ['or', 'IBM'],
] as const)('of two parts of an "%s" that are equally far the first one is shown', (kind, symbol) => {
  const on = desk();
  const rule: Condition = { kind, of: [price(IBM, 'last', 'crosses-above', 110), price(BAC, 'last', 'crosses-above', 110)] };
  on.registry.arm({ id: ONE, gen: 1, spec: spec(rule) });
  for (const contract of [IBM, BAC]) on.registry.onTick(tick(contract, 'last', 100, on.clock.time));
  expect(row(on).symbol).toBe(symbol);
});

test.each([
  ['and', 'BAC'],
  ['or', 'IBM'],
] as const)('of two parts of an "%s" %s decides: the farthest of all that must, the nearest of those that may', (kind, symbol) => {
  const on = desk();
  for (const order of [
    [IBM, BAC],
    [BAC, IBM],
  ]) {
    on.registry.purge();
    const of = order.map((contract) => price(contract, 'last', 'crosses-above', contract === IBM ? 101 : 120));
    on.registry.arm({ id: ONE, gen: order[0] === IBM ? 1 : 2, spec: spec({ kind, of }) });
    for (const contract of [IBM, BAC]) on.registry.onTick(tick(contract, 'last', 100, on.clock.time));
    expect(row(on).symbol).toBe(symbol);
  }
});

test('of an "and" whose one price is unknown the known distance is shown', () => {
  const on = desk();
  const of = [price(IBM, 'last', 'crosses-above', 101), price(BAC, 'last', 'crosses-above', 120)];
  on.registry.arm({ id: ONE, gen: 1, spec: spec({ kind: 'and', of }) });
  on.registry.onTick(tick(BAC, 'last', 100, on.clock.time));
  expect(row(on)).toMatchObject({ symbol: 'BAC', distance: { price: px(20) } });
});

test('a crossed market is named with both of its prices', () => {
  const on = desk();
  arm(on, price(IBM, 'last', 'at-or-above', 180));
  on.clock.time += 100;
  on.registry.onTick(tick(IBM, 'bid', 180.2, on.clock.time));
  on.registry.onTick(tick(IBM, 'ask', 180.1, on.clock.time));
  on.registry.onTick(tick(IBM, 'last', 180.1, on.clock.time));
  expect(on.registry.drain()).toEqual([]);
  expect([row(on).fault, row(on).reason]).toEqual(['crossed', expect.stringMatching(/180\.20.*180\.10/) as string]);
});

test('a crossing that is armed above its level, before any price or on one, fires at no first price', () => {
  for (const first of [[], [181]]) {
    const on = desk();
    feed(on, 'last', ...first);
    arm(on, price(IBM, 'last', 'crosses-above', 180));
    expect(feed(on, 'last', 181, 182, 183)).toEqual([]);
    expect(feed(on, 'last', 179, 180)).toEqual(['tick last 180']);
  }
});

test('a watcher that holds for an old quote is armed again once its price has gone back: nothing tests it at every tick', () => {
  const on = desk();
  arm(on, { kind: 'and', of: [price(IBM, 'last', 'at-or-above', 180), price(BAC, 'last', 'at-or-above', 13)] });
  on.registry.onTick(tick(BAC, 'last', 13.5, on.clock.time));
  feed(on, 'last', 179);
  on.clock.time += 5_000;
  feed(on, 'last', 180);
  expect(row(on)).toMatchObject({ status: 'holding', fault: 'stale' });
  on.registry.onTick(tick(BAC, 'last', 12, on.clock.time));
  feed(on, 'last', 179);
  expect(row(on)).toMatchObject({ status: 'armed' });
  expect(row(on).heldSince).toBeUndefined();
  const { tests } = on.registry.counters();
  feed(on, 'last', 178, 177, 176);
  expect(on.registry.counters().tests).toBe(tests);
});

test('a rule that waits for its window is tested when a minute begins, and no more once its price has gone back', () => {
  const on = desk(newYork('09:30'));
  on.registry.arm({
    id: id('1'),
    gen: 1,
    spec: spec({ kind: 'and', of: [price(IBM, 'last', 'at-or-above', 180), between('10:00', '15:00')] }),
  });
  feed(on, 'last', 181);
  expect(row(on)).toMatchObject({ nextTest: 'at 10:00', nextTestAt: newYork('10:00') });
  feed(on, 'last', 179);
  on.clock.time = newYork('10:00');
  const { tests } = on.registry.counters();
  on.registry.onTimer(on.clock.time);
  expect([on.registry.drain(), on.registry.counters().tests]).toEqual([[], tests]);
});

test('a crossing that is armed while its price is unknown is not taken for one by the price that returns beyond', () => {
  const on = desk();
  arm(on, price(IBM, 'last', 'crosses-above', 170));
  feed(on, 'last', 179, -1);
  arm2(on, price(IBM, 'last', 'crosses-above', 180));
  expect(feed(on, 'last', 181, 182)).toEqual([]);
  expect(feed(on, 'last', 179, 180)).toEqual(['tick last 180']);
});

test('a watcher that holds and is paused fires at nothing before it is resumed', () => {
  const on = desk();
  arm(on, { kind: 'and', of: [price(IBM, 'last', 'at-or-above', 180), price(BAC, 'last', 'at-or-above', 13)] });
  on.registry.onTick(tick(BAC, 'last', 13.5, on.clock.time));
  on.clock.time += 5_000;
  feed(on, 'last', 180);
  expect(row(on)).toMatchObject({ status: 'holding', fault: 'stale' });
  expect(on.registry.pause(ONE).ok).toBe(true);
  on.registry.onTick(tick(BAC, 'last', 13.5, on.clock.time));
  on.registry.onTimer(on.clock.time);
  expect([feed(on, 'last', 181), on.registry.drain()]).toEqual([[], []]);
  expect(row(on)).toMatchObject({ status: 'paused' });
  expect(row(on).heldSince).toBeUndefined();
  on.registry.onTick(tick(BAC, 'last', 13.5, on.clock.time));
  expect(on.registry.resume(ONE).ok).toBe(true);
  expect(on.registry.drain()).toHaveLength(1);
});

test('a rule that waits for its window and is paused does not fire when the window opens', () => {
  const on = desk(newYork('09:59:59'));
  arm(on, { kind: 'and', of: [price(IBM, 'last', 'at-or-above', 180), between('10:00', '15:00')] });
  feed(on, 'last', 181);
  expect(on.registry.pause(ONE).ok).toBe(true);
  on.clock.time = newYork('10:00');
  on.registry.onTimer(on.clock.time);
  expect([on.registry.drain(), feed(on, 'last', 182)]).toEqual([[], []]);
});

test.each([
  ['and', 'IBM'],
  ['or', 'BAC'],
] as const)('of two levels below the market an "%s" shows %s: what counts is the way to go in parts of the price', (kind, symbol) => {
  const on = desk();
  const rule: Condition = { kind, of: [price(IBM, 'last', 'at-or-below', 170), price(BAC, 'last', 'at-or-below', 19.8)] };
  on.registry.arm({ id: ONE, gen: 1, spec: spec(rule) });
  on.registry.onTick(tick(IBM, 'last', 180, on.clock.time));
  on.registry.onTick(tick(BAC, 'last', 20, on.clock.time));
  expect(row(on).symbol).toBe(symbol);
});
