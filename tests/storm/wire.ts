import type { Random } from '#simulator/model/random';
import type { StormClock } from './clock.ts';
import { Stream } from './stream.ts';
import type { Told } from './told.ts';
import type { Tws } from './tws.ts';

/** One client's line to TWS, over all lives of the desk. Within one direction nothing is ever reordered. */
export class Wire {
  readonly clientId: number;
  readonly up: Stream;
  readonly down: Stream;
  readonly #tws: Tws;
  readonly #random: Random;
  #receiver: ((told: Told) => void) | undefined;
  /** The desk's end believes that it can write; what it writes while this is broken is lost. */
  #broken = true;
  /** Handshakes begun; one of a connection that broke meanwhile opens nothing. */
  #handshakes = 0;

  constructor(clientId: number, tws: Tws, clock: StormClock, random: Random) {
    this.clientId = clientId;
    this.#tws = tws;
    this.#random = random;
    this.up = new Stream(clock, random);
    this.down = new Stream(clock, random);
  }

  /** Shakes hands once everything that an earlier connection of this client id still had under way has arrived. */
  connect(receiver: (told: Told) => void): void {
    this.#receiver = receiver;
    this.#broken = false;
    this.#handshakes += 1;
    const handshake = this.#handshakes;
    this.up.push(() => {
      if (this.#broken || handshake !== this.#handshakes) return;
      this.#tws.open(this.clientId, (told) => {
        this.down.push(() => this.#receiver?.(told));
      });
    });
  }

  send(frame: () => void, lost?: () => void): void {
    if (this.#broken) lost?.();
    else this.up.push(frame, 0, lost);
  }

  /**
   * The connection breaks now; a part of what is under way still arrives, then the desk's end notices (after `unnoticedMs` more, while it
   * writes into nothing).
   */
  lose(unnoticedMs: number): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#tws.close(this.clientId);
    this.up.cut(this.#random.between(0, this.up.length));
    this.down.cut(this.#random.between(0, this.down.length));
    this.down.push(() => this.#receiver?.({ kind: 'closed' }), unnoticedMs);
  }

  /** The desk's process is gone: what its system had taken to send still leaves, nobody reads any more. */
  hangUp(): void {
    this.#receiver = undefined;
    this.down.cut(0);
    if (!this.#broken)
      this.up.push(() => {
        this.#tws.close(this.clientId);
      });
    this.#broken = true;
  }

  get isBroken(): boolean {
    return this.#broken;
  }
}
