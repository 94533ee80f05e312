import type { Tx } from '#core/commit/transaction';
import { cancelOrders } from '#core/execution/cancel';
import { numberRefusal } from '#core/order/addressable';
import { commit, type Slice } from '#core/state/desk-state';
import { isThere } from '#core/state/found-at-start';
import { type Effect, type Found, log } from '#core/state/records';
import type { Refusal } from '#core/state/refusal';
import { orderKeyOf } from '#domain/ids';
import { isWorking } from '#domain/order';
import { err, ok, type Result } from '#domain/result';

type Desk = Slice<
  | 'broker'
  | 'cancelRetries'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'index'
  | 'latch'
  | 'latencies'
  | 'link'
  | 'ordersOut'
  | 'recentSends'
  | 'stores'
  | 'unsentCancels'
  | 'unsentGlobalCancel'
>;

/**
 * After the first comparison of a process: every working order and every position it found at the broker waits for the operator's word.
 * Until then nothing is armed, because an arming that does not know of them could double what is there.
 */
export function findAtStart(desk: Desk, tx: Tx<Effect>): void {
  let count = 0;
  const note = (found: Found): void => {
    if (tx.has(desk.stores.found, found.key)) return;
    tx.set(desk.stores.found, found.key, found);
    count += 1;
  };
  for (const order of tx.values(desk.stores.orders)) {
    if (!isWorking(order.state) || order.sentAt !== undefined) continue;
    note({ key: `order:${order.key}`, kind: 'order', subject: order.key, at: tx.at });
  }
  for (const [key, position] of tx.entries(desk.stores.positions))
    if (position.quantity !== 0) note({ key: `position:${key}`, kind: 'position', subject: key, at: tx.at });
  if (count > 0) log(tx, 'alarm', `${count} orders and positions were found at the broker; decide on each before anything can be armed.`);
}

export function decide(desk: Desk, key: string, decision: 'adopt' | 'ignore' | 'cancel', by: string): Result<number, Refusal> {
  const found = desk.stores.found.get(key);
  if (found === undefined) return err({ code: 'not-found', text: 'Nothing of that name was found at the start.' });
  if (found.decision !== undefined)
    return err({ code: 'conflict', text: `It was decided already: ${found.decision} by ${found.by ?? '?'}.` });
  if (!isThere(desk, found)) return err({ code: 'not-found', text: 'It is not there any more; nothing is left to decide.' });
  if (decision === 'cancel') {
    const order = found.kind === 'order' ? desk.index.get(orderKeyOf(found.subject)) : undefined;
    if (order === undefined) return err({ code: 'not-allowed-now', text: 'A position is closed in the positions panel, not cancelled.' });
    if (order.origin === 'foreign')
      return err({ code: 'not-allowed-now', text: 'Another program placed this order; cancel it there or in TWS, then ignore it here.' });
    const nameless = numberRefusal(order);
    if (nameless !== undefined) return err({ code: 'not-allowed-now', text: nameless });
    cancelOrders(desk, [order], by);
  }
  const seq = commit(desk, 'order', 'adoption.decide', { kind: 'command', text: `${by}: ${decision} ${key}`, ref: found.subject }, (tx) => {
    const now = tx.get(desk.stores.found, key);
    if (now === undefined || now.decision !== undefined) return undefined;
    tx.set(desk.stores.found, key, { ...now, decision, by });
    log(tx, 'info', `${by} decided on what was found at the start: ${decision} ${found.kind} ${found.subject}.`, {
      kind: found.kind,
      key: found.subject,
    });
    return tx.seq;
  });
  return seq === undefined ? err({ code: 'conflict', text: 'It was decided already.' }) : ok(seq);
}
