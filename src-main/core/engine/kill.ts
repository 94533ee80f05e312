import type { OrderKey } from '#domain/ids';
import { contractLabel } from '#domain/contract';
import { formatQuantity } from '#domain/quantity';
import { isWorking, type Order } from '#domain/order';
import { err, type Result } from '#domain/result';
import { move } from './order-news.ts';
import { engineRecord, log, step, type KillRecord } from './desk-state.ts';
import { commit, count, type Hall } from './hall.ts';
import { notSent } from './place-orders.ts';

export type KillScope = 'own' | 'all';

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
  hall.latch.set(reason);
  const dropped = whatever(hall, () => hall.ports.broker.purge(`kill: ${reason}`), []);
  const withdrawn = whatever(hall, () => hall.registry.purge(), []);
  const file = whatever<Result<void>>(
    hall,
    () => hall.ports.killLatchFile.set(`${by}: ${reason}`, hall.ports.clock.now()),
    err('writing it broke'),
  );
  const queued = hall.index.queued();
  const verification = verificationOf(hall);
  verification.listed = false;
  verification.asked.clear();
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
    [...dropped, ...queued.flatMap((order) => (order.ref === undefined ? [] : [order.ref]))],
    `Dropped by the kill (${by}).`,
    true,
  );
  count(hall, 'kills');
  whatever(hall, () => hall.ports.broker.requestOpenOrders(), undefined);
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
  /** The broker has listed its open orders since the newest kill. */
  listed: boolean;
  /** When the kill last asked to cancel an order, on the desk's clock. */
  readonly asked: Map<OrderKey, number>;
}

const verifications = new WeakMap<Hall, Verification>();
const ASK_AGAIN_MS = 10_000;

function verificationOf(hall: Hall): Verification {
  let verification = verifications.get(hall);
  if (verification === undefined) {
    verification = { polling: false, listed: false, asked: new Map() };
    verifications.set(hall, verification);
  }
  return verification;
}

/** The end of a list of all open orders: what it did not name does not work at the broker. */
export function openOrdersListed(hall: Hall): void {
  verificationOf(hall).listed = true;
}

/** Orders of other programs are out of reach one by one; the global cancel of the same kill takes them. */
function cancelForKill(hall: Hall, tx: Parameters<typeof step>[0], order: Order): void {
  verificationOf(hall).asked.set(order.key, hall.ports.clock.now());
  cancelInside(hall, tx, order, order.origin === 'foreign');
}

function cancelInside(hall: Hall, tx: Parameters<typeof step>[0], target: Order, globally = false): void {
  const order = tx.get(hall.stores.orders, target.key);
  if (order === undefined || !isWorking(order.state) || order.orderId === undefined || order.clientId === undefined) return;
  tx.set(hall.stores.orders, order.key, {
    ...order,
    cancelAskedAt: tx.at,
    ...(order.state === 'UNKNOWN' ? {} : { state: move(hall, order, 'CANCEL_PENDING'), updatedAt: tx.at, note: 'cancel sent' }),
  });
  if (globally) return;
  tx.effect({
    kind: 'cancel',
    key: order.key,
    address: { clientId: order.clientId, orderId: order.orderId, ...(order.permId === undefined ? {} : { permId: order.permId }) },
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

/** Asks again what works, cancels what does, and writes down what is left. Verified only when nothing works and the link was up to say so. */
export function pollKill(hall: Hall): void {
  const kill_ = hall.stores.engine.get('desk')?.kill;
  if (kill_ === undefined) return;
  const left = killTargets(hall, kill_.scope);
  const { asked, listed } = verificationOf(hall);
  const answered = hall.link.ready && hall.reconciliation.done() && listed;
  const now = hall.ports.clock.now();
  // Asked again when the cancel never left, or when an order that is not known to be pending gave no answer for long: a repeated
  // cancel of a pending one only makes noise at IB.
  const due = !hall.link.ready
    ? []
    : left.filter(
        (order) =>
          hall.unsentCancels.has(order.key) ||
          (order.state !== 'CANCEL_PENDING' && now - (asked.get(order.key) ?? Number.NEGATIVE_INFINITY) >= ASK_AGAIN_MS),
      );
  const globalAgain = hall.link.ready && (hall.unsentGlobalCancel || due.some((order) => order.origin === 'foreign'));
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
  if (hall.link.ready) hall.ports.broker.requestOpenOrders();
}

function samePicture(record: KillRecord, left: readonly Order[], answered: boolean): boolean {
  const same = record.residuals.length === left.length && left.every((order) => record.residuals.includes(order.key));
  return same && (record.phase === 'verified') === (left.length === 0 && answered);
}

/** After a reconnect, before anything else: cancels that found no socket, or may have died with it. */
export function resendCancels(hall: Hall): void {
  const due: Order[] = [];
  for (const key of hall.unsentCancels) {
    const order = hall.index.get(key);
    if (order !== undefined && isWorking(order.state)) due.push(order);
    else hall.unsentCancels.delete(key);
  }
  if (due.length === 0 && !hall.unsentGlobalCancel) return;
  commit(hall, 'risk-reducing', 'cancels.again', { kind: 'system', text: 'cancels that may not have left' }, (tx) => {
    for (const order of due) cancelInside(hall, tx, order, order.origin === 'foreign');
    if (hall.unsentGlobalCancel) tx.effect({ kind: 'global-cancel' });
  });
}

/** Cancels of the operator: one order, all own, or all (`globally`, which reaches other programs' orders too). Legal in every state. */
export function cancelOrders(hall: Hall, orders: readonly Order[], by: string, globally = false): number {
  let sent = 0;
  const seq = commit(hall, 'risk-reducing', 'orders.cancel', { kind: 'command', text: `cancel by ${by}` }, (tx) => {
    for (const target of orders) {
      const order = tx.get(hall.stores.orders, target.key);
      if (order === undefined || !isWorking(order.state)) continue;
      cancelInside(hall, tx, order, globally && order.origin === 'foreign');
      sent += 1;
    }
    if (globally) tx.effect({ kind: 'global-cancel' });
    return tx.seq;
  });
  count(hall, 'cancels', sent);
  return seq ?? 0;
}
