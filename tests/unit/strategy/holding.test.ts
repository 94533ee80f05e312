import { expect, test } from 'vitest';
import { startReconciliation } from '#core/reconciliation/compare';
import { changeTrigger } from '#core/strategy/trigger/change';

import type { TriggerId } from '#domain/ids';
import { units } from '#domain/quantity';
import { CoreDesk } from '../../support/core/desk.ts';
import { resumed } from '../../support/core/resumed.ts';

/** The first trigger's order is UNKNOWN after a lost connection, the desk runs again, and the second waits above 181. */
function unknown(): { readonly desk: CoreDesk; readonly first: TriggerId; readonly second: TriggerId } {
  const desk = new CoreDesk();
  const first = desk.waiting();
  const second = desk.arm(desk.spec(181, { name: 'B' }, { quantity: units(50) }));
  desk.wait(1_500);
  desk.quote(179.9);
  desk.quote(180.02);
  resumed(desk);
  expect([desk.order(desk.ref(first)).state, desk.state]).toEqual(['UNKNOWN', 'MANAGING']);
  return { desk, first, second };
}

test('while an order of its contract is UNKNOWN a trigger that comes true holds; settled, it fires while the price stays beyond', () => {
  const { desk, first, second } = unknown();
  desk.quote(181.02);
  expect([desk.broker.frames.length, desk.trigger(second).life]).toEqual([1, 'armed']);
  expect(desk.deskState.registry.row(second)).toMatchObject({
    status: 'holding',
    reason:
      'An order of IBM is UNKNOWN; settle it first, it may still fill. The rule woke and is kept awake while the price stays beyond its level.',
  });
  expect(desk.deskState.registry.fireNow(second).ok).toBe(false);
  desk.openOrder(desk.ref(first));
  desk.quote(181.03);
  expect(desk.broker.frames.map(({ ref }) => ref)).toEqual([desk.ref(first), desk.ref(second)]);
});

test('a trigger that held and whose price went back has not fired: it must cross again', () => {
  const { desk, first, second } = unknown();
  desk.quote(181.02);
  desk.quote(180.5);
  desk.openOrder(desk.ref(first));
  desk.quote(180.6);
  expect([desk.broker.frames.length, desk.trigger(second).life]).toEqual([1, 'armed']);
  desk.quote(181.05);
  expect(desk.broker.frames).toHaveLength(2);
});

test('a paused trigger is not resumed while an order of its contract is UNKNOWN', () => {
  const { desk, second } = unknown();
  expect(changeTrigger(desk.deskState, second, desk.trigger(second).updatedAt, 'pause', 'the test').ok).toBe(true);
  expect(changeTrigger(desk.deskState, second, desk.trigger(second).updatedAt, 'resume', 'the test')).toEqual({
    ok: false,
    error: { code: 'not-allowed-now', text: 'An order of IBM is UNKNOWN; settle it first, it may still fill.' },
  });
  expect(desk.trigger(second).life).toBe('paused');
});

test('of two triggers that fire on one tick the second is denied when the first has become UNKNOWN as it left', () => {
  const desk = new CoreDesk();
  const first = desk.waiting();
  const second = desk.arm(desk.spec(180, { name: 'B' }, { quantity: units(50) }));
  desk.quote(179.9);
  const place = desk.broker.place.bind(desk.broker);
  let placed = 0;
  desk.broker.place = (approved) => {
    placed += 1;
    if (placed === 1) throw new Error('the adapter broke');
    return place(approved);
  };
  desk.quote(180.02);
  expect([desk.order(desk.ref(first)).state, desk.trigger(second).life, placed]).toEqual(['UNKNOWN', 'failed', 1]);
  expect(desk.trigger(second).reason).toContain('An order of IBM is UNKNOWN');
});

test('a trigger that crosses while the book is compared holds, is not spent, and fires when the comparison is done', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  startReconciliation(desk.deskState);
  desk.quote(180.02);
  expect(desk.trigger(id).life).toBe('armed');
  expect(desk.deskState.registry.row(id)).toMatchObject({
    status: 'holding',
    reason: expect.stringMatching(/^The book is being compared/) as string,
  });
  desk.ends();
  expect(desk.broker.frames).toEqual([]);
  desk.quote(180.03);
  expect(desk.broker.frames).toHaveLength(1);
});

test('a crossing that went back before the comparison was done does not fire after it', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  startReconciliation(desk.deskState);
  desk.quote(180.02);
  desk.quote(179.9);
  desk.ends();
  desk.quote(179.95);
  expect([desk.broker.frames.length, desk.trigger(id).life]).toEqual([0, 'armed']);
});
