import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FaultyFiles } from '../support/journal/faulty-files.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { journalDesk, type JournalDesk, journalEntries, tamper } from '../support/journal/journal-desk.ts';
import { holds } from '../support/property.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { replayJournal } from '#workers/replay-journal';
import { verifyJournal } from '#journal/verify';

test('I-11: the replayed file has the live digest at every sequence number of every run', async () => {
  const directory = temporaryDirectory();
  const live: (readonly [number, string])[] = [];
  for (let run = 0; run < 3; run += 1) {
    const desk = journalDesk(directory, { maxBytes: 20_000 });
    for (let value = 1; value <= 200; value += 1) desk.commit(value * (run + 1));
    live.push(...desk.digests);
    await desk.journal.close();
  }
  expect(live).toHaveLength(600);
  expect(replayJournal(directory, 1)).toMatchObject({ ok: true, value: { digests: live, verified: { commits: 600, runs: 3, gaps: [] } } });
});

test('a record that was altered before it was chained is found by its digest', () => {
  const directory = temporaryDirectory();
  const { journal } = journalDesk(directory);
  const source = journalDesk(temporaryDirectory());
  const original = source.journal.append.bind(source.journal);
  let count = 0;
  source.journal.append = (record) => {
    count += 1;
    journal.append(count === 3 ? { ...record, writes: [['numbers', 'key 3', 4]] } : record);
    return original(record);
  };
  for (let value = 1; value <= 5; value += 1) source.commit(value);
  expect(verifyJournal(directory).ok).toBe(true);
  expect(replayJournal(directory)).toMatchObject({ ok: false, error: { code: 'digest', seq: 3 } });
});

type Step =
  | { readonly do: 'commit'; readonly times: number }
  | { readonly do: 'break'; readonly code: string; readonly room: number }
  | { readonly do: 'resize-exits' | 'crash' | 'close' | 'day' }
  | { readonly do: 'tear'; readonly bytes: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ do: fc.constant('commit' as const), times: fc.integer({ min: 1, max: 4 }) }), weight: 8 },
  {
    arbitrary: fc.record({
      do: fc.constant('break' as const),
      code: fc.constantFrom('ENOSPC', 'EIO', 'EROFS'),
      room: fc.oneof(fc.constant(0), fc.nat(2_000)),
    }),
    weight: 3,
  },
  { arbitrary: fc.record({ do: fc.constantFrom('resize-exits' as const, 'crash' as const, 'close' as const, 'day' as const) }), weight: 4 },
  { arbitrary: fc.record({ do: fc.constant('tear' as const), bytes: fc.integer({ min: 1, max: 500 }) }), weight: 1 },
);

test('I-14, I-15: through full disks, crashes and torn ends, every effect called durable has its record, every other commit its gap, and the chain holds', async () => {
  let gaps = 0;
  let runs = 0;
  await holds(
    'the journal tells the truth',
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 20 }), async (steps) => {
      const directory = temporaryDirectory();
      const clock = new FakeClock();
      let files = new FaultyFiles();
      let desk: JournalDesk = journalDesk(directory, { files, clock, maxBytes: 3_000 });
      /** By effect: the value is in the record, so a number that is used again after a crash does not confuse the check. */
      const durable = new Map<string, boolean>();
      let value = 0;
      const collect = (): void => {
        for (const release of desk.released.splice(0)) durable.set(release.effect, release.durable);
      };
      const restart = (): void => {
        collect();
        files.closeAll();
        files = new FaultyFiles();
        desk = journalDesk(directory, { files, clock, maxBytes: 3_000 });
      };
      for (const one of steps) {
        if (one.do === 'commit') for (let time = 0; time < one.times; time += 1) desk.commit((value += 1));
        else if (one.do === 'break') {
          files.writeFault = one.code;
          files.room = one.room;
        } else if (one.do === 'resize-exits') files.writeFault = undefined;
        else if (one.do === 'day') clock.advance(24 * 3_600_000);
        else if (one.do === 'close') {
          await desk.journal.close();
          restart();
        } else {
          // What a crash leaves behind the last whole line is the begin of the line that was being written.
          if (one.do === 'tear' && files.writeFault === undefined)
            tamper(directory, (text) => text + '{"sum":"0'.repeat(100).slice(0, one.bytes), 'last');
          restart();
        }
      }
      files.writeFault = undefined;
      desk.commit((value += 1));
      collect();
      files.closeAll();
      const verified = verifyJournal(directory);
      expect(verified).toMatchObject({ ok: true });
      const inJournal = new Set(journalEntries(directory).flatMap((entry) => (entry.kind === 'commit' ? entry.effects : [])));
      for (const [effect, isDurable] of durable) expect([effect, inJournal.has(effect)]).toEqual([effect, isDurable]);
      expect(replayJournal(directory).ok).toBe(true);
      if (verified.ok) {
        gaps += verified.value.gaps.length;
        runs += verified.value.runs;
      }
    }),
  );
  expect(gaps).toBeGreaterThan(200);
  expect(runs).toBeGreaterThan(2_000);
}, 120_000);

test('what was committed before a kill -9 is in the journal', async () => {
  const directory = temporaryDirectory();
  const child = spawn(process.execPath, ['tests/support/journal/journal-child.ts', directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  child.stdout.setEncoding('utf8');
  for await (const chunk of child.stdout as AsyncIterable<string>) {
    told += chunk;
    if (told.split('\n').length > 300 && child.exitCode === null) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  const last = Number(told.split('\n').slice(0, -1).at(-1));
  expect(last).toBeGreaterThanOrEqual(300);
  const { journal } = journalDesk(directory);
  expect(journal.lastSeq).toBeGreaterThanOrEqual(last);
  expect(replayJournal(directory)).toMatchObject({ ok: true, value: { runs: [{ commits: journal.lastSeq }, { commits: 0 }] } });
});
