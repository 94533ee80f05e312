import { expect, test } from 'vitest';
import { CoreDesk } from '../../support/core/desk.ts';

test('fills that keep coming do not put off the comparison of positions: it comes every few seconds', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  const before = desk.broker.positionRequests;
  for (let second = 0; second < 20; second += 1) {
    desk.wait(1_000);
    desk.fill(entry, 1, 180.02);
  }
  expect(desk.broker.positionRequests - before).toBeGreaterThanOrEqual(4);
});
