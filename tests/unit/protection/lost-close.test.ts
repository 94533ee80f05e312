import { describe, expect, test } from 'vitest';
import { cancelOrders } from '#core/execution/cancel';
import { closePosition } from '#core/protection/close-position';
import { protectPosition } from '#core/protection/place-stop';
import type { OrderRef } from '#domain/ids';
import { units } from '#domain/quantity';
import { acknowledged, heldBare, heldBracket } from '../../support/core/bracket.ts';
import type { CoreDesk } from '../../support/core/desk.ts';
import { DU } from '../../support/core/fixtures.ts';
import { offer, soldByHand } from '../../support/core/held.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';
import { tell } from '../../support/core/told.ts';

/** Of positions without protection, with the level of each line. */
function told(desk: CoreDesk): readonly (readonly [string, string])[] {
  return desk.logs.filter(({ text }) => text.startsWith('UNPROTECTED')).map(({ level, text }) => [level, text.split('. ')[0] ?? '']);
}

function close(desk: CoreDesk, percent: 25 | 50 | 100): OrderRef {
  expect(closePosition(desk.deskState, DU, IBM.conId, percent, 'the test')).toMatchObject({ ok: true });
  return desk.broker.frames.at(-1)?.ref ?? expect.fail('nothing has left');
}

/** A bracket's position whose exits went for the close of all of it; the close has left, and IB has not answered. */
function closing(): { readonly desk: CoreDesk; readonly ref: OrderRef } {
  const { desk, target, stop } = heldBracket();
  close(desk, 100);
  desk.status(target, 'Cancelled');
  desk.status(stop, 'Cancelled');
  const frame = desk.broker.frames.at(-1) ?? expect.fail('nothing has left');
  expect(frame.leg.leg).toBe('F');
  return { desk, ref: frame.ref };
}

/** The connection is lost and found again; IB holds 100 and lists no order. */
function relinked(desk: CoreDesk): void {
  desk.disconnect();
  desk.connect();
  desk.position(100);
  desk.ends();
  desk.wait(2_500);
  desk.position(100);
  desk.end('positions');
}

describe('what is held is in the hand of a close only as long as that is confirmed, or has just left', () => {
  test('A1: a close that was lost out of sight leaves a bare position: alarm, and the stop is offered where it stood', () => {
    const { desk, ref } = closing();
    relinked(desk);
    desk.wait(3_000);
    expect(desk.order(ref).state).toBe('UNKNOWN');
    expect(offer(desk)).toMatchObject({
      kind: 'protect',
      quantity: units(100),
      stop: px(179),
      why: 'its close is UNKNOWN; look in TWS',
    });
    expect(told(desk)).toEqual([['alarm', 'UNPROTECTED 100 IBM: its close is UNKNOWN; look in TWS']]);
  });

  test('A1: a close that IB does not answer holds the offer back for five seconds, not for ever', () => {
    const { desk } = closing();
    desk.wait(4_500);
    expect(offer(desk)).toBeUndefined();
    desk.wait(3_500);
    expect(offer(desk)).toMatchObject({ kind: 'protect', quantity: units(100), why: 'its close is not confirmed by IB' });
    expect(told(desk).map(([level]) => level)).toEqual(['alarm']);
  });

  test('a close that IB has confirmed holds it back as long as it works', () => {
    const { desk, ref } = closing();
    desk.openOrder(ref, 'Submitted');
    desk.wait(60_000);
    expect([offer(desk), told(desk)]).toEqual([undefined, []]);
  });

  test('A1: a close of a quarter says nothing for the other three', () => {
    const desk = heldBare();
    desk.openOrder(close(desk, 25), 'Submitted');
    desk.wait(4_000);
    expect(offer(desk)).toMatchObject({ kind: 'protect', quantity: units(75) });
  });

  test('A1: a close that is being cancelled, or that IB holds as Inactive, is none', () => {
    const going = closing();
    going.desk.openOrder(going.ref, 'Submitted');
    cancelOrders(going.desk.deskState, [going.desk.order(going.ref)], 'the test');
    going.desk.wait(4_000);
    expect(offer(going.desk)).toMatchObject({ kind: 'protect', why: 'its close is being cancelled' });
    const held = closing();
    held.desk.status(held.ref, 'Inactive');
    held.desk.wait(4_000);
    expect(offer(held.desk)).toMatchObject({ kind: 'protect', why: 'its close is held by IB as Inactive' });
  });

  test('A1: a close on the side on which the position stood once holds nothing back', () => {
    const desk = heldBare();
    desk.openOrder(close(desk, 100), 'Submitted');
    soldByHand(desk, 150, -50);
    desk.wait(4_000);
    expect(desk.held()?.quantity).toBe(units(-50));
    expect(offer(desk)).toMatchObject({ kind: 'protect', quantity: units(50) });
  });

  test('a close that IB rejects after the stop went for it is an alarm, not the operator’s own doing', () => {
    const { desk, ref } = closing();
    desk.openOrder(ref, 'PreSubmitted');
    const { orderId, clientId } = desk.broker.frameOf(ref);
    tell(desk, 201, 'Order rejected - reason:No', { orderId, client: clientId });
    desk.status(ref, 'Inactive');
    desk.wait(4_000);
    expect(desk.order(ref).state).toBe('REJECTED');
    expect(offer(desk)).toMatchObject({ kind: 'protect', stop: px(179), why: 'its close was rejected' });
    expect(told(desk)).toEqual([['alarm', 'UNPROTECTED 100 IBM: its close was rejected']]);
  });
});

describe('beside a close', () => {
  test('a stop is placed for what it leaves open, and joins what stands', () => {
    const desk = heldBare();
    desk.openOrder(close(desk, 25), 'Submitted');
    expect(protectPosition(desk.deskState, DU, IBM.conId, px(179), 'the test')).toMatchObject({ ok: true });
    const placed = desk.broker.frames.at(-1);
    expect(placed?.leg).toMatchObject({ leg: 'S', quantity: units(75), stop: px(179) });
    acknowledged(desk, placed?.ref ?? expect.fail(), 'PreSubmitted');
    desk.wait(4_000);
    expect(offer(desk)).toBeUndefined();
  });

  test('that is UNKNOWN and may still fill all of it, neither a stop nor a second close leaves, and each says why', () => {
    const { desk } = closing();
    relinked(desk);
    const left = desk.broker.frames.length;
    const why = 'A close of IBM is UNKNOWN and may still fill: look in TWS, then cancel it or settle it as not sent.';
    expect(protectPosition(desk.deskState, DU, IBM.conId, px(179), 'the test')).toMatchObject({ ok: false, error: { text: why } });
    expect(closePosition(desk.deskState, DU, IBM.conId, 100, 'the test')).toMatchObject({ ok: false, error: { text: why } });
    expect(desk.broker.frames.length).toBe(left);
  });
});
