import { expect, test } from 'vitest';
import { cancelOrders } from '#core/execution/cancel';
import { cancelAll } from '#core/safety/cancel-all';
import { units } from '#domain/quantity';
import { CoreDesk } from '../../support/core/desk.ts';
import { acknowledged, BRACKET, confirmed, sentBracket } from '../../support/core/bracket.ts';
import { manualOrder } from '../../support/core/fixtures.ts';
import { px } from '../../support/core/trigger-fixtures.ts';

test('a cancel of everything that finds no socket leaves with the next connection, the global cancel too', () => {
  const desk = new CoreDesk().started();
  desk.news({ kind: 'open-order', order: manualOrder({ clientId: 7 as never }) });
  desk.disconnect();
  cancelAll(desk.deskState, 'all', 'the test', 'cancel');
  expect(desk.broker.globalCancels).toBe(0);
  desk.connect();
  expect(desk.broker.globalCancels).toBe(1);
  expect(desk.broker.left.indexOf('global-cancel')).toBeLessThan(desk.broker.left.lastIndexOf('reconcile'));
});

test('cancel all that keeps exits goes on keeping them when its cancels leave only with the next connection', () => {
  const { desk, entry, target, stop } = sentBracket({ ...BRACKET, entry: { type: 'LMT', limit: px(180.02) } });
  desk.fill(entry, 40, 180.02);
  desk.status(entry, 'Submitted', 40);
  acknowledged(desk, target, 'Submitted');
  acknowledged(desk, stop, 'PreSubmitted');
  confirmed(desk, 40, 16_000);
  desk.disconnect();
  cancelAll(desk.deskState, 'own', 'the test');
  expect(desk.broker.cancels).toEqual([]);
  desk.connect();
  desk.openOrder(entry, 'Submitted');
  acknowledged(desk, target, 'Submitted');
  acknowledged(desk, stop, 'PreSubmitted');
  desk.position(40);
  desk.ends();
  expect(desk.broker.cancels.map(({ orderId }) => orderId)).toEqual([desk.broker.frameOf(entry).orderId]);
  // IB takes the children along, and the one that protected the 40 comes back.
  desk.status(entry, 'Cancelled', 40);
  desk.status(target, 'Cancelled');
  desk.status(stop, 'Cancelled');
  desk.quote(180.5);
  desk.wait(3_000);
  expect(desk.broker.frames.slice(3).map(({ leg }) => leg)).toMatchObject([{ leg: 'S', type: 'STP', quantity: units(40), stop: px(179) }]);
});

test('a stop that the operator cancels himself is not put back, although it goes with an entry whose exits were to stay', () => {
  const { desk, entry, target, stop } = sentBracket({ ...BRACKET, entry: { type: 'LMT', limit: px(180.02) } });
  desk.fill(entry, 40, 180.02);
  desk.status(entry, 'Submitted', 40);
  acknowledged(desk, target, 'Submitted');
  acknowledged(desk, stop, 'PreSubmitted');
  confirmed(desk, 40, 16_000);
  cancelAll(desk.deskState, 'own', 'the test');
  cancelOrders(desk.deskState, [desk.order(stop)], 'the test');
  desk.status(entry, 'Cancelled', 40);
  desk.status(target, 'Cancelled');
  desk.status(stop, 'Cancelled');
  desk.quote(180.5);
  desk.wait(20_000);
  expect(desk.broker.frames).toHaveLength(3);
});
