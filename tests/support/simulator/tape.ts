import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { startSimulator, type Simulator, type SimulatorOptions } from '#simulator/simulator';

/** Tuesday 6 October 2026, 09:30 New York. */
export const OPEN = Date.UTC(2026, 9, 6, 13, 30);

export type TapeLine = readonly [symbol: string, field: 'bid' | 'ask' | 'last', price: string, size: number, at?: number];

export interface TapeRun {
  readonly simulator: Simulator;
  stop(): Promise<void>;
}

/** A simulator on a tape written for the occasion, waiting to be stepped: one line every 100 ms from `startAt`, but for lines with a time of their own. */
export async function simulatorOn(lines: readonly TapeLine[], more: Partial<SimulatorOptions> = {}, startAt = OPEN): Promise<TapeRun> {
  const folder = await mkdtemp(join(tmpdir(), 'tape-'));
  const path = join(folder, 'tape.csv.gz');
  const rows = lines.map(
    ([symbol, field, price, size, at], index) => `${String(at ?? startAt + index * 100)},${symbol},${field},${price},${String(size)}`,
  );
  await writeFile(path, gzipSync(`ts_ms,symbol,field,price,size\n${rows.join('\n')}\n`));
  const simulator = await startSimulator({
    port: 0,
    market: { kind: 'tapes', tapes: [{ path }] },
    speed: 'max',
    autostart: false,
    duplicates: 0,
    dayEndsWithTape: false,
    ...more,
  });
  return {
    simulator,
    stop: async () => {
      await simulator.close();
      await rm(folder, { recursive: true });
    },
  };
}
