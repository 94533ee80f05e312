import type { PermId } from '#domain/ids';

export const RECONCILE_PARTS = ['open-orders', 'completed-orders', 'executions', 'positions'] as const;
export type ReconcilePart = (typeof RECONCILE_PARTS)[number];
const DEADLINE_MS = 10_000;

/** Which end markers of the current connection epoch have come. Nothing leaves until all four have. */
export class Reconciliation {
  #epoch = -1;
  #startedAt = 0;
  #running = false;
  #done = false;
  #everDone = false;
  readonly #ended = new Set<ReconcilePart>();
  readonly #seen = new Set<PermId | string>();
  readonly #filled = new Set<string>();
  readonly #positions = new Set<string>();

  start(epoch: number, now: number): void {
    this.#epoch = epoch;
    this.#startedAt = now;
    this.#running = true;
    this.#done = false;
    this.#ended.clear();
    this.#seen.clear();
    this.#filled.clear();
    this.#positions.clear();
  }

  /** Connection lost: what was reconciled counts no more. */
  reset(): void {
    this.#running = false;
    this.#done = false;
  }

  sawOrder(key: string): void {
    if (this.#running) this.#seen.add(key);
  }

  /** The completed orders name it as filled. */
  sawFilled(key: string): void {
    if (this.#running) this.#filled.add(key);
  }

  filledAtBroker(key: string): boolean {
    return this.#filled.has(key);
  }

  /** A new list of all positions was asked for: whatever it does not name is flat. */
  startPositions(): void {
    this.#positions.clear();
  }

  sawPosition(key: string): void {
    this.#positions.add(key);
  }

  /** True when this was the last missing end marker. Markers of another epoch are ignored. */
  end(part: ReconcilePart, epoch: number): boolean {
    if (!this.#running || epoch !== this.#epoch) return false;
    this.#ended.add(part);
    if (this.#ended.size < RECONCILE_PARTS.length) return false;
    this.#running = false;
    this.#done = true;
    this.#everDone = true;
    return true;
  }

  saw(key: string): boolean {
    return this.#seen.has(key);
  }

  sawPositionOf(key: string): boolean {
    return this.#positions.has(key);
  }

  overdue(now: number): boolean {
    return this.#running && now - this.#startedAt > DEADLINE_MS;
  }

  running(): boolean {
    return this.#running;
  }

  done(): boolean {
    return this.#done;
  }

  /** Executions of the first reconciliation are history: the broker's positions already contain them. */
  first(): boolean {
    return !this.#everDone;
  }

  missing(): readonly ReconcilePart[] {
    return RECONCILE_PARTS.filter((part) => !this.#ended.has(part));
  }
}
