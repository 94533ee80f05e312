import { expect, test } from 'vitest';
import { closePosition } from '#core/protection/close-position';
import { exiting, exitsOf, unprotectedOf } from '#core/protection/exits';
import { protectPosition } from '#core/protection/place-stop';
import { changeOrder } from '#core/execution/modify';
import type { OrderRef } from '#domain/ids';
import { units } from '#domain/quantity';
import { heldBare, heldBracket } from '../../support/core/bracket.ts';
import { LIMIT_BRACKET, waitingBracket } from '../../support/core/bracket-desk.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU, manualOrder } from '../../support/core/fixtures.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

function position(desk: CoreDesk) {
  return desk.held() ?? expect.fail('no position');
}

function rejected(desk: CoreDesk, ref: OrderRef): void {
  const { orderId, clientId } = desk.broker.frameOf(ref);
  const how = { severity: 'error', disposition: 'reject' } as const;
  desk.news({ kind: 'notice', notice: { code: 201, id: orderId, clientId, text: 'rejected', orderId, ...how } });
  desk.status(ref, 'Inactive');
}

test('where the stop was rejected and the target works, one command protects: the new stop joins the group of the target', () => {
  const { desk, target, stop } = heldBracket();
  rejected(desk, stop);
  desk.end('open-orders');
  expect([desk.order(stop).state, unprotectedOf(desk.deskState, position(desk))]).toEqual(['REJECTED', units(100)]);
  expect(protectPosition(desk.deskState, DU, IBM.conId, px(179), 'the test').ok).toBe(true);
  const frame = desk.broker.frames.at(-1) ?? expect.fail('nothing left');
  expect(frame.leg).toMatchObject({ leg: 'S', type: 'STP', quantity: units(100), ocaGroup: desk.order(target).ocaGroup });
  desk.openOrder(frame.ref, 'PreSubmitted', { ocaGroup: desk.order(target).ocaGroup ?? '' });
  // Together they never close more than is held.
  expect(exiting(desk.deskState, exitsOf(desk.deskState, position(desk)))).toBe(units(100));
  expect(unprotectedOf(desk.deskState, position(desk))).toBe(units(0));
  desk.wait(10_000);
  expect([desk.broker.cancels, desk.broker.changes]).toEqual([[], []]);
});

test('what the target does not reach is protected by a second stop beside it, never by one that is larger than its group', () => {
  const { desk, target, stop } = heldBracket();
  desk.status(stop, 'Cancelled');
  changeOrder(desk.deskState, desk.order(target), { quantity: units(40) }, 'the test');
  desk.openOrder(target, 'Submitted', { quantity: units(40) });
  expect(protectPosition(desk.deskState, DU, IBM.conId, px(179), 'the test').ok).toBe(true);
  const stops = desk.broker.frames.slice(-2).map(({ leg }) => [leg.leg, leg.quantity, leg.ocaGroup === desk.order(target).ocaGroup]);
  expect(stops).toEqual([
    ['S', units(40), true],
    ['S', units(60), false],
  ]);
});

test('a stop that is smaller than the target of its group is joined by one that is as large as both (storm 20105)', () => {
  const { desk, target, stop } = heldBracket();
  changeOrder(desk.deskState, desk.order(stop), { quantity: units(50) }, 'the test');
  desk.openOrder(stop, 'PreSubmitted', { quantity: units(50) });
  expect(unprotectedOf(desk.deskState, position(desk))).toBe(units(50));
  expect(protectPosition(desk.deskState, DU, IBM.conId, px(179), 'the test').ok).toBe(true);
  const frame = desk.broker.frames.at(-1) ?? expect.fail('nothing left');
  expect(frame.leg).toMatchObject({ leg: 'S', type: 'STP', quantity: units(100), ocaGroup: desk.order(target).ocaGroup });
  desk.openOrder(frame.ref, 'PreSubmitted', { ocaGroup: desk.order(target).ocaGroup ?? '' });
  expect(unprotectedOf(desk.deskState, position(desk))).toBe(units(0));
  expect(exiting(desk.deskState, exitsOf(desk.deskState, position(desk)))).toBe(units(100));
});

test('a target that no group at IB holds is not doubled by a stop: it would turn the position around', () => {
  const desk = heldBare();
  desk.news({
    kind: 'open-order',
    order: manualOrder({ side: 'SELL', type: 'LMT', limit: px(182), quantity: units(100), ibStatus: 'Submitted' }),
  });
  expect(protectPosition(desk.deskState, DU, IBM.conId, px(179), 'the test')).toMatchObject({ ok: false });
  expect(desk.broker.frames.filter(({ leg }) => leg.leg === 'S')).toEqual([]);
});

test('a position is closed although a second bracket of the same contract waits for its entry', () => {
  const desk = heldBare(180);
  const two = desk.arm(desk.spec(180.5, { name: 'two' }, { ...LIMIT_BRACKET, quantity: units(50) }));
  desk.quote(180);
  desk.quote(180.6);
  for (const leg of ['E', 'T', 'S'] as const) desk.openOrder(desk.ref(two, leg), leg === 'E' ? 'Submitted' : 'PreSubmitted');
  expect(closePosition(desk.deskState, DU, IBM.conId, 100, 'the test').ok).toBe(true);
  expect(desk.broker.frames.at(-1)?.leg).toMatchObject({ leg: 'F', quantity: units(100) });
  expect([desk.broker.cancels, desk.broker.changes]).toEqual([[], []]);
});

test('a close beside exits of an entry that has filled in part leaves them what that has opened', () => {
  const { desk, entry } = waitingBracket();
  desk.fill(entry, 30, 180.02);
  desk.position(30);
  expect(exiting(desk.deskState, exitsOf(desk.deskState, position(desk)))).toBe(units(30));
});
