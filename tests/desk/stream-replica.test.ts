import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonFrame } from '#desk/stream/json-frame';
import { createPublisher } from '#desk/stream/publisher';
import type { Frame } from '#protocol/stream';
import type { QuoteRow } from '#protocol/topics';
import { ReplicaSet } from '../../src-renderer/replica/replica-set.ts';

/** The publisher and the screen's own copies, joined as in life: by structured clone over IPC, by text over the socket. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('set' as const),
      conId: fc.integer({ min: 1, max: 5 }),
      bid: fc.integer({ min: 0, max: 2 }),
      fault: fc.constantFrom(null, 'stale'),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('update' as const),
      conId: fc.integer({ min: 1, max: 5 }),
      bid: fc.constantFrom(null, 0, 1, 2.5),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), conId: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('flush' as const), look: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('resync' as const) }) },
);

test("the console's own replica follows the publisher without a gap, looked at or not, and keeps rows that did not change", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 100 }), (steps) => {
      const publisher = createPublisher();
      const screen = new ReplicaSet();
      const { quotes } = screen.tables;
      const truth = new Map<number, Record<string, unknown>>();
      let now = 0;
      let number = 0;
      const subscriber = publisher.subscribe(['quotes'], (frame) => {
        number = frame.number;
        // One push over IPC, the next over the browser's socket.
        const came = frame.number % 2 === 0 ? structuredClone(frame) : (JSON.parse(JSON.stringify(jsonFrame(frame))) as Frame);
        expect(screen.apply(came)).toEqual([]);
      });
      const look = () => new Map(quotes.keys.map((key) => [key, quotes.row(key)]));
      const flush = () => {
        publisher.flush((now += 200), 0);
        subscriber.ack(number);
      };
      for (const action of steps) {
        switch (action.do) {
          case 'set': {
            const row = { conId: action.conId, bid: action.bid, fault: action.fault, label: 'IBM' };
            truth.set(action.conId, row);
            publisher.table('quotes').set(action.conId, row as unknown as QuoteRow);
            break;
          }
          case 'update': {
            const row = truth.get(action.conId);
            if (row === undefined) break;
            truth.set(action.conId, { ...row, bid: action.bid });
            publisher.table('quotes').update(action.conId, { bid: action.bid } as unknown as Partial<QuoteRow>);
            break;
          }
          case 'delete':
            truth.delete(action.conId);
            publisher.table('quotes').delete(action.conId);
            break;
          case 'flush': {
            const before = look();
            flush();
            if (!action.look) break;
            for (const [key, row] of look()) {
              const old = before.get(key);
              if (old !== undefined && JSON.stringify(old) === JSON.stringify(row)) expect(row).toBe(old);
            }
            break;
          }
          case 'resync':
            subscriber.resync(['quotes']);
            break;
        }
      }
      flush();
      flush();
      expect(Object.fromEntries(look())).toEqual(Object.fromEntries(truth));
    }),
    { numRuns: 1_000, seed: Number(process.env['SEED'] ?? 20131008), verbose: fc.VerbosityLevel.Verbose },
  );
});
