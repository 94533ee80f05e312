import type { DeskView } from '#core/state/desk-view';
import type { OrderKey } from '#domain/ids';
import type { Order, OrderCause } from '#domain/order';
import { formatPrice } from '#domain/price';
import { formatQuantity } from '#domain/quantity';
import { formatAmount } from '#domain/money';
import type { WhyStep } from '#protocol/commands';
import { decimalsOf, deskTime } from '#desk/projection/row-figures';
import { orderLine } from '#desk/projection/order-row';

/** tick → rule → risk verdict → order → fills, as far as each is known. Undefined: no such order. */
export function whyOrder(view: DeskView, key: OrderKey): readonly WhyStep[] | undefined {
  const order = view.stores.orders.get(key);
  if (order === undefined) return undefined;
  const cause = order.cause ?? (order.parentKey === undefined ? undefined : view.stores.orders.get(order.parentKey)?.cause);
  return [
    ...(cause === undefined
      ? [{ at: order.createdAt, title: 'Origin', text: originSentence(order), seq: null }]
      : decisionSteps(view, order, cause)),
    ...sentSteps(view, order),
    ...fillSteps(view, order),
    { at: order.updatedAt, title: `Now ${order.state}`, text: order.note ?? '', seq: null },
  ];
}

function decisionSteps(view: DeskView, order: Order, cause: OrderCause): readonly WhyStep[] {
  return [
    ...(cause.tick === undefined ? [] : [tickStep(view, order, cause.tick)]),
    {
      at: cause.decidedAt,
      title: cause.triggerName === undefined ? 'Operator' : `Rule ${cause.triggerName}`,
      text: cause.sentence,
      seq: cause.approvedSeq,
    },
    {
      at: cause.decidedAt,
      title: order.state === 'DENIED' && order.sentAt === undefined ? 'Risk' : 'Risk approved',
      text: cause.verdict,
      seq: cause.approvedSeq,
    },
  ];
}

function tickStep(view: DeskView, order: Order, tick: NonNullable<OrderCause['tick']>): WhyStep {
  const decimals = decimalsOf(view, order.contract.conId);
  const from = tick.previous === undefined || tick.previous === tick.price ? '' : `${formatPrice(tick.previous, decimals)} → `;
  return {
    at: deskTime(view, tick.at),
    title: 'Tick',
    text: `${tick.field} ${from}${formatPrice(tick.price, decimals)}`,
    seq: null,
  };
}

function sentSteps(view: DeskView, order: Order): readonly WhyStep[] {
  const ids = [
    order.ref === undefined ? '' : `reference ${order.ref}`,
    order.orderId === undefined ? '' : `order ${order.orderId}`,
    order.permId === undefined ? '' : `permId ${order.permId}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
  const sent = {
    at: order.sentAt ?? order.createdAt,
    title: order.sentAt === undefined ? 'Order' : 'Sent',
    text: `${orderLine(view, order)}${ids === '' ? '' : ` (${ids})`}`,
    seq: null,
  };
  return order.ackedAt === undefined ? [sent] : [sent, { at: order.ackedAt, title: 'Acknowledged', text: answerTime(order), seq: null }];
}

function fillSteps(view: DeskView, order: Order): readonly WhyStep[] {
  const decimals = decimalsOf(view, order.contract.conId);
  return [...view.stores.fills.values()]
    .filter((fill) => fill.orderKey === order.key)
    .map((fill) => {
      const commission =
        fill.commission === undefined
          ? 'commission not reported yet'
          : `commission ${formatAmount(fill.commission)} ${fill.commissionCurrency ?? ''}`;
      return {
        at: fill.at,
        title: 'Fill',
        text: `${formatQuantity(fill.quantity)} at ${formatPrice(fill.price, decimals)}, ${commission}`,
        seq: null,
      };
    });
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
