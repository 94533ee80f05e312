import type { Frame, Update } from '#protocol/stream';
import { TABLES, VALUES, type TableName, type TopicName, type ValueName } from '#protocol/topics';
import type { Subscriber } from '#desk/entrance/door';
import type { TopicSource } from './topic-source.ts';

/** Topics whose changes are no commits: they do not hold back `commitSeq`. */
const NOT_COMMITTED: ReadonlySet<TopicName> = new Set<TopicName>(['quotes', 'pnl', 'diagnostics']);
/** A flush this many ms before its slot begins belongs to it: timers are not exact. */
const SLOT_SLACK_MS = 4;

export interface FlowRules {
  /** Frames sent and not acknowledged, at most. */
  readonly window: number;
  /** A screen that took nothing for this long gets snapshots instead of patches. */
  readonly lagMs: number;
  /** A frame at least this often, even an empty one: silence means a broken stream. */
  readonly heartbeatMs: number;
}

export interface Traffic {
  frames: number;
  bytes: number;
  conflated: number;
  resyncs: number;
}

interface Followed {
  readonly source: TopicSource;
  readonly intervalMs: number;
  readonly committed: boolean;
  /** The version the screen holds; null: it needs a snapshot. */
  held: number | null;
  /** The slot of time in which it was last sent. */
  slot: number;
  /** Every change up to this commit has been sent. */
  through: number;
}

function intervalOf(topic: TopicName): number {
  const { maxHz } = topic in TABLES ? TABLES[topic as TableName] : VALUES[topic as ValueName];
  return 1000 / maxHz;
}

/** One screen's stream: what it holds, what it has not acknowledged. Memory does not grow while it is behind. */
export class Subscription implements Subscriber {
  readonly #topics = new Map<TopicName, Followed>();
  readonly #send: (frame: Frame) => void;
  readonly #rules: FlowRules;
  readonly #traffic: Traffic;
  readonly #onClose: (self: Subscription) => void;
  #number = 0;
  #acknowledged = 0;
  #paused = false;
  #closed = false;
  #behindSince: number | null = null;
  #lastFrameAt = -Infinity;
  #lastCommitSeq = -1;

  constructor(
    sources: ReadonlyMap<TopicName, TopicSource>,
    send: (frame: Frame) => void,
    rules: FlowRules,
    traffic: Traffic,
    onClose: (self: Subscription) => void,
  ) {
    for (const [topic, source] of sources) {
      const committed = !NOT_COMMITTED.has(topic);
      this.#topics.set(topic, { source, intervalMs: intervalOf(topic), committed, held: null, slot: -1, through: -1 });
    }
    this.#send = send;
    this.#rules = rules;
    this.#traffic = traffic;
    this.#onClose = onClose;
  }

  ack(number: number): void {
    if (Number.isInteger(number) && number > this.#acknowledged && number <= this.#number) this.#acknowledged = number;
  }

  resync(topics: readonly TopicName[]): void {
    // Who asks is alive and has dealt with what came: without this, two lost acknowledgements would stop the stream for good.
    this.#acknowledged = this.#number;
    for (const topic of topics) this.#forget(this.#topics.get(topic));
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose(this);
  }

  /** The version of `topic` this screen holds; null when it follows it not, or needs a snapshot anyway. */
  held(topic: TopicName): number | null {
    return this.#topics.get(topic)?.held ?? null;
  }

  flush(now: number, commitSeq: number): void {
    if (this.#closed) return;
    if (this.#paused || this.#number - this.#acknowledged >= this.#rules.window) {
      this.#behindSince ??= now;
      if (this.#hasChanges()) this.#traffic.conflated += 1;
      return;
    }
    if (this.#behindSince !== null && now - this.#behindSince > this.#rules.lagMs) {
      for (const followed of this.#topics.values()) this.#forget(followed);
    }
    this.#behindSince = null;
    const updates: Update[] = [];
    let contained = commitSeq;
    for (const followed of this.#topics.values()) {
      const update = this.#next(followed, now, commitSeq);
      if (update !== null) updates.push(update);
      if (followed.committed) contained = Math.min(contained, followed.through);
    }
    const due = updates.length > 0 || contained !== this.#lastCommitSeq || now - this.#lastFrameAt >= this.#rules.heartbeatMs;
    if (!due) return;
    this.#number += 1;
    this.#lastFrameAt = now;
    this.#lastCommitSeq = contained;
    this.#traffic.frames += 1;
    this.#send({ number: this.#number, commitSeq: contained, at: now, updates });
  }

  #next(followed: Followed, now: number, commitSeq: number): Update | null {
    const { source, held } = followed;
    if (held === source.version) {
      followed.through = commitSeq;
      return null;
    }
    const slot = Math.floor((now + SLOT_SLACK_MS) / followed.intervalMs);
    if (held !== null && slot === followed.slot) return null;
    let encoded = held === null ? null : source.since(held);
    if (encoded === null) {
      encoded = source.snapshot();
      if (held !== null) this.#traffic.resyncs += 1;
    }
    followed.slot = slot;
    followed.through = commitSeq;
    if (encoded === null) return null;
    followed.held = source.version;
    this.#traffic.bytes += encoded.bytes;
    return encoded.update;
  }

  #forget(followed: Followed | undefined): void {
    if (followed === undefined || followed.held === null) return;
    followed.held = null;
    this.#traffic.resyncs += 1;
  }

  #hasChanges(): boolean {
    for (const followed of this.#topics.values()) if (followed.held !== followed.source.version) return true;
    return false;
  }
}
