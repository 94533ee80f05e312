import type { Tx } from '#core/commit/transaction';
import { RECALLED } from '#core/ports/journal';
import type { Order } from '#domain/order';
import { parseOrderRef } from '#domain/order-ref';
import { ZERO } from '#domain/quantity';
import { nextTriggerLife } from '#domain/trigger-life';
import { type Effect, log } from './desk-state.ts';
import { commit, type Hall } from './hall.ts';

/** At the start. A journal that cannot be read leaves the broker's lists as the only source, and says so. */
export function recallOrders(hall: Hall): void {
  const earlier = hall.ports.earlierOrders?.();
  if (earlier !== undefined) hall.recall.load(earlier.orders, earlier.trouble);
}

/** What stays true of an order over a restart: why it exists, whose exit it is, how old it is. */
export function knownOf(recalled: Order | undefined): Partial<Order> {
  if (recalled === undefined) return {};
  const { ref, triggerId, leg, parentKey, cause, createdAt } = recalled;
  return {
    ...(ref === undefined ? {} : { ref }),
    ...(triggerId === undefined ? {} : { triggerId }),
    ...(leg === undefined ? {} : { leg }),
    ...(parentKey === undefined ? {} : { parentKey }),
    ...(cause === undefined ? {} : { cause }),
    createdAt,
  };
}

/** After the first comparison: what was recalled and nobody at IB speaks of is UNKNOWN, a trigger whose entry was sent is spent. */
export function settleRecalled(hall: Hall): void {
  const recalled = hall.recall.settle();
  if (recalled === undefined) return;
  // By its name the next run knows that it need not read further back than this one.
  commit(hall, 'risk-reducing', RECALLED, { kind: 'system', text: 'what the last runs had sent' }, (tx) => {
    takeUp(hall, tx, recalled);
  });
}

function takeUp(hall: Hall, tx: Tx<Effect>, recalled: readonly Order[]): void {
  if (hall.recall.trouble !== undefined)
    log(tx, 'alarm', `${hall.recall.trouble} Whether IB has everything that was sent cannot be told: compare with TWS before you start.`);
  for (const order of recalled) {
    if (tx.has(hall.stores.orders, order.key)) continue;
    const { sentAt: _sent, ackedAt: _acked, change: _change, absence: _absence, ibStatus: _word, whyHeld: _why, ...rest } = order;
    tx.set(hall.stores.orders, order.key, {
      ...rest,
      filled: ZERO,
      state: 'UNKNOWN',
      updatedAt: tx.at,
      note: `the last run had it as ${order.state}; IB does not list it, asking again`,
    });
    log(
      tx,
      'alarm',
      `UNKNOWN: the last run had ${order.side} ${order.contract.symbol} as ${order.state}, and IB does not list it. It is not sent again.`,
      { kind: 'order', key: order.key },
    );
  }
  for (const order of [...tx.values(hall.stores.orders)]) spendTrigger(hall, tx, order);
}

/** The file of the triggers is written a moment after the firing: one that died in between offers a spent trigger again. */
function spendTrigger(hall: Hall, tx: Tx<Effect>, order: Order): void {
  const parts = order.ref === undefined ? undefined : parseOrderRef(order.ref);
  if (parts?.leg !== 'E') return;
  const trigger = tx.get(hall.stores.triggers, parts.triggerId);
  if (trigger?.life !== 'draft' || parts.gen < trigger.gen) return;
  const life = nextTriggerLife(trigger.life, 'found-sent');
  if (life === undefined) return;
  tx.set(hall.stores.triggers, trigger.id, {
    ...trigger,
    life,
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
