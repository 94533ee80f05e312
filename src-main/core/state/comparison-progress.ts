import type { PermId } from '#domain/ids';

export const RECONCILE_PARTS = ['open-orders', 'completed-orders', 'executions', 'positions'] as const;
export type ReconcilePart = (typeof RECONCILE_PARTS)[number];
const DEADLINE_MS = 10_000;
/** A list of positions asked for so long after the last execution was told contains it, whichever stream told what first. */
const QUIET_MS = 2_000;
/** An account that never rests is taken as it is then; C-36 goes on comparing. */
const OPENING_MS = 30_000;
/** As long as a stream may bring an execution later than the opening list of positions that contains it. */
const DOUBT_MS = 15_000;
/** An account in which others trade all the time is not doubted for ever. */
const DOUBTS_END_MS = 60_000;

/** A comparison shuts the gate until its lists are in; a look-up compares just as well while the desk goes on. */
export type ReconcileKind = 'comparison' | 'look-up';

/** Which end markers of the current connection epoch have come. Nothing leaves until all four have. */
export class ComparisonProgress {
  #epoch = -1;
  #kind: ReconcileKind = 'comparison';
  /** Ends of lists that were asked for before it belong to something else. */
  #request = 0;
  #startedAt = 0;
  #running = false;
  #done = false;
  #everDone = false;
  /** The opening positions are certain: a list of them was asked for and came while nothing was executed. */
  #isOpened = false;
  #openedAt = 0;
  #doubtsEndAt: number | undefined;
  #executionAt = Number.NEGATIVE_INFINITY;
  #openingSince = 0;
  /** When the comparison that is not done yet was first begun; retries do not move it. */
  #openSince: number | undefined;
  #lastRequestAt = Number.NEGATIVE_INFINITY;
  readonly #ended = new Set<ReconcilePart>();
  readonly #seen = new Set<PermId | string>();
  #listed = new Set<string>();
  readonly #filled = new Set<string>();
  /** Named since the last list of positions ended. */
  readonly #positions = new Set<string>();
  /** When the lists of positions were asked for whose end is to come, oldest first; and the one that ended last. */
  #positionRequests: number[] = [];
  #positionsOf = Number.NEGATIVE_INFINITY;

  start(epoch: number, now: number, request: number, kind: ReconcileKind = 'comparison'): void {
    this.#epoch = epoch;
    this.#request = request;
    this.#kind = kind;
    this.#startedAt = now;
    this.#lastRequestAt = now;
    this.#running = true;
    if (kind === 'comparison') {
      this.#openSince ??= now;
      this.#done = false;
    }
    this.#ended.clear();
    this.#seen.clear();
    this.#filled.clear();
    this.positionsRequested(now);
  }

  /**
   * The lists were asked for once more, because some have not ended. What came since the beginning goes on counting, also the end of a list
   * of the first time: an answer that TWS left out would otherwise make every later one look like an earlier one for ever.
   */
  again(now: number): void {
    this.#startedAt = now;
    this.#lastRequestAt = now;
    this.positionsRequested(now);
  }

  /** Connection lost: what was reconciled counts no more. */
  reset(): void {
    this.#running = false;
    this.#done = false;
    this.#openSince = undefined;
    this.#positions.clear();
    this.#positionRequests = [];
  }

  sawOrder(key: string): void {
    this.#listed.add(key);
    if (this.#running) this.#seen.add(key);
  }

  /** The end of any list of open orders: what it and the news since the last one have named. */
  takeListed(): ReadonlySet<string> {
    const listed = this.#listed;
    this.#listed = new Set();
    return listed;
  }

  /** The completed orders name it as filled. */
  sawFilled(key: string): void {
    if (this.#running) this.#filled.add(key);
  }

  filledAtBroker(key: string): boolean {
    return this.#filled.has(key);
  }

  /** A list of all positions was asked for. */
  positionsRequested(now: number): void {
    this.#positionRequests.push(now);
  }

  sawPosition(key: string): void {
    this.#positions.add(key);
  }

  /**
   * A list of positions ended; lists end in the order in which they were asked for. What was named since the end before, and when this
   * list was asked for.
   */
  positionsEnded(now: number): { readonly named: ReadonlySet<string>; readonly askedAt: number } {
    const named = new Set(this.#positions);
    this.#positions.clear();
    this.#positionsOf = this.#positionRequests.shift() ?? now;
    return { named, askedAt: this.#positionsOf };
  }

  /** What was under way when this was its last missing end marker. Markers of another epoch or of an earlier request are ignored. */
  end(part: ReconcilePart, epoch: number, request: number): ReconcileKind | undefined {
    if (!this.#running || epoch !== this.#epoch || request < this.#request) return undefined;
    this.#ended.add(part);
    if (this.#ended.size < RECONCILE_PARTS.length) return undefined;
    this.#running = false;
    this.#done = true;
    if (!this.#everDone) this.#openingSince = this.#startedAt;
    this.#everDone = true;
    this.#openSince = undefined;
    return this.#kind;
  }

  /** The lists of the running or last comparison. */
  kind(): ReconcileKind {
    return this.#kind;
  }

  saw(key: string): boolean {
    return this.#seen.has(key);
  }

  overdue(now: number): boolean {
    return this.#running && now - this.#startedAt > DEADLINE_MS;
  }

  running(): boolean {
    return this.#running;
  }

  done(): boolean {
    return this.#done && this.#isOpened;
  }

  /** All lists are in, but something was executed meanwhile: another list of positions decides. */
  awaitsPositions(): boolean {
    return this.#done && !this.#isOpened;
  }

  /** Executions of the first reconciliation are history: the broker's positions already contain them. */
  first(): boolean {
    return !this.#everDone;
  }

  /** An execution was told; a list of positions may or may not contain it. */
  sawExecution(now: number): void {
    this.#executionAt = now;
  }

  /** The broker's positions are still taken as they are told: what was executed since the start may be in them or not. */
  isOpening(): boolean {
    return !this.#isOpened;
  }

  /** At the end of a list of positions; true when it makes the opening positions certain. */
  settleOpening(now: number): boolean {
    if (this.#isOpened || !this.#done) return false;
    const rests = this.#positionsOf - this.#executionAt >= QUIET_MS;
    if (!rests && now - this.#openingSince < OPENING_MS) return false;
    this.#isOpened = true;
    this.#openedAt = now;
    this.#doubtsEndAt = rests ? (this.#doubtsEndAt ?? now + DOUBTS_END_MS) : now;
    return true;
  }

  /**
   * An execution of an order that this process did not send: told soon after the opening, it may be in the opening positions already. Then
   * they are not certain any more and are taken anew; true when that is so.
   */
  doubtOpening(now: number): boolean {
    if (!this.#isOpened || now - this.#openedAt > DOUBT_MS || now >= (this.#doubtsEndAt ?? 0)) return false;
    this.#isOpened = false;
    this.#openingSince = now;
    return true;
  }

  /** A list of positions asked for now would contain all that was told. */
  isQuiet(now: number): boolean {
    return now - this.#executionAt >= QUIET_MS || now - this.#openingSince >= OPENING_MS;
  }

  /** Epoch ms of the last time the lists were asked for. */
  lastRequestAt(): number {
    return this.#lastRequestAt;
  }

  /** Since when the comparison has been under way, retries included; undefined when none is. */
  openSince(): number | undefined {
    return this.#openSince;
  }

  /** No answer for longer than an answer takes. */
  isStuck(now: number): boolean {
    return this.#running && this.#openSince !== undefined && now - this.#openSince > DEADLINE_MS;
  }

  missing(): readonly ReconcilePart[] {
    return RECONCILE_PARTS.filter((part) => !this.#ended.has(part));
  }
}
