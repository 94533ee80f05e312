import { BUGS, type BugName, planted } from './bugs.ts';
import { ChaosRun } from './run.ts';

/** `--cycles N` blows against the real program, `--seed N` for the plan of an earlier run, `--bug NAME` for a desk with a known defect. Exit code 1 at the first violation. */
interface Wanted {
  readonly cycles: number;
  readonly seed: number;
  readonly bug: BugName | undefined;
}

function wanted(args: readonly string[]): Wanted | string {
  let cycles = 100;
  let seed = Date.now() % 1_000_000;
  let bug: BugName | undefined;
  for (let at = 0; at < args.length; at += 2) {
    const [name, value] = [args[at], args[at + 1]];
    const number = Number(value);
    if (name === '--bug') {
      if (value === undefined || !(value in BUGS)) return `There is no bug "${value ?? ''}". Known: ${Object.keys(BUGS).join(', ')}.`;
      bug = value as BugName;
      continue;
    }
    if (value === undefined || !Number.isSafeInteger(number) || number < 0) return `${name ?? ''} needs a whole number.`;
    if (name === '--cycles') cycles = number;
    else if (name === '--seed') seed = number;
    else return `Unknown option ${name ?? ''}. Use --cycles N, --seed N or --bug NAME.`;
  }
  return { cycles, seed, bug };
}

function spread(values: readonly number[]): { readonly p50: number; readonly p95: number; readonly max: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number): number => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
  return { p50: at(0.5), p95: at(0.95), max: at(1) };
}

function summary(run: ChaosRun, seed: number, violations: readonly string[]): string {
  const { doorMs, bookMs, ownMs, equalMs, ...counts } = run.figures;
  const { placed, accepted, executed } = run.truth;
  const orders = placed.filter(({ kind }) => kind === 'new').length;
  return JSON.stringify({
    chaos: counts.cycles,
    seed,
    ...counts,
    orders,
    accepted: accepted.size,
    fills: executed.size,
    duplicates: violations.filter((text) => text.startsWith('DUPLICATE')).length,
    lost: violations.filter((text) => text.includes('LOST')).length,
    violations: violations.length,
    doorMs: spread(doorMs),
    bookMs: spread(bookMs),
    ownMs: spread(ownMs),
    equalMs: spread(equalMs),
    refusals: Object.fromEntries(run.hand.refusals),
  });
}

async function main(args: readonly string[]): Promise<number> {
  const asked = wanted(args);
  if (typeof asked === 'string') {
    console.error(asked);
    return 2;
  }
  const { cycles, seed, bug } = asked;
  console.log(`Chaos with seed ${seed}: the plan is repeated by --seed ${seed}, the moments on the machine's clock are not.`);
  const run = await ChaosRun.open({ seed, ...(bug === undefined ? {} : { flags: planted(bug) }) });
  const began = performance.now();
  let violations: readonly string[] = [];
  for (let cycle = 1; cycle <= cycles && violations.length === 0; cycle += 1) {
    violations = await run.cycle(cycle);
    if (violations.length > 0) {
      console.error(`\nCycle ${cycle} of seed ${seed} violated:`);
      for (const violation of violations) console.error(`  ✗ ${violation}`);
      console.error(`Data, journal, ledger and logs are kept in ${run.folder}`);
    } else if (cycle % 10 === 0 || cycle === cycles) {
      const { kills, deskStops, brokerStops } = run.figures;
      const { length } = run.truth.placed;
      console.log(
        `${cycle} cycles: ${kills} kills, ${deskStops} stops of the desk, ${brokerStops} of the broker, ${length} order messages, ${run.truth.executed.size} fills · ${((performance.now() - began) / 1_000).toFixed(0)} s`,
      );
    }
  }
  await run.close(violations.length > 0);
  console.log(summary(run, seed, violations));
  return violations.length > 0 ? 1 : 0;
}

// An exit takes the children along; a signal alone would leave them behind.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main(process.argv.slice(2));
