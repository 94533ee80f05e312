import type { DeskView } from '#core/state/desk-view';
import type { Fill } from '#domain/execution';
import type { OrderKey } from '#domain/ids';
import type { Order, OrderCause } from '#domain/order';
import { formatPrice } from '#domain/price';
import { formatQuantity } from '#domain/quantity';
import { formatAmount } from '#domain/money';
import type { WhyStep } from '#protocol/commands';
import { decimalsOf } from '#desk/projection/row-figures';
import { orderLine } from '#desk/projection/order-row';

/** All that the chain is made of: from memory for an order of this run, from the journals for one of an earlier run. */
export interface WhyStory {
  readonly order: Order;
  /** Of the order itself, or of the entry whose exit it is. */
  readonly cause: OrderCause | undefined;
  readonly fills: readonly Fill[];
  /** The broker's time of a moment of the desk's clock; undefined where it is not known. */
  readonly timeOf: (at: number) => number | undefined;
}

/** What this run knows. Undefined: no such order. */
export function storyInMemory(view: DeskView, key: OrderKey): WhyStory | undefined {
  const order = view.stores.orders.get(key);
  if (order === undefined) return undefined;
  return {
    order,
    cause: order.cause ?? (order.parentKey === undefined ? undefined : view.stores.orders.get(order.parentKey)?.cause),
    fills: [...view.stores.fills.values()].filter((fill) => fill.orderKey === key),
    timeOf: (at) => view.exchange.timeOf(at),
  };
}

/** tick → rule → risk verdict → order → fills, as far as each is known; every time is the broker's. */
export function whyChain(view: DeskView, story: WhyStory): readonly WhyStep[] {
  const { order, cause } = story;
  const time = (at: number): number | null => story.timeOf(at) ?? null;
  return [
    ...(cause === undefined
      ? [{ at: order.createdTime ?? time(order.createdAt), title: 'Origin', text: originSentence(order), seq: null }]
      : decisionSteps(view, story, cause)),
    ...sentSteps(view, story),
    ...fillSteps(view, story),
    { at: time(order.updatedAt), title: `Now ${order.state}`, text: order.note ?? '', seq: null },
  ];
}

function decisionSteps(view: DeskView, { order, timeOf }: WhyStory, cause: OrderCause): readonly WhyStep[] {
  const decided = timeOf(cause.decidedAt) ?? null;
  return [
    ...(cause.tick === undefined ? [] : [tickStep(view, order, cause.tick)]),
    {
      at: decided,
      title: cause.triggerName === undefined ? 'Operator' : `Rule ${cause.triggerName}`,
      text: cause.sentence,
      seq: cause.approvedSeq,
    },
    {
      at: decided,
      title: order.state === 'DENIED' && order.sentAt === undefined ? 'Risk' : 'Risk approved',
      text: cause.verdict,
      seq: cause.approvedSeq,
    },
  ];
}

/** The tick carries the exchange's own time. */
function tickStep(view: DeskView, order: Order, tick: NonNullable<OrderCause['tick']>): WhyStep {
  const decimals = decimalsOf(view, order.contract.conId);
  const from = tick.previous === undefined || tick.previous === tick.price ? '' : `${formatPrice(tick.previous, decimals)} → `;
  return { at: Math.round(tick.at), title: 'Tick', text: `${tick.field} ${from}${formatPrice(tick.price, decimals)}`, seq: null };
}

function sentSteps(view: DeskView, { order, timeOf }: WhyStory): readonly WhyStep[] {
  const ids = [
    order.ref === undefined ? '' : `reference ${order.ref}`,
    order.orderId === undefined ? '' : `order ${order.orderId}`,
    order.permId === undefined ? '' : `permId ${order.permId}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
  const sent = {
    at: timeOf(order.sentAt ?? order.createdAt) ?? null,
    title: order.sentAt === undefined ? 'Order' : 'Sent',
    text: `${orderLine(view, order)}${ids === '' ? '' : ` (${ids})`}`,
    seq: null,
  };
  if (order.ackedAt === undefined) return [sent];
  return [sent, { at: timeOf(order.ackedAt) ?? null, title: 'Acknowledged', text: answerTime(order), seq: null }];
}

function fillSteps(view: DeskView, { order, fills, timeOf }: WhyStory): readonly WhyStep[] {
  const decimals = decimalsOf(view, order.contract.conId);
  return fills.map((fill) => {
    const commission =
      fill.commission === undefined
        ? 'commission not reported yet'
        : `commission ${formatAmount(fill.commission)} ${fill.commissionCurrency ?? ''}`;
    return {
      at: fill.brokerAt ?? timeOf(fill.at) ?? null,
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
