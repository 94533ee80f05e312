export type CauseKind = 'tick' | 'broker' | 'command' | 'timer' | 'system' | 'kill';

/** Why a commit happened: the first link of every "Why?" chain. */
export interface Cause {
  readonly kind: CauseKind;
  /** One sentence for the operator. */
  readonly text: string;
  /** What it is about: a trigger, an order, a command's id. */
  readonly ref?: string;
  /** The commit that led to this one, when it was submitted from that commit's execution or effect. */
  readonly parentSeq?: number;
}
