import type { Cause } from './cause.ts';
import type { Lane } from './lane.ts';

/** What the running execution is, for logs and traces far below it. */
export interface ExecutionContext {
  /** The execution's sequence number; 0 while a detached work has none yet. */
  readonly seq: number;
  /** Every read of this execution sees the state as of this sequence number: it is the version of all cells at once. */
  readonly snapshot: number;
  readonly lane: Lane;
  readonly name: string;
  readonly cause: Cause;
  /** 1 for the first execution, 2 after a conflict. */
  readonly attempt: number;
}

/** Carries the context to everything called by `fn`, without passing it. */
export interface ContextPort {
  /** The argument is handed through so that the hot path needs no closure. */
  run<A, R>(context: ExecutionContext, fn: (argument: A) => R, argument: A): R;
  /** The context of the code that asks; undefined outside of any execution. */
  current(): ExecutionContext | undefined;
}
