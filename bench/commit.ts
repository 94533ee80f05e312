/**
 * Commits per second of the coordinator against a minimal Map coordinator, and the growth of the cost of a commit with the size of the
 * store. Both sides and all sizes take turns in the same process, in short rounds, so that noise of the machine meets all of them.
 */
import { Coordinator } from '#core/commit/coordinator';
import type { Store } from '#core/commit/store';
import { Stores } from '#core/commit/stores';
import type { Journal, JournalStatus } from '#core/ports/journal';
import { ok } from '#domain/result';
import { SystemClock } from '#system/clock';
import { AsyncContext } from '#system/context';
import { exponentOf, median, quantile, report, round, say, seeded } from './support/figures.ts';
import { MapCoordinator } from './support/map-coordinator.ts';

interface Row {
  readonly state: string;
  readonly symbol: string;
  readonly price: number;
  readonly filled: number;
  readonly count: number;
}

const ROWS = 5_000;
const ROUND = 2_000;
const ROUNDS = 60;
const SIZES = [500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000];
const SIZE_ROUND = 1_000;
const SIZE_ROUNDS = 60;

const noJournal: Journal = {
  append: () => ok(undefined),
  status: (): JournalStatus => ({ state: 'ready', lastSeq: 0, written: 0, lost: 0, unsyncedRecords: 0, unsyncedMs: 0, file: '' }),
};

interface Side {
  readonly name: string;
  /** Does one commit on the given rows. */
  commit(a: number, b: number, c: number): void;
}

function row(index: number, count: number): Row {
  return { state: 'working', symbol: `SYM${index % 500}`, price: 101_250_000 + count, filled: count * 100, count };
}

function keysOf(rows: number): readonly string[] {
  return Array.from({ length: rows }, (_, index) => `TD1-ABCDEFGH-${index}`);
}

function coordinatorSide(rows: number): Side {
  const clock = new SystemClock();
  const stores = new Stores();
  const store: Store<string, Row> = stores.open('orders');
  const coordinator = new Coordinator<never>({ stores, clock, scheduler: clock, context: new AsyncContext(), journal: noJournal });
  const keys = keysOf(rows);
  coordinator.submit({
    lane: 'housekeeping',
    name: 'fill',
    cause: { kind: 'system', text: 'Bench' },
    run: (tx) => keys.forEach((key, index) => tx.set(store, key, row(index, 0))),
  });
  const cause = { kind: 'tick', text: 'Bench' } as const;
  return {
    name: 'coordinator',
    commit: (a, b, c) => {
      coordinator.submit({
        lane: 'order',
        name: 'order.update',
        cause,
        run: (tx) => {
          const first = tx.get(store, keys[a]!)!;
          const second = tx.get(store, keys[b]!)!;
          const third = tx.get(store, keys[c]!)!;
          tx.set(store, keys[a]!, row(a, first.count + 1 + (second.count & third.count & 0)));
        },
      });
    },
  };
}

function mapSide(rows: number): Side {
  const records: unknown[] = new Array(2_000);
  const coordinator = new MapCoordinator((record) => {
    records[record.seq % 2_000] = record;
  });
  const keys = keysOf(rows);
  coordinator.submit('fill', (tx) => keys.forEach((key, index) => tx.set(key, row(index, 0))));
  return {
    name: 'map',
    commit: (a, b, c) => {
      coordinator.submit('order.update', (tx) => {
        const first = tx.get(keys[a]!) as Row;
        const second = tx.get(keys[b]!) as Row;
        const third = tx.get(keys[c]!) as Row;
        tx.set(keys[a]!, row(a, first.count + 1 + (second.count & third.count & 0)));
      });
    },
  };
}

/** Ms for one round of commits on random rows. */
function timeRound(side: Side, picks: readonly number[]): number {
  const start = performance.now();
  for (let at = 0; at + 2 < picks.length; at += 3) side.commit(picks[at]!, picks[at + 1]!, picks[at + 2]!);
  return performance.now() - start;
}

function picksFor(random: () => number, commits: number, rows: number): readonly number[] {
  return Array.from({ length: commits * 3 }, () => Math.floor(random() * rows));
}

function ratio(random: () => number): { readonly ratio: number; readonly coordinator: number[]; readonly map: number[] } {
  const coordinator = coordinatorSide(ROWS);
  const map = mapSide(ROWS);
  const times = { coordinator: [] as number[], map: [] as number[] };
  for (let turn = -10; turn < ROUNDS; turn += 1) {
    const picks = picksFor(random, ROUND, ROWS);
    const order = turn % 2 === 0 ? [coordinator, map] : [map, coordinator];
    for (const side of order) {
      const ms = timeRound(side, picks);
      if (turn >= 0) times[side === map ? 'map' : 'coordinator'].push((ms * 1_000) / ROUND);
    }
    if (turn >= 0 && (turn + 1) % 20 === 0)
      say(
        `  ${turn + 1}/${ROUNDS} rounds: coordinator ${round(median(times.coordinator))} µs, map ${round(median(times.map))} µs a commit`,
      );
  }
  // The two rounds of one turn met the same machine: their ratio is steadier than that of the medians.
  const ratios = times.map.map((reference, turn) => reference / times.coordinator[turn]!);
  return { ratio: median(ratios), ...times };
}

/**
 * Commits on stores of different sizes, in turns. `touched` rows, spread evenly over each store, are read and written: with the same
 * number at every size the CPU's caches hold the same share of them, so that what grows is the store's own work. Without it every row
 * is touched, and what a miss of the cache costs is in the figure, too.
 */
function exponent(
  random: () => number,
  touched?: number,
): { readonly exponent: number; readonly perSize: Readonly<Record<string, number>> } {
  const sides = SIZES.map((rows) => ({ rows, side: coordinatorSide(rows), times: [] as number[] }));
  for (let turn = -10; turn < SIZE_ROUNDS; turn += 1) {
    // The order of sizes changes from turn to turn, so that none always follows the same neighbour.
    for (let at = 0; at < sides.length; at += 1) {
      const { rows, side, times } = sides[(at + turn + 10) % sides.length]!;
      const stride = touched === undefined ? 1 : rows / touched;
      const picks = picksFor(random, SIZE_ROUND, touched ?? rows).map((pick) => Math.floor(pick * stride));
      const ms = timeRound(side, picks);
      if (turn >= 0) times.push((ms * 1_000) / SIZE_ROUND);
    }
  }
  // The lower quartile: what else runs on the machine only ever adds to a round.
  const points = sides.map(({ rows, times }) => ({ x: rows, y: quantile(times, 0.25) }));
  for (const { x, y } of points) say(`  ${x} rows: ${round(y)} µs a commit`);
  return { exponent: exponentOf(points), perSize: Object.fromEntries(points.map(({ x, y }) => [String(x), round(y)])) };
}

function main(): void {
  const random = seeded(20131008);
  say('Commits with 3 versioned reads and 1 write, digest and journal record on');
  const speed = ratio(random);
  say('The same on stores of different sizes, 500 rows of each in use');
  const growth = exponent(random, 500);
  say('The same with all rows in use');
  const scattered = exponent(random);
  report({
    name: 'commit',
    ratio: round(speed.ratio),
    p50: round(quantile(speed.coordinator, 0.5)),
    p99: round(quantile(speed.coordinator, 0.99)),
    unit: 'µs/commit',
    reference: round(median(speed.map)),
    commitsPerSecond: Math.round(1e6 / median(speed.coordinator)),
    exponent: round(growth.exponent),
    perSize: growth.perSize,
    exponentAllRows: round(scattered.exponent),
    perSizeAllRows: scattered.perSize,
    limits: { ratio: 1 / 6, exponent: 0.15 },
  });
}

main();
