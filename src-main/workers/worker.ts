import type { JobOutcome } from '#core/ports/workers';
import { runTask, type Task } from './job-table.ts';
import { jobs } from './jobs.ts';

/** The entry of a worker thread: the pool loads this file and calls `runJob` by its name. */
export function runJob(task: Task): Promise<JobOutcome<unknown>> {
  return runTask(jobs, task);
}
