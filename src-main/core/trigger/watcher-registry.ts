import { conditionRefusal } from '#domain/condition';
import type { ConId, TriggerId } from '#domain/ids';
import { type Price, tickDecimals } from '#domain/price';
import type { QuoteFault, Tick } from '#domain/quote';
import { err, ok, type Result } from '#domain/result';
import { triggerSentence } from '#domain/sentence';
import { minuteOfDay } from '#domain/session-time';
import type { TriggerSpec } from '#domain/trigger';
import { fieldIndex } from '#core/market/quote-book';
import { decidingTick, type TickAt } from './deciding-tick.ts';
import { evaluate, TRUE, trueButForTime, UNKNOWN } from './evaluate.ts';
import type { Firing, FiringCause, FiringTick } from './firing.ts';
import { LeafIndex } from './leaf-index.ts';
import { type GateContext, refusal } from './quality-gate.ts';
import type { RegistryPorts } from './registry-ports.ts';
import { compile, type ContractWatch, newWatcher, type Watcher } from './watcher.ts';
import { refusalSentence, type WatcherRow, watcherRow } from './watcher-row.ts';

export interface ArmRequest {
  readonly id: TriggerId;
  /** Higher than any generation of this trigger that was armed before. */
  readonly gen: number;
  readonly spec: TriggerSpec;
  readonly armedBy?: string;
}

export interface RegistryCounters {
  readonly ticks: number;
  /** Thresholds passed by a price. */
  readonly flips: number;
  /** Conditions read. */
  readonly tests: number;
  readonly fired: number;
  /** Wakes refused for the quality of a quote, by reason. */
  readonly refused: Readonly<Partial<Record<QuoteFault, number>>>;
}

interface Here {
  readonly cause: FiringCause;
  readonly now: number;
  readonly at?: TickAt;
}

/**
 * The running watchers. Every market tick goes through `onTick`, in order; what fires is queued and handed out by `drain` at
 * the end of the chunk. A watcher has one token per generation: spending it, leaving the index and queueing the firing are one
 * synchronous step, so a generation fires at most once whatever comes in between.
 */
export class WatcherRegistry {
  readonly #ports: RegistryPorts;
  readonly #leaves: LeafIndex;
  readonly #watchers = new Map<TriggerId, Watcher>();
  readonly #generations = new Map<TriggerId, number>();
  readonly #timed = new Set<Watcher>();
  readonly #expiring = new Set<Watcher>();
  /** Woken while nothing might fire: answered with the first look after that, tick or not. */
  readonly #forbidden = new Set<Watcher>();
  readonly #refused: Partial<Record<QuoteFault, number>> = {};
  #queue: Firing[] = [];
  #expired: TriggerId[] = [];
  /** Nothing may fire; as seen at the last event. */
  #asleep = false;
  #serial = 0;
  #ticks = 0;
  #tests = 0;
  #fired = 0;

  constructor(ports: RegistryPorts) {
    this.#ports = ports;
    this.#leaves = new LeafIndex(ports.board);
  }

  get size(): number {
    return this.#watchers.size;
  }

  /** Firings that wait to be drained: spent, watched no more, and not sent yet. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Starts watching. A refusal is a sentence. May queue a firing at once when a level is reached already and the quote is good. */
  arm(request: ArmRequest): Result<WatcherRow> {
    if (this.#watchers.has(request.id)) return err(`${request.spec.name} is armed already; disarm it or edit it.`);
    const highest = this.#generations.get(request.id) ?? 0;
    if (!Number.isInteger(request.gen) || request.gen <= highest) {
      return err(
        `${request.spec.name} was armed as generation ${String(highest)} before; arm it with a higher one, so that no order reference repeats.`,
      );
    }
    return this.#start(request, undefined);
  }

  /** Replaces the rule and action of a running watcher, which begins to watch afresh (sides, price at arming). A paused one stays paused. */
  edit(request: ArmRequest): Result<WatcherRow> {
    const old = this.#watchers.get(request.id);
    if (old === undefined) return err(`${request.spec.name} is not armed; arm it instead.`);
    if (!Number.isInteger(request.gen) || request.gen < old.gen)
      return err(`${request.spec.name} is armed as generation ${String(old.gen)}; an edit cannot go back.`);
    return this.#start(request, old);
  }

  #start(request: ArmRequest, old: Watcher | undefined): Result<WatcherRow> {
    const { spec } = request;
    const now = this.#ports.clock.now();
    const unsound = conditionRefusal(spec.condition);
    if (unsound !== undefined) return err(unsound);
    if (spec.expiresAt !== undefined && spec.expiresAt <= now) return err(`${spec.name} has expired; give it a later time or none.`);
    if (old !== undefined) this.#remove(old);
    this.#serial += 1;
    const watcher = newWatcher(request.id, spec, {
      serial: this.#serial,
      gen: request.gen,
      armedAt: now,
      armedBy: request.armedBy,
      sentence: triggerSentence(spec, this.#decimals(spec)),
    });
    watcher.paused = old?.paused ?? false;
    watcher.pausedAt = old?.pausedAt;
    watcher.pausedBy = old?.pausedBy;
    compile(watcher, (contract) => this.#leaves.watch(contract));
    this.#watchers.set(request.id, watcher);
    this.#generations.set(request.id, request.gen);
    if (spec.expiresAt !== undefined) this.#expiring.add(watcher);
    // The row says what is being watched; whether it fired at once is told by the queue.
    if (!watcher.paused) this.#run(watcher, now);
    return ok(this.#row(watcher, now));
  }

  #decimals(spec: TriggerSpec): number {
    const details = this.#ports.detailsOf(spec.action.contract.conId);
    return details === undefined ? 2 : tickDecimals(details.minTick);
  }

  #run(watcher: Watcher, now: number): void {
    this.#awake(now);
    this.#leaves.begin();
    this.#leaves.install(watcher);
    if (watcher.hasWindow) this.#leaves.wake(watcher);
    this.#testWoken({ cause: 'arming', now });
    // Armed while nothing may fire: a level it stands on already is answered when the desk watches again.
    if (this.#asleep) for (const { watch } of watcher.contracts) watch.book.unseen = true;
  }

  /** Stops watching. A firing that is still in the queue is taken back. */
  disarm(id: TriggerId): Result<'disarmed' | 'firing-dropped'> {
    const watcher = this.#watchers.get(id);
    if (watcher !== undefined) {
      this.#remove(watcher);
      return ok('disarmed');
    }
    const kept = this.#queue.filter((firing) => firing.triggerId !== id);
    if (kept.length === this.#queue.length) return err('This trigger is not armed; there is nothing to disarm.');
    this.#queue = kept;
    return ok('firing-dropped');
  }

  /** Stops reacting but keeps the generation. What happens meanwhile is not made up for. */
  pause(id: TriggerId, by = 'you'): Result<WatcherRow> {
    const watcher = this.#watchers.get(id);
    if (watcher === undefined) return err('This trigger is not armed; only an armed trigger can be paused.');
    const now = this.#ports.clock.now();
    if (!watcher.paused) {
      this.#leaves.uninstall(watcher);
      this.#release(watcher);
      watcher.paused = true;
      watcher.pausedAt = now;
      watcher.pausedBy = by;
    }
    return ok(this.#row(watcher, now));
  }

  /** Watches again from the present prices: a crossing needs to be seen anew, a level that is reached wakes at once. */
  resume(id: TriggerId): Result<WatcherRow> {
    const watcher = this.#watchers.get(id);
    if (watcher === undefined) return err('This trigger is not armed; arm it instead.');
    const now = this.#ports.clock.now();
    if (watcher.paused) {
      watcher.paused = false;
      watcher.pausedAt = undefined;
      watcher.pausedBy = undefined;
      this.#run(watcher, now);
    }
    return ok(this.#row(watcher, now));
  }

  /** Fires without asking the condition; the quotes must be good all the same. The firing is returned, not queued. */
  fireNow(id: TriggerId): Result<Firing> {
    const watcher = this.#watchers.get(id);
    if (watcher === undefined) return err('This trigger is not armed; arm it before firing it.');
    if (watcher.paused) return err(`${watcher.spec.name} is paused; resume it before firing it.`);
    if (!this.#awake(this.#ports.clock.now())) return err(`The desk may not fire anything now; ${watcher.spec.name} stays armed.`);
    const now = this.#ports.clock.now();
    if (this.#expireIfDue(watcher, now)) return err(`${watcher.spec.name} has expired.`);
    const refused = refusal(watcher, this.#gate(now));
    if (refused !== undefined) return err(refusalSentence(refused, this.#gate(now)));
    const held = this.#ports.holdReason?.(watcher.spec);
    if (held !== undefined) return err(`${held} ${watcher.spec.name} stays armed.`);
    const tick = decidingTick(watcher);
    if (tick === undefined) return err(`${watcher.spec.name} looks at prices that are unknown now; it cannot be fired.`);
    const firing = this.#spend(watcher, 'operator', tick);
    return firing === undefined ? err(`${watcher.spec.name} has fired already.`) : ok(firing);
  }

  /** Folds a tick and tests every threshold it passes. */
  onTick(tick: Tick): void {
    this.#ticks += 1;
    const watch = this.#leaves.get(tick.conId);
    if (watch?.book.unseen === true) this.#asleep = true;
    if (watch === undefined || this.#ports.mayFire?.() === false) {
      this.#awake(tick.at);
      this.#ports.board.onTick(tick);
      return;
    }
    if (this.#asleep) {
      this.#wakeOn(tick, watch);
      return;
    }
    if (!this.#ports.board.fold(watch.book, tick)) return;
    const leaves = this.#leaves;
    const field = fieldIndex(tick.field);
    leaves.begin();
    leaves.moved(watch, field, tick.at);
    if (leaves.woken.length > 0) this.#testWoken({ cause: 'tick', now: tick.at, at: { watch, field } });
  }

  /** The first tick after which anything may fire again: what is caught up with is decided on the quote that this tick has made. */
  #wakeOn(tick: Tick, watch: ContractWatch): void {
    const leaves = this.#leaves;
    this.#asleep = false;
    this.#catchUp();
    const caughtUp = new Set(leaves.woken);
    const field = fieldIndex(tick.field);
    if (this.#ports.board.fold(watch.book, tick)) leaves.moved(watch, field, tick.at);
    this.#testWoken({ cause: 'tick', now: tick.at, at: { watch, field } }, caughtUp);
  }

  /** Whether anything may fire. The first time that it may again, every contract catches up with the prices it missed. */
  #awake(now: number): boolean {
    if (this.#ports.mayFire?.() === false) {
      this.#asleep = true;
      return false;
    }
    if (this.#asleep) {
      this.#asleep = false;
      this.#catchUp();
      this.#testWoken({ cause: 'arming', now });
    }
    return true;
  }

  /** Starts a round with whoever has to be answered now that the desk may fire again. */
  #catchUp(): void {
    this.#leaves.begin();
    this.#leaves.catchUp();
    for (const watcher of this.#forbidden) this.#leaves.wake(watcher);
    this.#forbidden.clear();
  }

  /** The previous close, which percentages are measured from. Folds it into the board. */
  onClose(conId: ConId, price: Price): void {
    this.#ports.board.onFigure(conId, 'close', price);
    const now = this.#ports.clock.now();
    this.#awake(now);
    const watch = this.#leaves.get(conId);
    if (watch === undefined) return;
    this.#leaves.begin();
    this.#leaves.close(watch);
    this.#testWoken({ cause: 'arming', now });
  }

  /** To be called about once a second and at full minutes: expiry, and windows that open on a level already reached. */
  onTimer(now: number): void {
    for (const watcher of this.#expiring) this.#expireIfDue(watcher, now);
    this.#awake(now);
    const minute = Math.floor(now / 60_000);
    this.#leaves.begin();
    for (const watcher of this.#timed) {
      // Within its minute only what nothing may answer now is read: it is answered when something may again.
      const due = this.#asleep && watcher.heldSince === undefined;
      if (due || Math.floor((watcher.testedAt ?? 0) / 60_000) !== minute) this.#leaves.wake(watcher);
    }
    this.#testWoken({ cause: 'timer', now });
  }

  /** After a reconnect, 1101, a data gap or a new subscription of one contract: no side is known, and one tick is no proof. */
  rebaseline(reason: string, conId?: ConId): void {
    this.#ports.board.rebaseline(conId);
    this.#leaves.forget(reason, conId);
  }

  /** Firings in the order they happened; the queue is empty afterwards. */
  drain(): readonly Firing[] {
    if (this.#queue.length === 0) return NOTHING;
    const queue = this.#queue;
    this.#queue = [];
    return queue;
  }

  /** Triggers whose time ran out since the last call. */
  drainExpired(): readonly TriggerId[] {
    const expired = this.#expired;
    this.#expired = [];
    return expired;
  }

  /** For the kill switch: nothing watches and nothing is queued any more. Returns the firings that were thrown away. */
  purge(): readonly Firing[] {
    for (const watcher of [...this.#watchers.values()]) this.#remove(watcher);
    return this.drain();
  }

  rows(): readonly WatcherRow[] {
    const now = this.#ports.clock.now();
    return [...this.#watchers.values()].map((watcher) => this.#row(watcher, now));
  }

  row(id: TriggerId): WatcherRow | undefined {
    const watcher = this.#watchers.get(id);
    return watcher === undefined ? undefined : this.#row(watcher, this.#ports.clock.now());
  }

  counters(): RegistryCounters {
    return { ticks: this.#ticks, flips: this.#leaves.flips, tests: this.#tests, fired: this.#fired, refused: { ...this.#refused } };
  }

  #row(watcher: Watcher, now: number): WatcherRow {
    return watcherRow(watcher, this.#gate(now));
  }

  #gate(now: number): GateContext {
    const { detailsOf, holdReason } = this.#ports;
    return { now, maxAgeMs: this.#ports.maxQuoteAgeMs(), detailsOf, ...(holdReason === undefined ? {} : { holdReason }) };
  }

  /** In the order of arming: first armed, first served. `caughtUp`: woken by what they had missed. */
  #testWoken(here: Here, caughtUp?: ReadonlySet<Watcher>): void {
    const { woken } = this.#leaves;
    if (woken.length === 0) return;
    if (this.#asleep) {
      for (const watcher of woken) {
        this.#hold(watcher, here.now);
        this.#forbidden.add(watcher);
      }
      return;
    }
    const round = woken.length === 1 ? [...woken] : woken.toSorted((a, b) => a.serial - b.serial);
    for (const watcher of round) this.#test(watcher, caughtUp?.has(watcher) === true ? { cause: 'arming', now: here.now } : here);
  }

  #test(watcher: Watcher, here: Here): void {
    const { now } = here;
    if (!watcher.token) return;
    if (this.#expireIfDue(watcher, now)) return;
    if (watcher.edges === 0 && !trueButForTime(watcher.root)) {
      this.#release(watcher);
      return;
    }
    this.#tests += 1;
    watcher.testedAt = now;
    const refused = refusal(watcher, this.#gate(now));
    if (refused !== undefined) {
      if (watcher.heldSince === undefined) this.#refused[refused.fault] = (this.#refused[refused.fault] ?? 0) + 1;
      this.#hold(watcher, now);
      return;
    }
    const truth = evaluate(watcher.root, watcher.hasWindow ? minuteOfDay(now) : 0, watcher.edges > 0);
    if (truth === UNKNOWN || (truth === TRUE && this.#ports.holdReason?.(watcher.spec) !== undefined)) {
      this.#hold(watcher, now);
      return;
    }
    if (truth === TRUE) this.#fire(watcher, here);
    else this.#consume(watcher, now);
  }

  #fire(watcher: Watcher, { cause, at }: Here): void {
    const tick = decidingTick(watcher, at);
    if (tick === undefined) throw new Error('A quote without a price passed the quality gate');
    const firing = this.#spend(watcher, cause, tick);
    if (firing !== undefined) this.#queue.push(firing);
  }

  /** The rest of the rule is false: the wakes are answered, a crossing must come again. */
  #consume(watcher: Watcher, now: number): void {
    this.#release(watcher);
    for (const leaf of watcher.leaves) {
      if (leaf.edge && leaf.crossing) watcher.consumedAt = now;
      leaf.edge = false;
    }
    watcher.edges = 0;
    if (!watcher.hasWindow || !trueButForTime(watcher.root)) return;
    this.#timed.add(watcher);
    for (const { watch } of watcher.contracts) {
      watch.beyond.add(watcher);
      watch.beyondMinute = Number.NaN;
    }
  }

  #hold(watcher: Watcher, now: number): void {
    const since = watcher.heldSince ?? now;
    this.#release(watcher);
    watcher.heldSince = since;
    for (const { watch } of watcher.contracts) watch.holding.add(watcher);
    // The hour may decide what no price does.
    if (watcher.hasWindow) this.#timed.add(watcher);
  }

  /** Out of every set in which it would be tested again. */
  #release(watcher: Watcher): void {
    watcher.heldSince = undefined;
    this.#timed.delete(watcher);
    this.#forbidden.delete(watcher);
    for (const { watch } of watcher.contracts) {
      watch.holding.delete(watcher);
      watch.beyond.delete(watcher);
    }
  }

  /** True once per watcher: the token cannot be spent twice, and what left the index cannot come back. */
  #remove(watcher: Watcher): boolean {
    if (!watcher.token) return false;
    watcher.token = false;
    this.#leaves.uninstall(watcher);
    this.#release(watcher);
    this.#expiring.delete(watcher);
    return this.#watchers.delete(watcher.triggerId);
  }

  #expireIfDue(watcher: Watcher, now: number): boolean {
    if (watcher.spec.expiresAt === undefined || now < watcher.spec.expiresAt) return false;
    if (this.#remove(watcher)) this.#expired.push(watcher.triggerId);
    return true;
  }

  /** The token goes with the place in the index, in one statement; without it there is no firing. */
  #spend(watcher: Watcher, cause: FiringCause, tick: FiringTick): Firing | undefined {
    const quote = this.#ports.board.quote(tick.conId);
    if (quote === undefined || !this.#remove(watcher)) return undefined;
    this.#fired += 1;
    return { triggerId: watcher.triggerId, gen: watcher.gen, fire: 1, cause, tick, quote, sentence: watcher.sentence };
  }
}

const NOTHING: readonly never[] = [];
