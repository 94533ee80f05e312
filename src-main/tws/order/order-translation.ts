import {
  OrderAction,
  OrderType as IbOrderType,
  TimeInForce as IbTif,
  type Contract as IbContract,
  type Order as IbOrder,
  type OrderState as IbOrderState,
} from '@stoqey/ib';
import type { OpenOrderNews, OrderStatusNews } from '#core/ports/broker';
import type { Contract } from '#domain/contract';
import { type AccountId, accountIdOf, clientIdOf, orderIdOf, type OrderRef, orderRefOf, permIdOf } from '#domain/ids';
import type { OrderIntent, OrderLeg, OrderRequest, OrderType, Side, TimeInForce, Trail } from '#domain/order';
import { formatPrice, priceFromNumber, type Price } from '#domain/price';
import { formatQuantity, quantityFromNumber, type Quantity } from '#domain/quantity';
import { err, ok, type Result } from '#domain/result';
import { toIbContract, wireDecimal } from '#tws/contract/contract-translation';
import { goodTillOf } from './good-till-date.ts';
import type { Terms } from './resent-terms.ts';
import { isWireSafe } from '#tws/socket/wire-text';

/**
 * Reduce with block: of two exits never both can fill, and what one of them fills in part the others shrink by. Type 1 would cancel them,
 * and leave what is still held without a stop.
 */
const OCA_REDUCE_WITH_BLOCK = 2;
const MAX_REF = 40;
const MAX_GROUP = 60;
/** IB's unset integer, seen as the order id of manual executions. */
const UNSET_INT = 2_147_483_647;

const TIFS: Readonly<Record<TimeInForce, IbTif>> = { DAY: IbTif.DAY, GTC: IbTif.GTC, IOC: IbTif.IOC };
const SIDES: Readonly<Record<Side, OrderAction>> = { BUY: OrderAction.BUY, SELL: OrderAction.SELL };
const TYPES: Readonly<
  Record<OrderType, { readonly ib: IbOrderType; readonly limit: boolean; readonly stop: boolean; readonly trail?: true }>
> = {
  MKT: { ib: IbOrderType.MKT, limit: false, stop: false },
  LMT: { ib: IbOrderType.LMT, limit: true, stop: false },
  STP: { ib: IbOrderType.STP, limit: false, stop: true },
  'STP LMT': { ib: IbOrderType.STP_LMT, limit: true, stop: true },
  TRAIL: { ib: IbOrderType.TRAIL, limit: false, stop: false, trail: true },
};

/** A leg ready for the wire but for its ids, which are only taken when it leaves. */
export interface WireLeg {
  readonly ref: OrderRef;
  readonly order: IbOrder;
}

export interface WireOrder {
  readonly contract: IbContract;
  readonly legs: readonly WireLeg[];
}

/** How a leg hangs together with others; kept over modifies, or TWS would take the change for a new structure. */
export interface LegBonds {
  readonly parentId?: number;
  readonly ocaGroup?: string;
  /** As IB names it; the desk's own groups are of type 2. */
  readonly ocaType?: number;
}

/** Order → wire (rule G-9). Every figure is decimal text without exponent, every choice explicit, so that no preset fills it in. */
export function toWireOrder(request: OrderRequest): Result<WireOrder> {
  const contract = toIbContract(request.contract);
  if (!contract.ok) return contract;
  if (request.contract.conId <= 0) return err('The contract has no valid contract id.');
  const exits = request.legs.length - 1;
  const [, ...children] = request.legs;
  if (children.some((leg) => exits > 1 && (leg.ocaGroup === undefined || leg.ocaGroup !== children[0]?.ocaGroup)))
    return err('Two exits outside of one OCA group could both fill.');
  const legs: WireLeg[] = [];
  for (const [index, leg] of request.legs.entries()) {
    const order = toIbOrder(request.account, leg, {
      transmit: index === exits,
      ...(leg.ocaGroup === undefined ? {} : { ocaGroup: leg.ocaGroup }),
    });
    if (!order.ok) return order;
    legs.push({ ref: leg.ref, order: order.value });
  }
  return ok({ contract: contract.value, legs });
}

/**
 * The complete leg as it shall be, under the id it has. IB replaces the whole order: quantity and prices are the leg's, everything else is
 * said again as TWS told it (conditions, dates, an iceberg's size, an algorithm …). What cannot be said again is not changed from here.
 */
export function toWireModify(request: OrderRequest, bonds: LegBonds, terms: Terms | undefined): Result<WireOrder> {
  if (request.legs.length !== 1) return err('A change names exactly one order.');
  if (terms === undefined) return err('TWS has not told the terms of this order yet; try again in a moment.');
  if (terms.unknown.length > 0) return err(`The order has terms this desk does not know (${terms.unknown.join(', ')}); change it in TWS.`);
  const contract = toIbContract(request.contract);
  if (!contract.ok) return contract;
  const leg = request.legs[0];
  const { repeat } = terms;
  // A time in force that the desk does not send itself is TWS's own word, said again.
  const order = toIbOrder(request.account, repeat.tif === undefined ? leg : { ...leg, tif: 'DAY' }, { transmit: true, ...bonds });
  if (!order.ok) return order;
  return ok({ contract: contract.value, legs: [{ ref: leg.ref, order: { ...order.value, ...repeat } }] });
}

function toIbOrder(account: AccountId, leg: OrderLeg, how: LegBonds & { readonly transmit: boolean }): Result<IbOrder> {
  const refusal = legRefusal(account, leg);
  if (refusal !== undefined) return err(refusal);
  const needs = TYPES[leg.type];
  return ok({
    action: SIDES[leg.side],
    totalQuantity: wireDecimal(formatQuantity(leg.quantity)),
    orderType: needs.ib,
    ...(needs.limit && leg.limit !== undefined ? { lmtPrice: wireDecimal(formatPrice(leg.limit, 0)) } : {}),
    ...(needs.stop && leg.stop !== undefined ? { auxPrice: wireDecimal(formatPrice(leg.stop, 0)) } : {}),
    ...(needs.trail === true ? trailFields(leg) : {}),
    tif: TIFS[leg.tif],
    account,
    orderRef: leg.ref,
    outsideRth: leg.outsideRth,
    transmit: how.transmit,
    ...(how.ocaGroup === undefined ? {} : { ocaGroup: how.ocaGroup, ocaType: how.ocaType ?? OCA_REDUCE_WITH_BLOCK }),
    ...(how.parentId === undefined ? {} : { parentId: how.parentId }),
  });
}

/** The distance as an amount or as a percentage, and where the stop begins: IB moves it from there after the market. */
function trailFields({ trail, stop }: OrderLeg): Partial<IbOrder> {
  return {
    ...(trail?.kind === 'amount' ? { auxPrice: wireDecimal(formatPrice(trail.amount, 0)) } : {}),
    ...(trail?.kind === 'percent' ? { trailingPercent: wireDecimal(String(trail.basisPoints / 100)) } : {}),
    ...(stop === undefined ? {} : { trailStopPrice: wireDecimal(formatPrice(stop, 0)) }),
  };
}

/** Values can be wrong in spite of their types: they crossed a boundary once. */
function legRefusal(account: string, leg: OrderLeg): string | undefined {
  return wordRefusal(account, leg) ?? figureRefusal(leg) ?? groupRefusal(leg);
}

function wordRefusal(account: string, leg: Pick<OrderLeg, 'ref' | 'side' | 'type' | 'tif' | 'outsideRth'>): string | undefined {
  if (account === '' || !isWireSafe(account)) return 'The order names no valid account.';
  if (leg.ref === '' || leg.ref.length > MAX_REF || !isWireSafe(leg.ref))
    return 'The order reference is empty, too long or carries characters that must not reach the wire.';
  if (!Object.hasOwn(SIDES, leg.side)) return 'The order is neither BUY nor SELL.';
  if (!Object.hasOwn(TYPES, leg.type)) return `The order type ${JSON.stringify(leg.type)} is not one the desk sends.`;
  if (!Object.hasOwn(TIFS, leg.tif)) return `The time in force ${JSON.stringify(leg.tif)} is not one the desk sends.`;
  if (typeof leg.outsideRth !== 'boolean') return 'The order does not say whether it may fill outside regular hours.';
  return undefined;
}

function figureRefusal(leg: Pick<OrderLeg, 'type' | 'quantity' | 'limit' | 'stop' | 'trail'>): string | undefined {
  if (!Number.isSafeInteger(leg.quantity) || leg.quantity <= 0) return 'The quantity is not a positive number.';
  const needs = TYPES[leg.type];
  if (needs.limit && !Number.isSafeInteger(leg.limit)) return `A ${leg.type} order needs a limit price.`;
  if (needs.stop && !Number.isSafeInteger(leg.stop)) return `A ${leg.type} order needs a stop price.`;
  if (needs.trail === true && (!Number.isSafeInteger(leg.stop) || !isDistance(leg.trail)))
    return 'A TRAIL order needs a distance and a stop to begin with.';
  return undefined;
}

function groupRefusal({ ocaGroup }: Pick<OrderLeg, 'ocaGroup'>): string | undefined {
  return ocaGroup !== undefined && (ocaGroup === '' || ocaGroup.length > MAX_GROUP || !isWireSafe(ocaGroup))
    ? 'The name of the OCA group is empty, too long or carries characters that must not reach the wire.'
    : undefined;
}

function isDistance(trail: Trail | undefined): boolean {
  if (trail === undefined) return false;
  return trail.kind === 'amount'
    ? Number.isSafeInteger(trail.amount) && trail.amount > 0
    : Number.isSafeInteger(trail.basisPoints) && trail.basisPoints > 0 && trail.basisPoints < 10_000;
}

/** A trailing order's distance; missing when IB names none that can be read. */
function trailOf(order: IbOrder): Trail | undefined {
  const amount = priceFromNumber(order.auxPrice);
  if (amount !== undefined && amount > 0) return { kind: 'amount', amount };
  const percent = priceFromNumber(order.trailingPercent);
  return percent !== undefined && percent > 0 && percent < 100_000_000
    ? { kind: 'percent', basisPoints: Math.round(percent / 10_000) }
    : undefined;
}

/** IB's open (or completed) order → news. Undefined when it is not usable at all. */
export function fromOpenOrder(orderId: number, contract: Contract, order: IbOrder, state: IbOrderState): OpenOrderNews | undefined {
  const quantity = quantityFromNumber(order.totalQuantity);
  const side = sideOf(order.action);
  if (!Number.isSafeInteger(orderId) || quantity === undefined || quantity < 0 || side === undefined) return undefined;
  const tif = (order.tif as string | undefined) ?? '';
  const goodTill = tif === 'GTD' ? goodTillOf(order.goodTillDate ?? '') : undefined;
  return {
    orderId: orderIdOf(orderId),
    permId: permIdOf(integer(order.permId)),
    clientId: clientIdOf(integer(order.clientId)),
    account: accountIdOf(order.account ?? ''),
    contract,
    side,
    type: order.orderType as string,
    quantity,
    ...pricesOf(order, order.orderType),
    tif,
    ...(goodTill === undefined ? {} : { goodTill }),
    outsideRth: order.outsideRth ?? false,
    ...(order.orderRef === undefined || order.orderRef === '' ? {} : { orderRef: orderRefOf(order.orderRef) }),
    ...bondsOf(order),
    ibStatus: state.status,
    whatIf: order.whatIf ?? false,
  };
}

/** The prices that the type makes use of; IB fills the fields of others with anything. */
function pricesOf(order: IbOrder, type: string): Pick<OpenOrderNews, 'limit' | 'stop' | 'trail'> {
  const limit = type.includes('LMT') || type === 'REL' ? priceFromNumber(order.lmtPrice) : undefined;
  const trails = type.startsWith('TRAIL');
  const stops = type.startsWith('STP') || type === 'MIT' || type === 'LIT';
  const stop = trails ? priceFromNumber(order.trailStopPrice) : stops ? priceFromNumber(order.auxPrice) : undefined;
  const trail = trails ? trailOf(order) : undefined;
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(stop === undefined ? {} : { stop }),
    ...(trail === undefined ? {} : { trail }),
  };
}

function bondsOf({ parentId, ocaGroup, ocaType }: IbOrder): Pick<OpenOrderNews, 'parentId' | 'ocaGroup' | 'ocaType'> {
  const isChild = parentId !== undefined && parentId !== 0 && Number.isSafeInteger(parentId);
  const grouped = ocaGroup !== undefined && ocaGroup !== '';
  const type = integer(ocaType);
  return {
    ...(isChild ? { parentId: orderIdOf(parentId) } : {}),
    ...(grouped ? { ocaGroup } : {}),
    ...(grouped && type > 0 ? { ocaType: type } : {}),
  };
}

/** The arguments of the library's orderStatus event, in its order. */
export type OrderStatusArguments = readonly [
  orderId: number,
  status: string,
  filled: number | undefined,
  remaining: number | undefined,
  avgFillPrice: number | undefined,
  permId: number | undefined,
  parentId: number | undefined,
  lastFillPrice: number | undefined,
  clientId: number | undefined,
  whyHeld: string | undefined,
];

export function fromOrderStatus(args: OrderStatusArguments): OrderStatusNews | undefined {
  const [orderId, ibStatus, filled, remaining, avgFillPrice, permId, parentId, lastFillPrice, clientId, whyHeld] = args;
  if (!Number.isSafeInteger(orderId) || ibStatus === '') return undefined;
  return {
    orderId: orderIdOf(orderId),
    permId: permIdOf(integer(permId)),
    clientId: clientIdOf(integer(clientId)),
    parentId: orderIdOf(integer(parentId)),
    ibStatus,
    filled: unsigned(quantityFromNumber(filled)),
    remaining: unsigned(quantityFromNumber(remaining)),
    avgFillPrice: unset(priceFromNumber(avgFillPrice)),
    lastFillPrice: unset(priceFromNumber(lastFillPrice)),
    whyHeld: whyHeld ?? '',
  };
}

/** IB writes BUY and SELL on orders, BOT and SLD on executions, SSHORT and SLONG on borrowed stock. */
export function sideOf(text: string | undefined): Side | undefined {
  if (text === 'BUY' || text === 'BOT') return 'BUY';
  if (text === 'SELL' || text === 'SLD' || text === 'SSHORT' || text === 'SLONG') return 'SELL';
  return undefined;
}

/** Ids that are missing, unset or no number are 0, IB's own "none". */
export function integer(value: number | undefined): number {
  return value === undefined || !Number.isSafeInteger(value) || value === UNSET_INT ? 0 : value;
}

/** A price of 0 beside a fill of 0 says "no fill yet". */
function unset(price: Price | undefined): Price | undefined {
  return price === 0 ? undefined : price;
}

function unsigned(quantity: Quantity | undefined): Quantity | undefined {
  return quantity === undefined || quantity < 0 ? undefined : quantity;
}

/** References of all legs, for news about an order that did not leave. */
export function refsOf(request: OrderIntent): readonly OrderRef[] {
  return request.legs.map((leg) => leg.ref);
}
