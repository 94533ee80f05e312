import type { Order } from '#domain/order';
import { DU } from '../support/core/fixtures.ts';
import type { SettledLife } from './judged.ts';

/**
 * What the desk may leave open after a storm, because it cannot know, or because the operator has to decide: only where the screen says so.
 * Everything else that differs from the broker is a violation.
 */
export type LeftReason =
  /** An order that TWS lists nowhere (never arrived, dropped by TWS, rejected out of sight) is UNKNOWN or INACTIVE; an alarm names it. */
  | 'unknown-order'
  /** What another program has done since the last lists: TWS tells it to nobody; an alarm names the position that it changed. */
  | 'foreign'
  /** Exits that are too large beside a standing offer to mend them. */
  | 'exits';

export interface Leftover {
  readonly reason: LeftReason;
  /** The order, or the position. */
  readonly subject: string;
  /** Units of 1e-4 share. */
  readonly amount: number;
  /** Since when it stands, epoch ms. */
  readonly at: number;
  /** Where the operator reads of it; `origin`: the order's row says that it is not this desk's; TWS corrects its executions elsewhere. */
  readonly said: 'alarm' | 'offer' | 'origin';
}

export interface Difference {
  readonly text: string;
  /** Undefined: nothing excuses it. */
  readonly left: Leftover | undefined;
}

/** An order of which nobody knows whether IB has it, once an alarm has named it since it is so. */
export function orderLeft(life: SettledLife, order: Order): Leftover | undefined {
  const since = life.doubtfulSince.of(order);
  const alarm = life.alarms.find(({ key, at }) => key === order.key && since !== undefined && at >= since);
  if (alarm === undefined) return undefined;
  return { reason: 'unknown-order', subject: order.key, amount: order.quantity - order.filled, at: alarm.at, said: 'alarm' };
}

/** What another program did, once an alarm has named the position since then (`since`, epoch ms). */
export function foreignLeft(
  life: SettledLife,
  { contract }: { readonly contract: { readonly conId: number } },
  amount: number,
  since: number,
): Leftover | undefined {
  const subject = `${DU}:${contract.conId}`;
  const alarm = life.alarms.find(({ key, at }) => key === subject && at >= since);
  if (alarm !== undefined) return { reason: 'foreign', subject, amount, at: alarm.at, said: 'alarm' };
  // While the book opens, what the broker holds by then is the position that the operator is asked about.
  const found = life.stores.found.get(`position:${subject}`);
  return found?.decision === undefined && found !== undefined
    ? { reason: 'foreign', subject, amount, at: found.at, said: 'offer' }
    : undefined;
}

/** Exits that take so much too much, where the position's row offers to mend at least that or to flatten. */
export function offerFor(life: SettledLife, conId: number, tooMuch: number): Leftover | undefined {
  const subject = `${DU}:${conId}`;
  const offer = life.stores.offers.get(subject);
  if (offer === undefined || offer.kind === 'protect' || (offer.kind === 'resize-exits' && offer.quantity < tooMuch)) return undefined;
  return { reason: 'exits', subject, amount: tooMuch, at: offer.at, said: 'offer' };
}
