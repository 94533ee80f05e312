import type { DeskState } from '#core/state/desk-state';
import type { OrderKey } from '#domain/ids';
import type { Order } from '#domain/order';
import { formatPrice } from '#domain/price';
import { formatQuantity } from '#domain/quantity';
import { formatAmount } from '#domain/money';
import type { WhyStep } from '#protocol/commands';
import { decimalsOf } from '#desk/projection/row-figures';
import { orderLine } from '#desk/projection/order-row';

/** tick → rule → risk verdict → order → fills, as far as each is known. Undefined: no such order. */
export function whyOrder(deskState: DeskState, key: OrderKey): readonly WhyStep[] | undefined {
  const order = deskState.stores.orders.get(key);
  if (order === undefined) return undefined;
  const decimals = decimalsOf(deskState, order.contract.conId);
  const steps: WhyStep[] = [];
  const cause = order.cause ?? (order.parentKey === undefined ? undefined : deskState.stores.orders.get(order.parentKey)?.cause);
  if (cause === undefined) {
    steps.push({ at: order.createdAt, title: 'Origin', text: originSentence(order), seq: null });
  } else {
    if (cause.tick !== undefined) {
      const { tick } = cause;
      const from = tick.previous === undefined || tick.previous === tick.price ? '' : `${formatPrice(tick.previous, decimals)} → `;
      steps.push({
        at: Math.round(tick.at - deskState.exchange.offset()),
        title: 'Tick',
        text: `${tick.field} ${from}${formatPrice(tick.price, decimals)}`,
        seq: null,
      });
    }
    steps.push({
      at: cause.decidedAt,
      title: cause.triggerName === undefined ? 'Operator' : `Rule ${cause.triggerName}`,
      text: cause.sentence,
      seq: cause.approvedSeq,
    });
    steps.push({
      at: cause.decidedAt,
      title: order.state === 'DENIED' && order.sentAt === undefined ? 'Risk' : 'Risk approved',
      text: cause.verdict,
      seq: cause.approvedSeq,
    });
  }
  const ids = [
    order.ref === undefined ? '' : `reference ${order.ref}`,
    order.orderId === undefined ? '' : `order ${order.orderId}`,
    order.permId === undefined ? '' : `permId ${order.permId}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
  steps.push({
    at: order.sentAt ?? order.createdAt,
    title: order.sentAt === undefined ? 'Order' : 'Sent',
    text: `${orderLine(deskState, order)}${ids === '' ? '' : ` (${ids})`}`,
    seq: null,
  });
  if (order.ackedAt !== undefined) steps.push({ at: order.ackedAt, title: 'Acknowledged', text: answerTime(order), seq: null });
  for (const fill of deskState.stores.fills.values()) {
    if (fill.orderKey !== key) continue;
    const commission =
      fill.commission === undefined
        ? 'commission not reported yet'
        : `commission ${formatAmount(fill.commission)} ${fill.commissionCurrency ?? ''}`;
    steps.push({
      at: fill.at,
      title: 'Fill',
      text: `${formatQuantity(fill.quantity)} at ${formatPrice(fill.price, decimals)}, ${commission}`,
      seq: null,
    });
  }
  steps.push({ at: order.updatedAt, title: `Now ${order.state}`, text: order.note ?? '', seq: null });
  return steps;
}

function originSentence(order: Order): string {
  switch (order.origin) {
    case 'manual':
      return 'Placed by hand in TWS; this desk only supervises it.';
    case 'foreign':
      return `Placed by another API program (client ${order.clientId ?? '?'}); this desk only supervises it.`;
    case 'trigger':
      return "Sent by an earlier run of this desk; its reasons are in that run's journal.";
    case 'operator':
      return 'Placed by the operator.';
  }
}

function answerTime({ sentAt, ackedAt }: Order): string {
  return sentAt === undefined || ackedAt === undefined ? 'IB knows the order.' : `IB answered after ${Math.max(0, ackedAt - sentAt)} ms.`;
}
