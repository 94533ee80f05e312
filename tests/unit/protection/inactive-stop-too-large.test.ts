import { expect, test } from 'vitest';
import { cancelOrders } from '#core/execution/cancel';
import { units } from '#domain/quantity';
import { acknowledged, confirmed, heldBracket } from '../../support/core/bracket.ts';
import { offer, soldByHand } from '../../support/core/held.ts';
import type { CoreDesk } from '../../support/core/desk.ts';

function unprotectedLevels(desk: CoreDesk): readonly string[] {
  return desk.logs.filter(({ text }) => text.startsWith('UNPROTECTED')).map(({ level }) => level);
}

/** 100 were held with an Inactive stop for them, a person has sold 40: the desk has taken the stop back and the target fits. */
function takenBack() {
  const { desk, stop, target } = heldBracket();
  acknowledged(desk, stop, 'Inactive');
  soldByHand(desk, 40, 60);
  desk.wait(1_500);
  expect(desk.broker.cancels.map(({ orderId }) => orderId)).toEqual([desk.broker.frameOf(stop).orderId]);
  acknowledged(desk, target, 'Submitted', { quantity: units(60) });
  return { desk, stop };
}

test('an Inactive stop that the desk itself takes back leaves an alarm for all that is held, not the amber of an operator who knows', () => {
  const { desk, stop } = takenBack();
  desk.status(stop, 'Cancelled');
  confirmed(desk, 60);
  desk.wait(3_000);
  expect(offer(desk)).toMatchObject({ kind: 'protect', quantity: units(60) });
  expect(unprotectedLevels(desk)).toEqual(['alarm']);
});

test('an Inactive stop that the operator cancels is told in amber', () => {
  const { desk, stop } = heldBracket();
  acknowledged(desk, stop, 'Inactive');
  cancelOrders(desk.deskState, [desk.order(stop)], 'the test');
  desk.status(stop, 'Cancelled');
  desk.wait(3_000);
  expect(offer(desk)).toMatchObject({ kind: 'protect', quantity: units(100) });
  expect(unprotectedLevels(desk)).toEqual(['warning']);
});
