import { moveTrigger } from '#core/execution/trigger-transition';
import type { Tx } from '#core/commit/transaction';
import { cancelInside } from '#core/execution/cancel';
import { notSent } from '#core/execution/submit';
import { onlyGlobally } from '#core/order/addressable';
import type { KillScope } from '#core/ports/desk-files';
import { commit, count, type Slice } from '#core/state/desk-state';
import { type Effect, engineRecord, type EngineRecord, type KillRecord, log, step } from '#core/state/records';
import type { DeskView } from '#core/state/desk-view';
import { contractLabel } from '#domain/contract';
import { isWorking, type Order } from '#domain/order';
import { formatQuantity } from '#domain/quantity';
import { err, type Result } from '#domain/result';

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

/** What a kill of this scope cancels: everything this desk's client ids placed, or also manual and foreign orders. */
export function killTargets(desk: Pick<DeskView, 'index'>, scope: KillScope): readonly Order[] {
  return desk.index.working().filter((order) => scope === 'all' || order.origin === 'trigger' || order.origin === 'operator');
}

/**
 * The kill sequence (risk-controls.md §1.3). Synchronous from the first statement to the first cancel; no lock, no await, no
 * condition can refuse it. A failing file or journal does not stop it.
 */
export function kill(desk: Desk, scope: KillScope, by: string, reason: string): void {
  const again = desk.latch.isSet();
  desk.latch.set(reason, scope);
  const dropped = whatever(desk, () => desk.broker.purge(`kill: ${reason}`), []);
  const withdrawn = whatever(desk, () => desk.registry.purge(), []);
  const file = whatever<Result<void>>(
    desk,
    () => desk.killLatchFile.set(`${by}: ${reason}`, desk.clock.now(), desk.latch.scope()),
    err('writing it broke'),
  );
  const queued = desk.index.queued();
  desk.killVerification.listed = false;
  desk.cancelRetries.clear();
  // A kill from inside an effect (C-23) commits after the commit that is under way: what to cancel is read there.
  commit(desk, 'kill', 'kill', { kind: 'kill', text: `${by}: ${reason}` }, (tx) => {
    const targets = killTargets(desk, scope);
    const now = engineRecord(tx, desk.stores);
    const next = step(tx, desk.stores, 'kill', `${by}: ${reason}`);
    if (next === undefined) return;
    const previous = again ? killBefore(now) : undefined;
    const record: KillRecord = {
      id: tx.seq,
      startedAt: previous?.startedAt ?? tx.at,
      scope: previous?.scope === 'all' ? 'all' : scope,
      by,
      reason,
      phase: 'cancelling',
      purged: (previous?.purged ?? 0) + dropped.length + withdrawn.length,
      cancelsSent: targets.length,
      cancelled: 0,
      residuals: targets.map((order) => order.key),
    };
    const { rearmPhrase: _gone, ...rest } = next;
    tx.set(desk.stores.engine, 'desk', { ...rest, kill: record });
    disarmAll(desk, tx, by);
    // What waits for its exits to go is over with them: a close that was wished before the kill never leaves after it.
    for (const key of tx.keys(desk.stores.closings)) tx.delete(desk.stores.closings, key);
    for (const order of targets) cancelForKill(desk, tx, order);
    if (scope === 'all') tx.effect({ kind: 'global-cancel' });
    log(
      tx,
      'alarm',
      `KILL by ${by}: ${reason}. ${dropped.length} queued dropped, ${targets.length} cancels sent${scope === 'all' ? ', global cancel sent' : ''}.`,
    );
    tellWhatStaysOpen(desk, tx);
    if (!file.ok)
      log(
        tx,
        'alarm',
        `The kill latch file could not be written (${file.error}); the kill holds in memory, but check the disk before a restart.`,
      );
  });
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

/** The cancels take the protective stops with them: the operator must hear it in the same breath. */
function tellWhatStaysOpen(desk: Desk, tx: Tx<Effect>): void {
  const open = [...desk.stores.positions.values()].filter((position) => position.quantity !== 0);
  if (open.length === 0) return;
  const held = open.map((position) => `${formatQuantity(position.quantity)} ${contractLabel(position.contract)}`).join(', ');
  log(tx, 'alarm', `Positions stay open, and their stops of this desk are being cancelled: ${held}.`);
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

/** Some orders are out of reach one by one; the global cancel of the same kill takes them. */
function cancelForKill(desk: Desk, tx: Tx<Effect>, order: Order): void {
  cancelInside(desk, tx, order, onlyGlobally(order));
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

/** Reads again what works, cancels what does, and writes down what is left. Verified only when nothing works and the link was up to say so. */
function pollKill(desk: Desk): void {
  const kill_ = desk.stores.engine.get('desk')?.kill;
  if (kill_ === undefined || kill_.phase === 'doubt') return;
  const left = killTargets(desk, kill_.scope);
  const answered = desk.link.ready && desk.reconciliation.done() && desk.killVerification.listed;
  const now = desk.clock.now();
  // Sent again when the cancel never left, or when IB has taken no note of it for long: only the cancel of an order that is
  // pending at IB itself is not repeated.
  const open = desk.link.ready ? left.filter((order) => order.ibStatus !== 'PendingCancel') : [];
  const due = open.filter((order) => desk.unsentCancels.has(order.key) || desk.cancelRetries.isDue(order.key, now));
  const outOfReach = due.some((order) => order.state !== 'UNKNOWN' && (onlyGlobally(order) || order.origin === 'manual'));
  const globalAgain = desk.link.ready && (desk.unsentGlobalCancel || outOfReach);
  if (kill_.phase !== 'cancelling' && due.length === 0 && !globalAgain && samePicture(kill_, left, answered)) {
    if (desk.link.ready) desk.broker.requestOpenOrders();
    return;
  }
  commit(desk, 'kill', 'kill.poll', { kind: 'timer', text: 'kill verification', parentSeq: kill_.id }, (tx) => {
    const record = engineRecord(tx, desk.stores);
    if (record.kill === undefined) return;
    const residuals = left.filter((order) => isWorking(tx.get(desk.stores.orders, order.key)?.state ?? 'CANCELLED'));
    const verified = residuals.length === 0 && answered;
    const phase = verified ? 'verified' : 'residuals';
    const cancelled = Math.max(record.kill.cancelled, record.kill.cancelsSent - residuals.length);
    const { verifiedAt: _old, ...rest } = record.kill;
    tx.set(desk.stores.engine, 'desk', {
      ...record,
      kill: { ...rest, phase, cancelled, residuals: residuals.map((order) => order.key), ...(verified ? { verifiedAt: tx.at } : {}) },
    });
    if (verified && record.kill.phase !== 'verified') log(tx, 'info', 'Kill verified: nothing of its scope works at the broker.');
    for (const order of due) cancelForKill(desk, tx, order);
    if (globalAgain) tx.effect({ kind: 'global-cancel' });
  });
  finished(desk);
  if (desk.link.ready) desk.broker.requestOpenOrders();
}

/** A verified kill of everything leaves nothing to the next run: what is placed by hand from now on is not for it to cancel. */
function finished(desk: Desk): void {
  const kill_ = desk.stores.engine.get('desk')?.kill;
  if (kill_?.phase !== 'verified' || kill_.scope !== 'all') return;
  whatever<unknown>(desk, () => desk.killLatchFile.set(`${kill_.by}: ${kill_.reason}`, desk.clock.now(), 'own'), undefined);
}

/** P-07: the latch of an earlier run is still set. Its kill goes on here, because nobody knows how far that run came. */
export function takeUpKill(desk: Desk, tx: Tx<Effect>, reason: string, scope: KillScope): void {
  desk.latch.set(reason, scope);
  const next = step(tx, desk.stores, 'kill', `The kill switch of an earlier run is still set: ${reason}`);
  if (next === undefined) return;
  const kill_: KillRecord = {
    id: tx.seq,
    startedAt: tx.at,
    scope,
    by: 'an earlier run',
    reason,
    phase: 'cancelling',
    purged: 0,
    cancelsSent: 0,
    cancelled: 0,
    residuals: [],
  };
  tx.set(desk.stores.engine, 'desk', { ...next, kill: kill_ });
  schedulePoll(desk);
}

function samePicture(record: KillRecord, left: readonly Order[], answered: boolean): boolean {
  const same = record.residuals.length === left.length && left.every((order) => record.residuals.includes(order.key));
  return same && (record.phase === 'verified') === (left.length === 0 && answered);
}

/** After a reconnect a kill that was under way goes on before anything else. */
export function resumeKill(desk: Desk): void {
  const record = desk.stores.engine.get('desk');
  if (desk.latch.isSet() && record?.kill !== undefined && record.kill.phase !== 'verified') pollKill(desk);
}
