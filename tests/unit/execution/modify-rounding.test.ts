import { expect, test } from 'vitest';
import { modifyOrder } from '#core/execution/modify';
import { breakeven, protectPosition } from '#core/protection/place-stop';
import { trailPosition } from '#core/protection/trailing-stop';
import type { OrderRef } from '#domain/ids';
import type { TriggerAction } from '#domain/trigger';
import { acknowledged, heldBracket } from '../../support/core/bracket.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU } from '../../support/core/fixtures.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

function change(desk: CoreDesk, ref: OrderRef, terms: Parameters<typeof modifyOrder>[3]) {
  const order = desk.order(ref);
  expect(modifyOrder(desk.deskState, order.key, order.updatedAt, terms, 'the test')).toMatchObject({ ok: true });
  return desk.broker.changes.at(-1)?.leg;
}

/** An entry of this side with a limit, or with a stop, that works at the broker. */
function works(does: Partial<TriggerAction>): { readonly desk: CoreDesk; readonly entry: OrderRef } {
  const desk = new CoreDesk();
  const { entry } = desk.fired(does);
  desk.openOrder(entry);
  desk.wait(1_000);
  desk.quote(180.02);
  return { desk, entry };
}

test.each([
  ['BUY', 179.504, 179.5],
  ['BUY', 179.506, 179.5],
  ['SELL', 180.504, 180.51],
  ['SELL', 180.506, 180.51],
] as const)('a new limit of a %s at %f goes to the tick that is no worse: %f', (side, asked, limit) => {
  const { desk, entry } = works({ side, entry: { type: 'LMT', limit: px(side === 'BUY' ? 179 : 181) } });
  expect(change(desk, entry, { limit: px(asked) })).toMatchObject({ limit: px(limit) });
});

test.each([
  ['BUY', 181.004, 181],
  ['BUY', 181.006, 181],
  ['SELL', 179.004, 179.01],
  ['SELL', 179.006, 179.01],
] as const)('a new stop of a %s at %f goes to the tick towards the market: %f', (side, asked, stop) => {
  const { desk, entry } = works({ side, entry: { type: 'STP', stop: px(side === 'BUY' ? 182 : 178) } });
  expect(change(desk, entry, { stop: px(asked) })).toMatchObject({ stop: px(stop) });
});

test('a protective stop that is moved protects no less than was written', () => {
  const { desk, stop } = heldBracket();
  expect(change(desk, stop, { stop: px(179.501) })).toMatchObject({ side: 'SELL', stop: px(179.51) });
});

/** So many shares were held at the start at 180.015 each; a stop that the operator placed works for them. */
function atTheStart(shares: number) {
  const desk = new CoreDesk();
  desk.core.start();
  desk.connect();
  desk.position(shares, IBM, 180.015);
  desk.ends();
  desk.pnl();
  desk.know(IBM);
  desk.quote(shares > 0 ? 180.5 : 179.5);
  expect(protectPosition(desk.deskState, DU, IBM.conId, px(shares > 0 ? 179 : 181), 'the test')).toMatchObject({ ok: true });
  const { ref } = desk.broker.frames.at(-1) ?? expect.fail('no stop left');
  acknowledged(desk, ref, 'PreSubmitted');
  return { desk, stop: ref };
}

test.each([
  [100, 180.02],
  [-100, 180.01],
])('breakeven of %i shares at 180.015 is %f, the tick that loses less', (shares, level) => {
  const { desk, stop } = atTheStart(shares);
  expect(breakeven(desk.deskState, DU, IBM.conId, 'the test')).toMatchObject({ ok: true });
  expect(desk.broker.changes.at(-1)).toMatchObject({ ref: stop, leg: { stop: px(level) } });
});

test.each([
  [100, 180.004, 180.01],
  [-100, 180.006, 180],
])('a trailing stop of %i shares that IB has at %f goes on no further from the market than that: %f', (shares, at, level) => {
  const { desk } = atTheStart(shares);
  const trail = (distance: number) => trailPosition(desk.deskState, DU, IBM.conId, { kind: 'amount', amount: px(distance) }, 'the test');
  expect(trail(0.5)).toMatchObject({ ok: true });
  const { ref } = desk.broker.frames.at(-1) ?? expect.fail('nothing left');
  acknowledged(desk, ref, 'PreSubmitted');
  acknowledged(desk, ref, 'PreSubmitted', { stop: px(at) });
  desk.quote(shares > 0 ? 180.5 : 179.5);
  desk.wait(1_000);
  for (const order of desk.deskState.index.working()) if (order.ref !== ref) desk.status(order.ref ?? expect.fail('no ref'), 'Cancelled');
  expect(trail(0.25)).toMatchObject({ ok: true });
  expect(desk.broker.changes.at(-1)).toMatchObject({ ref, leg: { type: 'TRAIL', stop: px(level) } });
});
