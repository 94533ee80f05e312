import { expect, test } from 'vitest';
import { setBackText } from '#core/engine/broker-clock';
import { flatten } from '#core/engine/operator-commands';
import type { Condition } from '#domain/condition';
import { units } from '#domain/quantity';
import { parseHours } from '#domain/session-time';
import { SystemClock } from '#system/clock';
import { fromExecution } from '#tws/order/execution-translation';
import { goodTillOf } from '#tws/order/good-till-date';
import { CoreDesk } from '../support/core/desk.ts';
import { DU, rulesOf } from '../support/core/fixtures.ts';
import { arm, between, brief, type Desk, desk as watching, IBM, ONE, price, tick } from '../support/core/trigger-fixtures.ts';
import { FakeClock } from '../support/fake-clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The program's own clock over a machine whose clock is set with `sleep`. */
class ProgramClock extends FakeClock {
  readonly #read = new SystemClock({ wall: () => super.now(), steady: () => super.monotonic() });

  override now(): number {
    return this.#read.now();
  }
}

test.each([
  ['an hour forward', HOUR],
  ['an hour back', -HOUR],
  ['a day back', -DAY],
])(
  'T-01: the machine’s clock is set %s: an order without an answer is looked up in time, and a kill’s cancel is sent again',
  (_how, by) => {
    const desk = new CoreDesk({ clock: new ProgramClock() });
    desk.fired();
    desk.clock.sleep(by);
    const { requests } = desk.broker;
    desk.wait(8_000);
    expect(desk.broker.requests).toBeGreaterThan(requests);
    const killed = new CoreDesk({ clock: new ProgramClock() });
    const { entry } = killed.fired();
    killed.openOrder(entry);
    killed.killBy();
    expect(killed.broker.cancels).toHaveLength(1);
    killed.clock.sleep(by);
    killed.wait(15_000);
    expect(killed.broker.cancels.length).toBeGreaterThan(1);
  },
);

test.each([HOUR, -HOUR, -DAY])(
  'T-01: the machine’s clock is set by %i ms: the step fires nothing, and the next crossing on a fresh quote fires once',
  (by) => {
    const desk = new CoreDesk({ clock: new ProgramClock() });
    const id = desk.waiting();
    desk.clock.sleep(by);
    desk.wait(3_000);
    expect([desk.trigger(id).life, desk.broker.frames.length]).toEqual(['armed', 0]);
    desk.pnl();
    desk.quote(179.9);
    expect(desk.deskState.registry.row(id)).toMatchObject({ status: 'armed' });
    desk.quote(180.02);
    desk.quote(180.03);
    expect([desk.trigger(id).life, desk.broker.frames.length]).toEqual(['fired', 1]);
  },
);

test('T-01: set back, the program’s time goes on, a little slower, and says by how much; set right again it is right, set forward it jumps as after a sleep', async () => {
  const at = { wall: Date.UTC(2026, 5, 1), steady: 0 };
  const clock = new SystemClock({ wall: () => at.wall, steady: () => at.steady });
  const told: number[] = [];
  clock.onSetBack((ms) => told.push(ms));
  const begun = clock.now();
  const pass = (steady: number, set = 0): number => {
    at.steady += steady;
    at.wall += steady + set;
    return clock.now() - begun;
  };
  expect([pass(1_000), pass(1_000, -HOUR), pass(1_000, -DAY), pass(500), pass(500, -200)]).toEqual([1_000, 1_990, 2_980, 3_475, 3_970]);
  expect(pass(1_000, HOUR + DAY + 200)).toBe(5_000);
  expect([pass(1_000, HOUR), clock.monotonic()]).toEqual([6_000 + HOUR, 6_000]);
  await new Promise((done) => clock.after(0, () => done(undefined)));
  expect(told).toEqual([HOUR, DAY]);
  expect(setBackText(HOUR)).toMatch(/^This machine's clock was set back by 60 min \(C-40\)/);
});

test.each([3_000, -3_000])(
  'T-02: a step of %i ms between the clocks is told once with its size, and time on the screen is the broker’s again',
  (by) => {
    const desk = new CoreDesk();
    const begun = desk.clock.now();
    const server = (): void => desk.core.onServerTime((begun + Math.round(desk.clock.monotonic())) / 1_000, 0);
    desk.core.start();
    server();
    desk.wait(10_000);
    server();
    const warned = (): readonly string[] =>
      desk.logs.filter(({ level, text }) => level === 'warning' && text.includes('C-40')).map(({ text }) => text);
    expect(warned()).toEqual([]);
    desk.clock.sleep(by);
    for (let beat = 0; beat < 3; beat += 1) {
      desk.wait(10_000);
      server();
    }
    expect(warned()).toEqual([
      `The broker's clock went ${by > 0 ? 'back' : 'forward'} by 3.0 s against this machine's (C-40); what happened before keeps its time.`,
    ]);
    expect(desk.deskState.exchange.now()).toBe(begun + 40_000);
  },
);

/** A level that is reached, and a window of the New York day. */
function windowed(from: string, to: string, start: number): Desk {
  const on = watching(start);
  const rule: Condition = { kind: 'and', of: [price(IBM, 'last', 'at-or-above', 180), between(from, to)] };
  arm(on, rule);
  return on;
}

/** When the watcher says that its window opens, on a fresh quote; epoch ms. */
function opensAt(on: Desk): number | undefined {
  on.registry.onTick(tick(IBM, 'last', 181, on.clock.time));
  return on.registry.row(ONE)?.nextTestAt;
}

/** A fresh tick and the desk's timer every ten seconds until then; when it fired, epoch ms. */
function firings(on: Desk, until: number): readonly number[] {
  const at: number[] = [];
  for (; on.clock.time < until; on.clock.time += 10_000) {
    on.registry.onTick(tick(IBM, 'last', 181, on.clock.time));
    on.registry.onTimer(on.clock.time);
    for (const firing of on.registry.drain()) {
      expect(brief(firing)).toMatch(/last 181$/);
      at.push(on.clock.time);
    }
  }
  return at;
}

test('T-03: a window inside the hour that spring leaves out does not open that day and opens once on the next; one over it opens once', () => {
  const midnight = Date.UTC(2026, 2, 8, 5);
  const missing = windowed('02:15', '02:45', midnight);
  expect(firings(missing, midnight + 23 * HOUR)).toEqual([]);
  expect(opensAt(missing)).toBe(Date.UTC(2026, 2, 9, 6, 15));
  expect(firings(missing, midnight + 47 * HOUR)).toEqual([Date.UTC(2026, 2, 9, 6, 15)]);
  // From 01:30 to 03:30 is one hour that night.
  const over = windowed('02:30', '03:30', midnight);
  expect(firings(over, midnight + 23 * HOUR)).toEqual([Date.UTC(2026, 2, 8, 7)]);
});

test('T-04: a window inside the hour that autumn has twice fires once: in the first, and not again in the second', () => {
  const midnight = Date.UTC(2026, 10, 1, 4);
  const twice = windowed('01:15', '01:45', midnight);
  expect(opensAt(twice)).toBe(Date.UTC(2026, 10, 1, 5, 15));
  expect(firings(twice, midnight + 25 * HOUR)).toEqual([Date.UTC(2026, 10, 1, 5, 15)]);
  expect(twice.registry.size).toBe(0);
});

/** When IB says that it was executed; undefined where its words do not say it. */
function executed(time: string): number | undefined {
  const ib = { execId: '1', side: 'BOT', shares: 1, price: 1, time };
  const execution = fromExecution(IBM.conId, ib, 5);
  expect(execution).toMatchObject({ time, at: 5 });
  return execution?.brokerAt;
}

test('T-06: an execution is timed by the zone that IB names, an ambiguous hour by its first, and by nothing where no zone is named', () => {
  const summer = Date.UTC(2026, 6, 1, 13, 35, 7);
  for (const text of [
    '20260701 09:35:07 US/Eastern',
    '20260701  09:35:07 America/New_York',
    '20260701 08:35:07 US/Central',
    '20260701 14:35:07 Europe/London',
    '20260701 22:35:07 JST',
    '20260701-13:35:07',
  ])
    expect([text, executed(text)]).toEqual([text, summer]);
  expect(executed('20261101 01:30:00 US/Eastern')).toBe(Date.UTC(2026, 10, 1, 5, 30));
  expect(executed('20260308 02:30:00 US/Eastern')).toBe(Date.UTC(2026, 2, 8, 7, 30));
  for (const text of ['20260701  09:35:07', '20260701 09:35:07 Mars/Olympus', '', 'yesterday'])
    expect([text, executed(text)]).toEqual([text, undefined]);
});

test.each(['20261301 09:35:00', '20260230 09:35:00', '20260701 24:00:00', '20260701 09:60:00', '20260701 09:35:61', '00000000 00:00:00'])(
  'T-06: %s is no time in any zone: it is not rolled over into another day',
  (text) => {
    expect([executed(`${text} US/Eastern`), executed(text.replace(' ', '-')), goodTillOf(`${text} US/Eastern`)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  },
);

test('T-06: the hours of a contract without a zone that means something are refused, and the date of an order with one is none', () => {
  expect(parseHours('20261101:0930-20261101:1600', '').ok).toBe(false);
  expect([goodTillOf('20261106 16:00:00 Mars/Olympus'), goodTillOf('20261106 16:00:00 US/Eastern')]).toEqual([
    undefined,
    Date.UTC(2026, 10, 6, 21),
  ]);
});

test.each([
  ['a half day', '2026-11-27T12:59:59-05:00', '', 1],
  ['a holiday', '2026-12-25T10:00:00-05:00', '', 0],
  ['a close that only the broker knows of', '2026-03-10T10:00:00-04:00', '20260310:CLOSED', 0],
  ['a close at noon that only the broker knows of', '2026-03-10T11:59:59-04:00', '20260310:0930-20260310:1200', 1],
])(
  'T-07: %s: the session decides whether an order of regular hours leaves; a crossing outside it holds, and outside hours it may',
  (_day, start, hours, open) => {
    const begin = (rthOnly: boolean): CoreDesk => {
      const desk = new CoreDesk({ startAt: Date.parse(start) });
      desk.started();
      const details = desk.deskState.details.get(IBM.conId)!;
      desk.core.learn({ ...details, liquidHours: hours, tradingHours: hours });
      desk.quote(179.9);
      for (const [name, level] of [
        ['first', 180],
        ['second', 185],
      ] as const)
        desk.arm(desk.spec(level, { name, rthOnly }, { quantity: units(level), outsideRth: !rthOnly }));
      desk.quote(179.9);
      return desk;
    };
    const desk = begin(true);
    desk.quote(180.02);
    expect(desk.broker.frames).toHaveLength(open);
    desk.wait(2_000);
    desk.quote(184.9);
    desk.quote(185.02);
    expect(desk.broker.frames).toHaveLength(open);
    const waiting = [...desk.stores.triggers.values()].find(({ spec: { name } }) => name === 'second')!;
    expect(desk.deskState.registry.row(waiting.id)).toMatchObject({ status: 'holding', fault: 'session-closed' });
    const extended = begin(false);
    extended.quote(180.02);
    extended.wait(2_000);
    extended.quote(184.9);
    extended.quote(185.02);
    expect(extended.broker.frames).toHaveLength(2);
  },
);

test.each([
  ['New York', Date.UTC(2013, 9, 9, 4)],
  ['UTC', Date.UTC(2013, 9, 9)],
])(
  'T-08: midnight of %s while a position loses: the day is IB’s, so the loss blocks on until IB’s own figure is another',
  (_zone, midnight) => {
    const desk = new CoreDesk({ startAt: midnight - 4_000 });
    desk.rules = rulesOf({ maxDailyLoss: 5_000 });
    const { entry } = desk.fired({ outsideRth: true });
    desk.fills(entry, 100, 180.02);
    for (const name of ['B', 'C']) desk.arm(desk.spec(190, { name }, { quantity: units(name === 'B' ? 10 : 20), outsideRth: true }));
    desk.quote(180.02);
    desk.wait(2_000);
    desk.pnl(-600);
    desk.rules = rulesOf({ maxDailyLoss: 500 });
    desk.wait(4_000);
    desk.quote(189.9);
    desk.quote(190.1);
    expect(desk.broker.frames).toHaveLength(1);
    for (const name of ['B', 'C'])
      expect(desk.alarms().join('\n')).toMatch(new RegExp(`Risk denied ${name} \\(C-13\\): The day's loss of 600`));
    // The way out is open, and what IB says of the new day counts.
    expect(flatten(desk.deskState, DU, IBM.conId, 'the test').ok).toBe(true);
    expect(desk.broker.frames).toHaveLength(2);
    desk.pnl(0);
    desk.arm(desk.spec(195, { name: 'D' }, { quantity: units(10), outsideRth: true }));
    desk.wait(2_000);
    desk.quote(194.9);
    desk.quote(195.1);
    expect(desk.broker.frames).toHaveLength(3);
  },
);

test.each([
  ['New York', Date.UTC(2013, 9, 9, 4)],
  ['UTC', Date.UTC(2013, 9, 9)],
])('T-08: midnight of %s forgets no firing: the fourth within ten minutes over it locks the trigger (C-09)', (_zone, midnight) => {
  const desk = new CoreDesk({ startAt: midnight - 4 * MINUTE });
  desk.started();
  desk.quote(179.9);
  const id = desk.arm(desk.spec(180, {}, { quantity: units(10), outsideRth: true }));
  for (let firing = 0; firing < 4; firing += 1) {
    desk.quote(179.9);
    desk.quote(180.02);
    if (firing < 3) {
      const ref = desk.broker.frames.at(-1)!.ref;
      desk.fills(ref, 10, 180.02);
      desk.wait(2 * MINUTE);
      desk.pnl();
      desk.quote(179.9);
      desk.rearmTrigger(id);
    }
  }
  expect(desk.broker.frames).toHaveLength(3);
  expect(desk.trigger(id)).toMatchObject({ life: 'locked' });
});

test('T-09: over the second at which 32 bits end in 2038 the desk fires, fills, times and writes as in any other', () => {
  const END = 2 ** 31 * 1_000;
  const desk = new CoreDesk({ startAt: END - 5_000 });
  const { entry } = desk.fired({ outsideRth: true });
  desk.wait(5_500);
  expect(desk.clock.now()).toBe(END + 500);
  desk.fill(entry, 100, 180.02, { time: '20380119-03:14:08', at: desk.clock.now() });
  expect(desk.order(entry)).toMatchObject({ state: 'FILLED', updatedAt: END + 500 });
  desk.pnl();
  desk.arm(desk.spec(190, { name: 'B' }, { quantity: units(10), outsideRth: true }));
  desk.quote(189.9);
  desk.quote(190.1);
  expect(desk.broker.frames).toHaveLength(2);
  expect(executed('20380119-03:14:08')).toBe(END);
  expect(executed('20380118 22:14:08 US/Eastern')).toBe(END);
  desk.core.onServerTime(END / 1_000 + 1, 0);
  expect(desk.deskState.exchange.now()).toBe(END + 1_000);
});

test('T-09: a leap second is the first of the next minute', () => {
  expect([executed('20161231-23:59:60'), goodTillOf('20161231-23:59:60')]).toEqual([Date.UTC(2017, 0, 1), Date.UTC(2017, 0, 1)]);
  expect(executed('20161231 18:59:60 US/Eastern')).toBe(Date.UTC(2017, 0, 1));
});
