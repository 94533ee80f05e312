import { z } from 'zod';
import { job, type JobsOf, runTask, type Task } from '#workers/job-table';
import type { JobOutcome } from '#core/ports/workers';

/** Jobs for the tests of the scheduler. They tell what they do through shared memory, so that no test waits on a clock. */
const cells = z.custom<Int32Array>((value) => value instanceof Int32Array);

const jobs = {
  echo: job(z.string(), (text) => text),
  /** Draws the next number of a shared counter when it begins and when it ends. */
  span: job(z.object({ counter: cells }), ({ counter }) => {
    const begin = Atomics.add(counter, 0, 1);
    return { begin, end: Atomics.add(counter, 0, 1) };
  }),
  /** Says that it has begun (cell 0), then waits until it is let go (cell 1). */
  wait: job(z.object({ gate: cells }), ({ gate }) => {
    Atomics.add(gate, 0, 1);
    Atomics.notify(gate, 0);
    while (Atomics.load(gate, 1) === 0) Atomics.wait(gate, 1, 0);
    return 'let go';
  }),
  /** Counts for ever: nothing but the end of its thread stops it. */
  spin: job(z.object({ beats: cells }), ({ beats }): string => {
    for (;;) {
      Atomics.add(beats, 0, 1);
      Atomics.notify(beats, 0);
    }
  }),
  throws: job(z.string(), (text): string => {
    throw new RangeError(text);
  }),
  exits: job(z.number(), (code): string => process.exit(code)),
};

export type TestJobs = JobsOf<typeof jobs>;

export function runJob(task: Task): Promise<JobOutcome<unknown>> {
  return runTask(jobs, task);
}
