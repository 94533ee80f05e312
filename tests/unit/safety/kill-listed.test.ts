import { expect, test } from 'vitest';
import { CoreDesk } from '../../support/core/desk.ts';
import { manualOrder } from '../../support/core/fixtures.ts';

test('a list of open orders that was asked for before the kill does not verify it: what was placed between is not in it', () => {
  const desk = new CoreDesk().started();
  const earlier = desk.broker.requestOpenOrders();
  desk.killBy('all');
  desk.end('open-orders', desk.epoch, earlier);
  desk.wait(1_500);
  expect(desk.kill?.phase).not.toBe('verified');
  // The answer to the kill's own request names what the older list could not.
  desk.news({ kind: 'open-order', order: manualOrder() });
  desk.end('open-orders');
  desk.wait(1_500);
  expect([desk.kill?.phase, desk.kill?.residuals.length, desk.broker.cancels.length]).toEqual(['residuals', 1, 1]);
});

test('a list that was asked for after the kill verifies it', () => {
  const desk = new CoreDesk().started();
  desk.killBy('all');
  desk.end('open-orders');
  desk.wait(1_500);
  expect(desk.kill?.phase).toBe('verified');
});

test('a kill that is pressed again is verified by a list of its own, not by that of the one before', () => {
  const desk = new CoreDesk().started();
  desk.killBy('own');
  const asked = desk.broker.requests;
  desk.end('open-orders');
  desk.wait(1_500);
  expect(desk.kill?.phase).toBe('verified');
  desk.killBy('all');
  desk.end('open-orders', desk.epoch, asked);
  desk.wait(1_500);
  expect(desk.kill?.phase).not.toBe('verified');
  desk.end('open-orders');
  desk.wait(1_500);
  expect(desk.kill?.phase).toBe('verified');
});
