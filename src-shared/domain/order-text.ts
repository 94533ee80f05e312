import type { Trail } from './order.ts';
import { formatPrice } from './price.ts';

/** `0.50` or `1.5 %`: how far a trailing stop stays behind. */
export function trailText(trail: Trail | undefined): string {
  if (trail === undefined) return '—';
  return trail.kind === 'amount' ? formatPrice(trail.amount) : `${String(trail.basisPoints / 100)} %`;
}
