import type { PriceTest } from '#domain/condition';
import type { Contract } from '#domain/contract';
import type { TriggerId } from '#domain/ids';
import type { EntryType, Side, TimeInForce } from '#domain/order';
import type { Price } from '#domain/price';
import type { QuoteField } from '#domain/quote';

/** One extra condition as typed. `id` is only for the screen: it keeps a row's identity while others come and go. */
export interface ConditionDraft {
  readonly id: number;
  readonly negated: boolean;
  readonly body: ConditionBody;
}

export type ConditionBody =
  | {
      readonly kind: 'price';
      readonly contract: Contract | null;
      readonly field: QuoteField;
      readonly test: PriceTest;
      readonly level: string;
    }
  | {
      readonly kind: 'percent';
      readonly contract: Contract | null;
      readonly field: QuoteField;
      readonly basis: 'close' | 'arming';
      readonly test: PriceTest;
      readonly percent: string;
    }
  | { readonly kind: 'time'; readonly window: string }
  | { readonly kind: 'group'; readonly join: 'and' | 'or'; readonly of: readonly ConditionDraft[] };

/** The form as typed: text stays text until `readDraft` understands it. */
export interface Draft {
  readonly contract: Contract | null;
  /** Price step of the contract; null until its details are known. */
  readonly minTick: Price | null;
  readonly longName: string;
  readonly editing: { readonly id: TriggerId; readonly version: number; readonly name: string } | null;
  /** Empty: the next free `SYMBOL-n`. */
  readonly name: string;
  readonly field: QuoteField;
  readonly test: PriceTest;
  /** `179.40`, or `+1.5%` against the previous close; empty when only the extra conditions count. */
  readonly level: string;
  readonly window: string;
  readonly join: 'and' | 'or';
  readonly extras: readonly ConditionDraft[];
  readonly side: Side;
  readonly quantity: string;
  readonly type: EntryType;
  /** `179.38`, or with a sign an offset from the market at the trigger's moment. */
  readonly limit: string;
  readonly entryStop: string;
  readonly tif: TimeInForce;
  readonly rthOnly: boolean;
  readonly outsideRth: boolean;
  readonly target: string;
  readonly stop: string;
}

export const EMPTY_DRAFT: Draft = {
  contract: null,
  minTick: null,
  longName: '',
  editing: null,
  name: '',
  field: 'last',
  test: 'crosses-above',
  level: '',
  window: '',
  join: 'and',
  extras: [],
  side: 'BUY',
  quantity: '',
  type: 'MKT',
  limit: '',
  entryStop: '',
  tif: 'DAY',
  rthOnly: true,
  outsideRth: false,
  target: '',
  stop: '',
};

/** Another contract: figures typed for the old one must not survive. */
export function withContract(draft: Draft, contract: Contract): Draft {
  if (draft.contract?.conId === contract.conId) return { ...draft, contract };
  return {
    ...draft,
    contract,
    minTick: null,
    longName: '',
    editing: null,
    name: '',
    level: '',
    limit: '',
    entryStop: '',
    target: '',
    stop: '',
    extras: [],
  };
}

/** `IBM-1`, `IBM-2`, …: the first that is free. */
export function freeName(symbol: string, taken: ReadonlySet<string>): string {
  const stem = symbol.replace(/[^\x21-\x7e]/g, '').slice(0, 18);
  for (let n = 1; ; n += 1) {
    const name = `${stem}-${String(n)}`;
    if (!taken.has(name)) return name;
  }
}
