import type { PriceTest } from '#domain/condition';
import type { Contract } from '#domain/contract';
import type { TriggerId } from '#domain/ids';
import type { EntryType, Side, TimeInForce } from '#domain/order';
import type { Price } from '#domain/price';
import type { QuoteField } from '#domain/quote';

/** A symbol that has been typed and that no contract stands for yet; `trouble` says why not, once the broker has answered. */
export interface TypedSymbol {
  readonly text: string;
  readonly trouble: string | null;
}

/** One extra condition as typed. `id` is only for the screen: it keeps a row's identity while others come and go. */
export interface ConditionDraft {
  readonly id: number;
  readonly negated: boolean;
  readonly body: ConditionBody;
}

export type ConditionBody =
  | {
      readonly kind: 'price';
      /** Null: the contract that is traded. */
      readonly contract: Contract | null;
      /** While it stands, neither `contract` nor the traded one is meant. */
      readonly symbol?: TypedSymbol | undefined;
      readonly field: QuoteField;
      readonly test: PriceTest;
      readonly level: string;
    }
  | {
      readonly kind: 'percent';
      readonly contract: Contract | null;
      readonly symbol?: TypedSymbol | undefined;
      readonly field: QuoteField;
      readonly basis: 'close' | 'arming';
      readonly test: PriceTest;
      readonly percent: string;
    }
  | { readonly kind: 'time'; readonly window: string }
  | { readonly kind: 'group'; readonly join: 'and' | 'or'; readonly of: readonly ConditionDraft[] };

/** The form as typed: text stays text until `readDraft` understands it. */
export interface Draft {
  /** Null as well while a typed symbol stands for no contract. */
  readonly contract: Contract | null;
  readonly symbol: TypedSymbol | null;
  /** The draft before its symbol was changed; Escape brings it back. */
  readonly before: Draft | null;
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
  symbol: null,
  before: null,
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

/** Prices and conditions belong to a contract. */
const NO_FIGURES = { name: '', level: '', limit: '', entryStop: '', target: '', stop: '', extras: [] } as const;
const FIGURES = ['name', 'level', 'limit', 'entryStop', 'target', 'stop'] as const;

/** Another text in the symbol's field: from the first letter on the old contract is not meant any more, nor what was typed for it. */
export function withSymbol(draft: Draft, text: string): Draft {
  const symbol = { text, trouble: null };
  if (draft.symbol !== null) return { ...draft, symbol };
  return { ...draft, ...NO_FIGURES, contract: null, minTick: null, longName: '', symbol, before: draft };
}

/** The same for a condition; its level belonged to the other contract, a percentage to none. */
export function withConditionSymbol<B extends Extract<ConditionBody, { kind: 'price' | 'percent' }>>(body: B, text: string): B {
  const symbol = { text, trouble: null };
  return body.symbol === undefined && body.kind === 'price' ? { ...body, level: '', symbol } : { ...body, symbol };
}

/** The typed symbol is given up. */
export function withoutSymbol(draft: Draft): Draft {
  return draft.before ?? { ...draft, symbol: null };
}

/** Another contract: figures typed for the old one must not survive; what was typed while the broker was asked is meant for the new one. */
export function withContract(draft: Draft, contract: Contract): Draft {
  const { before } = draft;
  if (draft.symbol !== null) {
    const chosen = { ...draft, contract, symbol: null, before: null };
    return before?.contract?.conId === contract.conId ? sameAgain(chosen, before) : chosen;
  }
  if (draft.contract?.conId === contract.conId) return { ...draft, contract };
  return { ...draft, ...NO_FIGURES, contract, minTick: null, longName: '', editing: null };
}

/** The symbol that was there before has been typed again: so are its figures, but for those that were typed since. */
function sameAgain(draft: Draft, before: Draft): Draft {
  const kept = Object.fromEntries(FIGURES.filter((name) => draft[name] === '').map((name) => [name, before[name]]));
  const extras = draft.extras.length === 0 ? before.extras : draft.extras;
  return { ...draft, ...kept, extras, minTick: before.minTick, longName: before.longName };
}

/** `IBM-1`, `IBM-2`, …: the first that is free. */
export function freeName(symbol: string, taken: ReadonlySet<string>): string {
  const stem = symbol.replace(/[^\x21-\x7e]/g, '').slice(0, 18);
  for (let n = 1; ; n += 1) {
    const name = `${stem}-${String(n)}`;
    if (!taken.has(name)) return name;
  }
}
