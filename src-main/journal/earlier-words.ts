import type { RecordedWrite } from '#core/ports/journal';
import { ok, type Result } from '#domain/result';
import { type Entry, parseEntry } from './entry.ts';

/** Old word → the word that took its place. */
type Renamed = ReadonlyMap<string, string>;

/** What one step of the program renamed of the words that it stores. */
interface RenamedWords {
  /** Names of commits. */
  readonly commits: Renamed;
  /** Keys of cells, by store. */
  readonly keys: ReadonlyMap<string, Renamed>;
  /** Words in cells, by store and by where they stand (in today's keys; a dot goes one object down). */
  readonly values: ReadonlyMap<string, ReadonlyMap<string, Renamed>>;
}

const FIX_STATES: Renamed = new Map([
  ['PARTIAL', 'PARTIALLY_FILLED'],
  ['CANCEL_PENDING', 'PENDING_CANCEL'],
  ['MODIFY_PENDING', 'PENDING_REPLACE'],
]);

/**
 * Oldest first. A journal does not say which version wrote it, and its files may be of several: every step is applied to every line. So an
 * old word is never used again for something else.
 */
const STEPS: readonly RenamedWords[] = [
  {
    // Written by version 0.1 up to revision 94d6e07, before the words of the trade came in.
    commits: new Map([
      ['order.revived', 'order.reopened'],
      ['exits.trim', 'exits.resize'],
      ['orders.recalled', 'orders.restored'],
    ]),
    keys: new Map([['orders', new Map([['changedOutsideAt', 'changedExternallyAt']])]]),
    values: new Map([
      [
        'orders',
        new Map([
          ['state', FIX_STATES],
          ['change.from', FIX_STATES],
        ]),
      ],
      ['offers', new Map([['kind', new Map([['mend', 'resize-exits']])]])],
    ]),
  },
];

/**
 * An entry in the words of today, whichever version wrote it: for all that is shown and for all that the desk takes up. `parseEntry` gives
 * the words as they were written, which is what checksums and digests are made of: verify and replay read that. Texts made for people
 * and the broker's frames stay as they were.
 */
export function readEntry(body: string): Result<Entry> {
  const parsed = parseEntry(body);
  if (!parsed.ok || parsed.value.kind !== 'commit') return parsed;
  let { name, writes } = parsed.value;
  for (const step of STEPS) {
    name = step.commits.get(name) ?? name;
    writes = writes.map((write) => renamedWrite(step, write));
  }
  return ok({ ...parsed.value, name, writes });
}

/** Every name under which a commit of this kind may stand in a journal, today's first. */
export function writtenNames(commit: string): readonly string[] {
  const names = [commit];
  for (const { commits } of STEPS.toReversed()) for (const [old, now] of commits) if (names.includes(now)) names.push(old);
  return names;
}

function renamedWrite({ keys, values }: RenamedWords, write: RecordedWrite): RecordedWrite {
  const [store, key, cell] = write;
  const [renamedKeys, renamedValues] = [keys.get(store), values.get(store)];
  if (!isObject(cell) || (renamedKeys === undefined && renamedValues === undefined)) return write;
  let value: Readonly<Record<string, unknown>> =
    renamedKeys === undefined
      ? cell
      : Object.fromEntries(Object.entries(cell).map(([name, part]) => [renamedKeys.get(name) ?? name, part]));
  for (const [path, words] of renamedValues ?? []) value = withWord(value, path.split('.'), words);
  return [store, key, value];
}

function withWord(
  cell: Readonly<Record<string, unknown>>,
  [name = '', ...below]: readonly string[],
  words: Renamed,
): Readonly<Record<string, unknown>> {
  const part = cell[name];
  if (below.length > 0) return isObject(part) ? { ...cell, [name]: withWord(part, below, words) } : cell;
  const now = typeof part === 'string' ? words.get(part) : undefined;
  return now === undefined ? cell : { ...cell, [name]: now };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
