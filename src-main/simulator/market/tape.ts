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
  const headEnd = text.indexOf('\n');
  const head = (headEnd < 0 ? text : text.slice(0, headEnd)).trim();
  const several = head === 'ts_ms,symbol,field,price,size';
  if (!several && head !== 'ts_ms,field,price,size')
    return err(
      `The tape ${name} must begin with "ts_ms,field,price,size" or "ts_ms,symbol,field,price,size"; it begins with "${head.slice(0, 60)}".`,
    );
  if (!several && symbol === undefined)
    return err(`The tape ${name} does not say whose ticks it holds; name the symbol, as in IBM=${name}.`);
  const capacity = countLines(text);
  const tape = {
    at: new Float64Array(capacity),
    symbol: new Uint16Array(capacity),
    field: new Uint8Array(capacity),
    price: new Float64Array(capacity),
    size: new Float64Array(capacity),
  };
  const symbols: string[] = several || symbol === undefined ? [] : [symbol];
  let length = 0;
  let line = 1;
  for (let from = headEnd + 1, before = -Infinity; headEnd >= 0 && from < text.length;) {
    const newline = text.indexOf('\n', from);
    const until = newline < 0 ? text.length : newline;
    const cells = text.slice(from, until).trimEnd().split(',');
    from = until + 1;
    line++;
    if (cells.length === 1 && cells[0] === '') continue;
    const [whose, fieldName, priceCell, sizeCell] = several
      ? [cells[1], cells[2], cells[3], cells[4]]
      : [symbol, cells[1], cells[2], cells[3]];
    const at = Number(cells[0]);
    const field = FIELDS.indexOf(fieldName as TickField);
    const price = Math.round(Number(priceCell) * PRICE_SCALE);
    const size = Math.round(Number(sizeCell) * QUANTITY_SCALE);
    if (
      whose === undefined ||
      whose === '' ||
      field < 0 ||
      !Number.isSafeInteger(at) ||
      !Number.isSafeInteger(price) ||
      !Number.isSafeInteger(size)
    )
      return err(`The tape ${name} has no tick on line ${line}: "${cells.join(',').slice(0, 80)}".`);
    if (at < before) return err(`The tape ${name} runs backwards on line ${line}.`);
    before = at;
    let index = symbols.indexOf(whose);
    if (index < 0) index = symbols.push(whose) - 1;
    tape.at[length] = at;
    tape.symbol[length] = index;
    tape.field[length] = field;
    tape.price[length] = price;
    tape.size[length] = size;
    length++;
  }
  if (length === 0) return err(`The tape ${name} holds no ticks.`);
  return ok({ ...tape, symbols, length });
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
  const merged = {
    at: new Float64Array(length),
    symbol: new Uint16Array(length),
    field: new Uint8Array(length),
    price: new Float64Array(length),
    size: new Float64Array(length),
  };
  const places = tapes.map((tape) => tape.symbols.map((symbol) => symbols.indexOf(symbol)));
  const next = tapes.map(() => 0);
  for (let i = 0; i < length; i++) {
    let best = -1;
    let earliest = Infinity;
    for (let t = 0; t < tapes.length; t++) {
      const at = tapes[t]?.at[next[t] ?? 0] ?? Infinity;
      if (at < earliest && (next[t] ?? 0) < (tapes[t]?.length ?? 0)) [best, earliest] = [t, at];
    }
    const tape = tapes[best];
    const from = next[best] ?? 0;
    if (tape === undefined) break;
    merged.at[i] = tape.at[from] ?? 0;
    merged.symbol[i] = places[best]?.[tape.symbol[from] ?? 0] ?? 0;
    merged.field[i] = tape.field[from] ?? 0;
    merged.price[i] = tape.price[from] ?? 0;
    merged.size[i] = tape.size[from] ?? 0;
    next[best] = from + 1;
  }
  return { ...merged, symbols, length };
}
