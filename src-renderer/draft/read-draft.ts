import { MAX_CONDITION_DEPTH, conditionDepth, priceLeaves, type Condition, type PriceLeaf } from '#domain/condition';
import type { Contract } from '#domain/contract';
import type { Price } from '#domain/price';
import type { Side } from '#domain/order';
import type { Quantity } from '#domain/quantity';
import { err, ok, type Result } from '#domain/result';
import type { EntryTerms, ExitLevel, TriggerSpec } from '#domain/trigger';
import { leafRefusal, termsFault } from '#domain/trigger-terms';
import { plainNumber, readPercent, readPrice, readQuantity } from '../format/read-figure.ts';
import { minuteFromText } from '../format/time.ts';
import { freeName, type ConditionBody, type ConditionDraft, type Draft, type TypedSymbol } from './draft.ts';

export type DraftField =
  'name' | 'symbol' | 'level' | 'window' | 'quantity' | 'limit' | 'entryStop' | 'target' | 'stop' | 'conditions' | `extra-${number}`;

export interface DraftReading {
  readonly spec: TriggerSpec | null;
  /** What is wrong with what was typed, and what to do. */
  readonly faults: Readonly<Partial<Record<DraftField, string>>>;
  /** The next thing to fill in; null when nothing is missing. */
  readonly missing: string | null;
}

/** Understands the form. Pure: the same text gives the same trigger. `taken` are the names in use on the desk. */
export function readDraft(draft: Draft, taken: ReadonlySet<string>): DraftReading {
  const faults: Partial<Record<DraftField, string>> = {};
  const { contract } = draft;
  if (contract === null) return withoutContract(draft);
  const keep = <T>(field: DraftField, result: Result<T>): T | undefined => {
    if (result.ok) return result.value;
    faults[field] = result.error;
    return undefined;
  };
  const missing: string[] = [];
  const condition = readCondition(draft, contract, keep, missing);
  let quantity: Quantity | undefined;
  if (draft.quantity.trim() === '') missing.push('Type how many to trade.');
  else quantity = keep('quantity', readQuantity(draft.quantity));
  const entry = readEntry(draft, keep, missing);
  const exits = { ...readExitField(draft, 'target', keep), ...readExitField(draft, 'stop', keep) };
  const name = keep('name', readName(draft, contract, taken));
  const sound = Object.keys(faults).length === 0 && missing.length === 0;
  if (!sound || condition === undefined || quantity === undefined || entry === undefined || name === undefined) {
    return { spec: null, faults, missing: missing[0] ?? null };
  }
  const spec: TriggerSpec = {
    name,
    condition,
    action: {
      contract,
      side: draft.side,
      quantity,
      entry,
      tif: draft.tif,
      outsideRth: draft.outsideRth,
      ...exits,
    },
    rthOnly: draft.rthOnly,
  };
  const fault = termsFault(spec);
  if (fault !== undefined)
    return { spec: null, faults: { ...faults, [fault.part === 'condition' ? 'conditions' : fault.part]: fault.text }, missing: null };
  return { spec, faults, missing: null };
}

function withoutContract({ symbol }: Draft): DraftReading {
  const fault = symbol === null ? undefined : symbolFault(symbol);
  return {
    spec: null,
    faults: fault === undefined ? {} : { symbol: fault },
    missing: missingSymbol(symbol) ?? 'Type a symbol and choose the contract.',
  };
}

/** What is wrong with a typed symbol; undefined while the broker is still asked. */
function symbolFault({ text, trouble }: TypedSymbol): string | undefined {
  return text.trim() === '' ? undefined : (trouble ?? undefined);
}

function missingSymbol(symbol: TypedSymbol | null | undefined): string | undefined {
  if (symbol === null || symbol === undefined || symbol.text.trim() === '') return undefined;
  return symbol.trouble ?? `Waits for the broker to name the contract of “${symbol.text.trim()}”.`;
}

/** Empty, or the word that the empty field shows. */
function isBlank(text: string, word: string): boolean {
  const plain = text.trim().toLowerCase();
  return plain === '' || plain === word;
}

type Keep = <T>(field: DraftField, result: Result<T>) => T | undefined;

function readCondition(draft: Draft, contract: Contract, keep: Keep, missing: string[]): Condition | undefined {
  const parts: Condition[] = [];
  if (draft.level.trim() !== '') {
    const main = keep('level', readLevel(draft, contract));
    if (main !== undefined) parts.push(main);
  }
  const extras = draft.extras.map((extra) => readExtra(extra, contract, keep, missing));
  if (draft.level.trim() === '' && !extras.some((part) => part !== undefined && priceLeaves(part).length > 0)) {
    missing.push('Type the price that the trigger waits for.');
  }
  for (const extra of extras) if (extra !== undefined) parts.push(extra);
  const [first] = parts;
  const rule: Condition | undefined = parts.length > 1 ? { kind: draft.join, of: parts } : first;
  if (isBlank(draft.window, 'any time')) return rule;
  const window = keep('window', readWindow(draft.window));
  if (window === undefined || rule === undefined) return rule;
  // The window always narrows: with "any of" it must not become one more way to fire.
  if (rule.kind === 'and') return { kind: 'and', of: [...rule.of, window] };
  return { kind: 'and', of: [rule, window] };
}

function readLevel(draft: Draft, contract: Contract): Result<Condition> {
  const text = draft.level.trim().replace(/(?<=%)\s*of\s+close$/i, '');
  if (text.endsWith('%')) {
    const percent = readPercent(text);
    if (!percent.ok) return percent;
    return soundLeaf({
      kind: 'percent-change',
      contract,
      field: draft.field,
      basis: 'close',
      test: draft.test,
      basisPoints: percent.value,
    });
  }
  const level = readPrice(text, draft.minTick);
  return level.ok ? soundLeaf({ kind: 'price', contract, field: draft.field, test: draft.test, level: level.value }) : level;
}

/** In the words in which the desk would refuse it. */
function soundLeaf(leaf: PriceLeaf): Result<PriceLeaf> {
  const refusal = leafRefusal(leaf);
  return refusal === undefined ? ok(leaf) : err(refusal);
}

function readExtra(extra: ConditionDraft, contract: Contract, keep: Keep, missing: string[]): Condition | undefined {
  const plain = readBody(extra, contract, keep, missing);
  if (plain === undefined || !extra.negated) return plain;
  return { kind: 'not', of: plain };
}

function readBody(extra: ConditionDraft, contract: Contract, keep: Keep, missing: string[]): Condition | undefined {
  const { id, body } = extra;
  const field: DraftField = `extra-${id}`;
  switch (body.kind) {
    case 'price':
    case 'percent':
      return readLeaf(body, contract, (result) => keep(field, result), missing);
    case 'time':
      if (body.window.trim() === '') {
        missing.push('Type the times of the extra condition, or remove it.');
        return undefined;
      }
      return keep(field, readWindow(body.window));
    case 'group': {
      const of = body.of.map((part) => readExtra(part, contract, keep, missing)).filter((part) => part !== undefined);
      if (body.of.length === 0) missing.push('Add a condition to the group, or remove the group.');
      const group: Condition = { kind: body.join, of };
      if (conditionDepth(group) <= MAX_CONDITION_DEPTH) return group;
      return keep(field, err(`Groups nest at most ${String(MAX_CONDITION_DEPTH)} deep; move this condition up.`));
    }
  }
}

type LeafBody = Extract<ConditionBody, { kind: 'price' | 'percent' }>;

/** A symbol that stands for no contract yet is neither the old one nor the traded one. */
function readLeaf(
  body: LeafBody,
  traded: Contract,
  keep: <T>(result: Result<T>) => T | undefined,
  missing: string[],
): Condition | undefined {
  const trouble = body.symbol === undefined ? undefined : symbolFault(body.symbol);
  if (trouble !== undefined) return keep(err(trouble));
  const contract = body.contract ?? traded;
  const { field, test } = body;
  const unnamed = missingSymbol(body.symbol);
  const figure = body.kind === 'price' ? body.level : body.percent;
  if (unnamed !== undefined || figure.trim() === '') {
    missing.push(unnamed ?? `Type the ${body.kind === 'price' ? 'price' : 'percentage'} of the extra condition, or remove it.`);
    return undefined;
  }
  if (body.kind === 'percent') {
    const basisPoints = keep(readPercent(figure));
    return basisPoints === undefined
      ? undefined
      : keep(soundLeaf({ kind: 'percent-change', contract, field, basis: body.basis, test, basisPoints }));
  }
  // Another contract's step is not known here; the desk checks it.
  const level = keep(readPrice(figure, null));
  return level === undefined ? undefined : keep(soundLeaf({ kind: 'price', contract, field, test, level }));
}

function readEntry(draft: Draft, keep: Keep, missing: string[]): EntryTerms | undefined {
  const { type, minTick } = draft;
  const wantsLimit = type === 'LMT' || type === 'STP LMT';
  const wantsStop = type === 'STP' || type === 'STP LMT';
  let limit: Pick<EntryTerms, 'limit' | 'limitOffset'> | undefined = {};
  let stop: Pick<EntryTerms, 'stop'> | undefined = {};
  if (wantsStop) {
    if (draft.entryStop.trim() === '') missing.push("Type the order's stop price.");
    const price = draft.entryStop.trim() === '' ? undefined : keep('entryStop', readPrice(draft.entryStop, minTick));
    stop = price === undefined ? undefined : { stop: price };
  }
  if (wantsLimit) {
    if (draft.limit.trim() === '') missing.push('Type the limit: a price, or with a sign an offset from the market such as -0.02.');
    limit = draft.limit.trim() === '' ? undefined : keep('limit', readLimit(draft.limit, minTick, draft.side));
  }
  return limit === undefined || stop === undefined ? undefined : { type, ...limit, ...stop };
}

/**
 * `+0.02` and `-0.02` are offsets from the market, anything else a price. A buy is measured from the ask and a sale from the bid; who writes
 * `from ask` or `from bid` behind it must mean that side.
 */
export function readLimit(text: string, minTick: Price | null, side: Side): Result<Pick<EntryTerms, 'limit' | 'limitOffset'>> {
  const match = /^(.*?)\s*from\s+(bid|ask)$/i.exec(text.trim());
  const market = side === 'BUY' ? 'ask' : 'bid';
  if (match !== null && match[2]?.toLowerCase() !== market)
    return err(
      `A ${side === 'BUY' ? 'buy' : 'sale'} is measured from the ${market}; write it like ${side === 'BUY' ? '+' : '-'}0.02 from ${market}.`,
    );
  const plain = plainNumber(match?.[1] ?? text);
  const isOffset = /^[+-]/.test(plain);
  if (match !== null && !isOffset) return err(`An offset from the ${market} begins with + or -, like +0.02 from ${market}.`);
  const price = readPrice(plain, minTick);
  if (!price.ok) return price;
  return ok(isOffset ? { limitOffset: price.value } : { limit: price.value });
}

/** `180.00`, or `40%` of the entry price. */
export function readExit(text: string, minTick: Price | null): Result<ExitLevel> {
  if (!text.trim().endsWith('%')) {
    const price = readPrice(text, minTick);
    return price.ok ? ok({ kind: 'price', price: price.value }) : price;
  }
  const percent = readPercent(text);
  if (!percent.ok) return percent;
  const basisPoints = Math.abs(percent.value);
  return basisPoints >= 1 ? ok({ kind: 'percent', basisPoints }) : err('A distance of 0 % is no exit; type for example 2%.');
}

function readExitField(draft: Draft, field: 'target' | 'stop', keep: Keep): { readonly target?: ExitLevel; readonly stop?: ExitLevel } {
  const level = isBlank(draft[field], 'none') ? undefined : keep(field, readExit(draft[field], draft.minTick));
  return level === undefined ? {} : { [field]: level };
}

export function readWindow(text: string): Result<Condition> {
  const match = /^(.+?)\s*(?:-|–|—|to)\s*(.+)$/.exec(text.trim());
  const fromMinute = minuteFromText(match?.[1] ?? '');
  const toMinute = minuteFromText(match?.[2] ?? '');
  if (fromMinute === undefined || toMinute === undefined) return err('Write the times like 09:45 - 15:30 (New York).');
  if (fromMinute >= toMinute) return err('The window must end after it starts, on the same New York day.');
  return ok({ kind: 'time-window', fromMinute, toMinute });
}

function readName(draft: Draft, contract: Contract, taken: ReadonlySet<string>): Result<string> {
  const own = draft.editing?.name;
  const name = draft.name.trim() === '' ? (own ?? freeName(contract.symbol, taken)) : draft.name.trim();
  if (!/^[\x21-\x7e][\x20-\x7e]{0,23}$/.test(name)) return err('A name has at most 24 plain letters, figures and signs.');
  if (name !== own && taken.has(name)) return err(`${name} is taken; choose another name.`);
  return ok(name);
}
