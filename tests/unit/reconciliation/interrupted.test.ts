import { expect, test } from 'vitest';
import { cancelOrders } from '#core/execution/cancel';
import { resumeDesk, startDesk, stopDesk } from '#core/engine/operator-commands';
import { LinkLamps } from '#tws/link/link-state';
import { acknowledgeExternal } from '#core/reconciliation/position-check';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU } from '../../support/core/fixtures.ts';
import { IBM } from '../../support/core/trigger-fixtures.ts';

test('a cancel that found no connection leaves with the next one, before anything is asked', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.disconnect();
  cancelOrders(desk.deskState, [desk.order(entry)], 'the test');
  expect(desk.broker.cancels).toEqual([]);
  const before = desk.broker.left.length;
  desk.connect();
  expect(desk.broker.left.slice(before)).toEqual(['cancel 2:100', 'reconcile']);
});

test('a cancel that left with a dying connection, and of which IB took no note, leaves again with the next one', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  cancelOrders(desk.deskState, [desk.order(entry)], 'the test');
  desk.disconnect();
  const before = desk.broker.left.length;
  desk.connect();
  expect(desk.broker.left.slice(before)).toEqual(['cancel 2:100', 'reconcile']);
});

/** What is crossed from here on: nothing before a second price has confirmed where the market is, and then the next crossing. */
function expectNoFireFromTheGap(desk: CoreDesk): void {
  for (const last of [180.5, 180.6]) desk.quote(last);
  expect(desk.broker.frames).toEqual([]);
  for (const last of [179.7, 179.71, 180.3]) desk.quote(last);
  expect(desk.broker.frames).toHaveLength(1);
}

test.each([1101, 1102] as const)('a price that jumped before a %i of which no 1100 was heard fires nothing', (code) => {
  const lamps = new LinkLamps();
  const desk = new CoreDesk();
  desk.waiting();
  lamps.notice(0, 2104, 'Market data farm connection is OK:usfarm', 1);
  const told = () => desk.link({ upstream: lamps.upstream, restored: lamps.restored });
  desk.news({ kind: 'link', link: told() });
  lamps.notice(0, code, 'Connectivity between IB and TWS has been restored.', 2);
  desk.news({ kind: 'link', link: told() });
  desk.ends();
  expect(desk.state).toBe('SIGNAL_WAIT');
  expectNoFireFromTheGap(desk);
});

test.each([1101, 1102] as const)('so it is after an 1100 and a %i', (code) => {
  const lamps = new LinkLamps();
  const desk = new CoreDesk();
  desk.waiting();
  const told = () => desk.link({ upstream: lamps.upstream, restored: lamps.restored });
  lamps.notice(0, 1100, 'Connectivity between IB and TWS has been lost.', 1);
  desk.news({ kind: 'link', link: told() });
  expect(desk.state).toBe('PAUSED');
  expect(resumeDesk(desk.deskState, 'the test').ok).toBe(true);
  lamps.notice(0, code, 'Connectivity between IB and TWS has been restored.', 2);
  desk.news({ kind: 'link', link: told() });
  desk.ends();
  expect(desk.state).toBe('SIGNAL_WAIT');
  expectNoFireFromTheGap(desk);
});

test('so it is after a lost connection of which no tick was missed while the desk looked', () => {
  const desk = new CoreDesk();
  desk.waiting();
  desk.disconnect();
  expect(resumeDesk(desk.deskState, 'the test').ok).toBe(true);
  desk.connect();
  desk.pnl();
  desk.ends();
  expect(desk.state).toBe('SIGNAL_WAIT');
  expectNoFireFromTheGap(desk);
});

test('R-14: while a position has an EXTERNAL difference that nobody has looked at, a stopped desk is not started either', () => {
  const desk = new CoreDesk();
  desk.core.start();
  desk.connect();
  desk.position(100);
  desk.ends();
  desk.pnl();
  desk.know(IBM);
  desk.wait(20_000);
  expect(startDesk(desk.deskState, 'the test').ok).toBe(true);
  desk.position(130);
  for (let passed = 0; passed < 4_000; passed += 500) {
    desk.wait(500);
    desk.position(130);
    desk.ends();
  }
  expect(desk.state).toBe('PAUSED');
  expect(stopDesk(desk.deskState, 'the test').ok).toBe(true);
  expect(startDesk(desk.deskState, 'the test')).toMatchObject({
    ok: false,
    error: { code: 'not-allowed-now', text: expect.stringContaining('EXTERNAL') as string },
  });
  expect(desk.state).toBe('IDLE');
  expect(acknowledgeExternal(desk.deskState, DU, IBM.conId, 'the test').ok).toBe(true);
  expect(startDesk(desk.deskState, 'the test').ok).toBe(true);
});
