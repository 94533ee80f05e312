import { expect, test } from 'vitest';
import { ListEnds } from '#tws/order/list-ends';

test('an end marker is that of the oldest request that waits, and the own orders of client 0 take their turn', () => {
  const ends = new ListEnds();
  ends.asked('open-orders', 1, 3);
  ends.askedOwnOrders();
  ends.asked('open-orders', 2, 3);
  expect(ends.ended('open-orders', 3)).toEqual({ kind: 'end', of: 'open-orders', request: 1, epoch: 3 });
  expect(ends.ended('open-orders', 3)).toBe('own-orders');
  expect(ends.ended('open-orders', 3)).toMatchObject({ request: 2 });
  expect(ends.ended('open-orders', 3)).toBeUndefined();
});

test('the end of a list of an earlier epoch says nothing, and takes its turn', () => {
  const ends = new ListEnds();
  ends.asked('positions', 1, 3);
  ends.asked('positions', 2, 4);
  expect(ends.ended('positions', 4)).toBeUndefined();
  expect(ends.ended('positions', 4)).toMatchObject({ request: 2, epoch: 4 });
});

test('executions end once both connections have answered', () => {
  const ends = new ListEnds();
  ends.askedExecutions(1, 3, [10, 11]);
  expect(ends.executionsEnded(11, 3)).toBeUndefined();
  expect(ends.executionsEnded(10, 3)).toEqual({ kind: 'end', of: 'executions', request: 1, epoch: 3 });
  expect(ends.executionsEnded(10, 3)).toBeUndefined();
});

test('what a lost connection would have answered is not waited for', () => {
  const ends = new ListEnds();
  ends.asked('open-orders', 1, 3);
  ends.askedExecutions(1, 3, [10]);
  ends.lost();
  ends.executionsLost();
  expect(ends.awaitsOpenOrders).toBe(false);
  expect(ends.executionsEnded(10, 3)).toBeUndefined();
  ends.asked('open-orders', 2, 3);
  expect(ends.ended('open-orders', 3)).toMatchObject({ request: 2 });
});
