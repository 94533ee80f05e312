import { expect, test } from 'vitest';
import { onlyTightens } from '#core/order/tightening';
import type { OrderLeg, Trail } from '#domain/order';
import { units } from '#domain/quantity';
import { leg, working } from '../../support/core/risk.ts';
import { px } from '../../support/core/trigger-fixtures.ts';

type Terms = Partial<Pick<OrderLeg, 'type' | 'side' | 'quantity' | 'limit' | 'stop' | 'trail'>>;

/** Whether the exit `before` with the terms `after` acts no later and for no more: what a kill still allows. */
function tightens(before: Terms, after: Terms): boolean {
  const { limit: _l, ...order } = working({ side: 'SELL', quantity: units(100) });
  const { limit: _m, ...bare } = leg({ side: 'SELL', quantity: units(100) });
  return onlyTightens({ ...order, ...before }, { ...bare, ...before, ...after });
}

const amount = (value: number): Trail => ({ kind: 'amount', amount: px(value) });
const percent = (basisPoints: number): Trail => ({ kind: 'percent', basisPoints });

test('a stop comes nearer to the market or stays: up when it sells, down when it buys', () => {
  for (const [side, nearer, farther] of [
    ['SELL', 171, 169],
    ['BUY', 169, 171],
  ] as const) {
    const before = { side, type: 'STP', stop: px(170) } as const;
    expect([nearer, 170, farther].map((stop) => [side, tightens(before, { stop: px(stop) })])).toEqual([
      [side, true],
      [side, true],
      [side, false],
    ]);
  }
});

test('a target asks for no more: it comes down when it sells, goes up when it buys', () => {
  const selling = { type: 'LMT', limit: px(190) } as const;
  expect([189, 190, 191].map((limit) => tightens(selling, { limit: px(limit) }))).toEqual([true, true, false]);
  const buying = { side: 'BUY', type: 'LMT', limit: px(170) } as const;
  expect([169, 170, 171].map((limit) => tightens(buying, { limit: px(limit) }))).toEqual([false, true, true]);
});

test('a stop-limit keeps at least the room that it had to trade in beyond its stop', () => {
  const before = { type: 'STP LMT', stop: px(170), limit: px(169) } as const;
  expect(tightens(before, { stop: px(171), limit: px(170) })).toBe(true);
  expect(tightens(before, { stop: px(171), limit: px(169) })).toBe(true);
  expect(tightens(before, { stop: px(171), limit: px(170.01) })).toBe(false);
  expect(tightens(before, { stop: px(169), limit: px(160) })).toBe(false);
  const { limit: _none, ...bare } = before;
  expect(tightens(bare, { limit: px(169) })).toBe(false);
});

test('a trailing stop trails no further behind, in the measure that it has', () => {
  const byAmount = { type: 'TRAIL', trail: amount(2) } as const;
  expect([1.99, 2, 2.01].map((value) => tightens(byAmount, { trail: amount(value) }))).toEqual([true, true, false]);
  const byPercent = { type: 'TRAIL', trail: percent(150) } as const;
  expect([149, 150, 151].map((value) => tightens(byPercent, { trail: percent(value) }))).toEqual([true, true, false]);
  expect(tightens(byAmount, { trail: percent(1) })).toBe(false);
  expect(tightens(byPercent, { trail: amount(0.01) })).toBe(false);
});

test('an exit that grows, turns round or becomes another order does not tighten', () => {
  const stop = { type: 'STP', stop: px(170) } as const;
  expect([99, 100, 101].map((n) => tightens(stop, { quantity: units(n) }))).toEqual([true, true, false]);
  expect(tightens(stop, { side: 'BUY' })).toBe(false);
  expect(tightens(stop, { type: 'MKT' })).toBe(false);
  expect([100, 101].map((n) => tightens({ type: 'MKT' }, { quantity: units(n) }))).toEqual([true, false]);
});
