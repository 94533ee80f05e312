/** One condition of an order as it travels, the same way in both directions. */
export type OrderCondition = { readonly join: 'and' | 'or' } & (
  | ({ readonly kind: 'price'; readonly triggerMethod: number } & Comparison & OnContract)
  | ({ readonly kind: 'time' } & Comparison)
  | ({ readonly kind: 'margin' } & Comparison)
  | ({ readonly kind: 'volume' | 'percentChange' } & Comparison & OnContract)
  | { readonly kind: 'execution'; readonly secType: string; readonly exchange: string; readonly symbol: string }
);

interface Comparison {
  /** At or above the value; otherwise at or below it. */
  readonly more: boolean;
  /** A time as the client wrote it, or a figure in plain digits: whole ones for margin and volume, which some clients read as integers. */
  readonly value: string;
}

interface OnContract {
  readonly conId: number;
  readonly exchange: string;
}

export interface OrderConditions {
  readonly list: readonly OrderCondition[];
  readonly ignoreRth: boolean;
  /** The conditions cancel the order instead of letting it go. */
  readonly cancels: boolean;
}

export const NO_CONDITIONS: OrderConditions = { list: [], ignoreRth: false, cancels: false };
