import { orderKeyOf } from '#domain/ids';
import { numberRefusal, onlyGlobally } from '#core/order/addressable';
import type { DeskView } from '#core/state/desk-view';
import type { Found } from '#core/state/records';
import { contractLabel } from '#domain/contract';
import { formatPrice } from '#domain/price';
import { formatQuantity } from '#domain/quantity';
import { abs } from '#domain/scaled';
import type { AdoptionRow } from '#protocol/topics';
import { orderLine, originText } from './order-row.ts';
import { brokerTime, decimalsOf } from './row-figures.ts';

/** What was found at the start and waits for the operator's word. */
export function adoptionRow(view: DeskView, found: Found): AdoptionRow | undefined {
  if (found.kind === 'position') {
    const position = view.stores.positions.get(found.subject);
    if (position === undefined) return undefined;
    const side = position.quantity > 0 ? 'LONG' : 'SHORT';
    return {
      key: found.key,
      kind: 'position',
      text: `${side} ${formatQuantity(abs(position.quantity))} ${contractLabel(position.contract)}`,
      detail: `average ${formatPrice(position.averagePrice, decimalsOf(view, position.contract.conId))}`,
      symbol: position.contract.symbol,
      at: found.at,
      time: brokerTime(view, found.at),
      decisions: ['adopt', 'ignore'],
    };
  }
  const order = view.index.get(orderKeyOf(found.subject));
  if (order === undefined) return undefined;
  return {
    key: found.key,
    kind: 'order',
    text: orderLine(view, order),
    detail: `${order.note ?? originText(view, order)}, ${order.tif}, ${order.ibStatus ?? order.state}`,
    symbol: order.contract.symbol,
    at: found.at,
    time: brokerTime(view, found.at),
    decisions: onlyGlobally(order) || numberRefusal(order) !== undefined ? ['adopt', 'ignore'] : ['adopt', 'ignore', 'cancel'],
  };
}
