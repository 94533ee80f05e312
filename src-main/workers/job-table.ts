import { z } from 'zod';
import type { JobOutcome } from '#core/ports/workers';

/** One job: how its payload must look and what is done with it, on a worker thread. */
export interface Job<S extends z.ZodType, R> {
  readonly payload: S;
  readonly run: (payload: z.output<S>) => R;
}

export function job<S extends z.ZodType, R>(payload: S, run: (payload: z.output<S>) => R): Job<S, R> {
  return { payload, run };
}

interface AnyJob {
  readonly payload: z.ZodType;
  run(payload: never): unknown;
}

export type AnyJobs = Readonly<Record<string, AnyJob>>;

/** The types of a table as the port wants them. */
export type JobsOf<T extends AnyJobs> = {
  readonly [N in keyof T]: { readonly payload: z.input<T[N]['payload']>; readonly result: Awaited<ReturnType<T[N]['run']>> };
};

/** What travels to a worker. */
export interface Task {
  readonly name: string;
  readonly payload: unknown;
}

/** Runs a task on the worker's side. The payload is checked here: a large one must not cost the desk's thread any time. */
export async function runTask(table: AnyJobs, task: Task): Promise<JobOutcome<unknown>> {
  const found = Object.hasOwn(table, task.name) ? table[task.name] : undefined;
  if (found === undefined) return { kind: 'refused', reason: 'unknown-job', text: `There is no job "${task.name}"` };
  const parsed = found.payload.safeParse(task.payload);
  if (!parsed.success) return { kind: 'refused', reason: 'bad-payload', text: z.prettifyError(parsed.error) };
  return { kind: 'completed', value: await found.run(parsed.data as never) };
}
