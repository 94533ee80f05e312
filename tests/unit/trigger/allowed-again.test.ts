import { expect, test } from 'vitest';
import { trustedPrice } from '#domain/price';
import { arm, BAC, between, desk, feed, IBM, newYork, price, px, tick } from '../../support/core/trigger-fixtures.ts';

/** What came to be read while the desk might fire nothing is answered with the first look after that, with a tick or without. */

test('a rule whose hour began meanwhile fires with the first beat of the clock', () => {
  const on = desk(newYork('10:00:40'), 120_000);
  arm(on, { kind: 'and', of: [price(IBM, 'last', 'at-or-above', 180), between('10:01', '10:03')] });
  feed(on, 'last', 181);
  on.may.fire = false;
  on.registry.onTimer(on.clock.time);
  on.clock.time += 61_000;
  on.registry.onTimer(on.clock.time);
  expect(on.registry.drain()).toEqual([]);
  on.may.fire = true;
  on.registry.onTimer(on.clock.time);
  expect(on.registry.drain()).toHaveLength(1);
});

test('or with the first price, be it of another contract', () => {
  const on = desk(newYork('10:00:40'), 120_000);
  on.board.follow(BAC);
  arm(on, { kind: 'and', of: [price(IBM, 'last', 'at-or-above', 180), between('10:01', '10:03')] });
  feed(on, 'last', 181);
  on.may.fire = false;
  on.registry.onTimer(on.clock.time + 1_000);
  on.clock.time += 30_000;
  on.may.fire = true;
  on.registry.onTick(tick(BAC, 'last', 40, on.clock.time));
  expect(on.registry.drain()).toHaveLength(1);
});

test('so does one that was armed in its hour meanwhile', () => {
  const on = desk(newYork('10:00:40'), 120_000);
  on.board.follow(IBM);
  on.registry.onTick(tick(IBM, 'last', 181, on.clock.time));
  on.may.fire = false;
  arm(on, { kind: 'or', of: [price(IBM, 'last', 'crosses-above', 200), between('09:30', '16:00')] });
  on.may.fire = true;
  on.registry.onTimer(on.clock.time);
  expect(on.registry.drain()).toHaveLength(1);
});

test('one whose hour has ended by then does not', () => {
  const on = desk(newYork('10:00:40'), 300_000);
  arm(on, { kind: 'and', of: [price(IBM, 'last', 'at-or-above', 180), between('10:01', '10:03')] });
  feed(on, 'last', 181);
  on.may.fire = false;
  for (const pass of [61_000, 61_000, 61_000]) {
    on.clock.time += pass;
    on.registry.onTimer(on.clock.time);
  }
  on.may.fire = true;
  on.registry.onTimer(on.clock.time);
  expect(on.registry.drain()).toEqual([]);
});

test('the close of a contract that nobody watches wakes the desk like any other word', () => {
  const on = desk();
  arm(on, price(IBM, 'last', 'at-or-above', 180));
  on.may.fire = false;
  feed(on, 'last', 181);
  on.may.fire = true;
  on.registry.onClose(BAC.conId, px(40));
  expect(on.registry.drain()).toHaveLength(1);
});

test('a word that is no price takes nothing from a crossing that waits for a sound market', () => {
  const on = desk();
  arm(on, price(IBM, 'bid', 'crosses-above', 180));
  feed(on, 'bid', 179);
  feed(on, 'ask', 181);
  expect(feed(on, 'bid', 181)).toEqual([]);
  on.may.fire = false;
  on.registry.onTick({ conId: IBM.conId, field: 'bid', price: trustedPrice(Number.NaN), at: on.clock.time });
  on.may.fire = true;
  expect(feed(on, 'ask', 182)).toHaveLength(1);
});

test('a rule that an unknown price held fires when its hour alone makes it true', () => {
  const on = desk(newYork('10:00:40'), 120_000);
  arm(on, { kind: 'or', of: [price(IBM, 'bid', 'at-or-above', 200), between('10:01', '10:03')] });
  feed(on, 'ask', 181);
  on.registry.onTimer(on.clock.time);
  expect(on.registry.drain()).toEqual([]);
  on.clock.time += 20_000;
  on.registry.onTimer(on.clock.time);
  expect(on.registry.drain()).toHaveLength(1);
});
