import { expect, test } from 'vitest';
import { isApproved } from '#core/risk/approved';
import type { RiskContext, RiskLimits } from '#core/risk/risk-context';
import { approve, judge } from '#core/risk/risk-engine';
import type { Contract } from '#domain/contract';
import type { AccountId, OrderKey, OrderRef } from '#domain/ids';
import { amountOf, trustedAmount } from '#domain/money';
import type { OrderIntent, OrderState } from '#domain/order';
import { trustedQuantity, units } from '#domain/quantity';
import { detailsOf, LIMITS, quoteOf, rulesOf } from '../../support/core/fixtures.ts';
import { context, exit, intent, leg, marketLeg, NOW, TRIGGER, working } from '../../support/core/risk.ts';
import { BAC, IBM, px } from '../../support/core/trigger-fixtures.ts';
import { trustedPrice } from '#domain/price';

/** The control that denies, or `approved`. */
function verdict(wish: OrderIntent = intent(), more: Partial<RiskContext> = {}): string {
  const judged = judge(wish, context(more));
  return judged.kind === 'approved' ? 'approved' : judged.control;
}

function text(wish: OrderIntent, more: Partial<RiskContext> = {}): string {
  return judge(wish, context(more)).text;
}

const limits = (more: Partial<RiskLimits>) => ({ rules: rulesOf(more) });
const OPTION: Contract = { ...IBM, secType: 'OPT', multiplier: 100, strike: px(180), right: 'C', expiry: '20131018' };
const FUTURE: Contract = { ...IBM, secType: 'FUT', multiplier: 1, expiry: '201312' };
const of = (quantity: number) => intent([leg({ quantity: units(quantity) })]);

test('a good order is approved with the figures that were measured', () => {
  expect(judge(intent(), context())).toEqual({
    kind: 'approved',
    text: 'quantity 100 of 1000 · notional 18 001 of 50 000 · position after 100 of 1000 · price within collar 0.00 % of 3 %',
  });
});

test.each([
  [99, 'approved'],
  [100, 'approved'],
  [100.0001, 'C-01'],
  [101, 'C-01'],
  [0, 'C-01'],
  [-1, 'C-01'],
  [Number.NaN, 'C-01'],
  [Number.POSITIVE_INFINITY, 'C-01'],
])('C-01: %f shares against a limit of 100: %s', (quantity, expected) => {
  expect(verdict(of(quantity), limits({ maxOrderShares: 100 }))).toBe(expected);
});

test('C-01 counts derivatives in contracts, looks at every leg and refuses fractions of the scale', () => {
  const contracts = (quantity: number) => intent([leg({ quantity: units(quantity) })], { contract: OPTION });
  const option = { details: detailsOf(OPTION), ...limits({ maxOrderContracts: 5, maxOrderNotional: 10_000_000 }) };
  expect([4, 5, 6].map((n) => verdict(contracts(n), option))).toEqual(['approved', 'approved', 'C-01']);
  const bracket = intent([leg(), leg({ ref: 'x' as OrderRef, leg: 'S', side: 'SELL', quantity: units(1_001) })]);
  expect(verdict(bracket)).toBe('C-01');
  expect(verdict(intent([leg({ quantity: trustedQuantity(0.5) })]))).toBe('C-01');
});

test.each([
  [277, 'approved'],
  [278, 'C-02'],
])('C-02: %i shares at the ask of 180.01 against 49 999: %s', (quantity, expected) => {
  expect(verdict(of(quantity), limits({ maxOrderNotional: 49_999 }))).toBe(expected);
});

test('C-02 at the limit exactly, and by the worst of limit, market and last', () => {
  const flat = { quote: quoteOf({ bid: 179.99, ask: 180, last: 180 }) };
  expect(verdict(of(100), { ...flat, ...limits({ maxOrderNotional: 18_000 }) })).toBe('approved');
  expect(verdict(of(100), { ...flat, ...limits({ maxOrderNotional: 17_999.999999 }) })).toBe('C-02');
  const gone = { quote: quoteOf({ bid: 179.99, ask: 180, last: 200 }) };
  expect(verdict(of(100), { ...gone, ...limits({ maxOrderNotional: 19_999 }) })).toBe('C-02');
});

test('C-02 with a limit that no float holds exactly in millionths', () => {
  const flat = { quote: quoteOf({ bid: 8.19, ask: 8.2, last: 8.2 }) };
  const one = (limit: number) => intent([leg({ quantity: units(1), limit: px(limit) })]);
  expect(verdict(one(8.2), { ...flat, ...limits({ maxOrderNotional: 8.2 }) })).toBe('approved');
  expect(verdict(one(8.21), { ...flat, ...limits({ maxOrderNotional: 8.2 }) })).toBe('C-02');
});

test('C-02 multiplies options by their multiplier', () => {
  const one = intent([leg({ quantity: units(1) })], { contract: OPTION });
  const known = { details: detailsOf(OPTION) };
  expect(verdict(one, { ...known, ...limits({ maxOrderNotional: 18_001 }) })).toBe('approved');
  expect(verdict(one, { ...known, ...limits({ maxOrderNotional: 18_000 }) })).toBe('C-02');
});

test('C-02: a market order without any price is refused, never worth nothing', () => {
  expect(verdict(intent([marketLeg()]), { quote: undefined })).toBe('C-02');
  expect(verdict(intent([marketLeg()]), { quote: quoteOf({}) })).toBe('C-02');
});

test('C-02: another currency than the account’s is refused for want of a rate', () => {
  expect(verdict(intent([leg()], { contract: { ...IBM, currency: 'EUR' } }))).toBe('C-02');
});

test.each([
  [185.4, 'approved'],
  [185.41, 'C-03'],
  [174.6, 'approved'],
  [174.59, 'C-03'],
])('C-03: a limit of %f against a middle of 180.00 and 3 %%: %s', (limit, expected) => {
  expect(verdict(intent([leg({ limit: px(limit) })]))).toBe(expected);
});

test('C-03 does not round the collar away: a tick beyond three percent is beyond', () => {
  const fine = { details: detailsOf(IBM, 0.0001), ...limits({ collarTicks: 100_000 }) };
  expect(verdict(intent([leg({ limit: px(185.4) })]), fine)).toBe('approved');
  expect(verdict(intent([leg({ limit: px(185.4001) })]), fine)).toBe('C-03');
});

test('C-03 in ticks: n−1, n, n+1, and half a tick beyond', () => {
  const rules = limits({ collarTicks: 20 });
  expect([180.19, 180.2, 180.21].map((limit) => verdict(intent([leg({ limit: px(limit) })]), rules))).toEqual([
    'approved',
    'approved',
    'C-03',
  ]);
  const half = { quote: quoteOf({ bid: 179.98, ask: 180.01, last: 180 }) };
  expect(verdict(intent([leg({ limit: px(180.2) })]), { ...half, ...rules })).toBe('C-03');
});

test('C-03: a one-sided market measures nothing', () => {
  expect(verdict(intent(), { quote: quoteOf({ bid: 179.99, last: 180 }) })).toBe('C-03');
  expect(verdict(intent(), { quote: quoteOf({ ask: 180.01, last: 180 }) })).toBe('C-03');
  expect(verdict(intent(), { quote: quoteOf({ last: 180 }) })).toBe('C-03');
});

test('C-03: a market order is measured by the price it would meet', () => {
  const wide = { quote: quoteOf({ bid: 160, ask: 200, last: 180 }) };
  expect(verdict(intent([marketLeg()]), wide)).toBe('C-03');
});

test('C-04: prices exist where the type needs them, are positive and lie on the tick', () => {
  expect(verdict(intent([leg({ limit: px(180.005) })]))).toBe('C-04');
  expect(verdict(intent([leg({ limit: px(0) })]))).toBe('C-04');
  expect(verdict(intent([leg({ limit: px(-1) })]))).toBe('C-04');
  expect(verdict(intent([leg({ limit: trustedPrice(Number.NaN) })]))).toBe('C-04');
  expect(verdict(intent([leg({ limit: trustedPrice(Number.POSITIVE_INFINITY) })]))).toBe('C-04');
  expect(verdict(intent([marketLeg({ limit: px(180) })]))).toBe('C-04');
  expect(verdict(intent([marketLeg({ type: 'LMT' })]))).toBe('C-04');
  expect(verdict(intent([leg({ type: 'STP LMT' })]))).toBe('C-04');
  expect(verdict(intent([marketLeg({ type: 'STP' })]))).toBe('C-04');
  expect(verdict(intent(), { details: undefined })).toBe('C-04');
  expect(verdict(intent(), { details: detailsOf(IBM, 0) })).toBe('C-04');
  expect(verdict(intent([leg(), leg({ ref: 'x' as OrderRef, leg: 'T', side: 'SELL', limit: px(181.001) })]))).toBe('C-04');
});

test('C-04: futures may trade below zero, stocks may not', () => {
  const below = { quote: quoteOf({ bid: -37.64, ask: -37.62, last: -37.63 }) };
  const wish = (contract: Contract) => intent([leg({ limit: px(-37.63), quantity: units(1) })], { contract });
  expect(verdict(wish(FUTURE), { ...below, details: detailsOf(FUTURE) })).toBe('approved');
  expect(verdict(wish(IBM), below)).toBe('C-04');
});

test('C-05: a faulty quote denies with its own sentence', () => {
  expect(verdict(intent(), { quoteRefusal: 'The quote is crossed.' })).toBe('C-05');
  expect(text(intent(), { quoteRefusal: 'The quote is crossed.' })).toBe('IBM: The quote is crossed.');
});

const send = (at: number, contract = BAC, price = 13) => ({
  at,
  account: context().accounts[0] as AccountId,
  conId: contract.conId,
  side: 'BUY' as const,
  quantity: units(100),
  type: 'LMT' as const,
  price: px(price),
});

test('C-08: new orders per second, for the contract and in all', () => {
  const many = (count: number, contract = BAC) => Array.from({ length: count }, (_, i) => send(NOW - i, contract, i + 1));
  expect([9, 10, 11].map((n) => verdict(intent(), { recent: many(n) }))).toEqual(['approved', 'C-08', 'C-08']);
  expect([1, 2, 3].map((n) => verdict(intent(), { recent: many(n, IBM) }))).toEqual(['approved', 'C-08', 'C-08']);
  expect(verdict(intent(), { recent: [send(NOW - 1_000, IBM, 1), send(NOW - 1_000, IBM, 2)] })).toBe('approved');
  expect(verdict(intent(), { recent: [send(NOW - 999, IBM, 1), send(NOW - 999, IBM, 2)] })).toBe('C-08');
});

test('C-09: firings of one trigger within ten minutes', () => {
  const fires = (...ages: number[]) => ({ triggerFires: { id: TRIGGER, recent: ages.map((age) => NOW - age) } });
  expect(verdict(intent(), fires(1, 2))).toBe('approved');
  expect(verdict(intent(), fires(1, 2, 3))).toBe('C-09');
  expect(verdict(intent(), fires(1, 2, 600_000))).toBe('approved');
  expect(verdict(intent(), fires(1, 2, 599_999))).toBe('C-09');
});

test('C-10: a reference serves once, the same order not twice within the window, a trigger not beside its own working order', () => {
  expect(verdict(intent(), { refUsed: () => true })).toBe('C-10');
  const twin = (at: number) => ({ recent: [send(at, IBM, 180)] });
  expect(verdict(intent(), twin(NOW - 9_999))).toBe('C-10');
  expect(verdict(intent(), twin(NOW - 10_000))).toBe('approved');
  expect(verdict(of(101), twin(NOW - 5_000))).toBe('approved');
  expect(verdict(intent([leg({ side: 'SELL' })]), twin(NOW - 5_000))).toBe('approved');
  expect(verdict(intent(), { working: [working({ triggerId: TRIGGER, leg: 'E', side: 'SELL' })] })).toBe('C-10');
  expect(verdict(intent(), { working: [working({ triggerId: TRIGGER, leg: 'S', side: 'SELL' })] })).toBe('approved');
});

test('C-10: any leg whose reference was used denies the bracket', () => {
  const bracket = intent([leg(), leg({ ref: 'used' as OrderRef, leg: 'S', side: 'SELL' })]);
  expect(verdict(bracket, { refUsed: (ref) => ref === ('used' as OrderRef) })).toBe('C-10');
});

test('C-11: working orders a side and in all; a bracket counts on both sides', () => {
  const there = (count: number, side: 'BUY' | 'SELL' = 'BUY', contract = IBM) =>
    Array.from({ length: count }, () => working({ side, quantity: units(1) }, contract));
  const rules = limits({ maxWorkingPerSide: 5, maxWorkingTotal: 8 });
  expect([4, 5].map((n) => verdict(intent(), { working: there(n), ...rules }))).toEqual(['approved', 'C-11']);
  expect([7, 8].map((n) => verdict(intent(), { working: there(n, 'BUY', BAC), ...rules }))).toEqual(['approved', 'C-11']);
  const bracket = intent([
    leg(),
    leg({ ref: 't' as OrderRef, leg: 'T', side: 'SELL' }),
    marketLeg({ ref: 's' as OrderRef, leg: 'S', side: 'SELL', type: 'STP', stop: px(179) }),
  ]);
  expect([3, 4].map((n) => verdict(bracket, { working: there(n, 'SELL'), ...rules }))).toEqual(['approved', 'C-11']);
});

test('C-12: position plus everything that works on the side, n−1, n, n+1', () => {
  const rules = limits({ maxPositionShares: 300 });
  const at = (position: number, open: number) => ({ position: units(position), working: [working({ quantity: units(open) })], ...rules });
  expect([99, 100, 101].map((open) => verdict(intent(), at(100, open)))).toEqual(['approved', 'approved', 'C-12']);
  expect(verdict(intent([leg({ side: 'SELL' })]), { position: units(-200), ...rules })).toBe('approved');
  expect(verdict(intent([leg({ side: 'SELL' })]), { position: units(-201), ...rules })).toBe('C-12');
});

test.each(['SUBMITTED', 'UNKNOWN', 'ACCEPTED', 'HELD', 'PARTIALLY_FILLED', 'PENDING_CANCEL', 'INACTIVE', 'QUEUED'] as const)(
  'C-12 counts a %s order for what it may still fill',
  (state: OrderState) => {
    const order = working({ state, quantity: units(250), filled: units(49) });
    expect(verdict(intent(), { working: [order], ...limits({ maxPositionShares: 300 }) })).toBe('C-12');
    const less = working({ state, quantity: units(250), filled: units(50) });
    expect(verdict(intent(), { working: [less], ...limits({ maxPositionShares: 300 }) })).toBe('approved');
  },
);

test('C-12: target and stop of one bracket cancel each other, those of two do not', () => {
  const exitOf = (parent: string) => working({ side: 'SELL', parentKey: parent as OrderKey });
  const rules = limits({ maxPositionShares: 200 });
  const sell = intent([leg({ side: 'SELL' })]);
  expect(verdict(sell, { working: [exitOf('a'), exitOf('a')], ...rules })).toBe('approved');
  expect(verdict(sell, { working: [exitOf('a'), exitOf('b')], ...rules })).toBe('C-12');
});

test('C-13: the day’s loss at n−1, n, n+1; unknown is not zero', () => {
  const loss = (amount: number) => ({ dailyPnl: amountOf(-amount) });
  expect([2_499.999999, 2_500, 2_500.000001].map((n) => verdict(intent(), loss(n)))).toEqual(['approved', 'C-13', 'C-13']);
  expect(verdict(intent(), { dailyPnl: undefined })).toBe('C-13');
  expect(verdict(intent(), { dailyPnl: trustedAmount(Number.NaN) })).toBe('C-13');
});

test('C-13: a figure of the day that is out of date while something is held counts as unknown', () => {
  const ages = [undefined, 59_999, 60_000, 60_001, Number.NaN].map((dailyPnlAgeMs) => verdict(intent(), { dailyPnlAgeMs }));
  expect(ages).toEqual(['approved', 'approved', 'approved', 'C-13', 'C-13']);
  expect(verdict(exit(), { position: units(100), dailyPnlAgeMs: 1e9 })).toBe('approved');
});

test('C-27: beyond a lowered limit nothing takes on risk, in whatever contract, and what reduces leaves', () => {
  const overLimit = '150 BAC are held or on the way, above the limit of 100 (C-12).';
  expect(verdict(intent(), { overLimit })).toBe('C-27');
  expect(text(intent(), { overLimit })).toContain('150 BAC are held');
  expect(verdict(exit(), { overLimit, position: units(100) })).toBe('approved');
});

test('C-18 and C-19: a foreign account, a type and a time in force off the list', () => {
  expect(verdict(intent([leg()], { account: 'DU9999999' as AccountId }))).toBe('C-18');
  expect(verdict(intent(), { accounts: [] })).toBe('C-18');
  expect(verdict(intent(), { rules: { ...rulesOf(), orderTypes: ['MKT'] } })).toBe('C-19');
  expect(verdict(intent(), { rules: { ...rulesOf(), timesInForce: ['GTC'] } })).toBe('C-19');
  expect(verdict(intent([leg({ tif: '' as never })]))).toBe('C-19');
  expect(verdict(intent([leg({ type: 'MOC' as never })]))).toBe('C-19');
});

test.each(Object.keys(LIMITS) as readonly (keyof RiskLimits)[])(
  'a %s that is missing, zero, negative, NaN or infinite denies (C-34)',
  (name) => {
    for (const value of [undefined, 0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      const rules = { ...rulesOf(), limits: { ...LIMITS, [name]: value } };
      expect([value, verdict(intent(), { rules })]).toEqual([value, 'C-34']);
    }
    expect(verdict(exit(), { position: units(100), rules: { ...rulesOf(), limits: { ...LIMITS, [name]: Number.NaN } } })).toBe('approved');
  },
);

test('every denial names its control, the figure and the limit', () => {
  const cases: readonly (readonly [string, RegExp, OrderIntent, Partial<RiskContext>])[] = [
    ['C-01', /Quantity 1001 .* limit of 1000 shares/, of(1_001), {}],
    ['C-02', /worth 36 002 USD.* limit of 20 000/, of(200), limits({ maxOrderNotional: 20_000 })],
    ['C-03', /Price 190\.00 is 5\.56 % away .* 180\.00.* 3 %/, intent([leg({ limit: px(190) })]), {}],
    ['C-04', /180\.005 is not a multiple of the tick 0\.01/, intent([leg({ limit: px(180.005) })]), {}],
    ['C-08', /2 orders for IBM .* limit is 2/, intent(), { recent: [send(NOW, IBM, 1), send(NOW, IBM, 2)] }],
    ['C-09', /fired 3 times .* limit is 3/, intent(), { triggerFires: { id: TRIGGER, recent: [NOW, NOW, NOW] } }],
    ['C-10', /same order went out 5\.0 s ago; within 10 s/, intent(), { recent: [send(NOW - 5_000, IBM, 180)] }],
    [
      'C-11',
      /15 BUY orders for IBM .* limit is 15/,
      intent(),
      { working: Array.from({ length: 15 }, () => working({ quantity: units(1) })) },
    ],
    ['C-12', /position would be 1050 shares, above the limit of 1000/, intent(), { position: units(950) }],
    ['C-13', /loss of 2500\.00 reached the limit of 2500/, intent(), { dailyPnl: amountOf(-2_500) }],
  ];
  for (const [control, pattern, wish, more] of cases) {
    const judged = judge(wish, context(more));
    expect(judged).toMatchObject({ kind: 'denied', control });
    expect(judged.text).toMatch(pattern);
  }
});

test('a reducing order passes every limit, but never closes more than is held and free', () => {
  const strict = limits({
    maxOrderShares: 1,
    maxOrderNotional: 1,
    maxPositionShares: 1,
    maxWorkingTotal: 1,
    ordersPerSecond: 1,
    maxDailyLoss: 1,
  });
  const all = { ...strict, position: units(100), dailyPnl: undefined, quote: undefined, quoteRefusal: 'stale', recent: [send(NOW)] };
  expect([99, 100, 101].map((n) => verdict(exit(n), all))).toEqual(['approved', 'approved', 'REDUCE']);
  expect(verdict(exit(100, 'BUY'), { position: units(-100) })).toBe('approved');
  expect(verdict(exit(100, 'BUY'), { position: units(100) })).toBe('REDUCE');
  expect(verdict(exit(100), { position: units(0) })).toBe('REDUCE');
  expect(verdict(exit(-100), { position: units(100) })).toBe('REDUCE');
  expect(verdict(exit(Number.NaN), { position: units(100) })).toBe('REDUCE');
  const covered = { position: units(100), working: [working({ side: 'SELL', quantity: units(60), state: 'PENDING_CANCEL' })] };
  expect([40, 41].map((n) => verdict(exit(n), covered))).toEqual(['approved', 'REDUCE']);
  expect(verdict({ ...exit(), legs: [exit().legs[0], leg()] }, { position: units(100) })).toBe('REDUCE');
  expect(verdict(exit(), { position: units(100), refUsed: () => true })).toBe('C-10');
});

test('an Approved is made by risk alone, deeply frozen, and a copy of it is none', () => {
  const wish = intent();
  const made = approve(wish, context(), 7);
  if (!('verdict' in made)) throw new Error(made.text);
  expect(isApproved(made)).toBe(true);
  expect(made).toMatchObject({ seq: 7, approvedAt: NOW, value: wish });
  for (const part of [made, made.value, made.value.contract, made.value.legs, made.value.legs[0]]) expect(Object.isFrozen(part)).toBe(true);
  expect(() => {
    (made.value.legs[0] as { quantity: number }).quantity = 1;
  }).toThrow(TypeError);
  for (const forged of [
    { ...made },
    Object.create(made) as object,
    structuredClone({ value: made.value, seq: made.seq }),
    JSON.parse(JSON.stringify(made)) as object,
    new Proxy(made, {}),
    { value: wish, seq: 7, verdict: 'fine', approvedAt: NOW },
    null,
    undefined,
    'approved',
  ])
    expect(isApproved(forged)).toBe(false);
});

test('what was approved does not follow later changes of the intent', () => {
  const wish = intent([{ ...leg() }]);
  const made = approve(wish, context(), 7);
  (wish.legs[0] as { quantity: number }).quantity = units(100_000);
  expect('verdict' in made && made.value.legs[0].quantity).toBe(units(100));
});
