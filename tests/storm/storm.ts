import type { BugName } from './bugs.ts';
import { aims } from './aims.ts';
import type { CrashPoint } from './crash.ts';
import { fortune } from './fortune.ts';
import type { StormListener } from './listener.ts';
import { marketWeather } from './market-weather.ts';
import { Nemesis } from './nemesis.ts';
import { oddMoments } from './odd-moments.ts';
import { Operator } from './operator.ts';
import { otherWeather } from './other-weather.ts';
import type { Difference, Leftover } from './leftovers.ts';
import { differences } from './settlement.ts';
import type { Weather } from './weather.ts';
import { World, type Counts } from './world.ts';

export interface StormResult extends Counts {
  readonly seed: number;
  readonly violations: readonly string[];
  /** The last things that happened, oldest first. */
  readonly trace: readonly string[];
  /** Where the process died, and how often. */
  readonly deaths: ReadonlyMap<string, number>;
  readonly fills: number;
  readonly orders: number;
  readonly unknowns: number;
  /** What was left to the operator, by shift. */
  readonly leftovers: readonly (readonly Leftover[])[];
  /** How often each cell of `cells.ts` was visited. */
  readonly cells: ReadonlyMap<string, number>;
  /** How often each kind of weather truly happened. */
  readonly weather: ReadonlyMap<Weather, number>;
  /** By state of the desk: how often a reduction was asked for, and how often it was done. */
  readonly wayOut: ReadonlyMap<string, { readonly asked: number; readonly done: number }>;
  /** Virtual ms from the end of the faults until the book was equal. */
  readonly settledMs: number;
}

interface StormOptions {
  readonly bug?: BugName;
  readonly traceLines?: number;
  readonly listener?: StormListener;
  readonly onlooker?: () => void;
  /** Without it the storm is as it was before there was any weather: default true. */
  readonly weather?: boolean;
}

const QUIET_MS = 60_000;
/** So long nothing happens after the book first looked equal: what is due by a timer of the desk, or after a wait, is due within. */
const HOLD_MS = 60_000;

/** A time of work under fire: the least and the most acts of the operator, and what its fortune is drawn from. */
interface Shift {
  readonly acts: readonly [number, number];
  readonly chance: number;
}
const SHIFTS: readonly Shift[] = [
  { acts: [40, 140], chance: 0 },
  { acts: [8, 30], chance: 0x2f00 },
];
const KILL_POINTS: readonly CrashPoint[] = [
  'kill: before the purge',
  'latch: before the file',
  'latch: after the file',
  'journal: before the record',
  'journal: after the record',
  'cancel: before it leaves',
  'cancel: after it left',
];
/**
 * One storm: a safety phase under fire, then quiet in which the book must become equal to the broker's and stay so while nothing happens for
 * a minute; then back to work once, and quiet again. Same seed, same storm.
 */
export function storm(seed: number, options: StormOptions = {}): StormResult {
  const world = new World(seed, { weather: true, ...options });
  const nemesis = new Nemesis(world);
  const operator = new Operator(world);
  const settlements: Settled[] = [];
  for (const shift of SHIFTS) {
    nemesis.begin();
    const close = openMarkets(world);
    if (shift === SHIFTS[0]) dayGoesOn(world);
    const calm = fortune(world, seed + shift.chance);
    const clears = world.hasWeather ? weather(world, operator, seed, shift) : () => undefined;
    world.boot();
    const sound = underFire(world, nemesis, operator, shift) && lastKill(world, nemesis, operator);
    close();
    if (!sound) break;
    world.note('quiet');
    nemesis.end();
    clears();
    calm();
    world.boot();
    world.run(Math.max(0, world.clock.sleepsUntil - world.now));
    const settled = hold(world, settle(world));
    settlements.push(settled);
    judge(world, settled);
    if (world.invariants.violations.length > 0) break;
  }
  audit(world);
  return resultOf(world, seed, settlements, options.traceLines ?? 30);
}

function weather(world: World, operator: Operator, seed: number, shift: Shift): () => void {
  const ofShift = seed + shift.chance;
  const ends = [
    marketWeather(world, ofShift),
    otherWeather(world, ofShift),
    oddMoments(world, operator, ofShift),
    aims(world, operator, seed, SHIFTS.indexOf(shift)),
  ];
  return () => {
    for (const end of ends) end();
  };
}

/** IB counts the day's profit for ever. */
function dayGoesOn({ clock, tws }: World): void {
  const profit = (): void => {
    tws.profit();
    clock.after(1_000, profit);
  };
  profit();
}

/** Trades go on until the markets are closed by what is returned. */
function openMarkets(world: World): () => void {
  const { clock, random, tws } = world;
  let trading = true;
  const market = (symbol: string): void => {
    if (!trading) return;
    tws.trade(symbol);
    clock.after(200 + random.next() * 700, () => {
      market(symbol);
    });
  };
  for (const instrument of tws.listing.all) market(instrument.symbol);
  return () => {
    trading = false;
  };
}

/** True when nothing was violated. */
function underFire(world: World, nemesis: Nemesis, operator: Operator, { acts: [least, most] }: Shift): boolean {
  const { random, invariants } = world;
  let sound = world.run(3_000);
  const acts = random.between(least, most);
  const fury = 0.1 + random.next() * 0.5;
  for (let act = 0; act < acts && sound; act += 1) {
    operator.act();
    invariants.look();
    if (world.life !== undefined) world.coverage.look(world.life);
    if (random.chance(fury)) nemesis.act();
    sound = invariants.violations.length === 0 && world.run(random.between(50, 1_800));
  }
  return sound;
}

/** Now and then the last thing before the quiet is a kill in the middle of which the process dies. True when nothing was violated. */
function lastKill(world: World, nemesis: Nemesis, operator: Operator): boolean {
  const { random, crashes } = world;
  if (!random.chance(0.2)) return true;
  const everything = random.chance(0.5);
  // Of another program's order the desk may not have heard yet; a kill of everything takes it all the same.
  if (everything) nemesis.foreign();
  if (random.chance(0.6)) crashes.arm(KILL_POINTS[random.between(0, KILL_POINTS.length - 1)]!, 1);
  operator.kill(everything ? 'all' : 'own');
  return world.run(random.between(50, 400));
}

/** After the quiet: what differs still. */
function judge({ invariants }: World, { left, settledMs }: Settled): void {
  for (const difference of left)
    if (difference.left === undefined) invariants.fail(`after ${settledMs / 1_000} s of quiet: ${difference.text}`);
}

/** The records of the last life give its state again. */
function audit({ life, invariants }: World): void {
  if (life === undefined || invariants.violations.length > 0) return;
  if (life.commits.audit().length > 0) invariants.fail('a committed value was changed in place');
  invariants.bench.end(life);
  invariants.died(life);
}

function resultOf(world: World, seed: number, settlements: readonly Settled[], traceLines: number): StormResult {
  const { invariants, tws } = world;
  return {
    seed,
    ...world.counts,
    violations: invariants.violations,
    trace: world.trace(traceLines),
    deaths: world.deaths,
    fills: tws.ledger.fills.length,
    orders: tws.ledger.orders.length,
    unknowns: invariants.book.unknowns,
    weather: world.weather.seen,
    leftovers: settlements.map(({ left }) => left.flatMap((difference) => difference.left ?? [])),
    cells: world.coverage.cells,
    wayOut: invariants.wayOut.tried,
    settledMs: Math.max(0, ...settlements.map(({ settledMs }) => settledMs)),
  };
}

interface Settled {
  readonly left: readonly Difference[];
  /** Virtual ms from the end of the faults until the book was equal. */
  readonly settledMs: number;
}

function settle(world: World): Settled {
  let left: readonly Difference[] = [];
  for (let ms = 0; ms <= QUIET_MS; ms += 500) {
    if (world.life === undefined) return { left: [{ text: 'no desk runs', left: undefined }], settledMs: ms };
    left = differences(world, world.life);
    const travelling = world.wires.some((wire) => wire.up.length + wire.down.length > 0);
    if (!travelling && left.every((difference) => difference.left !== undefined)) return { left, settledMs: ms };
    if (!world.run(500)) return { left: [], settledMs: ms };
  }
  return { left, settledMs: QUIET_MS };
}

/** What became equal stays equal while nothing happens. A comparison that is under way just then may take its time. */
function hold(world: World, settled: Settled): Settled {
  if (settled.left.some((difference) => difference.left === undefined) || !world.run(HOLD_MS)) return settled;
  return { left: settle(world).left, settledMs: settled.settledMs };
}
