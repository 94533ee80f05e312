import { mayTradeBelowZero } from '#domain/contract';
import { formatDecimal, grouped, mulDiv } from '#domain/decimal';
import { amountOf, formatAmount, notional } from '#domain/money';
import type { OrderIntent, OrderLeg, Trail } from '#domain/order';
import { formatPrice, isOnTick, midpoint, type Price } from '#domain/price';
import { formatQuantity, QUANTITY_SCALE, ZERO } from '#domain/quantity';
import { abs, max } from '#domain/scaled';
import { isDerivative, worstCase } from './exposure.ts';
import { reduceRoom } from './reduce-room.ts';
import { dailyLossRefusal } from './daily-loss.ts';
import type { Denied, RiskContext } from './risk-context.ts';

/** One control: a denial, or what it measured (part of the verdict the operator reads), or nothing to say. */
export type Finding = Denied | { readonly kind: 'passed'; readonly text: string } | undefined;
export type Control = (intent: OrderIntent, context: RiskContext) => Finding;

function denied(control: string, text: string): Denied {
  return { kind: 'denied', control, text };
}

function passed(text: string): Finding {
  return { kind: 'passed', text };
}

function unitWord(intent: OrderIntent): string {
  return isDerivative(intent.contract) ? 'contracts' : 'shares';
}

/** C-18: the account is one this session may trade. */
const accountGuard: Control = (intent, context) =>
  context.accounts.includes(intent.account)
    ? undefined
    : denied('C-18', `Account ${intent.account} is not one TWS offered to this session; check the login in TWS.`);

/** C-19: order type and time in force are on the list, and stated. */
const typeAllowList: Control = (intent, { rules }) => {
  for (const leg of intent.legs) {
    if (!rules.orderTypes.includes(leg.type))
      return denied('C-19', `Order type ${leg.type} is not allowed by the settings; allow it there or use ${rules.orderTypes.join(', ')}.`);
    if (!rules.timesInForce.includes(leg.tif))
      return denied('C-19', `Time in force ${leg.tif} is not allowed by the settings; use ${rules.timesInForce.join(', ')}.`);
  }
  return undefined;
};

/** C-01: quantity of each leg. */
const orderQuantity: Control = (intent, { rules }) => {
  const limit = isDerivative(intent.contract) ? rules.limits.maxOrderContracts : rules.limits.maxOrderShares;
  for (const leg of intent.legs) {
    const refusal = quantityRefusal(leg);
    if (refusal !== undefined) return denied('C-01', refusal);
    if (!(leg.quantity <= limit * QUANTITY_SCALE)) {
      return denied(
        'C-01',
        `Quantity ${formatQuantity(leg.quantity)} is above the limit of ${limit} ${unitWord(intent)} per order; lower it or raise the limit in the settings.`,
      );
    }
  }
  return passed(`quantity ${formatQuantity(intent.legs[0].quantity)} of ${limit}`);
};

function quantityRefusal(leg: OrderLeg): string | undefined {
  if (!Number.isSafeInteger(leg.quantity) || leg.quantity <= 0)
    return `Quantity ${String(leg.quantity / QUANTITY_SCALE)} is not a positive number.`;
  return undefined;
}

/** C-04: prices exist where the type needs them, lie on the tick, and are positive unless the contract may trade below zero. */
const priceValidity: Control = (intent, { details }) => {
  if (details === undefined)
    return denied('C-04', `The contract details of ${intent.contract.symbol} are not known yet, so its tick is not; wait for them.`);
  const mayBeNegative = mayTradeBelowZero(intent.contract);
  for (const leg of intent.legs) {
    if (!hasItsPrices(leg)) return denied('C-04', `A ${leg.type} order has the wrong set of prices; this is a defect of the program.`);
    const refusal =
      trailRefusal(leg.trail) ??
      priceRefusal(leg.limit, details.minTick, mayBeNegative) ??
      priceRefusal(leg.stop, details.minTick, mayBeNegative) ??
      priceRefusal(leg.trail?.kind === 'amount' ? leg.trail.amount : undefined, details.minTick, mayBeNegative);
    if (refusal !== undefined) return denied('C-04', refusal);
  }
  return undefined;
};

function hasItsPrices({ type, limit, stop, trail }: OrderLeg): boolean {
  const needsLimit = type === 'LMT' || type === 'STP LMT';
  const needsTrail = type === 'TRAIL';
  const needsStop = type === 'STP' || type === 'STP LMT' || needsTrail;
  return needsLimit === (limit !== undefined) && needsStop === (stop !== undefined) && needsTrail === (trail !== undefined);
}

function trailRefusal(trail: Trail | undefined): string | undefined {
  if (trail === undefined) return undefined;
  if (trail.kind === 'amount')
    return trail.amount <= 0 ? `A trailing stop ${formatPrice(trail.amount)} behind is none; write more than 0.` : undefined;
  return Number.isSafeInteger(trail.basisPoints) && trail.basisPoints > 0 && trail.basisPoints < 10_000
    ? undefined
    : `A trailing stop ${trail.basisPoints / 100} % behind is none; write more than 0 and less than 100 %.`;
}

function priceRefusal(price: Price | undefined, minTick: Price, mayBeNegative: boolean): string | undefined {
  if (price === undefined) return undefined;
  if (!Number.isSafeInteger(price)) return 'A price is not a number.';
  if (price <= 0 && !mayBeNegative) return `Price ${formatPrice(price)} is not above zero.`;
  return isOnTick(price, minTick)
    ? undefined
    : `Price ${formatPrice(price)} is not a multiple of the tick ${formatDecimal(minTick, 1_000_000)}.`;
}

/** C-05: the quote is live, fresh, uncrossed and inside the session. */
const freshQuote: Control = (intent, { quoteRefusal }) =>
  quoteRefusal === undefined ? undefined : denied('C-05', `${intent.contract.symbol}: ${quoteRefusal}`);

/** The highest price the first leg may be worth: limit, stop, the far side of the market, the last trade. */
function worstPrice(intent: OrderIntent, context: RiskContext): Price | undefined {
  const [entry] = intent.legs;
  const market = context.quote === undefined ? [] : [entry.side === 'BUY' ? context.quote.ask : context.quote.bid, context.quote.last];
  const known = [entry.limit, entry.stop, ...market].filter((price): price is Price => price !== undefined);
  return known
    .map((price) => abs(price))
    .reduce<Price | undefined>((most, price) => (most === undefined ? price : max(most, price)), undefined);
}

/** C-02: a market order without a price is refused, never taken as worth nothing. */
const orderNotional: Control = (intent, context) => {
  const price = worstPrice(intent, context);
  if (price === undefined)
    return denied('C-02', `${intent.contract.symbol} has no price, so the order's value is unknown; wait for a quote or use a limit.`);
  if (intent.contract.currency !== context.accountCurrency) {
    return denied(
      'C-02',
      `The order is in ${intent.contract.currency} and the account in ${context.accountCurrency}; without an exchange rate its value cannot be checked.`,
    );
  }
  const value = notional(price, intent.legs[0].quantity, intent.contract.multiplier);
  const limit = amountOf(context.rules.limits.maxOrderNotional);
  const figures = `notional ${grouped(formatAmount(value, 0))} of ${grouped(formatAmount(limit, 0))}`;
  return value <= limit
    ? passed(figures)
    : denied(
        'C-02',
        `The order is worth ${grouped(formatAmount(value, 0))} ${intent.contract.currency}, above the limit of ${grouped(formatAmount(limit, 0))}; lower the quantity.`,
      );
};

/** C-03: the entry's price against the middle of the market, in percent and in ticks. Exits stand where the operator put them. */
const priceCollar: Control = (intent, { quote, details, rules }) => {
  if (quote?.bid === undefined || quote.ask === undefined)
    return denied('C-03', `${intent.contract.symbol} has no two-sided market to measure the price against; wait for bid and ask.`);
  if (details === undefined) return denied('C-03', `${intent.contract.symbol} has no price to measure.`);
  const [entry] = intent.legs;
  const price = entry.limit ?? entry.stop ?? (entry.side === 'BUY' ? quote.ask : quote.bid);
  const mid = midpoint(quote.bid, quote.ask);
  const away = Math.abs(price - mid);
  const basisPoints = mid === 0 ? Number.POSITIVE_INFINITY : mulDiv(away, 10_000, Math.abs(mid));
  const ticks = details.minTick > 0 ? Math.ceil(away / details.minTick) : Number.POSITIVE_INFINITY;
  const { collarPercent, collarTicks } = rules.limits;
  const percent = (basisPoints / 100).toFixed(2);
  if (mid === 0 || !(away * 100 <= collarPercent * Math.abs(mid)))
    return denied(
      'C-03',
      `Price ${formatPrice(price)} is ${percent} % away from the market's middle ${formatPrice(mid)}, above the collar of ${collarPercent} %; move it nearer.`,
    );
  if (!(away <= collarTicks * details.minTick))
    return denied(
      'C-03',
      `Price ${formatPrice(price)} is ${ticks} ticks away from the market's middle, above the collar of ${collarTicks}; move it nearer.`,
    );
  return passed(`price within collar ${percent} % of ${collarPercent} %`);
};

/** C-08: new orders per second, for the contract and in all. A bracket counts once. */
const entryRate: Control = (intent, { recent, now, rules }) => {
  let all = 0;
  let here = 0;
  for (const send of recent) {
    if (now - send.at >= 1_000) continue;
    all += 1;
    if (send.conId === intent.contract.conId) here += 1;
  }
  const { ordersPerSecond, ordersPerSecondPerSymbol } = rules.limits;
  if (all >= ordersPerSecond)
    return denied('C-08', `${all} orders went out within the last second, the limit is ${ordersPerSecond}; wait a moment.`);
  return here >= ordersPerSecondPerSymbol
    ? denied(
        'C-08',
        `${here} orders for ${intent.contract.symbol} went out within the last second, the limit is ${ordersPerSecondPerSymbol}; wait a moment.`,
      )
    : undefined;
};

/** C-09: repeated firing of one trigger; the engine locks the trigger on this denial. */
const repeatedFiring: Control = (_intent, { triggerFires, now, rules }) => {
  if (triggerFires === undefined) return undefined;
  const count = triggerFires.recent.filter((at) => now - at < 600_000).length;
  const limit = rules.limits.firingsPerTenMinutes;
  return count >= limit
    ? denied('C-09', `This trigger fired ${count} times within ten minutes, the limit is ${limit}; it is locked until you arm it again.`)
    : undefined;
};

/** C-10: a reference never serves twice; the same order within the window is a double click, not a wish. */
const duplicate: Control = (intent, { recent, now, rules, refUsed, working }) => {
  const used = intent.legs.find((leg) => refUsed(leg.ref));
  if (used !== undefined) return denied('C-10', `Reference ${used.ref} was used before; this order may already exist at the broker.`);
  const [entry] = intent.legs;
  const window = rules.limits.duplicateWindowSeconds * 1_000;
  const price = entry.limit ?? entry.stop ?? null;
  const same = recent.find(
    (send) =>
      now - send.at < window &&
      send.account === intent.account &&
      send.conId === intent.contract.conId &&
      send.side === entry.side &&
      send.quantity === entry.quantity &&
      send.type === entry.type &&
      send.price === price,
  );
  if (same !== undefined)
    return denied(
      'C-10',
      `The same order went out ${((now - same.at) / 1_000).toFixed(1)} s ago; within ${rules.limits.duplicateWindowSeconds} s this counts as a duplicate.`,
    );
  const own =
    intent.triggerId === undefined ? undefined : working.find((order) => order.triggerId === intent.triggerId && order.leg === 'E');
  return own === undefined
    ? undefined
    : denied('C-10', `This trigger already has an order working at the broker (${own.key}); cancel that one first.`);
};

/** C-11: working orders on this side of the contract, and in all. IB itself stops at 20 a side. */
const workingOrders: Control = (intent, { working, rules }) => {
  const { maxWorkingPerSide, maxWorkingTotal } = rules.limits;
  if (working.length + intent.legs.length > maxWorkingTotal)
    return denied(
      'C-11',
      `${working.length} orders are working; with ${intent.legs.length} more the limit of ${maxWorkingTotal} is passed. Cancel some.`,
    );
  for (const side of ['BUY', 'SELL'] as const) {
    const more = intent.legs.filter((leg) => leg.side === side).length;
    const there = working.filter((order) => order.contract.conId === intent.contract.conId && order.side === side).length;
    if (more > 0 && there + more > maxWorkingPerSide)
      return denied(
        'C-11',
        `${there} ${side} orders for ${intent.contract.symbol} are working; the limit is ${maxWorkingPerSide} a side. Cancel some.`,
      );
  }
  return undefined;
};

/** C-12: position if everything working on the order's side fills, UNKNOWN orders included. */
const worstCasePosition: Control = (intent, context) => {
  const { position, limit, fits } = worstCase(intent, context);
  return fits
    ? passed(`position after ${formatQuantity(position)} of ${limit}`)
    : denied(
        'C-12',
        `With everything working filled the position would be ${formatQuantity(position)} ${unitWord(intent)}, above the limit of ${limit}; lower the quantity or cancel working orders.`,
      );
};

/** C-13: after the day's loss limit only reducing orders leave. An unknown P&L blocks too, and one that is out of date. */
const dailyLoss: Control = (_intent, { dailyPnl, dailyPnlAgeMs, rules }) => {
  const refusal = dailyLossRefusal(dailyPnl, dailyPnlAgeMs, rules.limits.maxDailyLoss);
  return refusal === undefined ? undefined : denied('C-13', refusal);
};

/** C-27: with a limit passed already only reducing orders leave, in every contract. */
const reducing: Control = (_intent, { overLimit }) =>
  overLimit === undefined ? undefined : denied('C-27', `${overLimit} Until it fits again only reducing orders leave.`);

/** K-03: nothing new while IB resets its systems, nor in the minute before. */
const resetEmbargo: Control = (_intent, { embargo }) =>
  embargo === undefined ? undefined : denied('K-03', `${embargo} Entries wait until it is over.`);

/** C-44: nothing more of what IB rejects; after a resume one order is tried and the others wait for its answer. */
const circuitBreaker: Control = (_intent, { breaker, probing }) => {
  if (breaker.state === 'open') return denied('C-44', `The circuit breaker is open. ${breaker.reason} Only reducing orders leave.`);
  return breaker.state === 'half-open' && probing
    ? denied('C-44', 'After rejections one order is being tried and IB has not answered it yet; arm this one again afterwards.')
    : undefined;
};

/** Reducing orders pass every limit but one: they never sell more than is held, counting exits already working. */
const reduceOnly: Control = (intent, context) => {
  const [entry] = intent.legs;
  if (intent.legs.length !== 1) return denied('REDUCE', 'A reducing order has exactly one leg.');
  const refusal = quantityRefusal(entry);
  if (refusal !== undefined) return denied('REDUCE', refusal);
  const { rest, held, free, fits, onlyShrinks } = reduceRoom(intent, context);
  if (onlyShrinks) return passed(`takes ${formatQuantity(rest)}, less than before`);
  if (held <= 0)
    return denied('REDUCE', `There is no ${entry.side === 'SELL' ? 'long' : 'short'} position in ${intent.contract.symbol} to reduce.`);
  return fits
    ? passed(`reduces ${formatQuantity(rest)} of ${formatQuantity(held)}`)
    : denied(
        'REDUCE',
        `Only ${formatQuantity(max(ZERO, free))} of ${formatQuantity(held)} is free to close; working exits cover the rest. Cancel them first.`,
      );
};

const LIMITS: Readonly<Record<keyof RiskContext['rules']['limits'], true>> = {
  maxOrderShares: true,
  maxOrderContracts: true,
  maxOrderNotional: true,
  collarPercent: true,
  collarTicks: true,
  maxQuoteAgeMs: true,
  ordersPerSecondPerSymbol: true,
  ordersPerSecond: true,
  firingsPerTenMinutes: true,
  duplicateWindowSeconds: true,
  maxWorkingPerSide: true,
  maxWorkingTotal: true,
  maxPositionShares: true,
  maxPositionContracts: true,
  maxDailyLoss: true,
};

/** C-34: no limit may be missing or no number; what cannot be compared would let everything pass. */
const soundLimits: Control = (_intent, { rules }) => {
  const limits: Readonly<Record<string, unknown>> = { ...rules.limits };
  const unsound = Object.keys(LIMITS).find((name) => !Number.isFinite(limits[name]) || Number(limits[name]) <= 0);
  return unsound === undefined
    ? undefined
    : denied('C-34', `The limit ${unsound} is ${String(limits[unsound])}, which is no limit; mend it in the settings.`);
};

/** In the order in which an operator would ask. */
export const ENTRY_CONTROLS: readonly Control[] = [
  soundLimits,
  accountGuard,
  typeAllowList,
  orderQuantity,
  priceValidity,
  freshQuote,
  orderNotional,
  worstCasePosition,
  priceCollar,
  workingOrders,
  duplicate,
  repeatedFiring,
  entryRate,
  dailyLoss,
  reducing,
  resetEmbargo,
  circuitBreaker,
];

export const REDUCE_CONTROLS: readonly Control[] = [accountGuard, typeAllowList, priceValidity, duplicateRef, reduceOnly];

/** New terms of a working order: what it is now is not counted besides what it shall be, and its reference is its own. */
export const CHANGE_CONTROLS: readonly Control[] = [
  soundLimits,
  accountGuard,
  typeAllowList,
  orderQuantity,
  priceValidity,
  freshQuote,
  orderNotional,
  worstCasePosition,
  priceCollar,
  entryRate,
  dailyLoss,
];

/** New terms of an exit: where it stands is the operator's word, as it was when it was placed. */
export const CHANGE_EXIT_CONTROLS: readonly Control[] = [accountGuard, typeAllowList, priceValidity, reduceOnly];

function duplicateRef(intent: OrderIntent, { refUsed }: RiskContext): Finding {
  const used = intent.legs.find((leg) => refUsed(leg.ref));
  return used === undefined ? undefined : denied('C-10', `Reference ${used.ref} was used before.`);
}
