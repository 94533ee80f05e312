import type { Result } from '#domain/result';
import type { ErrorCode } from '#protocol/errors';

export interface Failure {
  readonly ok: false;
  readonly error: { readonly code: ErrorCode; readonly text: string; readonly control?: string };
}

/** A command that was done: the number of its commit. */
export interface Done {
  readonly ok: true;
  readonly value: { readonly seq: number };
}

export function failure(code: ErrorCode, text: string): Failure {
  return { ok: false, error: { code, text } };
}

export function doneAt(seq: number): Done {
  return { ok: true, value: { seq } };
}

export function done(result: Result<number, Failure['error']>): Done | Failure {
  return result.ok ? doneAt(result.value) : { ok: false, error: result.error };
}
