import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Sessions } from '#control/sessions';
import { openTerminal, type Terminal } from '#control/terminal';
import type { DeskDoor } from '#desk/entrance/door';
import type { Scope } from '#protocol/session';
import { FakeClock, settleMicrotasks } from '../../support/fake-clock.ts';

let input: PassThrough;
let said: string[];
let killed: string[];
let attached: boolean;
let sessions: Sessions;
let terminal: Terminal;

beforeEach(() => {
  input = new PassThrough();
  said = [];
  killed = [];
  attached = false;
  sessions = new Sessions(new FakeClock());
  const door: Pick<DeskDoor, 'terminal' | 'kill'> = {
    kill: (scope, by) => killed.push(`${scope} ${by}`),
    terminal: {
      attach: () => {
        attached = true;
        return () => (attached = false);
      },
      confirm: (code) => Promise.resolve(`confirmed ${code}`),
      refuse: () => 'refused',
    },
  };
  terminal = openTerminal({
    input,
    say: (line) => said.push(line),
    door: door as DeskDoor,
    sessions,
    control: { issueUrl: (scope: Scope = 'operate') => `http://desk/${scope}/${sessions.invite(scope)}` },
  });
  terminal.listen(true);
});

afterEach(() => {
  terminal.close();
  sessions.close();
});

async function typed(line: string): Promise<readonly string[]> {
  said.length = 0;
  input.write(`${line}\n`);
  await settleMicrotasks();
  await settleMicrotasks();
  return said;
}

test('Enter prints a fresh address each time, and read and kill print ones that may less', async () => {
  const [first] = await typed('');
  const [second] = await typed('');
  expect([first, second]).toEqual(Array(2).fill(expect.stringMatching(/^Console, opens once: http:\/\/desk\/operate\/[\w-]{43}$/)));
  expect(first).not.toBe(second);
  expect((await typed('read'))[0]).toMatch(/^Console that may only look, opens once: http:\/\/desk\/read\//);
  expect(await typed('  KILL ')).toEqual([
    expect.stringMatching(/^Console that may only look and kill, opens once: http:\/\/desk\/kill\//),
    'To kill from here: kill now',
  ]);
  expect(killed).toEqual([]);
});

test('sessions are listed and revoked', async () => {
  const accepted = [sessions.accept(sessions.invite('operate'))!, sessions.accept(sessions.invite('read'))!];
  const [one, two] = await typed('sessions');
  expect([one, two]).toEqual([
    '1  operate  0 screens open, opened 0 s ago, last heard 0 s ago, ends in 168 h',
    '2  read     0 screens open, opened 0 s ago, last heard 0 s ago, ends in 168 h',
  ]);
  expect(await typed('revoke 2')).toEqual(['Session 2 is ended.']);
  expect(await typed('revoke 2')).toEqual(['There is no session 2.']);
  expect(sessions.find(accepted[1]!.token)).toBe('revoked');
  expect(sessions.find(accepted[0]!.token)).toMatchObject({ id: 1 });
});

test('a word that asks is answered, an unknown one changes nothing', async () => {
  expect(await typed('yes 4821')).toEqual(['confirmed 4821']);
  expect(await typed('no')).toEqual(['refused']);
  expect(await typed('kill everything')).toEqual(['Nothing is known here as "kill everything". help lists what is.']);
  expect(await typed('yes')).toEqual(['Nothing is known here as "yes". help lists what is.']);
  expect((await typed('help')).length).toBe(7);
  expect(killed).toEqual([]);
  expect(await typed('kill now')).toEqual([expect.stringMatching(/^KILL: /)]);
  expect(killed).toEqual(['as-set terminal']);
});

test('a terminal in the background is none, and one that ends is none any more', async () => {
  expect(attached).toBe(true);
  terminal.listen(false);
  expect([attached, await typed('')]).toEqual([false, []]);
  terminal.listen(true);
  await settleMicrotasks();
  expect(attached).toBe(true);
  input.end();
  await settleMicrotasks();
  await settleMicrotasks();
  expect(attached).toBe(false);
});
