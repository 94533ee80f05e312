import { expect, test } from 'vitest';
import { awakeOf, comingOf, entryOf, takesOf, waitsForEntry } from '#core/order/brackets';
import { restOfGroups } from '#core/order/oca-group';
import { OrderIndex } from '#core/order/order-index';
import { coverageWith, protects, stopsProtecting } from '#core/order/stop-coverage';
import type { AccountId, OrderKey, OrderRef, PermId } from '#domain/ids';
import type { Order, OrderState } from '#domain/order';
import { units } from '#domain/quantity';
import { DU } from '../../support/core/fixtures.ts';
import { NOW, working } from '../../support/core/risk.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

function own(leg: 'E' | 'T' | 'S', more: Partial<Order>): Order {
  const ref = `TD1-T0000001-1-1-${leg}`;
  const side = leg === 'E' ? 'BUY' : 'SELL';
  const type = leg === 'S' ? 'STP' : 'LMT';
  return working({ key: ref as OrderKey, ref: ref as OrderRef, leg, side, type, origin: 'trigger', sentAt: NOW, ...more });
}

/** A bracket of 100: what the entry has filled, what target and stop have closed of it. */
function bracket(filled: number, closed: { T?: number; S?: number } = {}, entry: Partial<Order> = {}) {
  const index = new OrderIndex();
  const state: OrderState = filled === 0 ? 'ACCEPTED' : filled === 100 ? 'FILLED' : 'PARTIALLY_FILLED';
  const orders = {
    entry: own('E', { state, filled: units(filled), ...entry }),
    target: own('T', { filled: units(closed.T ?? 0) }),
    stop: own('S', { filled: units(closed.S ?? 0) }),
  };
  for (const order of Object.values(orders)) index.note(order);
  return { index, ...orders };
}

test('what the exits of an entry take is what it has opened and neither of them has closed', () => {
  for (const [filled, closed, takes] of [
    [0, {}, 0],
    [1, {}, 1],
    [60, {}, 60],
    [60, { T: 20 }, 40],
    [60, { S: 20 }, 40],
    [60, { T: 20, S: 10 }, 30],
    [100, {}, 100],
    [100, { T: 30 }, 100],
  ] as const) {
    const { index, stop } = bracket(filled, closed);
    const own = 'S' in closed ? closed.S : 0;
    expect([filled, closed, takesOf(index, stop)]).toEqual([filled, closed, units(Math.min(takes, 100 - own))]);
  }
});

test('the stop of an entry without a fill waits for it and covers nothing; from the first fill on it takes its part', () => {
  const waits = (filled: number, entry: Partial<Order> = {}) => {
    const { index, stop } = bracket(filled, {}, entry);
    return [waitsForEntry(index, stop), protects(index, stop), comingOf(index, stop)];
  };
  expect(waits(0)).toEqual([true, units(0), units(100)]);
  expect(waits(1)).toEqual([false, units(1), units(99)]);
  expect(waits(100)).toEqual([false, units(100), units(0)]);
  for (const state of ['QUEUED', 'INTENT', 'SUBMITTED', 'UNKNOWN', 'PENDING_CANCEL'] as const)
    expect([state, waits(0, { state })]).toEqual([state, [true, units(0), units(100)]]);
});

test('of an entry that an earlier run sent the fills of earlier days are not known: its stop counts for all that it is', () => {
  const { sentAt: _none, ...restored } = own('E', { permId: 7 as PermId });
  const index = new OrderIndex();
  const stop = own('S', {});
  for (const order of [restored, stop]) index.note(order);
  expect([waitsForEntry(index, stop), takesOf(index, stop)]).toEqual([false, units(100)]);
  expect(waitsForEntry(index, { ...stop, whyHeld: 'child,trigger' })).toBe(true);
});

test('an order on the side of the entry is no exit of it, whatever its reference says', () => {
  const { index, stop } = bracket(0);
  expect(entryOf(index, stop)?.leg).toBe('E');
  expect(entryOf(index, { ...stop, side: 'BUY' })).toBeUndefined();
});

test('after a restart target and stop are one group by their references alone', () => {
  const { target, stop } = bracket(100);
  expect(restOfGroups([target, { ...stop, quantity: units(60) }])).toBe(units(100));
  expect(restOfGroups([{ ...target, quantity: units(60) }, stop])).toBe(units(100));
  expect(restOfGroups([target, working({ side: 'SELL' })])).toBe(units(200));
});

test('until IB has answered a change an order may take the larger of its old and its new quantity, and protects the smaller', () => {
  const index = new OrderIndex();
  const at = (quantity: number) => {
    const order = working({ side: 'SELL', type: 'STP', state: 'PENDING_REPLACE', filled: units(10) });
    return { ...order, change: { quantity: units(quantity), from: 'ACCEPTED' as const, at: NOW } };
  };
  expect([60, 140].map((n) => takesOf(index, at(n)))).toEqual([units(90), units(130)]);
  expect([60, 140].map((n) => protects(index, at(n)))).toEqual([units(50), units(90)]);
});

test('a position is covered by its own stops, on its side, in its account and contract, and by no more than it is', () => {
  const index = new OrderIndex();
  const held = (quantity: number) => ({ account: DU, contract: IBM, quantity: units(quantity) });
  const stop = (more: Partial<Order> = {}) => working({ side: 'SELL', type: 'STP', stop: px(170), ...more });
  const cover = (orders: readonly Order[], quantity = 100) => stopsProtecting(index, orders, held(quantity));
  expect(cover([stop({ quantity: units(60) })])).toBe(units(60));
  expect(cover([stop({ quantity: units(60) }), stop({ quantity: units(30) })])).toBe(units(90));
  expect(cover([stop({ quantity: units(60) }), stop({ quantity: units(60) })])).toBe(units(100));
  expect(cover([stop({ account: 'DU7654321' as AccountId })])).toBe(units(0));
  expect(cover([stop()], -100)).toBe(units(0));
  expect(cover([stop({ side: 'BUY' })], -100)).toBe(units(100));
  expect(cover([stop({ type: 'LMT' })])).toBe(units(0));
  for (const state of ['SUBMITTED', 'UNKNOWN', 'PENDING_CANCEL', 'INACTIVE', 'QUEUED'] as const)
    expect([state, cover([stop({ state })])]).toEqual([state, units(0)]);
});

test('what a change would cover is measured with the new quantity in place of the old, and nothing under way', () => {
  const index = new OrderIndex();
  const stop = working({ side: 'SELL', type: 'STP' });
  const other = working({ side: 'SELL', type: 'STP', quantity: units(20) });
  const held = { account: DU, contract: IBM, quantity: units(200) };
  expect(coverageWith(index, [stop, other], held, stop, units(50))).toEqual({ before: units(120), after: units(70) });
});

test('an exit of an entry that ended without a fill has nothing to take; without a known entry nothing bounds it', () => {
  const { index, stop } = bracket(0, {}, { state: 'CANCELLED' });
  expect(awakeOf(index, stop)).toBe(units(0));
  expect(awakeOf(index, working({ side: 'SELL', type: 'STP' }))).toBeUndefined();
});
