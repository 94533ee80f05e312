import { cutField } from './broker-text.ts';

/** How long a message of a class may be. `bytes` is the whole frame, `field` the longest text in it, in UTF-16 units. */
export interface FrameLimit {
  /** What the messages are about, for a sentence. */
  readonly about: string;
  readonly bytes: number;
  readonly field: number;
}

const KIB = 1_024;
const TICKS: FrameLimit = { about: 'prices', bytes: 8 * KIB, field: KIB };
const ORDERS: FrameLimit = { about: 'orders', bytes: 64 * KIB, field: 2 * KIB };
const ERRORS: FrameLimit = { about: 'errors', bytes: 64 * KIB, field: 16 * KIB };
const ACCOUNTS: FrameLimit = { about: 'the account', bytes: 16 * KIB, field: 2 * KIB };
const CONTRACTS: FrameLimit = { about: 'contracts', bytes: 256 * KIB, field: 32 * KIB };
const LISTS: FrameLimit = { about: 'lists of names', bytes: 256 * KIB, field: 64 * KIB };
/** Charts, scanners, advisor groups and articles really are long; the byte guard's own limit holds for them. */
const BULK: FrameLimit = { about: 'charts and documents', bytes: 4_096 * KIB, field: 4_096 * KIB };
const OTHERS: FrameLimit = { about: 'something else', bytes: 64 * KIB, field: 16 * KIB };

/** IB's numbers of the messages to a client. */
const CLASSES: readonly (readonly [FrameLimit, readonly number[]])[] = [
  [TICKS, [1, 2, 21, 45, 46, 47, 49, 57, 58, 81, 99]],
  [ORDERS, [3, 5, 9, 11, 53, 55, 59, 61, 62, 71, 72, 100, 101, 102]],
  [ERRORS, [4]],
  [ACCOUNTS, [6, 7, 8, 54, 63, 64, 73, 74, 94, 95]],
  [CONTRACTS, [10, 18, 52, 56, 93]],
  [LISTS, [15, 67, 78, 79, 80, 82, 84, 85]],
  [BULK, [14, 16, 17, 19, 20, 51, 75, 83, 86, 89, 90, 96, 97, 98, 104, 105, 106]],
];

const LIMITS: ReadonlyMap<string, FrameLimit> = new Map(
  CLASSES.flatMap(([limit, ids]) => ids.map((id): readonly [string, FrameLimit] => [String(id), limit])),
);

/** A frame of at most so many bytes is within the limits of every class. */
export const ALWAYS_SHORT = Math.min(...[OTHERS, ...LIMITS.values()].map(({ bytes, field }) => Math.min(bytes, field)));

/** `id` is IB's number of the message, as text. */
function frameLimit(id: string): FrameLimit {
  return LIMITS.get(id) ?? OTHERS;
}

/** A frame that was longer than its class may be: `cut` was read with its long texts shortened, `skipped` was not read at all. */
export interface LongFrame {
  readonly fate: 'cut' | 'skipped';
  readonly id: string;
  readonly limit: FrameLimit;
}

/**
 * A long frame (with its closing NUL) as it may be read. Its fields stay where they are, so that an order with an endless symbol is still
 * an order: it is seen and can be cancelled. What is too long although no field of it is (too many of them) is not read.
 */
export function withinLimits(text: string, bytes: number): { readonly text: string | undefined; readonly long?: LongFrame } {
  const id = text.slice(0, text.indexOf('\0'));
  const limit = frameLimit(id);
  if (bytes <= limit.bytes && bytes <= limit.field) return { text };
  const fields = text.split('\0');
  const short = fields.map((field) => cutField(limit.field, field)).join('\0');
  if (Buffer.byteLength(short) > limit.bytes) return { text: undefined, long: { fate: 'skipped', id: id.slice(0, 8), limit } };
  return short.length === text.length && short === text ? { text } : { text: short, long: { fate: 'cut', id: id.slice(0, 8), limit } };
}
