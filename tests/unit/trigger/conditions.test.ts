import { describe, expect, test } from 'vitest';
import type { Condition, PriceTest } from '#domain/condition';
import type { QuoteField } from '#domain/quote';
import { arm, BAC, between, brief, desk, feed, IBM, id, newYork, ONE, price, px, spec, tick } from '../../support/core/trigger-fixtures.ts';

describe('a crossing', () => {
  test.each<[PriceTest, readonly number[], readonly string[]]>([
    ['crosses-above', [179, 180], ['tick last 180']],
    ['crosses-above', [179, 181], ['tick last 181']],
    ['crosses-above', [180, 181, 182], []],
    ['crosses-above', [181, 179.99, 180], ['tick last 180']],
    ['crosses-above', [179], []],
    ['crosses-below', [181, 180], ['tick last 180']],
    ['crosses-below', [180, 179], []],
    ['crosses-below', [179, 180, 179, 180.01, 180], ['tick last 180']],
  ])('%s 180 over %j fires at %j', (kind, prices, fired) => {
    const on = desk();
    arm(on, price(IBM, 'last', kind, 180));
    expect(feed(on, 'last', ...prices)).toEqual(fired);
  });

  test('of the mid fires at the bid or ask that moves it', () => {
    const on = desk();
    arm(on, price(IBM, 'mid', 'crosses-above', 180));
    expect(feed(on, 'bid', 179.5)).toEqual([]);
    expect(feed(on, 'ask', 180.1)).toEqual([]);
    expect(feed(on, 'last', 181)).toEqual([]);
    expect(feed(on, 'bid', 179.9)).toEqual(['tick mid 180']);
  });

  test('is put down to the price that came, not to one of another contract that stood before', () => {
    const on = desk();
    arm(on, { kind: 'and', of: [price(BAC, 'mid', 'at-or-above', 13), price(IBM, 'bid', 'at-or-above', 180)] });
    for (const [field, value] of [
      ['bid', 13.9],
      ['ask', 14.1],
    ] as const)
      on.registry.onTick(tick(BAC, field, value, on.clock.time));
    expect(feed(on, 'ask', 180.2)).toEqual([]);
    expect(feed(on, 'bid', 180)).toEqual(['tick bid 180']);
  });

  test('inside one chunk of ticks is not lost, and the firing carries the tick and the quote of that moment', () => {
    const on = desk();
    arm(on, price(IBM, 'last', 'crosses-above', 180));
    const at = on.clock.time;
    for (const value of [179, 180.02, 178, 177]) on.registry.onTick(tick(IBM, 'last', value, at));
    expect(on.registry.drain()).toEqual([
      {
        triggerId: ONE,
        gen: 1,
        fire: 1,
        cause: 'tick',
        tick: { conId: IBM.conId, field: 'last', price: px(180.02), previous: px(179), at },
        quote: { conId: IBM.conId, last: px(180.02), halted: false, liveType: 'live', updatedAt: at },
        sentence: "When IBM's last price crosses above 180.00, buy 100 at the market.",
      },
    ]);
    expect(on.registry.drain()).toEqual([]);
  });

  test('counts from the price at arming', () => {
    const on = desk();
    on.board.follow(IBM);
    feed(on, 'last', 179);
    arm(on, price(IBM, 'last', 'crosses-above', 180));
    expect(on.registry.row(ONE)).toMatchObject({ side: 'below' });
    expect(feed(on, 'last', 180)).toEqual(['tick last 180']);
  });

  test('is not made of prices from before and after a lapse of the subscription', () => {
    const on = desk();
    arm(on, price(IBM, 'last', 'crosses-above', 180));
    feed(on, 'last', 179);
    on.board.forget(IBM.conId);
    expect(feed(on, 'last', 181, 182)).toEqual([]);
    expect(feed(on, 'last', 179, 180)).toEqual(['tick last 180']);
  });

  test('whose rest is false is used up; it must come back and cross again', () => {
    const on = desk(newYork('09:44'));
    arm(on, { kind: 'and', of: [price(IBM, 'last', 'crosses-above', 180), between('09:45', '15:30')] });
    expect(feed(on, 'last', 179, 181)).toEqual([]);
    expect(on.registry.row(ONE)).toMatchObject({
      side: 'above',
      latched: false,
      reason: 'IBM crossed 180.00 while the rest of the rule was false; it must come back below 180.00 and cross again.',
    });
    on.clock.time = newYork('09:45');
    on.registry.onTimer(on.clock.time);
    expect(feed(on, 'last', 181.5, 182)).toEqual([]);
    expect(feed(on, 'last', 179.9, 180.1)).toEqual(['tick last 180.1']);
  });

  test('counts for another crossing while the price is still beyond, not after it came back', () => {
    const both: Condition = { kind: 'and', of: [price(IBM, 'last', 'crosses-above', 180), price(IBM, 'bid', 'crosses-above', 179.5)] };
    const on = desk();
    arm(on, both);
    feed(on, 'last', 179, 180.5);
    expect(feed(on, 'bid', 179, 179.6)).toEqual(['tick bid 179.6']);
    const off = desk();
    arm(off, both);
    feed(off, 'last', 179, 180.5, 179.8);
    expect(feed(off, 'bid', 179, 179.6)).toEqual([]);
    expect(feed(off, 'last', 180)).toEqual(['tick last 180']);
  });

  test('that was used up is not revived by time alone, though a level stands', () => {
    const on = desk(newYork('09:44'));
    arm(on, {
      kind: 'and',
      of: [price(IBM, 'last', 'crosses-above', 180), price(IBM, 'bid', 'at-or-above', 170), between('09:45', '15:30')],
    });
    feed(on, 'bid', 175);
    feed(on, 'last', 179, 181);
    on.clock.time = newYork('09:45');
    on.registry.onTimer(on.clock.time);
    expect(feed(on, 'last', 182)).toEqual([]);
    expect(feed(on, 'last', 179, 180)).toEqual(['tick last 180']);
  });
});

describe('a level', () => {
  test.each<[PriceTest, number, boolean]>([
    ['at-or-above', 180, true],
    ['at-or-above', 179.99, false],
    ['at-or-below', 180, true],
    ['at-or-below', 180.01, false],
  ])('%s 180 at %d fires at the first good tick: %s', (kind, value, fires) => {
    const on = desk();
    arm(on, price(IBM, 'last', kind, 180));
    expect(feed(on, 'last', value).length === 1).toBe(fires);
  });

  test('that is reached already wakes at arming, with the present quote', () => {
    const on = desk();
    on.board.follow(IBM);
    feed(on, 'last', 181);
    arm(on, price(IBM, 'last', 'at-or-above', 180));
    expect(on.registry.drain().map(brief)).toEqual(['arming last 181']);
    expect(on.registry.size).toBe(0);
  });

  test('but not on a quote that has grown old; it waits for the next tick', () => {
    const on = desk();
    on.board.follow(IBM);
    feed(on, 'last', 181);
    on.clock.time += 2_001;
    arm(on, price(IBM, 'last', 'at-or-above', 180));
    expect(on.registry.drain()).toEqual([]);
    expect(on.registry.row(ONE)).toMatchObject({ status: 'holding', fault: 'stale', latched: true });
    expect(feed(on, 'last', 181)).toEqual(['tick last 181']);
  });

  test('negated excludes the level itself', () => {
    const on = desk();
    arm(on, { kind: 'not', of: price(IBM, 'last', 'at-or-above', 180) });
    expect(feed(on, 'last', 180, 181, 180)).toEqual([]);
    expect(feed(on, 'last', 179.9999)).toEqual(['tick last 179.9999']);
  });

  test('waits for its window and fires at its start on a fresh quote only', () => {
    const rule: Condition = { kind: 'and', of: [price(IBM, 'last', 'at-or-above', 180), between('09:45', '15:30')] };
    const fresh = desk(newYork('09:44:59'));
    arm(fresh, rule);
    expect(feed(fresh, 'last', 181)).toEqual([]);
    expect(fresh.registry.row(ONE)).toMatchObject({
      status: 'armed',
      reason: 'True but for the time; waits for 09:45 New York.',
      nextTest: 'at 09:45',
      nextTestAt: newYork('09:45'),
    });
    fresh.clock.time = newYork('09:45');
    fresh.registry.onTimer(fresh.clock.time);
    expect(fresh.registry.drain().map(brief)).toEqual(['timer last 181']);

    const old = desk(newYork('09:44:50'));
    arm(old, rule);
    feed(old, 'last', 181);
    old.clock.time = newYork('09:45');
    old.registry.onTimer(old.clock.time);
    old.registry.onTimer(old.clock.time + 1_000);
    expect(old.registry.drain()).toEqual([]);
    expect(old.registry.row(ONE)).toMatchObject({ status: 'holding', fault: 'stale' });
    expect(feed(old, 'last', 181)).toEqual(['tick last 181']);
  });

  test('fires at the first tick of the window when no timer came first', () => {
    const on = desk(newYork('09:44:59'));
    arm(on, { kind: 'and', of: [price(IBM, 'last', 'at-or-above', 180), between('09:45', '15:30')] });
    feed(on, 'last', 181, 182);
    on.clock.time = newYork('09:45') - 100;
    expect(feed(on, 'last', 182)).toEqual(['tick last 182']);
  });
});

test('a rule that begins to wait for its window in a late tick is tested again at the next one', () => {
  const on = desk(newYork('10:01'));
  const at = on.clock.time;
  on.registry.arm({
    id: id('2'),
    gen: 1,
    spec: spec({ kind: 'and', of: [price(IBM, 'last', 'at-or-above', 170), between('11:00', '12:00')] }),
  });
  arm(on, { kind: 'and', of: [price(IBM, 'last', 'at-or-above', 170), price(BAC, 'last', 'at-or-above', 13), between('10:01', '12:00')] });
  on.registry.onTick(tick(BAC, 'last', 12, at));
  on.registry.onTick(tick(IBM, 'last', 180, at));
  on.registry.onTick(tick(IBM, 'last', 180, at));
  on.registry.onTick(tick(BAC, 'last', 13, at - 1));
  expect(on.registry.drain()).toEqual([]);
  on.registry.onTick(tick(IBM, 'last', 180, at + 1));
  expect(on.registry.drain().map(brief)).toEqual(['tick last 180']);
});

describe('a percentage', () => {
  const rise = (basis: 'close' | 'arming', kind: PriceTest, field: QuoteField = 'last'): Condition => ({
    kind: 'percent-change',
    contract: IBM,
    field,
    basis,
    test: kind,
    basisPoints: 150,
  });

  test('over the previous close waits for it, then is a level', () => {
    const on = desk();
    arm(on, rise('close', 'at-or-above'));
    expect(feed(on, 'last', 250)).toEqual([]);
    expect(on.registry.row(ONE)).toMatchObject({ reason: 'Waits for the previous close of IBM.', side: 'unknown' });
    on.registry.onClose(IBM.conId, px(200));
    expect(on.registry.drain().map(brief)).toEqual(['arming last 250']);
  });

  test('of a price below zero lies above it when it is more, and below it when it is less', () => {
    const future = { ...IBM, secType: 'FUT' as const };
    const over = (test: PriceTest, basisPoints: number): Condition => ({
      kind: 'percent-change',
      contract: future,
      field: 'last',
      basis: 'close',
      test,
      basisPoints,
    });
    for (const [test, basisPoints, near, level] of [
      ['at-or-above', 100, -39.61, -39.6],
      ['at-or-below', -100, -40.39, -40.4],
    ] as const) {
      const on = desk();
      arm(on, over(test, basisPoints));
      on.registry.onClose(IBM.conId, px(-40));
      expect([test, feed(on, 'last', -40, near, level)]).toEqual([test, [`tick last ${String(level)}`]]);
    }
  });

  test('over the previous close follows a new close, whose side counts afresh', () => {
    const on = desk();
    arm(on, rise('close', 'crosses-above'));
    on.registry.onClose(IBM.conId, px(200));
    feed(on, 'last', 202);
    expect(on.registry.row(ONE)?.level).toBe(px(203));
    on.registry.onClose(IBM.conId, px(100));
    expect(on.registry.row(ONE)).toMatchObject({ level: px(101.5), side: 'above' });
    expect(feed(on, 'last', 203, 204)).toEqual([]);
    expect(feed(on, 'last', 101, 101.5)).toEqual(['tick last 101.5']);
  });

  test('since arming takes the present price, or the first live one after it', () => {
    const on = desk();
    on.board.follow(IBM);
    feed(on, 'last', 200);
    arm(on, rise('arming', 'crosses-above'));
    expect(on.registry.row(ONE)?.level).toBe(px(203));
    expect(feed(on, 'last', 202.99, 203)).toEqual(['tick last 203']);

    const late = desk();
    arm(late, rise('arming', 'crosses-above'));
    late.board.onLiveType(IBM.conId, 'delayed');
    feed(late, 'last', 100);
    expect(late.registry.row(ONE)).toMatchObject({ status: 'holding', fault: 'delayed' });
    late.board.onLiveType(IBM.conId, 'live');
    feed(late, 'last', 200);
    expect(late.registry.row(ONE)?.level).toBe(px(203));
    expect(feed(late, 'last', 203)).toEqual(['tick last 203']);
  });
});
