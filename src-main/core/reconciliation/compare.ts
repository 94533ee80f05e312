import type { Tx } from '#core/commit/transaction';
import { cancelBrokenBrackets } from '#core/execution/lost-brackets';
import { amendOrder, moveOrder, tellOrder } from '#core/execution/transition';
import { lapses } from '#core/reports/expiry';
import { countEarlier } from '#core/reports/fill-gaps';
import { commit, type Slice } from '#core/state/desk-state';
import { advance } from '#core/state/engine-life';
import { type Effect, log } from '#core/state/records';
import { isWorking, type Order } from '#domain/order';
import { findAtStart } from './adoption.ts';
import { settleEarlierOrders } from './restore-earlier-orders.ts';
import { noteAbsence } from './unknown-orders.ts';

type Desk = Slice<
  | 'bracketCancels'
  | 'broker'
  | 'cancelRetries'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'details'
  | 'earlierOrders'
  | 'earlierOrdersFile'
  | 'exchange'
  | 'index'
  | 'latch'
  | 'latencies'
  | 'link'
  | 'lookUpRetries'
  | 'memos'
  | 'ordersOut'
  | 'recentSends'
  | 'reconciliation'
  | 'registry'
  | 'scheduler'
  | 'stores'
  | 'toldFilled'
  | 'unsentCancels'
  | 'unsentGlobalCancel'
  | 'untoldExecutions'
>;

const IN_FLIGHT_MS = 5_000;

export function startReconciliation(desk: Desk): void {
  const request = desk.broker.reconcile();
  desk.reconciliation.start(desk.link.epoch, desk.clock.now(), request);
}

/** The same lists, compared in the same way, while the desk goes on: what is looked for concerns single orders. */
export function startLookUp(desk: Desk): void {
  const request = desk.broker.reconcile();
  desk.reconciliation.start(desk.link.epoch, desk.clock.now(), request, 'look-up');
}

/** All four end markers of the epoch are in: what we believe is working and the broker does not list becomes UNKNOWN. */
export function onReconciled(desk: Desk): void {
  const working = desk.index.working();
  commit(
    desk,
    'risk-reducing',
    'reconciled',
    { kind: 'broker', text: 'open, completed and executed orders and positions are in' },
    (tx) => {
      for (const candidate of working) {
        const found = tx.get(desk.stores.orders, candidate.key);
        if (found === undefined || !isWorking(found.state)) continue;
        const order = countEarlier(desk, tx, found);
        if (desk.reconciliation.filledAtBroker(order.key)) {
          tellOrder(desk, tx, order, 'FILLED', {
            now: { ...order, updatedAt: tx.at, note: 'IB lists it as filled; its executions are older than what IB still tells' },
          });
          log(
            tx,
            'alarm',
            `${order.side} ${order.contract.symbol} filled, but IB no longer tells its executions. Compare the position with TWS.`,
            {
              kind: 'order',
              key: order.key,
            },
          );
          continue;
        }
        if (desk.reconciliation.saw(order.key)) {
          cancelAgain(desk, tx, order);
          continue;
        }
        if (lapses(desk, tx, order)) continue;
        if (order.state === 'UNKNOWN') {
          noteAbsence(desk, tx, order);
          continue;
        }
        // Sent a moment ago on another stream and not answered yet: these lists may have been made before it came.
        if (order.ackedAt === undefined && order.sentAt !== undefined && tx.at - order.sentAt < IN_FLIGHT_MS) continue;
        moveOrder(desk, tx, order, 'lose-sight', {
          ...order,
          updatedAt: tx.at,
          note: 'IB lists it neither as open nor as completed; asking again',
        });
        log(tx, 'alarm', `UNKNOWN: IB does not list ${order.side} ${order.contract.symbol}.`, { kind: 'order', key: order.key });
      }
      if (desk.reconciliation.kind() === 'comparison') tellUntold(desk, tx);
      log(tx, 'info', 'Book equals broker: open orders, executions and positions were compared.');
    },
  );
  settleEarlierOrders(desk);
  cancelBrokenBrackets(desk);
  advance(desk);
}

/** still working at IB although its cancel was sent long ago, and IB has taken no note of it. A cancel of somebody else is not this desk's to repeat. */
function cancelAgain(desk: Desk, tx: Tx<Effect>, order: Order): void {
  const { orderId, clientId } = order;
  if (order.state !== 'PENDING_CANCEL' || order.ibStatus === 'PendingCancel' || orderId === undefined || clientId === undefined) return;
  if (order.origin === 'foreign' || order.cancelAskedAt === undefined || !desk.cancelRetries.isDue(order.key, tx.at)) return;
  desk.cancelRetries.note(order.key, tx.at);
  amendOrder(desk, tx, order, { ...order, updatedAt: tx.at, note: 'cancel sent again' });
  tx.effect({ kind: 'cancel', key: order.key, address: { clientId, orderId } });
}

/** the list of executions has ended, and does not make up what IB says has filled. */
function tellUntold(desk: Desk, tx: Tx<Effect>): void {
  for (const key of desk.untoldExecutions) {
    const order = tx.get(desk.stores.orders, key);
    if (order === undefined || order.filled >= order.quantity) continue;
    log(
      tx,
      'alarm',
      `${order.side} ${order.contract.symbol} filled, but IB no longer tells its executions. Compare the position with TWS.`,
      { kind: 'order', key },
    );
  }
  desk.untoldExecutions.clear();
}

/** The list of positions ended: the book opens on it when nothing was executed meanwhile. */
export function settleOpening(desk: Desk): void {
  if (!desk.reconciliation.settleOpening(desk.clock.now())) return;
  commit(desk, 'risk-reducing', 'book.open', { kind: 'broker', text: 'the positions are certain' }, (tx) => {
    findAtStart(desk, tx);
  });
  advance(desk);
}
