import { join } from 'node:path';
import { Child } from './child.ts';
import { Operator } from './operator.ts';

const ADDRESS = /Console, opens once: (http:\/\/127\.0\.0\.1:\d+\/\S*)\n/;
/** A machine with twenty others at work is slow, not wrong. */
const DOOR_MS = 120_000;

/** The real program without Electron, and its operator. */
export interface DeskProcess {
  readonly child: Child;
  readonly operator: Operator;
  /** From the start of the process until its door was open, ms. */
  readonly doorMs: number;
  /** Epoch ms. */
  readonly startedAt: number;
}

export interface DeskPlace {
  readonly folder: string;
  /** The simulator's port. */
  readonly port: number;
  /** Node's own flags: how a known defect is planted. */
  readonly flags: readonly string[];
}

export function spawnDesk({ folder, port, flags }: DeskPlace): Child {
  const args = ['--host', '127.0.0.1', '--port', String(port), '--http-port', '0', '--data', join(folder, 'data')];
  return new Child('src-main/daemon.ts', args, join(folder, 'desk.log'), flags);
}

/** Throws a sentence when the program ends instead of opening its door. */
export async function startDesk(place: DeskPlace): Promise<DeskProcess> {
  const startedAt = Date.now();
  const child = spawnDesk(place);
  const address = (await child.says(ADDRESS, DOOR_MS))?.[1];
  if (address === undefined) throw new Error(`the desk did not start: it ended with ${String(await child.gone)}`);
  const doorMs = performance.now() - child.startedAt;
  return { child, operator: await Operator.open(address), doorMs, startedAt };
}
