import { restOf } from '#core/order/oca-group';
import type { RiskContext } from '#core/risk/risk-context';
import type { Contract } from '#domain/contract';
import type { OrderKey, OrderRef, TriggerId } from '#domain/ids';
import { ZERO_AMOUNT } from '#domain/money';
import type { Order, OrderIntent, OrderLeg } from '#domain/order';
import { units } from '#domain/quantity';
import { detailsOf, DU, quoteOf, rulesOf } from './fixtures.ts';
import { IBM, px } from './trigger-fixtures.ts';

export const NOW = Date.UTC(2013, 9, 8, 14, 30);
export const TRIGGER = 'T0000001' as TriggerId;

/** A buy of 100 IBM at a limit of 180.00 by a trigger. */
export function leg(more: Partial<OrderLeg> = {}): OrderLeg {
  return {
    ref: 'TD1-T0000001-1-1-E' as OrderRef,
    leg: 'E',
    side: 'BUY',
    type: 'LMT',
    quantity: units(100),
    limit: px(180),
    tif: 'DAY',
    outsideRth: false,
    ...more,
  };
}

/** A market order has no limit; a stop order a stop. */
export function marketLeg(more: Partial<OrderLeg> = {}): OrderLeg {
  const { limit: _none, ...rest } = leg();
  return { ...rest, type: 'MKT', ...more };
}

export function intent(legs: readonly OrderLeg[] = [leg()], more: Partial<OrderIntent> = {}): OrderIntent {
  const [first = leg(), ...rest] = legs;
  return { account: DU, contract: IBM, purpose: 'entry', origin: 'trigger', triggerId: TRIGGER, legs: [first, ...rest], ...more };
}

export function exit(quantity = 100, side: 'BUY' | 'SELL' = 'SELL'): OrderIntent {
  const { triggerId: _none, ...rest } = intent([
    marketLeg({ ref: 'TD1-F0000001-1-1-F' as OrderRef, leg: 'F', side, quantity: units(quantity) }),
  ]);
  return { ...rest, purpose: 'reduce', origin: 'operator' };
}

/** Everything as it should be: IBM 179.99 / 180.01, flat, nothing working, P&L known. */
export function context(more: Partial<RiskContext> = {}): RiskContext {
  return {
    rules: rulesOf(),
    now: NOW,
    accounts: [DU],
    details: detailsOf(IBM),
    quote: quoteOf({ bid: 179.99, ask: 180.01, last: 180 }),
    quoteRefusal: undefined,
    position: units(0),
    working: [],
    takes: restOf,
    recent: [],
    refUsed: () => false,
    triggerFires: { id: TRIGGER, recent: [] },
    dailyPnl: ZERO_AMOUNT,
    dailyPnlAgeMs: undefined,
    accountCurrency: 'USD',
    overLimit: undefined,
    embargo: undefined,
    breaker: { state: 'closed', reason: '' },
    probing: false,
    ...more,
  };
}

let keys = 0;

/** An order at the broker. */
export function working(more: Partial<Order> = {}, contract: Contract = IBM): Order {
  keys += 1;
  return {
    key: `perm:${keys}` as OrderKey,
    account: DU,
    contract,
    side: 'BUY',
    type: 'LMT',
    tif: 'DAY',
    quantity: units(100),
    limit: px(170),
    outsideRth: false,
    state: 'ACCEPTED',
    filled: units(0),
    origin: 'manual',
    createdAt: NOW,
    updatedAt: NOW,
    ...more,
  };
}
