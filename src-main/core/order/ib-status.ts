import { type OrderState } from '#domain/order';

/** Not one of IB's status words: what its completed orders say in their text of an order that they call Cancelled. */
export const EXPIRED_WORD = 'Expired';

/**
 * IB's status words → our states. IB's states are not ours: a partial fill at IB is `Submitted` with filled > 0, `Inactive` may
 * be alive, `Filled` without executions is only a claim. Undefined: an unrecognised word, which changes nothing and asks the broker.
 */
export function stateOfStatus(ibStatus: string, filled: number, whyHeld: string): OrderState | undefined {
  switch (ibStatus) {
    case 'ApiPending':
    case 'PendingSubmit':
      return 'SUBMITTED';
    case 'PreSubmitted':
      if (whyHeld.includes('locate')) return 'HELD';
      return filled > 0 ? 'PARTIALLY_FILLED' : 'ACCEPTED';
    case 'Submitted':
      return filled > 0 ? 'PARTIALLY_FILLED' : 'ACCEPTED';
    case 'PendingCancel':
      return 'PENDING_CANCEL';
    case 'ApiCancelled':
    case 'Cancelled':
      return 'CANCELLED';
    case EXPIRED_WORD:
      return 'EXPIRED';
    case 'Filled':
      return 'FILLED';
    case 'Inactive':
      return whyHeld.includes('locate') ? 'HELD' : 'INACTIVE';
    default:
      return undefined;
  }
}
