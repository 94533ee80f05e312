import { expect, test } from 'vitest';
import { arm, desk, feed, IBM, price, tick, type Desk } from '../../support/core/trigger-fixtures.ts';

/** The tick with which the desk begins to watch again is part of the quote on which it decides (I-20). */

function market(on: Desk): void {
  on.registry.onTick(tick(IBM, 'bid', 180, on.clock.time));
  on.registry.onTick(tick(IBM, 'ask', 180.02, on.clock.time));
}

function asleepBeyond(): Desk {
  const on = desk();
  arm(on, price(IBM, 'last', 'at-or-above', 180));
  market(on);
  feed(on, 'last', 179);
  on.may.fire = false;
  expect(feed(on, 'last', 180.01)).toEqual([]);
  on.may.fire = true;
  return on;
}

test('a level that was reached meanwhile fires nothing on a tick that crosses the market', () => {
  const on = asleepBeyond();
  expect(feed(on, 'bid', 180.05)).toEqual([]);
  expect(feed(on, 'ask', 180.07)).toHaveLength(1);
});

test('nor does it fire when the tick takes the price back from the level', () => {
  expect(feed(asleepBeyond(), 'last', 179.9)).toEqual([]);
});

test('it fires on a tick that leaves the market sound', () => {
  expect(feed(asleepBeyond(), 'bid', 180.01)).toHaveLength(1);
});

test('a crossing with the very tick that wakes the desk is one', () => {
  const on = desk();
  arm(on, price(IBM, 'last', 'crosses-above', 180));
  market(on);
  feed(on, 'last', 179);
  on.may.fire = false;
  feed(on, 'last', 179.5);
  on.may.fire = true;
  expect(feed(on, 'last', 180.01)).toHaveLength(1);
});
