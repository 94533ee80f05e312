import { expect, test } from 'vitest';
import { splitForCancel } from '#core/order/cancel-split';
import { OrderIndex } from '#core/order/order-index';
import { type OrderKey, orderKeyOf, type OrderRef } from '#domain/ids';
import type { Order } from '#domain/order';
import { units } from '#domain/quantity';
import { DU } from '../../support/core/fixtures.ts';
import { IBM, BAC, px } from '../../support/core/trigger-fixtures.ts';

let made = 0;

/** A stop for 100 IBM by hand, confirmed, in a group of its own. */
function order(more: Partial<Order> = {}): Order {
  made += 1;
  const ref = `TD1-S00000${String(made).padStart(2, '0')}-1-1-${more.leg ?? 'S'}` as OrderRef;
  return {
    key: orderKeyOf(ref),
    ref,
    leg: 'S',
    account: DU,
    contract: IBM,
    side: 'SELL',
    type: 'STP',
    tif: 'GTC',
    quantity: units(100),
    stop: px(170),
    outsideRth: true,
    state: 'ACCEPTED',
    filled: units(0),
    origin: 'operator',
    createdAt: made,
    updatedAt: made,
    ...more,
  };
}

function split(
  orders: readonly Order[],
  held: number | undefined,
): { readonly entries: readonly OrderKey[]; readonly protective: readonly OrderKey[] } {
  const index = new OrderIndex();
  for (const one of orders) index.note(one);
  const positions = held === undefined ? undefined : [{ account: DU, contract: IBM, quantity: units(held) }];
  const { entries, protective } = splitForCancel(orders, positions, index);
  expect([...entries, ...protective].map(keyOf).toSorted()).toEqual(orders.map(keyOf).toSorted());
  return { entries: entries.map(keyOf), protective: protective.map(keyOf) };
}

function keyOf({ key }: Order): OrderKey {
  return key;
}

test('what fits the position protects it; the group that finds no room any more goes', () => {
  const [first, second, third] = [order({ quantity: units(60) }), order({ quantity: units(40) }), order({ quantity: units(40) })];
  expect(split([first, second, third], 100)).toEqual({ entries: [third.key], protective: [first.key, second.key] });
});

test('orders of one group count once, and stops come before targets', () => {
  const target = order({ leg: 'T', type: 'LMT', limit: px(190), ocaGroup: 'one' });
  const stop = order({ ocaGroup: 'one' });
  const bare = order({ leg: 'T', type: 'LMT', limit: px(195), createdAt: 0 });
  expect(split([bare, target, stop], 100)).toEqual({ entries: [bare.key], protective: [target.key, stop.key] });
});

test('a stop that is too large for what is left stays, because it can be made smaller', () => {
  const stop = order({ quantity: units(100) });
  expect(split([stop], 60)).toEqual({ entries: [], protective: [stop.key] });
});

test('a target that is larger than the stop of its group takes no room from the stop of another', () => {
  const target = order({ leg: 'T', type: 'LMT', limit: px(190), ocaGroup: 'small', quantity: units(100) });
  const small = order({ ocaGroup: 'small', quantity: units(20) });
  const large = order({ quantity: units(80) });
  expect(split([target, small, large], 100)).toEqual({ entries: [target.key], protective: [small.key, large.key] });
  expect(split([target, small], 100)).toEqual({ entries: [], protective: [target.key, small.key] });
});

test('exits of nothing, of the other side, of another contract or account protect nothing', () => {
  const stop = order();
  expect(split([stop], 0).protective).toEqual([]);
  expect(split([stop], -100).protective).toEqual([]);
  expect(split([order({ contract: BAC }), order({ account: 'DU7' as never })], 100).protective).toEqual([]);
});

test('the exits of an entry without a fill go with it; those of its filled part stay', () => {
  for (const filled of [0, 40]) {
    made += 1;
    const name = `TD1-B00000${String(made).padStart(2, '0')}-1-1`;
    const [key, ref] = [orderKeyOf(`${name}-E` as OrderRef), `${name}-E` as OrderRef];
    const state = filled === 0 ? 'ACCEPTED' : 'PARTIALLY_FILLED';
    const entry = order({ key, ref, leg: 'E', side: 'BUY', type: 'LMT', state, filled: units(filled), sentAt: 1 });
    const stop = order({ key: orderKeyOf(`${name}-S` as OrderRef), ref: `${name}-S` as OrderRef, parentKey: key });
    expect(split([entry, stop], filled)).toEqual(
      filled === 0 ? { entries: [entry.key, stop.key], protective: [] } : { entries: [entry.key], protective: [stop.key] },
    );
  }
});

test('what is on its way out, waits for a person, or closes the position is no protection', () => {
  const orders = [order({ state: 'PENDING_CANCEL' }), order({ state: 'INACTIVE' }), order({ leg: 'F', type: 'MKT' })];
  expect(split(orders, 300).protective).toEqual([]);
});

test('an entry against the position is no exit, however it looks', () => {
  expect(split([order({ leg: 'E', type: 'LMT', limit: px(190) })], 100).protective).toEqual([]);
});

test('while the book is not compared no exit is taken for one that protects nothing', () => {
  const [stop, entry] = [order(), order({ leg: 'E', side: 'BUY', type: 'LMT' })];
  expect(split([stop, entry], undefined)).toEqual({ entries: [entry.key], protective: [stop.key] });
});

test('a stop that a person placed protects as well, and a confirmed one comes before one that only may be there', () => {
  const lost = order({ state: 'UNKNOWN', createdAt: 0 });
  const { leg: _none, ref: _ref, ...byHand } = order({ origin: 'manual' });
  expect(split([lost, byHand], 100)).toEqual({ entries: [lost.key], protective: [byHand.key] });
});
