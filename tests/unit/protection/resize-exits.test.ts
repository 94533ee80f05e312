import { expect, test } from 'vitest';
import { decide } from '#core/reconciliation/adoption';
import { breakeven, protectPosition } from '#core/protection/place-stop';
import { unprotectedOf } from '#core/protection/exits';
import { cancelOrders } from '#core/execution/cancel';

import { changeOrder, modifyOrder } from '#core/execution/modify';
import { startDesk } from '#core/engine/operator-commands';
import type { ClientId, ExecId, OrderId, OrderKey, OrderRef, PermId } from '#domain/ids';
import { units } from '#domain/quantity';
import { BRACKET, heldBare, heldBracket } from '../../support/core/bracket.ts';
import { restarted, tradedByHand, waitingBracket } from '../../support/core/bracket-desk.ts';
import type { CoreDesk } from '../../support/core/desk.ts';
import { DU } from '../../support/core/fixtures.ts';
import { changes } from '../../support/core/left.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

function unprotected(desk: CoreDesk) {
  return unprotectedOf(desk.deskState, desk.held() ?? expect.fail('no position'));
}

/** IB answers the changes that are under way. */
function taken(desk: CoreDesk, refs: readonly OrderRef[]): void {
  for (const ref of refs) {
    const quantity = desk.broker.changes.findLast((change) => change.ref === ref)?.leg.quantity;
    if (quantity !== undefined) desk.openOrder(ref, 'PreSubmitted', { quantity });
  }
}

function refuses(desk: CoreDesk, ref: OrderRef): void {
  const { orderId, clientId } = desk.broker.frameOf(ref);
  const how = { severity: 'error', disposition: 'refused-change' } as const;
  desk.news({ kind: 'notice', notice: { code: 105, id: orderId, clientId, text: 'no', orderId, ...how } });
}

test('exits of an entry that fills in parts are let alone: two fills within 60 ms, the rest works', () => {
  const { desk, entry } = waitingBracket();
  desk.fill(entry, 30, 180.02);
  desk.clock.advance(60);
  desk.fill(entry, 30, 180.02);
  desk.position(60);
  desk.wait(10_000);
  expect([desk.broker.changes, desk.broker.cancels]).toEqual([[], []]);
  desk.fill(entry, 40, 180.02);
  desk.position(100);
  desk.wait(10_000);
  expect([desk.broker.changes, desk.broker.cancels]).toEqual([[], []]);
  expect(unprotected(desk)).toBe(units(0));
});

test('a fill of 30 and of 70 much later leave a stop for 100', () => {
  const { desk, entry, stop } = waitingBracket();
  desk.fill(entry, 30, 180.02);
  desk.position(30);
  desk.wait(30_000);
  desk.fill(entry, 70, 180.02);
  desk.position(100);
  desk.wait(10_000);
  expect(desk.order(stop)).toMatchObject({ state: 'ACCEPTED', quantity: units(100) });
  expect(unprotected(desk)).toBe(units(0));
});

test('when the rest of a part-filled entry is cancelled, exits that IB has not shrunk shrink to what is held', () => {
  const { desk, entry, target, stop } = waitingBracket();
  desk.fill(entry, 30, 180.02);
  desk.position(30);
  desk.wait(3_000);
  desk.status(entry, 'Cancelled', 30);
  desk.wait(5_000);
  expect(changes(desk)).toEqual([
    [target, units(30)],
    [stop, units(30)],
  ]);
  expect(desk.broker.cancels).toEqual([]);
});

test('a person sells half in two fills 50 ms apart: the exits shrink once, and a change under way is never followed by a cancel', () => {
  const { desk, target, stop } = heldBracket();
  tradedByHand(desk, 'SELL', 25);
  desk.clock.advance(50);
  tradedByHand(desk, 'SELL', 25);
  desk.position(50);
  // IB does not answer for long.
  desk.wait(9_000);
  expect(changes(desk)).toEqual([
    [target, units(50)],
    [stop, units(50)],
  ]);
  expect(desk.broker.cancels).toEqual([]);
  taken(desk, [target, stop]);
  desk.wait(10_000);
  expect([desk.broker.changes.length, desk.broker.cancels.length, unprotected(desk)]).toEqual([2, 0, units(0)]);
});

test('a second sale while the first change is under way is followed once IB has answered', () => {
  const { desk, target, stop } = heldBracket();
  tradedByHand(desk, 'SELL', 25);
  desk.position(75);
  desk.wait(2_000);
  tradedByHand(desk, 'SELL', 25);
  desk.position(50);
  desk.wait(4_000);
  expect(desk.broker.changes).toHaveLength(2);
  taken(desk, [target, stop]);
  desk.wait(2_000);
  expect(changes(desk).slice(2)).toEqual([
    [target, units(50)],
    [stop, units(50)],
  ]);
  expect(desk.broker.cancels).toEqual([]);
});

test('a stop that IB does not shrink stays, with an alarm; a target that IB does not shrink goes', () => {
  const { desk, target, stop } = heldBracket();
  tradedByHand(desk, 'SELL', 50);
  desk.position(50);
  desk.wait(2_000);
  refuses(desk, target);
  refuses(desk, stop);
  desk.wait(4_000);
  expect(desk.broker.cancels.map(({ orderId }) => orderId)).toEqual([desk.broker.frameOf(target).orderId]);
  expect(desk.order(stop).state).toBe('ACCEPTED');
  expect(desk.alarms().filter((text) => text.includes('could not be made smaller'))).toHaveLength(1);
  desk.status(target, 'Cancelled');
  // It is tried again, and then IB takes it.
  desk.wait(25_000);
  expect(changes(desk).at(-1)).toEqual([stop, units(50)]);
});

test('exits that are on their way out count for nothing: those of another bracket stay', () => {
  const { desk, target, stop } = heldBracket();
  const second = desk.arm(desk.spec(181, { name: 'two' }, BRACKET));
  desk.quote(180.5);
  desk.quote(181.02);
  desk.fills(desk.ref(second), 100, 181.03);
  for (const leg of ['T', 'S'] as const) desk.openOrder(desk.ref(second, leg), 'PreSubmitted');
  desk.position(200);
  cancelOrders(desk.deskState, [desk.order(target), desk.order(stop)], 'the test');
  const sent = desk.broker.cancels.length;
  tradedByHand(desk, 'SELL', 100);
  desk.position(100);
  desk.wait(8_000);
  expect([desk.broker.changes, desk.broker.cancels.length]).toEqual([[], sent]);
  expect(unprotected(desk)).toBe(units(0));
});

test('an exit that is UNKNOWN is not touched, and nothing that works is taken away for it', () => {
  const { desk, target, stop } = heldBracket();
  const { key, updatedAt } = desk.order(stop);
  modifyOrder(desk.deskState, key, updatedAt, { stop: px(179.5) }, 'the test');
  desk.disconnect();
  desk.connect();
  desk.openOrder(target);
  desk.position(100);
  desk.ends();
  expect(desk.order(stop).state).toBe('UNKNOWN');
  tradedByHand(desk, 'SELL', 100);
  desk.position(0);
  desk.wait(8_000);
  expect(desk.broker.cancels.map(({ orderId }) => orderId)).toEqual([desk.broker.frameOf(target).orderId]);
});

test('after a restart the exits of one bracket count once: a trade by hand takes nothing away', () => {
  const { desk, stop, target } = restarted(false);
  for (const { key } of [...desk.stores.found.values()]) decide(desk.deskState, key, 'adopt', 'the test');
  startDesk(desk.deskState, 'the test');
  tradedByHand(desk, 'BUY', 10);
  desk.position(110);
  desk.wait(10_000);
  expect([desk.broker.changes, desk.broker.cancels]).toEqual([[], []]);
  expect([desk.order(stop).state, desk.order(target).state]).toEqual(['ACCEPTED', 'ACCEPTED']);
});

test('nothing that was found at the start is resized before the operator has decided on it, and then it is', () => {
  const { desk, target, stop } = restarted(false);
  startDesk(desk.deskState, 'the test');
  tradedByHand(desk, 'SELL', 50);
  desk.position(50);
  desk.wait(10_000);
  expect([desk.broker.changes, desk.broker.cancels]).toEqual([[], []]);
  for (const { key } of [...desk.stores.found.values()]) decide(desk.deskState, key, 'adopt', 'the test');
  desk.wait(2_000);
  expect(changes(desk)).toEqual([
    [target, units(50)],
    [stop, units(50)],
  ]);
});

test('after a restart the exits of an entry that had not filled survive its fill', () => {
  const { desk, entry } = restarted(true);
  for (const { key } of [...desk.stores.found.values()]) decide(desk.deskState, key, 'adopt', 'the test');
  startDesk(desk.deskState, 'the test');
  const fill = {
    execId: '000a.1.01' as ExecId,
    account: DU,
    conId: IBM.conId,
    side: 'BUY',
    quantity: units(100),
    price: px(179.5),
    cumQuantity: units(100),
    avgPrice: px(179.5),
    orderId: 101 as OrderId,
    permId: 901 as PermId,
    clientId: 2 as ClientId,
    orderRef: entry,
    time: '',
    at: desk.clock.now(),
  } as const;
  desk.news({ kind: 'execution', contract: IBM, live: true, execution: fill });
  desk.position(100);
  desk.wait(10_000);
  expect([desk.broker.changes, desk.broker.cancels]).toEqual([[], []]);
});

test('after a restart the stop can be moved, shrunk and set to breakeven', () => {
  const { desk, stop } = restarted(false);
  startDesk(desk.deskState, 'the test');
  const order = () => desk.order(stop);
  expect(modifyOrder(desk.deskState, order().key, order().updatedAt, { stop: px(179.5) }, 'the test').ok).toBe(true);
  const { limit: _none, ...plain } = { ...order(), parentId: 101 as OrderId };
  const told = { orderId: plain.orderId as OrderId, permId: plain.permId as PermId, clientId: 2 as ClientId, whatIf: false } as const;
  const listed = (more: object) =>
    ({
      kind: 'open-order',
      order: {
        ...told,
        account: DU,
        contract: IBM,
        side: 'SELL',
        type: 'STP',
        tif: 'GTC',
        outsideRth: false,
        orderRef: stop,
        ibStatus: 'PreSubmitted',
        quantity: units(100),
        ...more,
      },
    }) as const;
  desk.news(listed({ stop: px(179.5) }));
  expect(changeOrder(desk.deskState, order(), { quantity: units(60) }, 'the test').ok).toBe(true);
  desk.news(listed({ stop: px(179.5), quantity: units(60) }));
  expect(breakeven(desk.deskState, DU, IBM.conId, 'the test').ok).toBe(true);
  expect(desk.order(stop).parentKey).toBe('TD1-T0000009-1-1-E' as OrderKey);
});

/** A second trigger beside the bracket that is held: its entry works and has filled so much. */
function secondEntry(desk: CoreDesk, filled: number, exits: Partial<typeof BRACKET>) {
  const id = desk.arm(desk.spec(181, { name: 'two' }, { ...exits, entry: { type: 'LMT', limit: px(181.02) } }));
  desk.quote(180.5);
  desk.quote(181.02);
  const entry = desk.ref(id);
  desk.openOrder(entry);
  desk.fill(entry, filled, 181.02);
  return { entry, target: desk.ref(id, 'T'), stop: desk.ref(id, 'S') };
}

test('the target of an entry that works gives way to the stop of another bracket, which keeps its size', () => {
  const { desk, stop } = heldBracket();
  const second = secondEntry(desk, 40, { target: BRACKET.target });
  desk.openOrder(second.target);
  tradedByHand(desk, 'SELL', 10);
  desk.position(130);
  desk.wait(8_000);
  expect(changes(desk)).toEqual([[second.target, units(30)]]);
  expect([desk.order(stop).quantity, desk.broker.cancels]).toEqual([units(100), []]);
});

test('a target of an entry that works takes no more room than it is large', () => {
  const { desk } = heldBracket();
  const second = secondEntry(desk, 40, { target: BRACKET.target });
  desk.openOrder(second.target, 'Submitted', { quantity: units(4) });
  tradedByHand(desk, 'SELL', 10);
  desk.position(130);
  desk.wait(8_000);
  expect([desk.broker.changes, desk.broker.cancels]).toEqual([[], []]);
});

test('a stop is not taken away for one that IB has not confirmed', () => {
  const { desk } = heldBracket();
  const second = secondEntry(desk, 40, BRACKET);
  desk.openOrder(second.target);
  tradedByHand(desk, 'SELL', 100);
  desk.position(40);
  desk.wait(3_500);
  expect(desk.order(second.stop).state).toBe('SUBMITTED');
  expect([desk.broker.changes, desk.broker.cancels]).toEqual([[], []]);
  desk.openOrder(second.stop, 'PreSubmitted');
  desk.wait(2_000);
  expect(desk.broker.cancels).toHaveLength(2);
});

test('a stop that has just been sent is not taken back for a target: once IB has confirmed it, the target gives way', () => {
  const desk = heldBare();
  expect(protectPosition(desk.deskState, DU, IBM.conId, px(179.5), 'the test').ok).toBe(true);
  const { ref: stop } = desk.broker.frames.at(-1) ?? expect.fail('no stop left');
  const second = secondEntry(desk, 40, { target: BRACKET.target });
  desk.openOrder(second.target);
  tradedByHand(desk, 'SELL', 100);
  desk.position(40);
  desk.wait(3_500);
  expect(desk.order(stop).state).toBe('SUBMITTED');
  expect([desk.broker.changes, desk.broker.cancels]).toEqual([[], []]);
  desk.openOrder(stop, 'PreSubmitted');
  desk.wait(2_000);
  expect(changes(desk)).toEqual([[stop, units(40)]]);
});

test('a target that is larger than its stop takes nothing from the stop of another bracket', () => {
  const { desk, target, stop } = heldBracket();
  const id = desk.arm(desk.spec(181, { name: 'two' }, { stop: BRACKET.stop }));
  desk.quote(180.5);
  desk.quote(181.02);
  desk.fills(desk.ref(id), 100, 181.02);
  desk.openOrder(desk.ref(id, 'S'), 'PreSubmitted');
  // A person has made the first stop smaller in TWS.
  desk.openOrder(stop, 'PreSubmitted', { quantity: units(30) });
  tradedByHand(desk, 'SELL', 80);
  desk.position(120);
  desk.wait(8_000);
  expect(changes(desk)).toEqual([
    [target, units(30)],
    [desk.ref(id, 'S'), units(90)],
  ]);
  expect(desk.broker.cancels).toEqual([]);
});
