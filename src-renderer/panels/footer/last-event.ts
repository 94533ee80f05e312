import type { FillRow, WatcherRow } from '#protocol/topics';
import { priceText, quantityText } from '../../format/figure.ts';

/** A fire or a fill that just happened, for whoever does not look at its row. */
export interface DeskEvent {
  readonly kind: 'fire' | 'fill';
  /** Changes with each of them. */
  readonly id: string;
  /** The broker's time, epoch ms. */
  readonly at: number | null;
  readonly text: string;
}

/** What was told again, at the start or by a restart, is no news. */
const NEWS_MS = 20_000;

export type FiredWatcher = Pick<WatcherRow, 'id' | 'name' | 'firedAt' | 'firedTime' | 'gen' | 'rule'>;

/** The newest of the watchers that have fired. */
export function lastFire(rows: readonly FiredWatcher[]): DeskEvent | null {
  let newest: (FiredWatcher & { readonly firedAt: number }) | undefined;
  for (const row of rows)
    if (row.firedAt !== null && (newest === undefined || row.firedAt >= newest.firedAt)) newest = { ...row, firedAt: row.firedAt };
  if (newest === undefined) return null;
  const { id, gen, firedAt, firedTime, name, rule } = newest;
  return { kind: 'fire', id: `${id} ${String(gen)} ${String(firedAt)}`, at: firedTime, text: `${name} fired: ${rule}` };
}

/** The newest of the executions; of those of one second, the one told last. */
export function lastFill(rows: readonly FillRow[]): DeskEvent | null {
  let newest: FillRow | undefined;
  for (const row of rows) if (newest === undefined || (row.at ?? 0) >= (newest.at ?? 0)) newest = row;
  if (newest === undefined) return null;
  const { execId, at, side, quantity, symbol, price, decimals, originText } = newest;
  const what = `${side === 'BUY' ? 'Bought' : 'Sold'} ${quantityText(quantity)} ${symbol} at ${priceText(price, decimals)}`;
  return { kind: 'fill', id: execId, at, text: `${what} (${originText})` };
}

/** `now` is the broker's time; where one of the times is not known, nobody can say that it is old. */
export function isNews(event: DeskEvent, now: number | null): boolean {
  return event.at === null || now === null || now - event.at < NEWS_MS;
}
