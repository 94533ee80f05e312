import { moveTrigger } from '#core/execution/trigger-transition';
import type { Tx } from '#core/commit/transaction';
import { cancelInside } from '#core/execution/cancel';
import { notSent } from '#core/execution/submit';
import { onlyGlobally } from '#core/order/addressable';
import type { ExitChoice } from '#core/order/cancel-split';
import type { KillScope } from '#core/ports/desk-files';
import { commit, count, type Slice } from '#core/state/desk-state';
import { type Effect, engineRecord, type EngineRecord, type KillRecord, log, step } from '#core/state/records';
import { isWorking, type Order } from '#domain/order';
import { err, ok, type Result } from '#domain/result';
import { cancelPlan, cancelTargets, isOutOfReach, openPositions, openPositionText } from './cancel-plan.ts';
import { type CancelCounts, countCancels } from './kill-counts.ts';

type Desk = Slice<
  | 'broker'
  | 'cancelRetries'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'index'
  | 'killLatchFile'
  | 'killVerification'
  | 'latch'
  | 'latencies'
  | 'link'
  | 'ordersOut'
  | 'recentSends'
  | 'reconciliation'
  | 'registry'
  | 'scheduler'
  | 'stores'
  | 'unsentCancels'
  | 'unsentGlobalCancel'
>;

/** Pressed again within this time, a kill does not ask again for what it has just asked. */
const AGAIN_MS = 1_000;

/**
 * The kill sequence (risk-controls.md §1.3). Synchronous from the first statement to the first cancel; no lock, no await, no
 * condition can refuse it. A failing file or journal does not stop it. `choice` says whether stops and targets of what is held stay.
 */
export function kill(desk: Desk, scope: KillScope, by: string, reason: string, choice: ExitChoice = 'keep'): void {
  const again = desk.latch.isSet();
  desk.latch.set(reason, scope, choice);
  const exits = desk.latch.exits();
  const dropped = whatever(desk, () => desk.broker.purge(`kill: ${reason}`), []);
  const withdrawn = whatever(desk, () => desk.registry.purge(), []);
  const file = storeLatch(desk, `${by}: ${reason}`);
  const queued = desk.index.queued();
  desk.killVerification.listed = false;
  // What is asked for again in the same breath has just left; a kill that takes more has everything to ask for.
  if (!again) desk.cancelRetries.clear();
  // A kill from inside an effect (C-23) commits after the commit that is under way: what to cancel is read there.
  commit(desk, 'kill', 'kill', { kind: 'kill', text: `${by}: ${reason}` }, (tx) => {
    const now = engineRecord(tx, desk.stores);
    const next = step(tx, desk.stores, 'kill', `${by}: ${reason}`);
    if (next === undefined) return;
    const previous = again ? killBefore(now) : undefined;
    const upTo = choice === exits ? tx.seq : (previous?.upTo ?? tx.seq);
    const targets = cancelTargets(desk, scope, exits).filter((order) => !isWishedAfter(order, upTo));
    const asked = targets.filter((order) => !hasJustLeft(desk, order, previous, tx.at));
    const { rearmPhrase: _gone, ...rest } = next;
    tx.set(desk.stores.engine, 'desk', {
      ...rest,
      kill: {
        ...goesOnFrom(previous, tx, scope, dropped.length + withdrawn.length),
        exits,
        by,
        reason,
        upTo,
        ...countsOf(previous, targets),
        residuals: targets.map((order) => order.key),
      },
    });
    disarmAll(desk, tx, by);
    // What waits for its exits to go is over with them: a close that was wished before the kill never leaves after it.
    for (const key of tx.keys(desk.stores.closings)) tx.delete(desk.stores.closings, key);
    for (const order of asked) cancelForKill(desk, tx, order, exits);
    if (scope === 'all' && exits === 'cancel') tx.effect({ kind: 'global-cancel' });
  });
  tellWhatLeft(desk, `KILL by ${by}: ${reason}. ${dropped.length} queued dropped, `, file);
  notSent(
    desk,
    [...dropped, ...queued.flatMap(({ ref }) => (ref === undefined || desk.ordersOut.hasLeft(ref) ? [] : [ref]))],
    `Dropped by the kill (${by}).`,
    true,
  );
  count(desk, 'kills');
  desk.killVerification.request = whatever(desk, () => desk.broker.requestOpenOrders(), 0);
  schedulePoll(desk);
}

/** Writes what the file does not say yet: a kill that is pressed again for the same costs no disk. */
function storeLatch(desk: Desk, reason: string): Result<void> {
  const { latch } = desk;
  if (latch.isStored()) return ok(undefined);
  const done = whatever<Result<void>>(
    desk,
    () => desk.killLatchFile.set(reason, desk.clock.now(), latch.scope(), latch.exits()),
    err('writing it broke'),
  );
  if (done.ok) latch.stored(latch.scope(), latch.exits());
  return done;
}

/** Asked for by the kill before this one within the last second, and out of the socket: asking again would only fill the message rate. */
function hasJustLeft(desk: Desk, order: Order, previous: KillRecord | undefined, now: number): boolean {
  if (previous?.targets.includes(order.key) !== true || desk.unsentCancels.isHere(order.key)) return false;
  return order.cancelAskedAt !== undefined && now - order.cancelAskedAt < AGAIN_MS;
}

/** A kill that is pressed again goes on with the one before it: what that has begun and dropped is told together. */
function goesOnFrom(
  before: KillRecord | undefined,
  tx: Tx<Effect>,
  scope: KillScope,
  dropped: number,
): Pick<KillRecord, 'id' | 'startedAt' | 'scope' | 'phase' | 'purged'> {
  return {
    id: tx.seq,
    startedAt: before?.startedAt ?? tx.at,
    scope: before?.scope === 'all' ? 'all' : scope,
    phase: 'cancelling',
    purged: (before?.purged ?? 0) + dropped,
  };
}

/** The cancels of this kill so far, with those that have just been wished for. */
function countsOf(
  before: KillRecord | undefined,
  targets: readonly Order[],
): Pick<KillRecord, 'targets' | 'left' | 'cancelsSent' | 'cancelsUnsent' | 'cancelled'> {
  const keys = [...new Set([...(before?.targets ?? []), ...targets.map(({ key }) => key)])];
  return {
    targets: keys,
    left: before?.left ?? [],
    cancelsSent: before?.cancelsSent ?? 0,
    cancelsUnsent: before?.cancelsUnsent ?? 0,
    cancelled: before?.cancelled ?? 0,
  };
}

/** After the effects: what left the socket, what could not, what stays. Counts are of bytes that left, not of wishes. */
function tellWhatLeft(desk: Desk, head: string, file: Result<void>): void {
  commit(desk, 'kill', 'kill.told', { kind: 'kill', text: 'what left' }, (tx) => {
    const record = engineRecord(tx, desk.stores);
    if (record.kill === undefined) return;
    const told = countCancels(desk, record.kill);
    tx.set(desk.stores.engine, 'desk', { ...record, kill: { ...record.kill, ...told } });
    const { cancelsSent, cancelsUnsent, scope, exits } = { ...record.kill, ...told };
    const globally =
      scope !== 'all' || exits === 'keep' ? '' : desk.unsentGlobalCancel ? ', the global cancel could not leave' : ', global cancel sent';
    const waits = cancelsUnsent === 0 ? '' : `, ${cancelsUnsent} could not leave yet`;
    const kept = exits === 'keep' ? cancelPlan(desk, scope).protective.length : 0;
    const stay = kept === 0 ? '' : ` ${kept} protective ${kept === 1 ? 'order stays' : 'orders stay'}.`;
    log(tx, 'alarm', `${head}${cancelsSent} ${cancelsSent === 1 ? 'cancel' : 'cancels'} sent${waits}${globally}.${stay}`);
    const open = openPositions(
      desk,
      cancelTargets(desk, scope, exits).filter((order) => !isOutOfReach(order, exits)),
    );
    if (open.length > 0) log(tx, 'alarm', `Positions stay open: ${open.map(openPositionText).join('; ')}.`);
    if (!file.ok)
      log(
        tx,
        'alarm',
        `The kill latch file could not be written (${file.error}); the kill holds in memory, but check the disk before a restart.`,
      );
  });
}

function disarmAll(desk: Desk, tx: Tx<Effect>, by: string): void {
  for (const trigger of tx.values(desk.stores.triggers)) {
    if (trigger.life === 'armed' || trigger.life === 'paused')
      moveTrigger(desk, tx, trigger, ['disarm'], {
        ...trigger,
        reason: `by the kill (${by})`,
        updatedAt: tx.at,
      });
  }
}

/** No part of a kill may stop the rest of it, not even a defect. */
function whatever<T>(desk: Desk, act: () => T, otherwise: T): T {
  try {
    return act();
  } catch {
    count(desk, 'faults inside a kill');
    return otherwise;
  }
}

/** The end of a list of all open orders: what it did not name does not work at the broker. */
export function openOrdersListed(desk: Desk, request: number): void {
  if (request >= desk.killVerification.request) desk.killVerification.listed = true;
}

/** Some orders are out of reach one by one; the global cancel of the same kill takes them, where it sends one. */
function cancelForKill(desk: Desk, tx: Tx<Effect>, order: Order, exits: ExitChoice): void {
  if (!isOutOfReach(order, exits)) cancelInside(desk, tx, order, { globally: onlyGlobally(order), keepsExits: exits === 'keep' });
}

function schedulePoll(desk: Desk): void {
  const { killVerification: verification } = desk;
  if (verification.polling) return;
  verification.polling = true;
  desk.scheduler.after(1_000, () => {
    verification.polling = false;
    const record = desk.stores.engine.get('desk');
    if (record?.kill === undefined || !desk.latch.isSet()) return;
    pollKill(desk);
    const after = desk.stores.engine.get('desk')?.kill;
    if (after?.phase !== 'verified') schedulePoll(desk);
  });
}

/** Something of a kill's scope works after all, perhaps after it was verified. */
export function killGoesOn(desk: Desk): void {
  if (!desk.latch.isSet() || isDoubt(desk)) return;
  pollKill(desk);
  schedulePoll(desk);
}

/** The kill that this one goes on with; a doubt is none. */
function killBefore({ kill: before }: EngineRecord): KillRecord | undefined {
  return before?.phase === 'doubt' ? undefined : before;
}

/** A latch that is only in doubt cancels nothing. */
function isDoubt(desk: Pick<Desk, 'stores'>): boolean {
  return desk.stores.engine.get('desk')?.kill?.phase === 'doubt';
}

/**
 * Reads again what works, cancels what does, and writes down what is left. Verified only when nothing that it cancels works and the link was
 * up to say so.
 */
function pollKill(desk: Desk): void {
  const kill_ = desk.stores.engine.get('desk')?.kill;
  if (kill_ === undefined || kill_.phase === 'doubt') return;
  const { exits } = kill_;
  const left = cancelTargets(desk, kill_.scope, exits).filter((order) => !isWishedAfter(order, kill_.upTo));
  const answered = isAnswered(desk);
  const now = desk.clock.now();
  // Sent again when the cancel never left, or when IB has taken no note of it for long: only the cancel of an order that is
  // pending at IB itself is not repeated.
  const open = desk.link.ready ? left.filter((order) => order.ibStatus !== 'PendingCancel' && !isOutOfReach(order, exits)) : [];
  const due = open.filter((order) => desk.unsentCancels.has(order.key) || desk.cancelRetries.isDue(order.key, now));
  const outOfReach = due.some((order) => order.state !== 'UNKNOWN' && (onlyGlobally(order) || order.origin === 'manual'));
  const globalAgain = exits === 'cancel' && desk.link.ready && (desk.unsentGlobalCancel || outOfReach);
  if (kill_.phase !== 'cancelling' && due.length === 0 && !globalAgain && samePicture(kill_, left, answered, countCancels(desk, kill_))) {
    if (desk.link.ready) desk.broker.requestOpenOrders();
    return;
  }
  commit(desk, 'kill', 'kill.poll', { kind: 'timer', text: 'kill verification', parentSeq: kill_.id }, (tx) => {
    const record = engineRecord(tx, desk.stores);
    if (record.kill === undefined) return;
    const residuals = left.filter((order) => isWorking(tx.get(desk.stores.orders, order.key)?.state ?? 'CANCELLED'));
    const verified = residuals.length === 0 && answered;
    const phase = verified ? 'verified' : 'residuals';
    const { verifiedAt: _old, ...rest } = record.kill;
    const wished = { ...rest, ...countsOf(rest, due) };
    tx.set(desk.stores.engine, 'desk', {
      ...record,
      kill: {
        ...wished,
        ...countCancels(desk, wished),
        phase,
        residuals: residuals.map((order) => order.key),
        ...(verified ? { verifiedAt: tx.at } : {}),
      },
    });
    if (verified && record.kill.phase !== 'verified') log(tx, 'info', verifiedText(exits));
    for (const order of due) cancelForKill(desk, tx, order, exits);
    if (globalAgain) tx.effect({ kind: 'global-cancel' });
  });
  finished(desk);
  if (desk.link.ready) desk.broker.requestOpenOrders();
}

/** The broker's word on what works is complete and newer than the kill. */
function isAnswered(desk: Desk): boolean {
  return desk.link.ready && desk.reconciliation.done() && desk.killVerification.listed;
}

function verifiedText(exits: ExitChoice): string {
  return exits === 'keep'
    ? 'Kill verified: nothing of its scope works at the broker that could raise exposure.'
    : 'Kill verified: nothing of its scope works at the broker.';
}

/** The operator's hand, after the kill: what was approved later than it is no business of its verification. */
function isWishedAfter(order: Order, upTo: number): boolean {
  return (order.leg === 'F' || order.leg === 'S') && (order.cause?.approvedSeq ?? 0) > upTo;
}

/**
 * While latched, exits that stay never open a position: what has nothing left to exit goes, also long after the kill was verified, and what of
 * others has become too large is named.
 */
export function watchKeptExits(desk: Desk): void {
  const record = desk.stores.engine.get('desk')?.kill;
  if (!desk.latch.isSet() || record?.exits !== 'keep' || record.phase !== 'verified' || !desk.link.ready) return;
  const isNews = (order: Order): boolean =>
    isOutOfReach(order, 'keep')
      ? order.createdAt < (record.verifiedAt ?? Number.POSITIVE_INFINITY) && !record.residuals.includes(order.key)
      : desk.cancelRetries.isDue(order.key, desk.clock.now());
  if (cancelTargets(desk, record.scope, 'keep').some((order) => !isWishedAfter(order, record.upTo) && isNews(order))) killGoesOn(desk);
}

/** A verified kill of everything leaves nothing to the next run: what is placed by hand from now on is not for it to cancel. */
function finished(desk: Desk): void {
  const kill_ = desk.stores.engine.get('desk')?.kill;
  if (kill_?.phase !== 'verified') return;
  desk.latch.finished();
  if (kill_.scope !== 'all') return;
  const done = whatever<Result<void>>(
    desk,
    () => desk.killLatchFile.set(`${kill_.by}: ${kill_.reason}`, desk.clock.now(), 'own', kill_.exits),
    err('writing it broke'),
  );
  if (done.ok) desk.latch.stored('own', kill_.exits);
}

/** P-07: the latch of an earlier run is still set. Its kill goes on here, because nobody knows how far that run came. */
export function takeUpKill(desk: Desk, tx: Tx<Effect>, latched: ReturnType<Desk['killLatchFile']['read']>): void {
  const { reason, scope, exits } = latched;
  desk.latch.set(reason, scope, exits);
  desk.latch.stored(scope, exits);
  const next = step(tx, desk.stores, 'kill', `The kill switch of an earlier run is still set: ${reason}`);
  if (next === undefined) return;
  const kill_: KillRecord = {
    id: tx.seq,
    startedAt: tx.at,
    scope,
    exits,
    by: 'an earlier run',
    reason,
    phase: 'cancelling',
    purged: 0,
    upTo: tx.seq,
    ...countsOf(undefined, []),
    residuals: [],
  };
  tx.set(desk.stores.engine, 'desk', { ...next, kill: kill_ });
  schedulePoll(desk);
}

function samePicture(record: KillRecord, left: readonly Order[], answered: boolean, counts: CancelCounts): boolean {
  const same = record.residuals.length === left.length && left.every((order) => record.residuals.includes(order.key));
  const counted =
    record.cancelsSent === counts.cancelsSent && record.cancelsUnsent === counts.cancelsUnsent && record.cancelled === counts.cancelled;
  return same && counted && (record.phase === 'verified') === (left.length === 0 && answered);
}

/** After a reconnect a kill that was under way goes on before anything else. */
export function resumeKill(desk: Desk): void {
  const record = desk.stores.engine.get('desk');
  if (desk.latch.isSet() && record?.kill !== undefined && record.kill.phase !== 'verified') pollKill(desk);
}
