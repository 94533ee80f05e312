import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { PRICE_SCALE, trustedPrice } from '#domain/price';
import { QUANTITY_SCALE, trustedQuantity } from '#domain/quantity';
import { err, ok, type Result } from '#domain/result';
import type { MarketTick, TickField } from '#simulator/model/tick';

const FIELDS: readonly TickField[] = ['bid', 'ask', 'last'];
const unzip = promisify(gunzip);

/** A recorded market in columns: 25 bytes a tick, so that half a million of them are a small matter. */
export interface Tape {
  readonly symbols: readonly string[];
  readonly length: number;
  readonly at: Float64Array;
  readonly symbol: Uint16Array;
  readonly field: Uint8Array;
  readonly price: Float64Array;
  readonly size: Float64Array;
}

export function tapeTick(tape: Tape, index: number, shift = 0): MarketTick {
  return {
    at: (tape.at[index] ?? 0) + shift,
    symbol: tape.symbols[tape.symbol[index] ?? 0] ?? '',
    field: FIELDS[tape.field[index] ?? 0] ?? 'last',
    price: trustedPrice(tape.price[index] ?? 0),
    size: trustedQuantity(tape.size[index] ?? 0),
  };
}

/** `ticks-IBM-2013-10-08.csv.gz` → IBM. */
export function symbolFromFileName(path: string): string | undefined {
  return /^ticks-([A-Z][A-Z0-9.]*)-/.exec(basename(path))?.[1];
}

/**
 * Reads a gzip or plain CSV with the header `ts_ms,field,price,size` (all of one symbol) or `ts_ms,symbol,field,price,size`.
 * Times must not run backwards. The error names file and line.
 */
export async function readTape(path: string, symbol?: string): Promise<Result<Tape>> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = await unzip(bytes);
  } catch (error) {
    return err(`The tape ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return parseTape(bytes.toString('latin1'), symbol ?? symbolFromFileName(path), path);
}

/** The text of a tape; `name` stands in error messages. */
export function parseTape(text: string, symbol: string | undefined, name: string): Result<Tape> {
  const headEnd = lineEnd(text, 0);
  const head = text.slice(0, headEnd).trim();
  const several = head === 'ts_ms,symbol,field,price,size';
  if (!several && head !== 'ts_ms,field,price,size')
    return err(
      `The tape ${name} must begin with "ts_ms,field,price,size" or "ts_ms,symbol,field,price,size"; it begins with "${head.slice(0, 60)}".`,
    );
  if (!several && symbol === undefined)
    return err(`The tape ${name} does not say whose ticks it holds; name the symbol, as in IBM=${name}.`);
  const columns = new Columns(countLines(text), several || symbol === undefined ? [] : [symbol]);
  let line = 1;
  for (let from = headEnd + 1, before = -Infinity; from < text.length;) {
    const until = lineEnd(text, from);
    const cells = text.slice(from, until).trimEnd().split(',');
    from = until + 1;
    line++;
    if (cells.length === 1 && cells[0] === '') continue;
    const at = several ? columns.add(cells[1], cells, 2) : columns.add(symbol, cells, 1);
    if (at === undefined) return err(`The tape ${name} has no tick on line ${line}: "${cells.join(',').slice(0, 80)}".`);
    if (at < before) return err(`The tape ${name} runs backwards on line ${line}.`);
    before = at;
  }
  const tape = columns.tape();
  return tape.length === 0 ? err(`The tape ${name} holds no ticks.`) : ok(tape);
}

/** A tape while it is read, line by line. */
class Columns {
  readonly #columns: Omit<Tape, 'symbols' | 'length'>;
  readonly #symbols: string[];
  #length = 0;

  constructor(capacity: number, symbols: string[]) {
    this.#columns = emptyColumns(capacity);
    this.#symbols = symbols;
  }

  /** Time in the first cell, field, price and size from cell `from` on. The tick's time, or undefined when these are no tick. */
  add(symbol: string | undefined, cells: readonly string[], from: number): number | undefined {
    const at = Number(cells[0]);
    const field = FIELDS.indexOf(cells[from] as TickField);
    const price = Math.round(Number(cells[from + 1]) * PRICE_SCALE);
    const size = Math.round(Number(cells[from + 2]) * QUANTITY_SCALE);
    if (symbol === undefined || symbol === '' || field < 0) return undefined;
    if (!Number.isSafeInteger(at) || !Number.isSafeInteger(price) || !Number.isSafeInteger(size)) return undefined;
    let index = this.#symbols.indexOf(symbol);
    if (index < 0) index = this.#symbols.push(symbol) - 1;
    const to = this.#length++;
    this.#columns.at[to] = at;
    this.#columns.symbol[to] = index;
    this.#columns.field[to] = field;
    this.#columns.price[to] = price;
    this.#columns.size[to] = size;
    return at;
  }

  tape(): Tape {
    return { ...this.#columns, symbols: this.#symbols, length: this.#length };
  }
}

function emptyColumns(length: number): Omit<Tape, 'symbols' | 'length'> {
  return {
    at: new Float64Array(length),
    symbol: new Uint16Array(length),
    field: new Uint8Array(length),
    price: new Float64Array(length),
    size: new Float64Array(length),
  };
}

function lineEnd(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  return newline < 0 ? text.length : newline;
}

function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** Several tapes as one, by time; ticks of the same millisecond keep the order in which the tapes are given. */
export function mergeTapes(tapes: readonly Tape[]): Tape {
  const [only] = tapes;
  if (tapes.length === 1 && only !== undefined) return only;
  const symbols = [...new Set(tapes.flatMap((tape) => tape.symbols))];
  const length = tapes.reduce((sum, tape) => sum + tape.length, 0);
  const merged = emptyColumns(length);
  const places = tapes.map((tape) => tape.symbols.map((symbol) => symbols.indexOf(symbol)));
  const next = tapes.map(() => 0);
  for (let i = 0; i < length; i++) {
    const best = earliest(tapes, next);
    const tape = tapes[best];
    if (tape === undefined) break;
    const from = next[best] ?? 0;
    copyTick(tape, from, merged, i);
    merged.symbol[i] = places[best]?.[merged.symbol[i] ?? 0] ?? 0;
    next[best] = from + 1;
  }
  return { ...merged, symbols, length };
}

/** Which tape has the earliest tick that is not taken yet; of several the first. −1 when all are at their end. */
function earliest(tapes: readonly Tape[], next: readonly number[]): number {
  let best = -1;
  let first = Infinity;
  for (let t = 0; t < tapes.length; t++) {
    const at = tapes[t]?.at[next[t] ?? 0] ?? Infinity;
    if (at >= first || (next[t] ?? 0) >= (tapes[t]?.length ?? 0)) continue;
    best = t;
    first = at;
  }
  return best;
}

function copyTick(tape: Tape, from: number, into: Omit<Tape, 'symbols' | 'length'>, to: number): void {
  into.at[to] = tape.at[from] ?? 0;
  into.symbol[to] = tape.symbol[from] ?? 0;
  into.field[to] = tape.field[from] ?? 0;
  into.price[to] = tape.price[from] ?? 0;
  into.size[to] = tape.size[from] ?? 0;
}
