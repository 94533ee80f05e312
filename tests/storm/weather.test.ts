import { expect, test } from 'vitest';
import { Leftovers } from './budget.ts';
import { shareOf } from './coverage-share.ts';
import { storm } from './storm.ts';
import { type Weather, WEATHERS } from './weather.ts';

const STORMS = 100;
/** Least of each kind in so many storms: weather that never comes shows nothing. */
const LEAST = 10;
/** Of the cells that may be, so many per cent are visited by the hundred storms; 64.4 are measured, and a change of chance moves one or two. */
const VISITED_PERCENT = 62;

test('in a hundred storms every kind of weather truly comes, and everything else as well', () => {
  const met = new Map<Weather, number>();
  const cells = new Map<string, number>();
  const leftovers = new Leftovers();
  for (let seed = 1; seed <= STORMS; seed += 1) {
    const { weather, cells: visited, leftovers: left } = storm(seed);
    leftovers.add(left);
    for (const [kind, count] of weather) met.set(kind, (met.get(kind) ?? 0) + count);
    for (const [cell, count] of visited) cells.set(cell, (cells.get(cell) ?? 0) + count);
  }
  expect(WEATHERS.filter((kind) => (met.get(kind) ?? 0) < LEAST).map((kind) => `${kind} ${met.get(kind) ?? 0} ×`)).toEqual([]);
  // A hundred say little about a thousand: what chance may add is in the figure.
  expect(leftovers.spent().filter(({ count, most }) => count > most)).toEqual([]);
  expect(shareOf(cells).percent).toBeGreaterThanOrEqual(VISITED_PERCENT);
}, 240_000);

test('without weather a storm has none', () => {
  expect(storm(1, { weather: false }).weather.size).toBe(0);
});
