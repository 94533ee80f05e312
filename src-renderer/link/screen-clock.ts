import { Listeners } from '../replica/listeners.ts';

/**
 * The desk's clock as seen from here, epoch ms, and one shared beat for everything that counts. The sender's stamp is older
 * than its arrival by the way it took, so the largest difference of the recent frames is the best guess of the offset.
 */
export class ScreenClock {
  readonly #local: () => number;
  readonly #beat = new Listeners();
  #offset: number | undefined;
  #shown = 0;

  constructor(local: () => number) {
    this.#local = local;
  }

  now(): number {
    return this.#local() + (this.#offset ?? 0);
  }

  /** The moment of the last beat: what the screen counts with, so that all ages of one picture agree. */
  get shown(): number {
    return this.#shown === 0 ? this.now() : this.#shown;
  }

  observe(sentAt: number): void {
    const offset = sentAt - this.#local();
    if (this.#offset === undefined || offset > this.#offset || offset < this.#offset - 1_000) this.#offset = offset;
    else this.#offset += (offset - this.#offset) * 0.001;
  }

  beat(): void {
    this.#shown = this.now();
    this.#beat.call();
  }

  subscribe(listener: () => void): () => void {
    return this.#beat.add(listener);
  }
}
