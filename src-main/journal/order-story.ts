import type { Fill } from '#domain/execution';
import { isOrderState, isTerminal, type Order } from '#domain/order';
import { type FillCell, type OrderCell, writesTo } from './cell.ts';
import { orderOf } from './earlier-orders.ts';
import type { HistoryEntry } from './order-history.ts';

/** What the journals of all runs know of one order, in the terms in which a run knows its own. */
export interface OrderStory {
  /** As it was known last; when it was decided, sent and acknowledged are those of the run that did it. */
  readonly order: Order;
  /** In the order in which they were first told. */
  readonly fills: readonly Fill[];
  /** Moments of the desk's clock and the broker's time of them, epoch ms, oldest first. */
  readonly times: readonly (readonly [at: number, brokerAt: number | undefined])[];
}

/** A run that finds an order at the broker writes it down once as it sees it: that is no news of the order. */
const TAKEN_UP = 1;

/** Undefined when none of the entries holds the order in a form that this version can read. */
export function orderStory(entries: readonly HistoryEntry[], key: string): OrderStory | undefined {
  const cells: { readonly cell: OrderCell }[] = [];
  const fills = new Map<string, FillCell>();
  for (const { entry } of entries) {
    if (entry.kind !== 'commit') continue;
    for (const write of writesTo(entry, 'orders')) if (write.key === key && write.cell !== undefined) cells.push({ cell: write.cell });
    for (const { key: root, cell } of writesTo(entry, 'fills')) {
      if (cell?.orderKey !== key) continue;
      // The first run heard it when it happened; a later one is told it again.
      const known = fills.get(root);
      fills.set(root, known?.at === undefined ? cell : { ...known, ...cell, at: known.at });
    }
  }
  const order = orderOf(merged(cells));
  if (order === undefined) return undefined;
  const usable = [...fills.values()].filter((cell): cell is Fill => typeof cell.quantity === 'number' && typeof cell.price === 'number');
  return { order, fills: usable, times: entries.map(({ entry }) => [entry.at, entry.brokerAt] as const) };
}

function merged(cells: readonly { readonly cell: OrderCell }[]): OrderCell {
  const sent = cells.findLastIndex(({ cell }) => cell.sentAt !== undefined);
  const sender = cells[sent];
  if (sender === undefined) return laidOver(cells);
  const later = cells.slice(sent + 1);
  const last = later.at(-1)?.cell.state ?? sender.cell.state;
  const isOver = isOrderState(last) && isTerminal(last);
  const isNews = last !== sender.cell.state || (!isOver && later.length > TAKEN_UP);
  if (!isNews) return laidOver(cells.slice(0, sent + 1));
  return laidOver(cells);
}

function laidOver(cells: readonly { readonly cell: OrderCell }[]): OrderCell {
  let all: OrderCell = {};
  for (const { cell } of cells) {
    // What a later cell does not name any more has gone; a later run does not know what only the sender did.
    const { note: _note, ibStatus: _word, whyHeld: _why, change: _change, absence: _absence, ...lasting } = all;
    // IB does not always tell the quantity of an order that has ended.
    const quantity = cell.quantity === 0 ? all.quantity : cell.quantity;
    all = { ...lasting, ...cell, ...firstKnown(all), ...(quantity === undefined ? {} : { quantity }) };
  }
  return all;
}

/** Told once and true ever after. */
function firstKnown({ cause, createdAt, sentAt, ackedAt }: OrderCell): Pick<OrderCell, 'cause' | 'createdAt' | 'sentAt' | 'ackedAt'> {
  return {
    ...(cause === undefined ? {} : { cause }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(sentAt === undefined ? {} : { sentAt }),
    ...(ackedAt === undefined ? {} : { ackedAt }),
  };
}
