import { expect, test } from 'vitest';
import { deskDoor } from '#app/desk-door';
import { riskRulesOf, twsOptionsOf } from '#app/settings-in-force';
import { issueWords } from '#protocol/issue-words';
import { settings as schema, DEFAULT_SETTINGS, type Limits, type Settings } from '#protocol/settings';
import { fireNow } from '#core/strategy/trigger/fire-now';
import type { RiskContext } from '#core/risk/risk-context';
import { judge } from '#core/risk/risk-engine';
import { amountOf } from '#domain/money';
import type { OrderIntent } from '#domain/order';
import { units } from '#domain/quantity';
import { PacingGate, type PacingLane } from '#tws/pacing/pacing-gate';
import { checkOptions } from '#tws/tws-options';
import { detailsOf } from '../../support/core/fixtures.ts';
import { context, intent, leg, NOW, TRIGGER, working } from '../../support/core/risk.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';
import { FakeClock } from '../../support/fake-clock.ts';

/**
 * Every setting, changed, changes what the program does. A setting that is written down, shown and read by nobody was a fault of this
 * program (the reserve of messages). The screen's settings have their tests in `tests/renderer`.
 */
interface Case {
  readonly from: unknown;
  readonly to: unknown;
  /** What the program does with it, as far as it can be seen from outside. */
  readonly does: (settings: Settings) => unknown;
}

const OPTION = { ...IBM, secType: 'OPT' as const, multiplier: 100, strike: px(180), right: 'C' as const, expiry: '20131018' };
const BARE = { host: undefined, port: undefined, live: false };
/** So that only the limit in question decides. */
const WIDE: Partial<Limits> = { maxOrderNotional: 10_000_000, maxPositionShares: 1_000_000, maxPositionContracts: 10_000 };

function verdict(settings: Settings, wish: OrderIntent = intent(), more: Partial<RiskContext> = {}): string {
  const judged = judge(wish, context({ rules: riskRulesOf(settings, false), ...more }));
  return judged.kind === 'approved' ? 'approved' : judged.control;
}

/** Of the wishes of one second: how many left at once, by lane. */
function leaves(settings: Settings, ...lanes: readonly PacingLane[]): readonly number[] {
  const clock = new FakeClock();
  const options = twsOptionsOf(BARE, () => settings, undefined);
  const gate = new PacingGate({ clock, scheduler: clock }, options.rates!);
  return lanes.map((lane) => {
    let sent = 0;
    for (let at = 0; at < 60; at += 1) gate.submit({ lane, cost: 1, source: {}, send: () => (sent += 1), dropped: () => undefined });
    gate.purge([lane], 'the count is taken');
    return sent;
  });
}

const send = (ms: number, quantity = 100) => ({
  at: NOW - ms,
  account: intent().account,
  conId: IBM.conId,
  side: 'BUY' as const,
  quantity: units(quantity),
  type: 'LMT' as const,
  price: px(180),
});

const option = (settings: Settings, quantity: number, held = 0): string =>
  verdict(
    { ...settings, limits: { ...settings.limits, ...WIDE, maxPositionContracts: settings.limits.maxPositionContracts } },
    intent([leg({ quantity: units(quantity) })], { contract: OPTION }),
    { details: detailsOf(OPTION), position: units(held) },
  );

const CASES: Readonly<Record<string, Case>> = {
  'connection.host': { from: '127.0.0.1', to: '127.0.0.2', does: (now) => twsOptionsOf(BARE, () => now, undefined).host },
  'connection.port': { from: 7497, to: 4002, does: (now) => twsOptionsOf(BARE, () => now, undefined).port },
  'connection.clientIdBase': { from: 0, to: 5, does: (now) => twsOptionsOf(BARE, () => now, undefined).clientIdBase },
  'limits.maxOrderShares': { from: 100, to: 99, does: (now) => verdict(now) },
  'limits.maxOrderContracts': { from: 5, to: 4, does: (now) => option(now, 5) },
  'limits.maxOrderNotional': { from: 50_000, to: 1_000, does: (now) => verdict(now) },
  'limits.collarPercent': { from: 3, to: 0.5, does: (now) => verdict(now, intent([leg({ limit: px(178) })])) },
  'limits.collarTicks': { from: 2_000, to: 100, does: (now) => verdict(now, intent([leg({ limit: px(178) })])) },
  'limits.maxQuoteAgeMs': { from: 5_000, to: 500, does: firesOnOldQuote },
  'limits.messagesPerSecond': { from: 40, to: 20, does: (now) => leaves(now, 'order') },
  'limits.reservedMessagesPerSecond': { from: 10, to: 17, does: (now) => leaves(now, 'order', 'cancel') },
  'limits.ordersPerSecondPerSymbol': { from: 2, to: 1, does: (now) => verdict(now, intent(), { recent: [send(900, 50)] }) },
  'limits.ordersPerSecond': {
    from: 2,
    to: 1,
    does: (now) => verdict(now, intent(), { recent: [{ ...send(900), conId: (IBM.conId + 1) as typeof IBM.conId }] }),
  },
  'limits.firingsPerTenMinutes': {
    from: 3,
    to: 1,
    does: (now) => verdict(now, intent(), { triggerFires: { id: TRIGGER, recent: [NOW - 500_000] } }),
  },
  'limits.duplicateWindowSeconds': { from: 3, to: 60, does: (now) => verdict(now, intent(), { recent: [send(5_000)] }) },
  'limits.maxWorkingPerSide': { from: 15, to: 1, does: (now) => verdict(now, intent(), { working: [working()] }) },
  'limits.maxWorkingTotal': {
    from: 60,
    to: 1,
    does: (now) => verdict(now, intent(), { working: [working({ side: 'SELL', limit: px(190) })] }),
  },
  'limits.maxPositionShares': { from: 1_000, to: 150, does: (now) => verdict(now, intent(), { position: units(100) }) },
  'limits.maxPositionContracts': { from: 10, to: 6, does: (now) => option(now, 2, 5) },
  'limits.maxDailyLoss': { from: 2_500, to: 100, does: (now) => verdict(now, intent(), { dailyPnl: amountOf(-200) }) },
  killScope: { from: 'own', to: 'all', does: killScopeOf },
  'allowed.orderTypes': { from: ['MKT', 'LMT'], to: ['MKT'], does: (now) => verdict(now) },
  'allowed.timesInForce': { from: ['DAY', 'GTC'], to: ['GTC'], does: (now) => verdict(now) },
  'resetWindows.region': { from: 'NA', to: 'none', does: (now) => riskRulesOf(now, false).resetWindows?.length === 0 },
  'resetWindows.own': {
    from: [],
    to: [{ name: 'mine', zone: 'UTC', days: [1], from: '10:00', to: '11:00' }],
    does: (now) =>
      riskRulesOf(now, false)
        .resetWindows?.map(({ name }) => name)
        .includes('mine'),
  },
};

/** Shown elsewhere, with the test that shows it. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  version: 'one value only',
  'screen.upColor': 'tests/renderer/screen-settings.test.ts',
  'screen.sound': 'tests/renderer/screen-settings.test.ts',
};

/** Whether `Fire now` is let through on a quote that is a second old. */
function firesOnOldQuote(settings: Settings): boolean {
  const desk = new CoreDesk();
  desk.rules = riskRulesOf(settings, false);
  const id = desk.waiting();
  desk.wait(1_000);
  const fired = fireNow(desk.deskState, id, desk.trigger(id).updatedAt, 'the test');
  return fired.ok;
}

/** What the kill switch of tray, menu and terminal takes for its scope. */
function killScopeOf(settings: Settings): unknown {
  const desk = new CoreDesk().started();
  const unused = {} as never;
  const door = deskDoor({
    core: desk.core,
    settings: { current: settings } as never,
    router: unused,
    publisher: unused,
    hotkeys: unused,
    terminal: unused,
  });
  door.kill('as-set', 'the test', 'keep');
  return desk.kill?.scope;
}

function paths(value: object, above = ''): readonly string[] {
  return Object.entries(value).flatMap(([key, under]: [string, unknown]) =>
    typeof under === 'object' && under !== null && !Array.isArray(under) ? paths(under, `${above}${key}.`) : [`${above}${key}`],
  );
}

function withValue(path: string, value: unknown): Settings {
  const [group = '', key] = path.split('.');
  const before: unknown = DEFAULT_SETTINGS[group as keyof Settings];
  return schema.parse({ ...DEFAULT_SETTINGS, [group]: key === undefined ? value : { ...(before as object), [key]: value } });
}

function withValues(limits: Partial<Limits>): Settings {
  return schema.parse({ ...DEFAULT_SETTINGS, limits: { ...DEFAULT_SETTINGS.limits, ...limits } });
}

test('every setting of the file has a case here or a test that is named', () => {
  expect(paths(DEFAULT_SETTINGS).toSorted()).toEqual([...Object.keys(CASES), ...Object.keys(ELSEWHERE)].toSorted());
});

test.each(Object.entries(CASES))('%s, changed, changes what the program does', (path, { from, to, does }) => {
  expect(does(withValue(path, from))).not.toEqual(does(withValue(path, to)));
});

test('at 15 messages a second a bracket with three legs still leaves, also at half the rate after an error 100', () => {
  const clock = new FakeClock();
  const slow = withValues({ messagesPerSecond: 15, reservedMessagesPerSecond: 12 });
  const options = twsOptionsOf(BARE, () => slow, undefined);
  expect(checkOptions(options).ok).toBe(true);
  const gate = new PacingGate({ clock, scheduler: clock }, options.rates!);
  const bracket = (): string => gate.submit({ lane: 'order', cost: 3, source: {}, send: () => undefined, dropped: () => undefined });
  expect([gate.largestBatch, bracket()]).toEqual([3, 'sent']);
  clock.advance(1_000);
  gate.slowDown();
  expect([gate.limit, gate.largestBatch, bracket()]).toEqual([7, 3, 'sent']);
});

test('a reserve that shuts every bracket out is refused, in the file and by the adapter, with the reason', () => {
  const wrong = { ...DEFAULT_SETTINGS, limits: { ...DEFAULT_SETTINGS.limits, messagesPerSecond: 15, reservedMessagesPerSecond: 13 } };
  const read = schema.safeParse(wrong);
  expect(read.success ? '' : issueWords(read.error.issues, wrong)).toBe(
    'limits.reservedMessagesPerSecond must be at least 3 below limits.messagesPerSecond, so that an order with its stop and target finds room',
  );
  expect(checkOptions(twsOptionsOf(BARE, () => wrong, undefined))).toEqual({
    ok: false,
    error: 'Of 15 messages per second 13 cannot be kept for cancels and the kill; keep 2 to 12.',
  });
});

test('a rate that is changed while the desk runs is in force with the next message', () => {
  const clock = new FakeClock();
  let now = withValues({ messagesPerSecond: 40 });
  const gate = new PacingGate({ clock, scheduler: clock }, twsOptionsOf(BARE, () => now, undefined).rates!);
  now = withValues({ messagesPerSecond: 20, reservedMessagesPerSecond: 5 });
  let sent = 0;
  for (let at = 0; at < 60; at += 1) gate.submit({ lane: 'order', cost: 1, source: {}, send: () => (sent += 1), dropped: () => undefined });
  expect(sent).toBe(15);
});
