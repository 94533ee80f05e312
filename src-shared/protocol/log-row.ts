import type { OrderKey } from '#domain/ids';

/** A line of the log, on the screen. */
export interface LogRow {
  readonly id: number;
  readonly at: number | null;
  readonly level: 'info' | 'warning' | 'alarm';
  readonly text: string;
  readonly detail: string | null;
  /** Row to focus on a click. */
  readonly subject: { readonly kind: 'order' | 'trigger' | 'contract' | 'position'; readonly key: string } | null;
  /** What the subject is of, where that is known: what a filter asks for. */
  readonly symbol: string | null;
  readonly watcher: string | null;
  readonly order: OrderKey | null;
  readonly seq: number | null;
  /** Told of what the operator did: a warning of it is none to them. */
  readonly own: boolean;
  /** Alarms stay until acknowledged. */
  readonly acknowledged: boolean;
}
