import { notional } from '#domain/money';
import { type Price, priceOf, roundToTick, trustedPrice } from '#domain/price';
import { units } from '#domain/quantity';
import { DAY, HOUR } from '../calendar/new-york.ts';
import type { WireBar } from '#simulator/model/bar';

/**
 * An invented past for charts: a curve that depends on nothing but the contract and the time, and that meets the first real
 * price exactly where the recorded market begins. It is scenery; no order ever trades in it.
 */

/** Period of each wave and its strength as a fraction of the price. */
const WAVES: readonly (readonly [period: number, strength: number])[] = [
  [60_000, 0.0003],
  [5 * 60_000, 0.0008],
  [30 * 60_000, 0.002],
  [3 * HOUR, 0.005],
  [DAY, 0.012],
  [7 * DAY, 0.03],
];

function hash(seed: number, index: number): number {
  let mixed = Math.imul((seed ^ Math.imul(index | 0, 0x9e3779b1)) >>> 0, 0x85ebca6b) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) >>> 0;
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 4_294_967_296;
}

/** Smooth noise in [−1, 1]. */
function wave(seed: number, period: number, at: number): number {
  const index = Math.floor(at / period);
  const part = at / period - index;
  const ease = part * part * (3 - 2 * part);
  return 2 * (hash(seed, index) * (1 - ease) + hash(seed, index + 1) * ease) - 1;
}

function curve(conId: number, at: number): number {
  return WAVES.reduce((sum, [period, strength], index) => sum + strength * wave(conId * 31 + index, period, at), 0);
}

function backfillPrice(conId: number, at: number, anchorAt: number, anchor: Price): Price {
  return roundToTick(trustedPrice(Math.round(anchor * (1 + curve(conId, at) - curve(conId, anchorAt)))), priceOf(0.01), 'nearest');
}

export function backfillBar(conId: number, at: number, length: number, anchorAt: number, anchor: Price): WireBar {
  const prices = [0, 0.2, 0.4, 0.6, 0.8, 1].map((part) => backfillPrice(conId, Math.min(at + part * length, anchorAt), anchorAt, anchor));
  const [open = anchor] = prices;
  const close = prices.at(-1) ?? anchor;
  const count = 5 + Math.floor((hash(conId, at / 1000) * length) / 4_000);
  const volume = units(100 * count);
  return {
    at,
    open,
    high: trustedPrice(Math.max(...prices)),
    low: trustedPrice(Math.min(...prices)),
    close,
    volume,
    turnover: notional(close, volume, 1),
    count,
  };
}
