import { type BugName, BUGS } from './bugs.ts';
import { ENOUGH, Leftovers } from './budget.ts';
import { isTooLittle, shareOf, WANTED } from './coverage-share.ts';
import { socketStorm, type SocketStormResult } from './socket-storm.ts';
import { storm, type StormResult } from './storm.ts';
import { type Weather, WEATHERS } from './weather.ts';

/**
 * `--seeds N` storms from `--first` on, or the one of `--seed`, and after every ten of them one over real sockets; `--socket N` such storms
 * alone; `--without A,B` leaves seeds out; `--bug NAME` plants a known defect, in memory only. Exit code 1 when one is violated, or when more is left to the operator than the
 * budget allows; `--bail N` ends at the Nth.
 */
interface Wanted {
  /** Print which cells of order × event × link × engine were visited; too few of them is exit code 1. */
  readonly coverage: boolean;
  readonly seeds: readonly number[];
  readonly bug: BugName | undefined;
  readonly lines: number;
  readonly bail: number;
  /** Seeds of storms over real sockets. */
  readonly socketSeeds: readonly number[];
}

/** After so many storms in memory one goes over real sockets. */
const ONE_IN = 10;

/** Seeds of many that are not asked for. */
function leftOut(args: readonly string[]): readonly number[] {
  const at = args.indexOf('--without');
  return at < 0 ? [] : (args[at + 1] ?? '').split(',').map(Number);
}

function wanted(args: readonly string[]): Wanted | string {
  const numbers = new Map([
    ['--seeds', 500],
    ['--first', 1],
    ['--seed', NaN],
    ['--lines', 30],
    ['--bail', Infinity],
    ['--socket', NaN],
  ]);
  let bug: BugName | undefined;
  const coverage = args.includes('--coverage');
  const without = leftOut(args);
  args = args.filter((arg, at) => arg !== '--coverage' && arg !== '--without' && args[at - 1] !== '--without');
  for (let at = 0; at < args.length; at += 2) {
    const [name = '', value] = [args[at], args[at + 1]];
    const number = Number(value);
    if (name === '--bug') {
      bug = BUGS.find((known) => known === value);
      if (bug === undefined) return `There is no bug "${value ?? ''}". Known: ${BUGS.join(', ')}.`;
    } else if (value === undefined || !Number.isSafeInteger(number) || number < 0) return `${name} needs a whole number.`;
    else if (numbers.has(name)) numbers.set(name, number);
    else return `Unknown option ${name}. Use --seeds N, --first N, --seed N, --lines N, --bail N, --socket N, --without A,B or --bug NAME.`;
  }
  const [seeds, first, only, lines, bail, socket] = [...numbers.values()] as [number, number, number, number, number, number];
  const count = (many: number): readonly number[] => Array.from({ length: many }, (_, index) => first + index);
  const seedsOf = (many: number): readonly number[] => count(many).filter((seed) => !without.includes(seed));
  const isOne = !Number.isNaN(only);
  if (!Number.isNaN(socket)) return { seeds: [], socketSeeds: isOne ? [only] : count(socket), bug, coverage, lines, bail };
  // One storm is replayed alone; a planted bug is one of the transport in memory.
  const beside = isOne || bug !== undefined ? 0 : Math.floor(seeds / ONE_IN);
  return { seeds: isOne ? [only] : seedsOf(seeds), socketSeeds: count(beside), bug, coverage, lines, bail };
}

interface Sum {
  storms: number;
  failed: number;
  steps: number;
  crashes: number;
  reconnects: number;
  outages: number;
  corrections: number;
  kills: number;
  orders: number;
  fills: number;
  unknowns: number;
  slowest: number;
  readonly leftovers: Leftovers;
  readonly cells: Map<string, number>;
  readonly deaths: Map<string, number>;
  readonly weather: Map<Weather, number>;
  readonly wayOut: Map<string, { asked: number; done: number }>;
}

function add(sum: Sum, result: StormResult): void {
  sum.storms += 1;
  if (result.violations.length > 0) sum.failed += 1;
  for (const figure of ['steps', 'crashes', 'reconnects', 'outages', 'corrections', 'kills', 'orders', 'fills', 'unknowns'] as const)
    sum[figure] += result[figure];
  sum.slowest = Math.max(sum.slowest, result.settledMs);
  for (const [kind, count] of result.weather) sum.weather.set(kind, (sum.weather.get(kind) ?? 0) + count);
  for (const [place, count] of result.deaths) sum.deaths.set(place, (sum.deaths.get(place) ?? 0) + count);
  for (const [state, { asked, done }] of result.wayOut) {
    const before = sum.wayOut.get(state) ?? { asked: 0, done: 0 };
    sum.wayOut.set(state, { asked: before.asked + asked, done: before.done + done });
  }
  sum.leftovers.add(result.leftovers);
  for (const [cell, count] of result.cells) sum.cells.set(cell, (sum.cells.get(cell) ?? 0) + count);
}

function line(sum: Sum): string {
  const left = sum.leftovers.spent().map(({ reason, count }) => `${count} × ${reason}`);
  return [
    `${sum.storms} storms, ${sum.failed} violated`,
    `${sum.steps} steps, ${sum.crashes} crashes, ${sum.reconnects} reconnects, ${sum.outages} outages, ${sum.kills} kills`,
    `${sum.orders} orders, ${sum.fills} fills, ${sum.corrections} corrections, ${sum.unknowns} UNKNOWN`,
    `slowest to settle ${sum.slowest / 1_000} s`,
    `left to the operator: ${left.join(', ')}`,
  ].join(' · ');
}

function tell(result: StormResult, bug: BugName | undefined): void {
  console.error(`\nStorm ${result.seed} violated:`);
  for (const violation of result.violations) console.error(`  ✗ ${violation}`);
  console.error(`The last ${result.trace.length} steps:`);
  for (const step of result.trace) console.error(`  ${step}`);
  console.error(`Replay it: npm run storm -- --seed ${result.seed}${bug === undefined ? '' : ` --bug ${bug}`}\n`);
}

/** Storms over sockets, and what they met in one line; how many were violated. */
async function overSockets({ socketSeeds, lines, bail }: Wanted): Promise<number> {
  const results: SocketStormResult[] = [];
  let failed = 0;
  for (const seed of socketSeeds) {
    const result = await socketStorm(seed, lines);
    results.push(result);
    if (result.violations.length > 0) {
      failed += 1;
      console.error(`\nSocket storm ${seed} violated:`);
      for (const violation of result.violations) console.error(`  ✗ ${violation}`);
      for (const step of result.trace) console.error(`  ${step}`);
      console.error(`Replay it: npm run storm -- --socket 1 --seed ${seed}\n`);
    }
    if (failed >= bail) break;
  }
  const sum = (figure: (result: SocketStormResult) => number): number => results.reduce((so, result) => so + figure(result), 0);
  console.log(
    [
      `Over sockets: ${results.length} storms, ${failed} violated`,
      `${sum(({ lives }) => lives)} lives, ${sum(({ kills }) => kills)} kills, ${sum(({ orders }) => orders)} orders, ${sum(({ fills }) => fills)} fills`,
      `${sum(({ frames }) => frames)} messages, at most ${Math.max(0, ...results.map(({ mostSent }) => mostSent))} in a second`,
      `slowest to settle ${Math.max(0, ...results.map(({ settledMs }) => settledMs)) / 1_000} s`,
      `left to the operator: ${sum(({ leftovers }) => leftovers.length)}`,
    ].join(' · '),
  );
  return failed;
}

/** How much of the table was visited, and by event what was not; true when it is enough for so many storms. */
function tellCoverage(visited: ReadonlyMap<string, number>, storms: number): boolean {
  const share = shareOf(visited);
  console.log(
    `Cells of order × event × link × engine: ${share.cells}, of which ${share.cells - share.reachable} cannot be and ${share.reachable} may be; ${share.visited} were visited (${share.percent.toFixed(1)} %).`,
  );
  const byEvent = new Map<string, string[]>();
  for (const cell of share.missed) {
    const [order, event, link, engine] = cell.split(' × ');
    byEvent.set(event!, [...(byEvent.get(event!) ?? []), `${order}/${link}/${engine}`]);
  }
  for (const [event, cells] of byEvent) console.log(`  not visited, ${event}: ${cells.join(', ')}`);
  const tooLittle = isTooLittle(share, storms);
  if (tooLittle)
    console.error(`✗ ${share.percent.toFixed(1)} % of what may be was visited; ${WANTED.percent} % are wanted of ${WANTED.storms} storms.`);
  return !tooLittle;
}

/** Per thousand storms, and what is beyond the budget; true when nothing is. */
function tellLeftovers(leftovers: Leftovers): boolean {
  const figures = leftovers
    .spent()
    .map(({ reason, perThousand, most }) => `${reason} ${perThousand.toFixed(1)} (so many storms: ≤ ${most})`);
  console.log(`Left to the operator per 1 000 storms: ${figures.join(', ')}`);
  const beyond = leftovers.beyond();
  for (const { reason, count, most } of beyond)
    console.error(`✗ ${count} × ${reason} were left to the operator, ${most} are budgeted (at least ${ENOUGH} storms are judged).`);
  return beyond.length === 0;
}

async function main(args: readonly string[]): Promise<number> {
  const asked = wanted(args);
  if (typeof asked === 'string') {
    console.error(asked);
    return 2;
  }
  const inMemory = asked.seeds.length === 0 ? 0 : stormsInMemory(asked);
  const failed = asked.socketSeeds.length === 0 ? 0 : await overSockets(asked);
  return failed > 0 ? 1 : inMemory;
}

function stormsInMemory(asked: Wanted): number {
  const began = performance.now();
  const sum: Sum = {
    storms: 0,
    failed: 0,
    steps: 0,
    crashes: 0,
    reconnects: 0,
    outages: 0,
    corrections: 0,
    kills: 0,
    orders: 0,
    fills: 0,
    unknowns: 0,
    slowest: 0,
    leftovers: new Leftovers(),
    cells: new Map(),
    deaths: new Map(),
    weather: new Map(),
    wayOut: new Map(),
  };
  for (const seed of asked.seeds) {
    const result = storm(seed, { ...(asked.bug === undefined ? {} : { bug: asked.bug }), traceLines: asked.lines });
    add(sum, result);
    if (result.violations.length > 0) tell(result, asked.bug);
    if (sum.failed >= asked.bail) break;
    if (sum.storms % 50 === 0) console.log(line(sum));
  }
  console.log(`Storms: ${line(sum)} · ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  console.log(`The process died at: ${[...sum.deaths].map(([place, count]) => `${place} ${count} ×`).join(', ')}`);
  console.log(`Weather: ${WEATHERS.map((kind) => `${kind} ${sum.weather.get(kind) ?? 0} ×`).join(', ')}`);
  console.log(`The way out, done of asked: ${[...sum.wayOut].map(([state, { asked, done }]) => `${state} ${done}/${asked}`).join(', ')}`);
  const isSeen = !asked.coverage || tellCoverage(sum.cells, sum.storms);
  return tellLeftovers(sum.leftovers) && isSeen && sum.failed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
