import type { DeskView } from '#core/state/desk-view';
import { contractLabel } from '#domain/contract';
import type { Fill } from '#domain/execution';
import type { Order } from '#domain/order';
import type { Price } from '#domain/price';
import { minus } from '#domain/scaled';
import type { FillRow } from '#protocol/topics';
import { originText } from './order-row.ts';
import { brokerTime, decimalsOf } from './row-figures.ts';

/** Against the price of the tick that fired; positive is worse than it. */
function slippageOf(order: Order | undefined, fill: Fill): Price | null {
  const tick = order?.parentKey === undefined ? order?.cause?.tick : undefined;
  if (tick === undefined) return null;
  return fill.side === 'BUY' ? minus(fill.price, tick.price) : minus(tick.price, fill.price);
}

export function fillRow(view: DeskView, root: string, fill: Fill): FillRow {
  const order = fill.orderKey === undefined ? undefined : view.index.get(fill.orderKey);
  return {
    execId: root,
    at: fill.brokerAt ?? brokerTime(view, fill.at),
    symbol: order === undefined ? (view.board.contract(fill.conId)?.symbol ?? `contract ${fill.conId}`) : contractLabel(order.contract),
    side: fill.side,
    quantity: fill.quantity,
    price: fill.price,
    decimals: decimalsOf(view, fill.conId),
    orderKey: fill.orderKey ?? null,
    originText: order === undefined ? 'order not known here' : originText(view, order),
    commission: fill.commission ?? null,
    realized: fill.realizedPnl ?? null,
    currency: fill.commissionCurrency ?? null,
    slippage: slippageOf(order, fill),
  };
}
