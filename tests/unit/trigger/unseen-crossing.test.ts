import { expect, test } from 'vitest';
import { arm, desk, feed, IBM, ONE, price, tick, type Desk } from '../../support/core/trigger-fixtures.ts';
import { trustedPrice } from '#domain/price';

/** IB says that there is no last price now. */
function withdrawn(on: Desk): void {
  on.registry.onTick({ conId: IBM.conId, field: 'last', price: trustedPrice(-1_000_000), at: on.clock.time });
}

function crossing(): Desk {
  const on = desk();
  arm(on, price(IBM, 'last', 'crosses-above', 180));
  feed(on, 'last', 179);
  return on;
}

test('a price that is withdrawn below the level and comes back above it has crossed', () => {
  const on = crossing();
  withdrawn(on);
  expect(feed(on, 'last', 181)).toEqual(['tick last 181']);
});

test('what crossed while the trigger was paused does not fire when the price is withdrawn and comes back', () => {
  const on = crossing();
  on.registry.pause(ONE);
  expect(feed(on, 'last', 181)).toEqual([]);
  on.registry.resume(ONE);
  withdrawn(on);
  expect(feed(on, 'last', 181.5, 182)).toEqual([]);
  expect(feed(on, 'last', 179, 180)).toEqual(['tick last 180']);
});

test('what crossed while the desk could fire nothing does not fire when the price is withdrawn and comes back', () => {
  const on = crossing();
  on.may.fire = false;
  expect(feed(on, 'last', 181)).toEqual([]);
  on.may.fire = true;
  on.registry.onTick(tick(IBM, 'last', 181.2, on.clock.time));
  withdrawn(on);
  expect(feed(on, 'last', 181.5, 182)).toEqual([]);
  expect(feed(on, 'last', 179, 180)).toEqual(['tick last 180']);
});

test('the first price after a gap fires nothing, whatever side the level was seen from before', () => {
  const on = crossing();
  on.registry.rebaseline('market data was interrupted', IBM.conId);
  expect(feed(on, 'last', 181)).toEqual([]);
  withdrawn(on);
  expect(feed(on, 'last', 181.5)).toEqual([]);
  expect(feed(on, 'last', 179, 180)).toEqual(['tick last 180']);
});

test('nor does a level: the first price after a gap is only believed when the next one says the same', () => {
  const on = desk();
  arm(on, price(IBM, 'last', 'at-or-above', 180));
  feed(on, 'last', 179);
  on.registry.rebaseline('market data was interrupted', IBM.conId);
  // A wrong first price, and the right ones after it.
  expect(feed(on, 'last', 181, 179, 179.5)).toEqual([]);
  on.registry.rebaseline('market data was interrupted', IBM.conId);
  expect(feed(on, 'last', 181, 181.1)).toEqual(['tick last 181.1']);
});

test('also when the other side of the market has been confirmed already', () => {
  const on = desk();
  arm(on, price(IBM, 'last', 'at-or-above', 180));
  feed(on, 'last', 179);
  on.registry.rebaseline('market data was interrupted', IBM.conId);
  feed(on, 'bid', 178.9, 178.91);
  feed(on, 'ask', 179.1, 179.11);
  expect(feed(on, 'last', 181, 179)).toEqual([]);
});
