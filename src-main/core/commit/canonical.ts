/** A bug in the caller: the value cannot be written to the journal and read back as the same value. */
export class UnjournalableValue extends Error {
  override readonly name = 'UnjournalableValue';
  readonly code = 'UNJOURNALABLE_VALUE';
}

const quotedNames = new Map<string, string>();

/** Property names repeat in every value of a store, so their quoted form is kept; the limit bounds maps with data as names. */
function quotedName(name: string): string {
  const known = quotedNames.get(name);
  if (known !== undefined) return known;
  const quoted = `${JSON.stringify(name)}:`;
  if (quotedNames.size < 4_096) quotedNames.set(name, quoted);
  return quoted;
}

/** eslint's control-character rule does not apply: these are exactly the characters that JSON must escape. */

const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;

function quoted(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`;
}

function isSorted(names: readonly string[]): boolean {
  for (let index = 1; index < names.length; index += 1) {
    if ((names[index - 1] as string) > (names[index] as string)) return false;
  }
  return true;
}

function arrayText(value: readonly unknown[]): string {
  let text = '[';
  for (let index = 0; index < value.length; index += 1) {
    if (index > 0) text += ',';
    text += canonicalJson(value[index]);
  }
  return `${text}]`;
}

function objectText(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new UnjournalableValue(`A ${value.constructor.name} cannot be kept in a store: values are plain JSON data`);
  }
  const names = Object.keys(value);
  if (!isSorted(names)) names.sort();
  let text = '{';
  for (const name of names) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    if (member === undefined) continue;
    if (text.length > 1) text += ',';
    text += quotedName(name) + canonicalJson(member);
  }
  return `${text}}`;
}

/**
 * JSON with sorted names, so that equal values have equal texts whatever order they were built in. Members that are undefined are
 * left out, as JSON leaves them out. Throws UnjournalableValue for anything that JSON would lose or change.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
      if (!Number.isFinite(value)) throw new UnjournalableValue(`${value} cannot be kept in a store: JSON has no such number`);
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? arrayText(value) : objectText(value);
    case 'undefined':
    case 'bigint':
    case 'symbol':
    case 'function':
      throw new UnjournalableValue(`A value of type ${typeof value} cannot be kept in a store`);
  }
}

/** Freezes plain data all the way down: a later change in place throws where it happens. */
export function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  Object.freeze(value);
  if (Array.isArray(value)) {
    for (const item of value) deepFreeze(item);
    return;
  }
  for (const name in value) deepFreeze((value as Readonly<Record<string, unknown>>)[name]);
}
