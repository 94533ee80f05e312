import { expect, test } from 'vitest';
import { startDesk } from '#core/engine/operator-commands';
import type { ApprovedOrder } from '#core/ports/broker';
import { closePosition } from '#core/protection/close-position';
import { protectPosition } from '#core/protection/place-stop';
import type { OrderId, OrderRef } from '#domain/ids';
import { units } from '#domain/quantity';
import { heldBare } from '../../support/core/bracket.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU, manualOrder, rulesOf } from '../../support/core/fixtures.ts';
import { closes } from '../../support/core/left.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

test('what was approved before a kill never leaves, also when the desk has been re-armed and started since', () => {
  const desk = heldBare();
  const waiting: ApprovedOrder[] = [];
  desk.broker.place = (approved) => {
    waiting.push(approved);
    return { kind: 'queued' };
  };
  expect(closePosition(desk.deskState, DU, IBM.conId, 100, 'the test').ok).toBe(true);
  expect(desk.core.gate(waiting[0]!)).toBeUndefined();
  desk.killBy();
  desk.rearm();
  expect(startDesk(desk.deskState, 'the test').ok).toBe(true);
  expect(desk.core.gate(waiting[0]!)).toBe('This order was approved before the kill.');
});

test('a stop that waited for a message slot does not leave beside an exit that came meanwhile: both would turn the position around', () => {
  const desk = heldBare();
  desk.broker.mode = 'queue';
  expect(protectPosition(desk.deskState, DU, IBM.conId, px(179), 'the test').ok).toBe(true);
  desk.news({ kind: 'open-order', order: manualOrder({ side: 'SELL', limit: px(182), quantity: units(100), orderId: -7 as OrderId }) });
  const before = desk.broker.frames.length;
  desk.broker.mode = 'wire';
  desk.broker.releaseWaiting();
  expect([desk.broker.frames.length, closes(desk)]).toEqual([before, []]);
  expect(desk.broker.gateAnswers.at(-1)).toContain('would turn the position around');
});

/** An entry that risk has let through and that waits for a message slot; at most 120 shares may be held. */
function entryWaits(): { readonly desk: CoreDesk; readonly ref: OrderRef } {
  const desk = new CoreDesk().started();
  desk.rules = rulesOf({ maxPositionShares: 120 });
  desk.quote(179.9);
  const id = desk.arm(desk.spec(180));
  desk.broker.mode = 'queue';
  desk.quote(179.9);
  desk.quote(180.02);
  expect(desk.broker.waiting).toBe(1);
  return { desk, ref: desk.ref(id) };
}

test('an entry that waited does not leave when with an order typed into TWS meanwhile the position would pass its limit', () => {
  const { desk, ref } = entryWaits();
  desk.news({ kind: 'open-order', order: manualOrder({ side: 'BUY', limit: px(179), quantity: units(30), orderId: -7 as OrderId }) });
  desk.broker.releaseWaiting();
  expect([desk.broker.frames.length, desk.order(ref).state]).toEqual([0, 'DENIED']);
  expect(desk.broker.gateAnswers.at(-1)).toBe(
    'With everything that works by now the position in IBM would be 130, above the limit of 120.',
  );
});

test('beside an order typed into TWS with which it still fits it leaves', () => {
  const { desk, ref } = entryWaits();
  desk.news({ kind: 'open-order', order: manualOrder({ side: 'BUY', limit: px(179), quantity: units(20), orderId: -7 as OrderId }) });
  desk.broker.releaseWaiting();
  expect(desk.broker.frames.map((frame) => frame.ref)).toEqual([ref]);
});
