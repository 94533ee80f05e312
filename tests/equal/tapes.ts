import { parseTape, symbolFromFileName, type Tape, tapeTick } from '#simulator/market/tape';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { StormListener } from '../storm/listener.ts';
import { Operator } from '../storm/operator.ts';
import { World } from '../storm/world.ts';

/** A tape of one seed: chance decides delays on the wires and what the person at the console does, not the market. */
const SEED = 20_131_008;
/** Recorded ticks between two acts at the console. */
const ACT_EVERY = 60;
const PROFIT_EVERY_MS = 60_000;

/** A gzipped recorded market. The error names the file. */
export function openTape(path: string): Tape | string {
  const tape = parseTape(gunzipSync(readFileSync(path)).toString('latin1'), symbolFromFileName(path), path);
  return tape.ok ? tape.value : tape.error;
}

/**
 * Plays the first `ticks` ticks of a tape to a whole desk: the storm's wires, clock and TWS with the simulator's exchange, which fills
 * what the desk sends, and none of the storm's faults.
 */
export function playTape(tape: Tape, ticks: number, listener: StormListener): void {
  const startAt = tapeTick(tape, 0).at;
  const world = new World(SEED, { listener, startAt, symbols: tape.symbols });
  const operator = new Operator(world);
  const profit = (): void => {
    world.tws.profit();
    world.clock.after(PROFIT_EVERY_MS, profit);
  };
  profit();
  world.boot();
  const length = Math.min(ticks, tape.length);
  for (let index = 0; index < length; index += 1) {
    const tick = tapeTick(tape, index);
    pass(world, tick.at - startAt);
    world.tws.tick(tick);
    if (index % ACT_EVERY === ACT_EVERY - 1) operator.act();
  }
  pass(world, world.clock.monotonic() + 60_000);
}

/** Time on to `until`, ms since the beginning, and everything that falls due on the way. */
function pass(world: World, until: number): void {
  while (world.clock.step(until));
}
