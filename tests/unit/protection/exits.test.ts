import { expect, test } from 'vitest';
import { cancelOrders } from '#core/execution/cancel';
import { changeOrder, modifyOrder } from '#core/execution/modify';
import { restOf } from '#core/order/oca-group';
import type { OrderRef } from '#domain/ids';
import { units } from '#domain/quantity';
import { BRACKET, heldBracket } from '../../support/core/bracket.ts';
import { waitingBracket } from '../../support/core/bracket-desk.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { px } from '../../support/core/trigger-fixtures.ts';

/** What risk says of an exit that counts what works against what is held. */

test('stop and target of an entry that waits can be changed; beyond what it will open they are not', () => {
  const { desk, target, stop } = waitingBracket();
  const change = (ref: OrderRef, terms: Parameters<typeof modifyOrder>[3]) =>
    modifyOrder(desk.deskState, desk.order(ref).key, desk.order(ref).updatedAt, terms, 'the test');
  expect(change(stop, { stop: px(178.9) }).ok).toBe(true);
  expect(change(target, { quantity: units(101) })).toMatchObject({ ok: false });
  expect(change(target, { limit: px(183) }).ok).toBe(true);
});

test('an exit is not raised above what is held and free; its filled part counts for nothing', () => {
  const { desk, target, stop } = heldBracket();
  expect(changeOrder(desk.deskState, desk.order(stop), { quantity: units(101) }, 'the test')).toMatchObject({ ok: false });
  desk.fill(target, 40, 182);
  desk.position(60);
  desk.openOrder(stop, 'PreSubmitted', { quantity: units(60) });
  // 40 of 100 are filled: the target of 90 takes 50 of the 60 that are held.
  expect(changeOrder(desk.deskState, desk.order(target), { quantity: units(90) }, 'the test').ok).toBe(true);
  expect(changeOrder(desk.deskState, desk.order(stop), { quantity: units(61) }, 'the test')).toMatchObject({ ok: false });
});

test('an exit shrinks whatever else works against the position', () => {
  const { desk, stop } = heldBracket();
  const two = desk.arm(desk.spec(181, { name: 'two' }, BRACKET));
  desk.quote(180.5);
  desk.quote(181.02);
  desk.fills(desk.ref(two), 100, 181.03);
  for (const leg of ['T', 'S'] as const) desk.openOrder(desk.ref(two, leg), 'PreSubmitted');
  desk.position(50);
  expect(changeOrder(desk.deskState, desk.order(stop), { quantity: units(50) }, 'the test').ok).toBe(true);
});

test.each(['on its way', 'lost sight of', 'followed by a cancel'] as const)(
  'an order whose raise is %s counts with the larger quantity',
  (how) => {
    const desk = new CoreDesk();
    const { entry } = desk.fired({ entry: { type: 'LMT', limit: px(180) } });
    desk.openOrder(entry);
    const limits = {
      ...desk.rules.limits,
      maxPositionShares: 250,
      maxOrderShares: 250,
      ordersPerSecond: 100,
      ordersPerSecondPerSymbol: 100,
    };
    desk.rules = { ...desk.rules, limits };
    desk.wait(1_500);
    desk.quote(179.9);
    const two = desk.arm(desk.spec(180.5, { name: 'two' }, { quantity: units(140) }));
    desk.quote(179.9);
    expect(changeOrder(desk.deskState, desk.order(entry), { quantity: units(240) }, 'the test').ok).toBe(true);
    if (how === 'followed by a cancel') {
      cancelOrders(desk.deskState, [desk.order(entry)], 'the test');
      desk.status(entry, 'PendingCancel');
    }
    if (how === 'lost sight of') {
      desk.disconnect();
      // A word that says nothing of the terms settles nothing.
      desk.status(entry, 'NeverHeardOf');
      expect(desk.order(entry).state).toBe('UNKNOWN');
      expect(restOf(desk.order(entry))).toBe(units(240));
      return;
    }
    desk.quote(180.6);
    expect(desk.trigger(two).reason).toContain('above the limit of 250');
    expect(desk.broker.frames).toHaveLength(1);
  },
);
