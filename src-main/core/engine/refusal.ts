/** Why a wish of the operator is not carried out now: a stable code, and a sentence that says what to do. */
export interface Refusal {
  readonly code: 'not-allowed-now' | 'invalid-input' | 'not-found' | 'conflict' | 'too-many';
  readonly text: string;
}
