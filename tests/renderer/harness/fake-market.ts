import type { Bar } from '#domain/bar';
import { type Price, trustedPrice } from '#domain/price';
import { units } from '#domain/quantity';

/** A small seeded generator: the same seed paints the same day. */
export function seeded(seed: number): () => number {
  let state = seed % 2_147_483_647;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** `count` one-minute bars that end at `last`. */
export function inventedBars(seed: number, count: number, end: number, last: Price): readonly Bar[] {
  const random = seeded(seed);
  const closes: number[] = [];
  let walk = 0;
  const step = last * 0.0009;
  for (let i = 0; i < count; i += 1) {
    walk += (random() - 0.53) * step * 2;
    closes.push(walk);
  }
  const shift = last - (closes.at(-1) ?? 0);
  const tick = 10_000;
  const on = (value: number): Price => trustedPrice(Math.round(value / tick) * tick);
  const minute = Math.floor(end / 60_000) * 60_000;
  return closes.map((close, i) => {
    const open = (closes[i - 1] ?? close) + shift;
    const at = minute - (count - 1 - i) * 60_000;
    const high = Math.max(open, close + shift) + random() * step * 0.8;
    const low = Math.min(open, close + shift) - random() * step * 0.8;
    return { at, open: on(open), high: on(high), low: on(low), close: on(close + shift), volume: units(Math.round(random() * 9_000)) };
  });
}
