import type { PositionRow } from '#protocol/topics';
import { exactPrice, quantityText } from '../../format/figure.ts';

/** What one press does about it; a stop is placed again where it stood, at once. */
export function offerWord(row: PositionRow): string {
  const { offer } = row;
  if (offer?.kind === 'flatten') return 'Flatten…';
  if (offer?.kind === 'resize-exits') return 'Mend';
  return offer?.stop == null ? 'Protect…' : `Protect at ${exactPrice(offer.stop, row.decimals)}`;
}

/** e.g. `UNPROTECTED 100`: a word and a figure, never colour alone. */
export function offerSign(row: PositionRow): string {
  if (row.offer?.kind === 'flatten') return 'REVERSED';
  if (row.offer?.kind === 'resize-exits' && row.unprotected === 0) return `EXITS ${quantityText(row.offer.quantity)} TOO LARGE`;
  return `UNPROTECTED ${quantityText(row.unprotected)}`;
}
