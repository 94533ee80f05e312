import { expect, test } from 'vitest';
import { cancelOrders } from '#core/execution/cancel';
import { modifyOrder } from '#core/execution/modify';
import { stopsProtecting } from '#core/order/stop-coverage';
import { unprotectedOf } from '#core/protection/exits';
import { protectPosition } from '#core/protection/place-stop';
import type { AccountId, OrderRef } from '#domain/ids';
import type { Order, OrderState } from '#domain/order';
import type { Position } from '#domain/position';
import { type Quantity, units } from '#domain/quantity';
import { ORDER_STATES } from '#core/order/order-life';
import { acknowledged, confirmed, executedByHand, heldBare } from '../../support/core/bracket.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU } from '../../support/core/fixtures.ts';
import { working } from '../../support/core/risk.ts';
import { BAC, IBM, px } from '../../support/core/trigger-fixtures.ts';

const INDEX = new CoreDesk().deskState.index;

function stopOf(shares: number, more: Partial<Order> = {}): Order {
  return working({ side: 'SELL', type: 'STP', stop: px(179), quantity: units(shares), ...more });
}

/** Of so many shares of IBM (short: below zero), what these orders cover. */
function covered(shares: number, ...orders: readonly Order[]): Quantity {
  return stopsProtecting(INDEX, orders, { account: DU, contract: IBM, quantity: units(shares) });
}

test('only a stop that IB has confirmed protects: not one that waits, has only left, is lost out of sight or is being cancelled', () => {
  const protecting = ORDER_STATES.filter((state) => covered(100, stopOf(100, { state })) > 0);
  expect(protecting.toSorted()).toEqual(['ACCEPTED', 'HELD', 'PARTIALLY_FILLED', 'PENDING_REPLACE'] satisfies OrderState[]);
});

test('a stop whose quantity is being changed protects the smaller of both until IB has said which', () => {
  const changing = (from: number, to: number): Quantity =>
    covered(200, stopOf(from, { state: 'PENDING_REPLACE', change: { quantity: units(to), from: 'ACCEPTED', at: 0 } }));
  expect([changing(100, 150), changing(100, 60)]).toEqual([units(100), units(60)]);
});

test('stops of one OCA group cover the largest of them, stops without one or of two groups what they are together', () => {
  const one = { ocaGroup: 'A' };
  expect([
    covered(100, stopOf(60, one), stopOf(60, one)),
    covered(100, stopOf(60, one), stopOf(30, one), stopOf(20, { ocaGroup: 'B' })),
    covered(100, stopOf(30), stopOf(40)),
    covered(100, stopOf(60), stopOf(60)),
  ]).toEqual([units(60), units(80), units(70), units(100)]);
});

test('a stop covers what it has not filled yet, of its own account, contract and side', () => {
  expect([
    covered(100, stopOf(100, { state: 'PARTIALLY_FILLED', filled: units(40) })),
    covered(100, stopOf(100, { account: 'DU7654321' as AccountId })),
    covered(100, stopOf(100, { contract: BAC })),
    covered(100, stopOf(100, { side: 'BUY' })),
    covered(-100, stopOf(100, { side: 'BUY' })),
    covered(-100, stopOf(100)),
    covered(0, stopOf(100)),
    covered(100, stopOf(100, { type: 'LMT' })),
  ]).toEqual([60, 0, 0, 0, 100, 0, 0, 0].map(units));
});

function held(desk: CoreDesk): Position {
  return desk.stores.positions.get(`${DU}:${IBM.conId}`) ?? expect.fail('nothing is held');
}

/** 100 IBM long, and a stop for them that has just been sent. */
function stopSent(): { readonly desk: CoreDesk; readonly stop: OrderRef } {
  const desk = heldBare();
  expect(protectPosition(desk.deskState, DU, IBM.conId, px(179), 'the test').ok).toBe(true);
  return { desk, stop: desk.broker.frames.at(-1)?.ref ?? expect.fail('no stop left') };
}

test('a position counts as protected when IB has taken the stop, not when it left; a cancel takes the word back at once', () => {
  const { desk, stop } = stopSent();
  const bare = (): Quantity => unprotectedOf(desk.deskState, held(desk));
  expect(bare()).toBe(units(100));
  acknowledged(desk, stop, 'PreSubmitted');
  expect(bare()).toBe(units(0));
  cancelOrders(desk.deskState, [desk.order(stop)], 'the test');
  expect([desk.order(stop).state, bare()]).toEqual(['PENDING_CANCEL', units(100)]);
});

test('a stop that is made larger covers the new shares only when IB lists it so', () => {
  const { desk, stop } = stopSent();
  acknowledged(desk, stop, 'PreSubmitted');
  executedByHand(desk, 'BUY', 50, { execId: '0009.1.01', orderId: -1, permId: 7_001 });
  confirmed(desk, 150);
  const bare = (): Quantity => unprotectedOf(desk.deskState, held(desk));
  const order = desk.order(stop);
  expect(modifyOrder(desk.deskState, order.key, order.updatedAt, { quantity: units(150) }, 'the test').ok).toBe(true);
  expect([desk.order(stop).state, bare()]).toEqual(['PENDING_REPLACE', units(50)]);
  acknowledged(desk, stop, 'PreSubmitted', { quantity: units(150) });
  expect([desk.order(stop).state, bare()]).toEqual(['ACCEPTED', units(0)]);
});
