import { join } from 'node:path';
import type { Result } from '#domain/result';
import { openSimulator, type Simulator } from '#simulator/simulator';
import type { DeskOptions } from './options.ts';

/** The simulator inside the program, on a free port: the demo tape in a loop, or the tapes of the command line once. */
export function openEmbeddedSimulator(options: DeskOptions, resources: string): Promise<Result<Simulator>> {
  const demo = options.tape.length === 0;
  const tapes = demo ? [{ path: join(resources, 'demo-tape.csv.gz') }] : options.tape.map((path) => ({ path }));
  return openSimulator({
    port: 0,
    market: { kind: 'tapes', tapes, loop: demo },
    speed: options.speed,
    seed: options.seed,
    autostart: false,
  });
}
