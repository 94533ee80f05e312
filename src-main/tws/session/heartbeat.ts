import type { Clock } from '#core/ports/clock';
import type { Scheduler } from '#core/ports/scheduler';
import { TIMING } from '#tws/socket/timing';

export interface HeartbeatHooks {
  /** Sends reqCurrentTime as soon as the message rate allows; calls `sent` when it left. */
  request(sent: () => void): void;
  answered(epochSeconds: number, roundTripMs: number | undefined): void;
  missed(count: number): void;
  /** Missed too often: the peer is mute though its socket looks open. */
  dead(): void;
}

/**
 * The library's own watchdog never notices a half-open socket. One request at a time and never two within a second: TWS leaves
 * the second without an answer.
 */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #hooks: HeartbeatHooks;
  #state: 'idle' | 'requested' | 'waiting' | 'stopped' = 'stopped';
  #sentAt = -Infinity;
  #missed = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(ports: { readonly clock: Clock; readonly scheduler: Scheduler }, hooks: HeartbeatHooks) {
    this.#clock = ports.clock;
    this.#scheduler = ports.scheduler;
    this.#hooks = hooks;
  }

  get missed(): number {
    return this.#missed;
  }

  start(): void {
    this.#state = 'idle';
    this.#missed = 0;
    this.probe();
  }

  stop(): void {
    this.#state = 'stopped';
    this.#after(undefined, 0);
  }

  /** A request now, unless one is on its way. */
  probe(): void {
    if (this.#state !== 'idle') return;
    const since = this.#clock.monotonic() - this.#sentAt;
    if (since < TIMING.heartbeatSpacing) {
      this.#after(() => this.probe(), TIMING.heartbeatSpacing - since);
      return;
    }
    this.#after(undefined, 0);
    this.#state = 'requested';
    this.#hooks.request(() => {
      if (this.#state !== 'requested') return;
      this.#state = 'waiting';
      this.#sentAt = this.#clock.monotonic();
      this.#after(() => {
        this.#miss();
      }, TIMING.heartbeatDeadline);
    });
  }

  /** A currentTime message came. */
  answer(epochSeconds: number): void {
    if (this.#state !== 'waiting') return;
    // After a miss this may be the late answer to the earlier request: it proves life, but measures nothing.
    const roundTrip = this.#missed === 0 ? this.#clock.monotonic() - this.#sentAt : undefined;
    this.#missed = 0;
    this.#state = 'idle';
    this.#after(() => this.probe(), Math.max(0, TIMING.heartbeatPeriod - (this.#clock.monotonic() - this.#sentAt)));
    this.#hooks.answered(epochSeconds, roundTrip);
  }

  #miss(): void {
    this.#missed += 1;
    this.#state = 'idle';
    if (this.#missed >= TIMING.heartbeatMisses) {
      this.stop();
      this.#hooks.dead();
      return;
    }
    this.#hooks.missed(this.#missed);
    this.probe();
  }

  #after(fn: (() => void) | undefined, ms: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = fn === undefined ? undefined : this.#scheduler.after(ms, fn);
  }
}
