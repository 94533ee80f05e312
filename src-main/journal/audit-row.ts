import { formatDecimal } from '#domain/decimal';
import { MONEY_SCALE } from '#domain/money';
import { formatPrice, type Price, priceFromScaled } from '#domain/price';
import { formatQuantity, type Quantity, quantityFromScaled } from '#domain/quantity';
import { type FillCell, isOrderKey, type OrderCell, type OrderEffect, orderEffects, writesTo } from './cell.ts';
import type { Entry } from './entry.ts';
import { maskAccounts } from '#domain/account-text';

/** Columns of the audit export, in their order. */
export const AUDIT_COLUMNS = [
  'time',
  'machineTime',
  'run',
  'seq',
  'kind',
  'lane',
  'name',
  'causeKind',
  'causeText',
  'order',
  'trigger',
  'side',
  'symbol',
  'type',
  'quantity',
  'limit',
  'stop',
  'before',
  'after',
  'filled',
  'price',
  'commission',
  'ibStatus',
  'orderId',
  'permId',
  'verdict',
  'note',
  'sum',
] as const;

export type AuditColumn = (typeof AUDIT_COLUMNS)[number];

/**
 * One row per order and commit, and one per execution. Times are ISO texts, figures plain decimal texts, missing ones null. `time` is the
 * broker's, null where the desk did not know it; `machineTime` is that of the desk's own clock. `before` is null where the run had not said it yet. `price` is that of the execution, or the order's average.
 */
export type AuditRow = Readonly<Record<AuditColumn, string | number | null>>;

type Commit = Extract<Entry, { readonly kind: 'commit' }>;

const EMPTY = Object.fromEntries(AUDIT_COLUMNS.map((column) => [column, null])) as AuditRow;

/** Makes rows of the journal's entries, which it has to see in their order: it remembers what state each order was in. */
export class AuditRows {
  readonly #states = new Map<string, string>();
  readonly #executions = new Set<string>();
  #run: number | undefined;

  rowsOf(entry: Entry, sum: string): readonly AuditRow[] {
    const row: AuditRow = {
      ...EMPTY,
      time: timeText(entry),
      machineTime: isoTime(entry.at),
      run: this.#runText(entry),
      seq: entry.seq,
      kind: entry.kind,
      sum,
    };
    switch (entry.kind) {
      case 'run-started':
        // Memory is the authority within a run only: the next one begins with an empty book.
        this.#states.clear();
        this.#executions.clear();
        return [row];
      case 'run-ended':
        return [row];
      case 'file-started':
        return [];
      case 'gap':
      case 'doubtful':
        return [{ ...row, note: maskAccounts(`Commits ${entry.from} to ${entry.to}: ${entry.reason}`) }];
      case 'recovered':
        return [{ ...row, note: `${entry.bytes} bytes of a damaged end were moved to ${entry.torn}` }];
      case 'finding':
        return [{ ...row, name: entry.code, note: maskAccounts(entry.text) }];
      case 'frame':
        return [
          {
            ...row,
            name: entry.direction,
            causeText: `client ${entry.clientId}`,
            order: entry.order ?? null,
            note: maskAccounts(entry.text) + (entry.droppedAfter === undefined ? '' : ` (${entry.droppedAfter} frames after it not kept)`),
          },
        ];
      case 'commit':
        return this.#commit(entry, row);
    }
  }

  #runText(entry: Entry): string | null {
    if (entry.kind === 'run-started') this.#run = entry.at;
    else if (entry.kind === 'file-started' && entry.run !== undefined) this.#run = entry.run;
    return this.#run === undefined ? null : isoTime(this.#run);
  }

  #commit(entry: Commit, base: AuditRow): readonly AuditRow[] {
    const orders = writesTo(entry, 'orders');
    const fills = writesTo(entry, 'fills');
    const effects = orderEffects(entry);
    const [cancelled, placed] = [keysOf(effects, 'cancel'), keysOf(effects, 'place')];
    const row: AuditRow = {
      ...base,
      lane: entry.lane,
      name: entry.name,
      causeKind: entry.cause.kind,
      causeText: maskAccounts(entry.cause.text),
      ...(entry.tombstone === undefined ? {} : { note: maskAccounts(`${entry.tombstone.kind}: ${entry.tombstone.text}`) }),
    };
    const rows = [...this.#orderRows(entry, row, orders, fills, { cancelled, placed })];
    const written = new Set(orders.map(({ key }) => key));
    const others = fills.filter(({ cell }) => cell?.orderKey === undefined || !written.has(cell.orderKey));
    rows.push(...others.map(({ key, cell }) => this.#otherFill(row, key, cell)));
    for (const key of cancelled) {
      const state = this.#stateOf(key);
      if (!written.has(key)) rows.push({ ...row, kind: 'cancel', order: key, before: state, after: state });
    }
    for (const key of placed) if (!written.has(key)) rows.push({ ...row, kind: 'decision', order: key });
    if (effects.some(({ kind }) => kind === 'global-cancel'))
      rows.push({ ...row, kind: 'cancel', note: 'global cancel: every order of the account' });
    return [...rows, ...ownRow(entry, row, rows.length === 0)];
  }

  /** One row for each order that the commit wrote; instead of it those of its fills, when it has some. */
  #orderRows(entry: Commit, row: AuditRow, orders: Writes<'orders'>, fills: Writes<'fills'>, wished: Wished): readonly AuditRow[] {
    return orders.flatMap(({ key, cell }) => {
      const before = this.#stateOf(key);
      const after = cell?.state ?? null;
      if (after === null) this.#states.delete(key);
      else this.#states.set(key, after);
      const told: AuditRow = { ...row, ...orderFigures(key, cell), before, after };
      const own = fills.filter((fill) => fill.cell?.orderKey === key);
      if (own.length > 0) return own.map((fill) => this.#fill(told, fill.key, fill.cell));
      const kind = kindOf(entry, before, after, wished.cancelled.has(key), wished.placed.has(key));
      return [{ ...told, kind, verdict: kind === 'decision' ? verdictOf(cell) : null }];
    });
  }

  /** Of an order that the commit did not write. */
  #otherFill(row: AuditRow, root: string, cell: FillCell = {}): AuditRow {
    const state = this.#stateOf(cell.orderKey);
    return this.#fill({ ...row, order: cell.orderKey ?? null, side: cell.side ?? null, before: state, after: state }, root, cell);
  }

  #stateOf(key: string | undefined): string | null {
    return key === undefined ? null : (this.#states.get(key) ?? null);
  }

  #fill(row: AuditRow, root: string, cell: FillCell = {}): AuditRow {
    const { execId, commission } = cell;
    const known = `${root} ${execId ?? ''}`;
    const again = this.#executions.has(known);
    this.#executions.add(known);
    return {
      ...row,
      kind: again ? 'commission' : 'fill',
      side: cell.side ?? row.side,
      quantity: quantityText(cell.quantity),
      price: priceText(cell.price),
      commission: commission === undefined ? null : formatDecimal(commission, MONEY_SCALE, 2),
      permId: cell.permId ?? row.permId,
      orderId: cell.orderId ?? row.orderId,
      note: `execution ${execId ?? root}`,
    };
  }
}

type Writes<S extends 'orders' | 'fills'> = ReturnType<typeof writesTo<S>>;

/** Keys of the orders that the commit's effects cancel and place. */
interface Wished {
  readonly cancelled: ReadonlySet<string>;
  readonly placed: ReadonlySet<string>;
}

function keysOf(effects: readonly OrderEffect[], kind: OrderEffect['kind']): ReadonlySet<string> {
  return new Set(effects.flatMap((effect) => (effect.kind === kind ? effect.keys : [])));
}

/** The row of the commit itself: a kill, or, where nothing else tells of it, what names an order or a trigger without changing an order. */
function ownRow(entry: Commit, row: AuditRow, untold: boolean): readonly AuditRow[] {
  if (entry.cause.kind === 'kill' || /^kill(\.|$)/.test(entry.name)) return [{ ...row, kind: 'kill', ...referred(entry) }];
  if (!untold || !(isOrderKey(entry.cause.ref) || writesTo(entry, 'triggers').length > 0)) return [];
  return [{ ...row, kind: entry.tombstone === undefined ? 'note' : 'tombstone', ...referred(entry) }];
}

function kindOf(entry: Commit, before: string | null, after: string | null, cancelled: boolean, placed: boolean): string {
  if (after === null) return 'removed';
  if (placed || (before === null && (after === 'QUEUED' || after === 'DENIED' || after === 'INTENT'))) return 'decision';
  if (entry.lane === 'kill') return 'kill';
  if (cancelled || (after === 'PENDING_CANCEL' && before !== after)) return 'cancel';
  if (after === 'SUBMITTED' && before !== after) return 'send';
  return 'status';
}

function orderFigures(key: string, cell: OrderCell = {}): Partial<Record<AuditColumn, string | number | null>> {
  return {
    order: key,
    trigger: cell.triggerId ?? null,
    side: cell.side ?? null,
    symbol: cell.contract?.symbol ?? null,
    type: cell.type ?? null,
    quantity: quantityText(cell.quantity),
    limit: priceText(cell.limit),
    stop: priceText(cell.stop),
    filled: quantityText(cell.filled),
    price: priceText(cell.avgFillPrice),
    ibStatus: cell.ibStatus ?? null,
    orderId: cell.orderId ?? null,
    permId: cell.permId ?? null,
    note: cell.note === undefined ? null : maskAccounts(cell.note),
  };
}

function verdictOf(cell: OrderCell | undefined): string | null {
  const verdict = cell?.cause?.verdict;
  return verdict === undefined ? null : maskAccounts(verdict);
}

function referred({ cause }: Commit): Partial<Record<AuditColumn, string>> {
  if (cause.ref === undefined) return {};
  return isOrderKey(cause.ref) ? { order: cause.ref } : { trigger: cause.ref };
}

function priceText(value: Price | undefined): string | null {
  const price = priceFromScaled(value);
  return price === undefined ? null : formatPrice(price);
}

function quantityText(value: Quantity | undefined): string | null {
  const quantity = quantityFromScaled(value);
  return quantity === undefined ? null : formatQuantity(quantity);
}

function timeText({ brokerAt }: Entry): string | null {
  return typeof brokerAt === 'number' ? isoTime(brokerAt) : null;
}

function isoTime(at: number): string {
  return Number.isFinite(at) && Math.abs(at) < 8.64e15 ? new Date(at).toISOString() : String(at);
}
