import { expect, test } from 'vitest';
import { flatten, startDesk, stopDesk } from '#core/engine/operator-commands';
import type { TriggerId } from '#domain/ids';
import { units } from '#domain/quantity';
import { amountOf, trustedAmount } from '#domain/money';
import { CoreDesk } from '../support/core/desk.ts';
import { DU, rulesOf } from '../support/core/fixtures.ts';
import { IBM, px } from '../support/core/trigger-fixtures.ts';

/** Long 100 with its bracket, a second trigger armed, the loss inside its limit of 500. */
function losing(): { readonly desk: CoreDesk; readonly bracket: TriggerId } {
  const desk = new CoreDesk();
  desk.rules = rulesOf({ maxDailyLoss: 500 });
  const { id, entry } = desk.fired({ target: { kind: 'price', price: px(182) }, stop: { kind: 'price', price: px(179) } });
  desk.fills(entry, 100, 180.02);
  for (const leg of ['T', 'S'] as const) desk.openOrder(desk.ref(id, leg));
  desk.arm(desk.spec(190, { name: 'B' }, { quantity: units(50) }));
  desk.quote(180.03);
  desk.pnl(-499);
  return { desk, bracket: id };
}

test('O-37: a loss that jumps over its limit kills at the figure itself, and the reason names figure, limit and source', () => {
  const { desk, bracket } = losing();
  // An entry at the broker that has not filled: what it would open is exposure, and the bracket is the way out.
  const resting = desk.arm(desk.spec(180.04, { name: 'C' }, { quantity: units(10), entry: { type: 'LMT', limitOffset: px(-2) } }));
  desk.quote(180.05);
  desk.openOrder(desk.ref(resting));
  desk.wait(1_000);
  desk.pnl(-499);
  desk.broker.mode = 'queue';
  desk.quote(190.1);
  expect([desk.state, desk.broker.waiting]).toEqual(['MANAGING', 1]);
  desk.pnl(-3_000);
  expect(desk.state).toBe('EMERGENCY');
  expect(desk.deskState.latch.isSet()).toBe(true);
  expect(desk.latchFile.stored).toMatch(/^control C-13: The day's loss of 3000\.00 USD passed the limit of 500, .*IB tells of DU1234567$/);
  // At the figure itself: what waits to leave and what works are gone as far as they raise exposure; the bracket of what is held stays (A3).
  expect([desk.broker.waiting, desk.broker.cancels.map((cancel) => cancel.orderId)]).toEqual([
    0,
    [desk.broker.frameOf(desk.ref(resting)).orderId],
  ]);
  expect(desk.deskState.registry.size).toBe(0);
  // No flatten by itself: the position stays, and its closing is the operator's.
  expect([desk.held()?.quantity, desk.broker.frames.length]).toEqual([units(100), 4]);
  desk.broker.mode = 'wire';
  desk.broker.releaseWaiting();
  desk.wait(5_000);
  desk.quote(189.9);
  desk.quote(190.1);
  expect([desk.broker.frames.length, desk.broker.cancels.length, desk.broker.globalCancels]).toEqual([4, 1, 0]);
  for (const leg of ['T', 'S'] as const) expect(desk.order(desk.ref(bracket, leg)).state).toBe('ACCEPTED');
});

test('O-37: what is no figure never kills: unset, NaN, infinite, beyond all numbers, another account’s, none since the reconnect', () => {
  const { desk } = losing();
  for (const daily of [undefined, Number.NaN, Number.NEGATIVE_INFINITY, -1.7976931348623157e308, -1e300])
    desk.news({
      kind: 'pnl',
      account: DU,
      daily: daily === undefined ? undefined : trustedAmount(daily),
      unrealized: undefined,
      realized: undefined,
    });
  desk.news({ kind: 'pnl', account: 'DU9999999' as typeof DU, daily: amountOf(-9000), unrealized: undefined, realized: undefined });
  expect([desk.state, desk.counter('kills')]).toEqual(['MANAGING', 0]);
  desk.disconnect();
  desk.rules = rulesOf({ maxDailyLoss: 100 });
  desk.connect();
  desk.ends();
  desk.wait(5_000);
  expect([desk.state, desk.counter('kills'), desk.deskState.accounts.current()?.dailyPnl]).toEqual(['PAUSED', 0, undefined]);
  desk.pnl(-499);
  expect([desk.state, desk.counter('kills')]).toEqual(['EMERGENCY', 1]);
});

test('O-37: it kills once for one loss: a desk re-armed over it only reduces, and a loss that passes the limit again kills again', () => {
  const { desk } = losing();
  desk.pnl(-3_000);
  for (const frame of desk.broker.frames.slice(1)) desk.status(frame.ref, 'Cancelled');
  desk.rearm();
  expect(startDesk(desk.deskState, 'the test').ok).toBe(true);
  desk.pnl(Number.NaN);
  desk.pnl(-3_100);
  expect([desk.state, desk.counter('kills')]).toEqual(['SCANNING', 1]);
  expect(stopDesk(desk.deskState, 'the test').ok).toBe(true);
  desk.pnl(-100);
  desk.pnl(-600);
  expect([desk.state, desk.counter('kills')]).toEqual(['IDLE', 1]);
  expect(desk.alarms().at(-1)).toMatch(/loss of 600\.00 USD passed the limit of 500.* Only reducing orders leave\.$/);
});

test('O-37: a limit that is lowered below the loss kills with the next figure', () => {
  const { desk } = losing();
  desk.rules = rulesOf({ maxDailyLoss: 400 });
  desk.pnl(-499);
  expect(desk.state).toBe('EMERGENCY');
});

test('O-38: a figure that stands still while prices of what is held move blocks what raises exposure; closing goes on', () => {
  const { desk } = losing();
  desk.wait(61_000);
  desk.quote(190.1);
  const [denied] = desk.logs.filter((line) => line.text.startsWith('Risk denied')).map((line) => line.text);
  expect(denied).toMatch(/\(C-13\): The day's profit and loss is 61 s old while positions are held/);
  expect(desk.broker.frames).toHaveLength(3);
  expect(desk.state).not.toBe('EMERGENCY');
  expect(flatten(desk.deskState, DU, IBM.conId, 'the test').ok).toBe(true);
});

test('O-38: an old figure is no fault while nothing is held that could have changed it, nor while no price moves', () => {
  const flat = new CoreDesk();
  flat.waiting();
  flat.wait(120_000);
  flat.quote(180.02);
  expect(flat.broker.frames).toHaveLength(1);
  const { desk: still } = losing();
  still.know({ ...IBM, conId: 9 as typeof IBM.conId, symbol: 'MSFT' });
  const msft = { ...IBM, conId: 9 as typeof IBM.conId, symbol: 'MSFT' };
  still.quote(29.9, msft);
  const spec = still.spec(30, { name: 'M' });
  still.arm({
    ...spec,
    condition: { kind: 'price', contract: msft, field: 'last', test: 'crosses-above', level: px(30) },
    action: { ...spec.action, contract: msft },
  });
  still.quote(29.9, msft);
  still.wait(120_000);
  still.quote(30.1, msft);
  expect(still.broker.frames).toHaveLength(4);
});

test('O-38: an order that waits for a message slot while the figure becomes unset does not leave (storm 238)', () => {
  const { desk } = losing();
  desk.broker.mode = 'queue';
  desk.quote(190.1);
  expect(desk.broker.waiting).toBe(1);
  desk.news({ kind: 'pnl', account: DU, daily: undefined, unrealized: undefined, realized: undefined });
  desk.broker.releaseWaiting();
  expect(desk.broker.frames).toHaveLength(3);
});
