import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainText } from '#core/commit/plain';
import { Digest, hashCell, seedOf } from '#core/commit/digest';
import { LANES } from '#core/ports/lane';
import { replay } from '#core/commit/replay';
import type { Snapshot } from '#core/commit/snapshot';
import type { CommitNews, Handle } from '#core/commit/work';
import { cellsOf, KEYS, serially, type Spec, specs, step } from '../support/core/commit-program.ts';
import { type Line, lineOf, work } from '../support/core/desk-line.ts';
import { settleMicrotasks } from '../support/fake-clock.ts';
import { holds } from '../support/property.ts';

interface Run {
  readonly line: Line;
  readonly handles: readonly Handle<unknown>[];
  readonly news: readonly CommitNews[];
  /** Live digest and entries after each commit. */
  readonly digests: readonly string[];
  readonly states: readonly (readonly (readonly [string, number])[])[];
}

/** Submits all works, lets the scheduler choose every interleaving of their pauses, and runs out every deadline. */
async function run(program: readonly Spec[], scheduler: fc.Scheduler, during?: (line: Line, index: number) => void): Promise<Run> {
  const line = lineOf({ defaultDeadlineMs: 1_000, detachedDeadlineMs: 1_000 });
  const { coordinator, numbers, stores } = line;
  const news: CommitNews[] = [];
  const digests: string[] = [];
  const states: (readonly (readonly [string, number])[])[] = [];
  coordinator.subscribe((told) => {
    news.push(told);
    digests.push(stores.digest);
    states.push([...numbers.entries()]);
  });
  const handles: Handle<unknown>[] = [];
  const submit = (spec: Spec): void => {
    const frame = { lane: spec.lane, name: String(spec.id) };
    const body = work((tx) => {
      const cells = cellsOf(tx, numbers);
      if (spec.manner !== 'sync') return slowly(spec, cells, scheduler);
      let sum = 0;
      for (const op of spec.ops) sum = step(spec, op, cells, sum);
      if (spec.ending === 'throws') throw new Error('on purpose');
      return sum;
    }, frame);
    handles.push(
      spec.manner === 'detached' ? coordinator.detached({ ...body, onConflict: spec.retry ? 'retry' : 'fail' }) : coordinator.submit(body),
    );
  };
  const starts = program.map((spec, index) =>
    scheduler.schedule(Promise.resolve(), `submit ${index}`).then(() => {
      submit(spec);
      during?.(line, index);
    }),
  );
  await scheduler.waitFor(Promise.all(starts));
  for (let round = 0; round < 50 && handles.some(({ outcome }) => outcome === undefined); round += 1) {
    if (scheduler.count() > 0) await scheduler.waitIdle();
    else line.clock.advance(1_000);
    await settleMicrotasks();
  }
  return { line, handles, news, digests, states };
}

async function slowly(spec: Spec, cells: ReturnType<typeof cellsOf>, scheduler: fc.Scheduler): Promise<number> {
  let sum = 0;
  for (const op of spec.ops) {
    sum = step(spec, op, cells, sum);
    if (op.op === 'pause') await scheduler.schedule(Promise.resolve(), `pause of ${spec.id}`);
  }
  if (spec.ending === 'throws') throw new Error('on purpose');
  if (spec.ending === 'never') await new Promise(() => undefined);
  return sum;
}

function digestOf(state: ReadonlyMap<string, number>): string {
  const digest = new Digest();
  for (const [key, value] of state) digest.add(hashCell(seedOf('numbers'), key, plainText(value)));
  return digest.text();
}

/** I-10, I-11 and I-12 in one look: the history equals a serial run of the committed works in the order of their numbers. */
function checkHistory(program: readonly Spec[], { line, handles, news, digests, states }: Run): void {
  const { journal, released, coordinator } = line;
  expect(handles.filter(({ outcome }) => outcome === undefined)).toEqual([]);
  expect(handles).toHaveLength(program.length);
  const seqs = news.map((_, index) => index + 1);
  expect(news.map(({ seq }) => seq)).toEqual(seqs);
  expect(journal.records.map(({ seq }) => seq)).toEqual(seqs);
  const model = new Map<string, number>();
  const effects: { readonly effect: string; readonly seq: number; readonly durable: boolean }[] = [];
  news.forEach(({ seq, name, tombstone }, index) => {
    const record = journal.records[index]!;
    if (tombstone === undefined) {
      const alone = serially(program[Number(name)]!, model);
      expect(record.effects).toEqual(alone.effects);
      for (const effect of alone.effects) effects.push({ effect, seq, durable: true });
    } else expect([record.writes, record.effects]).toEqual([[], []]);
    expect(states[index]).toEqual([...model]);
    expect(digests[index]).toBe(digestOf(model));
  });
  expect(released).toEqual(effects);
  expect(replay(journal.records)).toMatchObject({ ok: true, value: { digests } });
  expect(coordinator.statistics()).toMatchObject({ inFlight: 0, detached: 0, outbox: 0, history: 0, bugs: expect.any(Number) as number });
  expect(line.clock.pending).toBe(0);
}

test('I-10, I-11, I-12: whatever the interleaving, commits are +1 without a gap on a fresh base, replay has the live digest at every number, and effects leave once', async () => {
  let conflicts = 0;
  let tombstones = 0;
  await holds(
    'history is serial',
    fc.asyncProperty(specs(['sync', 'async', 'detached']), fc.scheduler(), async (program, scheduler) => {
      const done = await run(program, scheduler);
      checkHistory(program, done);
      const { conflicts: more, states } = done.line.coordinator.statistics();
      conflicts += more;
      tombstones += states.tombstoned;
    }),
  );
  // The property says nothing unless conflicts and failures really happen.
  expect(conflicts).toBeGreaterThan(300);
  expect(tombstones).toBeGreaterThan(300);
});

test('a kill commits at once in any situation, and what it gives up leaves no effect', async () => {
  await holds(
    'kill never waits',
    fc.asyncProperty(specs(['sync', 'async', 'detached']), fc.scheduler(), fc.nat(11), async (program, scheduler, at) => {
      let outcome: unknown;
      const done = await run(program, scheduler, ({ coordinator }, index) => {
        if (index !== at % program.length) return;
        outcome = coordinator.submit(work(() => 'killed', { lane: 'kill', name: 'kill' })).outcome;
        expect(coordinator.statistics().inFlight).toBe(0);
      });
      expect(outcome).toEqual({ kind: 'committed', value: 'killed' });
      const kill: Spec = { id: program.length, lane: 'kill', manner: 'sync', ending: 'returns', ops: [], retry: false };
      const renamed = done.news.map((told) => (told.name === 'kill' ? { ...told, name: String(kill.id) } : told));
      checkHistory([...program, kill], { ...done, news: renamed, handles: [...done.handles, done.handles[0]!] });
    }),
  );
});

test('snapshots show the state of their number for as long as they are held, however many overlap', async () => {
  await holds(
    'snapshot isolation',
    fc.asyncProperty(
      specs(['sync', 'async', 'detached']),
      fc.scheduler(),
      fc.infiniteStream(fc.nat(3)),
      async (program, scheduler, dice) => {
        const held: { readonly snapshot: Snapshot; readonly entries: readonly (readonly [string, number])[] }[] = [];
        const check = ({ numbers }: Line): void => {
          for (const { snapshot, entries } of held) {
            const model = new Map(entries);
            expect(snapshot.entries(numbers)).toEqual(entries);
            expect(snapshot.size(numbers)).toBe(entries.length);
            for (const key of KEYS) expect(snapshot.get(numbers, key)).toBe(model.get(key));
          }
        };
        const done = await run(program, scheduler, (line) => {
          const { stores, numbers } = line;
          check(line);
          const die = Number(dice.next().value);
          if (die < 2) held.push({ snapshot: stores.snapshot(), entries: [...numbers.entries()] });
          else if (die === 2) held.splice(0, 1)[0]?.snapshot.release();
          else held.pop()?.snapshot.release();
          check(line);
        });
        check(done.line);
        for (const { snapshot } of held.splice(0)) snapshot.release();
        checkHistory(program, done);
      },
    ),
  );
});

test('what waits is served lane by lane, first come first served within a lane', async () => {
  await holds(
    'lane order',
    fc.property(fc.array(fc.constantFrom(...LANES), { maxLength: 40 }), (lanes) => {
      const { coordinator, journal } = lineOf();
      coordinator.submit(
        work(() => {
          lanes.forEach((lane, index) => coordinator.submit(work(() => undefined, { lane, name: String(index) })));
        }),
      );
      const expected = LANES.flatMap((lane) => lanes.flatMap((one, index) => (one === lane ? [String(index)] : [])));
      expect(journal.records.slice(1).map(({ name }) => name)).toEqual(expected);
    }),
  );
});

test('detached work never holds up the line: every synchronous work is committed when submit returns', async () => {
  await holds(
    'detached never blocks',
    fc.asyncProperty(specs(['sync', 'detached']), fc.scheduler(), async (program, scheduler) => {
      const done = await run(program, scheduler, ({ coordinator, numbers }) => {
        expect(coordinator.submit(work((tx) => tx.get(numbers, 'a'), { name: 'probe' })).outcome?.kind).toBe('committed');
        expect(coordinator.statistics().inFlight).toBe(0);
      });
      expect(done.handles.filter(({ outcome }) => outcome === undefined)).toEqual([]);
    }),
  );
});
