import { describe, expect, test } from 'vitest';
import { MUTANTS } from '../mutants/once-broken.mutants.ts';
import { Leftovers, BUDGET } from './budget.ts';
import { type BugName, BUGS } from './bugs.ts';
import { shareOf } from './coverage-share.ts';
import type { Leftover } from './leftovers.ts';
import { storm, type StormResult } from './storm.ts';
import { type Weather, WEATHERS } from './weather.ts';

const FIRST = 1;
const STORMS = 100;

function sentence(result: StormResult, bug?: BugName): string {
  const replay = `npm run storm -- --seed ${result.seed}${bug === undefined ? '' : ` --bug ${bug}`}`;
  return [`storm ${result.seed}: ${result.violations.join('; ')}`, ...result.trace, `replay it: ${replay}`].join('\n');
}

/** Least of each kind in so many storms: weather that never comes shows nothing. */
const LEAST = 10;
/** Of the cells that may be, so many per cent are visited by the hundred storms. 64.4 and 61.9 are measured: what a mend changes moves one or two. */
const VISITED_PERCENT = 60;

describe('after a hundred storms', () => {
  const met = { crashes: 0, reconnects: 0, outages: 0, kills: 0, fills: 0, unknowns: 0 };
  const weathers = new Map<Weather, number>();
  const cells = new Map<string, number>();
  const leftovers = new Leftovers();
  let storms = 0;

  test('every book equals its broker, and nothing forbidden happened on the way', () => {
    console.info(`storms: seeds ${FIRST} to ${FIRST + STORMS - 1}`);
    for (let seed = FIRST; seed < FIRST + STORMS; seed += 1) {
      const result = storm(seed);
      expect(result.violations, sentence(result)).toEqual([]);
      for (const figure of Object.keys(met) as (keyof typeof met)[]) met[figure] += result[figure];
      for (const [kind, count] of result.weather) weathers.set(kind, (weathers.get(kind) ?? 0) + count);
      for (const [cell, count] of result.cells) cells.set(cell, (cells.get(cell) ?? 0) + count);
      leftovers.add(result.leftovers);
      storms += 1;
    }
  }, 240_000);

  test('every kind of weather has truly come, and everything else as well', () => {
    expect(storms).toBe(STORMS);
    // A sea in which nothing happens proves nothing.
    expect(Object.entries(met).filter(([, count]) => count < STORMS / 2)).toEqual([]);
    expect(WEATHERS.filter((kind) => (weathers.get(kind) ?? 0) < LEAST).map((kind) => `${kind} ${weathers.get(kind) ?? 0} ×`)).toEqual([]);
    expect(shareOf(cells).percent).toBeGreaterThanOrEqual(VISITED_PERCENT);
  });

  test('no more is left to the operator than is budgeted', () => {
    expect(storms).toBe(STORMS);
    // A hundred say little about a thousand: what chance may add is in the figure.
    expect(leftovers.spent().filter(({ count, most }) => count > most)).toEqual([]);
  });
});

test('without weather a storm has none', () => {
  expect(storm(1, { weather: false }).weather.size).toBe(0);
});

describe('the budget of what storms leave to the operator', () => {
  const LEFT: Leftover = { reason: 'exits', subject: 'DU1:1', amount: 10, at: 0, said: 'offer' };

  function leaving(storms: number, exits: readonly number[]): Leftovers {
    const leftovers = new Leftovers();
    for (let at = 0; at < storms; at += 1) leftovers.add(exits.map((count) => (at < count ? [LEFT] : [])));
    return leftovers;
  }

  test('is spent per thousand storms, each quiet for itself, and one beyond it is named', () => {
    expect(leaving(1_000, [BUDGET.exits, BUDGET.exits]).beyond()).toEqual([]);
    expect(leaving(1_000, [0, BUDGET.exits + 1]).beyond()).toMatchObject([{ reason: 'exits', count: 7, perThousand: 7, most: 6 }]);
  });

  test('scales with the storms, leaves room for chance below a thousand only, and says nothing of a few', () => {
    expect(leaving(5_000, [30, 0]).beyond()).toEqual([]);
    expect(leaving(5_000, [31, 0]).beyond()).toHaveLength(1);
    expect(leaving(300, [5, 0]).beyond()).toEqual([]);
    expect(leaving(300, [6, 0]).beyond()).toHaveLength(1);
    expect(leaving(150, [99, 0]).beyond()).toEqual([]);
  });
});

test('the same seed is the same storm', () => {
  expect(storm(7, { traceLines: 400 })).toEqual(storm(7, { traceLines: 400 }));
});

/**
 * Storms that meet a defect which the desk once had: with its mending taken out again each of them is violated, which `npm run mutants --
 * once-broken` shows. A seed means the same only as long as desk and storm draw on chance in the same way; where that command no longer
 * sees a fault by its seed, another is looked for. Defects that no storm of some hundreds meets today name the unit test that sees them, and stand
 * in the catalogue alone.
 */
const ONCE_BROKEN = MUTANTS.flatMap(({ does, seeds = [] }) => seeds.map((seed) => ({ seed, does })));

test('each defect that the desk once had is met by a storm, or by the test that its entry names', () => {
  expect(MUTANTS.filter(({ seeds = [], tests }) => seeds.length + tests.length === 0)).toEqual([]);
  expect(ONCE_BROKEN.length).toBeGreaterThan(0);
});

test.each(ONCE_BROKEN)('storm $seed is weathered. What it would meet: $does', ({ seed }) => {
  const result = storm(seed);
  expect(result.violations, sentence(result)).toEqual([]);
});

/** What must be said of each planted bug, so that it is caught for what it is and not for something else. */
const CAUGHT_BY: Readonly<Record<BugName, RegExp>> = {
  'double-send-on-reconnect': /^I-01: .* leaves again/,
  'fill-dropped-during-1100': /the fill .* is not in the book/,
  'order-id-as-identity': /^I-23: the fill .* was booked to another order/,
  'terminal-by-error-code': /is CANCELLED here and (PreSubmitted|Submitted|PendingCancel) at the broker/,
  'resend-of-unknown': /^I-01: .* leaves again/,
  'end-of-the-newest-list': /listed at .* are taken for request/,
};

describe('a planted bug is caught within a hundred storms', () => {
  test.each(BUGS)(
    '%s',
    (bug) => {
      let seed = FIRST;
      let found: StormResult | undefined;
      for (; seed < FIRST + STORMS && found === undefined; seed += 1) {
        const result = storm(seed, { bug });
        if (result.violations.some((violation) => CAUGHT_BY[bug].test(violation))) found = result;
      }
      console.info(`${bug}: ${found === undefined ? 'not caught' : `caught by storm ${found.seed}: ${found.violations[0] ?? ''}`}`);
      expect(found?.seed ?? `not caught by seeds ${FIRST} to ${FIRST + STORMS - 1}`).toBeTypeOf('number');
    },
    120_000,
  );
});
