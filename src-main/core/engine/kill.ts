import type { KillScope } from '#core/ports/desk-files';
import { contractLabel } from '#domain/contract';
import { formatQuantity } from '#domain/quantity';
import { isWorking, type Order } from '#domain/order';
import { err, type Result } from '#domain/result';
import { move } from './order-news.ts';
import { engineRecord, log, step, type KillRecord } from './desk-state.ts';
import { commit, count, type Hall } from './hall.ts';
import { onlyGlobally } from './manual-orders.ts';
import { notSent } from './place-orders.ts';

/** What a kill of this scope cancels: everything this desk's client ids placed, or also manual and foreign orders. */
export function killTargets(hall: Hall, scope: KillScope): readonly Order[] {
  return hall.index.working().filter((order) => scope === 'all' || order.origin === 'trigger' || order.origin === 'operator');
}

/**
 * The kill sequence (risk-controls.md §1.3). Synchronous from the first statement to the first cancel; no lock, no await, no
 * condition can refuse it. A failing file or journal does not stop it.
 */
export function kill(hall: Hall, scope: KillScope, by: string, reason: string): void {
  const again = hall.latch.isSet();
  hall.latch.set(reason, scope);
  const dropped = whatever(hall, () => hall.ports.broker.purge(`kill: ${reason}`), []);
  const withdrawn = whatever(hall, () => hall.registry.purge(), []);
  const file = whatever<Result<void>>(
    hall,
    () => hall.ports.killLatchFile.set(`${by}: ${reason}`, hall.ports.clock.now(), hall.latch.scope()),
    err('writing it broke'),
  );
  const queued = hall.index.queued();
  const verification = verificationOf(hall);
  verification.listed = false;
  hall.cancelsAsked.clear();
  // A kill from inside an effect (C-23) commits after the commit that is under way: what to cancel is read there.
  commit(hall, 'kill', 'kill', { kind: 'kill', text: `${by}: ${reason}` }, (tx) => {
    const targets = killTargets(hall, scope);
    const now = engineRecord(tx, hall.stores);
    const next = step(tx, hall.stores, 'kill', `${by}: ${reason}`);
    if (next === undefined) return;
    const previous = again ? now.kill : undefined;
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
    tx.set(hall.stores.engine, 'desk', { ...rest, kill: record });
    for (const trigger of tx.values(hall.stores.triggers)) {
      if (trigger.life === 'armed' || trigger.life === 'paused')
        tx.set(hall.stores.triggers, trigger.id, {
          ...trigger,
          life: 'draft',
          reason: `by the kill (${by})`,
          updatedAt: tx.at,
        });
    }
    // What waits for its exits to go is over with them: a close that was wished before the kill never leaves after it.
    for (const key of tx.keys(hall.stores.closings)) tx.delete(hall.stores.closings, key);
    for (const order of targets) cancelForKill(hall, tx, order);
    if (scope === 'all') tx.effect({ kind: 'global-cancel' });
    log(
      tx,
      'alarm',
      `KILL by ${by}: ${reason}. ${dropped.length} queued dropped, ${targets.length} cancels sent${scope === 'all' ? ', global cancel sent' : ''}.`,
    );
    const open = [...hall.stores.positions.values()].filter((position) => position.quantity !== 0);
    if (open.length > 0) {
      // The cancels take the protective stops with them: the operator must hear it in the same breath.
      const held = open.map((position) => `${formatQuantity(position.quantity)} ${contractLabel(position.contract)}`).join(', ');
      log(tx, 'alarm', `Positions stay open, and their stops of this desk are being cancelled: ${held}.`);
    }
    if (!file.ok)
      log(
        tx,
        'alarm',
        `The kill latch file could not be written (${file.error}); the kill holds in memory, but check the disk before a restart.`,
      );
  });
  notSent(
    hall,
    [...dropped, ...queued.flatMap(({ ref }) => (ref === undefined || hall.comparator.hasLeft(ref) ? [] : [ref]))],
    `Dropped by the kill (${by}).`,
    true,
  );
  count(hall, 'kills');
  verification.askedAs = whatever(hall, () => hall.ports.broker.requestOpenOrders(), 0);
  schedulePoll(hall);
}

/** No part of a kill may stop the rest of it, not even a defect. */
function whatever<T>(hall: Hall, act: () => T, otherwise: T): T {
  try {
    return act();
  } catch {
    count(hall, 'faults inside a kill');
    return otherwise;
  }
}

interface Verification {
  polling: boolean;
  /** The broker has listed its open orders since the newest kill: a list that was asked for then. */
  listed: boolean;
  askedAs: number;
}

const verifications = new WeakMap<Hall, Verification>();

function verificationOf(hall: Hall): Verification {
  let verification = verifications.get(hall);
  if (verification === undefined) {
    verification = { polling: false, listed: false, askedAs: 0 };
    verifications.set(hall, verification);
  }
  return verification;
}

/** The end of a list of all open orders: what it did not name does not work at the broker. */
export function openOrdersListed(hall: Hall, request: number): void {
  const verification = verificationOf(hall);
  if (request >= verification.askedAs) verification.listed = true;
}

/** Some orders are out of reach one by one; the global cancel of the same kill takes them. */
function cancelForKill(hall: Hall, tx: Parameters<typeof step>[0], order: Order): void {
  cancelInside(hall, tx, order, onlyGlobally(order));
}

function cancelInside(hall: Hall, tx: Parameters<typeof step>[0], target: Order, globally = false): void {
  const order = tx.get(hall.stores.orders, target.key);
  if (order === undefined || !isWorking(order.state)) return;
  const { orderId, clientId } = order;
  if (!globally && (orderId === undefined || clientId === undefined)) return;
  tx.set(hall.stores.orders, order.key, {
    ...order,
    cancelAskedAt: tx.at,
    ...(order.state === 'UNKNOWN' ? {} : { state: move(hall, order, 'CANCEL_PENDING'), updatedAt: tx.at, note: 'cancel sent' }),
  });
  hall.cancelsAsked.note(order.key, hall.ports.clock.now());
  if (globally || orderId === undefined || clientId === undefined) return;
  tx.effect({
    kind: 'cancel',
    key: order.key,
    address: { clientId, orderId, ...(order.permId === undefined ? {} : { permId: order.permId }) },
  });
}

function schedulePoll(hall: Hall): void {
  const verification = verificationOf(hall);
  if (verification.polling) return;
  verification.polling = true;
  hall.ports.scheduler.after(1_000, () => {
    verification.polling = false;
    const record = hall.stores.engine.get('desk');
    if (record?.kill === undefined || !hall.latch.isSet()) return;
    pollKill(hall);
    const after = hall.stores.engine.get('desk')?.kill;
    if (after?.phase !== 'verified') schedulePoll(hall);
  });
}

/** Something of a kill's scope works after all, perhaps after it was verified. */
export function killGoesOn(hall: Hall): void {
  if (!hall.latch.isSet()) return;
  pollKill(hall);
  schedulePoll(hall);
}

/** Asks again what works, cancels what does, and writes down what is left. Verified only when nothing works and the link was up to say so. */
export function pollKill(hall: Hall): void {
  const kill_ = hall.stores.engine.get('desk')?.kill;
  if (kill_ === undefined) return;
  const left = killTargets(hall, kill_.scope);
  const verification = verificationOf(hall);
  const answered = hall.link.ready && hall.reconciliation.done() && verification.listed;
  const now = hall.ports.clock.now();
  // Asked again when the cancel never left, or when IB has taken no note of it for long: only the cancel of an order that is
  // pending at IB itself is not repeated.
  const open = hall.link.ready ? left.filter((order) => order.ibStatus !== 'PendingCancel') : [];
  const due = open.filter((order) => hall.unsentCancels.has(order.key) || hall.cancelsAsked.isDue(order.key, now));
  const outOfReach = due.some((order) => order.state !== 'UNKNOWN' && (onlyGlobally(order) || order.origin === 'manual'));
  const globalAgain = hall.link.ready && (hall.unsentGlobalCancel || outOfReach);
  if (kill_.phase !== 'cancelling' && due.length === 0 && !globalAgain && samePicture(kill_, left, answered)) {
    if (hall.link.ready) hall.ports.broker.requestOpenOrders();
    return;
  }
  commit(hall, 'kill', 'kill.poll', { kind: 'timer', text: 'kill verification', parentSeq: kill_.id }, (tx) => {
    const record = engineRecord(tx, hall.stores);
    if (record.kill === undefined) return;
    const residuals = left.filter((order) => isWorking(tx.get(hall.stores.orders, order.key)?.state ?? 'CANCELLED'));
    const verified = residuals.length === 0 && answered;
    const phase = verified ? 'verified' : 'residuals';
    const cancelled = Math.max(record.kill.cancelled, record.kill.cancelsSent - residuals.length);
    const { verifiedAt: _old, ...rest } = record.kill;
    tx.set(hall.stores.engine, 'desk', {
      ...record,
      kill: { ...rest, phase, cancelled, residuals: residuals.map((order) => order.key), ...(verified ? { verifiedAt: tx.at } : {}) },
    });
    if (verified && record.kill.phase !== 'verified') log(tx, 'info', 'Kill verified: nothing of its scope works at the broker.');
    for (const order of due) cancelForKill(hall, tx, order);
    if (globalAgain) tx.effect({ kind: 'global-cancel' });
  });
  finished(hall);
  if (hall.link.ready) hall.ports.broker.requestOpenOrders();
}

/** A verified kill of everything leaves nothing to the next run: what is placed by hand from now on is not for it to cancel. */
function finished(hall: Hall): void {
  const kill_ = hall.stores.engine.get('desk')?.kill;
  if (kill_?.phase !== 'verified' || kill_.scope !== 'all') return;
  whatever<unknown>(hall, () => hall.ports.killLatchFile.set(`${kill_.by}: ${kill_.reason}`, hall.ports.clock.now(), 'own'), undefined);
}

/** P-07: the latch of an earlier run is still set. Its kill goes on here, because nobody knows how far that run came. */
export function takeUpKill(hall: Hall, tx: Parameters<typeof step>[0], reason: string, scope: KillScope): void {
  hall.latch.set(reason, scope);
  const next = step(tx, hall.stores, 'kill', `The kill switch of an earlier run is still set: ${reason}`);
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
  tx.set(hall.stores.engine, 'desk', { ...next, kill: kill_ });
  schedulePoll(hall);
}

function samePicture(record: KillRecord, left: readonly Order[], answered: boolean): boolean {
  const same = record.residuals.length === left.length && left.every((order) => record.residuals.includes(order.key));
  return same && (record.phase === 'verified') === (left.length === 0 && answered);
}

/**
 * After a reconnect, before anything else: cancels that found no socket, or may have died with it. Orders of other programs are reached by
 * the global cancel of a kill alone.
 */
export function resendCancels(hall: Hall): void {
  const due: Order[] = [];
  for (const key of hall.unsentCancels) {
    const order = hall.index.get(key);
    if (order !== undefined && isWorking(order.state) && order.origin !== 'foreign') due.push(order);
    else hall.unsentCancels.delete(key);
  }
  if (due.length === 0 && !hall.unsentGlobalCancel) return;
  commit(hall, 'risk-reducing', 'cancels.again', { kind: 'system', text: 'cancels that may not have left' }, (tx) => {
    for (const order of due) cancelInside(hall, tx, order, onlyGlobally(order));
    if (hall.unsentGlobalCancel) tx.effect({ kind: 'global-cancel' });
  });
}

/**
 * Cancels of the operator: one order, all own, or all (`globally`, which reaches other programs' orders too). Two orders of one reference go
 * together, for nobody knows which of them was wished. Legal in every state.
 */
export function cancelOrders(hall: Hall, orders: readonly Order[], by: string, globally = false): number {
  let sent = 0;
  const targets = new Map(orders.flatMap((order) => [order, ...hall.index.twinsOf(order)]).map((order) => [order.key, order]));
  // A change that still waits would leave after the cancel.
  const changing = [...targets.values()].flatMap(({ state, ref }) => (state === 'MODIFY_PENDING' && ref !== undefined ? [ref] : []));
  if (changing.length > 0) hall.ports.broker.drop(changing, `cancelled by ${by}`);
  const seq = commit(hall, 'risk-reducing', 'orders.cancel', { kind: 'command', text: `cancel by ${by}` }, (tx) => {
    for (const target of targets.values()) {
      const order = tx.get(hall.stores.orders, target.key);
      if (order === undefined || !isWorking(order.state)) continue;
      hall.cancelsAsked.forget(order.key);
      cancelInside(hall, tx, order, globally && onlyGlobally(order));
      sent += 1;
    }
    if (globally) tx.effect({ kind: 'global-cancel' });
    return tx.seq;
  });
  count(hall, 'cancels', sent);
  return seq ?? 0;
}
