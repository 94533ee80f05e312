import { expect, test } from 'vitest';
import { Confirmations, CONFIRM_MS } from '#desk/entrance/confirmations';
import type { Caller } from '#desk/entrance/door';
import { onlyAtDesk } from '#desk/entrance/only-at-desk';
import { createRouter, type Handlers } from '#desk/entrance/router';
import { allows, LEAST_SCOPE } from '#protocol/access';
import { COMMANDS, QUERIES, type CallName } from '#protocol/commands';
import { loosens } from '#protocol/looser';
import { SCOPES, type Scope } from '#protocol/session';
import { DEFAULT_SETTINGS } from '#protocol/settings';

const NAMES = [...Object.keys(COMMANDS), ...Object.keys(QUERIES)] as CallName[];

function console_(scope: Scope, over: Partial<Caller> = {}): Caller {
  return { id: 'b1', by: 'browser console 1', scope, atDesk: false, session: 1, closed: false, stream: () => null, ...over };
}

/** The router and the terminal's questions as the desk ties them together. */
function desk() {
  const entered: { readonly name: string; readonly by: string; readonly input: unknown }[] = [];
  let now = 0;
  let codes = 4_820;
  const terminal = new Confirmations({ monotonic: () => now, code: () => String((codes += 1)) });
  const handlers = Object.fromEntries(
    NAMES.map((name) => [
      name,
      (input: unknown, caller: Caller) => {
        entered.push({ name, by: caller.by, input });
        return { ok: true, value: { seq: entered.length } };
      },
    ]),
  ) as unknown as Handlers;
  const router = createRouter(handlers, {
    monotonic: () => now,
    fault: (_name, error) => String(error),
    onlyAtDesk: (name, input) => onlyAtDesk(name, input, DEFAULT_SETTINGS),
    askTerminal: (question) => terminal.ask(question),
  });
  return { router, terminal, entered, advance: (ms: number) => (now += ms) };
}

const PHRASE = { phrase: 're-arm DU1234567' };

test('every command and query has its row in the one table of scopes, and no row is without one', () => {
  expect(Object.keys(LEAST_SCOPE).toSorted()).toEqual(NAMES.toSorted());
});

test('read only looks, kill only kills, and what they may not is refused before any handler', async () => {
  for (const scope of SCOPES) {
    const { router, entered } = desk();
    for (const name of NAMES) {
      const reply = await router.call(name, {}, console_(scope));
      const refused = !reply.ok && reply.error.code === 'out-of-scope';
      expect([scope, name, refused]).toEqual([scope, name, !allows(scope, name)]);
    }
    expect(entered.filter(({ name }) => !allows(scope, name as CallName))).toEqual([]);
  }
  const steers = (scope: Scope): string[] => Object.keys(COMMANDS).filter((name) => allows(scope, name as CallName));
  expect([steers('read'), steers('kill'), steers('operate')]).toEqual([[], ['kill'], Object.keys(COMMANDS)]);
});

test.each([
  ['re-arming after a kill', 'engine.rearm.confirm', PHRASE, 're-arm after the kill'],
  [
    'raising a limit',
    'settings.update',
    { patch: { limits: { maxOrderShares: 2_000, maxDailyLoss: 100 } } },
    'loosen maxOrderShares from 1000 to 2000',
  ],
  [
    'a limit of which less allows more',
    'settings.update',
    { patch: { limits: { duplicateWindowSeconds: 1 } } },
    'loosen duplicateWindowSeconds from 10 to 1',
  ],
  ['a live account', 'live.confirm', { account: 'U1234567', phrase: 'U1234567' }, 'allow orders on the live account U1234567'],
])('%s from a browser is done at the terminal alone', async (_what, name, input, what) => {
  const { router, terminal, entered } = desk();
  const said: string[] = [];
  terminal.attach((line) => said.push(line));
  const reply = await router.call(name, input, console_('operate'));
  expect(reply).toEqual({
    ok: false,
    error: {
      code: 'confirm-at-terminal',
      text: `Confirm at the terminal to ${what}: type yes 4821 there. It is done then; nothing has happened yet.`,
    },
  });
  expect([entered, said]).toEqual([
    [],
    [`browser console 1 asks to ${what}. Type yes and the code that its page shows, or no. It lapses in two minutes.`],
  ]);
  expect(await terminal.confirm('4822')).toBe('Nothing waits under this code; nothing was done.');
  expect(entered).toEqual([]);
  expect(await terminal.confirm('4821')).toBe(`Done: ${what}.`);
  expect(entered).toEqual([{ name, by: 'browser console 1, confirmed at the terminal', input }]);
  expect(await terminal.confirm('4821')).toBe('Nothing waits under this code; nothing was done.');
  expect(entered.length).toBe(1);
});

test('in the window the same is done at once, and tightening a limit everywhere', async () => {
  const { router, entered } = desk();
  const window = console_('operate', { by: 'console window', atDesk: true, session: null });
  expect((await router.call('engine.rearm.confirm', PHRASE, window)).ok).toBe(true);
  expect((await router.call('settings.update', { patch: { limits: { maxOrderShares: 2_000 } } }, window)).ok).toBe(true);
  const tighter = { patch: { limits: { maxOrderShares: 10, duplicateWindowSeconds: 60 }, killScope: 'all' } };
  expect((await router.call('settings.update', tighter, console_('operate'))).ok).toBe(true);
  expect(entered.map(({ by }) => by)).toEqual(['console window', 'console window', 'browser console 1']);
});

test('without a terminal the console is told how to get one, and nothing is kept', async () => {
  const { router, terminal, entered } = desk();
  terminal.attach(() => undefined)();
  const reply = await router.call('engine.rearm.confirm', PHRASE, console_('operate'));
  expect(reply).toMatchObject({ ok: false, error: { text: expect.stringContaining('start it in one') as unknown } });
  expect(terminal.refuse()).toBe('Nothing waits for a word.');
  expect(entered).toEqual([]);
});

test('a question lapses with time, with its console, with a no, and when the console asks anew', async () => {
  const { router, terminal, entered, advance } = desk();
  terminal.attach(() => undefined);
  let closed = false;
  const asking: Caller = {
    ...console_('operate'),
    get closed() {
      return closed;
    },
  };
  const nothing = 'Nothing waits under this code; nothing was done.';
  await router.call('engine.rearm.confirm', PHRASE, asking);
  advance(CONFIRM_MS);
  expect(await terminal.confirm('4821')).toBe(nothing);
  await router.call('engine.rearm.confirm', PHRASE, asking);
  await router.call('engine.rearm.confirm', PHRASE, asking);
  expect(await terminal.confirm('4822')).toBe(nothing);
  expect(terminal.refuse()).toBe('Nothing of what was asked will be done.');
  expect(await terminal.confirm('4823')).toBe(nothing);
  await router.call('engine.rearm.confirm', PHRASE, asking);
  closed = true;
  expect(await terminal.confirm('4824')).toBe(nothing);
  expect(entered).toEqual([]);
});

test('which change loosens a limit is known for every limit', () => {
  const smaller = (Object.keys(DEFAULT_SETTINGS.limits) as (keyof typeof DEFAULT_SETTINGS.limits)[]).filter((name) => loosens(name, 5, 4));
  expect(smaller).toEqual(['reservedMessagesPerSecond', 'duplicateWindowSeconds']);
});
