import type { OrderState } from '#domain/order';
import { parseOrderRef } from '#domain/order-ref';
import type { TriggerLife } from '#domain/trigger';

/** Tone = the class that colours a chip; the word beside it carries the meaning. */
export interface Word {
  readonly word: string;
  readonly tone: string;
}

/** TWS's vocabulary and colours; a state we do not hold at the broker says so. */
const ORDER: Readonly<Record<OrderState, Word>> = {
  INTENT: { word: 'CREATING', tone: 'creating' },
  QUEUED: { word: 'QUEUED', tone: 'creating' },
  DENIED: { word: 'DENIED', tone: 'rejected' },
  SUBMITTED: { word: 'SENT', tone: 'sent' },
  UNKNOWN: { word: 'UNKNOWN', tone: 'unknown' },
  ACCEPTED: { word: 'WORKING', tone: 'working' },
  HELD: { word: 'HELD AT IB', tone: 'held' },
  PARTIALLY_FILLED: { word: 'PARTIAL', tone: 'working' },
  PENDING_REPLACE: { word: 'CHANGING', tone: 'sent' },
  PENDING_CANCEL: { word: 'CANCEL SENT', tone: 'cancel' },
  CANCELLED: { word: 'CANCELLED', tone: 'rejected' },
  FILLED: { word: 'FILLED', tone: 'filled' },
  REJECTED: { word: 'REJECTED', tone: 'rejected' },
  EXPIRED: { word: 'EXPIRED', tone: 'done' },
  INACTIVE: { word: 'INACTIVE', tone: 'inactive' },
  ABORTED_BY_KILL: { word: 'KILLED', tone: 'rejected' },
};

/** `ACCEPTED` covers IB's PreSubmitted, where the order rests at IB or waits for its parent: not yet at the exchange. */
export function orderWord(state: OrderState, ibStatus: string | null): Word {
  if (state === 'ACCEPTED' && ibStatus === 'PreSubmitted') return { word: 'HELD AT IB', tone: 'held' };
  if (state === 'ACCEPTED' && ibStatus === 'PendingSubmit') return { word: 'ACCEPTED', tone: 'accepted' };
  return ORDER[state];
}

const LIFE: Readonly<Record<TriggerLife, Word>> = {
  draft: { word: 'DRAFT', tone: 'creating' },
  armed: { word: 'ARMED', tone: 'working' },
  paused: { word: 'PAUSED', tone: 'done' },
  firing: { word: 'FIRING', tone: 'sent' },
  fired: { word: 'FIRED', tone: 'sent' },
  failed: { word: 'FAILED', tone: 'rejected' },
  expired: { word: 'EXPIRED', tone: 'done' },
  cancelled: { word: 'DISARMED', tone: 'done' },
  locked: { word: 'LOCKED', tone: 'unknown' },
};

export function triggerWord(life: TriggerLife, holding: boolean): Word {
  return life === 'armed' && holding ? { word: 'HOLDING', tone: 'inactive' } : LIFE[life];
}

/** The stop of a bracket of ours. */
export function isProtective(row: { readonly ref: string | null }): boolean {
  return row.ref !== null && parseOrderRef(row.ref)?.leg === 'S';
}
