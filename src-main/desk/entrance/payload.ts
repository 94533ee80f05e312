/** Bounds of one request, checked before any schema sees it: a schema may recurse as deep as its input. */
const MAX_BYTES = 64 * 1024;
const MAX_DEPTH = 16;
const POISONED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Why `input` is no plain, bounded data; null when it is. Bytes are counted about as JSON would need them. An explicit stack:
 * hostile depth must not become ours.
 */
export function payloadFault(input: unknown): string | null {
  const stack: { readonly value: unknown; readonly depth: number }[] = [{ value: input, depth: 0 }];
  let bytes = 0;
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { value, depth } = item;
    bytes += sizeOf(value);
    if (bytes > MAX_BYTES) return `it is larger than ${MAX_BYTES / 1024} KB`;
    if (typeof value !== 'object' || value === null) {
      if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') return `it holds a ${typeof value}`;
      continue;
    }
    if (depth >= MAX_DEPTH) return `it is nested deeper than ${MAX_DEPTH} levels`;
    if (Array.isArray(value)) {
      if (value.length > MAX_BYTES) return `it is larger than ${MAX_BYTES / 1024} KB`;
      for (const inner of value as readonly unknown[]) stack.push({ value: inner, depth: depth + 1 });
      continue;
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    // Data that was cloned from another realm has that realm's Object.prototype: recognised by standing on nothing itself.
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return 'it holds something other than plain data';
    for (const key of Object.keys(value)) {
      if (POISONED.has(key)) return `the key ${key} is not allowed`;
      bytes += key.length + 3;
      stack.push({ value: (value as Readonly<Record<string, unknown>>)[key], depth: depth + 1 });
    }
  }
  return null;
}

function sizeOf(value: unknown): number {
  return typeof value === 'string' ? value.length + 3 : 4;
}
