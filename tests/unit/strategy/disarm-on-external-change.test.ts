import { expect, test } from 'vitest';
import { cancelOrders } from '#core/execution/cancel';
import { resizeExitsNow } from '#core/protection/resize-on-request';
import { modifyOrder } from '#core/execution/modify';
import { changeTrigger } from '#core/strategy/trigger/change';
import { units } from '#domain/quantity';
import type { CoreDesk } from '../../support/core/desk.ts';
import { acknowledged, heldBracket, sentBracket } from '../../support/core/bracket.ts';
import { fillTold, offer, soldByHand, TOLD } from '../../support/core/held.ts';
import { DU } from '../../support/core/fixtures.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';
import { tell } from '../../support/core/told.ts';

/** What the desk says of hands that are not its own. */
function outside(desk: CoreDesk): readonly string[] {
  return desk.alarms().filter((text) => text.includes('not by this desk'));
}

test('O-22: a stop moved by hand in TWS is taken over, told once, never moved back, and its trigger is disarmed', () => {
  const { desk, id, stop } = heldBracket();
  desk.rearmTrigger(id);
  expect(desk.trigger(id).life).toBe('armed');
  acknowledged(desk, stop, 'PreSubmitted', { stop: px(178) });
  acknowledged(desk, stop, 'PreSubmitted', { stop: px(178) });
  desk.wait(60_000);
  expect(desk.order(stop)).toMatchObject({ stop: px(178), state: 'ACCEPTED' });
  expect(outside(desk)).toEqual([
    'SELL IBM was changed in TWS or by IB, not by this desk: stop 179.00 → 178.00. It is taken over as it is.',
  ]);
  expect(desk.trigger(id)).toMatchObject({ life: 'draft', reason: 'by the desk: an order of it was changed in TWS or by IB' });
  expect(desk.deskState.registry.size).toBe(0);
  expect([desk.broker.changes, desk.broker.cancels, offer(desk)]).toEqual([[], [], undefined]);
});

test('O-22: a paused trigger is disarmed likewise: it could be resumed while its order is in other hands', () => {
  const { desk, id, stop } = heldBracket();
  desk.rearmTrigger(id);
  expect(changeTrigger(desk.deskState, id, desk.trigger(id).updatedAt, 'pause', 'the test').ok).toBe(true);
  acknowledged(desk, stop, 'PreSubmitted', { stop: px(178) });
  expect(desk.trigger(id).life).toBe('draft');
});

test('O-22: quantity and limit of an entry changed by hand are told with both figures', () => {
  const { desk, entry } = sentBracket();
  desk.openOrder(entry, 'Submitted', { quantity: units(70) });
  expect(outside(desk)).toEqual(['BUY IBM was changed in TWS or by IB, not by this desk: quantity 100 → 70. It is taken over as it is.']);
  expect(desk.order(entry).quantity).toBe(units(70));
});

test('O-22: an order cancelled by hand in TWS is told after five seconds, its trigger is disarmed, and its stop is offered again', () => {
  const { desk, id, stop } = heldBracket();
  desk.rearmTrigger(id);
  tell(desk, 202, 'Order Canceled - reason:', { orderId: desk.broker.frameOf(stop).orderId });
  desk.status(stop, 'Cancelled');
  desk.wait(4_000);
  expect(outside(desk)).toEqual([]);
  desk.wait(2_000);
  expect(outside(desk)).toEqual(['SELL IBM STP 179.00 was cancelled in TWS or by IB, not by this desk.']);
  expect(desk.trigger(id)).toMatchObject({ life: 'draft' });
  expect(offer(desk)).toMatchObject({ kind: 'protect', stop: px(179) });
  expect(desk.broker.frames).toHaveLength(3);
});

test('O-22: a trigger that is not armed again stays what it is', () => {
  const { desk, id, stop } = heldBracket();
  desk.status(stop, 'Cancelled');
  desk.wait(6_000);
  expect([desk.trigger(id).life, outside(desk).length]).toEqual(['fired', 1]);
});

test('our own change is nobody’s hand: not when IB takes it late, nor when an older list names the old terms', () => {
  const { desk, stop } = heldBracket();
  expect(modifyOrder(desk.deskState, desk.order(stop).key, desk.order(stop).updatedAt, { stop: px(178.5) }, 'the test').ok).toBe(true);
  acknowledged(desk, stop, 'PreSubmitted', { stop: px(178.5) });
  acknowledged(desk, stop, 'PreSubmitted', { stop: px(179) });
  acknowledged(desk, stop, 'PreSubmitted', { stop: px(178.5) });
  expect(modifyOrder(desk.deskState, desk.order(stop).key, desk.order(stop).updatedAt, { stop: px(178) }, 'the test').ok).toBe(true);
  desk.wait(5_000);
  acknowledged(desk, stop, 'PreSubmitted', { stop: px(178.5) });
  acknowledged(desk, stop, 'PreSubmitted', { stop: px(178) });
  expect([outside(desk), desk.order(stop).stop]).toEqual([[], px(178)]);
});

test.each(TOLD)('the exit that IB cancels because the other one filled is nobody’s hand (%s)', (told) => {
  for (const first of ['cancelled first', 'filled first'] as const) {
    const { desk, stop, target } = heldBracket();
    if (first === 'cancelled first') desk.status(stop, 'Cancelled');
    desk.wait(first === 'cancelled first' ? 3_000 : 0);
    fillTold(desk, told, target, 100, 182);
    if (first === 'filled first') desk.status(stop, 'Cancelled');
    desk.wait(20_000);
    expect([first, outside(desk)]).toEqual([first, []]);
  }
});

test('what IB shrinks because another exit of the group filled in part is nobody’s hand', () => {
  const { desk, stop, target } = heldBracket();
  acknowledged(desk, stop, 'PreSubmitted', { quantity: units(70) });
  desk.fill(target, 30, 182);
  desk.wait(20_000);
  expect([outside(desk), offer(desk)]).toEqual([[], undefined]);
});

test('children that go with their cancelled entry, a cancel of this desk, and a kill are nobody’s hand', () => {
  const bracket = sentBracket();
  cancelOrders(bracket.desk.deskState, [bracket.desk.order(bracket.entry)], 'the test');
  for (const ref of [bracket.target, bracket.stop, bracket.entry]) bracket.desk.status(ref, 'Cancelled');
  bracket.desk.wait(20_000);
  expect(outside(bracket.desk)).toEqual([]);

  const rejected = sentBracket();
  for (const ref of [rejected.target, rejected.stop]) rejected.desk.status(ref, 'Cancelled');
  tell(rejected.desk, 201, 'Order rejected - reason:no', { orderId: rejected.desk.broker.frameOf(rejected.entry).orderId });
  rejected.desk.status(rejected.entry, 'Inactive');
  rejected.desk.wait(20_000);
  expect(outside(rejected.desk)).toEqual([]);

  const own = heldBracket();
  cancelOrders(own.desk.deskState, [own.desk.order(own.stop)], 'the test');
  tell(own.desk, 202, 'Order Canceled - reason:', { orderId: own.desk.broker.frameOf(own.stop).orderId });
  own.desk.status(own.stop, 'Cancelled');
  own.desk.wait(20_000);
  expect(outside(own.desk)).toEqual([]);

  const killed = heldBracket();
  killed.desk.killBy('all');
  for (const ref of [killed.target, killed.stop]) killed.desk.status(ref, 'Cancelled');
  killed.desk.wait(20_000);
  expect(outside(killed.desk)).toEqual([]);
});

test('a DAY order that ends with its day is nobody’s hand', () => {
  const { desk, stop } = heldBracket();
  desk.wait(8 * 3_600_000);
  desk.status(stop, 'Cancelled');
  desk.wait(20_000);
  expect(outside(desk)).toEqual([]);
});

test('a cancel that happened while the desk was away is found by the comparison and told', () => {
  const { desk, stop, target } = heldBracket();
  desk.disconnect();
  desk.connect();
  acknowledged(desk, target, 'Submitted');
  desk.news({ kind: 'completed-order', order: desk.completedOf(stop, 'Cancelled'), completedStatus: 'Cancelled by Trader' });
  desk.position(100);
  desk.ends();
  desk.wait(6_000);
  expect(outside(desk)).toEqual(['SELL IBM STP 179.00 was cancelled in TWS or by IB, not by this desk.']);
});

test('O-23: a position closed by hand takes its working exits back before they could turn it around', () => {
  const { desk, stop, target } = heldBracket();
  soldByHand(desk, 100, 0);
  desk.wait(2_000);
  expect(desk.broker.cancels.map(({ orderId }) => orderId)).toEqual([target, stop].map((ref) => desk.broker.frameOf(ref).orderId));
  for (const ref of [stop, target]) desk.status(ref, 'Cancelled');
  desk.wait(20_000);
  expect([outside(desk), offer(desk), desk.deskState.index.workingCount()]).toEqual([[], undefined, 0]);
});

test('O-23: exits that could not be taken back, because the connection was down, are told, and one command takes them back', () => {
  const { desk, stop, target } = heldBracket();
  soldByHand(desk, 100, 0);
  desk.disconnect();
  desk.wait(10_000);
  desk.connect();
  for (const ref of [stop, target]) acknowledged(desk, ref, 'PreSubmitted');
  desk.ends();
  expect(desk.broker.cancels).toEqual([]);
  desk.wait(10_000);
  expect(offer(desk)).toMatchObject({ kind: 'resize-exits', quantity: units(100), why: 'its exits work for 100 more than is held' });
  expect(resizeExitsNow(desk.deskState, DU, IBM.conId, 'the test').ok).toBe(true);
  expect(desk.broker.cancels).toHaveLength(2);
});

test('O-23: a stop that fills all the same, after a close by hand, is a reversed position with an offer to flatten', () => {
  const { desk, stop } = heldBracket();
  soldByHand(desk, 100, 0);
  desk.fill(stop, 100, 178.98);
  desk.position(-100);
  desk.wait(3_000);
  expect(offer(desk)).toMatchObject({ kind: 'flatten', quantity: units(100) });
});
