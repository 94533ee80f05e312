/**
 * The digest of a state is the sum of one 64-bit hash per cell, kept as two 32-bit lanes. A sum does not depend on order, and a cell's
 * change is one subtraction and one addition, so the digest is as cheap at every sequence number as the change itself.
 * It tells states apart; it is not a signature (the journal file has a SHA-256 chain for that).
 */
export interface CellHash {
  readonly low: number;
  readonly high: number;
}

const LOW = 0x9e3779b1;
const HIGH = 0x5f356495;

/** What the hashes of a store's cells start from, so that its name is hashed once. */
export function seedOf(store: string): CellHash {
  return finished(...absorbed(0x9e3779b9 ^ store.length, 0x85ebca6b, store));
}

/** Two multiplicative lanes with a final avalanche, in the manner of MurmurHash3. Lengths and the key's type keep the parts apart. */
export function hashCell(seed: CellHash, key: string | number, text: string): CellHash {
  const keyText = typeof key === 'number' ? String(key) : key;
  let low = seed.low ^ (typeof key === 'number' ? ~keyText.length : keyText.length);
  let high = seed.high ^ text.length;
  for (let index = 0; index < keyText.length; index += 1) {
    const code = keyText.charCodeAt(index);
    low = Math.imul(low ^ code, LOW);
    high = Math.imul(high ^ code, HIGH);
  }
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    low = Math.imul(low ^ code, LOW);
    high = Math.imul(high ^ code, HIGH);
  }
  return finished(low, high);
}

function absorbed(from: number, fromHigh: number, text: string): readonly [low: number, high: number] {
  let low = from;
  let high = fromHigh;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    low = Math.imul(low ^ code, LOW);
    high = Math.imul(high ^ code, HIGH);
  }
  return [low, high];
}

function finished(low: number, high: number): CellHash {
  const mixedLow = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  const mixedHigh = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(mixedLow ^ (mixedLow >>> 13), 0xc2b2ae35);
  return { low: mixedLow ^ (mixedLow >>> 15), high: mixedHigh ^ (mixedHigh >>> 15) };
}

/** Running sum of the hashes of all cells. */
export class Digest {
  #low = 0;
  #high = 0;

  add(hash: CellHash): void {
    this.#low = (this.#low + hash.low) | 0;
    this.#high = (this.#high + hash.high) | 0;
  }

  remove(hash: CellHash): void {
    this.#low = (this.#low - hash.low) | 0;
    this.#high = (this.#high - hash.high) | 0;
  }

  /** 16 hex digits. The empty state is all zeros. */
  text(): string {
    return hex(this.#high) + hex(this.#low);
  }
}

const BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** A table of bytes, because this stands in every commit. */
function hex(value: number): string {
  return (
    (BYTES[value >>> 24] as string) +
    (BYTES[(value >>> 16) & 255] as string) +
    (BYTES[(value >>> 8) & 255] as string) +
    (BYTES[value & 255] as string)
  );
}
