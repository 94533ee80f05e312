import type { OrderKey } from '#domain/ids';

/** What a cancelling would meet now: orders that go by default, and those that protect what is held and go only when everything does. */
export interface CancelCounts {
  readonly entries: number;
  readonly protective: number;
}

/** Of this program's orders, and of all orders of the account. */
export interface CancelPlan {
  readonly own: CancelCounts;
  readonly all: CancelCounts;
}

/** What a kill has done so far, and what it leaves. */
export interface KillReport {
  readonly id: number;
  readonly startedAt: number;
  readonly startedTime: number | null;
  readonly scope: 'own' | 'all';
  readonly by: string;
  readonly reason: string;
  /** Whether stops and targets of what is held stay. */
  readonly exits: 'keep' | 'cancel';
  /** `doubt`: nobody has said kill; the latch only counts as set, for `reason`, and nothing was cancelled. */
  readonly phase: 'cancelling' | 'verified' | 'residuals' | 'doubt';
  readonly purged: number;
  /** Orders whose cancel has left the socket; those for which it has not; those that the broker has ended since. */
  readonly cancelsSent: number;
  readonly cancelsUnsent: number;
  readonly cancelled: number;
  /** Protective orders that stay. */
  readonly kept: readonly { readonly key: OrderKey; readonly text: string }[];
  /** What stays open. `bare`: more is held than stops cover. */
  readonly positions: readonly { readonly key: string; readonly text: string; readonly bare: boolean }[];
  readonly residuals: readonly { readonly key: OrderKey; readonly text: string }[];
  readonly verifiedAt: number | null;
  readonly verifiedTime: number | null;
}
