import { expect, test } from 'vitest';
import { storm } from './storm.ts';
import { type Weather, WEATHERS } from './weather.ts';

const STORMS = 100;
/** Least of each kind in so many storms: weather that never comes shows nothing. */
const LEAST = 10;

test('in a hundred storms every kind of weather truly comes, and everything else as well', () => {
  const met = new Map<Weather, number>();
  for (let seed = 1; seed <= STORMS; seed += 1)
    for (const [kind, count] of storm(seed).weather) met.set(kind, (met.get(kind) ?? 0) + count);
  expect(WEATHERS.filter((kind) => (met.get(kind) ?? 0) < LEAST).map((kind) => `${kind} ${met.get(kind) ?? 0} ×`)).toEqual([]);
}, 240_000);

test('without weather a storm has none', () => {
  expect(storm(1, { weather: false }).weather.size).toBe(0);
});
