import { expect, test } from 'vitest';
import { breakeven } from '#core/protection/place-stop';
import { trailPosition } from '#core/protection/trailing-stop';
import { changeOrder } from '#core/execution/modify';
import type { Order, Trail } from '#domain/order';
import type { OrderId, PermId } from '#domain/ids';
import { units } from '#domain/quantity';
import { confirmed, heldBare } from '../../support/core/bracket.ts';
import type { CoreDesk } from '../../support/core/desk.ts';
import { DU, manualOrder } from '../../support/core/fixtures.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

/** One wish that takes several orders: a refusal leaves everything as it was, and what is done in part says so (I-33). */

const HALF: Trail = { kind: 'amount', amount: px(0.5) };

/** An exit that a person typed into TWS, which knows no group of it. */
function byHand(desk: CoreDesk, id: number, quantity: number, stop?: number): Order {
  const { limit, ...typed } = manualOrder({ side: 'SELL', quantity: units(quantity), limit: px(182) });
  const ids = { orderId: -id as OrderId, permId: (7_000 + id) as PermId };
  const terms = stop === undefined ? { limit: limit! } : { type: 'STP', stop: px(stop) };
  desk.news({ kind: 'open-order', order: { ...typed, ...ids, ...terms } });
  return desk.deskState.index.working().find(({ permId }) => permId === ids.permId) ?? expect.fail('it is not in the book');
}

function answer(done: ReturnType<typeof breakeven>): string {
  return done.ok ? 'done' : done.error.text;
}

test('a stop trails although what no stop covers finds no room for one, and an alarm says what was not done', () => {
  const desk = heldBare(180.5);
  const stop = byHand(desk, 7, 60, 179);
  byHand(desk, 8, 40);
  expect(answer(trailPosition(desk.deskState, DU, IBM.conId, HALF, 'the test'))).toBe('done');
  expect(desk.broker.cancels.map(({ orderId }) => orderId)).toEqual([stop.orderId]);
  expect(desk.alarms().filter((text) => text.startsWith('Only part of what was asked for IBM was done:'))).toHaveLength(1);
});

test('where nothing can be done for a position the trail is refused and nothing has changed', () => {
  const desk = heldBare(180.5);
  byHand(desk, 8, 100);
  const before = desk.coordinator.seq;
  expect(answer(trailPosition(desk.deskState, DU, IBM.conId, HALF, 'the test'))).toContain('a second time besides a new stop');
  expect([desk.coordinator.seq, desk.broker.cancels]).toEqual([before, []]);
});

test('what no stop covers is covered before another stop goes', () => {
  const desk = heldBare(180.5);
  const stop = byHand(desk, 7, 60, 179);
  const frames = desk.broker.frames.length;
  expect(answer(trailPosition(desk.deskState, DU, IBM.conId, HALF, 'the test'))).toBe('done');
  expect(desk.broker.frames.slice(frames).map(({ leg }) => [leg.type, leg.quantity])).toEqual([['TRAIL', units(40)]]);
  expect(desk.order(stop.key).state).toBe('PENDING_CANCEL');
  expect(desk.alarms()).toEqual([]);
});

test('a stop that cannot move does not keep the others from the average, and an alarm says that it stayed', () => {
  const desk = heldBare(180.5);
  confirmed(desk, 100, 1_000);
  const [first, second] = [byHand(desk, 7, 50, 179), byHand(desk, 8, 50, 179)];
  expect(changeOrder(desk.deskState, second, { stop: px(179.2) }, 'the test').ok).toBe(true);
  expect(answer(breakeven(desk.deskState, DU, IBM.conId, 'the test'))).toBe('done');
  expect(desk.order(first.key).state).toBe('PENDING_REPLACE');
  expect(desk.alarms().filter((text) => text.startsWith('Only part of what was asked for IBM was done:'))).toHaveLength(1);
});

test('stops that trail by that distance already are left alone, and one that does not is replaced without an alarm', () => {
  const desk = heldBare(180.5);
  expect(answer(trailPosition(desk.deskState, DU, IBM.conId, HALF, 'the test'))).toBe('done');
  const { ref } = desk.broker.frames.at(-1) ?? expect.fail('nothing left');
  desk.openOrder(ref, 'PreSubmitted');
  const before = desk.coordinator.seq;
  expect(answer(trailPosition(desk.deskState, DU, IBM.conId, HALF, 'the test'))).toBe('The stops of IBM trail by that distance already.');
  expect(desk.coordinator.seq).toBe(before);
});
