import { moveTrigger } from '#core/execution/trigger-transition';
import { enterOrder } from '#core/execution/transition';
import type { Tx } from '#core/commit/transaction';
import { EARLIER_ORDERS_LOADED } from '#core/ports/journal';
import { commit, count, type Slice } from '#core/state/desk-state';
import { type Effect, log } from '#core/state/records';
import type { Order } from '#domain/order';
import { parseOrderRef } from '#domain/order-ref';
import { ZERO } from '#domain/quantity';

type Desk = Slice<'coordinator' | 'counters' | 'earlierOrders' | 'earlierOrdersFile' | 'exchange' | 'stores'>;

/** At the start. A journal that cannot be read leaves the broker's lists as the only source, and says so. */
export function loadEarlierOrders(desk: Desk): void {
  const earlier = desk.earlierOrdersFile?.();
  if (earlier === undefined) return;
  desk.exchange.learn(earlier.times ?? []);
  desk.earlierOrders.load(earlier, (at) => desk.exchange.timeOf(at));
}

/** After the first comparison: what was earlier and nobody at IB speaks of is UNKNOWN, a trigger whose entry was sent is spent. */
export function settleEarlierOrders(desk: Desk): void {
  const earlier = desk.earlierOrders.settle();
  if (earlier === undefined) return;
  // By its name the next run knows that it need not read further back than this one.
  commit(desk, 'risk-reducing', EARLIER_ORDERS_LOADED, { kind: 'system', text: 'what the last runs had sent' }, (tx) => {
    takeUp(desk, tx, earlier);
  });
}

function takeUp(desk: Desk, tx: Tx<Effect>, earlier: readonly Order[]): void {
  if (desk.earlierOrders.trouble !== undefined)
    log(
      tx,
      'alarm',
      `${desk.earlierOrders.trouble} Whether IB has everything that was sent cannot be told: compare with TWS before you start.`,
    );
  const { unreadStates } = desk.earlierOrders;
  if (unreadStates.size > 0) {
    count(desk, 'earlier.unread-states', unreadStates.size);
    const words = [...new Set(unreadStates.values())].join(', ');
    log(
      tx,
      'alarm',
      `Orders of earlier runs whose state this version does not know (${words}) are taken for UNKNOWN: ${unreadStates.size}.`,
    );
  }
  for (const order of earlier) {
    if (tx.has(desk.stores.orders, order.key)) continue;
    const { sentAt: _sent, ackedAt: _acked, change: _change, absence: _absence, ibStatus: _word, whyHeld: _why, ...rest } = order;
    const word = unreadStates.get(order.key) ?? order.state;
    enterOrder(desk, tx, {
      ...rest,
      filled: ZERO,
      state: 'UNKNOWN',
      updatedAt: tx.at,
      note: `the last run had it as ${word}; IB does not list it, asking again`,
    });
    log(
      tx,
      'alarm',
      `UNKNOWN: the last run had ${order.side} ${order.contract.symbol} as ${word}, and IB does not list it. It is not sent again.`,
      { kind: 'order', key: order.key },
    );
  }
  for (const order of [...tx.values(desk.stores.orders)]) spendTrigger(desk, tx, order);
}

/** The file of the triggers is written a moment after the firing: one that died in between offers a spent trigger again. */
function spendTrigger(desk: Desk, tx: Tx<Effect>, order: Order): void {
  const parts = order.ref === undefined ? undefined : parseOrderRef(order.ref);
  if (parts?.leg !== 'E') return;
  const trigger = tx.get(desk.stores.triggers, parts.triggerId);
  if (trigger?.life !== 'draft' || parts.gen < trigger.gen) return;
  moveTrigger(desk, tx, trigger, ['found-sent'], {
    ...trigger,
    gen: parts.gen,
    fires: 1,
    reason: `It fired in an earlier run; its order is ${order.state}.`,
    updatedAt: tx.at,
  });
  log(tx, 'warning', `${trigger.spec.name} fired in an earlier run and is not offered again; its order is ${order.state}.`, {
    kind: 'trigger',
    key: trigger.id,
  });
}
