import { expect, test } from 'vitest';
import { orderRow } from '#desk/projection/order-row';
import { positionRow } from '#desk/projection/position-row';
import { breakeven, protectPosition } from '#core/protection/place-stop';
import { resizeExitsNow } from '#core/protection/resize-on-request';
import { trailPosition } from '#core/protection/trailing-stop';
import type { ClientId, OrderId, OrderRef, PermId } from '#domain/ids';
import { units } from '#domain/quantity';
import { acknowledged, BRACKET, confirmed, executedByHand } from '../../support/core/bracket.ts';
import { LIMIT_BRACKET, restarted, tradedByHand } from '../../support/core/bracket-desk.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU, manualOrder } from '../../support/core/fixtures.ts';
import { offer } from '../../support/core/held.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

/** Only what IB would sell or buy now protects: the child stop of an entry that has not filled waits for it. */

const ENTRY_QUANTITY = units(50);

/** 50 IBM long without a stop, beside two bracket entries of 50 that work without a fill. */
function bareBesideTwoBrackets(): { readonly desk: CoreDesk; readonly entries: readonly OrderRef[] } {
  const desk = new CoreDesk();
  const { entry } = desk.fired({ quantity: units(50) });
  desk.fills(entry, 50, 180.02);
  confirmed(desk, 50, 16_000);
  const entries = ['one', 'two'].map((name, index) => {
    desk.quote(180.1);
    const level = 180.5 + index / 10;
    const entryAt = { type: 'LMT', limit: px(180.02 - index / 100) } as const;
    const id = desk.arm(desk.spec(level, { name }, { ...LIMIT_BRACKET, entry: entryAt, quantity: ENTRY_QUANTITY }));
    desk.quote(180.1);
    desk.quote(level + 0.02);
    expect([desk.trigger(id).life, desk.trigger(id).reason]).toEqual(['fired', desk.trigger(id).reason]);
    for (const leg of ['E', 'T', 'S'] as const) acknowledged(desk, desk.ref(id, leg), leg === 'E' ? 'Submitted' : 'PreSubmitted');
    desk.wait(1_500);
    return desk.ref(id);
  });
  desk.quote(180.5);
  return { desk, entries };
}

function shown(desk: CoreDesk): readonly number[] {
  const key = `${DU}:${IBM.conId}`;
  const { protectedQuantity, unprotected } = positionRow(desk.deskState, key, desk.held() ?? expect.fail('no position'));
  return [protectedQuantity / 10_000, unprotected / 10_000];
}

function stopOf(entry: OrderRef): OrderRef {
  return entry.replace(/-E$/, '-S') as OrderRef;
}

test('A1: 50 held with no active stop beside two bracket entries unfilled shows 0 of 50, Protect works, Breakeven says what is true', () => {
  const { desk, entries } = bareBesideTwoBrackets();
  expect(entries.map((ref) => desk.order(stopOf(ref)).state)).toEqual(['ACCEPTED', 'ACCEPTED']);
  expect(shown(desk)).toEqual([0, 50]);
  expect(entries.map((ref) => orderRow(desk.deskState, desk.order(stopOf(ref)))).map(({ waits, takes }) => [waits, takes])).toEqual([
    [true, 0],
    [true, 0],
  ]);
  expect(breakeven(desk.deskState, DU, IBM.conId, 'the test')).toMatchObject({
    error: { text: 'No plain stop of this position works at the broker: those of its entries wait until these fill. Protect it first.' },
  });
  const before = desk.broker.frames.length;
  expect(protectPosition(desk.deskState, DU, IBM.conId, px(179), 'the test').ok).toBe(true);
  expect(desk.broker.frames.slice(before).map(({ leg }) => [leg.leg, leg.side, leg.quantity, leg.stop])).toEqual([
    ['S', 'SELL', units(50), px(179)],
  ]);
  acknowledged(desk, desk.broker.frames.at(-1)?.ref ?? expect.fail(), 'PreSubmitted');
  expect(shown(desk)).toEqual([50, 0]);
});

test('A1: the same position is offered a stop, and the offer names no stop that waits for another entry', () => {
  const { desk } = bareBesideTwoBrackets();
  desk.wait(10_000);
  expect(offer(desk)).toMatchObject({ kind: 'protect', quantity: units(50), why: 'its entry filled without a stop' });
  expect(offer(desk)?.stop).toBeUndefined();
});

test('A1: a stop may trail for what nothing covers, and no stop that waits is replaced for it', () => {
  const { desk, entries } = bareBesideTwoBrackets();
  const before = desk.broker.frames.length;
  expect(trailPosition(desk.deskState, DU, IBM.conId, { kind: 'amount', amount: px(0.5) }, 'the test').ok).toBe(true);
  expect(desk.broker.frames.slice(before).map(({ leg }) => [leg.type, leg.quantity])).toEqual([['TRAIL', units(50)]]);
  expect(entries.map((ref) => desk.order(stopOf(ref)).state)).toEqual(['ACCEPTED', 'ACCEPTED']);
});

test('A1: of an entry that has filled in part the stop protects that part', () => {
  const { desk, entries } = bareBesideTwoBrackets();
  const entry = entries[0] ?? expect.fail();
  desk.fill(entry, 20, 180.02);
  expect(shown(desk)).toEqual([20, 50]);
  desk.fill(entry, 30, 180.02);
  expect(shown(desk)).toEqual([50, 50]);
});

test('A1: a stop that its entry holds back is not offered to be enlarged: larger it would protect no more', () => {
  const { desk, entries } = bareBesideTwoBrackets();
  const entry = entries[0] ?? expect.fail();
  desk.fill(entry, 20, 180.02);
  confirmed(desk, 70, 16_000);
  desk.wait(10_000);
  expect(offer(desk)).toMatchObject({ kind: 'protect', quantity: units(50) });
  expect(resizeExitsNow(desk.deskState, DU, IBM.conId, 'the test')).toMatchObject({ ok: false });
  expect(desk.broker.changes).toEqual([]);
  expect(protectPosition(desk.deskState, DU, IBM.conId, px(179), 'the test').ok).toBe(true);
});

test('A1: after a restart the stop of an entry that works without a fill protects nothing either', () => {
  const { desk, stop } = restarted(true);
  tradedByHand(desk, 'BUY', 50);
  confirmed(desk, 50, 16_000);
  expect([desk.order(stop).state, shown(desk)]).toEqual(['ACCEPTED', [0, 50]]);
});

test('A1: an exit that TWS has attached to a manual entry protects nothing before that fills', () => {
  const desk = new CoreDesk().started();
  desk.quote(180);
  executedByHand(desk, 'BUY', 50, { execId: '0009.1.01', orderId: -1, permId: 7_001 });
  confirmed(desk, 50, 16_000);
  const manual = (orderId: number, more: Partial<ReturnType<typeof manualOrder>>): void => {
    const { limit: _none, ...plain } = manualOrder({ clientId: 0 as ClientId, quantity: units(50) });
    desk.news({
      kind: 'open-order',
      order: { ...plain, orderId: orderId as OrderId, permId: (900 - orderId) as PermId, ibStatus: 'PreSubmitted', ...more },
    });
  };
  // As TWS may list it: the child before its parent.
  manual(-12, { side: 'SELL', type: 'STP', stop: px(179), parentId: -11 as OrderId });
  desk.news({
    kind: 'order-status',
    status: {
      orderId: -12 as OrderId,
      permId: 912 as PermId,
      clientId: 0 as ClientId,
      parentId: -11 as OrderId,
      ibStatus: 'PreSubmitted',
      filled: units(0),
      remaining: units(50),
      avgFillPrice: undefined,
      lastFillPrice: undefined,
      whyHeld: 'child,trigger',
    },
  });
  manual(-11, { side: 'BUY', type: 'LMT', limit: px(178), ibStatus: 'Submitted' });
  expect(shown(desk)).toEqual([0, 50]);
  expect(protectPosition(desk.deskState, DU, IBM.conId, px(179), 'the test')).toMatchObject({ ok: true });
});

test('A1: a bracket that has filled is covered by its own stop as before', () => {
  const desk = new CoreDesk();
  const { id, entry } = desk.fired({ ...BRACKET, quantity: units(50) });
  desk.fills(entry, 50, 180.02);
  for (const leg of ['T', 'S'] as const) acknowledged(desk, desk.ref(id, leg), 'PreSubmitted');
  expect(shown(desk)).toEqual([50, 0]);
});
