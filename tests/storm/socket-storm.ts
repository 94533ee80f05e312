import { Random } from '#simulator/model/random';
import type { Difference, Leftover } from './leftovers.ts';
import { SocketNemesis } from './socket-nemesis.ts';
import { SocketOperator } from './socket-operator.ts';
import { SocketWorld } from './socket-world.ts';

export interface SocketStormResult {
  readonly seed: number;
  readonly violations: readonly string[];
  /** The last things that happened, oldest first. */
  readonly trace: readonly string[];
  readonly leftovers: readonly Leftover[];
  readonly lives: number;
  readonly kills: number;
  readonly orders: number;
  readonly fills: number;
  readonly steps: number;
  /** Messages that the desk wrote, and the most of them within a second. */
  readonly frames: number;
  readonly mostSent: number;
  readonly troubles: ReadonlyMap<string, number>;
  /** Virtual ms from the end of the faults until the book was equal. */
  readonly settledMs: number;
}

/** A connection that failed often is tried again after a minute; then everything is asked for. */
const QUIET_MS = 180_000;
/** So long nothing happens after the book first looked equal. */
const HOLD_MS = 60_000;

/**
 * One storm in which the whole core runs on the real adapter over real loopback sockets against the real simulator: under fire, then quiet in
 * which the book must become equal to the simulator's ledger and stay so for a minute. One virtual clock moves both sides; no wall clock
 * decides anything. The same seed gives the same storm, but for the order in which the system reports two sockets of one turn that connect or close.
 */
export async function socketStorm(seed: number, traceLines = 40): Promise<SocketStormResult> {
  const world = await SocketWorld.open(seed);
  const nemesis = new SocketNemesis(world);
  let settled: Settled = { left: [], settledMs: 0 };
  try {
    world.boot();
    if (await underFire(world, nemesis)) {
      world.note('quiet');
      await nemesis.end();
      settled = await hold(world, await settle(world));
      for (const { text, left } of settled.left)
        if (left === undefined) world.judge.fail(`after ${settled.settledMs / 1_000} s of quiet: ${text}`);
    }
    world.judge.ledger();
    await world.stop();
  } finally {
    await world.close();
  }
  return resultOf(world, nemesis, settled, traceLines);
}

/** True when nothing was violated. */
async function underFire(world: SocketWorld, nemesis: SocketNemesis): Promise<boolean> {
  const random = new Random(world.seed + 0xf19e);
  const operator = new SocketOperator(world);
  const acts = random.between(25, 70);
  const fury = 0.15 + random.next() * 0.5;
  let sound = await world.run(4_000);
  for (let act = 0; act < acts && sound; act += 1) {
    operator.act();
    await world.lines.settle();
    if (random.chance(fury)) await nemesis.act();
    sound = await world.run(random.between(50, 1_500));
  }
  return sound;
}

interface Settled {
  readonly left: readonly Difference[];
  readonly settledMs: number;
}

async function settle(world: SocketWorld): Promise<Settled> {
  let left: readonly Difference[] = [];
  for (let ms = 0; ms <= QUIET_MS; ms += 500) {
    left = world.life === undefined ? [{ text: 'no desk runs', left: undefined }] : world.judge.differences(world.life);
    if (left.every((difference) => difference.left !== undefined)) return { left, settledMs: ms };
    if (!(await world.run(500))) return { left: [], settledMs: ms };
  }
  return { left, settledMs: QUIET_MS };
}

/** What became equal stays equal while nothing happens. A comparison that is under way just then may take its time. */
async function hold(world: SocketWorld, settled: Settled): Promise<Settled> {
  if (settled.left.some((difference) => difference.left === undefined) || !(await world.run(HOLD_MS))) return settled;
  return { left: (await settle(world)).left, settledMs: settled.settledMs };
}

function resultOf(world: SocketWorld, nemesis: SocketNemesis, { left, settledMs }: Settled, traceLines: number): SocketStormResult {
  const { judge, counts, simulator } = world;
  return {
    seed: world.seed,
    violations: judge.violations,
    trace: world.trace(traceLines),
    leftovers: left.flatMap((difference) => difference.left ?? []),
    lives: counts.lives,
    kills: counts.kills,
    steps: counts.steps,
    orders: simulator.ledger.orders.length,
    fills: simulator.ledger.fills.length,
    frames: judge.frames,
    mostSent: judge.mostSent,
    troubles: nemesis.seen,
    settledMs,
  };
}
