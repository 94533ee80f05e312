/** Bounds of one request, checked before any schema sees it: a schema may recurse as deep as its input. */
const MAX_BYTES = 64 * 1024;
const MAX_DEPTH = 16;
const TOO_LARGE = `it is larger than ${MAX_BYTES / 1024} KB`;
const POISONED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

interface Item {
  readonly value: unknown;
  readonly depth: number;
}

/**
 * Why `input` is no plain, bounded data; null when it is. Bytes are counted about as JSON would need them. An explicit stack:
 * hostile depth must not become ours.
 */
export function payloadRefusal(input: unknown): string | null {
  const stack: Item[] = [{ value: input, depth: 0 }];
  let bytes = 0;
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { value, depth } = item;
    bytes += sizeOf(value);
    if (bytes > MAX_BYTES) return TOO_LARGE;
    if (typeof value !== 'object' || value === null) {
      if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') return `it holds a ${typeof value}`;
      continue;
    }
    if (depth >= MAX_DEPTH) return `it is nested deeper than ${MAX_DEPTH} levels`;
    const inside = Array.isArray(value) ? pushItems(value, depth, stack) : pushFields(value, depth, stack);
    if (typeof inside === 'string') return inside;
    bytes += inside;
  }
  return null;
}

/** Both return the bytes of what surrounds the values within, or why there may be none. */
function pushItems(list: readonly unknown[], depth: number, stack: Item[]): number | string {
  if (list.length > MAX_BYTES) return TOO_LARGE;
  for (const inner of list) stack.push({ value: inner, depth: depth + 1 });
  return 0;
}

function pushFields(record: object, depth: number, stack: Item[]): number | string {
  const prototype: unknown = Object.getPrototypeOf(record);
  // Data that was cloned from another realm has that realm's Object.prototype: recognised by standing on nothing itself.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return 'it holds something other than plain data';
  let bytes = 0;
  for (const key of Object.keys(record)) {
    if (POISONED.has(key)) return `the key ${key} is not allowed`;
    bytes += key.length + 3;
    stack.push({ value: (record as Readonly<Record<string, unknown>>)[key], depth: depth + 1 });
  }
  return bytes;
}

function sizeOf(value: unknown): number {
  return typeof value === 'string' ? value.length + 3 : 4;
}
