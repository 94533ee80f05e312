import { expect, test } from 'vitest';
import type { OrderRef } from '#domain/ids';
import { units } from '#domain/quantity';
import { CoreDesk } from '../support/core/desk.ts';
import { BRACKET } from '../support/core/bracket.ts';

/** Fired with so many of its three legs on the wire, then the connection is lost and back. */
function cutAfter(legs: number) {
  const desk = new CoreDesk();
  const id = desk.waiting(BRACKET);
  desk.broker.legsThatLeave = legs;
  desk.quote(180.02);
  const refs = (['E', 'T', 'S'] as const).map((leg) => desk.ref(id, leg));
  desk.disconnect();
  desk.wait(1_500);
  desk.connect();
  return { desk, id, refs };
}

const states = ({ desk, refs }: Pick<ReturnType<typeof cutAfter>, 'desk' | 'refs'>) => refs.map((ref) => desk.order(ref).state);
/** TWS answers a cancel of what it does not have. */
function knowsNothingOf(desk: CoreDesk, ref: OrderRef): void {
  const { orderId, clientId } = desk.broker.frameOf(ref);
  const how = { severity: 'warning', disposition: 'look-up' } as const;
  desk.news({ kind: 'notice', notice: { code: 10_147, id: orderId, clientId, text: 'not found', orderId, ...how } });
}

const cancelled = (desk: CoreDesk) => desk.broker.cancels.map(({ orderId }) => orderId);

test('O-26: the last leg of a bracket is lost: what TWS may hold untransmitted is cancelled as soon as its lists are in', () => {
  const cut = cutAfter(2);
  const { desk, refs } = cut;
  expect(cancelled(desk)).toEqual([]);
  desk.ends();
  expect(states(cut)).toEqual(['UNKNOWN', 'UNKNOWN', 'DENIED']);
  expect(cancelled(desk)).toEqual([100, 101]);
  expect(desk.alarms().filter((text) => text.startsWith('IB lists no leg of the bracket BUY IBM'))).toHaveLength(1);
  for (const ref of refs.slice(0, 2)) desk.status(ref, 'Cancelled');
  expect(states(cut)).toEqual(['CANCELLED', 'CANCELLED', 'DENIED']);
});

test('O-26: the cancels leave once for each connection, and again after the next', () => {
  const { desk, refs } = cutAfter(2);
  desk.ends();
  for (const ref of refs.slice(0, 2)) knowsNothingOf(desk, ref);
  for (let round = 0; round < 5; round += 1) {
    desk.wait(6_000);
    desk.ends();
  }
  expect(cancelled(desk)).toEqual([100, 101]);
  desk.disconnect();
  desk.connect();
  desk.ends();
  expect(cancelled(desk)).toEqual([100, 101, 100, 101]);
});

test('O-26: a cancel that TWS has swallowed leaves again, and no more once it is answered', () => {
  const { desk, refs } = cutAfter(2);
  desk.ends();
  knowsNothingOf(desk, refs[1]!);
  desk.wait(2_000);
  desk.ends();
  expect(cancelled(desk)).toEqual([100, 101]);
  desk.wait(6_000);
  desk.ends();
  expect(cancelled(desk)).toEqual([100, 101, 100]);
  expect(desk.alarms().filter((text) => text.startsWith('IB lists no leg of the bracket BUY IBM'))).toHaveLength(1);
  knowsNothingOf(desk, refs[0]!);
  desk.wait(6_000);
  desk.ends();
  expect(cancelled(desk)).toEqual([100, 101, 100]);
});

test('O-26: a bracket of which IB lists a leg is left alone, and so is one whose entry has filled: its exits are protection', () => {
  const { desk: listed, refs } = cutAfter(3);
  listed.openOrder(refs[0]!, 'Submitted');
  listed.ends();
  expect(cancelled(listed)).toEqual([]);

  const { desk: filled, refs: others } = cutAfter(3);
  filled.fill(others[0]!, 100, 180.03, {}, false);
  filled.position(100);
  filled.ends();
  expect(filled.order(others[0]!)).toMatchObject({ state: 'FILLED', filled: units(100) });
  expect(cancelled(filled)).toEqual([]);
});

test('O-26: an order without exits that IB does not list is looked for, not cancelled by itself', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.disconnect();
  desk.wait(1_500);
  desk.connect();
  desk.ends();
  expect(desk.order(entry).state).toBe('UNKNOWN');
  expect(cancelled(desk)).toEqual([]);
});
