/**
 * Cost of one tick through the trigger registry (fold into the quote, thresholds, wakes, quality gate, firings) with 1k, 10k and
 * 100k armed triggers, spread over 500 symbols and all on one. A plain scan of the symbol's list with 1k triggers on one symbol
 * runs in turns with them as the reference. Prices walk within a band that holds the same number of triggers whatever N is, so
 * every population fires alike; what fired is armed again between the timed chunks. Quantiles are over the means of chunks of 1 000 ticks.
 */
import type { PriceTest } from '#domain/condition';
import type { Contract } from '#domain/contract';
import { type ConId, conIdOf, type TriggerId, triggerIdOf } from '#domain/ids';
import { type Price, priceOf, trustedPrice } from '#domain/price';
import { units } from '#domain/quantity';
import type { QuoteField, Tick } from '#domain/quote';
import type { TriggerSpec } from '#domain/trigger';
import { plus, scale } from '#domain/scaled';
import { QuoteBoard } from '#core/market/quote-board';
import { WatcherRegistry } from '#core/trigger/watcher-registry';

const SYMBOLS = 500;
const SIZES = [1_000, 10_000, 100_000] as const;
/** Triggers within the band of each symbol's prices: the same firing rate on 500 symbols as on one. */
const HOT_SPREAD = 500;
const HOT_ONE = 8;
const CHUNK = 1_000;
const ROUNDS = Number(process.env['ROUNDS'] ?? 400);
const WARM_UP = Math.ceil(ROUNDS / 4);
const TICK = priceOf(0.01);
const BASE = priceOf(100);
/** Ticks of a cent on either side of the base within which prices stay. */
const BAND = 40;

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

const contracts: readonly Contract[] = Array.from({ length: SYMBOLS }, (_, i) => ({
  conId: conIdOf(1_000 + i),
  symbol: `S${String(i)}`,
  secType: 'STK',
  exchange: 'SMART',
  currency: 'USD',
  multiplier: 1,
}));

/** The same market for everybody: a walk per symbol, quoted three cents on either side. */
class Market {
  readonly #random: () => number;
  readonly #steps: Int32Array;
  readonly #symbols: number;
  #at = 1_773_000_000_000;

  constructor(symbols: number, seed: number) {
    this.#random = random(seed);
    this.#symbols = symbols;
    this.#steps = new Int32Array(symbols);
  }

  chunk(): { readonly ticks: readonly Tick[]; readonly now: number } {
    const ticks: Tick[] = [];
    for (let i = 0; i < CHUNK; i += 1) {
      const symbol = Math.floor(this.#random() * this.#symbols);
      const drawn = this.#random();
      const here = this.#steps[symbol]!;
      const step = here >= BAND ? -1 : here <= -BAND ? 1 : drawn < 0.5 ? -1 : 1;
      this.#steps[symbol] = here + step;
      const which = this.#random();
      const field = which < 0.4 ? 'last' : which < 0.7 ? 'bid' : 'ask';
      const offset = field === 'last' ? 0 : field === 'bid' ? -20 : 20;
      this.#at += 1;
      ticks.push({ conId: contracts[symbol]!.conId, field, price: plus(BASE, scale(TICK, here + step + offset)), at: this.#at });
    }
    return { ticks, now: this.#at };
  }
}

interface Rule {
  readonly contract: Contract;
  readonly field: QuoteField;
  readonly test: PriceTest;
  readonly level: Price;
}

/** The first ones lie inside the band, one per symbol; the others one to twenty percent away. */
function rules(count: number, symbols: number): readonly Rule[] {
  const draw = random(7);
  const hot = symbols === 1 ? HOT_ONE : HOT_SPREAD;
  return Array.from({ length: count }, (_, i) => {
    const up = draw() < 0.5;
    const side = up ? 1 : -1;
    const distance = i < hot ? Math.floor(draw() * BAND) : 100 + Math.floor(draw() * 1_900);
    const field = draw() < 0.7 ? 'last' : draw() < 0.5 ? 'bid' : 'ask';
    const test = draw() < 0.7 ? (up ? 'crosses-above' : 'crosses-below') : up ? 'at-or-above' : 'at-or-below';
    // Inside the band only crossings: a level that stays true would fire again and again.
    const crossing = up ? 'crosses-above' : 'crosses-below';
    return {
      contract: contracts[i < hot ? i % symbols : Math.floor(draw() * symbols)]!,
      field: i < hot ? 'last' : field,
      test: i < hot ? crossing : test,
      level: trustedPrice(BASE + side * distance * TICK + 5_000),
    };
  });
}

interface Runner {
  readonly name: string;
  readonly market: Market;
  readonly samples: number[];
  run(ticks: readonly Tick[]): void;
  /** Untimed: arms again what fired. Returns how much that was. */
  settle(now: number): number;
  fired: number;
}

function registryRunner(count: number, symbols: number): Runner {
  const board = new QuoteBoard();
  const clock = {
    time: 0,
    now(): number {
      return this.time;
    },
  };
  const registry = new WatcherRegistry({ board, clock, maxQuoteAgeMs: () => 60_000, detailsOf: () => undefined });
  const specs = new Map<TriggerId, TriggerSpec>();
  rules(count, symbols).forEach((rule, i) => {
    const id = triggerIdOf(String(i).padStart(8, '0'));
    const spec: TriggerSpec = {
      name: id,
      condition: { kind: 'price', ...rule },
      action: {
        contract: rule.contract,
        side: 'BUY',
        quantity: units(100),
        entry: { type: 'MKT' },
        tif: 'DAY',
        outsideRth: false,
      },
      rthOnly: false,
    };
    specs.set(id, spec);
    const armed = registry.arm({ id, gen: 1, spec });
    if (!armed.ok) throw new Error(armed.error);
  });
  return {
    name: `registry ${String(count)} on ${String(symbols)}`,
    market: new Market(symbols, 99),
    samples: [],
    fired: 0,
    run(ticks): void {
      for (const tick of ticks) registry.onTick(tick);
    },
    settle(now): number {
      clock.time = now;
      const fired = registry.drain();
      for (const { triggerId, gen } of fired) registry.arm({ id: triggerId, gen: gen + 1, spec: specs.get(triggerId)! });
      return fired.length;
    },
  };
}

/** What one writes first: every trigger of the symbol looked at on every tick. */
function listRunner(count: number, symbols: number): Runner {
  const board = new QuoteBoard();
  const lists = new Map<ConId, { readonly rule: Rule; primed: boolean; done: boolean }[]>();
  for (const contract of contracts) board.follow(contract);
  for (const rule of rules(count, symbols)) {
    const list = lists.get(rule.contract.conId) ?? [];
    lists.set(rule.contract.conId, list);
    list.push({ rule, primed: false, done: false });
  }
  let fired: { primed: boolean; done: boolean }[] = [];
  return {
    name: `list ${String(count)} on ${String(symbols)}`,
    market: new Market(symbols, 99),
    samples: [],
    fired: 0,
    run(ticks): void {
      for (const tick of ticks) {
        board.onTick(tick);
        const list = lists.get(tick.conId);
        if (list === undefined) continue;
        for (const entry of list) {
          if (entry.done || entry.rule.field !== tick.field) continue;
          const { test, level } = entry.rule;
          const beyond = test === 'crosses-above' || test === 'at-or-above' ? tick.price >= level : tick.price <= level;
          if (!beyond) entry.primed = true;
          else if (entry.primed || test === 'at-or-above' || test === 'at-or-below') {
            entry.done = true;
            fired.push(entry);
          }
        }
      }
    },
    settle(): number {
      const count = fired.length;
      for (const entry of fired) {
        entry.primed = false;
        entry.done = false;
      }
      fired = [];
      return count;
    },
  };
}

function quantile(samples: readonly number[], q: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

/** Slope of log cost over log N by least squares. */
function exponent(points: readonly (readonly [number, number])[]): number {
  const logs = points.map(([n, cost]) => [Math.log(n), Math.log(cost)] as const);
  const meanX = logs.reduce((sum, [x]) => sum + x, 0) / logs.length;
  const meanY = logs.reduce((sum, [, y]) => sum + y, 0) / logs.length;
  const over = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const under = logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return over / under;
}

function round(value: number, digits = 2): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

const reference = listRunner(1_000, 1);
const spread = SIZES.map((size) => registryRunner(size, SYMBOLS));
const one = SIZES.map((size) => registryRunner(size, 1));
const runners = [reference, ...spread, ...one];

for (let i = 0; i < WARM_UP + ROUNDS; i += 1) {
  // Another one begins each time, so that no runner always follows the same neighbour.
  for (let k = 0; k < runners.length; k += 1) {
    const runner = runners[(i + k) % runners.length]!;
    const { ticks, now } = runner.market.chunk();
    const begin = process.hrtime.bigint();
    runner.run(ticks);
    const spent = Number(process.hrtime.bigint() - begin) / CHUNK;
    const fired = runner.settle(now);
    if (i < WARM_UP) continue;
    runner.samples.push(spent);
    runner.fired += fired;
  }
}

for (const { name, samples, fired } of runners) {
  const perMillion = (fired * 1e6) / (samples.length * CHUNK);
  console.log(
    `${name.padEnd(26)} p50 ${quantile(samples, 0.5).toFixed(0).padStart(6)} ns/tick  p99 ${quantile(samples, 0.99).toFixed(0).padStart(7)}  fired ${perMillion.toFixed(0)} per million ticks`,
  );
}

const p50 = (runner: Runner): number => quantile(runner.samples, 0.5);
const biggest = one[one.length - 1]!;
console.log(
  JSON.stringify({
    name: 'triggers',
    ratio: round(p50(one[0]!) / p50(reference), 3),
    p50: round(p50(biggest), 0),
    p99: round(quantile(biggest.samples, 0.99), 0),
    unit: 'ns/tick',
    exponentSpread: round(exponent(SIZES.map((size, i) => [size, p50(spread[i]!)] as const)), 3),
    exponentOne: round(exponent(SIZES.map((size, i) => [size, p50(one[i]!)] as const)), 3),
    reference: round(p50(reference), 0),
    spread: spread.map((runner) => round(p50(runner), 0)),
    one: one.map((runner) => round(p50(runner), 0)),
  }),
);
