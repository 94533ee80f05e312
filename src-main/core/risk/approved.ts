import { isSealed } from './seal.ts';

declare const mark: unique symbol;

/** Proof that risk saw exactly this value. Made only by the risk room; frozen, so that what was approved is what is sent. */
export interface Approved<T> {
  readonly [mark]: true;
  readonly value: T;
  /** Commit that approved it; a kill with a higher number outlaws it. */
  readonly seq: number;
  /** e.g. `notional 35 876 of 50 000; position after 200 of 1 000; price within collar 0.01 % of 3 %` */
  readonly verdict: string;
  readonly approvedAt: number;
}

/** True only for objects the risk room itself made (a cast or a copy is not enough). */
export function isApproved(value: unknown): value is Approved<unknown> {
  return typeof value === 'object' && value !== null && isSealed(value);
}
