import { beforeEach, expect, test, vi } from 'vitest';
import { AccountMemory } from '#app/account-memory';
import type { Caller, DeskDoor, Subscriber } from '#desk/entrance/door';
import { onlyAtDesk } from '#desk/entrance/only-at-desk';
import { createRouter, type Handlers } from '#desk/entrance/router';
import { openIpcDoor } from '#desktop/ipc-door';
import { units } from '#domain/quantity';
import { COMMANDS, QUERIES } from '#protocol/commands';
import { loosens } from '#protocol/looser';
import { DEFAULT_SETTINGS, type Settings } from '#protocol/settings';
import { plainNumber, readPercent, readPrice, readQuantity } from '../../src-renderer/format/read-figure.ts';
import { CoreConsole } from '../support/core/console.ts';
import { px } from '../support/core/trigger-fixtures.ts';
import { temporaryDirectory } from '../support/temporary.ts';

type Handler = (...args: readonly unknown[]) => unknown;

const electron = vi.hoisted(() => ({ handlers: new Map<string, unknown>() }));

vi.mock('electron', () => {
  const hear = (name: string, handler: unknown) => void electron.handlers.set(name, handler);
  return { ipcMain: { handle: hear, on: hear } };
});

beforeEach(() => electron.handlers.clear());

/** Connected, compared, started; IBM stands below the level. */
function started(): CoreConsole {
  const made = new CoreConsole();
  made.desk.started();
  made.desk.quote(179.9);
  return made;
}

test('A-12: the word for one preview arms no other terms, and given twice it arms once', async () => {
  const made = started();
  const { desk } = made;
  const spec = desk.spec(180);
  const word = await made.seen(spec);
  const others = [
    { ...spec, action: { ...spec.action, quantity: units(101) } },
    { ...spec, action: { ...spec.action, side: 'SELL' as const } },
    desk.spec(179.95),
  ];
  for (const other of others)
    expect(await made.call('trigger.arm', { spec: other, ...word })).toMatchObject({ ok: false, error: { code: 'preview-differs' } });
  expect(desk.stores.triggers.size).toBe(0);

  const [once, again] = await Promise.all([made.call('trigger.arm', { spec, ...word }), made.call('trigger.arm', { spec, ...word })]);
  expect([once.ok, again.ok, desk.stores.triggers.size]).toEqual([true, false, 1]);
  desk.quote(180.02);
  expect([desk.broker.frames.length, desk.stores.orders.size]).toEqual([1, 1]);
});

test('A-12: a version that was used up changes nothing more, whatever stands beside it', async () => {
  const made = started();
  const { desk } = made;
  const spec = desk.spec(180, {}, { entry: { type: 'LMT', limit: px(178) } });
  const armed = await made.arm(spec);
  if (!armed.ok) throw new Error(armed.error.text);
  const { id } = armed.value;
  expect((await made.arm(desk.spec(250, { name: 'keeps the quotes' }))).ok).toBe(true);
  desk.quote(180.02);
  desk.quote(180.03);
  const ref = desk.ref(id);
  desk.openOrder(ref);
  const { key, updatedAt: version } = desk.order(ref);
  const change = (limit: number) => made.call('order.modify', { key, expectedVersion: version, limit: px(limit) });
  expect(await change(177.5)).toMatchObject({ ok: true });
  desk.wait(10);
  desk.news({ kind: 'open-order', order: desk.openOrderOf(ref, 'Submitted', { limit: px(177.5) }) });
  for (const limit of [177.5, 177, 179])
    expect([limit, await change(limit)]).toMatchObject([limit, { ok: false, error: { code: 'conflict' } }]);
  expect([desk.order(ref).limit, desk.broker.changes.map(({ leg }) => leg.limit)]).toEqual([px(177.5), [px(177.5)]]);
});

const BROWSER: Caller = {
  id: 'b1',
  by: 'browser console 1',
  scope: 'operate',
  atDesk: false,
  session: 1,
  closed: false,
  stream: () => null,
};

/** The router before handlers that write down that they were entered. */
function router(settings: Settings = DEFAULT_SETTINGS) {
  const entered: string[] = [];
  const asked: string[] = [];
  const handlers = Object.fromEntries(
    [...Object.keys(COMMANDS), ...Object.keys(QUERIES)].map((name) => [
      name,
      () => {
        entered.push(name);
        return { ok: true, value: { seq: 1 } };
      },
    ]),
  ) as unknown as Handlers;
  const made = createRouter(handlers, {
    monotonic: () => 0,
    fault: () => 'F-1',
    onlyAtDesk: (name, input) => onlyAtDesk(name, input, settings),
    askTerminal: ({ what }) => {
      asked.push(what);
      return 'Confirm at the terminal.';
    },
  });
  return { call: (name: string, input: unknown) => made.call(name, input, BROWSER), entered, asked };
}

test('A-13: from a browser nothing is re-armed, no limit loosened and no kill made narrower: a person at the desk is asked', async () => {
  const { call, entered, asked } = router({ ...DEFAULT_SETTINGS, killScope: 'all' });
  const limits = Object.entries(DEFAULT_SETTINGS.limits) as [keyof Settings['limits'], number][];
  const calls: [string, unknown][] = [
    ['engine.rearm.confirm', { phrase: 'REARM DU1234567 K7QX' }],
    ['live.confirm', { account: 'U1234567', phrase: 'U1234567' }],
    ['settings.update', { patch: { killScope: 'own' } }],
    ['settings.update', { patch: { killScope: 'own', limits: { maxOrderShares: 1 } } }],
    ...limits.map(([name, now]): [string, unknown] => [
      'settings.update',
      { patch: { limits: { [name]: loosens(name, now, now + 1) ? now + 1 : now - 1 } } },
    ]),
  ];
  for (const [name, input] of calls)
    expect([input, await call(name, input)]).toMatchObject([input, { ok: false, error: { code: 'confirm-at-terminal' } }]);
  expect([entered, asked.length]).toEqual([[], calls.length]);
  expect(asked.slice(2, 4)).toEqual(Array<string>(2).fill('let a kill cancel only the orders of this desk'));

  expect(await call('settings.update', { patch: { killScope: 'all' } })).toMatchObject({ ok: true });
  expect(await call('kill', { scope: 'all', reason: 'from the browser' })).toMatchObject({ ok: true });
});

test('A-17: a frame inside the console is not heard on any of the channels, and ends nothing of the page around it', async () => {
  const calls: unknown[] = [];
  const streams: { closed: boolean }[] = [];
  const door = {
    call: (name: unknown) => {
      calls.push(name);
      return Promise.resolve({ ok: true });
    },
    subscribe: (): Subscriber => {
      const stream = { closed: false };
      streams.push(stream);
      return { ack: () => undefined, resync: () => undefined, setPaused: () => undefined, close: () => void (stream.closed = true) };
    },
  } as unknown as DeskDoor;
  const silent = () => undefined;
  const ipc = openIpcDoor(door, { info: silent, warn: silent, error: silent });
  const contents = { id: 7, isDestroyed: () => false, send: silent };
  ipc.admit(contents as never, 'console window', { open: silent, closePanels: silent });
  const say = (channel: string, senderFrame: unknown, ...args: readonly unknown[]): unknown =>
    (electron.handlers.get(channel) as Handler)({ sender: { id: 7 }, senderFrame }, ...args);
  const page = { url: 'app://triggerdesk/index.html', parent: null };
  const inside = { ...page, parent: page };

  say('desk:subscribe', page, 's1', ['status']);
  expect(await say('desk:call', inside, 'kill', {})).toMatchObject({ ok: false, error: { code: 'foreign-sender' } });
  say('desk:subscribe', inside, 's2', ['orders']);
  say('desk:unsubscribe', inside, 's1');
  expect([calls, streams]).toEqual([[], [{ closed: false }]]);
  say('desk:unsubscribe', page, 's1');
  expect(streams).toEqual([{ closed: true }]);
});

test('A-22: another account or another version than the last one at this port waits for the operator’s word', () => {
  const folder = temporaryDirectory();
  const said: string[] = [];
  const memory = (): AccountMemory => new AccountMemory(folder, (text) => said.push(text));
  expect(memory().met('DU1234567', ['DU1234567'], 178)).toBe(false);
  const same = memory();
  expect([same.met('DU1234567', ['DU1234567'], 178), same.refusal()]).toEqual([false, undefined]);

  const other = memory();
  expect([other.met('DU1234567', ['DU1234567'], 150), other.met('DU1234567', ['DU1234567'], 150)]).toEqual([true, false]);
  expect(other.refusal()).toBe(
    'What answers as TWS speaks version 150 of its language; the last run met version 178. An update of TWS changes it, and so does another program at its port. Confirm the account first.',
  );
  expect(memory().met('DU1234567', ['DU1234567'], 150)).toBe(true);
  other.confirm('DU1234567', ['DU1234567']);
  const next = memory();
  expect([other.refusal(), next.met('DU1234567', ['DU1234567'], 150), next.refusal()]).toEqual([undefined, false, undefined]);
  // It changes also while this program runs: TWS was ended, and something else listens there.
  expect([next.met('DU1234567', ['DU1234567'], 178), next.refusal() === undefined]).toEqual([true, false]);
  expect(said).toEqual([]);
});

test('A-24: a formula or a million rows pasted into a field are refused, and the sentence beside it is short', () => {
  const rows = '100\n'.repeat(1_000_000);
  const pasted = [
    '=HYPERLINK("https://evil.example","1")',
    '+cmd|calc',
    '@SUM(1)',
    '100\t200',
    '100\n200',
    '1 2',
    '1 00',
    rows,
    '9'.repeat(1_000_000),
  ];
  for (const text of pasted)
    for (const read of [(typed: string) => readPrice(typed, null), readQuantity, readPercent]) {
      const answer = read(text);
      expect([text.slice(0, 40), answer.ok]).toEqual([text.slice(0, 40), false]);
      if (!answer.ok) expect(answer.error.length).toBeLessThan(160);
    }
  expect(['1 000', '2 500.5', '1_000', '12 345,5', '− 0.02', '1\u202f000'].map(plainNumber)).toEqual([
    '1000',
    '2500.5',
    '1000',
    '12345.5',
    '-0.02',
    '1000',
  ]);
});

test('A-24: a million rows are refused by size at the door before anything reads them', async () => {
  const { call, entered } = router();
  const wide = Array<number>(1_000_000).fill(1);
  const long = Array<string>(2_000).fill('=HYPERLINK("https://evil.example","1")');
  for (const [name, input] of [
    ['log.acknowledge', { ids: wide }],
    ['trigger.preview', { spec: long }],
    ['trigger.preview', { spec: Array<number>(65_000).fill(1) }],
  ] as const)
    expect(await call(name, input)).toEqual({ ok: false, error: { code: 'invalid-input', text: `${name}: it is larger than 64 KB.` } });
  expect(entered).toEqual([]);
});
