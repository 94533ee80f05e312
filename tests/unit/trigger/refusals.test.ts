import { describe, expect, test } from 'vitest';
import { ruleNow } from '#core/trigger/rule-now';
import type { WatcherRow } from '#core/trigger/watcher-row';
import type { QuoteFault } from '#domain/quote';
import { BAC, type Desk, desk, IBM, id, newYork, price, px, spec, tick } from '../../support/core/trigger-fixtures.ts';

const ONE = id('1');

/** Armed on IBM above 180, last seen at 179 with a sound quote. */
function ready(more: { rthOnly?: boolean; start?: number } = {}): Desk {
  const on = desk(more.start ?? newYork('10:00'));
  on.registry.arm({ id: ONE, gen: 1, spec: spec(price(IBM, 'last', 'crosses-above', 180), { rthOnly: more.rthOnly ?? false }) });
  for (const [field, value] of [
    ['bid', 178.99],
    ['ask', 180.2],
    ['last', 179],
  ] as const)
    on.registry.onTick(tick(IBM, field, value, on.clock.time));
  return on;
}

function fires(on: Desk, field: 'bid' | 'ask' | 'last', value: number, later = 100): boolean {
  on.clock.time += later;
  on.registry.onTick(tick(IBM, field, value, on.clock.time));
  return on.registry.drain().length === 1;
}

interface Case {
  readonly fault: QuoteFault;
  readonly spoil: (on: Desk) => void;
  readonly mend: (on: Desk) => void;
  readonly rthOnly?: boolean;
  readonly start?: number;
}

const CASES: readonly Case[] = [
  { fault: 'delayed', spoil: (on) => on.board.onLiveType(IBM.conId, 'delayed'), mend: (on) => on.board.onLiveType(IBM.conId, 'live') },
  { fault: 'frozen', spoil: (on) => on.board.onLiveType(IBM.conId, 'frozen'), mend: (on) => on.board.onLiveType(IBM.conId, 'live') },
  { fault: 'halted', spoil: (on) => on.board.onHalted(IBM.conId, true), mend: (on) => on.board.onHalted(IBM.conId, false) },
  { fault: 'farm-down', spoil: (on) => on.board.onFarm('usfarm', false), mend: (on) => on.board.onFarm('usfarm', true) },
  {
    fault: 'crossed',
    spoil: (on) => on.registry.onTick(tick(IBM, 'bid', 180.21, on.clock.time)),
    mend: (on) => on.registry.onTick(tick(IBM, 'bid', 180.19, on.clock.time)),
  },
  {
    fault: 'crossed',
    spoil: (on) => on.registry.onTick(tick(IBM, 'bid', 180.2, on.clock.time)),
    mend: (on) => on.registry.onTick(tick(IBM, 'bid', 180.19, on.clock.time)),
  },
  {
    fault: 'session-closed',
    rthOnly: true,
    start: newYork('09:29:58'),
    spoil: () => undefined,
    mend: (on) => {
      on.clock.time = newYork('09:30');
    },
  },
];

describe('a crossing on a bad quote', () => {
  test.each(CASES)(
    'holds for $fault, says so, and fires once the quote is good while the price stays beyond',
    ({ fault, spoil, mend, ...more }) => {
      const on = ready(more);
      spoil(on);
      expect(fires(on, 'last', 180)).toBe(false);
      expect(on.registry.row(ONE)).toMatchObject({
        status: 'holding',
        fault,
        latched: true,
        heldSince: on.clock.time,
      } satisfies Partial<WatcherRow>);
      expect(on.registry.row(ONE)?.reason).toContain('IBM');
      expect(on.registry.row(ONE)?.reason).toContain('kept awake while the price stays beyond');
      expect(fires(on, 'last', 180.1)).toBe(false);
      expect(on.registry.counters().refused).toEqual({ [fault]: 1 });
      mend(on);
      expect(on.registry.drain().length === 1 || fires(on, 'last', 180.1)).toBe(true);
      expect(fires(on, 'last', 180.1)).toBe(false);
    },
  );

  test.each(CASES)('is dropped when the price goes back while it holds for $fault', ({ spoil, mend, ...more }) => {
    const on = ready(more);
    spoil(on);
    expect(fires(on, 'last', 180)).toBe(false);
    expect(fires(on, 'last', 179.9)).toBe(false);
    expect(on.registry.row(ONE)).toMatchObject({ side: 'below', latched: false });
    mend(on);
    expect(on.registry.drain()).toEqual([]);
    expect(fires(on, 'last', 179.95)).toBe(false);
    expect(fires(on, 'last', 180)).toBe(true);
  });

  test('of one contract holds while another that the rule looks at is old, and either one’s tick tests it again', () => {
    const on = desk();
    const rule = { kind: 'and' as const, of: [price(IBM, 'last', 'crosses-above', 180), price(BAC, 'last', 'at-or-above', 13)] };
    on.registry.arm({ id: ONE, gen: 1, spec: spec(rule) });
    on.registry.onTick(tick(BAC, 'last', 13.5, on.clock.time));
    expect(fires(on, 'last', 179, 2_000)).toBe(false);
    expect(fires(on, 'last', 180)).toBe(false);
    expect(on.registry.row(ONE)).toMatchObject({
      status: 'holding',
      fault: 'stale',
      reason: expect.stringContaining('The quote of BAC is 2.1 s old, the limit is 2.0 s') as string,
    });
    on.registry.onTick(tick(BAC, 'last', 13.5, on.clock.time));
    expect(on.registry.drain()).toHaveLength(1);
  });

  test('of a contract whose price is unknown holds and says which', () => {
    const on = ready();
    on.registry.onTick(tick(IBM, 'last', -1, on.clock.time));
    expect(fires(on, 'bid', 180)).toBe(false);
    expect(on.registry.row(ONE)).toMatchObject({ side: 'unknown', reason: 'Waits for the last of IBM, which is unknown now.' });
    // Nothing was learned in between: it was below, it is at the level now.
    expect(fires(on, 'last', 180)).toBe(true);
  });
});

describe('after a reconnect or data gap', () => {
  test('the first tick is only a baseline for a crossing', () => {
    const on = ready();
    on.registry.rebaseline('the connection was lost');
    expect(on.registry.row(ONE)).toMatchObject({ status: 'holding', fault: 'not-baselined', side: 'unknown' });
    expect(on.registry.row(ONE)?.reason).toContain('Cause: the connection was lost.');
    expect(fires(on, 'last', 185)).toBe(false);
    expect(fires(on, 'last', 185)).toBe(false);
    expect(fires(on, 'last', 186)).toBe(false);
    expect(on.registry.row(ONE)).toMatchObject({ status: 'armed', side: 'above' });
    expect(fires(on, 'last', 179)).toBe(false);
    expect(fires(on, 'last', 180)).toBe(true);
  });

  test('a crossing from the baseline counts', () => {
    const on = ready();
    on.registry.rebaseline('gap');
    expect(fires(on, 'last', 179)).toBe(false);
    expect(fires(on, 'last', 180)).toBe(true);
  });

  test('a level needs a second tick to confirm it', () => {
    const on = desk();
    on.registry.arm({ id: ONE, gen: 1, spec: spec(price(IBM, 'last', 'at-or-above', 180)) });
    expect(fires(on, 'last', 179)).toBe(false);
    on.registry.rebaseline('1101', IBM.conId);
    expect(fires(on, 'last', 185)).toBe(false);
    expect(fires(on, 'last', 185)).toBe(true);
  });

  test('one price wakes nothing and decides nothing, for the watcher as for the preview', () => {
    const on = desk();
    const rule = spec(price(IBM, 'last', 'at-or-above', 180));
    on.registry.arm({ id: ONE, gen: 1, spec: rule });
    expect(fires(on, 'last', 179)).toBe(false);
    const truth = () => ruleNow(rule, IBM.conId, on.board, on.clock.time).truth;
    expect(truth()).toBe('false');
    on.registry.rebaseline('gap');
    expect(truth()).toBe('unknown');
    expect(fires(on, 'last', 185)).toBe(false);
    expect([truth(), on.registry.row(ONE)?.latched]).toEqual(['unknown', false]);
    on.registry.disarm(ONE);
    expect(fires(on, 'last', 185)).toBe(false);
    expect(truth()).toBe('true');
  });

  test('an edge that was held before the gap is forgotten', () => {
    const on = ready();
    on.board.onHalted(IBM.conId, true);
    expect(fires(on, 'last', 181)).toBe(false);
    on.registry.rebaseline('gap');
    on.board.onHalted(IBM.conId, false);
    for (const value of [181, 181, 182]) expect(fires(on, 'last', value)).toBe(false);
  });

  test('another contract is not touched', () => {
    const on = ready();
    on.registry.rebaseline('gap', BAC.conId);
    expect(fires(on, 'last', 180)).toBe(true);
  });
});

test('a clock that jumped an hour makes every quote old, in both directions', () => {
  const on = desk();
  const rule = { kind: 'and' as const, of: [price(IBM, 'last', 'crosses-above', 180), price(BAC, 'last', 'at-or-above', 13)] };
  on.registry.arm({ id: ONE, gen: 1, spec: spec(rule) });
  on.registry.onTick(tick(BAC, 'last', 13.5, on.clock.time));
  expect(fires(on, 'last', 179)).toBe(false);
  expect(fires(on, 'last', 180, -3_600_000)).toBe(false);
  expect(on.registry.row(ONE)).toMatchObject({ fault: 'stale', reason: expect.stringContaining('ahead of the clock') as string });
});

test('regular hours come from the contract where it states them', () => {
  const on = ready({ rthOnly: true, start: newYork('12:00') });
  on.details.set(IBM.conId, {
    contract: IBM,
    longName: 'IBM',
    minTick: px(0.01),
    timeZoneId: 'US/Eastern',
    tradingHours: '20260310:0400-20260310:1300',
    liquidHours: '20260310:0930-20260310:1130',
  });
  expect(fires(on, 'last', 180)).toBe(false);
  expect(on.registry.row(ONE)).toMatchObject({ fault: 'session-closed' });
});
