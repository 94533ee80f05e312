import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { dayEnd, dayStart } from '../support/new-york-day.ts';
import type { OrderKey } from '#domain/ids';
import type { WhyStep } from '#protocol/commands';
import { CoreConsole } from '../support/core/console.ts';
import { CoreDesk } from '../support/core/desk.ts';
import { heldBracket } from '../support/core/bracket.ts';
import { journalDirectory } from '../support/journal/journal-directory.ts';
import { auditOf, writeRuns } from '../support/journal/written-journal.ts';

/** Monday in 2026 on the machine, Tuesday in 2013 on the tape. */
const MACHINE = Date.UTC(2026, 10, 30, 17, 0);
const TAPE = Date.UTC(2013, 9, 8, 14, 30);

/** A desk on a tape of another day. It is told the tape's time when it has run for five seconds. */
function onTape(): CoreDesk {
  const desk = new CoreDesk({ startAt: MACHINE, simulated: true });
  desk.clock.advance(5_000);
  desk.core.onServerTime((TAPE + 5_000) / 1_000, 0);
  return desk;
}

function tapeTime(desk: CoreDesk): number {
  return desk.clock.now() - MACHINE + TAPE;
}

async function stepsOf(made: CoreConsole, key: string): Promise<readonly WhyStep[]> {
  const why = await made.call('order.why', { key: key as OrderKey });
  if (!why.ok) throw new Error(why.error.text);
  return why.value.steps;
}

test('on a tape of another day header, log, Why?, rows and export tell one time, and the day of the header holds the rows', async () => {
  const directory = journalDirectory();
  const desk = onTape();
  const made = new CoreConsole(
    desk,
    auditOf(directory, () => desk.clock.now()),
  );
  const { entry, stop } = heldBracket(desk);
  const fired = desk.order(entry).createdAt - MACHINE + TAPE;
  const status = made.value('status');
  expect(status.exchangeTime).toBe(tapeTime(desk));
  const lines = made.table('log');
  expect(lines.find(({ text }) => text.startsWith('Filled'))?.at).toBe(fired);
  for (const { at } of lines) expect(at).toSatisfy((time: number | null) => time !== null && time >= TAPE && time <= tapeTime(desk));
  const steps = await stepsOf(made, entry);
  expect(steps.map(({ at }) => at)).toEqual(steps.map(() => fired));
  const order = made.table('orders').find(({ key }) => (key as string) === (stop as string));
  const [watcher] = made.table('watchers');
  const [fill] = made.table('fills');
  const [position] = made.table('positions');
  expect([order?.createdTime, watcher?.firedTime, fill?.at]).toEqual([fired, fired, fired]);
  expect(position?.markTime).toBeGreaterThanOrEqual(TAPE);
  expect(position?.brokerTime).toBeLessThanOrEqual(tapeTime(desk));
  for (const { at } of made.table('pnl')) expect(at).toBeLessThanOrEqual(tapeTime(desk));
  await writeRuns(directory, [desk]);
  const day = { from: dayStart(status.exchangeTime ?? 0), to: dayEnd(status.exchangeTime ?? 0) };
  const exported = await made.call('audit.export', { format: 'json', ...day });
  if (!exported.ok) throw new Error(exported.error.text);
  expect(exported.value.rows).toBeGreaterThan(10);
  const rows = readFileSync(exported.value.path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const decision = rows.find(({ kind, order: key }) => kind === 'decision' && key === entry);
  expect(decision).toMatchObject({ time: new Date(fired).toISOString(), machineTime: new Date(fired - TAPE + MACHINE).toISOString() });
});

test('before the broker has told its time, no time is shown', () => {
  const desk = new CoreDesk({ startAt: MACHINE, simulated: true });
  const made = new CoreConsole(desk);
  desk.core.start();
  desk.core.commands.log('warning', 'nothing is connected');
  const status = made.value('status');
  expect([status.exchangeTime, status.session, status.sessionEndsAt, status.engineTime]).toEqual([null, 'unknown', null, null]);
  expect(made.table('log').map(({ at }) => at)).toEqual([null]);
  desk.core.onServerTime(TAPE / 1_000, 0);
  desk.core.commands.log('warning', 'connected');
  expect(made.table('log').map(({ at }) => at)).toEqual([null, TAPE]);
  expect(made.value('status').engineTime).toBeNull();
});

test('a clock that jumps is told, and what happened keeps its time', async () => {
  const desk = new CoreDesk({ startAt: TAPE });
  desk.core.onServerTime(TAPE / 1_000, 0);
  const made = new CoreConsole(desk);
  const { entry } = desk.fired();
  desk.fills(entry, 100, 180.02);
  const before = await stepsOf(made, entry);
  const lines = made.table('log').map(({ at }) => at);
  desk.core.onServerTime((desk.clock.now() + 90_000) / 1_000, 0);
  expect(await stepsOf(made, entry)).toEqual(before);
  expect(
    made
      .table('log')
      .slice(0, lines.length)
      .map(({ at }) => at),
  ).toEqual(lines);
  expect(desk.logs.at(-1)).toEqual({
    level: 'warning',
    text: 'The broker’s clock went forward by 90.0 s against this machine’s (C-40); what happened before keeps its time.'.replaceAll(
      '’',
      "'",
    ),
  });
  desk.core.commands.log('info', 'after it');
  expect(made.table('log').at(-1)?.at).toBeGreaterThan((lines.at(-1) ?? 0) + 89_000);
});

test('a machine whose clock is wrong at the first word of the broker is told to set it', () => {
  const desk = new CoreDesk({ startAt: TAPE });
  desk.core.onServerTime((TAPE + 20_000) / 1_000, 0);
  expect(desk.logs.at(-1)?.text).toBe(
    "This machine's clock is 20.0 s behind the broker's (C-40). Set it; the screen shows the broker's time.",
  );
});
