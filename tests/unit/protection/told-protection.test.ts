import { expect, test } from 'vitest';
import { modifyOrder } from '#core/execution/modify';
import { protectPosition } from '#core/protection/place-stop';
import { unprotectedOf } from '#core/protection/exits';
import type { ClientId, OrderRef } from '#domain/ids';
import { type Quantity, units } from '#domain/quantity';
import { acknowledged, heldBare } from '../../support/core/bracket.ts';
import type { CoreDesk } from '../../support/core/desk.ts';
import { DU } from '../../support/core/fixtures.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

/** What is shown as protected is what IB has said last of the stops, whichever of its words that was. */

/** 100 IBM long, and a stop for them that has just been sent. */
function stopSent(): { readonly desk: CoreDesk; readonly stop: OrderRef } {
  const desk = heldBare();
  expect(protectPosition(desk.deskState, DU, IBM.conId, px(179), 'the test').ok).toBe(true);
  return { desk, stop: desk.broker.frames.at(-1)?.ref ?? expect.fail('no stop left') };
}

function bare(desk: CoreDesk): Quantity {
  return unprotectedOf(desk.deskState, desk.held() ?? expect.fail('nothing is held'));
}

/** IB or TWS says why the order waits: codes 163, 382, 383 and 404. */
function heldByCode(desk: CoreDesk, ref: OrderRef, code = 163): void {
  const { orderId, clientId } = desk.order(ref);
  if (orderId === undefined) expect.fail('the order has no number');
  const says = { text: 'The price breaks the percentage limit.', severity: 'warning', disposition: 'held' } as const;
  desk.news({ kind: 'notice', notice: { code, id: orderId, clientId: clientId ?? (0 as ClientId), orderId, ...says } });
}

/** The stop gets so many shares; the frame has left, and nobody has answered it. */
function resized(desk: CoreDesk, ref: OrderRef, shares: number): void {
  const order = desk.order(ref);
  expect(modifyOrder(desk.deskState, order.key, order.updatedAt, { quantity: units(shares) }, 'the test').ok).toBe(true);
  expect(desk.order(ref).state).toBe('PENDING_REPLACE');
}

test('a stop that waits in TWS as Inactive protects nothing, also when a code has said why it waits', () => {
  const { desk, stop } = stopSent();
  acknowledged(desk, stop, 'Inactive');
  heldByCode(desk, stop);
  expect([desk.order(stop).state, bare(desk)]).toEqual(['INACTIVE', units(100)]);
  acknowledged(desk, stop, 'Inactive');
  expect([desk.order(stop).state, bare(desk)]).toEqual(['INACTIVE', units(100)]);
  acknowledged(desk, stop, 'PreSubmitted');
  expect([desk.order(stop).state, bare(desk)]).toEqual(['ACCEPTED', units(0)]);
});

test('a code that says why a stop waits is no confirmation of it', () => {
  const { desk, stop } = stopSent();
  heldByCode(desk, stop, 404);
  expect([desk.order(stop).state, bare(desk)]).toEqual(['SUBMITTED', units(100)]);
  acknowledged(desk, stop, 'PreSubmitted');
  expect(bare(desk)).toBe(units(0));
});

test('a code does not find a stop again that was lost out of sight', () => {
  const { desk, stop } = stopSent();
  acknowledged(desk, stop, 'Inactive');
  acknowledged(desk, stop, 'PreSubmitted');
  resized(desk, stop, 60);
  desk.disconnect();
  expect(desk.order(stop).state).toBe('UNKNOWN');
  desk.connect();
  heldByCode(desk, stop);
  expect([desk.order(stop).state, bare(desk)]).toEqual(['UNKNOWN', units(100)]);
});

test('a code about a stop whose change is under way does not end the change', () => {
  const { desk, stop } = stopSent();
  acknowledged(desk, stop, 'PreSubmitted');
  resized(desk, stop, 60);
  heldByCode(desk, stop);
  expect([desk.order(stop).state, bare(desk)]).toEqual(['PENDING_REPLACE', units(40)]);
});

/** The stop was to have 60, and the connection went before IB answered; it is there again, and the lists are still to come. */
function changeInDoubt(): ReturnType<typeof stopSent> {
  const { desk, stop } = stopSent();
  acknowledged(desk, stop, 'PreSubmitted');
  resized(desk, stop, 60);
  desk.disconnect();
  desk.connect();
  return { desk, stop };
}

test('a status does not say which terms hold after a change was lost out of sight: until a list does, the stop protects nothing', () => {
  const { desk, stop } = changeInDoubt();
  desk.status(stop, 'PreSubmitted');
  expect([desk.order(stop).state, bare(desk)]).toEqual(['UNKNOWN', units(100)]);
  acknowledged(desk, stop, 'PreSubmitted', { quantity: units(60) });
  expect([desk.order(stop).state, bare(desk)]).toEqual(['ACCEPTED', units(40)]);
});

test('nor does a fill of a part of it', () => {
  const { desk, stop } = changeInDoubt();
  desk.fill(stop, 10, 179);
  expect([desk.order(stop).state, desk.order(stop).filled, bare(desk)]).toEqual(['UNKNOWN', units(10), units(90)]);
  acknowledged(desk, stop, 'Submitted', { quantity: units(60) });
  expect([desk.order(stop).state, bare(desk)]).toEqual(['PARTIALLY_FILLED', units(40)]);
});

test('while TWS has no connection to IB its lists do not answer a change that was lost out of sight', () => {
  const { desk, stop } = stopSent();
  acknowledged(desk, stop, 'PreSubmitted');
  resized(desk, stop, 60);
  desk.news({
    kind: 'link',
    link: desk.link({ ready: false, upstream: 'down', problem: { code: 'upstream-down', text: 'TWS lost IB.' } }),
  });
  acknowledged(desk, stop, 'PreSubmitted');
  acknowledged(desk, stop, 'PreSubmitted');
  expect([desk.order(stop).state, bare(desk)]).toEqual(['UNKNOWN', units(100)]);
  desk.upstream('up');
  acknowledged(desk, stop, 'PreSubmitted', { quantity: units(60) });
  expect([desk.order(stop).state, bare(desk)]).toEqual(['ACCEPTED', units(40)]);
});

test('a status that counts less than the stop had is believed at once, and a list is asked for that says which holds', () => {
  const { desk, stop } = stopSent();
  acknowledged(desk, stop, 'PreSubmitted');
  const asked = desk.broker.requests;
  desk.status(stop, 'PreSubmitted', 0, { remaining: units(40) });
  expect([bare(desk), desk.order(stop).quantity, desk.broker.requests]).toEqual([units(60), units(100), asked + 1]);
  desk.status(stop, 'PreSubmitted', 0, { remaining: units(40) });
  expect(desk.broker.requests).toBe(asked + 1);
  acknowledged(desk, stop, 'PreSubmitted', { quantity: units(40) });
  expect([bare(desk), desk.order(stop).quantity]).toEqual([units(60), units(40)]);
});

test('a status that counts more than the stop has makes it no larger until IB lists it so', () => {
  const { desk, stop } = stopSent();
  acknowledged(desk, stop, 'PreSubmitted', { quantity: units(50) });
  desk.status(stop, 'PreSubmitted', 0, { remaining: units(100) });
  expect(bare(desk)).toBe(units(50));
  desk.status(stop, 'PreSubmitted', 0, { remaining: units(50) });
  expect(bare(desk)).toBe(units(50));
  desk.status(stop, 'PreSubmitted', 0, { remaining: units(0) });
  desk.status(stop, 'PreSubmitted', 0, { remaining: undefined });
  expect(bare(desk)).toBe(units(50));
});

test('an order that IB counts larger than it was is not filled by what it was: the rest works on', () => {
  const { desk, stop } = stopSent();
  acknowledged(desk, stop, 'PreSubmitted');
  resized(desk, stop, 20);
  acknowledged(desk, stop, 'PreSubmitted', { quantity: units(20) });
  // By hand in TWS, within the time in which a list may still name terms from before the change.
  acknowledged(desk, stop, 'PreSubmitted', { quantity: units(50) });
  desk.status(stop, 'Submitted', 0, { remaining: units(50) });
  acknowledged(desk, stop, 'Submitted', { quantity: units(50) });
  desk.fill(stop, 40, 179);
  expect(desk.order(stop)).toMatchObject({ state: 'PARTIALLY_FILLED', filled: units(40) });
  expect(desk.alarms().filter((text) => text.includes('more than ordered'))).toEqual([]);
  desk.end('open-orders');
  expect(desk.order(stop)).toMatchObject({ state: 'PARTIALLY_FILLED', quantity: units(50) });
  desk.fill(stop, 10, 179);
  expect(desk.order(stop).state).toBe('FILLED');
});

test('a fill of a stop that waits in TWS as Inactive does not make it work: until IB says so, the rest protects nothing', () => {
  const { desk, stop } = stopSent();
  acknowledged(desk, stop, 'Inactive');
  desk.fill(stop, 10, 179);
  expect([desk.order(stop).state, desk.order(stop).filled, bare(desk)]).toEqual(['INACTIVE', units(10), units(90)]);
});

test('a status Inactive of a partly filled stop is believed: its rest protects nothing until IB lists it working', () => {
  const { desk, stop } = stopSent();
  acknowledged(desk, stop, 'Submitted');
  desk.fill(stop, 10, 179);
  expect(bare(desk)).toBe(units(0));
  desk.status(stop, 'Inactive', 10);
  expect(bare(desk)).toBe(units(90));
});
