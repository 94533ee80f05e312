import type { Random } from '#simulator/model/random';
import type { StormClock } from './clock.ts';

interface Item {
  readonly due: number;
  readonly deliver: () => void;
  readonly lost: (() => void) | undefined;
}

/** One direction of one connection: what is pushed arrives in its order, each thing when the seed says, or not at all. */
export class Stream {
  readonly #clock: StormClock;
  readonly #random: Random;
  #items: Item[] = [];
  #pumping = false;
  #lastDue = 0;
  #heldUntil = 0;
  /** Added to every delay for as long as the wire is slow, ms. */
  slowness = 0;
  /** Everything takes less than a millisecond, as between two programs of one machine. */
  swift = false;

  constructor(clock: StormClock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** What arrives before then is read then, virtual ms. */
  holdUntil(at: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, at);
  }

  get length(): number {
    return this.#items.length;
  }

  push(deliver: () => void, more = 0, lost?: () => void): void {
    const due = Math.max(this.#lastDue, this.#clock.monotonic() + this.#delay() + more);
    this.#lastDue = due;
    this.#items.push({ due, deliver, lost });
    this.#pump();
  }

  /** The connection breaks: of what is under way only the first `kept` things still arrive. */
  cut(kept: number): void {
    for (const item of this.#items.splice(kept)) item.lost?.();
    this.#lastDue = this.#items.at(-1)?.due ?? 0;
  }

  #delay(): number {
    const chance = this.#random.next();
    if (this.swift) return chance;
    const base =
      chance < 0.6 ? 1 + this.#random.next() * 20 : chance < 0.95 ? 20 + this.#random.next() * 200 : 200 + this.#random.next() * 900;
    return base + this.slowness * this.#random.next();
  }

  #pump(): void {
    const [next] = this.#items;
    if (this.#pumping || next === undefined) return;
    this.#pumping = true;
    this.#clock.after(Math.max(next.due, this.#heldUntil) - this.#clock.monotonic(), () => {
      this.#pumping = false;
      const [first] = this.#items;
      if (first === undefined) return;
      // A cut may have taken what this was about; what came after it has its own time.
      if (Math.max(first.due, this.#heldUntil) > this.#clock.monotonic()) {
        this.#pump();
        return;
      }
      this.#items.shift();
      first.deliver();
      this.#pump();
    });
  }
}
