import { expect, test } from 'vitest';
import type { RiskContext, RiskLimits } from '#core/risk/risk-context';
import { judge } from '#core/risk/risk-engine';
import type { OrderIntent, OrderLeg } from '#domain/order';
import { amountOf } from '#domain/money';
import { units } from '#domain/quantity';
import { LIMITS, quoteOf, rulesOf } from '../../support/core/fixtures.ts';
import { context, intent, leg, marketLeg, NOW, working } from '../../support/core/risk.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

/** New terms for a working order to buy 100 IBM at 180.00, of which nothing has filled. */
const ENTRY = working({ limit: px(180), leg: 'E' });

function changed(terms: Partial<OrderLeg> = {}, more: Partial<RiskContext> = {}, order = ENTRY): string {
  const wish: OrderIntent = { ...intent([leg(terms)]), changes: order.key };
  return verdict(wish, { changed: order, ...more });
}

function verdict(wish: OrderIntent, more: Partial<RiskContext>): string {
  const judged = judge(wish, context(more));
  return judged.kind === 'approved' ? 'approved' : judged.control;
}

const limits = (more: Partial<RiskLimits>) => ({ rules: rulesOf(more) });

test('a change passes whatever a new order of these terms would have to pass', () => {
  expect(changed()).toBe('approved');
  const cases: readonly (readonly [string, string])[] = [
    ['C-01', changed({ quantity: units(1_001) }, limits({ maxOrderNotional: 1e9, maxPositionShares: 1e6 }))],
    ['C-02', changed({ quantity: units(300) })],
    ['C-03', changed({ limit: px(190) })],
    ['C-04', changed({ limit: px(180.005) })],
    ['C-05', changed({}, { quoteRefusal: 'The quote is halted.' })],
    ['C-08', changed({}, { recent: [1, 2].map((n) => sent(n)) })],
    ['C-12', changed({ quantity: units(200) }, { position: units(850) })],
    ['C-13', changed({}, { dailyPnl: amountOf(-2_500) })],
    ['C-13', changed({}, { dailyPnl: undefined })],
    ['C-18', verdict({ ...intent(), changes: ENTRY.key, account: 'DU12345678' as never }, { changed: ENTRY })],
    ['C-19', changed({ tif: 'OPG' as never })],
  ];
  for (const [control, found] of cases) expect([control, found]).toEqual([control, control]);
});

function sent(ago: number) {
  return {
    at: NOW - ago,
    account: intent().account,
    conId: IBM.conId,
    side: 'BUY',
    quantity: units(ago),
    type: 'LMT',
    price: px(ago),
  } as const;
}

test.each(Object.keys(LIMITS) as readonly (keyof RiskLimits)[])('a change is refused while the limit %s is no number (C-34)', (name) => {
  expect(changed({}, { rules: { ...rulesOf(), limits: { ...LIMITS, [name]: Number.NaN } } })).toBe('C-34');
});

test('C-12: a change counts for all that the order may take then, not for what it grows by', () => {
  const rules = limits({ maxPositionShares: 150, maxOrderNotional: 1e6 });
  expect([150, 151].map((n) => changed({ quantity: units(n) }, rules))).toEqual(['approved', 'C-12']);
  // Of 100 are 40 in the position already.
  const half = working({ limit: px(180), leg: 'E', filled: units(40), state: 'PARTIALLY_FILLED' });
  const held = { ...rules, position: units(40) };
  expect([150, 151].map((n) => changed({ quantity: units(n) }, held, half))).toEqual(['approved', 'C-12']);
});

test('the change of an exit passes no limit of entries, and never sells more than is held and free', () => {
  const stop = working({ side: 'SELL', type: 'STP', stop: px(170), leg: 'S' });
  const strict = { ...limits({ maxOrderShares: 1, maxDailyLoss: 1, maxPositionShares: 1 }), dailyPnl: undefined, quoteRefusal: 'stale' };
  const moved = (terms: Partial<OrderLeg>, more: Partial<RiskContext> = {}, order = stop): string => {
    const wish = intent([marketLeg({ side: 'SELL', type: 'STP', leg: 'S', stop: px(175), ...terms })], {
      purpose: 'reduce',
      changes: order.key,
    });
    return verdict(wish, { position: units(100), ...strict, changed: order, ...more });
  };
  expect([100, 101].map((n) => moved({ quantity: units(n) }))).toEqual(['approved', 'REDUCE']);
  expect(moved({ stop: px(175.005) })).toBe('C-04');
  expect(moved({}, { accounts: [] })).toBe('C-18');
  // 40 of its 100 have been sold: 60 are held, and it takes 60.
  const half = working({ side: 'SELL', type: 'STP', stop: px(170), leg: 'S', filled: units(40) });
  expect([100, 101].map((n) => moved({ quantity: units(n) }, { position: units(60) }, half))).toEqual(['approved', 'REDUCE']);
  // What its entry may still open is there for it when it comes.
  expect([100, 101].map((n) => moved({ quantity: units(n) }, { position: units(30), coming: units(70) }))).toEqual(['approved', 'REDUCE']);
});

test('an exit that shrinks where it stands always may; one that moves as well must fit beside the others', () => {
  const target = working({ side: 'SELL', limit: px(190), leg: 'T' });
  const close = working({ side: 'SELL', leg: 'F', type: 'MKT' });
  const shrunk = (terms: Partial<OrderLeg>) =>
    verdict(intent([leg({ side: 'SELL', leg: 'T', limit: px(190), ...terms })], { purpose: 'reduce', changes: target.key }), {
      position: units(100),
      working: [close],
      changed: target,
    });
  expect(shrunk({ quantity: units(99) })).toBe('approved');
  expect(shrunk({ quantity: units(100) })).toBe('REDUCE');
  expect(shrunk({ quantity: units(99), limit: px(180) })).toBe('REDUCE');
});

test('a stop that shrinks may move only where it fits; one that trails shrinks wherever IB has moved it', () => {
  const close = working({ side: 'SELL', leg: 'F', type: 'MKT' });
  const shrunk = (type: 'STP' | 'TRAIL', at: number) => {
    const trail = type === 'TRAIL' ? { trail: { kind: 'amount', amount: px(1) } as const } : {};
    const { limit: _none, ...stop } = working({ side: 'SELL', leg: 'S', type, stop: px(170), ...trail });
    const wish = intent([marketLeg({ side: 'SELL', leg: 'S', type, stop: px(at), quantity: units(99), ...trail })], {
      purpose: 'reduce',
      changes: stop.key,
    });
    return verdict(wish, { position: units(100), working: [close], changed: stop });
  };
  expect([shrunk('STP', 170), shrunk('STP', 171), shrunk('TRAIL', 171)]).toEqual(['approved', 'REDUCE', 'approved']);
});

test('C-02: what an order may cost is the worst of its limit, its stop and the side of the market it meets', () => {
  const wide = { quote: quoteOf({ bid: 170, ask: 180, last: 170 }), ...limits({ collarPercent: 50 }) };
  const at = (more: Partial<OrderLeg>, maxOrderNotional: number) =>
    verdict(intent([marketLeg(more)]), { ...wide, ...limits({ collarPercent: 50, maxOrderNotional }) });
  expect([at({}, 18_000), at({}, 17_999)]).toEqual(['approved', 'C-02']);
  expect([at({ side: 'SELL' }, 17_000), at({ side: 'SELL' }, 16_999)]).toEqual(['approved', 'C-02']);
  const stop = { type: 'STP', stop: px(190) } as const;
  expect([at(stop, 19_000), at(stop, 18_999)]).toEqual(['approved', 'C-02']);
});
