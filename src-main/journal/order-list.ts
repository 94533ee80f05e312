import { join } from 'node:path';
import type { CommitRecord } from '#core/ports/journal';
import { ok, type Result } from '#domain/result';
import { type OrderCell, writesTo } from './cell.ts';
import { readEntry } from './earlier-words.ts';
import { dayOf, journalFiles } from './file-name.ts';
import { type Files, fileTrouble, NodeFiles } from './files.ts';
import { decodeLineBytes } from './line.ts';
import { linesWith } from './reading.ts';

/** What the journal knows of one order, over all runs of the time asked for. */
export interface OrderSummary {
  readonly key: string;
  readonly ref?: string;
  readonly triggerId?: string;
  readonly account?: string;
  readonly symbol?: string;
  readonly side?: string;
  readonly origin?: string;
  /** Scaled, as in the order's cell. */
  readonly quantity?: number;
  readonly filled: number;
  readonly avgFillPrice?: number;
  /** Distinct executions, corrections not counted again. */
  readonly fills: number;
  /** In the order they were entered; the last one is the present one. */
  readonly states: readonly string[];
  readonly firstSeq: number;
  readonly firstAt: number;
  readonly lastSeq: number;
  readonly lastAt: number;
}

export interface OrderList {
  /** In the order in which they were first seen. */
  readonly orders: readonly OrderSummary[];
  readonly damaged: number;
  /** Files that could not be read, in words. */
  readonly trouble: readonly string[];
}

export interface Period {
  /** Epoch ms, inclusive; default the begin of the journal. */
  readonly from?: number;
  /** Epoch ms, exclusive; default its end. */
  readonly to?: number;
}

/** Whether a file can hold records of the period: each file holds those of one UTC day. */
export function mayHold({ day }: { readonly day: string }, { from, to }: Period): boolean {
  return (from === undefined || day >= dayOf(from)) && (to === undefined || day <= dayOf(to));
}

export function within(at: number, { from, to }: Period): boolean {
  return (from === undefined || at >= from) && (to === undefined || at < to);
}

/** One summary per order whose cell or fills were written in the period. Memory grows with the number of orders only. */
export function listOrders(directory: string, period: Period & { readonly files?: Files } = {}): Result<OrderList> {
  const { files = new NodeFiles() } = period;
  const orders: Known = new Map();
  const trouble: string[] = [];
  let damaged = 0;
  let names: readonly { readonly name: string; readonly day: string }[];
  try {
    names = journalFiles(files.list(directory)).filter((file) => mayHold(file, period));
  } catch (error) {
    return { ok: false, error: `The journal cannot be read: ${fileTrouble(error)}` };
  }
  for (const { name } of names) {
    try {
      for (const { bytes } of linesWith(files, join(directory, name), ['["orders",', '["fills",'])) {
        const line = decodeLineBytes(bytes);
        const entry = line.ok ? readEntry(line.value.body) : line;
        if (!entry.ok) damaged += 1;
        else if (entry.value.kind === 'commit' && within(entry.value.at, period)) addCommit(orders, entry.value);
      }
    } catch (error) {
      trouble.push(`${name} cannot be read: ${fileTrouble(error)}`);
    }
  }
  return ok({ orders: [...orders.values()].map(({ summary }) => summary), damaged, trouble });
}

type Known = Map<string, { summary: OrderSummary; readonly executions: Set<string> }>;

function addCommit(orders: Known, commit: Pick<CommitRecord, 'seq' | 'at' | 'writes'>): void {
  const { seq, at } = commit;
  for (const { key, cell } of writesTo(commit, 'orders')) {
    const known = orders.get(key);
    if (known !== undefined) known.summary = merged(known.summary, cell, seq, at);
    else orders.set(key, { summary: merged(begun(key, seq, at), cell, seq, at), executions: new Set() });
  }
  for (const { key, cell } of writesTo(commit, 'fills')) {
    const known = cell?.orderKey === undefined ? undefined : orders.get(cell.orderKey);
    if (known === undefined) continue;
    known.executions.add(key);
    known.summary = { ...known.summary, fills: known.executions.size, lastSeq: seq, lastAt: at };
  }
}

function begun(key: string, seq: number, at: number): OrderSummary {
  return { key, filled: 0, fills: 0, states: [], firstSeq: seq, firstAt: at, lastSeq: seq, lastAt: at };
}

function merged(before: OrderSummary, cell: OrderCell | undefined, lastSeq: number, lastAt: number): OrderSummary {
  if (cell === undefined) return { ...before, lastSeq, lastAt };
  const { ref, triggerId, account, side, origin, quantity, avgFillPrice, state } = cell;
  const symbol = cell.contract?.symbol;
  return {
    ...before,
    ...(ref === undefined ? {} : { ref }),
    ...(triggerId === undefined ? {} : { triggerId }),
    ...(account === undefined ? {} : { account }),
    ...(symbol === undefined ? {} : { symbol }),
    ...(side === undefined ? {} : { side }),
    ...(origin === undefined ? {} : { origin }),
    ...(quantity === undefined ? {} : { quantity }),
    ...(avgFillPrice === undefined ? {} : { avgFillPrice }),
    filled: cell.filled ?? before.filled,
    states: state === undefined || before.states.at(-1) === state ? before.states : [...before.states, state],
    lastSeq,
    lastAt,
  };
}
