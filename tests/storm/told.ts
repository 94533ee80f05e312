import type { BrokerNews, OpenOrderNews, OrderStatusNews } from '#core/ports/broker';
import type { Contract } from '#domain/contract';
import type { Execution } from '#domain/execution';
import type { AccountId, ClientId, ConId, ExecId, OrderId, OrderRef, PermId } from '#domain/ids';
import { trustedAmount } from '#domain/money';
import type { Trail } from '#domain/order';
import type { QuoteInfo } from '#core/ports/market-data';
import type { Price } from '#domain/price';
import type { Quantity } from '#domain/quantity';
import type { Fill } from '#simulator/model/fill';
import type { OrderView } from '#simulator/model/order-view';
import type { Instrument } from '#simulator/model/instrument';
import type { ListName } from '#tws/order/list-ends';
import type { MadeList } from './list-rules.ts';

/** What TWS says on one connection, as the adapter understands it. `made` is for the judge alone. */
export type Told =
  | { readonly kind: 'news'; readonly news: BrokerNews }
  | { readonly kind: 'notice'; readonly id: number; readonly code: number; readonly text: string }
  | { readonly kind: 'end'; readonly of: ListName; readonly made: MadeList }
  | { readonly kind: 'executions-end'; readonly reqId: number }
  | { readonly kind: 'tick'; readonly conId: ConId; readonly field: 'bid' | 'ask' | 'last'; readonly price: Price; readonly size: Quantity }
  | { readonly kind: 'quote-info'; readonly conId: ConId; readonly info: QuoteInfo }
  | { readonly kind: 'malformed'; readonly conId: ConId }
  | { readonly kind: 'opened'; readonly nextValidId: number }
  | { readonly kind: 'closed' };

/** What one client is to be told. */
export interface LaterWord {
  readonly clientId: number;
  readonly told: Told;
}

const contracts = new Map<number, Contract>();

export function contractOf(instrument: Instrument): Contract {
  let contract = contracts.get(instrument.conId);
  if (contract === undefined) {
    const { conId, symbol, exchange, primaryExchange, currency, multiplier } = instrument;
    contract = { conId: conId as ConId, symbol, secType: 'STK', exchange, primaryExchange, currency, multiplier };
    contracts.set(conId, contract);
  }
  return contract;
}

/** Of a completed order TWS tells neither the order id nor the client. */
export function openOrderOf(order: OrderView, completed = false): OpenOrderNews {
  return {
    orderId: (completed ? 0 : order.orderId) as OrderId,
    permId: order.permId as PermId,
    clientId: (completed ? 0 : order.clientId) as ClientId,
    account: order.account as AccountId,
    contract: contractOf(order.contract),
    side: order.action,
    type: order.type,
    quantity: order.quantity,
    ...(order.limit === undefined ? {} : { limit: order.limit }),
    ...(order.stop === undefined ? {} : { stop: order.stop }),
    ...(order.type !== 'TRAIL' ? {} : { trail: trailOf(order) }),
    tif: order.tif,
    outsideRth: order.outsideRth,
    ...(order.orderRef === '' ? {} : { orderRef: order.orderRef as OrderRef }),
    ...(order.parentId === 0 || completed ? {} : { parentId: order.parentId as OrderId }),
    ...(order.ocaGroup === '' ? {} : { ocaGroup: order.ocaGroup, ocaType: order.ocaType }),
    ibStatus: order.status,
    whatIf: false,
  };
}

function trailOf({ trailBy, trailPercent }: OrderView): Trail {
  return trailBy === undefined
    ? { kind: 'percent', basisPoints: Math.round((trailPercent ?? 0) / 10_000) }
    : { kind: 'amount', amount: trailBy };
}

export function statusOf(order: OrderView): OrderStatusNews {
  return {
    orderId: order.orderId as OrderId,
    permId: order.permId as PermId,
    clientId: order.clientId as ClientId,
    parentId: order.parentId as OrderId,
    ibStatus: order.status,
    filled: order.filled,
    remaining: order.remaining,
    avgFillPrice: undefined,
    lastFillPrice: order.lastFillPrice,
    whyHeld: order.whyHeld,
  };
}

/** `price` and `revision`: what a correction made of it. */
export function executionOf(fill: Fill, price: Price, revision: number, at: number): Execution {
  return {
    execId: fill.execId.replace(/\.01$/, `.${String(revision).padStart(2, '0')}`) as ExecId,
    account: fill.account as AccountId,
    conId: fill.contract.conId as ConId,
    side: fill.side,
    quantity: fill.quantity,
    price,
    cumQuantity: fill.cumQuantity,
    avgPrice: price,
    orderId: fill.orderId as OrderId,
    permId: fill.permId as PermId,
    clientId: fill.clientId as ClientId,
    ...(fill.orderRef === '' ? {} : { orderRef: fill.orderRef as OrderRef }),
    time: '20131008 10:30:00 US/Eastern',
    at,
  };
}

export function commissionOf(fill: Fill, revision: number): BrokerNews {
  return {
    kind: 'commission',
    execId: fill.execId.replace(/\.01$/, `.${String(revision).padStart(2, '0')}`) as ExecId,
    commission: trustedAmount(fill.commission),
    currency: 'USD',
    realizedPnl: undefined,
  };
}
