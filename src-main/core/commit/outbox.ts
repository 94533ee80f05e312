import { Ring } from './ring.ts';
import type { Release } from './work.ts';

/** Effects between their commit and their release. Each is handed to the one dispatcher exactly once, in the order of commits. */
export class Outbox<E> {
  readonly #waiting = new Ring<Release<E>>();
  #dispatch: ((release: Release<E>) => void) | undefined;
  #released = 0;

  get depth(): number {
    return this.#waiting.length;
  }

  get released(): number {
    return this.#released;
  }

  /** A second dispatcher would mean that an order could leave twice: a bug. */
  connect(dispatch: (release: Release<E>) => void): void {
    if (this.#dispatch !== undefined) throw new Error('The outbox already has its dispatcher');
    this.#dispatch = dispatch;
  }

  put(effects: readonly E[], { seq, brokerAt, durable }: Omit<Release<E>, 'effect'>): void {
    for (const effect of effects) this.#waiting.push({ effect, seq, brokerAt, durable });
  }

  /** Releases everything. A dispatcher that throws has had its effect: it is not offered again. */
  flush(onError: (error: unknown) => void): void {
    for (let release = this.#waiting.shift(); release !== undefined; release = this.#waiting.shift()) {
      this.#released += 1;
      try {
        if (this.#dispatch === undefined) throw new Error('An effect left before the outbox had a dispatcher');
        this.#dispatch(release);
      } catch (error) {
        onError(error);
      }
    }
  }
}
