import { expect, test } from 'vitest';
import { closePosition } from '#core/protection/close-position';
import { cancelOrders } from '#core/execution/cancel';
import { orderRow } from '#desk/projection/order-row';
import { modifyOrder } from '#core/execution/modify';
import type { ClientId, OrderId, PermId } from '#domain/ids';

import { units } from '#domain/quantity';
import { CoreConsole } from '../../support/core/console.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU } from '../../support/core/fixtures.ts';
import { BRACKET } from '../../support/core/bracket.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

/** A bracket that was approved and waits for a message slot. */
function queued(made: CoreConsole) {
  const { desk } = made;
  const id = desk.waiting(BRACKET);
  desk.broker.mode = 'queue';
  desk.quote(180.02);
  const legs = (['E', 'T', 'S'] as const).map((leg) => desk.ref(id, leg));
  expect(legs.map((ref) => desk.order(ref).state)).toEqual(['QUEUED', 'QUEUED', 'QUEUED']);
  return { id, legs };
}

test('cancel all takes with it what waits for a message slot', async () => {
  for (const scope of ['own', 'all'] as const) {
    const made = new CoreConsole();
    const { desk } = made;
    const { id, legs } = queued(made);
    expect(await made.call('orders.cancel-all', { scope })).toMatchObject({ ok: true });
    desk.broker.mode = 'wire';
    desk.broker.releaseWaiting();
    expect(desk.broker.frames).toEqual([]);
    expect(legs.map((ref) => [desk.order(ref).state, desk.order(ref).note])).toEqual(
      legs.map(() => ['DENIED', 'Cancelled by console window before it left.']),
    );
    expect(desk.trigger(id)).toMatchObject({ life: 'failed', reason: 'Cancelled by console window before it left.' });
  }
});

test('a single order that waits for a message slot can be cancelled; its bracket goes with it, other orders do not', async () => {
  const made = new CoreConsole();
  const { desk } = made;
  const { legs } = queued(made);
  const other = desk.arm(desk.spec(181, { name: 'B' }, { quantity: units(50) }));
  desk.quote(180.03);
  desk.wait(1_500);
  desk.quote(181.02);
  expect(await made.call('order.cancel', { key: legs[2]! as never })).toMatchObject({ ok: true });
  expect(legs.map((ref) => desk.order(ref).state)).toEqual(['DENIED', 'DENIED', 'DENIED']);
  desk.broker.mode = 'wire';
  desk.broker.releaseWaiting();
  expect(desk.broker.frames.map(({ ref }) => ref)).toEqual([desk.ref(other)]);
});

test('cancel all ends a close that waits for its exits, which it would set free', async () => {
  const made = new CoreConsole();
  const { desk } = made;
  const { id, entry } = desk.fired(BRACKET);
  desk.fills(entry, 100, 180.02);
  const exits = [desk.ref(id, 'T'), desk.ref(id, 'S')];
  for (const ref of exits) desk.openOrder(ref);
  desk.wait(2_500);
  desk.position(100);
  desk.end('positions');
  expect(closePosition(desk.deskState, DU, IBM.conId, 100, 'the test').ok).toBe(true);
  await made.call('orders.cancel-all', { scope: 'own' });
  for (const ref of exits) desk.status(ref, 'Cancelled');
  desk.wait(12_000);
  expect(desk.broker.frames.filter(({ leg }) => leg.leg === 'F')).toEqual([]);
  expect(desk.alarms().some((text) => text.includes('cancelled all before its exits had gone'))).toBe(true);
});

test('a change that waits for a message slot does not leave after the cancel of its order', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired({ entry: { type: 'LMT', limit: px(180) } });
  desk.openOrder(entry);
  desk.wait(1_500);
  desk.quote(180.02);
  const drops: string[] = [];
  desk.broker.drop = (refs) => {
    drops.push(...refs);
    return [];
  };
  const { key, updatedAt } = desk.order(entry);
  expect(modifyOrder(desk.deskState, key, updatedAt, { limit: px(180.01) }, 'the test').ok).toBe(true);
  cancelOrders(desk.deskState, [desk.order(entry)], 'the test');
  expect([drops, desk.order(entry).state]).toEqual([[entry], 'PENDING_CANCEL']);
});

test('two permIds for one reference: a cancel of either goes to both, a kill too, and both rows say that they are twins', () => {
  for (const way of ['elder', 'younger', 'kill'] as const) {
    const made = new CoreConsole();
    const { desk } = made;
    const { entry } = desk.fired({ entry: { type: 'LMT', limit: px(180) } });
    desk.openOrder(entry);
    desk.openOrder(entry, 'Submitted', { permId: 4_242 as PermId, orderId: 77 as OrderId, clientId: 2 as ClientId });
    const notes = [entry, 'perm:4242'].map((key) => orderRow(desk.deskState, desk.order(key as never)).note);
    expect(notes).toEqual([expect.stringMatching(/^TWIN: .*permId 4242/), expect.stringMatching(/^TWIN: .*permId 1000100/)]);
    if (way === 'kill') desk.killBy();
    else cancelOrders(desk.deskState, [desk.order(way === 'elder' ? entry : ('perm:4242' as never))], 'the test');
    expect([way, desk.broker.cancels.map(({ orderId }) => orderId).toSorted()]).toEqual([way, [100, 77]]);
  }
});
