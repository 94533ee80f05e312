import type { Result } from '#domain/result';
import type { ErrorCode } from '#protocol/errors';

export interface Failure {
  readonly ok: false;
  readonly error: { readonly code: ErrorCode; readonly text: string; readonly control?: string };
}

export function failure(code: ErrorCode, text: string): Failure {
  return { ok: false, error: { code, text } };
}

export function done(result: Result<number, Failure['error']>): { readonly ok: true; readonly value: { readonly seq: number } } | Failure {
  return result.ok ? { ok: true, value: { seq: result.value } } : { ok: false, error: result.error };
}
