import { expect, test } from 'vitest';
import { decide } from '#core/reconciliation/adoption';
import { flatten, resumeDesk } from '#core/engine/operator-commands';
import type { LinkProblem } from '#core/ports/broker';
import { RESET_WINDOWS } from '#domain/reset-window';
import { units } from '#domain/quantity';
import { orderRow } from '#desk/projection/order-row';
import { positionRow } from '#desk/projection/position-row';
import { statusValue } from '#desk/projection/status';
import { DEFAULT_SETTINGS } from '#protocol/settings';
import type { OrderRow, PositionRow, StatusValue } from '#protocol/topics';
import { CoreDesk } from '../support/core/desk.ts';
import { DU, rulesOf } from '../support/core/fixtures.ts';
import { IBM, px } from '../support/core/trigger-fixtures.ts';

const MINUTE = 60_000;

/** What the screen is given. */
function status(desk: CoreDesk): StatusValue {
  desk.wait(500);
  return statusValue(desk.deskState, {
    simulated: false,
    build: 'test',
    liveConfirmed: () => false,
    holds: () => [],
    settings: () => ({ settings: DEFAULT_SETTINGS, file: '', fault: null }),
    hotkeys: () => [],
    loopDelayMs: () => null,
    journalLagMs: () => null,
  });
}

function codes(desk: CoreDesk): readonly string[] {
  return status(desk).standing.map(({ code }) => code);
}

function failing(desk: CoreDesk, code: LinkProblem, text: string): void {
  desk.news({ kind: 'link', link: desk.link({ ready: false, upstream: 'unknown', accounts: [DU], problem: { code, text } }) });
}

function reconnected(desk: CoreDesk): void {
  desk.connect();
  desk.ends();
  desk.pnl();
}

/** Long 250, nothing else working, a trigger armed at 190. */
function holding(): CoreDesk {
  const desk = new CoreDesk();
  desk.rules = rulesOf({ maxOrderShares: 500 });
  const { entry } = desk.fired({ quantity: units(250), entry: { type: 'LMT', limit: px(180.1) } });
  desk.fills(entry, 250, 180.02);
  desk.arm(desk.spec(190, { name: 'B' }, { quantity: units(10) }));
  desk.quote(180.02);
  return desk;
}

function fireB(desk: CoreDesk): void {
  desk.pnl();
  desk.quote(189.9);
  desk.quote(190.1);
}

test('O-41: a limit lowered below what is held: REDUCING in the header, entries denied with the limit, closing passes, then active again', () => {
  const desk = holding();
  expect([status(desk).tradingState, codes(desk)]).toEqual(['active', []]);
  desk.rules = rulesOf({ maxPositionShares: 200 });
  desk.pnl();
  expect(status(desk)).toMatchObject({
    tradingState: 'reducing',
    tradingReasons: ['250 IBM are held or on the way, above the limit of 200 (C-12).'],
  });
  expect(codes(desk)).toEqual(['reducing']);
  expect(desk.logs.at(-1)?.text).toBe(
    'REDUCING: only orders that lower exposure leave. 250 IBM are held or on the way, above the limit of 200 (C-12).',
  );
  fireB(desk);
  expect(desk.alarms().at(-1)).toMatch(/^Risk denied B \(C-\d\d\): .*limit of 200/);
  expect(desk.broker.frames).toHaveLength(1);
  expect(flatten(desk.deskState, DU, IBM.conId, 'the test').ok).toBe(true);
  const exit = desk.broker.frames[1]!;
  desk.fills(exit.ref, 250, 190);
  desk.pnl();
  expect(status(desk)).toMatchObject({ tradingState: 'active', tradingReasons: [] });
  expect(desk.stores.trading.get('desk')).toMatchObject({ state: 'active' });
  expect(desk.logs.some((line) => line.text.startsWith('ACTIVE:'))).toBe(true);
});

test('O-41: while one contract is over its limit nothing is opened in another either, and an ignored position is not this desk’s', () => {
  const desk = new CoreDesk();
  const msft = { ...IBM, conId: 9 as typeof IBM.conId, symbol: 'MSFT' };
  desk.core.start();
  desk.connect();
  desk.position(5_000, msft);
  desk.ends();
  desk.started([IBM, msft]);
  const fire = (name: string): string => {
    decide(desk.deskState, `position:${DU}:9`, name === 'A' ? 'adopt' : 'ignore', 'the test');
    desk.quote(179.9);
    const id = desk.arm(desk.spec(180, { name }, { quantity: units(name === 'A' ? 10 : 20) }));
    desk.quote(179.9);
    desk.quote(180.1);
    return desk.trigger(id).reason;
  };
  expect(fire('A')).toMatch(
    /^5000 MSFT are held or on the way, above the limit of 1000 \(C-12\)\. Until it fits again only reducing orders leave\.$/,
  );
  const ignored = desk.stores.found.get(`position:${DU}:9`)!;
  desk.coordinator.submit({
    lane: 'order',
    name: 'test',
    cause: { kind: 'system', text: 'the operator had ignored it' },
    run: (tx) => tx.set(desk.stores.found, ignored.key, { ...ignored, decision: 'ignore' }),
  });
  expect(fire('B')).toMatch(/risk approved/);
});

test('O-41: a kill is said as halted', () => {
  const desk = holding();
  desk.killBy();
  expect(status(desk)).toMatchObject({ tradingState: 'halted', tradingReasons: ['The kill switch is set (the test says so).'] });
});

test.each(['upstream', 'socket'] as const)(
  'N-25: an outage (%s) is told again after 1, 5, 10, 30 and 60 minutes, then ever more seldom, and at its end with its length',
  (kind) => {
    const desk = new CoreDesk();
    desk.waiting();
    const begun = desk.clock.now();
    const told: number[] = [];
    const pattern = kind === 'upstream' ? /TWS has had no connection to IB for/ : /No connection to TWS for/;
    let seen = desk.logs.length;
    if (kind === 'upstream') desk.upstream('down');
    else desk.disconnect();
    for (let minutes = 0; minutes < 12 * 60; minutes += 1) {
      desk.wait(MINUTE);
      for (const line of desk.logs.slice(seen))
        if (line.level === 'alarm' && pattern.test(line.text)) told.push(Math.round((desk.clock.now() - begun) / MINUTE));
      seen = desk.logs.length;
    }
    expect(told).toEqual([1, 5, 10, 30, 60, 120, 240, 480]);
    desk.wait(5_000);
    if (kind === 'upstream') desk.upstream('up');
    else reconnected(desk);
    expect(desk.logs.map((line) => line.text)).toContain('Connected again after 12 h.');
    desk.wait(2 * 3_600_000);
    expect(desk.logs.slice(seen).filter((line) => pattern.test(line.text))).toEqual([]);
  },
);

test('N-25: ten minutes of 2110: three reminders, nothing leaves, and the end says ten minutes', () => {
  const desk = new CoreDesk();
  desk.waiting();
  desk.upstream('down');
  desk.wait(10 * MINUTE + 500);
  desk.quote(180.02);
  expect(desk.alarms().filter((text) => text.startsWith('TWS has had no connection'))).toHaveLength(3);
  expect(desk.broker.frames).toEqual([]);
  desk.upstream('up');
  expect(desk.logs.map((line) => line.text)).toContain('Connected again after 10 min 1 s.');
});

test('N-30: TWS waits for a log-in for nine hours: LOGIN REQUIRED stands, is repeated, no lamp is green; then the desk comes back by itself, paused', () => {
  // Sunday, 13 October 2013, 00:59:30 in New York.
  const desk = new CoreDesk({ startAt: Date.UTC(2013, 9, 13, 4, 59, 30) });
  desk.started();
  const id = desk.arm();
  desk.disconnect();
  failing(desk, 'port-closed', 'Nothing answers at 127.0.0.1:7497.');
  desk.wait(31_000);
  expect(codes(desk)).toEqual([]);
  desk.wait(30_000);
  expect(status(desk).standing).toMatchObject([
    {
      code: 'login-required',
      tone: 'critical',
      title: 'LOGIN REQUIRED:',
      text: expect.stringMatching(/^no connection to TWS for 1 min\. Log in to TWS/) as string,
    },
  ]);
  for (let hour = 0; hour < 9; hour += 1) {
    desk.wait(3_600_000);
    failing(desk, hour % 2 === 0 ? 'no-handshake' : 'port-closed', 'Nobody is logged in.');
    expect(status(desk).lamps.filter((lamp) => lamp.state === 'ok')).toEqual([]);
    expect(status(desk).lamps[0]).toMatchObject({ name: 'TWS', state: 'down', text: 'log in' });
  }
  expect(desk.alarms().filter((text) => text.startsWith('LOGIN REQUIRED'))).toHaveLength(8);
  expect(desk.state).toBe('PAUSED');
  desk.connect();
  expect(desk.broker.left.at(-1)).toBe('reconcile');
  desk.ends();
  desk.pnl();
  expect([desk.state, desk.trigger(id).life, codes(desk)]).toEqual(['PAUSED', 'armed', []]);
  desk.quote(179.9);
  desk.quote(180.1);
  expect(desk.broker.frames).toEqual([]);
  expect(resumeDesk(desk.deskState, 'the test').ok).toBe(true);
});

test('N-30: on other days a restart of TWS has five minutes, and what is no want of a log-in is not called one', () => {
  const desk = new CoreDesk();
  desk.started();
  desk.disconnect();
  desk.wait(10 * MINUTE);
  expect(codes(desk)).toEqual([]);
  failing(desk, 'client-id-taken', 'Client id 2 is in use.');
  expect(codes(desk)).toEqual([]);
  failing(desk, 'port-closed', 'Nothing answers.');
  expect(codes(desk)).toEqual(['login-required']);
  reconnected(desk);
  desk.disconnect();
  failing(desk, 'port-closed', 'Nothing answers.');
  desk.wait(4 * MINUTE);
  expect(codes(desk)).toEqual([]);
  desk.wait(MINUTE);
  expect(codes(desk)).toEqual(['login-required']);
});

/** 22:30 of a Tuesday in New York, long 100, its stop held by IB in `ibStatus`. */
function evening(ibStatus: string): CoreDesk {
  const desk = new CoreDesk({ startAt: Date.UTC(2013, 9, 9, 2, 30) });
  desk.rules = { ...rulesOf(), resetWindows: RESET_WINDOWS.NA };
  const { id, entry } = desk.fired({ outsideRth: true, stop: { kind: 'price', price: px(179) } });
  desk.fills(entry, 100, 180.02);
  desk.openOrder(desk.ref(id, 'S'), ibStatus);
  if (ibStatus === 'PreSubmitted') desk.status(desk.ref(id, 'S'), 'PreSubmitted', 0, { whyHeld: 'trigger' });
  return desk;
}

test('O-44: a stop that IB simulates is shown as such, and in IB’s reset as not protecting; one at the exchange protects on', () => {
  for (const [ibStatus, kind, asleep] of [
    ['PreSubmitted', 'simulated', units(100)],
    ['Submitted', 'native', units(0)],
  ] as const) {
    const desk = evening(ibStatus);
    const stop = (): OrderRow => orderRow(desk.deskState, desk.order(desk.broker.frames[1]!.ref));
    const position = (): PositionRow => positionRow(desk.deskState, 'IBM', desk.held()!);
    expect([stop().stopKind, position().protectedQuantity, position().asleep]).toEqual([kind, units(100), units(0)]);
    // 00:14:00, in the minute before; half past one; a quarter to two.
    desk.wait(104 * MINUTE);
    expect([position().protectedQuantity, position().asleep]).toEqual([units(100), asleep]);
    desk.wait(91 * MINUTE);
    expect(position().asleep).toBe(units(0));
  }
});

test('O-44: nothing is opened in a reset of IB nor in the minute before, with a sentence; what reduces leaves', () => {
  const desk = evening('Submitted');
  desk.arm(desk.spec(190, { name: 'B' }, { quantity: units(10), outsideRth: true }));
  desk.quote(180.02);
  desk.wait(103 * MINUTE + 58_000);
  expect(codes(desk)).toEqual([]);
  desk.wait(2_000);
  fireB(desk);
  expect(desk.alarms().at(-1)).toBe(
    'Risk denied B (K-03): IB resets its systems (nightly reset, until 01:45 America/New_York): orders may be lost and stops that IB simulates do not act. Entries wait until it is over.',
  );
  expect(codes(desk)).toEqual(['reducing']);
  expect(flatten(desk.deskState, DU, IBM.conId, 'the test').ok).toBe(true);
  desk.wait(91 * MINUTE);
  desk.pnl();
  expect(codes(desk)).toEqual([]);
});
