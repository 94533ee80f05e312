import { join } from 'node:path';
import { EARLIER_ORDERS_LOADED } from '#core/ports/journal';
import { isOrderState, isWorking, type Order } from '#domain/order';
import { clientIdOf, orderIdOf, type OrderKey, type TriggerId } from '#domain/ids';
import { err, ok, type Result } from '#domain/result';
import { type OrderCell, writesTo } from './cell.ts';
import { readEntry, writtenNames } from './earlier-words.ts';
import type { Entry } from './entry.ts';
import { journalFiles } from './file-name.ts';
import { type Files, fileTrouble, NodeFiles } from './files.ts';
import type { JournalFrame } from './frame-buffer.ts';
import { decodeLineBytes } from './line.ts';
import { linesWith } from './reading.ts';

const NUMBERS = 'numbers';

export interface NumberedLeg {
  readonly ref: string;
  readonly clientId: number;
  readonly orderId: number;
}

/** Written before the first leg of a bracket leaves: after a death between two legs their numbers are known nowhere else. */
export function numbersFrame(at: number, legs: readonly NumberedLeg[]): JournalFrame {
  const text = [NUMBERS, ...legs.map(({ ref, clientId, orderId }) => `${ref}=${clientId}:${orderId}`)].join(' ');
  return { at, clientId: legs[0]?.clientId ?? 0, direction: 'out', text, ...(legs[0] === undefined ? {} : { order: legs[0].ref }) };
}

function numbersOf(text: string): readonly NumberedLeg[] {
  const [word, ...pairs] = text.split(' ');
  if (word !== NUMBERS) return [];
  return pairs.flatMap((pair) => {
    const match = /^(\S+)=(\d+):(\d+)$/.exec(pair);
    return match?.[1] === undefined ? [] : [{ ref: match[1], clientId: Number(match[2]), orderId: Number(match[3]) }];
  });
}

export interface EarlierOrdersRead {
  /** Orders that the last runs believed to be on their way or at the broker, as they knew them last. */
  readonly orders: readonly Order[];
  /** Of those that are UNKNOWN because this version cannot read their state: what stands there, or `no state`. */
  readonly unreadStates: ReadonlyMap<OrderKey, string>;
  /** What the triggers were called, of all that was read. */
  readonly names: ReadonlyMap<TriggerId, string>;
  /** Of each commit that wrote an order: its time and the broker's of the same moment, epoch ms; oldest first. */
  readonly times: readonly (readonly [at: number, brokerAt: number | undefined])[];
  /** Everything that can matter was read. */
  readonly complete: boolean;
  readonly bytesRead: number;
  /** Lines or cells that are not what was written; they are left out. */
  readonly damaged: number;
}

export interface EarlierOrdersOptions {
  readonly files?: Files;
  /** No further (older) file is begun when so much was read; default 512 MiB. */
  readonly maxBytes?: number;
}

/** A cheap test of a line's text. */
const NEEDLES = [
  '["orders",',
  '"kind":"run-started"',
  `"text":"${NUMBERS} `,
  ...writtenNames(EARLIER_ORDERS_LOADED).map((name) => `"name":"${name}"`),
];

type Told = { readonly at: number; readonly entry: Entry };

/**
 * What may still be at the broker of what the runs before this one sent: never a reason to send anything, only to look. Reads newest files
 * first, back to the last run that had taken over from its predecessors. An error is a sentence.
 */
export function readEarlierOrders(directory: string, options: EarlierOrdersOptions = {}): Result<EarlierOrdersRead> {
  const { files = new NodeFiles(), maxBytes = 512 * 1024 * 1024 } = options;
  const found: Told[][] = [];
  let bytesRead = 0;
  let damaged = 0;
  let complete = true;
  try {
    if (!files.exists(directory))
      return ok({ orders: [], unreadStates: new Map(), names: new Map(), times: [], complete, bytesRead, damaged });
    for (const { name } of [...journalFiles(files.list(directory))].reverse()) {
      if (bytesRead >= maxBytes) {
        complete = false;
        break;
      }
      const told: Told[] = [];
      for (const { bytes, start } of linesWith(files, join(directory, name), NEEDLES, (count) => (bytesRead += count))) {
        const line = decodeLineBytes(bytes);
        const entry = line.ok ? readEntry(line.value.body) : line;
        if (entry.ok) told.push({ at: start, entry: entry.value });
        else damaged += 1;
      }
      told.sort((a, b) => a.at - b.at);
      found.unshift(told);
      if (takenOver(told) !== undefined) break;
    }
  } catch (error) {
    return err(`The journal of the last run cannot be read: ${fileTrouble(error)}`);
  }
  const entries = found.flat().map(({ entry }) => entry);
  const folded = fold(entries.slice(takenOver(found.flat()) ?? 0));
  return ok({ ...folded, names: namesOf(entries), damaged: damaged + folded.damaged, complete, bytesRead });
}

/** Index of the begin of the last run that took over from the ones before it. */
function takenOver(told: readonly Told[]): number | undefined {
  let marked = false;
  for (let at = told.length - 1; at >= 0; at -= 1) {
    const entry = told[at]?.entry;
    if (entry?.kind === 'commit' && entry.name === EARLIER_ORDERS_LOADED) marked = true;
    if (marked && entry?.kind === 'run-started') return at;
  }
  return undefined;
}

function fold(entries: readonly Entry[]): Pick<EarlierOrdersRead, 'orders' | 'unreadStates' | 'times' | 'damaged'> {
  const cells = new Map<string, OrderCell>();
  const numbers = new Map<string, NumberedLeg>();
  const times: (readonly [number, number | undefined])[] = [];
  for (const entry of entries) {
    if (entry.kind === 'frame') for (const leg of numbersOf(entry.text)) numbers.set(leg.ref, leg);
    if (entry.kind !== 'commit') continue;
    times.push([entry.at, entry.brokerAt]);
    for (const { key, cell } of writesTo(entry, 'orders')) {
      if (cell === undefined) cells.delete(key);
      else cells.set(key, cell);
    }
  }
  const orders: Order[] = [];
  const unreadStates = new Map<OrderKey, string>();
  let damaged = 0;
  for (const cell of cells.values()) {
    const order = orderOf(cell);
    if (order === undefined) {
      damaged += 1;
      continue;
    }
    if (order.state !== cell.state) unreadStates.set(order.key, stateText(cell.state));
    if (isWorking(order.state) || order.state === 'QUEUED' || order.state === 'INTENT') orders.push(numbered(order, numbers));
  }
  return { orders, unreadStates, times, damaged };
}

/** A spent trigger is not kept; its name stands in the reasons of its orders. */
function namesOf(entries: readonly Entry[]): ReadonlyMap<TriggerId, string> {
  const names = new Map<TriggerId, string>();
  for (const entry of entries)
    if (entry.kind === 'commit')
      for (const { cell } of writesTo(entry, 'orders')) {
        const name = cell?.cause?.triggerName;
        if (typeof cell?.triggerId === 'string' && typeof name === 'string') names.set(cell.triggerId, name);
      }
  return names;
}

function numbered(order: Order, numbers: ReadonlyMap<string, NumberedLeg>): Order {
  const leg = order.orderId === undefined && order.ref !== undefined ? numbers.get(order.ref) : undefined;
  if (leg === undefined) return order;
  return { ...order, orderId: orderIdOf(leg.orderId), clientId: clientIdOf(leg.clientId) };
}

/**
 * A line with a good checksum may still be another program's: what the desk relies on is looked at. An order whose state cannot be read may be
 * alive: it is UNKNOWN, so that it is looked up.
 */
export function orderOf(cell: OrderCell): Order | undefined {
  const { key, account, contract, side, type, quantity, state, origin, createdAt } = cell;
  const usable =
    typeof key === 'string' &&
    typeof account === 'string' &&
    typeof contract?.conId === 'number' &&
    typeof contract.symbol === 'string' &&
    typeof contract.multiplier === 'number' &&
    (side === 'BUY' || side === 'SELL') &&
    typeof type === 'string' &&
    Number.isSafeInteger(quantity) &&
    typeof origin === 'string' &&
    typeof createdAt === 'number';
  if (!usable) return undefined;
  return isOrderState(state) ? (cell as Order) : ({ ...cell, state: 'UNKNOWN' } as Order);
}

function stateText(state: unknown): string {
  return typeof state === 'string' && state !== '' ? state : 'no state';
}
