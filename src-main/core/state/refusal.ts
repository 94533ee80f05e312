import { err } from '#domain/result';

/** Why a wish of the operator is not carried out now: a stable code, and a sentence that says what to do. */
export interface Refusal {
  readonly code:
    | 'not-allowed-now'
    | 'invalid-input'
    | 'not-found'
    | 'conflict'
    | 'too-many'
    | 'denied-by-risk'
    | 'preview-differs'
    | 'confirmation-needed';
  readonly text: string;
  /** The control that denies it, for `denied-by-risk`. */
  readonly control?: string;
}

export function refuseNow(text: string): { readonly ok: false; readonly error: Refusal } {
  return err({ code: 'not-allowed-now', text });
}

export function refuse(code: Refusal['code'], text: string): { readonly ok: false; readonly error: Refusal } {
  return err({ code, text });
}
