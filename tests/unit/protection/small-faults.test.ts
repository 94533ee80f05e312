import { describe, expect, test } from 'vitest';
import { cancelAll } from '#core/safety/cancel-all';
import { restAfterChange } from '#core/protection/exit-sizes';
import { breakeven, protectPosition } from '#core/protection/place-stop';
import { trailPosition } from '#core/protection/trailing-stop';
import type { OrderId, OrderRef } from '#domain/ids';
import { units } from '#domain/quantity';
import { acknowledged, confirmed, heldBare, heldBracket, sentBracket } from '../../support/core/bracket.ts';
import { LIMIT_BRACKET, tradedByHand } from '../../support/core/bracket-desk.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU, manualOrder } from '../../support/core/fixtures.ts';
import { fillTold, offer } from '../../support/core/held.ts';
import { changes } from '../../support/core/left.ts';
import { BAC, IBM, px } from '../../support/core/trigger-fixtures.ts';

/** Behaviour that drawn faults of this room showed to be held by no test. */

/** How many commits of this name the desk has made. */
function commits(desk: CoreDesk, name: string): number {
  return desk.journal.records.filter((record) => record.name === name).length;
}

function reversed(desk: CoreDesk): readonly string[] {
  return desk.alarms().filter((text) => text.startsWith('REVERSED'));
}

describe('a position that an exit turned around', () => {
  test('is none when an entry opened it beside what a person held: what is bare is offered to be protected', () => {
    const desk = new CoreDesk();
    desk.waiting();
    desk.wait(16_000);
    tradedByHand(desk, 'BUY', 50);
    desk.position(50);
    desk.end('positions');
    desk.quote(179.9);
    desk.quote(180.02);
    const [frame] = desk.broker.frames;
    desk.fills(frame?.ref ?? expect.fail('nothing left'), 100, 180.02);
    confirmed(desk, 150);
    desk.wait(3_000);
    expect([offer(desk)?.kind, offer(desk)?.quantity, reversed(desk)]).toEqual(['protect', units(150), []]);
  });

  test('is forgotten once it is flat: a later position of the same side is no reversal', () => {
    const { desk, stop, target } = heldBracket();
    fillTold(desk, 'execution only', target, 100, 182);
    fillTold(desk, 'execution only', stop, 100, 178.98);
    confirmed(desk, -100);
    desk.wait(2_500);
    expect(offer(desk)?.kind).toBe('flatten');
    tradedByHand(desk, 'BUY', 100);
    confirmed(desk, 0);
    desk.wait(2_500);
    expect(offer(desk)).toBeUndefined();
    tradedByHand(desk, 'SELL', 40);
    confirmed(desk, -40);
    desk.wait(4_000);
    expect([offer(desk)?.kind, reversed(desk).length]).toEqual(['protect', 1]);
  });
});

test('an offer stands without a break while its reason lasts, and goes at once when there is another one', () => {
  const desk = heldBare();
  desk.wait(4_000);
  expect(offer(desk)?.kind).toBe('protect');
  desk.wait(20_000);
  expect(commits(desk, 'position.offer-ends')).toBe(0);
  // A stop by hand for more than is held: the offer to protect is over before the one to shrink is sure.
  const stop = manualOrder({ orderId: -7 as OrderId, side: 'SELL', type: 'STP', stop: px(178), quantity: units(100) });
  desk.news({ kind: 'open-order', order: stop });
  desk.wait(500);
  expect(offer(desk)).toBeUndefined();
});

test('two stops for more than is held end the offer to protect at once', () => {
  const { desk, stop } = heldBracket();
  desk.status(stop, 'Cancelled');
  desk.wait(6_000);
  expect(offer(desk)?.kind).toBe('protect');
  for (const [orderId, quantity] of [
    [-7, 100],
    [-8, 60],
  ] as const)
    desk.news({
      kind: 'open-order',
      order: manualOrder({ orderId: orderId as OrderId, side: 'SELL', type: 'STP', stop: px(178), quantity: units(quantity) }),
    });
  desk.wait(500);
  expect(offer(desk)).toBeUndefined();
});

test('a bare position whose executions are all told is offered within three seconds', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.wait(16_000);
  desk.fills(entry, 100, 180.02);
  desk.position(100);
  desk.end('positions');
  desk.quote(180.5);
  desk.wait(3_000);
  expect(desk.order(entry).ibStatus).toBe('Filled');
  expect(offer(desk)).toMatchObject({ kind: 'protect', quantity: units(100) });
});

test('a fill whose executions are still to come is given five seconds before anything is offered', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.wait(16_000);
  desk.openOrder(entry);
  desk.fill(entry, 60, 180.02);
  desk.status(entry, 'Filled', 100);
  desk.wait(4_000);
  expect(offer(desk)).toBeUndefined();
});

test('exits that a sale by hand made too large shrink when the broker’s figure comes, however late that is', () => {
  const { desk, target, stop } = heldBracket();
  tradedByHand(desk, 'SELL', 50);
  desk.wait(12_000);
  expect(changes(desk)).toEqual([]);
  desk.position(50);
  desk.wait(4_000);
  expect(changes(desk)).toEqual([
    [target, units(50)],
    [stop, units(50)],
  ]);
});

describe('an exit with a change on its way', () => {
  test('takes what the change leaves it, and all of it again once nobody knows whether the change was taken', () => {
    const { desk, target } = heldBracket();
    tradedByHand(desk, 'SELL', 50);
    desk.position(50);
    desk.wait(2_000);
    expect([desk.order(target).state, restAfterChange(desk.order(target))]).toEqual(['PENDING_REPLACE', units(50)]);
    desk.disconnect();
    expect([desk.order(target).state, restAfterChange(desk.order(target))]).toEqual(['UNKNOWN', units(100)]);
  });
});

describe('a stop without a group that gives way to a trailing one', () => {
  function goingFirst(): { readonly desk: CoreDesk; readonly stop: OrderRef } {
    const desk = heldBare();
    expect(protectPosition(desk.deskState, DU, IBM.conId, px(179), 'the test').ok).toBe(true);
    const { ref } = desk.broker.frames.at(-1) ?? expect.fail('nothing left');
    desk.openOrder(ref, 'PreSubmitted');
    const { ocaGroup: _none, ...plain } = desk.order(ref);
    desk.coordinator.submit({
      lane: 'order',
      name: 'test',
      cause: { kind: 'system', text: 'the group is not known' },
      run: (tx) => {
        tx.set(desk.stores.orders, plain.key, plain);
      },
    });
    const done = trailPosition(desk.deskState, DU, IBM.conId, { kind: 'amount', amount: px(0.5) }, 'the test');
    expect(done.ok).toBe(true);
    return { desk, stop: ref };
  }

  test('is waited for ten seconds and not given up before they are over', () => {
    const { desk } = goingFirst();
    desk.wait(10_000);
    expect([desk.stores.trailings.size, desk.alarms()]).toEqual([1, []]);
    desk.wait(500);
    expect(desk.stores.trailings.size).toBe(0);
    expect(desk.alarms()).toHaveLength(1);
  });

  test('leaves nothing to trail when another stop covers the position by then, and that is no trouble', () => {
    const { desk, stop } = goingFirst();
    const before = desk.broker.frames.length;
    const other = manualOrder({ orderId: -7 as OrderId, side: 'SELL', type: 'STP', stop: px(178), quantity: units(100) });
    desk.news({ kind: 'open-order', order: other });
    desk.status(stop, 'Cancelled');
    desk.wait(1_000);
    expect([desk.broker.frames.length, desk.stores.trailings.size, desk.alarms()]).toEqual([before, 0, []]);
  });
});

test('a cancel of all that keeps exits puts back the stop of an entry that filled on its way, once and at its level', () => {
  const { desk, entry, target, stop } = sentBracket(LIMIT_BRACKET);
  desk.wait(16_000);
  desk.quote(180.5);
  cancelAll(desk.deskState, 'own', 'the test');
  desk.fill(entry, 40, 180.02);
  for (const [ref, filled] of [
    [entry, 40],
    [target, 0],
    [stop, 0],
  ] as const)
    desk.status(ref, 'Cancelled', filled);
  confirmed(desk, 40);
  desk.wait(3_000);
  expect(desk.broker.frames.slice(3).map(({ leg }) => [leg.type, leg.quantity, leg.stop])).toEqual([['STP', units(40), px(179)]]);
});

describe('a stop beside a target that has no group at IB', () => {
  /** 100 held, and a person's target for so many of them. */
  function withTarget(shares: number): CoreDesk {
    const desk = heldBare();
    const target = manualOrder({ orderId: -7 as OrderId, side: 'SELL', limit: px(185), quantity: units(shares) });
    desk.news({ kind: 'open-order', order: target });
    return desk;
  }

  test('is refused where both could close the position twice, and for what is left beside it as well', () => {
    for (const shares of [100, 40]) {
      const desk = withTarget(shares);
      const done = protectPosition(desk.deskState, DU, IBM.conId, px(179), 'the test');
      expect(done).toMatchObject({ ok: false, error: { text: expect.stringContaining('would close IBM a second time') as string } });
      expect(desk.broker.frames).toHaveLength(1);
    }
  });

  test('that trails is refused as well', () => {
    const desk = withTarget(100);
    const done = trailPosition(desk.deskState, DU, IBM.conId, { kind: 'amount', amount: px(0.5) }, 'the test');
    expect([done.ok, desk.broker.frames.length]).toEqual([false, 1]);
  });
});

test('a stop that is at the average already is told so, and one that is not moves there', () => {
  const { desk, stop } = heldBracket();
  expect(breakeven(desk.deskState, DU, IBM.conId, 'the test').ok).toBe(true);
  const [moved] = desk.broker.changes;
  const level = moved?.leg.stop ?? expect.fail('no change left');
  expect([moved?.ref, level]).toEqual([stop, px(180.02)]);
  acknowledged(desk, stop, 'PreSubmitted', { stop: level });
  expect(breakeven(desk.deskState, DU, IBM.conId, 'the test')).toMatchObject({
    ok: false,
    error: { text: 'The stop of IBM is at 180.02, its average, already.' },
  });
  expect(breakeven(heldBare().deskState, DU, IBM.conId, 'the test')).toMatchObject({
    ok: false,
    error: { text: 'No plain stop of this position works at the broker; protect it first.' },
  });
});

test('what a trigger has sold of another contract leaves the exits of this one no room', () => {
  const { desk, target, stop } = heldBracket();
  desk.know(BAC);
  desk.quote(13, BAC);
  const id = desk.arm(desk.spec(181, { name: 'two' }, { contract: BAC, side: 'SELL' }));
  desk.quote(181.02);
  desk.quote(13, BAC);
  const frame = desk.broker.frames.at(-1) ?? expect.fail('nothing left');
  expect([frame.approved.value.contract.conId, frame.ref]).toEqual([BAC.conId, desk.ref(id)]);
  desk.fills(frame.ref, 100, 13);
  tradedByHand(desk, 'SELL', 50);
  desk.position(50);
  desk.wait(4_000);
  expect(changes(desk)).toEqual([
    [target, units(50)],
    [stop, units(50)],
  ]);
});
