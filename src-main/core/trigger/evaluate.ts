import { LIVE } from '#core/market/quote-book';
import { isBeyond, type Leaf, leafPrice, type Node } from './watcher.ts';

/** Three-valued: a price that is unknown makes a rule unknown unless the rest decides it. Ordered, so that *and* is the least, *or* the greatest. */
const FALSE = 0;
export const UNKNOWN = 1;
export const TRUE = 2;
export type Truth = 0 | 1 | 2;

/** Makes every window true, negated ones too. */
const ANY_MINUTE = -1;

/**
 * Reads a rule as of now. `minute` is New York's minute of the day.
 *
 * `woken`: some leaf came on and its wake stands. Only then do crossings count (the waking one, and others that crossed and
 * are still beyond); time alone never revives a crossing.
 */
export function evaluate(node: Node, minute: number, woken: boolean): Truth {
  switch (node.kind) {
    case 'leaf':
      return leafTruth(node, woken);
    case 'window':
      if (minute === ANY_MINUTE) return TRUE;
      return (minute >= node.fromMinute && minute < node.toMinute) === node.negated ? FALSE : TRUE;
    case 'and': {
      let truth: Truth = TRUE;
      for (const part of node.of) {
        const value = evaluate(part, minute, woken);
        if (value < truth) truth = value;
      }
      return truth;
    }
    case 'or': {
      let truth: Truth = FALSE;
      for (const part of node.of) {
        const value = evaluate(part, minute, woken);
        if (value > truth) truth = value;
      }
      return truth;
    }
  }
}

function leafTruth(leaf: Leaf, woken: boolean): Truth {
  const price = leafPrice(leaf);
  if (leaf.crossing) {
    if (!leaf.crossed || !woken) return FALSE;
    return Number.isNaN(price) ? UNKNOWN : TRUE;
  }
  if (Number.isNaN(price) || Number.isNaN(leaf.level) || leaf.watch.book.phase[leaf.field] !== LIVE) return UNKNOWN;
  return isBeyond(leaf) ? TRUE : FALSE;
}

/** The price is there. Not for crossings. */
export function levelReached(leaf: Leaf): boolean {
  return !leaf.crossing && leafTruth(leaf, false) === TRUE;
}

/** Everything but the hour is as the rule wants it, without counting on any crossing. */
export function trueButForTime(root: Node): boolean {
  return evaluate(root, ANY_MINUTE, false) === TRUE;
}

/** The truth of each price test and window of a rule, in the order of its text, as a firing would read it now. */
export function partTruths(node: Node, minute: number, woken: boolean): readonly Truth[] {
  if (node.kind === 'leaf' || node.kind === 'window') return [evaluate(node, minute, woken)];
  return node.of.flatMap((part) => partTruths(part, minute, woken));
}
