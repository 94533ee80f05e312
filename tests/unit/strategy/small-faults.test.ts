import { expect, test } from 'vitest';
import { cancelOrders } from '#core/execution/cancel';
import { armAsSeen } from '../../support/core/arm-as-seen.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { action, BAC, IBM, price, px, spec } from '../../support/core/trigger-fixtures.ts';

/** Behaviour that drawn faults of this room showed to be held by no test. */

test('a trigger whose time runs out is expired, told, and watches no more', () => {
  const desk = new CoreDesk().started();
  desk.quote(179.9);
  const id = desk.arm(desk.spec(180, { expiresAt: desk.clock.now() + 10_000 }));
  desk.wait(9_000);
  expect(desk.trigger(id).life).toBe('armed');
  desk.wait(2_000);
  expect(desk.trigger(id)).toMatchObject({ life: 'expired', reason: 'expired without firing' });
  expect(desk.logs.filter(({ text }) => text === 'IBM-1 expired without firing')).toHaveLength(1);
  expect(desk.deskState.registry.row(id)).toBeUndefined();
  desk.quote(180.5);
  expect(desk.broker.frames).toEqual([]);
});

test('an order that the desk itself cancelled is nobody else’s doing: no alarm, and its armed trigger stays armed', () => {
  const desk = new CoreDesk();
  const { id, entry } = desk.fired({ entry: { type: 'LMT', limit: px(180) } });
  desk.openOrder(entry);
  cancelOrders(desk.deskState, [desk.order(entry)], 'the test');
  desk.status(entry, 'Cancelled');
  desk.quote(179.9);
  desk.rearmTrigger(id);
  desk.wait(6_000);
  expect(desk.alarms().filter((text) => text.includes('was cancelled in TWS'))).toEqual([]);
  expect(desk.trigger(id).life).toBe('armed');
});

test('an order that somebody else cancelled is told, and its trigger that is armed again is disarmed', () => {
  const desk = new CoreDesk();
  const { id, entry } = desk.fired({ entry: { type: 'LMT', limit: px(180) } });
  desk.openOrder(entry);
  desk.status(entry, 'Cancelled');
  desk.quote(179.9);
  desk.rearmTrigger(id);
  desk.wait(6_000);
  expect(desk.alarms().filter((text) => text.includes('was cancelled in TWS'))).toHaveLength(1);
  expect(desk.trigger(id).life).toBe('draft');
});

test('a firing that a defect stops is told, sends nothing, and its trigger does not look armed', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  const { rules } = desk;
  desk.rules = {
    ...rules,
    get orderTypes(): typeof rules.orderTypes {
      throw new Error('a defect');
    },
  };
  desk.quote(180.02);
  expect([desk.broker.frames, desk.trigger(id).life]).toEqual([[], 'failed']);
  expect(desk.trigger(id).reason).toBe('A defect of this program stopped the firing; nothing was sent.');
  expect(desk.alarms()).toContain('IBM-1 fired, but a defect of this program stopped it; nothing was sent.');
});

test('an edit that is refused leaves the lines of the watcher as they were, one that is taken gives the old ones back', () => {
  const desk = new CoreDesk().started([IBM, BAC]);
  desk.quote(179.9);
  const id = desk.arm();
  expect([...desk.market.subscribed]).toEqual([IBM.conId]);
  const other = spec(price(BAC, 'last', 'crosses-above', 20), { action: action(BAC) });
  const existing = { id, version: desk.trigger(id).updatedAt };
  const late = armAsSeen(desk.deskState, { ...other, expiresAt: desk.clock.now() }, 'the test', existing);
  expect([late.ok, [...desk.market.subscribed], desk.deskState.subscriptions.linesOf(id)]).toEqual([false, [IBM.conId], [IBM.conId]]);
  desk.quote(13, BAC);
  desk.rearmTrigger(id, other);
  expect([[...desk.market.subscribed], desk.deskState.subscriptions.linesOf(id)]).toEqual([[BAC.conId], [BAC.conId]]);
});

test('a firing that cannot be sized sends nothing, is an alarm, and the desk waits for the next one', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.deskState.details.delete(IBM.conId);
  desk.quote(180.02);
  expect([desk.broker.frames, desk.trigger(id).life, desk.state]).toEqual([[], 'failed', 'SCANNING']);
  expect(desk.alarms()).toContain('IBM-1 could not be sized: The contract details of IBM are not known.');
});
