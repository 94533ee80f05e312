import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pauseByOperator, resumeDesk, startDesk } from '#core/engine/operator-commands';
import { AccountMemory } from '../../../src-main/app/account-memory.ts';
import { JournalTrust } from '../../../src-main/app/journal-trust.ts';
import { startHolds, startRefusal } from '../../../src-main/app/start-holds.ts';
import { verifyJournal } from '../../../src-main/app/background-jobs.ts';
import { LiveConfirmation } from '../../../src-main/app/live-confirmation.ts';
import { armAsSeen } from '../../support/core/arm-as-seen.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU } from '../../support/core/fixtures.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const FAULT = 'The journal does not verify: Line 3 does not follow the line before it.';

function nothing(): void {
  // Not listened to here.
}

function holds(journal: JournalTrust, accounts = new AccountMemory(temporaryDirectory(), nothing)) {
  return { settings: { fault: null }, journal, accounts };
}

test('A5: a journal that does not verify keeps the desk from starting until the operator has taken note of it', () => {
  const journal = new JournalTrust(true);
  const desk = new CoreDesk({ startRefusal: () => startRefusal(holds(journal)) });
  desk.core.start();
  desk.connect();
  desk.ends();
  const start = () => startDesk(desk.deskState, 'the test');
  expect(start()).toMatchObject({ ok: false, error: { text: expect.stringContaining('is being verified') as string } });
  journal.doubt(FAULT);
  expect(start()).toMatchObject({ ok: false, error: { code: 'not-allowed-now', text: `${FAULT} Acknowledge it first.` } });
  expect(startHolds(holds(journal))).toEqual([{ code: 'journal', text: FAULT }]);
  expect(journal.acknowledge()).toEqual({ ok: true, value: [FAULT] });
  expect(start().ok).toBe(true);
  expect(startHolds(holds(journal))).toEqual([]);
  expect(journal.acknowledge().ok).toBe(false);
});

test('A5: what was acknowledged is not asked again in this run, and another fault is', () => {
  const journal = new JournalTrust(true);
  journal.doubt(FAULT);
  journal.acknowledge();
  journal.doubt(FAULT);
  expect(journal.refusal()).toBeUndefined();
  journal.doubt('The journal ends before its last checkpoint.');
  expect(journal.open()).toEqual(['The journal ends before its last checkpoint.']);
});

test('A5: a new journal and a verified one keep nothing from starting', () => {
  expect(new JournalTrust(false).refusal()).toBeUndefined();
  const journal = new JournalTrust(true);
  journal.verified();
  expect(journal.refusal()).toBeUndefined();
});

test('A5: while it is in doubt nothing is resumed or armed either', () => {
  const journal = new JournalTrust(false);
  const desk = new CoreDesk({ startRefusal: () => startRefusal(holds(journal)) }).started();
  journal.doubt(FAULT);
  expect(armAsSeen(desk.deskState, desk.spec(), 'the test')).toMatchObject({ ok: false, error: { code: 'not-allowed-now' } });
  pauseByOperator(desk.deskState, 'the test', 'x');
  expect(resumeDesk(desk.deskState, 'the test').ok).toBe(false);
  expect(pauseByOperator(desk.deskState, 'the test', 'x').ok).toBe(false);
  journal.acknowledge();
  expect(resumeDesk(desk.deskState, 'the test').ok).toBe(true);
});

test.each([
  [{ kind: 'completed', value: { ok: true, value: { verified: { commits: 1 }, runs: [] } } }, undefined],
  [
    { kind: 'completed', value: { ok: false, error: { text: 'Line 3 is altered' } } },
    'The journal does not verify: Line 3 is altered. Acknowledge it first.',
  ],
  [{ kind: 'timed-out', text: 'it took too long' }, 'The journal could not be verified: it took too long. Acknowledge it first.'],
] as const)('A5: the verification tells what the start waits for (%j)', async (result, refusal) => {
  const journal = new JournalTrust(true);
  const desk = new CoreDesk().started();
  const outcome = Promise.resolve(result);
  const stop = verifyJournal(desk.core, { submit: () => ({ outcome }) } as never, 'journal', journal);
  await outcome;
  stop();
  expect(journal.refusal()).toBe(refusal);
});

test('another account than the last run’s keeps the desk from starting and stands among what waits; a fault of the settings comes first', () => {
  const folder = temporaryDirectory();
  new AccountMemory(folder, nothing).met('DU1', ['DU1']);
  const accounts = new AccountMemory(folder, nothing);
  const parts = { ...holds(new JournalTrust(false), accounts), settings: { fault: null as string | null } };
  const desk = new CoreDesk({ startRefusal: () => startRefusal(parts) });
  desk.core.start();
  desk.connect();
  desk.ends();
  const start = () => startDesk(desk.deskState, 'the test');
  accounts.met(DU, [DU]);
  const change = `This is account ${DU}; the last run traded on DU1.`;
  expect(startHolds(parts)).toEqual([{ code: 'account', text: change }]);
  expect(start()).toMatchObject({ ok: false, error: { code: 'not-allowed-now', text: `${change} Confirm the account first.` } });
  parts.settings.fault = 'settings.json cannot be read.';
  expect(start()).toMatchObject({ ok: false, error: { text: 'settings.json cannot be read.' } });
  accounts.confirm(DU, [DU]);
  expect([startHolds(parts), start().ok]).toEqual([[], false]);
  parts.settings.fault = null;
  expect(start().ok).toBe(true);
});

test('the account of the last run is remembered: another one at the next start waits for its typed id', () => {
  const folder = temporaryDirectory();
  const first = new AccountMemory(folder, nothing);
  expect([first.met(DU, [DU]), first.change()]).toEqual([false, undefined]);
  expect(JSON.parse(readFileSync(join(folder, 'accounts.json'), 'utf8'))).toEqual({ traded: DU, offered: [DU] });

  const same = new AccountMemory(folder, nothing);
  expect([same.change(), same.met(DU, [DU, 'DU7']), same.refusal()]).toEqual([undefined, false, undefined]);

  const other = new AccountMemory(folder, nothing);
  expect([other.met('DU7', ['DU7']), other.met('DU7', ['DU7'])]).toEqual([true, false]);
  expect(other.refusal()).toBe(`This is account DU7; the last run traded on ${DU}. Confirm the account first.`);
  // Asked again until it was confirmed.
  expect(new AccountMemory(folder, nothing).met('DU7', [])).toBe(true);
  other.confirm('DU7', ['DU7']);
  const next = new AccountMemory(folder, nothing);
  expect([other.refusal(), next.met('DU7', []), next.refusal()]).toEqual([undefined, false, undefined]);
});

test('an account file that cannot be read asks, and one that cannot be written holds nothing up', () => {
  const folder = temporaryDirectory();
  writeFileSync(join(folder, 'accounts.json'), '{"traded":7}');
  const memory = new AccountMemory(folder, nothing);
  memory.met(DU, [DU]);
  expect(memory.refusal()).toContain('cannot be told');
  memory.confirm(DU, [DU]);
  expect(memory.refusal()).toBeUndefined();

  const said: string[] = [];
  const broken = temporaryDirectory();
  mkdirSync(join(broken, 'accounts.json'));
  const unwritten = new AccountMemory(broken, (text) => said.push(text));
  unwritten.met(DU, [DU]);
  unwritten.confirm(DU, [DU]);
  expect([unwritten.refusal(), said.length]).toEqual([undefined, 1]);
});

test.each([
  ['paper', false, false],
  ['live', true, true],
] as const)('the typed id of a %s account confirms that it is another one', (_kind, allowed, isLive) => {
  const folder = temporaryDirectory();
  new AccountMemory(folder, nothing).met('DU1', ['DU1']);
  const accounts = new AccountMemory(folder, nothing);
  const desk = new CoreDesk().started();
  const current = desk.core.view.accounts.current();
  if (current === undefined) throw new Error('no account');
  accounts.met(DU, [DU]);
  const view = isLive
    ? { ...desk.core.view, accounts: { ids: () => [DU], current: () => ({ ...current, paper: false }) } }
    : desk.core.view;
  const confirmation = new LiveConfirmation({ allowed, simulated: false, port: 7497, accounts });
  const adapter = { link: () => desk.link(), recheckLive: nothing };
  const confirm = (account: string, phrase: string) =>
    confirmation.confirm({ account, phrase }, adapter, { view, commands: desk.core.commands } as never);
  expect(confirm('DU1', 'DU1')).toMatchObject({ ok: false, error: `The words do not match. Type the account id ${DU}.` });
  expect(accounts.refusal()).toBeDefined();
  expect(confirm(DU, DU).ok).toBe(true);
  expect([accounts.refusal(), confirmation.isLive()]).toEqual([undefined, isLive]);
  expect(desk.alarms()).toContain(`This is account ${DU}; the last run traded on DU1. Confirmed by the operator.`);
});

test.skipIf(process.platform === 'win32')(
  'every file of the folder goes through one module: a link in the place of any of them is not followed',
  () => {
    const folder = temporaryDirectory();
    writeFileSync(join(folder, '..', 'outside'), '{"traded":"DU1","offered":[]}');
    symlinkSync(join(folder, '..', 'outside'), join(folder, 'accounts.json'));
    const memory = new AccountMemory(folder, nothing);
    memory.met(DU, [DU]);
    expect(memory.change()).toContain('links are not followed');
  },
);
