import { describe, expect, onTestFinished, test } from 'vitest';
import type { JobOutcome } from '#core/ports/workers';
import { SystemClock } from '#system/clock';
import { WorkerScheduler, type WorkerSchedulerOptions } from '#workers/worker-scheduler';
import { FakeClock } from '../../support/fake-clock.ts';
import type { TestJobs } from '../../support/test-worker.ts';

const file = new URL('../../support/test-worker.ts', import.meta.url);

function workers(options: Partial<WorkerSchedulerOptions> = {}): WorkerScheduler<TestJobs> {
  const scheduler = new WorkerScheduler<TestJobs>({ file, clock: new SystemClock(), threads: 2, ...options });
  onTestFinished(() => scheduler.shutdown('abort'));
  return scheduler;
}

function sharedCells(count: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * count));
}

/** Resolves when a worker has raised the cell to `value`. */
async function reaches(cells: Int32Array, index: number, value: number): Promise<void> {
  for (let now = Atomics.load(cells, index); now < value; now = Atomics.load(cells, index)) {
    const waiting = Atomics.waitAsync(cells, index, now);
    if (waiting.async) await waiting.value;
  }
}

function letGo(gate: Int32Array): void {
  Atomics.store(gate, 1, 1);
  Atomics.notify(gate, 1);
}

/** Resolves with the outcomes in the order in which they came. */
function inOrder(tickets: readonly { readonly outcome: Promise<unknown> }[]): {
  readonly ended: number[];
  readonly all: Promise<unknown[]>;
} {
  const ended: number[] = [];
  tickets.forEach(({ outcome }, index) => void outcome.then(() => ended.push(index)));
  return { ended, all: Promise.all(tickets.map(({ outcome }) => outcome)) };
}

const shuttingDown = { kind: 'cancelled', text: 'The workers are shutting down' } as const;

describe('jobs', () => {
  test('run on other threads and give back a value, a failure or a refusal of their payload, never a rejection', async () => {
    const pool = workers();
    const outcomes = await Promise.all([
      pool.submit('echo', 'hello').outcome,
      pool.submit('throws', 'broken').outcome,
      pool.submit('echo', 5 as never).outcome,
      pool.submit('nothing' as 'echo', 'x').outcome,
      pool.submit('echo', (() => 'not to be copied') as never).outcome,
    ]);
    expect(outcomes).toEqual([
      { kind: 'completed', value: 'hello' },
      { kind: 'failed', text: 'RangeError: broken' },
      { kind: 'refused', reason: 'bad-payload', text: '✖ Invalid input: expected string, received number' },
      { kind: 'refused', reason: 'unknown-job', text: 'There is no job "nothing"' },
      { kind: 'failed', text: expect.stringContaining('could not be cloned') as string },
    ]);
    expect(pool.statistics()).toMatchObject({ completed: 1, failed: 2, refused: 2, waiting: 0, running: 0, maxThreads: 2 });
  });

  test('whose thread dies fail, and the next ones get a new thread', async () => {
    const pool = workers({ threads: 1 });
    expect(await pool.submit('exits', 3).outcome).toMatchObject({ kind: 'failed' });
    expect(await pool.submit('echo', 'again').outcome).toEqual({ kind: 'completed', value: 'again' });
  });

  test('fail by name when the file of the workers cannot be loaded', async () => {
    const pool = workers({ file: new URL('../../support/no-such-worker.ts', import.meta.url) });
    expect(await pool.submit('echo', 'x').outcome).toMatchObject({
      kind: 'failed',
      text: expect.stringContaining('no-such-worker') as string,
    });
  });
});

describe('jobs of one key', () => {
  test('run one after another in the order of submission, while others run beside them', async () => {
    const pool = workers();
    const counter = sharedCells(1);
    const gate = sharedCells(2);
    const lane = Array.from({ length: 6 }, () => pool.submit('span', { counter }, { key: 'IBM' }));
    const beside = pool.submit('wait', { gate }, { key: 'BAC' });
    await reaches(gate, 0, 1);
    const spans = (await Promise.all(lane.map(({ outcome }) => outcome))) as { readonly value: unknown }[];
    expect(spans.map(({ value }) => value)).toEqual(Array.from({ length: 6 }, (_, index) => ({ begin: 2 * index, end: 2 * index + 1 })));
    expect(pool.statistics().lanes).toEqual([
      { key: 'IBM', waiting: 0, running: 0, done: 6 },
      { key: 'BAC', waiting: 0, running: 1, done: 0 },
    ]);
    letGo(gate);
    expect(await beside.outcome).toEqual({ kind: 'completed', value: 'let go' });
  });

  test('do not run beside each other although a thread is free', async () => {
    const pool = workers();
    const gate = sharedCells(2);
    const second = sharedCells(2);
    letGo(second);
    const tickets = [pool.submit('wait', { gate }, { key: 'IBM' }), pool.submit('wait', { gate: second }, { key: 'IBM' })];
    await reaches(gate, 0, 1);
    expect(await pool.submit('echo', 'free').outcome).toEqual({ kind: 'completed', value: 'free' });
    expect([Atomics.load(second, 0), pool.statistics().waiting, pool.statistics().running]).toEqual([0, 1, 1]);
    letGo(gate);
    await Promise.all(tickets.map(({ outcome }) => outcome));
    expect(Atomics.load(second, 0)).toBe(1);
  });
});

test('priorities order what waits; an urgent job pulls those of its key before it along', async () => {
  const pool = workers({ threads: 1 });
  const gate = sharedCells(2);
  const blocker = pool.submit('wait', { gate });
  await reaches(gate, 0, 1);
  const { ended, all } = inOrder([
    pool.submit('echo', 'low', { priority: 'low' }),
    pool.submit('echo', 'normal'),
    pool.submit('echo', 'low of the lane', { priority: 'low', key: 'lane' }),
    pool.submit('echo', 'high of the lane', { priority: 'high', key: 'lane' }),
    pool.submit('echo', 'high', { priority: 'high' }),
    pool.submit('echo', 'second normal'),
  ]);
  letGo(gate);
  await Promise.all([blocker.outcome, all]);
  expect(ended).toEqual([2, 3, 4, 1, 5, 0]);
});

test('a full queue refuses as a value and takes jobs again when there is room', async () => {
  const pool = workers({ threads: 1, maxWaiting: 2 });
  const gate = sharedCells(2);
  const running = pool.submit('wait', { gate });
  await reaches(gate, 0, 1);
  const waiting = [pool.submit('echo', 'a'), pool.submit('echo', 'b')];
  const refused = pool.submit('echo', 'c');
  expect(await refused.outcome).toEqual({ kind: 'refused', reason: 'queue-full', text: '2 jobs are waiting already' });
  waiting[0]?.cancel('making room');
  expect(pool.statistics()).toMatchObject({ waiting: 1, maxWaiting: 2, running: 1, refused: 1, cancelled: 1 });
  const taken = pool.submit('echo', 'd');
  letGo(gate);
  expect(await taken.outcome).toEqual({ kind: 'completed', value: 'd' });
  await running.outcome;
});

describe('a cancel', () => {
  test('takes a waiting job out of the queue at once, by ticket or by signal', async () => {
    const pool = workers({ threads: 1 });
    const gate = sharedCells(2);
    const running = pool.submit('wait', { gate });
    await reaches(gate, 0, 1);
    const controller = new AbortController();
    const byTicket = pool.submit('echo', 'a');
    const bySignal = pool.submit('echo', 'b', { signal: controller.signal });
    const byOldSignal = pool.submit('echo', 'c', { signal: AbortSignal.abort() });
    byTicket.cancel('not wanted any more');
    controller.abort();
    expect(await Promise.all([byTicket, bySignal, byOldSignal].map(({ outcome }) => outcome))).toEqual([
      { kind: 'cancelled', text: 'not wanted any more' },
      { kind: 'cancelled', text: 'Cancelled by its signal' },
      { kind: 'cancelled', text: 'Cancelled by its signal' },
    ]);
    letGo(gate);
    expect(await running.outcome).toEqual({ kind: 'completed', value: 'let go' });
    running.cancel('too late');
    expect(pool.statistics()).toMatchObject({ completed: 1, cancelled: 3 });
  });

  test('ends the thread of a running job, and its lane goes on', async () => {
    const pool = workers({ threads: 1 });
    const beats = sharedCells(1);
    const controller = new AbortController();
    const spinning = pool.submit('spin', { beats }, { key: 'IBM', signal: controller.signal });
    const next = pool.submit('echo', 'next', { key: 'IBM' });
    await reaches(beats, 0, 1);
    controller.abort();
    expect(await spinning.outcome).toEqual({ kind: 'cancelled', text: 'Cancelled by its signal' });
    expect(await next.outcome).toEqual({ kind: 'completed', value: 'next' });
  });
});

test('a time-out ends the thread of an endless loop: it does not beat any more, and the next job runs', async () => {
  const clock = new FakeClock();
  const pool = workers({ threads: 1, clock, timeoutMs: 5_000 });
  const beats = sharedCells(1);
  const spinning = pool.submit('spin', { beats }, { timeoutMs: 200 });
  const next = pool.submit('echo', 'next');
  await reaches(beats, 0, 1);
  clock.advance(200);
  expect(await spinning.outcome).toEqual({ kind: 'timed-out', text: 'spin was not finished after 200 ms' });
  expect(await next.outcome).toEqual({ kind: 'completed', value: 'next' });
  // The one thread that is left is the one that answered `next`; two counts around another round trip show that nobody counts.
  expect(pool.statistics()).toMatchObject({ threads: 1, timedOut: 1, completed: 1 });
  await untilStill(beats);
  const before = Atomics.load(beats, 0);
  await pool.submit('echo', 'later').outcome;
  expect(Atomics.load(beats, 0)).toBe(before);
  expect(clock.pending).toBe(0);
});

/** Ending a thread takes the system a moment: waits until a turn of the loop has passed without a beat. */
async function untilStill(beats: Int32Array): Promise<void> {
  for (;;) {
    const before = Atomics.load(beats, 0);
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    if (Atomics.load(beats, 0) === before) return;
  }
}

describe('a shutdown', () => {
  test('by draining finishes what runs and what waits, and refuses what comes', async () => {
    const pool = workers({ threads: 1 });
    const gate = sharedCells(2);
    const tickets = [pool.submit('wait', { gate }), pool.submit('echo', 'a'), pool.submit('echo', 'b', { key: 'k' })];
    await reaches(gate, 0, 1);
    const down = pool.shutdown('drain');
    expect(await pool.submit('echo', 'c').outcome).toEqual({ kind: 'refused', reason: 'closed', text: 'The workers are shutting down' });
    expect(pool.statistics()).toMatchObject({ phase: 'draining', waiting: 2, running: 1 });
    letGo(gate);
    await down;
    expect(await Promise.all(tickets.map(({ outcome }) => outcome))).toEqual([
      { kind: 'completed', value: 'let go' },
      { kind: 'completed', value: 'a' },
      { kind: 'completed', value: 'b' },
    ]);
    expect(pool.statistics()).toMatchObject({ phase: 'closed', threads: 0, waiting: 0, running: 0, completed: 3 });
  });

  test('by aborting cancels what waits and ends what runs', async () => {
    const pool = workers({ threads: 1 });
    const beats = sharedCells(1);
    const tickets = [pool.submit('spin', { beats }), pool.submit('echo', 'a')];
    await reaches(beats, 0, 1);
    await pool.shutdown('abort');
    expect(await Promise.all(tickets.map(({ outcome }) => outcome))).toEqual([shuttingDown, shuttingDown]);
    await untilStill(beats);
    expect(pool.statistics()).toMatchObject({ phase: 'closed', threads: 0, cancelled: 2 });
    await pool.shutdown('drain');
  });

  test('that drains becomes an abort at its deadline or when asked again', async () => {
    for (const how of ['deadline', 'again']) {
      const clock = new FakeClock();
      const pool = workers({ threads: 1, clock });
      const beats = sharedCells(1);
      const spinning = pool.submit('spin', { beats });
      await reaches(beats, 0, 1);
      const down = pool.shutdown('drain', 1_000);
      if (how === 'deadline') clock.advance(1_000);
      else await pool.shutdown('abort');
      await down;
      expect(await spinning.outcome).toEqual<JobOutcome<string>>(shuttingDown);
      expect(clock.pending).toBe(0);
    }
  });
});

test('statistics tell waits and runs as quantiles', async () => {
  const clock = new FakeClock();
  const pool = workers({ threads: 1, clock });
  expect([pool.statistics().wait, pool.statistics().run]).toEqual([
    { p50: undefined, p99: undefined },
    { p50: undefined, p99: undefined },
  ]);
  const gate = sharedCells(2);
  const first = pool.submit('wait', { gate });
  const second = pool.submit('echo', 'a');
  await reaches(gate, 0, 1);
  clock.advance(30);
  letGo(gate);
  await Promise.all([first.outcome, second.outcome]);
  expect([pool.statistics().wait, pool.statistics().run]).toEqual([
    { p50: 30, p99: 30 },
    { p50: 30, p99: 30 },
  ]);
});
