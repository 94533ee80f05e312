import { expect, test } from 'vitest';
import { cancelOrders } from '#core/engine/kill';
import type { ClientId, OrderId, OrderRef, TriggerId } from '#domain/ids';
import { units } from '#domain/quantity';
import { CoreDesk } from '../support/core-desk.ts';
import { IBM } from '../support/trigger-fixtures.ts';
import { completed, earlier } from './told.ts';

const TRIGGER = 'AAAAAAAA' as TriggerId;
const REF = 'TD1-AAAAAAAA-3-1-E' as OrderRef;

/** A new process on the files of an earlier one: its trigger is offered as a draft, the broker has not been heard yet. */
function restarted(): CoreDesk {
  const desk = new CoreDesk({ startAfter: 500, drafts: [{ id: TRIGGER, gen: 3, spec: new CoreDesk().spec() }] });
  desk.core.start();
  desk.know(IBM);
  desk.connect();
  return desk;
}

test('R-10: a cancel that loses against a fill while the desk is away: FILLED', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  cancelOrders(desk.hall, [desk.order(entry)], 'the test');
  desk.disconnect();
  desk.connect();
  desk.news({ kind: 'completed-order', order: completed(desk, entry, 'Filled'), completedStatus: 'Filled Size: 100' });
  desk.fill(entry, 100, 180.03, {}, false);
  desk.position(100);
  desk.ends();
  expect(desk.order(entry)).toMatchObject({ state: 'FILLED', filled: units(100) });
  expect(desk.held()?.quantity).toBe(units(100));
  expect(desk.alarms().filter((text) => /cancel/i.test(text) && /fill/i.test(text))).toHaveLength(1);
});

test('R-29: where executions are older than IB tells them, the position is the broker’s and the operator hears of the hole', () => {
  const desk = restarted();
  desk.news({
    kind: 'completed-order',
    order: earlier(REF, { orderId: 0 as OrderId, clientId: 0 as ClientId, ibStatus: 'Filled' }),
    completedStatus: 'Filled Size: 100',
  });
  desk.position(100, IBM, 170);
  desk.ends();
  expect(desk.order(REF).state).toBe('FILLED');
  expect(desk.held()).toMatchObject({ quantity: units(100), brokerQuantity: units(100) });
  expect(desk.alarms().some((text) => text.includes('no longer tells its executions'))).toBe(true);
});
