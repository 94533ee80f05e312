import { expect, test } from 'vitest';
import { cancelOrders } from '#core/execution/cancel';
import type { ClientId, OrderId } from '#domain/ids';
import { units } from '#domain/quantity';
import { CoreDesk } from '../support/core/desk.ts';
import { earlier, REF, restartedWithDraft } from '../support/core/earlier-run.ts';
import { IBM } from '../support/core/trigger-fixtures.ts';

test('R-10: a cancel that loses against a fill while the desk is away: FILLED', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  cancelOrders(desk.deskState, [desk.order(entry)], 'the test');
  desk.disconnect();
  desk.connect();
  desk.news({ kind: 'completed-order', order: desk.completedOf(entry, 'Filled'), completedStatus: 'Filled Size: 100' });
  desk.fill(entry, 100, 180.03, {}, false);
  desk.position(100);
  desk.ends();
  expect(desk.order(entry)).toMatchObject({ state: 'FILLED', filled: units(100) });
  expect(desk.held()?.quantity).toBe(units(100));
  expect(desk.alarms().filter((text) => /cancel/i.test(text) && /fill/i.test(text))).toHaveLength(1);
});

test('R-29: where executions are older than IB tells them, the position is the broker’s and the operator hears of the hole', () => {
  const desk = restartedWithDraft();
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
