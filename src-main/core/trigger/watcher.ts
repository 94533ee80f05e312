import { type Condition, isCrossing, isUpward, type PriceLeaf } from '#domain/condition';
import type { Contract } from '#domain/contract';
import { mulDiv } from '#domain/decimal';
import type { ConId, TriggerId } from '#domain/ids';
import type { SessionDetails } from '#domain/session-time';
import type { TriggerSpec } from '#domain/trigger';
import { fieldIndex, type FieldIndex, LIVE, type QuoteBook } from '#core/market/quote-book';
import type { ThresholdIndex } from './threshold-index.ts';

/** Everything the registry keeps about one contract that some watcher looks at. */
export interface ContractWatch {
  readonly book: QuoteBook;
  /** One index per field, made when the first threshold needs it. */
  readonly index: (ThresholdIndex<Leaf> | undefined)[];
  /** Woken and refused by the quality of a quote: tested again on every tick. */
  readonly holding: Set<Watcher>;
  /** True but for the time of day: tested again when the minute changes. */
  readonly beyond: Set<Watcher>;
  beyondMinute: number;
  /** Leaves whose basis is the price at arming, and there has been none yet. */
  readonly waiting: Leaf[];
  /** Leaves that follow the previous close. */
  readonly onClose: Set<Leaf>;
  /** Why its data was last distrusted; empty when never. */
  gap: string;
  /** Stands in for contract details that have not come. */
  readonly noDetails: SessionDetails;
}

/**
 * A price test as the index holds it. "Not at or above 10" has become "at or below 9.999999": prices are integers, so the
 * negation of a level is a level, and truth only ever grows by a leaf turning on.
 */
export interface Leaf {
  readonly kind: 'leaf';
  readonly source: PriceLeaf;
  readonly watcher: Watcher;
  readonly watch: ContractWatch;
  readonly field: FieldIndex;
  readonly up: boolean;
  readonly crossing: boolean;
  readonly negated: boolean;
  /** Scaled price; NaN until the basis of a percentage is known. */
  level: number;
  slot: number;
  /** Crossing leaves: seen strictly on the near side since arming or the last re-baselining, and there now. */
  primed: boolean;
  /** Crossing leaves: crossed since then, and not back since. */
  crossed: boolean;
  /** It has just come on and its wake has not been answered by "the rest is false" yet. */
  edge: boolean;
}

export interface Window {
  readonly kind: 'window';
  readonly fromMinute: number;
  readonly toMinute: number;
  readonly negated: boolean;
}

export type Node = Leaf | Window | { readonly kind: 'and' | 'or'; readonly of: readonly Node[] };

export interface WatchedContract {
  readonly watch: ContractWatch;
  readonly fields: readonly FieldIndex[];
}

export interface Watcher {
  readonly serial: number;
  readonly triggerId: TriggerId;
  readonly gen: number;
  readonly spec: TriggerSpec;
  readonly armedAt: number;
  readonly armedBy: string | undefined;
  root: Node;
  leaves: readonly Leaf[];
  contracts: readonly WatchedContract[];
  hasWindow: boolean;
  /** The right to fire, once. Spent synchronously with the removal from the index. */
  token: boolean;
  paused: boolean;
  pausedAt: number | undefined;
  pausedBy: string | undefined;
  /** Leaves with a live edge. */
  edges: number;
  /** Number of the round that woke it last, so that two flips in one tick are one wake. */
  round: number;
  heldSince: number | undefined;
  testedAt: number | undefined;
  /** When a crossing came and the rest of the rule was false. */
  consumedAt: number | undefined;
  /** Made at arming, because nothing on the tick path builds text. */
  sentence: string;
}

/** Nothing looks at the contract yet. */
export function newWatch(contract: Contract, book: QuoteBook): ContractWatch {
  return {
    book,
    index: [undefined, undefined, undefined, undefined],
    holding: new Set(),
    beyond: new Set(),
    beyondMinute: Number.NaN,
    waiting: [],
    onClose: new Set(),
    gap: '',
    noDetails: { contract, timeZoneId: '', tradingHours: '', liquidHours: '' },
  };
}

/** Before it is compiled and placed. */
export function newWatcher(
  triggerId: TriggerId,
  spec: TriggerSpec,
  more: Pick<Watcher, 'serial' | 'gen' | 'armedAt' | 'armedBy' | 'sentence'>,
): Watcher {
  return {
    triggerId,
    spec,
    ...more,
    root: { kind: 'and', of: [] },
    leaves: [],
    contracts: [],
    hasWindow: false,
    token: true,
    paused: false,
    pausedAt: undefined,
    pausedBy: undefined,
    edges: 0,
    round: 0,
    heldSince: undefined,
    testedAt: undefined,
    consumedAt: undefined,
  };
}

/** Builds the evaluable form: negations pushed down to the leaves. */
export function compile(watcher: Watcher, watchOf: (contract: Contract) => ContractWatch): void {
  const leaves: Leaf[] = [];
  const build = (condition: Condition, negated: boolean): Node => {
    switch (condition.kind) {
      case 'and':
      case 'or':
        return { kind: (condition.kind === 'and') === negated ? 'or' : 'and', of: condition.of.map((part) => build(part, negated)) };
      case 'not':
        return build(condition.of, !negated);
      case 'time-window':
        return { kind: 'window', fromMinute: condition.fromMinute, toMinute: condition.toMinute, negated };
      default: {
        const leaf = makeLeaf(watcher, watchOf(condition.contract), condition, negated);
        leaves.push(leaf);
        return leaf;
      }
    }
  };
  watcher.root = build(watcher.spec.condition, false);
  watcher.leaves = leaves;
  watcher.hasWindow = hasWindow(watcher.root);
  const fields = new Map<ContractWatch, Set<FieldIndex>>();
  for (const { watch, field } of leaves) {
    const seen = fields.get(watch) ?? new Set<FieldIndex>();
    fields.set(watch, seen.add(field));
  }
  watcher.contracts = [...fields].map(([watch, seen]) => ({ watch, fields: [...seen] }));
}

function hasWindow(node: Node): boolean {
  return node.kind === 'window' || (node.kind !== 'leaf' && node.of.some(hasWindow));
}

function makeLeaf(watcher: Watcher, watch: ContractWatch, source: PriceLeaf, negated: boolean): Leaf {
  const up = isUpward(source) !== negated;
  return {
    kind: 'leaf',
    source,
    watcher,
    watch,
    field: fieldIndex(source.field),
    up,
    crossing: isCrossing(source),
    negated,
    level: source.kind === 'price' ? source.level + strictness(up, negated) : Number.NaN,
    slot: 0,
    primed: false,
    crossed: false,
    edge: false,
  };
}

/** "Not at or above" excludes the level itself, so the level that turns on lies one unit further. */
function strictness(up: boolean, negated: boolean): number {
  return negated ? (up ? 1 : -1) : 0;
}

/** The level of a percent leaf over a basis; NaN when that is unknown, or zero, of which there is no percentage. */
function percentLevel(leaf: Leaf, basis: number): number {
  if (leaf.source.kind !== 'percent-change' || basis === 0 || Number.isNaN(basis)) return Number.NaN;
  return basis + mulDiv(Math.abs(basis), leaf.source.basisPoints, 10_000) + strictness(leaf.up, leaf.negated);
}

/**
 * The level that a leaf has when it is armed now; NaN while its basis is unknown. The price at arming is the present one; a delayed or
 * unconfirmed price is no basis.
 */
export function levelIfArmedNow(leaf: Leaf): number {
  const { book } = leaf.watch;
  if (leaf.source.kind === 'price') return leaf.level;
  if (leaf.source.basis === 'close') return percentLevel(leaf, book.close ?? Number.NaN);
  return book.phase[leaf.field] === LIVE && book.liveType === 'live' ? percentLevel(leaf, leafPrice(leaf)) : Number.NaN;
}

/** The level as the operator wrote it, NaN while unknown. */
export function writtenLevel(leaf: Leaf): number {
  return leaf.level - strictness(leaf.up, leaf.negated);
}

export function leafPrice(leaf: Leaf): number {
  return leaf.watch.book.price[leaf.field] as number;
}

/** The price is at or beyond the level. False when either is unknown. */
export function isBeyond(leaf: Leaf): boolean {
  return leaf.up ? leafPrice(leaf) >= leaf.level : leafPrice(leaf) <= leaf.level;
}

export function conIdOf(watch: ContractWatch): ConId {
  return watch.book.contract.conId;
}
