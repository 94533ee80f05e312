import type { CommitRecord, RecordedWrite } from '#core/ports/journal';
import type { Fill } from '#domain/execution';
import type { Order } from '#domain/order';
import type { Trigger } from '#domain/trigger';

/**
 * Cells as a journal of any version may hold them: a line with a good checksum can still have been written by an older program, so
 * nothing in it is taken for granted.
 */
export type OrderCell = Loose<Omit<Order, 'contract' | 'cause'>> & {
  readonly contract?: Loose<Order['contract']>;
  readonly cause?: Loose<NonNullable<Order['cause']>>;
};
export type FillCell = Loose<Fill>;

interface Cells {
  readonly orders: OrderCell;
  readonly fills: FillCell;
  readonly triggers: Loose<Trigger>;
}

type Loose<T> = { readonly [K in keyof T]?: T[K] };

export interface OrderEffect {
  readonly kind: 'place' | 'cancel' | 'global-cancel';
  /** Keys of the orders that it is about. */
  readonly keys: readonly string[];
}

/** The store's writes in a commit; a cell that was deleted has no value. */
export function writesTo<S extends keyof Cells>(
  record: Pick<CommitRecord, 'writes'>,
  store: S,
): readonly { readonly key: string; readonly cell: Cells[S] | undefined }[] {
  return record.writes
    .filter((write) => write[0] === store)
    .map((write: RecordedWrite) => ({ key: String(write[1]), cell: isRecord(write[2]) ? (write[2] as Cells[S]) : undefined }));
}

/** The commit's effects that concern orders. Log lines and effects of other versions are left out. */
export function orderEffects(record: Pick<CommitRecord, 'effects'>): readonly OrderEffect[] {
  const found: OrderEffect[] = [];
  for (const effect of record.effects) {
    if (!isRecord(effect)) continue;
    const { kind } = effect;
    if (kind === 'cancel') found.push({ kind, keys: [String(effect['key'])] });
    else if (kind === 'global-cancel') found.push({ kind, keys: [] });
    else if (kind === 'place') found.push({ kind, keys: refsOf(effect['approved']) });
  }
  return found;
}

/** An approved order is kept as `{seq, refs}`: what it holds stands in the cells that its commit wrote. */
function refsOf(approved: unknown): readonly string[] {
  const refs = isRecord(approved) ? approved['refs'] : undefined;
  return Array.isArray(refs) ? refs.filter((ref): ref is string => typeof ref === 'string') : [];
}

/** An order's key: a reference of this desk, or IB's number for a manual or foreign order. */
export function isOrderKey(text: string | undefined): boolean {
  return text !== undefined && /^(TD1-|perm:|api:)/.test(text);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
