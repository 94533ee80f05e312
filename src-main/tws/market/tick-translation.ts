import type { MarketSink, QuoteInfo } from '#core/ports/market-data';
import { type Contract, mayTradeBelowZero } from '#domain/contract';
import type { ConId } from '#domain/ids';
import { priceFromNumber, type Price } from '#domain/price';
import { quantityFromNumber, type Quantity } from '#domain/quantity';
import type { LiveType } from '#domain/quote';
import { brokerText } from '#tws/socket/broker-text';
import type { Session } from '#tws/session/session';

/** Rule G-8: what is no usable figure stops here and is counted. */

type QuoteSide = 'bid' | 'ask' | 'last';
type DayFigure = 'open' | 'high' | 'low' | 'close';

/** IB's tick types of live and of delayed prices. */
const PRICE_FIELD: Readonly<Record<number, QuoteSide>> = { 1: 'bid', 2: 'ask', 4: 'last', 66: 'bid', 67: 'ask', 68: 'last' };
const DAY_FIELD: Readonly<Record<number, DayFigure>> = {
  6: 'high',
  7: 'low',
  9: 'close',
  14: 'open',
  72: 'high',
  73: 'low',
  75: 'close',
  76: 'open',
};
const SIZE_FIELD: Readonly<Record<number, QuoteSide | 'volume'>> = {
  0: 'bid',
  3: 'ask',
  5: 'last',
  8: 'volume',
  69: 'bid',
  70: 'ask',
  71: 'last',
  74: 'volume',
};
const LAST_TIMESTAMP: ReadonlySet<number> = new Set([45, 88]);
const HALTED = 49;
const LIVE_TYPES: Readonly<Record<number, LiveType>> = { 1: 'live', 2: 'frozen', 3: 'delayed', 4: 'delayed-frozen' };

/** Fields of a tickPrice frame: id, version, request, type, price, size, attributes. */
const PRICE_AT = 4;
const SIZE_AT = 5;
const TICK_SIZE = '2';
const TICK_SIZE_AT = 4;
const GENERIC_AT = 4;

/** The frame that is being read, and when it came; a session shows it. */
export type Frame = Pick<Session, 'tokens' | 'receivedAt'>;

/** `parsed` is the library's number, `tokens` the fields as TWS wrote them: `12abc` is 12 to the library, and `''` is 0. */
export function tickPrice(sink: MarketSink, contract: Contract, type: number, parsed: number | undefined, frame: Frame): void {
  const { conId } = contract;
  const { tokens, receivedAt: at } = frame;
  const text = tokens[PRICE_AT] ?? '';
  const side = PRICE_FIELD[type];
  // The library drops the size of a bid; the frame has it.
  const size = side === undefined ? undefined : sizeOf(tokens[SIZE_AT]);
  const price = priceOf(text, parsed, mayTradeBelowZero(contract) && size !== undefined && size > 0);
  if (side === undefined) {
    const kind = DAY_FIELD[type];
    if (kind === undefined || price === 'none') return;
    if (price === 'malformed') sink.malformed(conId, brokerText('figure', text));
    else sink.info(conId, { kind, price }, at);
    return;
  }
  if (price === 'none') {
    sink.info(conId, { kind: 'no-data', field: side }, at);
    return;
  }
  if (price === 'malformed') {
    sink.malformed(conId, brokerText('figure', text));
    return;
  }
  sink.tick(size === undefined ? { conId, field: side, price, at } : { conId, field: side, price, size, at });
}

/**
 * Missing, unset (1.797e308), 0 and −1 say that there is no such price now. `mayBeZero`: of what trades below zero, and with a size, 0 and −1
 * are prices like others.
 */
function priceOf(text: string, parsed: number | undefined, mayBeZero: boolean): Price | 'none' | 'malformed' {
  if (text === '') return 'none';
  const value = Number(text);
  if (parsed === undefined) return value === Number.MAX_VALUE ? 'none' : 'malformed';
  if (value !== parsed) return 'malformed';
  if (mayBeZero) return priceFromNumber(value) ?? 'malformed';
  return value === 0 || value === -1 ? 'none' : (priceFromNumber(value) ?? 'malformed');
}

/** Only for tickSize frames: the sizes the library derives from a tickPrice came with the tick. */
export function tickSize(sink: MarketSink, conId: ConId, type: number, { tokens, receivedAt: at }: Frame): void {
  if (tokens[0] !== TICK_SIZE) return;
  const field = SIZE_FIELD[type];
  if (field === undefined) return;
  const text = tokens[TICK_SIZE_AT] ?? '';
  const size = sizeOf(text);
  if (size !== undefined) sink.info(conId, field === 'volume' ? { kind: 'volume', volume: size } : { kind: 'size', field, size }, at);
  else if (!isUnset(text)) sink.malformed(conId, brokerText('figure', text));
}

export function tickGeneric(sink: MarketSink, conId: ConId, type: number, { tokens, receivedAt: at }: Frame): void {
  if (type !== HALTED) return;
  const text = tokens[GENERIC_AT] ?? '';
  const value = text === '' ? Number.NaN : Number(text);
  // −1: IB does not know. 1 and 2: halted by the exchange or for volatility.
  if (value === 0 || value === 1 || value === 2) sink.info(conId, { kind: 'halted', halted: value !== 0 }, at);
  else if (value !== -1) sink.malformed(conId, brokerText('figure', text));
}

export function tickString(sink: MarketSink, conId: ConId, type: number, value: string, at: number): void {
  if (!LAST_TIMESTAMP.has(type)) return;
  const seconds = Number(value);
  if (value !== '' && Number.isSafeInteger(seconds) && seconds > 0) sink.info(conId, { kind: 'last-time', time: seconds * 1_000 }, at);
}

export function liveType(type: number): QuoteInfo | undefined {
  const live = LIVE_TYPES[type];
  return live === undefined ? undefined : { kind: 'live-type', liveType: live };
}

/** A size of 0 is a figure; a negative one, text or an unset one is none. */
function sizeOf(text: string | undefined): Quantity | undefined {
  if (text === undefined || text === '') return undefined;
  const size = quantityFromNumber(Number(text));
  return size === undefined || size < 0 ? undefined : size;
}

function isUnset(text: string): boolean {
  return text === '' || Number(text) === Number.MAX_VALUE || Number(text) === -1;
}
