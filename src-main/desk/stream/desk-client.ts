import type { Frame } from '#protocol/stream';
import { TOPIC_NAMES, type TopicName } from '#protocol/topics';
import type { Caller, DeskDoor, StreamHandle, Subscriber } from '#desk/entrance/door';
import { isTopicName } from './stream-handlers.ts';

export type Identity = Pick<Caller, 'id' | 'by' | 'scope' | 'atDesk' | 'session' | 'windows'>;

/** One screen behind a door: its calls, and its one stream. A newer stream replaces the older. */
export class DeskClient implements Caller {
  readonly id: string;
  readonly by: string;
  readonly scope: Caller['scope'];
  readonly atDesk: boolean;
  readonly session: number | null;
  readonly windows: Caller['windows'];
  readonly #door: DeskDoor;
  #stream: Subscriber | null = null;
  #closed = false;

  constructor(door: DeskDoor, { id, by, scope, atDesk, session, windows }: Identity) {
    this.#door = door;
    this.id = id;
    this.by = by;
    this.scope = scope;
    this.atDesk = atDesk;
    this.session = session;
    this.windows = windows;
  }

  get closed(): boolean {
    return this.#closed;
  }

  stream(): StreamHandle | null {
    return this.#stream;
  }

  call(name: unknown, input: unknown): Promise<unknown> {
    return this.#door.call(name, input, this);
  }

  /** An empty list ends the stream. False when `topics` is no list of topics; the present stream then stays. */
  subscribe(topics: unknown, send: (frame: Frame) => void): boolean {
    if (this.#closed || !Array.isArray(topics) || topics.length > TOPIC_NAMES.length || !topics.every(isTopicName)) return false;
    this.unsubscribe();
    if (topics.length > 0) this.#stream = this.#door.subscribe([...new Set<TopicName>(topics)], send);
    return true;
  }

  unsubscribe(): void {
    this.#stream?.close();
    this.#stream = null;
  }

  close(): void {
    this.#closed = true;
    this.unsubscribe();
  }
}
