import type { OrderView } from '#simulator/model/order-view';
import { conditionFields } from './condition.ts';
import { algoFields } from './extra-terms.ts';
import { ascii, averageText, priceText, quantityText, UNSET_DOUBLE } from './figure.ts';
import { TELL } from './message-id.ts';

/**
 * openOrder and completedOrder, by far the longest messages. Field order after IB's own readers; a field that the simulator
 * does not model carries TWS's usual filler.
 */

type Field = string | number;

/** Margin and commission figures of an order state, as texts; DBL_MAX where TWS has no figure. */
export interface StateFigures {
  readonly margins: readonly string[];
  readonly commission: string;
  readonly currency: string;
  readonly warning: string;
}

/** initial, maintenance, equity: before, change, after. */
export const NO_MARGINS: readonly string[] = Array.from({ length: 9 }, () => UNSET_DOUBLE);

function contractFields(order: OrderView): Field[] {
  const { contract } = order;
  return [
    contract.conId,
    contract.symbol,
    contract.secType,
    '',
    0,
    '?',
    '',
    contract.exchange,
    contract.currency,
    contract.symbol,
    contract.tradingClass,
  ];
}

function mainFields(order: OrderView): Field[] {
  const aux = order.type === 'TRAIL' ? order.trailBy : order.type === 'STP' || order.type === 'STP LMT' ? order.stop : undefined;
  return [
    order.action,
    quantityText(order.quantity),
    order.type,
    order.limit === undefined ? '0.0' : priceText(order.limit),
    aux === undefined ? '0.0' : priceText(aux),
    order.tif,
    order.ocaGroup,
    order.account,
    '',
    0,
    order.orderRef,
  ];
}

/** Where a trailing stop stands, and its percentage if it has one. */
function trailFields(order: OrderView): Field[] {
  return order.type === 'TRAIL' ? [priceText(order.stop), priceText(order.trailPercent)] : ['', ''];
}

/** volatility … referencePriceType. TWS writes `None` for the delta-neutral type, and then eight more fields follow (four when completed). */
function volatilityFields(open: boolean): Field[] {
  return open ? ['', 0, 'None', '', 0, '', '', '', '?', 0, 0, '', 0, 0] : ['', 0, 'None', '', 0, 0, 0, '', 0, 0];
}

/** Five peg attributes, then what versions 183 and 184 added. */
function tailFields(version: number): Field[] {
  const fields: Field[] = ['', '', '', '', ''];
  if (version >= 183) fields.push('');
  if (version >= 184) fields.push(0);
  return fields;
}

export function openOrderFields(order: OrderView, state: StateFigures, version: number): Field[] {
  const { extras } = order;
  const fields: Field[] = [TELL.openOrder, order.orderId, ...contractFields(order), ...mainFields(order)];
  fields.push(order.clientId, order.permId, order.outsideRth ? 1 : 0, extras.hidden ? 1 : 0, 0, extras.goodAfterTime); // discretionary
  fields.push(`${String(order.permId)}.0/${order.account}/${quantityText(order.quantity)}`); // shares allocation
  fields.push('', '', '', '', extras.goodTillDate, '', '', ''); // fa ×3, model, rule80A, percent offset, settling firm
  fields.push(0, '', -1, 0); // short sale slot, location, exempt code, auction strategy
  fields.push('', '', '', '', '', extras.displaySize); // starting, stock ref, delta, range ×2
  fields.push(0, 0, extras.allOrNone ? 1 : 0, extras.minQty, order.ocaType, 0, 0, '', order.parentId, order.triggerMethod); // block, sweep, …, e-trade, firm quote, nbbo cap
  fields.push(...volatilityFields(true));
  fields.push(...trailFields(order), '', ''); // basis points ×2
  fields.push('', 0, 0, 0, '', '', ''); // legs description, legs, order legs, routing, scale ×3
  fields.push('', 0, '', 'IB', 0, 0, ...algoFields(extras), 0); // hedge, opt out, clearing ×2, not held, delta neutral, solicited
  fields.push(order.whatIf ? 1 : 0, order.status, ...state.margins);
  fields.push(state.commission, UNSET_DOUBLE, UNSET_DOUBLE, state.currency, ascii(state.warning));
  fields.push(0, 0, ...conditionFields(order.conditions)); // randomise ×2
  const trailStop = order.type === 'TRAIL' && order.stop !== undefined ? priceText(order.stop) : UNSET_DOUBLE;
  fields.push(extras.adjustedOrderType, UNSET_DOUBLE, trailStop, UNSET_DOUBLE, UNSET_DOUBLE, UNSET_DOUBLE, UNSET_DOUBLE, 0); // adjusted order, which names the trail stop again
  fields.push('', '', '', UNSET_DOUBLE, 0, 0, 0, 0, 0, '', 0); // soft dollar ×3, cash, hedge price, oms, discretionary, price mgmt, duration, ats, cancel parent
  fields.push(...tailFields(version));
  if (version >= 185) fields.push('');
  if (version >= 189) fields.push(0);
  if (version >= 193) fields.push('', '');
  return fields;
}

export function completedOrderFields(
  order: OrderView,
  completed: { readonly time: string; readonly status: string },
  version: number,
): Field[] {
  const fields: Field[] = [TELL.completedOrder, ...contractFields(order), ...mainFields(order)];
  fields.push(order.permId, order.outsideRth ? 1 : 0, 0, 0, ''); // hidden, discretionary, good after
  fields.push('', '', '', '', '', '', '', ''); // fa ×3, model, good till, rule80A, percent offset, settling firm
  fields.push(0, '', -1, '', '', '', '', '', ''); // short sale slot, location, exempt, starting, stock ref, delta, range ×2, display size
  fields.push(0, 0, '', order.ocaType, order.triggerMethod); // sweep, all-or-none, min
  fields.push(...volatilityFields(false));
  fields.push(...trailFields(order), '', 0, 0, 0, '', '', ''); // legs description, legs, order legs, routing, scale ×3
  fields.push('', '', 'IB', 0, 0, '', 0); // hedge, clearing ×2, not held, delta neutral, algo, solicited
  fields.push(order.status, 0, 0, ...conditionFields(order.conditions)); // randomise ×2
  fields.push(...trailFields(order).slice(0, 1), '', UNSET_DOUBLE, 0, 0, ''); // trail stop again, limit offset, cash, hedge price, oms, auto cancel date
  fields.push(
    quantityText(order.filled),
    0,
    0,
    'Not an insider or substantial shareholder',
    0,
    0,
    order.parentPermId,
    completed.time,
    completed.status,
  );
  fields.push(...tailFields(version));
  return fields;
}

export function orderStatusFields(order: OrderView): Field[] {
  return [
    TELL.orderStatus,
    order.orderId,
    order.status,
    quantityText(order.filled),
    quantityText(order.remaining),
    averageText(order.filledNotional, order.filled),
    order.permId,
    order.parentId,
    order.lastFillPrice === undefined ? '0' : priceText(order.lastFillPrice),
    order.clientId,
    order.whyHeld,
    0,
  ];
}
