import { expect, test } from 'vitest';
import { socketStorm, type SocketStormResult } from './socket-storm.ts';

const FIRST = 1;
const STORMS = 10;

function sentence({ seed, violations, trace }: SocketStormResult): string {
  return [`socket storm ${seed}: ${violations.join('; ')}`, ...trace, `replay it: npm run storm -- --socket 1 --first ${seed}`].join('\n');
}

test('after storms over real sockets the book of the whole desk equals the ledger of the simulator', async () => {
  const met = { kills: 0, orders: 0, fills: 0, restarts: 0 };
  const troubles = new Set<string>();
  for (let seed = FIRST; seed < FIRST + STORMS; seed += 1) {
    const result = await socketStorm(seed);
    expect(result.violations, sentence(result)).toEqual([]);
    met.kills += result.kills;
    met.orders += result.orders;
    met.fills += result.fills;
    met.restarts += result.lives - 1;
    for (const kind of result.troubles.keys()) troubles.add(kind);
  }
  // A sea in which nothing happens proves nothing.
  expect(Object.entries(met).filter(([, count]) => count < STORMS / 2)).toEqual([]);
  expect(troubles.size).toBeGreaterThan(15);
});

/** In these a farm answers in the middle of an outage while the connections stay: seen with `storm-socket/farm-ends-an-outage` planted. */
test.each([12, 37, 38])('storm %i over sockets is weathered: no farm ends an outage', async (seed) => {
  const result = await socketStorm(seed);
  expect(result.violations, sentence(result)).toEqual([]);
});

test('the same seed is the same storm over sockets', async () => {
  const one = await socketStorm(3, 600);
  expect(await socketStorm(3, 600)).toEqual(one);
});
