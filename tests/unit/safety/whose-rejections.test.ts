import { expect, test } from 'vitest';
import { OutcomeWatch } from '#core/safety/rejection-breaker';
import type { Order } from '#domain/order';
import { CoreDesk } from '../../support/core/desk.ts';

/** An order of this desk as it left, and what its watch makes of each next state when it is of this origin. */
function outcomes(origin: Order['origin'], state: Order['state']): readonly string[] {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  const sent: Order = { ...desk.order(entry), origin, state: 'SUBMITTED' };
  const watch = new OutcomeWatch();
  watch.note(sent, { ...sent, state });
  return watch.take().map(({ kind }) => kind);
}

test.each([
  ['trigger', true],
  ['operator', true],
  ['manual', false],
  ['foreign', false],
] as const)('C-44: what IB says of an order of the %s counts for the circuit breaker: %s', (origin, counts) => {
  expect(outcomes(origin, 'REJECTED')).toEqual(counts ? ['rejected'] : []);
  expect(outcomes(origin, 'ACCEPTED')).toEqual(counts ? ['accepted'] : []);
  expect(outcomes(origin, 'SUBMITTED')).toEqual([]);
});
