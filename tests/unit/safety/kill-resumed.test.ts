import { expect, test } from 'vitest';
import { CoreDesk } from '../../support/core/desk.ts';

test('an order that was lost sight of is cancelled again in the very turn of the reconnect, while its kill is under way', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.disconnect();
  desk.connect();
  expect(desk.order(entry).state).toBe('UNKNOWN');
  desk.killBy('own');
  const asked = desk.broker.cancels.length;
  expect(asked).toBe(1);
  desk.disconnect();
  desk.wait(120_000);
  desk.connect();
  expect(desk.broker.cancels).toHaveLength(asked + 1);
});
