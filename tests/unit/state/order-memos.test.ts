import { expect, test } from 'vitest';
import { OrderMemos } from '#core/state/order-memos';
import type { OrderKey } from '#domain/ids';
import type { Order } from '#domain/order';

const A = 'a' as OrderKey;
const B = 'b' as OrderKey;
const HOUR = 3_600_000;

test('an order has one memo; orders that have a field are told in the order in which it was noted', () => {
  const memos = new OrderMemos();
  memos.note(B, 'refusal', 'no');
  memos.note(A, 'refusal', 'never');
  memos.note(B, 'since', 5);
  expect([memos.of(B), memos.having('refusal'), memos.having('since')]).toEqual([{ refusal: 'no', since: 5 }, [B, A], [B]]);
  for (const key of memos.having('refusal')) memos.drop(key, 'refusal');
  expect([memos.of(B), memos.having('refusal'), memos.counts()]).toEqual([{ since: 5 }, [], { orders: 2, refusal: 0, since: 1 }]);
});

test('a memo ends a day after its order has, and not before; one of an order that works never does', () => {
  const memos = new OrderMemos();
  const orders = new Map([
    [A, { state: 'CANCELLED', updatedAt: 1_000 * HOUR } as Order],
    [B, { state: 'UNKNOWN', updatedAt: 0 } as Order],
  ]);
  for (const key of [A, B]) memos.note(key, 'since', 1);
  const orderOf = (key: OrderKey): Order | undefined => orders.get(key);
  memos.sweep(1_023 * HOUR, orderOf);
  expect(memos.having('since')).toEqual([A, B]);
  memos.sweep(1_024 * HOUR, orderOf);
  expect([memos.having('since'), memos.of(A), memos.of(B)]).toEqual([[B], {}, { since: 1 }]);
});

test('a memo of an order that never came into the book goes with the first look', () => {
  const memos = new OrderMemos();
  memos.note(A, 'goodTill', 1);
  memos.sweep(HOUR, () => undefined);
  expect(memos.counts()).toEqual({ orders: 0, goodTill: 0 });
});
