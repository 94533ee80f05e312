import { type Order as IbOrder, OrderType } from '@stoqey/ib';
import type { OrderAddress } from '#core/ports/broker';
import { isWireSafe } from '#tws/socket/wire-text';

/** What a change of an order must say again besides quantity and prices, and what this desk could not say again. */
export interface Terms {
  readonly repeat: Partial<IbOrder>;
  /** IB's names of terms that are set and unknown here; a change would drop them. */
  readonly unknown: readonly string[];
}

type Field = keyof IbOrder;

/** Said again as TWS told it. What is not set is left out, as in a new order. */
const REPEATED: readonly Field[] = [
  'tif',
  'goodTillDate',
  'goodAfterTime',
  'displaySize',
  'hidden',
  'allOrNone',
  'minQty',
  'blockOrder',
  'sweepToFill',
  'discretionaryAmt',
  'triggerMethod',
  'algoStrategy',
  'algoParams',
  'conditions',
  'conditionsIgnoreRth',
  'conditionsCancelOrder',
  'notHeld',
  'optOutSmartRouting',
  'usePriceMgmtAlgo',
  'autoCancelParent',
  'includeOvernight',
  'modelCode',
  'extOperator',
  'manualOrderIndicator',
];

/**
 * The desk says these itself (quantity, prices, bonds, account …), or TWS fills them in on every order and does not want them back: ids,
 * price of a trail that is none, its clearing, what it thinks of the margin.
 */
const LEFT_OUT: ReadonlySet<Field> = new Set<Field>([
  'orderId',
  'clientId',
  'permId',
  'parentId',
  'action',
  'totalQuantity',
  'orderType',
  'lmtPrice',
  'auxPrice',
  'account',
  'orderRef',
  'outsideRth',
  'transmit',
  'whatIf',
  'ocaGroup',
  'ocaType',
  'openClose',
  'origin',
  'exemptCode',
  'eTradeOnly',
  'firmQuoteOnly',
  'volatilityType',
  'referencePriceType',
  'dontUseAutoPriceForHedge',
  'filledQuantity',
  'parentPermId',
]);

/** Belong to a kind of order, and are noise on every other. */
const DELTA_NEUTRAL = /^deltaNeutral/;
const ADJUSTED: ReadonlySet<Field> = new Set<Field>([
  'triggerPrice',
  'adjustedStopPrice',
  'adjustedStopLimitPrice',
  'adjustedTrailingAmount',
  'adjustableTrailingUnit',
]);
const TRAIL: ReadonlySet<Field> = new Set<Field>(['trailStopPrice', 'trailingPercent', 'lmtPriceOffset']);

const KNOWN: ReadonlySet<Field> = new Set([...REPEATED, ...LEFT_OUT]);
const UNSET_INT = 2_147_483_647;
const MAX_ORDERS = 20_000;

/** IB's order as the library decoded it → what of it a change repeats. */
export function termsOf(order: IbOrder): Terms {
  const repeat: Partial<Record<Field, unknown>> = {};
  // Also when it is off: a person may have switched it off since.
  if (order.outsideRth !== undefined) repeat.outsideRth = order.outsideRth;
  for (const field of REPEATED) if (isSet(order[field])) repeat[field] = order[field];
  const unknown = (Object.keys(order) as Field[]).filter((field) => !KNOWN.has(field) && !isNoise(order, field) && isSet(order[field]));
  // A kind of condition that the library does not know leaves a hole.
  if (order.conditions !== undefined && Array.from(order.conditions).includes(undefined as never)) unknown.push('conditions');
  // A text that had to be cleaned is not the order's any more, and must not be written into it.
  for (const field of REPEATED) if (repeat[field] !== undefined && !isWireSafeAll(repeat[field])) unknown.push(field);
  if (order.action !== undefined && !['BUY', 'SELL'].includes(order.action)) unknown.push('action');
  return { repeat: repeat as Partial<IbOrder>, unknown };
}

function isNoise(order: IbOrder, field: Field): boolean {
  if (DELTA_NEUTRAL.test(field)) return !isSet(order.deltaNeutralOrderType);
  if (ADJUSTED.has(field)) return !isSet(order.adjustedOrderType);
  // A plain TRAIL's distance and stop are the desk's to say, if it changes such an order at all.
  if (TRAIL.has(field)) return order.orderType === OrderType.TRAIL || !(order.orderType as string).startsWith('TRAIL');
  // TWS's "none" of two fields that have words for it.
  return (field === 'rule80A' && order.rule80A === '0') || (field === 'clearingIntent' && order.clearingIntent === 'IB');
}

function isWireSafeAll(value: unknown): boolean {
  if (typeof value === 'string') return isWireSafe(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(isWireSafeAll);
}

function isSet(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.values(value).some(isSet);
  if (typeof value === 'string') return value !== '' && !/^none$/i.test(value);
  if (typeof value === 'number') return value !== 0 && value !== UNSET_INT && value !== Number.MAX_VALUE && !Number.isNaN(value);
  return value === true;
}

/** Terms of the orders that TWS has listed or this desk has sent: a change replaces an order as a whole, so it has to know the whole. */
export class OrderTerms {
  readonly #byPerm = new Map<number, Terms>();
  readonly #byId = new Map<string, Terms>();

  sent(clientId: number, orderId: number, order: IbOrder): void {
    put(this.#byId, `${String(clientId)}:${String(orderId)}`, termsOf(order));
  }

  listed(orderId: number, order: IbOrder): void {
    const terms = termsOf(order);
    if (order.permId !== undefined && order.permId > 0) put(this.#byPerm, order.permId, terms);
    if (orderId !== 0) put(this.#byId, `${String(order.clientId ?? 0)}:${String(orderId)}`, terms);
  }

  /** permId first: ids repeat. Undefined when TWS has not told the order's terms. */
  of({ clientId, orderId, permId }: OrderAddress): Terms | undefined {
    return (permId === undefined ? undefined : this.#byPerm.get(permId)) ?? this.#byId.get(`${String(clientId)}:${String(orderId)}`);
  }
}

function put<K>(terms: Map<K, Terms>, key: K, value: Terms): void {
  terms.delete(key);
  terms.set(key, value);
  if (terms.size <= MAX_ORDERS) return;
  const oldest = terms.keys().next();
  if (oldest.done !== true) terms.delete(oldest.value);
}
