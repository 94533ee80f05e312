import { describe, expect, test } from 'vitest';
import { closePosition } from '#core/protection/close-position';
import { exiting, exitsOf, unprotectedOf } from '#core/protection/exits';
import { breakeven, protectPosition } from '#core/protection/place-stop';
import { cancelOrders } from '#core/execution/cancel';

import { changeOrder } from '#core/execution/modify';
import { trailPosition } from '#core/protection/trailing-stop';
import type { Trail } from '#domain/order';
import { units } from '#domain/quantity';
import type { CoreDesk } from '../../support/core/desk.ts';
import { DU, rulesOf } from '../../support/core/fixtures.ts';
import { acknowledged, confirmed, heldBare, heldBracket, sentBracket } from '../../support/core/bracket.ts';
import { fillTold, offer, soldByHand, TOLD } from '../../support/core/held.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';
import { tell } from '../../support/core/told.ts';

const HALF: Trail = { kind: 'amount', amount: px(0.5) };

function trail(desk: CoreDesk, by: Trail = HALF) {
  return trailPosition(desk.deskState, DU, IBM.conId, by, 'the test');
}

function lastFrame(desk: CoreDesk) {
  return desk.broker.frames.at(-1) ?? expect.fail('nothing left');
}

/** What all working exits together could close. */
function canClose(desk: CoreDesk): number {
  const position = desk.held() ?? expect.fail('no position');
  return exiting(desk.deskState, exitsOf(desk.deskState, position));
}

function protectedBy(desk: CoreDesk): number {
  const position = desk.held() ?? expect.fail('no position');
  return position.quantity - unprotectedOf(desk.deskState, position);
}

test('a plain stop is replaced: the trailing one joins its OCA group, and the old one goes when the new one is confirmed', () => {
  const { desk, stop, target } = heldBracket();
  expect(trail(desk).ok).toBe(true);
  expect(lastFrame(desk).leg).toMatchObject({
    leg: 'S',
    type: 'TRAIL',
    side: 'SELL',
    quantity: units(100),
    trail: HALF,
    // The bid is 180.49; half a dollar behind it.
    stop: px(179.99),
    tif: 'GTC',
    ocaGroup: desk.order(target).ocaGroup,
  });
  expect([desk.broker.cancels, canClose(desk), protectedBy(desk)]).toEqual([[], units(100), units(100)]);
  acknowledged(desk, lastFrame(desk).ref, 'PreSubmitted');
  expect(desk.broker.cancels.map(({ orderId }) => orderId)).toEqual([desk.broker.frameOf(stop).orderId]);
  expect([canClose(desk), protectedBy(desk)]).toEqual([units(100), units(100)]);
  desk.status(stop, 'Cancelled');
  desk.wait(10_000);
  expect([canClose(desk), protectedBy(desk), offer(desk), desk.stores.trailings.size]).toEqual([units(100), units(100), undefined, 0]);
  expect(desk.alarms()).toEqual([]);
});

test('a stop that already protects more than the distance would is not moved away from the market', () => {
  const { desk } = heldBracket();
  expect(trail(desk, { kind: 'amount', amount: px(5) }).ok).toBe(true);
  expect(lastFrame(desk).leg.stop).toBe(px(179));
});

test('a percentage is measured from the market and rounded towards it', () => {
  const { desk } = heldBracket();
  expect(trail(desk, { kind: 'percent', basisPoints: 50 }).ok).toBe(true);
  // 180.49 × 0.995 = 179.58755
  expect(lastFrame(desk).leg).toMatchObject({ trail: { kind: 'percent', basisPoints: 50 }, stop: px(179.59) });
});

test('a trailing stop that IB rejects leaves the old one where it is, and says so', () => {
  const { desk, stop } = heldBracket();
  trail(desk);
  tell(desk, 201, 'Order rejected - reason:no', { orderId: lastFrame(desk).orderId, client: lastFrame(desk).clientId });
  desk.status(lastFrame(desk).ref, 'Inactive');
  expect([desk.order(lastFrame(desk).ref).state, desk.order(stop).state]).toEqual(['REJECTED', 'ACCEPTED']);
  expect([desk.broker.cancels, protectedBy(desk), desk.stores.trailings.size]).toEqual([[], units(100), 0]);
  expect(desk.alarms().some((text) => text.startsWith('The stop does not trail:') && text.includes('the stop at 179.00 stays'))).toBe(true);
});

test('a trailing stop that is not answered within ten seconds is told; both stand in one group and neither can fill twice', () => {
  const { desk } = heldBracket();
  trail(desk);
  desk.wait(11_000);
  expect([desk.broker.cancels, canClose(desk), desk.stores.trailings.size]).toEqual([[], units(100), 0]);
  expect(desk.alarms().some((text) => text.includes('both are in one group'))).toBe(true);
});

/** 100 IBM with one stop that IB knows without a group, as an earlier version of the desk placed them. */
function withLoneStop() {
  const held = heldBracket();
  const { desk, stop, target } = held;
  cancelOrders(desk.deskState, [desk.order(stop), desk.order(target)], 'the test');
  for (const ref of [stop, target]) desk.status(ref, 'Cancelled');
  expect(protectPosition(desk.deskState, DU, IBM.conId, px(179), 'the test').ok).toBe(true);
  const { ref } = lastFrame(desk);
  desk.openOrder(ref, 'PreSubmitted');
  // As IB would have it after a restart of the desk: no group was ever told.
  const { ocaGroup: _none, ...plain } = desk.order(ref);
  desk.coordinator.submit({
    lane: 'order',
    name: 'test',
    cause: { kind: 'system', text: 'the group is not known' },
    run: (tx) => {
      tx.set(desk.stores.orders, plain.key, plain);
    },
  });
  return { desk, stop: ref };
}

test('a stop without a group goes first; the trailing one leaves only when IB has confirmed that', () => {
  const { desk, stop } = withLoneStop();
  const before = desk.broker.frames.length;
  expect(trail(desk).ok).toBe(true);
  expect([desk.broker.frames.length, desk.broker.cancels.at(-1)?.orderId]).toEqual([before, desk.broker.frameOf(stop).orderId]);
  desk.wait(2_000);
  expect(desk.broker.frames.length).toBe(before);
  desk.status(stop, 'Cancelled');
  expect(lastFrame(desk).leg).toMatchObject({ type: 'TRAIL', quantity: units(100), trail: HALF });
  acknowledged(desk, lastFrame(desk).ref, 'PreSubmitted');
  desk.wait(10_000);
  expect([protectedBy(desk), offer(desk)]).toEqual([units(100), undefined]);
});

test('a stop without a group that fills while it is being cancelled leaves nothing to trail', () => {
  const { desk, stop } = withLoneStop();
  const before = desk.broker.frames.length;
  trail(desk);
  desk.fill(stop, 100, 178.98);
  desk.status(stop, 'Filled', 100);
  confirmed(desk, 0);
  desk.wait(20_000);
  expect([desk.broker.frames.length, desk.stores.trailings.size]).toEqual([before, 0]);
});

test('a kill ends a replacement that waits: nothing of it leaves later', () => {
  const { desk, stop } = withLoneStop();
  trail(desk);
  const before = desk.broker.frames.length;
  desk.killBy();
  desk.status(stop, 'Cancelled');
  desk.wait(5_000);
  expect([desk.broker.frames.length, desk.stores.trailings.size]).toEqual([before, 0]);
});

test('a close ends a replacement that waits, and takes the new stop with the old one', () => {
  const { desk, stop, target } = heldBracket();
  trail(desk);
  const placed = lastFrame(desk).ref;
  expect(closePosition(desk.deskState, DU, IBM.conId, 100, 'the test').ok).toBe(true);
  const idsOf = (refs: readonly (typeof stop)[]) => refs.map((ref) => desk.broker.frameOf(ref).orderId);
  const asked = () => desk.broker.cancels.map(({ orderId }) => orderId);
  expect(asked()).toEqual(idsOf([target]));
  desk.status(target, 'Cancelled');
  expect(asked()).toEqual(idsOf([target, stop, placed]));
  for (const ref of [stop, placed]) desk.status(ref, 'Cancelled');
  expect(lastFrame(desk).leg).toMatchObject({ leg: 'F', quantity: units(100) });
  desk.wait(1_000);
  expect(desk.stores.trailings.size).toBe(0);
});

test('what no stop covers gets a trailing one, in the group of the target that works', () => {
  const { desk, stop, target } = heldBracket();
  desk.status(stop, 'Cancelled');
  expect(trail(desk).ok).toBe(true);
  expect(lastFrame(desk).leg).toMatchObject({ type: 'TRAIL', quantity: units(100), ocaGroup: desk.order(target).ocaGroup });
});

test('a stop that trails already gets the new distance under its own number', () => {
  const { desk, stop } = heldBracket();
  trail(desk);
  const { ref } = lastFrame(desk);
  acknowledged(desk, ref, 'PreSubmitted');
  desk.status(stop, 'Cancelled');
  acknowledged(desk, ref, 'PreSubmitted', { stop: px(180.2) });
  expect(desk.order(ref)).toMatchObject({ stop: px(180.2), trail: HALF });
  expect(desk.alarms().filter((text) => text.includes('not by this desk'))).toEqual([]);
  const frames = desk.broker.frames.length;
  expect(trail(desk, { kind: 'amount', amount: px(0.25) }).ok).toBe(true);
  expect([desk.broker.frames.length, desk.broker.changes.at(-1)?.leg]).toMatchObject([
    frames,
    { ref, type: 'TRAIL', trail: { amount: px(0.25) }, stop: px(180.2) },
  ]);
  acknowledged(desk, ref, 'PreSubmitted', { stop: px(180.25), trail: { kind: 'amount', amount: px(0.25) } });
  expect(desk.order(ref)).toMatchObject({ state: 'ACCEPTED', trail: { amount: px(0.25) }, stop: px(180.25), note: 'changed as asked' });
});

test('a trailing stop has no stop price of its own to change, and its quantity follows the position', () => {
  const { desk, stop, target } = heldBracket();
  trail(desk);
  const { ref } = lastFrame(desk);
  acknowledged(desk, ref, 'PreSubmitted');
  desk.status(stop, 'Cancelled');
  const refused = changeOrder(desk.deskState, desk.order(ref), { stop: px(180) }, 'the test');
  expect(refused.ok ? '' : refused.error.text).toBe('A TRAIL order has no stop price of its own.');
  soldByHand(desk, 50, 50);
  desk.wait(2_000);
  expect(desk.broker.changes.map((frame) => [frame.ref, frame.leg.quantity])).toEqual([
    [target, units(50)],
    [ref, units(50)],
  ]);
});

describe.each(TOLD)('told as %s', (told) => {
  test('the old stop fills before the new one is confirmed: the position is closed once, and no alarm is raised', () => {
    const { desk, stop, target } = heldBracket();
    trail(desk);
    const { ref } = lastFrame(desk);
    fillTold(desk, told, stop, 100, 178.98);
    for (const other of [ref, target]) desk.status(other, 'Cancelled');
    confirmed(desk, 0);
    desk.wait(20_000);
    expect([desk.held()?.quantity, desk.stores.trailings.size, offer(desk)]).toEqual([units(0), 0, undefined]);
    expect(desk.alarms()).toEqual([]);
  });
});

test('refused where it would fire at once, without a market, for a moving stop, twice, and where the settings do not allow it', () => {
  const said = (result: ReturnType<typeof trail>): string => (result.ok ? 'sent' : result.error.text);
  const first = heldBracket();
  expect(said(trail(first.desk, { kind: 'amount', amount: px(0.001) }))).toContain('more than nothing');
  expect(said(trail(first.desk))).toBe('sent');
  expect(said(trail(first.desk))).toContain('being made to trail already');
  const moving = heldBracket();
  changeOrder(moving.desk.deskState, moving.desk.order(moving.stop), { stop: px(179.5) }, 'the test');
  expect(said(trail(moving.desk))).toContain('cannot be replaced now');
  const forbidden = heldBracket();
  forbidden.desk.rules = { ...rulesOf(), orderTypes: ['MKT', 'LMT', 'STP', 'STP LMT'] };
  expect(said(trail(forbidden.desk))).toContain('Order type TRAIL is not allowed by the settings');
  expect(forbidden.desk.broker.frames).toHaveLength(3);
});

test('the stop of an entry that still works is not replaced: what that fills later would be without one', () => {
  const { desk, entry, stop } = sentBracket();
  desk.fill(entry, 30, 180.02);
  desk.position(30);
  desk.quote(180.5);
  expect(trail(desk)).toMatchObject({ ok: false, error: { text: expect.stringContaining('still works') as unknown } });
  expect([desk.order(stop).state, desk.broker.cancels]).toEqual(['ACCEPTED', []]);
});

test('an entry of the other side is no stop of the position: it is neither moved nor replaced', () => {
  const desk = heldBare(180.5);
  const id = desk.arm(desk.spec(180.6, { name: 'short' }, { side: 'SELL', quantity: units(100), entry: { type: 'STP', stop: px(179) } }));
  desk.quote(180.5);
  desk.quote(180.61);
  desk.openOrder(desk.ref(id), 'PreSubmitted');
  desk.quote(180.5);
  expect(breakeven(desk.deskState, DU, IBM.conId, 'the test')).toMatchObject({
    ok: false,
    error: { text: expect.stringContaining('No plain stop') as unknown },
  });
  trail(desk);
  expect([desk.order(desk.ref(id)).state, desk.broker.changes, desk.broker.cancels]).toEqual(['ACCEPTED', [], []]);
});

test('a trailing stop works outside regular hours too, as the stop in whose place it comes', () => {
  const { desk } = heldBracket();
  trail(desk);
  expect(lastFrame(desk).leg.outsideRth).toBe(true);
  const bare = heldBare();
  trail(bare);
  expect(lastFrame(bare).leg.outsideRth).toBe(true);
});

test('the reference of an exit tells the commit that wished it, so that no two exits ever share one', () => {
  const { desk } = heldBracket();
  trail(desk);
  const { approvedSeq } = desk.order(lastFrame(desk).ref).cause ?? expect.fail('no cause');
  expect(lastFrame(desk).ref).toMatch(new RegExp(`-1-${String(approvedSeq)}-S$`));
});
