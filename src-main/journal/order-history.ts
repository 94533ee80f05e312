import { join } from 'node:path';
import type { CommitRecord } from '#core/ports/journal';
import { parseOrderRef } from '#domain/order-ref';
import { err, ok, type Result } from '#domain/result';
import { orderEffects, writesTo } from './cell.ts';
import { readEntry } from './earlier-words.ts';
import type { Entry } from './entry.ts';
import { journalFiles } from './file-name.ts';
import { type Files, fileTrouble, NodeFiles } from './files.ts';
import { decodeLineBytes } from './line.ts';
import { linesWith, type RawLine } from './reading.ts';

type Told = Extract<Entry, { readonly kind: 'commit' | 'frame' }>;

/** A line of the journal that concerns an order, and where it stands. */
export interface HistoryEntry {
  /** In the words of today; `sum` is that of the line as it was written. */
  readonly entry: Told;
  /** When the run began that wrote it, epoch ms; undefined where the file does not say it. */
  readonly run: number | undefined;
  readonly file: string;
  /** First byte of its line. */
  readonly offset: number;
  readonly sum: string;
}

export interface OrderHistory {
  /** Oldest first, over all runs. */
  readonly entries: readonly HistoryEntry[];
  /** Everything the journal has was read. False: older files or entries were left out, or a file could not be read. */
  readonly complete: boolean;
  readonly bytesRead: number;
  /** Lines that name the order but are not what was written; they are left out. */
  readonly damaged: number;
  /** Files that could not be read, in words. */
  readonly trouble: readonly string[];
}

export interface OrderHistoryOptions {
  readonly files?: Files;
  /** No further (older) file is begun when so much was read; default 1 GiB. */
  readonly maxBytes?: number;
  /** The newest so many entries are kept; default 5 000. */
  readonly maxEntries?: number;
}

/**
 * All that the journal's runs say about one order: commits that wrote its cell, its fills or its trigger's cell, sent or cancelled it, or
 * name it as their cause, and frames that concern it. `keyOrRef` is the desk's key of the order; for its own orders that is the
 * reference. Reads newest files first, in pieces, and parses only lines that contain the key. For a worker when the journal is large.
 */
export function readOrderHistory(directory: string, keyOrRef: string, options: OrderHistoryOptions = {}): Result<OrderHistory> {
  const { files = new NodeFiles(), maxBytes = 1024 ** 3, maxEntries = 5_000 } = options;
  const wanted = new Wanted(keyOrRef);
  const found: (readonly HistoryEntry[])[] = [];
  const trouble: string[] = [];
  let count = 0;
  let bytesRead = 0;
  let damaged = 0;
  let complete = true;
  let names: readonly { readonly name: string }[];
  try {
    names = [...journalFiles(files.list(directory))].reverse();
  } catch (error) {
    return err(`The journal cannot be read: ${fileTrouble(error)}`);
  }
  for (const { name } of names) {
    if (bytesRead >= maxBytes || count >= maxEntries) {
      complete = false;
      break;
    }
    const scan = new FileScan(name, wanted);
    try {
      scan.read(files, join(directory, name), (bytes) => (bytesRead += bytes));
    } catch (error) {
      complete = false;
      trouble.push(`${name} cannot be read: ${fileTrouble(error)}`);
    }
    damaged += scan.damaged;
    const entries = scan.entries();
    count += entries.length;
    found.push(entries);
  }
  const all = found.reverse().flat();
  const kept = all.slice(-maxEntries);
  return ok({ entries: kept, complete: complete && kept.length === all.length && damaged === 0, bytesRead, damaged, trouble });
}

/** What makes a line one of the order's. It learns the order's permId from the lines it sees. */
class Wanted {
  readonly key: string;
  readonly triggerId: string | undefined;
  readonly permIds = new Set<number>();

  constructor(key: string) {
    this.key = key;
    this.triggerId = parseOrderRef(key)?.triggerId;
    const permId = /^perm:(\d+)$/.exec(key)?.[1];
    if (permId !== undefined) this.permIds.add(Number(permId));
  }

  texts(): readonly string[] {
    const key = JSON.stringify(this.key).slice(1, -1);
    if (this.triggerId === undefined) return [key];
    return [key, `["triggers","${this.triggerId}",`, `"ref":"${this.triggerId}"`];
  }

  concerns(entry: Told): boolean {
    return entry.kind === 'frame' ? this.#inFrame(entry) : this.#inCommit(entry);
  }

  #inFrame({ order, text }: Extract<Told, { readonly kind: 'frame' }>): boolean {
    if (order !== undefined) return order === this.key;
    return hasWord(text, this.key) || [...this.permIds].some((permId) => hasWord(text, String(permId)));
  }

  #inCommit(record: CommitRecord): boolean {
    const orders = writesTo(record, 'orders').filter(({ key }) => key === this.key);
    for (const { cell } of orders) if (cell?.permId !== undefined && cell.permId > 0) this.permIds.add(cell.permId);
    return (
      orders.length > 0 ||
      record.cause.ref === this.key ||
      (this.triggerId !== undefined && record.cause.ref === this.triggerId) ||
      writesTo(record, 'triggers').some(({ key }) => key === this.triggerId) ||
      writesTo(record, 'fills').some(({ cell }) => cell?.orderKey === this.key) ||
      orderEffects(record).some(({ keys }) => keys.includes(this.key))
    );
  }
}

/** The order's lines of one file. */
class FileScan {
  readonly #damaged = new Set<number>();
  readonly #name: string;
  readonly #wanted: Wanted;
  readonly #found = new Map<number, HistoryEntry>();

  constructor(name: string, wanted: Wanted) {
    this.#name = name;
    this.#wanted = wanted;
  }

  read(files: Files, path: string, onRead: (bytes: number) => void): void {
    const before = new Set(this.#wanted.permIds);
    const runs = ['{"kind":"run-started"', '{"kind":"file-started"'];
    const frames = [...before].map(String);
    this.#pass(linesWith(files, path, [...this.#wanted.texts(), ...runs, ...frames], onRead));
    // Status frames carry IB's numbers alone; a permId first seen in this file is looked for once more.
    const learned = [...this.#wanted.permIds].filter((permId) => !before.has(permId)).map(String);
    if (learned.length > 0) this.#pass(linesWith(files, path, [...learned, ...runs], onRead));
  }

  get damaged(): number {
    return this.#damaged.size;
  }

  entries(): readonly HistoryEntry[] {
    return [...this.#found.values()].sort((a, b) => a.offset - b.offset);
  }

  /** Keeps the lines that are the order's. */
  #pass(lines: Iterable<RawLine>): void {
    let run: number | undefined;
    for (const { bytes, start } of lines) {
      if (this.#found.has(start)) continue;
      const line = decodeLineBytes(bytes);
      const entry = line.ok ? readEntry(line.value.body) : line;
      if (!line.ok || !entry.ok) {
        this.#damaged.add(start);
        continue;
      }
      const told = entry.value;
      if (told.kind === 'run-started') run = told.at;
      else if (told.kind === 'file-started') run = told.run;
      else if ((told.kind === 'commit' || told.kind === 'frame') && this.#wanted.concerns(told))
        this.#found.set(start, { entry: told, run, file: this.#name, offset: start, sum: line.value.sum });
    }
  }
}

/** The text holds the word with nothing of a number or a reference around it. */
function hasWord(text: string, word: string): boolean {
  const part = /[0-9A-Za-z-]/;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!part.test(text[at - 1] ?? ' ') && !part.test(text[at + word.length] ?? ' ')) return true;
  }
  return false;
}
