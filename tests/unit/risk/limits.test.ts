import { expect, test } from 'vitest';
import { dailyLossRefusal, isLossReached } from '#core/risk/daily-loss';
import { overLimit } from '#core/risk/exposure';
import type { RiskContext, RiskLimits } from '#core/risk/risk-context';
import { judge } from '#core/risk/risk-engine';
import { restOf } from '#core/order/oca-group';
import type { Contract, SecType } from '#domain/contract';
import type { AccountId, OrderKey, OrderRef } from '#domain/ids';
import { amountOf, trustedAmount, ZERO_AMOUNT } from '#domain/money';
import type { Order, OrderIntent, OrderState, Trail } from '#domain/order';
import type { Position } from '#domain/position';
import { ZERO_PRICE } from '#domain/price';
import { units } from '#domain/quantity';
import { detailsOf, DU, LIMITS, quoteOf, rulesOf } from '../../support/core/fixtures.ts';
import { context, exit, intent, leg, marketLeg, NOW, TRIGGER, working } from '../../support/core/risk.ts';
import { BAC, IBM, px } from '../../support/core/trigger-fixtures.ts';

function verdict(wish: OrderIntent, more: Partial<RiskContext> = {}): string {
  const judged = judge(wish, context(more));
  return judged.kind === 'approved' ? 'approved' : judged.control;
}

const limits = (more: Partial<RiskLimits>) => ({ rules: rulesOf(more) });
const of = (secType: SecType, more: Partial<Contract> = {}): Contract => ({ ...IBM, secType, ...more });

test('C-01 and C-12: shares and currencies are counted in units, whatever is a contract in contracts', () => {
  const count = (contract: Contract, quantity: number, more: Partial<RiskLimits> = {}) =>
    verdict(intent([leg({ quantity: units(quantity) })], { contract }), {
      details: detailsOf(contract),
      ...limits({
        maxOrderShares: 100,
        maxOrderContracts: 5,
        maxPositionShares: 100,
        maxPositionContracts: 5,
        maxOrderNotional: 1e9,
        ...more,
      }),
    });
  for (const secType of ['STK', 'CASH', 'CFD'] as const)
    expect([secType, count(of(secType), 100), count(of(secType), 101)]).toEqual([secType, 'approved', 'C-01']);
  for (const secType of ['OPT', 'FUT', 'FOP', 'BAG', 'WAR'] as const)
    expect([secType, count(of(secType), 5), count(of(secType), 6)]).toEqual([secType, 'approved', 'C-01']);
  expect([5, 6].map((n) => count(of('OPT'), n, { maxOrderContracts: 50 }))).toEqual(['approved', 'C-12']);
  expect([100, 101].map((n) => count(IBM, n, { maxOrderShares: 500 }))).toEqual(['approved', 'C-12']);
});

test('C-02: what trades below zero is worth its distance from zero', () => {
  const future = of('FUT', { multiplier: 1_000 });
  const below = { quote: quoteOf({ bid: -37.64, ask: -37.62, last: -37.63 }), details: detailsOf(future) };
  const one = intent([leg({ limit: px(-37.63), quantity: units(1) })], { contract: future });
  const at = (maxOrderNotional: number) => verdict(one, { ...below, ...limits({ maxOrderNotional }) });
  // The worst of limit, ask and last: 37.63 a unit, a thousand units.
  expect([at(37_630), at(37_629)]).toEqual(['approved', 'C-02']);
});

test('C-04: a trailing stop trails by ticks, or by more than nothing and less than everything', () => {
  const trailing = (trail: Trail) =>
    verdict({ ...exit(), legs: [marketLeg({ side: 'SELL', leg: 'S', type: 'TRAIL', stop: px(170), trail })] }, { position: units(100) });
  const amounts = [2, 0.01, 0.005, 0, -1].map((value) => trailing({ kind: 'amount', amount: px(value) }));
  expect(amounts).toEqual(['approved', 'approved', 'C-04', 'C-04', 'C-04']);
  const percents = [1, 9_999, 10_000, 0, -1, 1.5, Number.NaN].map((basisPoints) => trailing({ kind: 'percent', basisPoints }));
  expect(percents).toEqual(['approved', 'approved', 'C-04', 'C-04', 'C-04', 'C-04', 'C-04']);
});

test('C-10: a trigger has one entry at the broker, also while nobody knows where it is', () => {
  const states: readonly OrderState[] = ['QUEUED', 'SUBMITTED', 'UNKNOWN', 'ACCEPTED', 'HELD', 'PENDING_CANCEL', 'INACTIVE'];
  for (const state of states)
    expect([state, verdict(intent(), { working: [working({ state, triggerId: TRIGGER, leg: 'E', side: 'SELL' })] })]).toEqual([
      state,
      'C-10',
    ]);
});

test('C-10: the same stop order twice is a double click like any other; at another stop it is another order', () => {
  const stop = (at: number) => marketLeg({ type: 'STP', stop: px(at) });
  const recent = [{ at: NOW - 1, account: DU, conId: IBM.conId, side: 'BUY', quantity: units(100), type: 'STP', price: px(181) }] as const;
  expect([181, 181.01].map((at) => verdict(intent([stop(at)]), { recent }))).toEqual(['C-10', 'approved']);
  const market = [{ ...recent[0], type: 'MKT', price: null }] as const;
  expect(verdict(intent([marketLeg()]), { recent: market })).toBe('C-10');
});

test('C-08: the rate of the desk counts every contract, the order’s own among them', () => {
  const send = (n: number, conId = BAC.conId) =>
    ({ at: NOW - n, account: DU, conId, side: 'BUY', quantity: units(n), type: 'LMT', price: px(n) }) as const;
  const of = (own: number, others: number) => [
    ...Array.from({ length: own }, (_, at) => send(at + 1, IBM.conId)),
    ...Array.from({ length: others }, (_, at) => send(at + 100)),
  ];
  const rules = limits({ ordersPerSecond: 5, ordersPerSecondPerSymbol: 4 });
  const found = ([own, others]: readonly [number, number]) => verdict(intent(), { recent: of(own, others), ...rules });
  expect(
    (
      [
        [3, 1],
        [3, 2],
        [4, 0],
        [0, 4],
        [0, 5],
      ] as const
    ).map(found),
  ).toEqual(['approved', 'C-08', 'C-08', 'approved', 'C-08']);
});

test('C-08, C-09, C-10: what seems to lie ahead, for the clock was set back, counts as just now', () => {
  const ahead = { at: NOW + 30_000, account: DU, conId: IBM.conId, side: 'BUY', quantity: units(1), type: 'LMT', price: px(1) } as const;
  expect(verdict(intent(), { recent: [ahead, { ...ahead, price: px(2) }] })).toBe('C-08');
  expect(verdict(intent(), { recent: [{ ...ahead, quantity: units(100), price: px(180) }] })).toBe('C-10');
  const recent = [NOW + 30_000, NOW + 20_000, NOW - 1];
  expect(verdict(intent(), { triggerFires: { id: TRIGGER, recent } })).toBe('C-09');
});

test('C-11: a bracket needs a place for each of its orders', () => {
  const there = (count: number) => Array.from({ length: count }, () => working({ quantity: units(1) }, BAC));
  const bracket = intent([
    leg(),
    leg({ ref: 't' as OrderRef, leg: 'T', side: 'SELL', limit: px(181) }),
    marketLeg({ ref: 's' as OrderRef, leg: 'S', side: 'SELL', type: 'STP', stop: px(179) }),
  ]);
  expect([5, 6].map((n) => verdict(bracket, { working: there(n), ...limits({ maxWorkingTotal: 8 }) }))).toEqual(['approved', 'C-11']);
});

test('C-18: an account is one of this session when it is named so, letter by letter; for closing too', () => {
  for (const account of ['DU12345678', 'DU123456', 'DU123456X', 'du1234567', ''] as readonly string[] as readonly AccountId[]) {
    expect([account, verdict(intent([leg()], { account }))]).toEqual([account, 'C-18']);
    expect([account, verdict({ ...exit(), account }, { position: units(100) })]).toEqual([account, 'C-18']);
  }
});

test('C-19: every leg of a bracket keeps to the allowed types and times in force', () => {
  const bracket = (more: object) =>
    intent([leg(), { ...marketLeg({ ref: 's' as OrderRef, leg: 'S', side: 'SELL', type: 'STP', stop: px(179) }), ...more }]);
  expect(verdict(bracket({}))).toBe('approved');
  expect(verdict(bracket({}), { rules: { ...rulesOf(), orderTypes: ['LMT'] } })).toBe('C-19');
  expect(verdict(bracket({ tif: 'GTC' }), { rules: { ...rulesOf(), timesInForce: ['DAY'] } })).toBe('C-19');
  expect(verdict(exit(), { position: units(100), rules: { ...rulesOf(), orderTypes: ['LMT'] } })).toBe('C-19');
});

test('a protective stop has its price, on the tick, like every order', () => {
  const stop = (more: object) => ({ ...exit(), legs: [marketLeg({ side: 'SELL', leg: 'S', type: 'STP', ...more })] }) as OrderIntent;
  const held = { position: units(100) };
  expect(
    [stop({ stop: px(170) }), stop({ stop: px(170.005) }), stop({}), stop({ stop: px(0) })].map((wish) => verdict(wish, held)),
  ).toEqual(['approved', 'C-04', 'C-04', 'C-04']);
});

test('C-13: a loss of exactly the limit is at the limit, for the kill as for an entry; a figure that is none is not', () => {
  const loss = (amount: number) => amountOf(-amount);
  for (const [amount, reached] of [
    [2_499.999999, false],
    [2_500, true],
    [2_500.000001, true],
    [-2_500, false],
  ] as const)
    expect([amount, isLossReached(loss(amount), 2_500), dailyLossRefusal(loss(amount), undefined, 2_500) !== undefined]).toEqual([
      amount,
      reached,
      reached,
    ]);
  for (const daily of [undefined, trustedAmount(Number.NaN), trustedAmount(-Infinity)]) {
    expect(isLossReached(daily, 2_500)).toBe(false);
    expect(dailyLossRefusal(daily, undefined, 2_500)).toMatch(/not known yet/);
  }
});

test('what stops entries altogether is asked of every entry, and of no reducing order', () => {
  const stops: readonly (readonly [string, Partial<RiskContext>])[] = [
    ['K-03', { embargo: 'IB resets its systems.' }],
    ['C-27', { overLimit: 'Too much is held.' }],
    ['C-44', { breaker: { state: 'open', reason: 'Five rejections.' } }],
    ['C-44', { breaker: { state: 'half-open', reason: '' }, probing: true }],
  ];
  for (const [control, more] of stops) {
    expect([control, verdict(intent(), more)]).toEqual([control, control]);
    expect([control, verdict(exit(), { position: units(100), ...more })]).toEqual([control, 'approved']);
  }
  expect(verdict(intent(), { breaker: { state: 'half-open', reason: '' }, probing: false })).toBe('approved');
});

const held = (quantity: number, contract = IBM): Position => ({
  account: DU,
  contract,
  quantity: units(quantity),
  averagePrice: ZERO_PRICE,
  realized: ZERO_AMOUNT,
  commission: ZERO_AMOUNT,
  updatedAt: NOW,
});

function over(more: Partial<RiskLimits>, positions: readonly Position[], orders: readonly Order[] = []): string | undefined {
  return /C-1[12]/.exec(overLimit({ ...LIMITS, ...more }, positions, orders, restOf) ?? '')?.[0];
}

test('C-27: what is held, with what still adds to it, is measured in its own units', () => {
  const tight = { maxPositionShares: 100, maxPositionContracts: 5 };
  expect([100, 101].map((n) => over(tight, [held(n)]))).toEqual([undefined, 'C-12']);
  expect([-100, -101].map((n) => over(tight, [held(n)]))).toEqual([undefined, 'C-12']);
  expect([5, 6].map((n) => over(tight, [held(n, of('OPT'))]))).toEqual([undefined, 'C-12']);
  expect([5, 6].map((n) => over(tight, [], [working({ quantity: units(n) }, of('OPT'))]))).toEqual([undefined, 'C-12']);
  const adding = (side: 'BUY' | 'SELL', quantity: number) => [working({ side, quantity: units(quantity) })];
  expect([20, 21].map((n) => over(tight, [held(80)], adding('BUY', n)))).toEqual([undefined, 'C-12']);
  expect([20, 21].map((n) => over(tight, [held(-80)], adding('SELL', n)))).toEqual([undefined, 'C-12']);
  expect(over(tight, [held(80)], adding('SELL', 80))).toBeUndefined();
});

test('C-27: orders for what is not held are measured side by side, whatever else is held', () => {
  const tight = { maxPositionShares: 100 };
  for (const positions of [[], [held(1)], [held(0, BAC)]])
    for (const side of ['BUY', 'SELL'] as const)
      expect([side, ...[100, 101].map((n) => over(tight, positions, [working({ side, quantity: units(n) }, BAC)]))]).toEqual([
        side,
        undefined,
        'C-12',
      ]);
  // The exits of a bracket wait for its entry: they are no position the other way.
  const bracket = [
    working({ quantity: units(100) }, BAC),
    working({ side: 'SELL', quantity: units(150), parentKey: 'e' as OrderKey }, BAC),
  ];
  expect(over(tight, [], bracket)).toBeUndefined();
});

test('C-27: one order more than may work in all', () => {
  const many = (count: number) => Array.from({ length: count }, () => working({ quantity: units(1) }));
  expect([8, 9].map((n) => over({ maxWorkingTotal: 8 }, [], many(n)))).toEqual([undefined, 'C-11']);
});
