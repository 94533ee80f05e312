import { expect, test } from 'vitest';
import { cancelOrders } from '#core/execution/cancel';
import { CoreDesk } from '../../support/core/desk.ts';
import { px } from '../../support/core/trigger-fixtures.ts';

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
