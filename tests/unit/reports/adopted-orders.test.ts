import { expect, test } from 'vitest';
import type { ClientId, OrderId, PermId } from '#domain/ids';
import { BRACKET, sentBracket } from '../../support/core/bracket.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { REF, restartedAfter, restartedWithDraft, TRIGGER, earlier } from '../../support/core/earlier-run.ts';
import { manualOrder } from '../../support/core/fixtures.ts';

test('an exit of an earlier run keeps the entry that its reference names, whoever has that number now', () => {
  const { desk: dead, entry, stop } = sentBracket(BRACKET);
  const { orderId, clientId } = dead.broker.frameOf(entry);
  const desk = restartedAfter(dead, []);
  desk.news({ kind: 'open-order', order: manualOrder({ clientId, orderId, permId: 900 as PermId }) });
  desk.news({ kind: 'open-order', order: dead.openOrderOf(stop, 'PreSubmitted', { parentId: orderId }) });
  expect(desk.order(stop).parentKey).toBe(entry);
});

test('an order that only carries the reference of one of the last run does not inherit its reason', () => {
  const dead = new CoreDesk();
  const { entry } = dead.fired();
  dead.openOrder(entry);
  for (const [permId, isSame] of [
    [dead.permOf(entry), true],
    [999 as PermId, false],
  ] as const) {
    const desk = restartedAfter(dead);
    desk.news({
      kind: 'open-order',
      order: dead.openOrderOf(entry, 'Submitted', { permId, orderId: 7 as OrderId, clientId: 2 as ClientId }),
    });
    expect([permId, desk.order(entry).cause !== undefined]).toEqual([permId, isSame]);
  }
});

test('a trigger whose order of the same arming is found at IB is spent, and not offered again', () => {
  const desk = restartedWithDraft();
  desk.news({ kind: 'open-order', order: earlier(REF) });
  desk.ends();
  expect(desk.trigger(TRIGGER)).toMatchObject({ life: 'fired', fires: 1, gen: 3 });
});

test('an order of an earlier run that IB calls Filled, without an execution, is not filled yet', () => {
  const desk = restartedWithDraft();
  desk.news({ kind: 'open-order', order: earlier(REF, { ibStatus: 'Filled' }) });
  expect(desk.order(REF)).toMatchObject({ state: 'ACCEPTED', filled: 0 });
});
