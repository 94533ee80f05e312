import type { Fill } from '#domain/execution';
import type { Order } from '#domain/order';
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
  const cells: { readonly cell: OrderCell; readonly run: number | undefined }[] = [];
  const fills = new Map<string, FillCell>();
  for (const { entry, run } of entries) {
    if (entry.kind !== 'commit') continue;
    for (const write of writesTo(entry, 'orders')) if (write.key === key && write.cell !== undefined) cells.push({ cell: write.cell, run });
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

function merged(cells: readonly { readonly cell: OrderCell; readonly run: number | undefined }[]): OrderCell {
  let all: OrderCell = {};
  for (const { cell } of cells) {
    const { cause = cell.cause, createdAt = cell.createdAt, sentAt = cell.sentAt, ackedAt = cell.ackedAt } = all;
    all = {
      ...all,
      ...cell,
      ...(cause && { cause }),
      ...(createdAt && { createdAt }),
      ...(sentAt && { sentAt }),
      ...(ackedAt && { ackedAt }),
    };
  }
  const sender = cells.findLast(({ cell }) => cell.sentAt !== undefined);
  const later = sender === undefined ? [] : cells.filter(({ run }) => run !== sender.run && (run ?? 0) > (sender.run ?? 0));
  const isNews = later.length > TAKEN_UP || later.some(({ cell }) => cell.state !== sender?.cell.state);
  if (sender === undefined || isNews) return all;
  const { note, updatedAt } = sender.cell;
  return { ...all, ...(note === undefined ? {} : { note }), ...(updatedAt === undefined ? {} : { updatedAt }) };
}
