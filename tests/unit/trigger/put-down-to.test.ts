import { expect, test } from 'vitest';
import { BAC, arm, desk, feed, IBM, ONE, price, spec, tick, type Desk } from '../../support/core/trigger-fixtures.ts';
import type { Condition } from '#domain/condition';

/** Which price a firing is put down to, when a rule looks at several: every order can say why it exists. */

const either = (...of: readonly Condition[]): Condition => ({ kind: 'or', of });

function watching(condition: Condition): Desk {
  const on = desk();
  arm(on, condition);
  on.registry.onTick(tick(IBM, 'bid', 179.98, on.clock.time));
  on.registry.onTick(tick(IBM, 'ask', 180, on.clock.time));
  feed(on, 'last', 179);
  return on;
}

test('a trade that crosses is the reason, though the middle had moved before it and stands first in the rule', () => {
  const on = watching(either(price(IBM, 'mid', 'crosses-above', 190), price(IBM, 'last', 'crosses-above', 179.5)));
  feed(on, 'bid', 179.99);
  expect(feed(on, 'last', 179.995)).toEqual(['tick last 179.995']);
});

test('a bid that crosses is the reason, though a trade had moved before it and stands first in the rule', () => {
  const on = watching(either(price(IBM, 'last', 'crosses-above', 190), price(IBM, 'bid', 'crosses-above', 179.985)));
  feed(on, 'last', 179.99);
  expect(feed(on, 'bid', 179.99)).toEqual(['tick bid 179.99']);
});

test('of two crossings of which one waited for good prices, the trade that comes with them is the reason', () => {
  const on = watching(either(price(IBM, 'mid', 'crosses-above', 179.992), price(IBM, 'last', 'crosses-above', 179.5)));
  on.board.onLiveType(IBM.conId, 'delayed');
  expect(feed(on, 'bid', 179.99)).toEqual([]);
  on.board.onLiveType(IBM.conId, 'live');
  expect(feed(on, 'last', 179.995)).toEqual(['tick last 179.995']);
});

test('a bid that lifts the middle over its level is told as the middle', () => {
  const on = watching(price(IBM, 'mid', 'crosses-above', 179.992));
  expect(feed(on, 'bid', 179.99)).toEqual(['tick mid 179.995']);
});

test('an edit cannot go back to an earlier generation, nor to a part of one', () => {
  const on = desk();
  arm(on, price(IBM, 'last', 'at-or-above', 190), {}, 3);
  const edited = (gen: number): boolean =>
    on.registry.edit({ id: ONE, gen, spec: spec(price(BAC, 'last', 'at-or-above', 190)), armedBy: 'you' }).ok;
  expect([edited(2), edited(3.5), edited(3), edited(4)]).toEqual([false, false, true, true]);
});

test('a rule that has expired is not fired by hand either, and says why', () => {
  const on = desk();
  arm(on, price(IBM, 'last', 'at-or-above', 190), { expiresAt: on.clock.time + 1_000 });
  feed(on, 'last', 179);
  on.clock.time += 1_000;
  expect(on.registry.fireNow(ONE)).toEqual({ ok: false, error: 'IBM-1 has expired.' });
  expect(on.registry.drainExpired()).toEqual([ONE]);
});
