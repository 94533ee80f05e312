import type { Amount } from '#domain/money';

/** A figure as the broker reports it and as it follows from fills and quotes here: broker = here + parts + unexplained. */
export interface FigureCheckView {
  readonly figure: 'realized' | 'unrealized' | 'day' | 'net-liquidation';
  readonly broker: Amount | null;
  readonly here: Amount | null;
  readonly parts: readonly { readonly text: string; readonly amount: Amount }[];
  /** Null while something is missing. */
  readonly unexplained: Amount | null;
  /** It has been there long enough to be no difference of moments. */
  readonly lasting: boolean;
  readonly missing: readonly string[];
}
