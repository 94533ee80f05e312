import { moveTrigger } from '#core/execution/trigger-transition';
import type { Tx } from '#core/commit/transaction';
import type { Slice } from '#core/state/desk-state';
import { type Effect, log } from '#core/state/records';
import { isWorking, type Order, type Side } from '#domain/order';
import { parseOrderRef } from '#domain/order-ref';

type Desk = Slice<'counters' | 'memos' | 'stores'>;

/** The broker speaks of an order that was counted as not sent. */
export function spokenOf(tx: Tx<Effect>, before: Order, after: Order): void {
  const thoughtUnsent = before.state === 'DENIED' || before.state === 'ABORTED_BY_KILL';
  if ((!thoughtUnsent && before.state !== 'REJECTED') || !isWorking(after.state)) return;
  log(tx, 'alarm', `IB knows ${after.side} ${after.contract.symbol}, which was counted as ${before.state.toLowerCase()}: it is alive.`, {
    kind: 'order',
    key: after.key,
  });
}

export function announceEnd(tx: Tx<Effect>, before: Order, after: Order): void {
  if (before.state === after.state) return;
  const subject = { kind: 'order', key: after.key } as const;
  const what = `${sideWord(after.side)} ${after.contract.symbol}`;
  if (after.state === 'CANCELLED') log(tx, 'info', `${after.origin === 'manual' ? 'Manual order' : 'Order'} cancelled: ${what}`, subject);
  if (after.state === 'EXPIRED') log(tx, 'warning', `Order expired: ${what}. Its time is over and IB has ended it.`, subject);
  if (after.state === 'REJECTED') log(tx, 'alarm', `Rejected by IB: ${what}. ${after.note ?? ''}`, subject);
  if (after.state === 'INACTIVE') log(tx, 'alarm', `IB holds ${what} as Inactive: look at it in TWS; it may still be alive.`, subject);
}

function sideWord(side: Side): string {
  return side === 'BUY' ? 'BUY' : 'SELL';
}

export function failTrigger(desk: Desk, tx: Tx<Effect>, order: Order): void {
  const trigger = order.triggerId === undefined ? undefined : tx.get(desk.stores.triggers, order.triggerId);
  const gen = order.ref === undefined ? undefined : parseOrderRef(order.ref)?.gen;
  if (order.leg !== 'E' || trigger?.life !== 'fired' || gen !== trigger.gen) return;
  const why = desk.memos.of(order.key).refusal;
  moveTrigger(desk, tx, trigger, ['refused'], {
    ...trigger,
    reason: `IB rejected the order${why === undefined ? '.' : `: ${why}`}`,
    updatedAt: tx.at,
  });
}
