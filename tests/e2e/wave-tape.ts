import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** IBM goes up from LOW to HIGH and down again by one step every `STEP_MS`: six seconds for the whole wave. BAC stands still and is quoted all the time. */
export const WAVE = { symbol: 'IBM', low: 180, high: 180.6 } as const;
export const CALM = { symbol: 'BAC', last: 13.83 } as const;

const START = Date.UTC(2026, 9, 6, 14, 0);
const STEP_MS = 100;
const STEP = 0.02;
const MINUTES = 30;

/** A market whose next minutes a test knows: Tuesday 6 October 2026 from 10:00 New York. Answers the arguments that play it. */
export function waveTape(folder: string): readonly string[] {
  const steps = Math.round((WAVE.high - WAVE.low) / STEP);
  const rows = ['ts_ms,symbol,field,price,size'];
  for (let n = 0; n * STEP_MS < MINUTES * 60_000; n += 1) {
    const at = String(START + n * STEP_MS);
    const place = n % (2 * steps);
    const price = WAVE.low + STEP * (place <= steps ? place : 2 * steps - place);
    const quote = (symbol: string, last: number): void => {
      rows.push(`${at},${symbol},bid,${(last - 0.01).toFixed(2)},4000`, `${at},${symbol},ask,${(last + 0.01).toFixed(2)},4000`);
      rows.push(`${at},${symbol},last,${last.toFixed(2)},100`);
    };
    quote(WAVE.symbol, price);
    if (n % 3 === 0) quote(CALM.symbol, CALM.last);
  }
  const path = join(folder, 'wave.csv.gz');
  writeFileSync(path, gzipSync(`${rows.join('\n')}\n`));
  return ['--tape', path];
}
