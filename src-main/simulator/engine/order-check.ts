import { mayTradeBelowZero } from '#domain/contract';
import { type Price, priceFromText } from '#domain/price';
import { QUANTITY_SCALE, quantityFromText } from '#domain/quantity';
import { parseStamp } from '../calendar/new-york.ts';
import type { Instrument } from '#simulator/model/instrument';
import { ascii } from '../wire/figure.ts';
import type { PlaceOrder } from '../wire/place-order.ts';
import type { OrderTerms } from './working-order.ts';
import type { OrderType, Tif } from '#simulator/model/order-view';

export interface Refusal {
  readonly code: number;
  readonly text: string;
}

interface Refused {
  readonly ok: false;
  readonly refusal: Refusal;
}

type Read<T> = (T & { readonly ok: true }) | Refused;

export type Checked = Read<{ readonly terms: OrderTerms }>;

const TYPES: readonly OrderType[] = ['MKT', 'LMT', 'STP', 'STP LMT', 'TRAIL'];
const TIFS: readonly Tif[] = ['DAY', 'GTC', 'IOC', 'FOK', 'GTD'];

/** A placement in the exchange's nouns, or the error with which TWS refuses it before it becomes an order. `known`: its id is that of an order that lives. */
export function checkOrder(
  placed: PlaceOrder,
  clientId: number,
  account: string,
  contract: Instrument | undefined,
  known: boolean,
): Checked {
  if (placed.orderId <= 0 && !known) return refuse(10_149, `Invalid order id: ${placed.orderId}`);
  if (contract === undefined)
    return placed.whatIf ? invalid('Invalid contract') : refuse(200, 'No security definition has been found for the request');
  if (placed.account !== '' && placed.account !== account) return invalid(`Invalid account code '${placed.account}'`);
  const kind = readKind(placed);
  if (!kind.ok) return kind;
  const size = readSize(placed.quantity);
  if (!size.ok) return size;
  const prices = readPrices(placed, kind.type, contract);
  if (!prices.ok) return prices;
  return {
    ok: true,
    terms: {
      clientId,
      orderId: placed.orderId,
      account,
      contract,
      action: kind.action,
      type: kind.type,
      tif: kind.tif,
      quantity: size.quantity,
      limit: prices.limit,
      stop: prices.stop,
      trailBy: prices.trailBy,
      trailPercent: prices.trailPercent,
      outsideRth: placed.outsideRth,
      orderRef: ascii(placed.orderRef),
      ocaGroup: ascii(placed.ocaGroup),
      ocaType: placed.ocaType,
      parentId: placed.parentId,
      triggerMethod: placed.triggerMethod,
      whatIf: placed.whatIf,
      transmit: placed.transmit,
      conditions: placed.conditions,
      extras: placed.extras,
    },
  };
}

function readKind(placed: PlaceOrder): Read<Pick<OrderTerms, 'action' | 'type' | 'tif'>> {
  const action = placed.action.toUpperCase();
  if (action !== 'BUY' && action !== 'SELL') return invalid(`Invalid action '${placed.action}'`);
  const typeText = placed.orderType.toUpperCase().replace('STPLMT', 'STP LMT');
  const type = TYPES.find((known) => known === typeText);
  if (type === undefined) return refuse(387, 'Unsupported order type for this exchange and security type.');
  const tifText = placed.tif === '' ? 'DAY' : placed.tif.toUpperCase();
  const tif = TIFS.find((known) => known === tifText);
  const undated = tif === 'GTD' && parseStamp(placed.extras?.goodTillDate ?? '') === undefined;
  if (tif === undefined || undated) return invalid(`Invalid time in force: ${placed.tif}`);
  return { ok: true, action, type, tif };
}

function readSize(text: string | undefined): Read<Pick<OrderTerms, 'quantity'>> {
  const quantity = quantityFromText(text ?? '0');
  if (!quantity.ok || quantity.value < 0) return invalid(`Invalid size value '${text ?? ''}'`);
  if (quantity.value === 0) return refuse(434, 'The order size cannot be zero.');
  if (quantity.value % QUANTITY_SCALE !== 0)
    return refuse(
      10_243,
      'Fractional-sized order cannot be placed via API. Please use desktop version to place this order or remove the fractional part of the order size and try again.',
    );
  return { ok: true, quantity: quantity.value };
}

/** The prices that an order of this type needs; others are passed over. */
function readPrices(
  placed: PlaceOrder,
  type: OrderType,
  contract: Instrument,
): Read<Pick<OrderTerms, 'limit' | 'stop' | 'trailBy' | 'trailPercent'>> {
  const limit = needsLimit(type) ? readPrice(placed.limit, contract) : undefined;
  if (limit?.ok === false) return limit;
  const trail = type === 'TRAIL' ? readTrail(placed, contract) : undefined;
  if (trail?.ok === false) return trail;
  const stop = needsStop(type) ? readPrice(placed.aux, contract) : trail?.stop;
  if (stop?.ok === false) return stop;
  return { ok: true, limit: limit?.price, stop: stop?.price, trailBy: trail?.by, trailPercent: trail?.percent };
}

function needsLimit(type: OrderType): boolean {
  return type === 'LMT' || type === 'STP LMT';
}

function needsStop(type: OrderType): boolean {
  return type === 'STP' || type === 'STP LMT';
}

/** By an amount or by a percentage, one of them; from a stop that is given, or else from the market. */
function readTrail(placed: PlaceOrder, contract: Instrument): TrailRead {
  const stop = placed.trailStop === undefined ? undefined : readPrice(placed.trailStop, contract);
  if (placed.trailPercent !== undefined && (placed.aux === undefined || Number(placed.aux) === 0)) {
    const percent = priceFromText(placed.trailPercent);
    if (!percent.ok || percent.value <= 0 || percent.value >= 100_000_000)
      return invalid(`Invalid trailing percent '${placed.trailPercent}'`);
    return { ok: true, by: undefined, percent: percent.value, stop };
  }
  const by = readPrice(placed.aux, contract);
  if (by.ok && by.price <= 0) return invalid(`Invalid trailing amount '${placed.aux}'`);
  return by.ok ? { ok: true, by: by.price, percent: undefined, stop } : by;
}

type PriceRead = Read<{ readonly price: Price }>;

type TrailRead = Read<{ readonly by: Price | undefined; readonly percent: number | undefined; readonly stop: PriceRead | undefined }>;

function readPrice(text: string | undefined, contract: Instrument): PriceRead {
  if (text === undefined) return invalid('Missing price');
  const price = priceFromText(text);
  if (!price.ok || price.value % contract.minTick !== 0)
    return refuse(110, 'The price does not conform to the minimum price variation for this contract.');
  if (price.value <= 0 && !mayTradeBelowZero(contract)) return invalid(`Invalid price '${text}'`);
  return { ok: true, price: price.value };
}

function refuse(code: number, text: string): Refused {
  return { ok: false, refusal: { code, text } };
}

function invalid(cause: string): Refused {
  return refuse(321, `Error validating request.-'bN' : cause - ${cause}`);
}
