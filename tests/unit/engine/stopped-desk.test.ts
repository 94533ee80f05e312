import { expect, test } from 'vitest';
import { kill } from '#core/safety/kill';
import { waitingBracket } from '../../support/core/bracket-desk.ts';

test('a desk that is stopped in the middle of a kill does nothing any more: no timer is left, nothing is asked and nothing committed', () => {
  const { desk } = waitingBracket();
  kill(desk.deskState, 'own', 'you', 'enough', 'cancel');
  const { length } = desk.journal.records;
  desk.core.stop();
  expect(desk.clock.pending).toBe(0);
  desk.wait(60_000);
  expect(desk.journal.records).toHaveLength(length);
});
