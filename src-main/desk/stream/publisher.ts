import type { Frame, RowKey } from '#protocol/stream';
import { TABLES, VALUES, type TableName, type TableTopics, type TopicName, type ValueName, type ValueTopics } from '#protocol/topics';
import type { Subscriber } from '#desk/entrance/door';
import { Subscription, type FlowRules, type Traffic } from './subscription.ts';
import type { TopicSource } from './topic-source.ts';
import { VersionedTable } from './versioned-table.ts';
import { VersionedValue } from './versioned-value.ts';

export interface TableSource<Row extends object> {
  /** Inserts or replaces. Cells are compared by identity: an object in a cell is replaced by its owner, never changed. */
  set(key: RowKey, row: Row): void;
  /** The same for a few cells of a row that exists; cheaper, for what changes with every tick. */
  update(key: RowKey, fields: Partial<Row>): void;
  delete(key: RowKey): void;
  readonly size: number;
}

export interface ValueSource<Value extends object> {
  /** Merges. The first call gives the whole value. */
  set(fields: Partial<Value>): void;
}

export interface StreamStats {
  readonly subscribers: number;
  readonly frames: number;
  /** About, as JSON. */
  readonly bytes: number;
  /** Flushes that a screen was not ready to take. */
  readonly conflated: number;
  /** Snapshots that replaced what a screen already held. */
  readonly resyncs: number;
}

export interface Publisher {
  table<T extends TableName>(topic: T): TableSource<TableTopics[T]>;
  value<T extends ValueName>(topic: T): ValueSource<ValueTopics[T]>;
  /** Snapshots come with the next flush. */
  subscribe(topics: readonly TopicName[], send: (frame: Frame) => void): Subscriber;
  /** `now` in epoch ms; `commitSeq` the newest commit that the sources contain. */
  flush(now: number, commitSeq: number): void;
  stats(): StreamStats;
}

export interface PublisherOptions extends Partial<FlowRules> {
  /** Rows that `log`, `fills` and `pnl` keep. */
  readonly ring?: number;
  /** A `send` threw; its subscriber is closed. */
  readonly onFault?: (error: unknown) => void;
}

const APPENDED: ReadonlySet<TableName> = new Set<TableName>(['log', 'fills', 'pnl']);
const DEFAULT_RING = 2_000;

/**
 * Keeps what screens follow and sends each one what it lacks. A screen that keeps up sees every commit as cell patches; one that does
 * not sees the newest state when it is ready, whatever happened in between. Nothing here waits for a screen.
 */
export function createPublisher(options: PublisherOptions = {}): Publisher {
  const rules: FlowRules = {
    window: options.window ?? 2,
    lagMs: options.lagMs ?? 5_000,
    heartbeatMs: options.heartbeatMs ?? 1_000,
  };
  const ring = options.ring ?? DEFAULT_RING;
  const tables = new Map<TableName, VersionedTable>();
  for (const topic of Object.keys(TABLES) as TableName[]) {
    tables.set(topic, new VersionedTable({ topic, keyColumn: TABLES[topic].key, ring: APPENDED.has(topic) ? ring : null }));
  }
  const values = new Map<ValueName, VersionedValue>();
  for (const topic of Object.keys(VALUES) as ValueName[]) values.set(topic, new VersionedValue(topic));
  const sources = new Map<TopicName, TopicSource>([...tables, ...values]);
  const subscriptions = new Set<Subscription>();
  const traffic: Traffic = { frames: 0, bytes: 0, conflated: 0, resyncs: 0 };

  function trim(): void {
    for (const [topic, table] of tables) {
      let oldest = table.version;
      for (const subscription of subscriptions) oldest = Math.min(oldest, subscription.held(topic) ?? oldest);
      table.trim(oldest);
    }
  }

  return {
    table: (topic) => known(tables.get(topic), topic),
    value: (topic) => known(values.get(topic), topic),
    subscribe(topics, send) {
      const followed = new Map<TopicName, TopicSource>();
      for (const topic of topics) followed.set(topic, known(sources.get(topic), topic));
      const subscription = new Subscription(followed, send, rules, traffic, (self) => subscriptions.delete(self));
      subscriptions.add(subscription);
      return subscription;
    },
    flush(now, commitSeq) {
      for (const subscription of [...subscriptions]) {
        try {
          subscription.flush(now, commitSeq);
        } catch (error) {
          subscription.close();
          options.onFault?.(error);
        }
      }
      trim();
    },
    stats: () => ({ subscribers: subscriptions.size, ...traffic }),
  };
}

function known<T>(source: T | undefined, topic: string): T {
  if (source === undefined) throw new Error(`There is no topic ${topic}`);
  return source;
}
