import { unprotectedOf } from '#core/engine/closing';
import type { Found } from '#core/engine/desk-state';
import type { Hall } from '#core/engine/hall';
import { numberFault, onlyGlobally } from '#core/engine/manual-orders';
import { isChangeable } from '#core/engine/modify';
import { quoteFaultShort } from '#core/market/quote-fault';
import { embargo } from '#core/engine/trading-state';
import { stopsProtecting } from '#core/order/protection';
import { stopKind } from '#core/order/stop-kind';
import { unrealized } from '#core/portfolio/fold';
import type { WatcherRow as Running } from '#core/trigger/watcher-row';
import { contractLabel } from '#domain/contract';
import type { Fill } from '#domain/execution';
import type { ConId, OrderKey } from '#domain/ids';
import { isWorking, type Order } from '#domain/order';
import { trailText } from '#domain/order-text';
import type { Position } from '#domain/position';
import { formatPrice, type Price, priceOf, tickDecimals } from '#domain/price';
import { formatQuantity, type Quantity, ZERO } from '#domain/quantity';
import { conditionShort, triggerSentence } from '#domain/sentence';
import type { ExitLevel, Trigger, TriggerSpec } from '#domain/trigger';
import type { AdoptionRow, FillRow, OfferView, OrderRow, PositionRow, QuoteRow, WatcherRow } from '#protocol/topics';
import { abs, minus } from '#domain/scaled';

const CENT = priceOf(0.01);

function minTickOf(hall: Hall, conId: ConId): Price {
  return hall.details.get(conId)?.minTick ?? CENT;
}

export function decimalsOf(hall: Hall, conId: ConId): number {
  return tickDecimals(minTickOf(hall, conId));
}

/** Times inside quotes are the exchange's; the screen counts ages on the desk's clock. */
function deskTime(hall: Hall, exchangeTime: number): number {
  return Math.round(exchangeTime - hall.exchange.offset());
}

function doesText(spec: TriggerSpec, decimals: number): string {
  const { entry } = spec.action;
  const type = entry.type === 'MKT' ? 'market' : entry.type === 'LMT' ? 'limit' : entry.type === 'STP' ? 'stop' : 'stop limit';
  const price = entry.limit === undefined ? '' : ` ${formatPrice(entry.limit, decimals)}`;
  return spec.action.target !== undefined || spec.action.stop !== undefined ? 'bracket' : `${type}${price}`;
}

function exitPrice(level: ExitLevel | undefined): Price | null {
  return level?.kind === 'price' ? level.price : null;
}

/** What the broker goes on with if this program dies. Only orders already at IB do. */
function survives(hall: Hall, trigger: Trigger): string {
  if (trigger.life !== 'fired' && trigger.life !== 'failed') return 'no';
  const working = hall.index
    .ofTrigger(trigger.id)
    .filter((order) => isWorking(order.state) && order.ref?.includes(`-${trigger.gen}-`) === true);
  if (working.some((order) => order.leg === 'S')) return 'stop at IB';
  return working.length > 0 ? 'orders at IB' : 'nothing left';
}

export function watcherRow(hall: Hall, trigger: Trigger, running: Running | undefined, suspended: string | undefined): WatcherRow {
  const { spec } = trigger;
  const first = running?.conId ?? spec.action.contract.conId;
  const decimals = decimalsOf(hall, first);
  const quote = hall.board.quote(first);
  const armed = trigger.life === 'armed';
  return {
    id: trigger.id,
    name: spec.name,
    symbol: running?.symbol ?? spec.action.contract.symbol,
    conId: first,
    life: trigger.life,
    holding: armed && (running?.status === 'holding' || suspended !== undefined),
    rule: running?.rule ?? conditionShort(spec.condition, decimals),
    sentence: running?.sentence ?? triggerSentence(spec, decimals),
    side: spec.action.side,
    quantity: spec.action.quantity,
    does: doesText(spec, decimals),
    last: running?.price ?? quote?.last ?? null,
    decimals,
    level: running?.level ?? null,
    armedSide: running === undefined ? 'none' : running.side,
    distance: running?.distance?.price ?? null,
    distanceTicks: running?.distance?.ticks ?? null,
    distanceBasisPoints: running?.distance === undefined ? null : Math.round(running.distance.ppm / 100),
    quoteAt: quote === undefined || quote.updatedAt === 0 ? null : deskTime(hall, quote.updatedAt),
    reason: armed && suspended !== undefined ? suspended : armed ? (running?.reason ?? trigger.reason) : trigger.reason,
    survives: survives(hall, trigger),
    armedBy: trigger.armedBy ?? null,
    armedAt: trigger.armedAt ?? null,
    firedAt: trigger.firedAt ?? null,
    gen: trigger.gen,
    version: trigger.updatedAt,
    targetPrice: exitPrice(spec.action.target),
    stopPrice: exitPrice(spec.action.stop),
    spec,
  };
}

export function quoteRow(hall: Hall, conId: ConId, wantedBy: number): QuoteRow | undefined {
  const contract = hall.board.contract(conId);
  const quote = hall.board.quote(conId);
  if (contract === undefined || quote === undefined) return undefined;
  const minTick = minTickOf(hall, conId);
  const fault = hall.board.fault(conId, { now: hall.exchange.now(), maxAgeMs: Number.MAX_SAFE_INTEGER });
  return {
    conId,
    symbol: contract.symbol,
    label: contractLabel(contract),
    bid: quote.bid ?? null,
    ask: quote.ask ?? null,
    last: quote.last ?? null,
    bidSize: quote.bidSize ?? null,
    askSize: quote.askSize ?? null,
    close: quote.close ?? null,
    high: quote.high ?? null,
    low: quote.low ?? null,
    volume: quote.volume ?? null,
    decimals: tickDecimals(minTick),
    minTick,
    at: quote.updatedAt === 0 ? null : deskTime(hall, quote.updatedAt),
    liveType: quote.liveType,
    fault: fault === undefined ? null : quoteFaultShort(fault),
    wantedBy,
  };
}

function originText(hall: Hall, order: Order): string {
  const name =
    order.cause?.triggerName ?? (order.triggerId === undefined ? undefined : hall.stores.triggers.get(order.triggerId)?.spec.name);
  switch (order.origin) {
    case 'trigger': {
      const who = name ?? order.triggerId ?? 'earlier run';
      return order.leg === 'S' ? `stop of ${who}` : order.leg === 'T' ? `target of ${who}` : who;
    }
    case 'operator':
      return order.leg === 'F' ? 'flatten by you' : 'by you';
    case 'manual':
      return 'MANUAL in TWS';
    case 'foreign':
      return `FOREIGN client ${order.clientId ?? '?'}`;
  }
}

function whyText(order: Order, decimals: number): string {
  const tick = order.cause?.tick;
  if (order.parentKey !== undefined) return order.leg === 'S' ? 'protects the entry' : 'OCA with the stop';
  if (tick === undefined) return order.cause?.sentence ?? order.note ?? '';
  const from = tick.previous === undefined ? '' : `${formatPrice(tick.previous, decimals)} → `;
  return `${tick.field} ${from}${formatPrice(tick.price, decimals)}`;
}

/** IB does not hold references unique: two orders that carry one are cancelled together, and each row says so. */
function noteText(hall: Hall, order: Order): string | null {
  const twin = hall.index.twinsOf(order).find(({ state }) => isWorking(state));
  if (twin === undefined) return order.note ?? null;
  return `TWIN: IB has another order with this reference (permId ${twin.permId ?? '?'}); a cancel goes to both. ${order.note ?? ''}`.trimEnd();
}

/** A stop that has joined the group of a target belongs to the same entry as that. */
function parentKeyOf(hall: Hall, order: Order): OrderKey | null {
  const named = order.ocaGroup?.startsWith('OCA-') === true ? (order.ocaGroup.slice('OCA-'.length) as OrderKey) : undefined;
  const joined = named !== undefined && named !== order.key && hall.index.get(named) !== undefined ? named : undefined;
  return order.parentKey ?? joined ?? null;
}

export function orderRow(hall: Hall, order: Order): OrderRow {
  const decimals = decimalsOf(hall, order.contract.conId);
  const working = isWorking(order.state);
  return {
    key: order.key,
    parentKey: parentKeyOf(hall, order),
    state: order.state,
    ibStatus: order.ibStatus ?? null,
    conId: order.contract.conId,
    symbol: contractLabel(order.contract),
    side: order.side,
    type: order.type,
    tif: order.tif,
    quantity: order.quantity,
    filled: order.filled,
    limit: order.limit ?? null,
    stop: order.stop ?? null,
    trail: order.trail === undefined ? null : trailText(order.trail),
    group: order.ocaGroup ?? null,
    stopKind: working ? (stopKind(order) ?? null) : null,
    avgFillPrice: order.avgFillPrice ?? null,
    decimals,
    origin: order.origin,
    originText: originText(hall, order),
    why: whyText(order, decimals),
    note: noteText(hall, order),
    orderId: order.orderId ?? null,
    permId: order.permId ?? null,
    ref: order.ref ?? null,
    working,
    cancellable:
      (working && order.orderId !== undefined && order.state !== 'CANCEL_PENDING' && order.origin !== 'foreign') ||
      order.state === 'QUEUED',
    modifiable: isChangeable(order),
    settleable: order.state === 'UNKNOWN' && order.absence?.isProven === true,
    createdAt: order.createdAt,
    isOlder: order.isOlder === true,
    updatedAt: order.updatedAt,
    version: order.updatedAt,
  };
}

export function positionRow(hall: Hall, key: string, position: Position): PositionRow {
  const { contract } = position;
  const quote = hall.board.quote(contract.conId);
  // Marked at the side one would meet when closing; the last trade only when there is no market.
  const mark = quote === undefined ? undefined : ((position.quantity >= 0 ? quote.bid : quote.ask) ?? quote.last);
  return {
    key,
    account: position.account,
    conId: contract.conId,
    symbol: contractLabel(contract),
    quantity: position.quantity,
    averagePrice: position.averagePrice,
    mark: mark ?? null,
    markAt: quote === undefined || quote.updatedAt === 0 ? null : deskTime(hall, quote.updatedAt),
    decimals: decimalsOf(hall, contract.conId),
    unrealized: unrealized(position, mark, contract.multiplier) ?? null,
    realized: position.realized,
    commission: position.commission,
    currency: contract.currency,
    protectedQuantity: stopsProtecting(hall.index.working(), position),
    brokerQuantity: position.brokerQuantity ?? null,
    external: position.external?.quantity ?? null,
    externalSeen: position.external === undefined || position.external.acknowledgedBy !== undefined,
    asleep: asleepOf(hall, position),
    brokerAverage: position.brokerAverageCost ?? null,
    brokerAt: position.brokerAt ?? null,
    unprotected: unprotectedOf(hall, position),
    closing: closingText(hall, key),
    offer: offerView(hall, key),
  };
}

/** In a reset of IB only stops at the exchange protect; one of which IB has not said where it rests is not counted on. */
function asleepOf(hall: Hall, position: Position): Quantity {
  if (embargo(hall) === undefined) return ZERO;
  const working = hall.index.working();
  const native = working.filter((order) => stopKind(order) === 'native');
  return minus(stopsProtecting(working, position), stopsProtecting(native, position));
}

function closingText(hall: Hall, key: string): string | null {
  const closing = hall.stores.closings.get(key);
  for (const trailing of hall.stores.trailings.values())
    if (trailing.position === key) return `the stop is being replaced by one that trails ${trailText(trailing.trail)} behind`;
  return closing === undefined ? null : `closing ${formatQuantity(closing.quantity)}: its exits shrink or go first`;
}

function offerView(hall: Hall, key: string): OfferView | null {
  const offer = hall.stores.offers.get(key);
  return offer === undefined ? null : { kind: offer.kind, quantity: offer.quantity, stop: offer.stop ?? null, why: offer.why };
}

/** Against the price of the tick that fired; positive is worse than it. */
function slippageOf(order: Order | undefined, fill: Fill): Price | null {
  const tick = order?.parentKey === undefined ? order?.cause?.tick : undefined;
  if (tick === undefined) return null;
  return fill.side === 'BUY' ? minus(fill.price, tick.price) : minus(tick.price, fill.price);
}

/** What was found at the start and waits for the operator's word. */
export function adoptionRow(hall: Hall, found: Found): AdoptionRow | undefined {
  if (found.kind === 'position') {
    const position = hall.stores.positions.get(found.subject);
    if (position === undefined) return undefined;
    const side = position.quantity > 0 ? 'LONG' : 'SHORT';
    return {
      key: found.key,
      kind: 'position',
      text: `${side} ${formatQuantity(abs(position.quantity))} ${contractLabel(position.contract)}`,
      detail: `average ${formatPrice(position.averagePrice, decimalsOf(hall, position.contract.conId))}`,
      symbol: position.contract.symbol,
      at: found.at,
      decisions: ['adopt', 'ignore'],
    };
  }
  const order = hall.index.get(found.subject as Order['key']);
  if (order === undefined) return undefined;
  return {
    key: found.key,
    kind: 'order',
    text: orderLine(hall, order),
    detail: `${order.note ?? originText(hall, order)}, ${order.tif}, ${order.ibStatus ?? order.state}`,
    symbol: order.contract.symbol,
    at: found.at,
    decisions: onlyGlobally(order) || numberFault(order) !== undefined ? ['adopt', 'ignore'] : ['adopt', 'ignore', 'cancel'],
  };
}

export function fillRow(hall: Hall, root: string, fill: Fill): FillRow {
  const order = fill.orderKey === undefined ? undefined : hall.index.get(fill.orderKey);
  return {
    execId: root,
    at: fill.at,
    symbol: order === undefined ? (hall.board.contract(fill.conId)?.symbol ?? `contract ${fill.conId}`) : contractLabel(order.contract),
    side: fill.side,
    quantity: fill.quantity,
    price: fill.price,
    decimals: decimalsOf(hall, fill.conId),
    orderKey: fill.orderKey ?? null,
    originText: order === undefined ? 'order not known here' : originText(hall, order),
    commission: fill.commission ?? null,
    realized: fill.realizedPnl ?? null,
    slippage: slippageOf(order, fill),
  };
}

/** One line for lists of consequences: `SELL 120 AIG STP 47.90`. */
export function orderLine(hall: Hall, order: Order): string {
  const decimals = decimalsOf(hall, order.contract.conId);
  const price = order.limit ?? order.stop;
  return `${order.side} ${formatQuantity(order.quantity)} ${contractLabel(order.contract)} ${order.type}${order.trail === undefined ? '' : ` ${trailText(order.trail)}`}${price === undefined ? '' : ` ${formatPrice(price, decimals)}`}`;
}
