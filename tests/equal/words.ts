/**
 * The renamed words of two revisions, from the older to the newer. Stores are named by their newer name; `*` means every store. What is
 * no cell has a store's name of its own here: `cause`, `frame`, `log`.
 */
export interface Words {
  /** Names of stores. */
  readonly stores: Record<string, string>;
  /** Names of commits. */
  readonly commits: Record<string, string>;
  /** By store: names of properties, at any depth. */
  readonly keys: Record<string, Record<string, string>>;
  /** By store: values of a property `state`, at any depth; the whole value. */
  readonly states: Record<string, Record<string, string>>;
  /** Text in any string, keys of cells included; never in the middle of a word. The longest one goes first, and only once. */
  readonly texts: Record<string, string>;
}

export const SAME_WORDS: Words = { stores: {}, commits: {}, keys: {}, states: {}, texts: {} };

const PARTS = Object.keys(SAME_WORDS);

/** The words of a file's text. The error says what is wrong with it. */
export function readWords(text: string): Words | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return 'it is not JSON';
  }
  if (!isRecord(parsed)) return 'it is not an object';
  for (const [part, map] of Object.entries(parsed)) {
    if (!PARTS.includes(part)) return `it has a part "${part}"; known are ${PARTS.join(', ')}`;
    if (!isRecord(map)) return `${part} is not an object`;
    const maps = part === 'keys' || part === 'states' ? Object.entries(map) : [[part, map] as const];
    for (const [name, words] of maps)
      if (!isRecord(words) || Object.values(words).some((word) => typeof word !== 'string')) return `${part}, ${name}: not words to words`;
  }
  return { ...SAME_WORDS, ...(parsed as Partial<Words>) };
}

/** Says values in the newer words. */
export class Translation {
  readonly #words: Words;
  readonly #texts: RegExp | undefined;

  constructor(words: Words) {
    this.#words = words;
    const texts = Object.keys(words.texts).sort((a, b) => b.length - a.length);
    this.#texts = texts.length === 0 ? undefined : new RegExp(texts.map(whole).join('|'), 'g');
  }

  store(name: string): string {
    return own(this.#words.stores, name) ?? name;
  }

  commit(name: string): string {
    return own(this.#words.commits, name) ?? name;
  }

  text(text: string): string {
    return this.#texts === undefined ? text : text.replace(this.#texts, (found) => own(this.#words.texts, found) ?? found);
  }

  /**
   * JSON of plain data in the newer words, with the properties of every object in the order of their newer names. Members that are
   * undefined are left out, as the journal leaves them out. `store`: the newer name.
   */
  json(value: unknown, store: string): string {
    return JSON.stringify(this.#plain(value, store, undefined));
  }

  #plain(value: unknown, store: string, key: string | undefined): unknown {
    if (typeof value === 'string') return (key === 'state' ? this.#of(this.#words.states, store, value) : undefined) ?? this.text(value);
    // JSON has no such number, and says null for it.
    if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
    if (Array.isArray(value)) return value.map((item) => this.#plain(item, store, undefined));
    if (!isRecord(value)) return value;
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => {
        const named = this.#of(this.#words.keys, store, name) ?? name;
        return [named, this.#plain(member, store, named)] as const;
      });
    return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #of(maps: Words['keys'], store: string, word: string): string | undefined {
    return own(own(maps, store), word) ?? own(own(maps, '*'), word);
  }
}

function own<T>(map: Record<string, T> | undefined, name: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
}

function whole(text: string): string {
  const escaped = text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return `${/^\w/.test(text) ? '(?<!\\w)' : ''}${escaped}${/\w$/.test(text) ? '(?!\\w)' : ''}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
