import { ASK, BID, FIELD_NAMES, type FieldIndex, LAST, MID, STILL } from '#core/market/quote-book';
import { trustedPrice } from '#domain/price';
import { levelReached } from './evaluate.ts';
import type { FiringTick } from './firing.ts';
import { conIdOf, type ContractWatch, type Leaf, leafPrice, type Watcher } from './watcher.ts';

/** The tick that is being tested: its contract and its own field. */
export interface TickAt {
  readonly watch: ContractWatch;
  readonly field: FieldIndex;
}

/**
 * The price that a firing is put down to: the tick at hand, seen through the field that woke the watcher (a bid may wake by its
 * mid); without a tick, the present price of the leaf that decided. Undefined when every price it looks at is unknown.
 */
export function decidingTick(watcher: Watcher, at?: TickAt): FiringTick | undefined {
  if (at !== undefined) return tickOf(at.watch, watcher.leaves.find((leaf) => wokeAt(leaf, at))?.field ?? at.field, true);
  const priced = watcher.leaves.filter((leaf) => !Number.isNaN(leafPrice(leaf)));
  const leaf = priced.find((candidate) => candidate.edge) ?? priced.find(levelReached) ?? priced[0];
  if (leaf !== undefined) return tickOf(leaf.watch, leaf.field, false);
  // The rule was true by the hour alone; any price of a contract it looks at tells the market of that moment.
  for (const { watch } of watcher.contracts) {
    for (const known of [LAST, BID, ASK] as const) if (!Number.isNaN(watch.book.price[known])) return tickOf(watch, known, false);
  }
  return undefined;
}

function wokeAt(leaf: Leaf, { watch, field }: TickAt): boolean {
  const moved = leaf.field === field || (leaf.field === MID && field !== LAST);
  return leaf.edge && leaf.watch === watch && moved && watch.book.move[leaf.field] !== STILL;
}

function tickOf(watch: ContractWatch, field: FieldIndex, moving: boolean): FiringTick {
  const { book } = watch;
  const previous = moving ? (book.from[field] as number) : Number.NaN;
  return {
    conId: conIdOf(watch),
    field: FIELD_NAMES[field],
    price: trustedPrice(book.price[field] as number),
    ...(Number.isNaN(previous) ? {} : { previous: trustedPrice(previous) }),
    at: book.updatedAt,
  };
}
