import type { Contract } from './contract.ts';
import type { Price } from './price.ts';
import type { QuoteField } from './quote.ts';

/**
 * Pure predicate over quotes and time.
 *
 * *Crosses* is an event: the price must have been seen strictly on the other side of the level since arming (or since the
 * last reconnect) and must now be at or beyond it. *At or beyond* is a level: it is true at once when the price is already there.
 */
export type PriceTest = 'crosses-above' | 'crosses-below' | 'at-or-above' | 'at-or-below';

export interface PriceCondition {
  readonly kind: 'price';
  readonly contract: Contract;
  readonly field: QuoteField;
  readonly test: PriceTest;
  readonly level: Price;
}

/** Percent change against the previous close or the price at arming; `basisPoints` is signed, 150 = +1.5 %. */
export interface PercentChangeCondition {
  readonly kind: 'percent-change';
  readonly contract: Contract;
  readonly field: QuoteField;
  readonly basis: 'close' | 'arming';
  readonly test: PriceTest;
  readonly basisPoints: number;
}

/** New York wall clock, minutes after midnight; `from` inclusive, `to` exclusive, same day. */
export interface TimeWindowCondition {
  readonly kind: 'time-window';
  readonly fromMinute: number;
  readonly toMinute: number;
}

export interface AllCondition {
  readonly kind: 'and';
  readonly of: readonly Condition[];
}

export interface AnyCondition {
  readonly kind: 'or';
  readonly of: readonly Condition[];
}

/** Only over levels and times: "not a crossing" has no moment at which it becomes true. */
export interface NotCondition {
  readonly kind: 'not';
  readonly of: Condition;
}

export type Condition = PriceCondition | PercentChangeCondition | TimeWindowCondition | AllCondition | AnyCondition | NotCondition;
export type PriceLeaf = PriceCondition | PercentChangeCondition;

export const MAX_CONDITION_DEPTH = 4;

export function conditionDepth(condition: Condition): number {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return 1 + Math.max(0, ...condition.of.map(conditionDepth));
    case 'not':
      return 1 + conditionDepth(condition.of);
    default:
      return 1;
  }
}

export function priceLeaves(condition: Condition): readonly PriceLeaf[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.of.flatMap(priceLeaves);
    case 'not':
      return priceLeaves(condition.of);
    case 'time-window':
      return [];
    default:
      return [condition];
  }
}

export function isCrossing(leaf: PriceLeaf): boolean {
  return leaf.test === 'crosses-above' || leaf.test === 'crosses-below';
}

export function isUpward(leaf: PriceLeaf): boolean {
  return leaf.test === 'crosses-above' || leaf.test === 'at-or-above';
}

/** What is wrong with a condition, as a sentence that says what to do; undefined when it is sound. */
export function conditionRefusal(condition: Condition): string | undefined {
  if (conditionDepth(condition) > MAX_CONDITION_DEPTH)
    return `The rule is nested deeper than ${String(MAX_CONDITION_DEPTH)}; split it into two triggers.`;
  if (priceLeaves(condition).length === 0) return 'The rule looks at no price; add a price or percent condition.';
  return partRefusal(condition);
}

function partRefusal(condition: Condition): string | undefined {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return groupRefusal(condition.kind, condition.of);
    case 'not':
      return priceLeaves(condition.of).some(isCrossing)
        ? 'A crossing cannot be negated; use "at or above / below" inside "not".'
        : partRefusal(condition.of);
    case 'time-window':
      return isWindow(condition.fromMinute, condition.toMinute)
        ? undefined
        : 'A time window needs a start before its end, within one New York day.';
    case 'percent-change':
      return Number.isInteger(condition.basisPoints) && Math.abs(condition.basisPoints) <= 100_000
        ? undefined
        : 'A percent change must be a number between -1000 % and 1000 % with at most two decimals.';
    case 'price':
      return Number.isSafeInteger(condition.level) ? undefined : 'The price level is not a number.';
  }
}

function groupRefusal(kind: 'and' | 'or', parts: readonly Condition[]): string | undefined {
  if (parts.length === 0) return `An empty "${kind}" means nothing; add a condition or remove it.`;
  for (const part of parts) {
    const refusal = partRefusal(part);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function isWindow(from: number, to: number): boolean {
  return Number.isInteger(from) && Number.isInteger(to) && from >= 0 && to <= 1440 && from < to;
}
