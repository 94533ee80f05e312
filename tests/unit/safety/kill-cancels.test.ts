import { expect, test } from 'vitest';
import { startDesk } from '#core/engine/operator-commands';
import { protectPosition } from '#core/protection/place-stop';
import type { SavedBreaker } from '#core/risk/breaker';
import type { ClientId, OrderId } from '#domain/ids';
import { ok } from '#domain/result';
import { units } from '#domain/quantity';
import { confirmed, heldBracket, sentBracket } from '../../support/core/bracket.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { restartedAfter } from '../../support/core/earlier-run.ts';
import { DU } from '../../support/core/fixtures.ts';
import { cancelled, changes } from '../../support/core/left.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

test('an order that filled before its cancel is none that the kill has cancelled', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.killBy();
  desk.fills(entry, 100, 180.02);
  desk.wait(1_500);
  expect(desk.kill).toMatchObject({ cancelsSent: 1, cancelled: 0 });
});

test('a kill that is pressed again at once sends again what could not leave the first time', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  const cancel = desk.broker.cancel.bind(desk.broker);
  desk.broker.cancel = () => ({ kind: 'refused', reason: 'not now' });
  desk.killBy();
  desk.broker.cancel = cancel;
  expect(desk.broker.cancels).toEqual([]);
  desk.killBy();
  expect(cancelled(desk)).toEqual([entry]);
});

test('a kill before the first comparison takes no stop: nobody knows yet what it protects', () => {
  const { desk: dead, stop } = heldBracket();
  const desk = restartedAfter(dead);
  desk.news({ kind: 'open-order', order: dead.openOrderOf(stop, 'PreSubmitted') });
  desk.killBy();
  expect(desk.broker.cancels).toEqual([]);
  expect(desk.order(stop).state).toBe('ACCEPTED');
});

test('a stop that stays after a kill and is larger than what is held is made as small, although nothing fills any more', () => {
  const { desk, stop } = heldBracket();
  const other = desk.arm(desk.spec(181, { name: 'B' }, { side: 'SELL', quantity: units(60), stop: { kind: 'price', price: px(183) } }));
  desk.quote(180.9);
  desk.quote(181.02);
  desk.fills(desk.ref(other), 60, 181.01);
  desk.openOrder(desk.ref(other, 'S'), 'PreSubmitted');
  confirmed(desk, 40, 20_000);
  desk.wait(20_000);
  expect(changes(desk)).toEqual([]);
  desk.killBy();
  desk.status(desk.ref(other, 'S'), 'Cancelled');
  desk.wait(4_000);
  expect(changes(desk)).toContainEqual([stop, units(40)]);
});

test('a stop that IB takes does not close the breaker: an entry is what is tried', () => {
  const saved: SavedBreaker = { state: 'open', since: 0, openings: 1, until: 0, reason: 'IB rejected 5 orders.' };
  const desk = new CoreDesk({ breakerFile: { read: () => ok(saved), write: () => ok(undefined) } });
  desk.core.start();
  desk.connect();
  desk.position(100);
  desk.ends();
  desk.pnl();
  desk.know(IBM);
  desk.quote(180.5);
  expect(startDesk(desk.deskState, 'the test').ok).toBe(true);
  expect(protectPosition(desk.deskState, DU, IBM.conId, px(179), 'the test').ok).toBe(true);
  desk.openOrder(desk.broker.frames.at(-1)!.ref, 'PreSubmitted');
  expect(desk.stores.breaker.get('desk')?.state).toBe('half-open');
});

test('a latch that could not be written is tried again with the next press of the kill', () => {
  const desk = new CoreDesk().started();
  desk.latchFile.failing = true;
  desk.killBy();
  expect(desk.latchFile.stored).toBeUndefined();
  desk.latchFile.failing = false;
  desk.killBy();
  expect(desk.latchFile.stored).toBe('the test: the test says so');
});

test('an order that waits in a queue that breaks as it is emptied is over for the desk all the same', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.broker.mode = 'queue';
  desk.quote(180.02);
  expect(desk.order(desk.ref(id)).state).toBe('QUEUED');
  desk.broker.purgeThrows = true;
  desk.killBy();
  expect([desk.order(desk.ref(id)).state, desk.deskState.index.exposed()]).toEqual(['ABORTED_BY_KILL', []]);
});

test('a cancel that left for another client’s order of the same number counts for that one alone', () => {
  const { desk } = sentBracket();
  desk.broker.cancel = () => ({ kind: 'queued' });
  desk.killBy();
  desk.news({ kind: 'cancel-sent', orderId: 100 as OrderId, clientId: 7 as ClientId });
  desk.wait(1_000);
  expect(desk.kill).toMatchObject({ cancelsSent: 0, cancelsUnsent: 3 });
});
