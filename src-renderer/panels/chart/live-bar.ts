import type { Bar } from '#domain/bar';
import type { Price } from '#domain/price';
import { ZERO } from '#domain/quantity';
import { max, min } from '#domain/scaled';

const MINUTE_MS = 60_000;

/**
 * Folds one last price into the newest bar, or opens the next one; `bars` is changed in place and the bar that changed is
 * returned. A price older than the newest bar belongs to history, which the desk sends: null.
 */
export function foldQuote(bars: Bar[], last: Price, exchangeAt: number): Bar | null {
  const start = Math.floor(exchangeAt / MINUTE_MS) * MINUTE_MS;
  const newest = bars.at(-1);
  if (newest === undefined || start > newest.at) {
    const opened: Bar = { at: start, open: last, high: last, low: last, close: last, volume: ZERO };
    bars.push(opened);
    return opened;
  }
  if (start < newest.at) return null;
  if (newest.close === last && last <= newest.high && last >= newest.low) return null;
  const folded: Bar = { ...newest, close: last, high: max(newest.high, last), low: min(newest.low, last) };
  bars[bars.length - 1] = folded;
  return folded;
}
