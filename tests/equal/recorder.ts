import { createHash } from 'node:crypto';
import type { CommitNews } from '#core/commit/work';
import type { OutboundFrame, StormListener } from '../storm/listener.ts';
import type { Translation } from './words.ts';

/** How often each kind of thing was recorded. */
export interface Recorded {
  readonly commits: number;
  readonly frames: number;
  readonly logs: number;
  /** SHA-256 over all lines, 64 hex digits. */
  readonly hash: string;
}

/**
 * Puts down every commit with its cells, every frame and every line for the operator, one text line each, in their order. Nothing in it
 * depends on the process: times are those of the storm's clock, and members stand in the order of their names.
 */
export class Recorder implements StormListener {
  readonly #translation: Translation;
  readonly #tell: (line: string) => void;
  readonly #hash = createHash('sha256');
  #commits = 0;
  #frames = 0;
  #logs = 0;

  /** `tell` is given each line without its line end. */
  constructor(translation: Translation, tell: (line: string) => void = () => undefined) {
    this.#translation = translation;
    this.#tell = tell;
  }

  commit(life: number, news: CommitNews): void {
    this.#commits += 1;
    const { seq, at, lane, name, cause, tombstone, changes } = news;
    const said = this.#translation;
    const failed = tombstone === undefined ? '' : ` tombstone ${said.json(tombstone, 'cause')}`;
    this.#line(`commit ${life}:${seq} at ${at} ${lane} ${said.commit(name)} ${said.json(cause, 'cause')}${failed}`);
    for (const change of changes) {
      const store = said.store(change.store);
      const key = typeof change.key === 'string' ? JSON.stringify(said.text(change.key)) : String(change.key);
      this.#line(`  ${store} ${key} ${change.value === undefined ? 'deleted' : said.json(change.value, store)}`);
    }
  }

  frame(life: number, clientId: number, frame: OutboundFrame): void {
    this.#frames += 1;
    this.#line(`frame ${life} client ${clientId} ${this.#translation.json(frame, 'frame')}`);
  }

  log(life: number, line: object): void {
    this.#logs += 1;
    this.#line(`log ${life} ${this.#translation.json(line, 'log')}`);
  }

  /** What else came of it, e.g. how it ended. */
  note(text: string): void {
    this.#line(`note ${this.#translation.text(text)}`);
  }

  /** Once, at the end. */
  recorded(): Recorded {
    return { commits: this.#commits, frames: this.#frames, logs: this.#logs, hash: this.#hash.digest('hex') };
  }

  #line(line: string): void {
    this.#hash.update(line).update('\n');
    this.#tell(line);
  }
}
