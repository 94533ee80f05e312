import { expect, test } from 'vitest';
import { flatten } from '#core/engine/operator-commands';
import type { OrderId, PermId } from '#domain/ids';
import { units } from '#domain/quantity';
import { CoreDesk } from '../support/core/desk.ts';
import { DU } from '../support/core/fixtures.ts';
import { IBM } from '../support/core/trigger-fixtures.ts';
import { tell } from '../support/core/told.ts';

test('O-17: a status word nobody knows moves no order and asks the broker', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  const asked = desk.broker.openOrderRequests + desk.broker.reconciles;
  desk.status(entry, 'Levitating');
  expect(desk.order(entry).state).toBe('ACCEPTED');
  expect(desk.broker.openOrderRequests + desk.broker.reconciles).toBe(asked + 1);
});

test('O-33: a cancel of a kill that is refused while IB lists the order as working stays a residual and is sent again', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.killBy();
  expect(desk.broker.cancels).toHaveLength(1);
  tell(desk, 161, 'Cancel attempted when order is not in a cancellable state.');
  desk.openOrder(entry, 'Submitted');
  desk.end('open-orders');
  desk.wait(30_000);
  expect(desk.stores.engine.get('desk')?.kill).toMatchObject({ phase: 'residuals', residuals: [entry] });
  expect(desk.broker.cancels.length).toBeGreaterThan(1);
});

test('O-43: a flatten that waits while the position turns does not leave to double it', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.fills(entry, 100, 180.02);
  desk.broker.mode = 'queue';
  expect(flatten(desk.deskState, DU, IBM.conId, 'the test').ok).toBe(true);
  desk.fill(entry, 200, 180, { side: 'SELL', permId: 99 as PermId, orderRef: undefined as never, orderId: 0 as OrderId });
  expect(desk.held()?.quantity).toBe(units(-100));
  desk.broker.releaseWaiting();
  expect(desk.broker.frames.slice(1)).toEqual([]);
});
