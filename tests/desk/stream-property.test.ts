import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPublisher } from '#desk/stream/publisher';
import type { Frame } from '#protocol/stream';
import type { LogRow, OrderRow, QuoteRow, StatusValue, TopicName } from '#protocol/topics';
import { ScreenModel, type ModelRow } from './stream-model.ts';

/** A row of each kind is far smaller here than in life; the publisher knows only keys and cells. */
const KEYS = { orders: 'key', quotes: 'conId', log: 'id' } as const;
const TOPICS: readonly TopicName[] = ['orders', 'quotes', 'log', 'status'];
const RING = 8;

type Step =
  | { readonly do: 'order'; readonly key: string; readonly filled: number; readonly note: string | null }
  | { readonly do: 'drop'; readonly key: string }
  | { readonly do: 'quote'; readonly conId: number; readonly bid: number; readonly ask: number }
  | { readonly do: 'log'; readonly burst: number }
  | { readonly do: 'status'; readonly engine: string; readonly lamps: readonly string[] }
  | { readonly do: 'flush'; readonly after: number }
  | { readonly do: 'ack'; readonly screen: number; readonly back: number }
  | { readonly do: 'pause' | 'resume'; readonly screen: number }
  | { readonly do: 'resync'; readonly screen: number; readonly topic: TopicName }
  | { readonly do: 'reload'; readonly screen: number };

const SCREENS = 3;
/** Screen 0 acknowledges at once and is never paused. */
const KEEPS_UP = 0;
const laggard = fc.integer({ min: 1, max: SCREENS - 1 });
const anyScreen = fc.integer({ min: 0, max: SCREENS - 1 });
const orderKey = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('order' as const),
      key: orderKey,
      filled: fc.integer({ min: 0, max: 3 }),
      note: fc.constantFrom(null, 'x'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('drop' as const), key: orderKey }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('quote' as const),
      conId: fc.integer({ min: 1, max: 4 }),
      bid: fc.integer({ min: 0, max: 3 }),
      ask: fc.integer({ min: 0, max: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('log' as const), burst: fc.integer({ min: 1, max: RING }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('status' as const),
      engine: fc.constantFrom('IDLE', 'PAUSED'),
      lamps: fc.array(fc.constantFrom('on', 'off'), { maxLength: 2 }),
    }),
  },
  { weight: 9, arbitrary: fc.record({ do: fc.constant('flush' as const), after: fc.constantFrom(1, 16, 33, 100, 1_000, 6_000) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('ack' as const), screen: laggard, back: fc.integer({ min: 0, max: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const), screen: laggard }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('resync' as const), screen: anyScreen, topic: fc.constantFrom(...TOPICS) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reload' as const), screen: laggard }) },
);

test('every screen equals the desk at rest, whatever it slept through, and a commit it is told of is really there', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 120 }), (steps) => {
      const publisher = createPublisher({ ring: RING });
      const orders = new Map<string, ModelRow>();
      const quotes = new Map<number, ModelRow>();
      const log: ModelRow[] = [];
      const status: Record<string, unknown> = {};
      /** Newest change of each order at each commit. */
      const history: { readonly seq: number; readonly key: string; readonly gone: boolean }[] = [];
      let seq = 0;
      let now = 0;
      const open = (index: number) => {
        const model = new ScreenModel(KEYS);
        const screen = {
          model,
          acked: 0,
          subscriber: publisher.subscribe(TOPICS, (frame: Frame) => {
            model.apply(frame);
            if (frame.number - screen.acked > 2) throw new Error('more than two frames in flight');
            checkContained(model, frame.commitSeq);
            if (index === KEEPS_UP) screen.acked = frame.number;
          }),
        };
        return screen;
      };
      const checkContained = (model: ScreenModel, commitSeq: number) => {
        const newest = new Map<string, { seq: number; gone: boolean }>();
        for (const change of history) if (change.seq <= commitSeq) newest.set(change.key, change);
        for (const [key, change] of newest) {
          const row = model.rows('orders')[key];
          const later = history.some((other) => other.key === key && other.seq > change.seq);
          if (row === undefined ? !change.gone && !later : Number(row['version']) < change.seq) {
            throw new Error(`told of commit ${commitSeq}, but ${key} is not as of ${change.seq}`);
          }
        }
      };
      const screens = Array.from({ length: SCREENS }, (_, i) => open(i));
      const flush = (after: number) => {
        now += after;
        publisher.flush(now, seq);
        screens[KEEPS_UP]!.subscriber.ack(screens[KEEPS_UP]!.acked);
      };

      for (const action of steps) {
        switch (action.do) {
          case 'order': {
            seq += 1;
            const row = { key: action.key, filled: action.filled, note: action.note, version: seq };
            orders.set(action.key, row);
            history.push({ seq, key: action.key, gone: false });
            publisher.table('orders').set(action.key, row as unknown as OrderRow);
            break;
          }
          case 'drop':
            if (!orders.delete(action.key)) break;
            seq += 1;
            history.push({ seq, key: action.key, gone: true });
            publisher.table('orders').delete(action.key);
            break;
          case 'quote': {
            const row = { conId: action.conId, bid: action.bid, ask: action.ask };
            quotes.set(action.conId, row);
            publisher.table('quotes').set(action.conId, row as unknown as QuoteRow);
            break;
          }
          case 'log':
            // The promise holds up to a ring of lines between two frames; beyond twice the ring memory comes first.
            if (log.length + action.burst - (screens[KEEPS_UP]!.model.seen.get('log')?.size ?? 0) > RING) flush(40);
            for (let i = 0; i < action.burst; i += 1) {
              const row = { id: log.length + 1, text: `line ${log.length + 1}` };
              log.push(row);
              publisher.table('log').set(row.id, row as unknown as LogRow);
            }
            break;
          case 'status':
            Object.assign(status, { engine: action.engine, lamps: action.lamps });
            publisher.value('status').set({ engine: action.engine, lamps: [...action.lamps] } as unknown as StatusValue);
            break;
          case 'flush':
            flush(action.after);
            break;
          case 'ack': {
            const screen = screens[action.screen]!;
            screen.acked = Math.max(screen.acked, screen.model.number - action.back);
            screen.subscriber.ack(screen.acked);
            break;
          }
          case 'pause':
          case 'resume':
            screens[action.screen]!.subscriber.setPaused(action.do === 'pause');
            break;
          case 'resync':
            screens[action.screen]!.acked = screens[action.screen]!.model.number;
            screens[action.screen]!.subscriber.resync([action.topic]);
            break;
          case 'reload':
            screens[action.screen]!.subscriber.close();
            screens[action.screen] = open(action.screen);
            break;
        }
      }

      for (const screen of screens) screen.subscriber.setPaused(false);
      for (let i = 0; i < 6; i += 1) {
        for (const screen of screens) {
          screen.acked = screen.model.number;
          screen.subscriber.ack(screen.model.number);
        }
        flush(1_000);
      }
      for (const screen of screens) {
        expect(screen.model.commitSeq).toBe(seq);
        expect(screen.model.rows('orders')).toEqual(Object.fromEntries(orders));
        expect(screen.model.rows('quotes')).toEqual(Object.fromEntries(quotes));
        expect(screen.model.rows('log')).toEqual(Object.fromEntries(log.slice(-RING).map((row) => [row['id'], row])));
        expect(screen.model.values.get('status')?.value ?? {}).toEqual(status);
      }
      expect([...(screens[KEEPS_UP]!.model.seen.get('log') ?? [])]).toEqual(log.map((row) => row['id']));
      expect(publisher.stats().subscribers).toBe(SCREENS);
    }),
    { numRuns: 1_000, seed: Number(process.env['SEED'] ?? 20131008), verbose: fc.VerbosityLevel.Verbose },
  );
});
