import { describe, expect, test } from 'vitest';
import { conditionParts } from '#domain/sentence';
import type { Condition } from '#domain/condition';
import { trustedPrice } from '#domain/price';
import type { TriggerSpec } from '#domain/trigger';
import { arm, BAC, between, brief, desk, feed, IBM, id, newYork, ONE, price, px, spec, tick } from '../../support/core/trigger-fixtures.ts';

describe('once per arming', () => {
  test('a trigger that fired is gone, and comes back only with a higher generation', () => {
    const on = desk();
    arm(on, price(IBM, 'last', 'crosses-above', 180));
    expect(feed(on, 'last', 179, 180, 179, 180)).toEqual(['tick last 180']);
    expect(on.registry.row(ONE)).toBeUndefined();
    expect(on.registry.arm({ id: ONE, gen: 1, spec: spec(price(IBM, 'last', 'crosses-above', 180)) })).toEqual({
      ok: false,
      error: 'IBM-1 was armed as generation 1 before; arm it with a higher one, so that no order reference repeats.',
    });
    arm(on, price(IBM, 'last', 'crosses-above', 180), {}, 2);
    expect(feed(on, 'last', 179, 180)).toEqual(['tick last 180']);
  });

  test('a level that was reached when it was armed while nothing could fire fires as soon as the desk watches again (seed 2051147344)', () => {
    const on = desk();
    on.board.follow(IBM);
    on.may.fire = false;
    feed(on, 'last', 181);
    arm(on, price(IBM, 'last', 'at-or-above', 180));
    expect(on.registry.drain()).toEqual([]);
    on.may.fire = true;
    on.registry.onTimer(on.clock.now());
    expect(on.registry.drain().map(brief)).toEqual(['arming last 181']);
  });

  test('fire now spends the same token', () => {
    const on = desk();
    arm(on, price(IBM, 'last', 'crosses-above', 180));
    feed(on, 'last', 179);
    const fired = on.registry.fireNow(ONE);
    expect(fired.ok && brief(fired.value)).toBe('operator last 179');
    expect(on.registry.fireNow(ONE)).toEqual({ ok: false, error: 'This trigger is not armed; arm it before firing it.' });
    expect(feed(on, 'last', 180)).toEqual([]);
  });

  test('fire now passes the same quality gate', () => {
    const on = desk();
    arm(on, price(IBM, 'last', 'crosses-above', 180));
    expect(on.registry.fireNow(ONE)).toEqual({ ok: false, error: 'IBM has no price; waits for one.' });
    feed(on, 'last', 179);
    on.clock.time += 7_200;
    expect(on.registry.fireNow(ONE)).toEqual({
      ok: false,
      error: 'The quote of IBM is 7.2 s old, the limit is 2.0 s; waits for a fresh tick.',
    });
    on.registry.pause(ONE);
    expect(on.registry.fireNow(ONE)).toEqual({ ok: false, error: 'IBM-1 is paused; resume it before firing it.' });
    on.may.fire = false;
    on.registry.resume(ONE);
    expect(on.registry.fireNow(ONE)).toEqual({ ok: false, error: 'The desk may not fire anything now; IBM-1 stays armed.' });
  });

  test('firings of one tick come in the order of arming, and disarming takes a queued one back', () => {
    const on = desk();
    const rule = spec(price(IBM, 'last', 'crosses-above', 180));
    for (const name of ['3', '1', '2']) on.registry.arm({ id: id(name), gen: 1, spec: { ...rule, name } });
    on.registry.onTick(tick(IBM, 'last', 179, on.clock.time));
    on.registry.onTick(tick(IBM, 'last', 180, on.clock.time));
    expect(on.registry.disarm(id('1'))).toEqual({ ok: true, value: 'firing-dropped' });
    expect(on.registry.drain().map(({ triggerId }) => triggerId)).toEqual([id('3'), id('2')]);
    expect(on.registry.disarm(id('2'))).toEqual({ ok: false, error: 'This trigger is not armed; there is nothing to disarm.' });
  });

  test('a purge throws away what is queued and disarms the rest', () => {
    const on = desk();
    const rule = spec(price(IBM, 'last', 'crosses-above', 180));
    on.registry.arm({ id: id('1'), gen: 1, spec: rule });
    on.registry.arm({ id: id('2'), gen: 1, spec: spec(price(BAC, 'last', 'crosses-above', 180), { name: 'BAC-1' }) });
    on.registry.onTick(tick(IBM, 'last', 179, on.clock.time));
    on.registry.onTick(tick(IBM, 'last', 180, on.clock.time));
    expect(on.registry.purge().map(({ triggerId }) => triggerId)).toEqual([id('1')]);
    expect([on.registry.size, on.registry.drain(), on.registry.rows()]).toEqual([0, [], []]);
  });
});

describe('pause, resume, edit, disarm, expire', () => {
  const crossing = price(IBM, 'last', 'crosses-above', 180);

  test('a crossing during a pause does not fire, then or after', () => {
    const on = desk();
    arm(on, crossing);
    feed(on, 'last', 179);
    expect(on.registry.pause(ONE, 'you')).toMatchObject({
      ok: true,
      value: { status: 'paused', reason: 'Paused by you.', nextTest: 'when resumed' },
    });
    expect(feed(on, 'last', 181)).toEqual([]);
    on.registry.resume(ONE);
    expect(on.registry.row(ONE)).toMatchObject({
      status: 'armed',
      reason: 'IBM is beyond 180.00 already; it must be seen below 180.00 first.',
    });
    expect(feed(on, 'last', 182, 179, 180)).toEqual(['tick last 180']);
  });

  test('an edit watches the new rule from the present prices, and stays paused if it was', () => {
    const on = desk();
    arm(on, crossing);
    feed(on, 'last', 179);
    on.registry.pause(ONE);
    const edited = on.registry.edit({ id: ONE, gen: 2, spec: spec(price(IBM, 'last', 'crosses-above', 185)) });
    expect(edited).toMatchObject({ ok: true, value: { status: 'paused', gen: 2, rule: 'last ↑ 185.00' } });
    on.registry.resume(ONE);
    expect(feed(on, 'last', 181, 185)).toEqual(['tick last 185']);
    expect(on.registry.edit({ id: ONE, gen: 3, spec: spec(crossing) })).toEqual({
      ok: false,
      error: 'IBM-1 is not armed; arm it instead.',
    });
  });

  test('an edit that is refused leaves the old rule running', () => {
    const on = desk();
    arm(on, crossing);
    expect(on.registry.edit({ id: ONE, gen: 1, spec: spec({ kind: 'and', of: [] }) })).toMatchObject({ ok: false });
    expect(feed(on, 'last', 179, 180)).toEqual(['tick last 180']);
  });

  test('what cannot be watched is refused with a sentence', () => {
    const on = desk();
    const refusal = (condition: Condition, more: Partial<TriggerSpec> = {}): unknown => {
      const answer = on.registry.arm({ id: ONE, gen: 1, spec: spec(condition, more) });
      return answer.ok ? undefined : answer.error;
    };
    const deep: Condition = { kind: 'and', of: [{ kind: 'or', of: [{ kind: 'and', of: [{ kind: 'or', of: [crossing] }] }] }] };
    expect([
      refusal(deep),
      refusal(between('09:45', '10:00')),
      refusal({ kind: 'not', of: crossing }),
      refusal(crossing, { expiresAt: on.clock.time }),
      refusal(crossing),
      refusal(crossing),
    ]).toEqual([
      'The rule is nested deeper than 4; split it into two triggers.',
      'The rule looks at no price; add a price or percent condition.',
      'A crossing cannot be negated; use "at or above / below" inside "not".',
      'IBM-1 has expired; give it a later time or none.',
      undefined,
      'IBM-1 is armed already; disarm it or edit it.',
    ]);
  });

  test('an expired trigger neither fires nor stays, whether a tick or the timer comes first', () => {
    const on = desk();
    arm(on, crossing, { expiresAt: on.clock.time + 1_000 });
    feed(on, 'last', 179);
    on.clock.time += 900;
    expect(feed(on, 'last', 180)).toEqual([]);
    expect([on.registry.drainExpired(), on.registry.drainExpired(), on.registry.size]).toEqual([[ONE], [], 0]);
    arm(on, crossing, { expiresAt: on.clock.time + 1_000 }, 2);
    on.registry.onTimer(on.clock.time + 999);
    expect(on.registry.size).toBe(1);
    on.registry.onTimer(on.clock.time + 1_000);
    expect([on.registry.drainExpired(), on.registry.size]).toEqual([[ONE], 0]);
  });
});

describe('a row of the registry', () => {
  test('tells no distance of zero while a part of a tick is missing', () => {
    const on = desk();
    arm(on, price(IBM, 'mid', 'at-or-above', 180));
    feed(on, 'bid', 179.99);
    feed(on, 'ask', 180);
    expect(on.registry.row(ONE)).toMatchObject({ price: px(179.995), distance: { price: px(0.005), ticks: 1 } });
  });

  test('tells rule, distance, side and what comes next', () => {
    const on = desk(newYork('10:32'));
    on.details.set(IBM.conId, {
      contract: IBM,
      longName: 'IBM',
      minTick: px(0.01),
      timeZoneId: 'US/Eastern',
      tradingHours: '',
      liquidHours: '',
    });
    arm(on, { kind: 'and', of: [price(IBM, 'last', 'crosses-below', 179.4), between('09:45', '15:30')] }, { rthOnly: true });
    feed(on, 'last', 179.86);
    on.clock.time += 200;
    expect(on.registry.rows()).toEqual([
      {
        triggerId: ONE,
        name: 'IBM-1',
        gen: 1,
        status: 'armed',
        symbol: 'IBM',
        conId: IBM.conId,
        rule: 'last ↓ 179.40 · to 15:30',
        sentence: "When IBM's last price crosses below 179.40 between 09:45 and 15:30, buy 100 at the market.",
        field: 'last',
        price: px(179.86),
        ageMs: 200,
        level: px(179.4),
        distance: { price: px(0.46), ticks: 46, ppm: 2_558 },
        comesBackFirst: false,
        truths: ['false', 'true'],
        side: 'above',
        latched: false,
        reason: 'Watches every tick.',
        armedAt: newYork('10:32'),
        armedBy: 'you',
        nextTest: 'next tick of IBM',
      },
    ]);
  });

  test('shows the farthest unmet part of an and, the nearest of an or', () => {
    const parts: readonly Condition[] = [
      price(IBM, 'last', 'crosses-above', 182),
      price(IBM, 'last', 'at-or-above', 181),
      price(IBM, 'last', 'at-or-above', 170),
    ];
    for (const [kind, level] of [
      ['and', 182],
      ['or', 181],
    ] as const) {
      const on = desk();
      arm(on, { kind, of: kind === 'and' ? parts : parts.slice(0, 2) });
      feed(on, 'last', 180);
      expect(on.registry.row(ONE)?.level).toBe(px(level));
    }
  });

  test('tells of each part of a rule whether it holds, as a firing would read it', () => {
    const on = desk();
    const rule: Condition = {
      kind: 'and',
      of: [
        price(IBM, 'last', 'at-or-above', 180),
        { kind: 'not', of: { kind: 'or', of: [price(IBM, 'bid', 'at-or-above', 190), price(BAC, 'last', 'at-or-below', 13)] } },
      ],
    };
    arm(on, rule);
    feed(on, 'last', 181);
    feed(on, 'bid', 180.9);
    expect(on.registry.row(ONE)?.truths).toEqual(['true', 'true', 'unknown']);
    expect(conditionParts(rule)).toEqual(['last ≥ 180.00', 'bid < 190.00', 'BAC last > 13.00']);
  });

  test('says that a crossing past its level must come back first, until it was seen on the other side', () => {
    const on = desk();
    arm(on, price(IBM, 'last', 'crosses-above', 180));
    const seen = [180.02, 180, 179.99].map((value) => {
      feed(on, 'last', value);
      return on.registry.row(ONE)?.comesBackFirst;
    });
    expect(seen).toEqual([true, true, false]);
  });

  test('has no figures before the first price', () => {
    const on = desk();
    arm(on, price(IBM, 'mid', 'crosses-above', 182));
    const row = on.registry.row(ONE);
    expect([row?.status, row?.price, row?.distance, row?.ageMs, row?.side, row?.reason]).toEqual([
      'holding',
      undefined,
      undefined,
      undefined,
      'unknown',
      'IBM has no price; waits for one.',
    ]);
    feed(on, 'bid', 181);
    expect(on.registry.row(ONE)).toMatchObject({ status: 'armed', reason: 'Waits for the mid of IBM, which is unknown now.' });
  });
});

describe('while the desk may fire nothing', () => {
  test('quotes go on, crossings are not made up for, levels fire afterwards', () => {
    const on = desk();
    arm(on, price(IBM, 'last', 'crosses-above', 180));
    on.registry.arm({ id: id('2'), gen: 1, spec: spec(price(IBM, 'last', 'at-or-above', 180), { name: 'IBM-2' }) });
    feed(on, 'last', 179);
    on.may.fire = false;
    expect(feed(on, 'last', 181)).toEqual([]);
    expect(on.board.quote(IBM.conId)?.last).toBe(px(181));
    on.may.fire = true;
    on.registry.onTick(tick(IBM, 'last', 181.5, on.clock.time));
    expect(on.registry.drain().map(({ triggerId, cause }) => [triggerId, cause])).toEqual([[id('2'), 'arming']]);
    expect(feed(on, 'last', 182, 179, 180)).toEqual(['tick last 180']);
  });

  test('so it is when somebody folds ticks into the board past the registry', () => {
    const on = desk();
    arm(on, price(IBM, 'last', 'crosses-above', 180));
    on.registry.rebaseline('the desk was paused');
    for (const value of [178, 178.5, 179]) on.board.onTick(tick(IBM, 'last', value, on.clock.time));
    expect(feed(on, 'last', 180)).toEqual(['tick last 180']);
  });
});

test('nothing that is no price reaches a trigger', () => {
  const on = desk();
  arm(on, { kind: 'or', of: [price(IBM, 'last', 'at-or-below', 170), price(IBM, 'last', 'crosses-below', 170)] });
  feed(on, 'last', 180);
  for (const value of [Number.NaN, Infinity, -Infinity, 1.7976931348623157e308, -37_630_000, -1_000_000, 0]) {
    on.registry.onTick({ conId: IBM.conId, field: 'last', price: trustedPrice(value), at: on.clock.time });
  }
  expect(on.registry.drain()).toEqual([]);
  expect(on.board.counters()).toEqual({ folded: 1, dropped: 5, noData: 2, strangers: 0, backdated: 0 });
  expect(feed(on, 'last', 169)).toEqual(['tick last 169']);
});
