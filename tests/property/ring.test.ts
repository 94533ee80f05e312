import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LaneQueues } from '#core/commit/lane';
import { Ring } from '#core/commit/ring';
import { type Lane, LANES } from '#core/ports/lane';
import { holds } from '../support/property.ts';

test('a queue gives back what it took, in order, however often it grows while it is in use', async () => {
  // Bursts of arrivals and departures, so that it grows with its begin anywhere.
  const bursts = fc.array(fc.integer({ min: -40, max: 60 }), { minLength: 1, maxLength: 20 });
  await holds(
    'ring against an array',
    fc.property(bursts, (counts) => {
      const ring = new Ring<number>();
      const plain: number[] = [];
      let next = 0;
      for (const count of counts) {
        for (let at = 0; at < count; at += 1) {
          ring.push(next);
          plain.push(next);
          next += 1;
        }
        for (let at = 0; at > count; at -= 1) expect(ring.shift()).toBe(plain.shift());
        expect([ring.length, ring.peek()]).toEqual([plain.length, plain[0]]);
        expect([...ring]).toEqual(plain);
      }
    }),
  );
}, 60_000);

test('the most urgent lane goes first, and within a lane what came first', async () => {
  const lanes = fc.constantFrom(...LANES);
  await holds(
    'lanes against a sorted list',
    fc.property(fc.array(fc.option(lanes, { nil: undefined, freq: 2 }), { maxLength: 60 }), (steps) => {
      const queues = new LaneQueues<{ readonly lane: Lane; readonly id: number }>();
      const plain: { readonly lane: Lane; readonly id: number }[] = [];
      for (const [id, lane] of steps.entries()) {
        if (lane === undefined) {
          const first = plain.toSorted((a, b) => LANES.indexOf(a.lane) - LANES.indexOf(b.lane) || a.id - b.id)[0];
          expect(queues.shift()).toBe(first);
          if (first !== undefined) plain.splice(plain.indexOf(first), 1);
        } else {
          const item = { lane, id };
          queues.push(item);
          plain.push(item);
        }
        expect(queues.length).toBe(plain.length);
        for (const one of LANES) expect(queues.lengths()[one]).toBe(plain.filter((item) => item.lane === one).length);
      }
    }),
  );
}, 60_000);
