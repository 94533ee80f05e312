import { expect, test } from 'vitest';
import { cancelOrders } from '#core/execution/cancel';
import { changeOrder } from '#core/execution/modify';
import { moveOrder } from '#core/execution/transition';
import { moveTrigger } from '#core/execution/trigger-transition';
import { commit } from '#core/state/desk-state';
import { units } from '#domain/quantity';
import { tell } from '../../support/core/told.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { px } from '../../support/core/trigger-fixtures.ts';

/** An order of which 40 of 100 have filled. */
function partly() {
  const desk = new CoreDesk();
  const { entry } = desk.fired({ entry: { type: 'LMT', limit: px(180) } });
  desk.openOrder(entry, 'Submitted');
  desk.fill(entry, 40, 180);
  return { desk, entry };
}

test('an act that the table does not know is refused: nothing is written, it is counted and alarmed', () => {
  const { desk, entry } = partly();
  desk.fill(entry, 60, 180);
  const before = desk.order(entry);
  const alarms = desk.alarms().length;
  const moved = commit(desk.deskState, 'order', 'test', { kind: 'system', text: 'a defect' }, (tx) =>
    moveOrder(desk.deskState, tx, before, 'replace', { ...before, note: 'changed' }),
  );
  expect([moved, desk.order(entry), desk.counter('illegal order moves'), desk.alarms().length]).toEqual([undefined, before, 1, alarms + 1]);
});

test('a trigger’s act that the table does not know is refused likewise', () => {
  const { desk, entry } = partly();
  const trigger = desk.stores.triggers.get(desk.order(entry).triggerId!)!;
  const moved = commit(desk.deskState, 'order', 'test', { kind: 'system', text: 'a defect' }, (tx) =>
    moveTrigger(desk.deskState, tx, trigger, ['edit', 'fire'], { ...trigger, reason: 'again' }),
  );
  expect([moved, desk.stores.triggers.get(trigger.id), desk.counter('illegal trigger moves')]).toEqual([undefined, trigger, 1]);
});

test('what IB lists in a cell that the table calls illegal is UNKNOWN, alarmed and looked up; the next listing is taken', () => {
  const { desk, entry } = partly();
  const asked = desk.broker.reconciles;
  desk.openOrder(entry, 'Inactive');
  expect(desk.order(entry)).toMatchObject({ state: 'UNKNOWN', ibStatus: 'Inactive', filled: units(40) });
  expect(desk.alarms().at(-1)).toContain('which was PARTIALLY_FILLED, as "told INACTIVE"');
  expect([desk.counter('illegal order moves'), desk.broker.reconciles - asked]).toEqual([1, 1]);
  desk.openOrder(entry, 'Inactive');
  expect([desk.order(entry).state, desk.counter('illegal order moves')]).toEqual(['INACTIVE', 1]);
});

test('a status alone in an illegal cell changes no state: it may be older than what is known', () => {
  const { desk, entry } = partly();
  desk.status(entry, 'Inactive');
  expect([desk.order(entry).state, desk.order(entry).ibStatus]).toEqual(['PARTIALLY_FILLED', 'Inactive']);
});

test('an execution always books, whatever the state', () => {
  const { desk, entry } = partly();
  desk.status(entry, 'Cancelled');
  desk.fill(entry, 60, 180);
  expect(desk.order(entry)).toMatchObject({ state: 'FILLED', filled: units(100) });
});

test('a code that says held takes no cancel back that is on its way', () => {
  const { desk, entry } = partly();
  cancelOrders(desk.deskState, [desk.order(entry)], 'the test');
  expect(desk.order(entry).state).toBe('PENDING_CANCEL');
  tell(desk, 404, 'Order held while securities are located');
  expect(desk.order(entry).state).toBe('PENDING_CANCEL');
});

test('an order that fills drops the change that was on its way', () => {
  const { desk, entry } = partly();
  // Its line was given back with the fire; a new one brings a new quote.
  desk.quote(180.02);
  expect(changeOrder(desk.deskState, desk.order(entry), { limit: px(180.1) }, 'the test').ok).toBe(true);
  expect(desk.order(entry)).toMatchObject({ state: 'PENDING_REPLACE', change: { limit: px(180.1) } });
  desk.fill(entry, 60, 180);
  expect([desk.order(entry).state, desk.order(entry).change]).toEqual(['FILLED', undefined]);
});

test('an order whose sending broke in the middle is UNKNOWN: it may be at IB, and is never fired again', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.broker.place = () => {
    throw new Error('the adapter broke while sending');
  };
  desk.quote(180.02);
  expect(desk.order(desk.ref(id))).toMatchObject({ state: 'UNKNOWN' });
  expect(desk.trigger(id).life).toBe('fired');
  expect(desk.alarms().some((text) => text.startsWith('UNKNOWN: a defect hid whether BUY IBM left'))).toBe(true);
});
