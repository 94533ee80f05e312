import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPublisher } from '#desk/stream/publisher';
import type { Frame } from '#protocol/stream';
import type { LogRow } from '#protocol/log-row';
import type { OrderRow, QuoteRow, StatusValue, TopicName } from '#protocol/topics';
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

interface Screen {
  readonly model: ScreenModel;
  readonly subscriber: ReturnType<ReturnType<typeof createPublisher>['subscribe']>;
  acked: number;
}

/** A publisher, what it was told, and the screens that follow it. */
class Desk {
  readonly #publisher = createPublisher({ ring: RING });
  readonly #orders = new Map<string, ModelRow>();
  readonly #quotes = new Map<number, ModelRow>();
  readonly #log: ModelRow[] = [];
  readonly #status: Record<string, unknown> = {};
  /** Newest change of each order at each commit. */
  readonly #history: { readonly seq: number; readonly key: string; readonly gone: boolean }[] = [];
  #seq = 0;
  #now = 0;
  readonly #screens: Screen[] = Array.from({ length: SCREENS }, (_, i) => this.#open(i));

  do(action: Step): void {
    switch (action.do) {
      case 'order':
        this.#order(action);
        break;
      case 'drop':
        this.#drop(action.key);
        break;
      case 'quote': {
        const row = { conId: action.conId, bid: action.bid, ask: action.ask };
        this.#quotes.set(action.conId, row);
        this.#publisher.table('quotes').set(action.conId, row as unknown as QuoteRow);
        break;
      }
      case 'log':
        this.#lines(action.burst);
        break;
      case 'status':
        Object.assign(this.#status, { engine: action.engine, lamps: action.lamps });
        this.#publisher.value('status').set({ engine: action.engine, lamps: [...action.lamps] } as unknown as StatusValue);
        break;
      case 'flush':
        this.#flush(action.after);
        break;
      case 'ack': {
        const screen = this.#screens[action.screen]!;
        screen.acked = Math.max(screen.acked, screen.model.number - action.back);
        screen.subscriber.ack(screen.acked);
        break;
      }
      case 'pause':
      case 'resume':
        this.#screens[action.screen]!.subscriber.setPaused(action.do === 'pause');
        break;
      case 'resync':
        this.#screens[action.screen]!.acked = this.#screens[action.screen]!.model.number;
        this.#screens[action.screen]!.subscriber.resync([action.topic]);
        break;
      case 'reload':
        this.#screens[action.screen]!.subscriber.close();
        this.#screens[action.screen] = this.#open(action.screen);
        break;
    }
  }

  /** Nobody is paused and everybody acknowledges, until nothing is left to send. */
  rest(): void {
    for (const screen of this.#screens) screen.subscriber.setPaused(false);
    for (let i = 0; i < 6; i += 1) {
      for (const screen of this.#screens) {
        screen.acked = screen.model.number;
        screen.subscriber.ack(screen.model.number);
      }
      this.#flush(1_000);
    }
  }

  expectEqualScreens(): void {
    for (const { model } of this.#screens) {
      expect(model.commitSeq).toBe(this.#seq);
      expect(model.rows('orders')).toEqual(Object.fromEntries(this.#orders));
      expect(model.rows('quotes')).toEqual(Object.fromEntries(this.#quotes));
      expect(model.rows('log')).toEqual(Object.fromEntries(this.#log.slice(-RING).map((row) => [row['id'], row])));
      expect(model.values.get('status')?.value ?? {}).toEqual(this.#status);
    }
    expect([...(this.#screens[KEEPS_UP]!.model.seen.get('log') ?? [])]).toEqual(this.#log.map((row) => row['id']));
    expect(this.#publisher.stats().subscribers).toBe(SCREENS);
  }

  #open(index: number): Screen {
    const model = new ScreenModel(KEYS);
    const screen: Screen = {
      model,
      acked: 0,
      subscriber: this.#publisher.subscribe(TOPICS, (frame: Frame) => {
        model.apply(frame);
        if (frame.number - screen.acked > 2) throw new Error('more than two frames in flight');
        this.#checkContained(model, frame.commitSeq);
        if (index === KEEPS_UP) screen.acked = frame.number;
      }),
    };
    return screen;
  }

  #checkContained(model: ScreenModel, commitSeq: number): void {
    const newest = new Map<string, { seq: number; gone: boolean }>();
    for (const change of this.#history) if (change.seq <= commitSeq) newest.set(change.key, change);
    for (const [key, change] of newest) {
      const row = model.rows('orders')[key];
      const later = this.#history.some((other) => other.key === key && other.seq > change.seq);
      if (row === undefined ? !change.gone && !later : Number(row['version']) < change.seq) {
        throw new Error(`told of commit ${commitSeq}, but ${key} is not as of ${change.seq}`);
      }
    }
  }

  #flush(after: number): void {
    this.#now += after;
    this.#publisher.flush(this.#now, this.#seq);
    this.#screens[KEEPS_UP]!.subscriber.ack(this.#screens[KEEPS_UP]!.acked);
  }

  #order({ key, filled, note }: Extract<Step, { readonly do: 'order' }>): void {
    this.#seq += 1;
    const row = { key, filled, note, version: this.#seq };
    this.#orders.set(key, row);
    this.#history.push({ seq: this.#seq, key, gone: false });
    this.#publisher.table('orders').set(key, row as unknown as OrderRow);
  }

  #drop(key: string): void {
    if (!this.#orders.delete(key)) return;
    this.#seq += 1;
    this.#history.push({ seq: this.#seq, key, gone: true });
    this.#publisher.table('orders').delete(key);
  }

  #lines(burst: number): void {
    // The promise holds up to a ring of lines between two frames; beyond twice the ring memory comes first.
    if (this.#log.length + burst - (this.#screens[KEEPS_UP]!.model.seen.get('log')?.size ?? 0) > RING) this.#flush(40);
    for (let i = 0; i < burst; i += 1) {
      const row = { id: this.#log.length + 1, text: `line ${this.#log.length + 1}` };
      this.#log.push(row);
      this.#publisher.table('log').set(row.id, row as unknown as LogRow);
    }
  }
}

test('every screen equals the desk at rest, whatever it slept through, and a commit it is told of is really there', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 120 }), (steps) => {
      const desk = new Desk();
      for (const action of steps) desk.do(action);
      desk.rest();
      desk.expectEqualScreens();
    }),
    { numRuns: 1_000, seed: Number(process.env['SEED'] ?? 20131008), verbose: fc.VerbosityLevel.Verbose },
  );
});
