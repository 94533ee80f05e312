import { expect, test } from 'vitest';
import type { FarmState } from '#core/ports/broker';
import { LinkLamps } from '#tws/link/link-state';
import { CoreDesk } from '../../support/core/desk.ts';

test.each([1101, 1102] as const)('a %i of which no 1100 was heard makes the desk compare, and it does not fire meanwhile', (code) => {
  const lamps = new LinkLamps();
  const desk = new CoreDesk();
  const id = desk.waiting();
  lamps.notice(0, 2104, 'Market data farm connection is OK:usfarm', 1);
  const told = () => desk.link({ upstream: lamps.upstream, restored: lamps.restored });
  desk.news({ kind: 'link', link: told() });
  const asked = desk.broker.reconciles;
  lamps.notice(0, code, 'Connectivity between IB and TWS has been restored.', 2);
  desk.news({ kind: 'link', link: told() });
  expect([desk.broker.reconciles, desk.deskState.reconciliation.done(), desk.state]).toEqual([asked + 1, false, 'SIGNAL_WAIT']);
  desk.quote(180.02);
  expect(desk.trigger(id).life).toBe('armed');
  desk.news({ kind: 'link', link: told() });
  expect(desk.broker.reconciles).toBe(asked + 1);
  desk.ends();
  expect(desk.deskState.reconciliation.done()).toBe(true);
});

test('the farm of contract definitions that was broken and is back makes the desk compare; a market data farm does not', () => {
  const farm = (kind: FarmState['kind'], state: FarmState['state']): FarmState => ({ name: 'usfarm', kind, state, since: 0 });
  for (const [kind, comparisons] of [
    ['secdef', 1],
    ['market', 0],
    ['history', 0],
  ] as const) {
    const desk = new CoreDesk().started();
    const asked = desk.broker.reconciles;
    desk.news({ kind: 'link', link: desk.link({ farms: [farm(kind, 'broken')] }) });
    expect([kind, desk.broker.reconciles - asked]).toEqual([kind, 0]);
    desk.news({ kind: 'link', link: desk.link({ farms: [farm(kind, 'ok')] }) });
    expect([kind, desk.broker.reconciles - asked]).toEqual([kind, comparisons]);
  }
});

test('an order whose connection is lost in the act of writing it is UNKNOWN at once, with an alarm', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.broker.onFrame = () => {
    desk.disconnect();
  };
  desk.broker.gate = () => undefined;
  desk.quote(180.02);
  expect(desk.order(desk.ref(id))).toMatchObject({ state: 'UNKNOWN', orderId: 100 });
  expect(desk.alarms().some((text) => text.startsWith('UNKNOWN'))).toBe(true);
});
