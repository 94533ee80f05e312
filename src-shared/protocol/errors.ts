/** Stable codes of refusals on the wire between main and screen. The text beside a code says what happened and what to do. */
export const ERROR_CODES = {
  'invalid-input': 'The request does not have the form this desk expects.',
  'not-allowed-now': 'The desk is in a state that does not allow this.',
  'denied-by-risk': 'A risk control refused it.',
  'not-found': 'No such order, trigger, contract or position.',
  conflict: 'It changed in the meantime.',
  'preview-differs': 'What would be armed is not what the preview showed.',
  'link-down': 'There is no usable connection to the broker.',
  'journal-failed': 'The journal cannot be written, so no order may leave.',
  'confirmation-needed': 'The operator has to confirm it in so many words.',
  'out-of-scope': 'The console may not do this: its session is read only or kill only.',
  'confirm-at-terminal': 'A person at the desk has to allow it: in its terminal, or in its window.',
  unavailable: 'The broker or a service did not answer in time.',
  'too-many': 'A limit of the desk is reached.',
  'foreign-sender': 'The request did not come from the console.',
  internal: 'A defect of this program; it is in the log.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface DeskError {
  readonly code: ErrorCode;
  /** A sentence: what, which figure, which limit, what to do. */
  readonly text: string;
  /** The control that refused, for `denied-by-risk`, e.g. `C-02`. */
  readonly control?: string;
}
