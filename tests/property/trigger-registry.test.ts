import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { ruleNow } from '#core/trigger/rule-now';
import type { Condition } from '#domain/condition';
import { conditionRefusal } from '#domain/condition';
import type { Contract } from '#domain/contract';
import type { ConId } from '#domain/ids';
import { type Price, trustedPrice } from '#domain/price';
import type { Tick } from '#domain/quote';
import { type NaiveFiring, NaiveTriggers } from '../support/core/naive-triggers.ts';
import { holds } from '../support/property.ts';
import { AIG, BAC, between, desk, IBM, id, newYork, px, spec } from '../support/core/trigger-fixtures.ts';

const CONTRACTS: readonly [Contract, Contract, Contract] = [IBM, BAC, AIG];
const TRIGGERS = 6;
const MAX_AGE = 2_000;

type Op =
  | { readonly op: 'tick'; readonly on: number; readonly field: 'bid' | 'ask' | 'last'; readonly price: number; readonly pass: number }
  | { readonly op: 'no-data'; readonly on: number; readonly field: 'bid' | 'ask' | 'last'; readonly price: number }
  | { readonly op: 'garbage'; readonly on: number; readonly field: 'bid' | 'ask' | 'last'; readonly price: number }
  | { readonly op: 'halt' | 'delay'; readonly on: number; readonly bad: boolean }
  | { readonly op: 'farm' | 'forbid'; readonly bad: boolean }
  | { readonly op: 'close'; readonly on: number; readonly price: number }
  | { readonly op: 'rebaseline'; readonly on: number }
  | { readonly op: 'timer'; readonly pass: number }
  | { readonly op: 'arm'; readonly trigger: number; readonly condition: Condition }
  | { readonly op: 'disarm' | 'pause' | 'resume' | 'fire-now'; readonly trigger: number };

/** `which`: how many of the contracts take part; `windows`: weight of time windows among the leaves; `timers`: weight of timer calls. */
interface Mix {
  readonly which: number;
  readonly windows: number;
  readonly timers: number;
}

// Few levels and few prices: most ticks touch something.
const level = fc.integer({ min: 97, max: 103 });
const field = fc.constantFrom('bid' as const, 'ask' as const, 'last' as const);
const kind = fc.constantFrom('crosses-above' as const, 'crosses-below' as const, 'at-or-above' as const, 'at-or-below' as const);
const seldom = fc.integer({ min: 0, max: 3 }).map((value) => value === 0);
const trigger = fc.integer({ min: 0, max: TRIGGERS - 1 });
const pass = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 0, max: 400 }) },
  { weight: 1, arbitrary: fc.constantFrom(2_000, 2_001, 15_000, 61_000, -500, -3_000) },
);

function leaf({ which, windows }: Mix): fc.Arbitrary<Condition> {
  const contract = fc.constantFrom(...CONTRACTS.slice(0, which), IBM);
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('price' as const),
        contract,
        field: fc.constantFrom('last' as const, 'last' as const, 'bid' as const, 'ask' as const, 'mid' as const),
        test: kind,
        level: level.map((value) => px(value)),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('percent-change' as const),
        contract,
        field: fc.constantFrom('last' as const, 'bid' as const, 'mid' as const),
        basis: fc.constantFrom('close' as const, 'arming' as const),
        test: kind,
        basisPoints: fc.integer({ min: -3, max: 3 }).map((percent) => percent * 100),
      }),
    },
    {
      weight: windows,
      arbitrary: fc.constantFrom(
        between('09:58', '10:01'),
        between('10:01', '10:03'),
        between('10:02', '16:00'),
        between('00:00', '10:01'),
      ),
    },
  );
}

function tree(depth: number, mix: Mix): fc.Arbitrary<Condition> {
  if (depth === 1) return leaf(mix);
  const part = tree(depth - 1, mix);
  return fc.oneof(
    { weight: 3, arbitrary: leaf(mix) },
    { weight: 3, arbitrary: fc.array(part, { minLength: 1, maxLength: 3 }).map((of) => ({ kind: 'and' as const, of })) },
    { weight: 2, arbitrary: fc.array(part, { minLength: 1, maxLength: 3 }).map((of) => ({ kind: 'or' as const, of })) },
    { weight: 1, arbitrary: part.map((of) => ({ kind: 'not' as const, of })) },
  );
}

function operations(mix: Mix): fc.Arbitrary<Op[]> {
  const on = fc.integer({ min: 0, max: mix.which - 1 });
  const condition = tree(4, mix).filter((candidate) => conditionRefusal(candidate) === undefined);
  const garbage = fc.constantFrom(Number.NaN, Infinity, -Infinity, -37_630_000, 1.797e308, 0.5);
  const op: fc.Arbitrary<Op> = fc.oneof(
    { weight: 60, arbitrary: fc.record({ op: fc.constant('tick' as const), on, field, price: fc.integer({ min: 95, max: 105 }), pass }) },
    { weight: 2, arbitrary: fc.record({ op: fc.constant('no-data' as const), on, field, price: fc.constantFrom(0, -1_000_000) }) },
    { weight: 2, arbitrary: fc.record({ op: fc.constant('garbage' as const), on, field, price: garbage }) },
    { weight: 2, arbitrary: fc.record({ op: fc.constantFrom('halt' as const, 'delay' as const), on, bad: seldom }) },
    { weight: 2, arbitrary: fc.record({ op: fc.constantFrom('farm' as const, 'forbid' as const), bad: seldom }) },
    { weight: 2, arbitrary: fc.record({ op: fc.constant('close' as const), on, price: level }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('rebaseline' as const), on: fc.integer({ min: 0, max: 3 }) }) },
    { weight: mix.timers, arbitrary: fc.record({ op: fc.constant('timer' as const), pass }) },
    { weight: 12, arbitrary: fc.record({ op: fc.constant('arm' as const), trigger, condition }) },
    {
      weight: 3,
      arbitrary: fc.record({ op: fc.constantFrom('disarm' as const, 'pause' as const, 'resume' as const, 'resume' as const), trigger }),
    },
  );
  return fc.array(op, { minLength: 1, maxLength: 160, size: 'max' });
}

/** Bids and asks stand around the price so that most quotes are sound and some are locked or crossed. */
const SHIFTS = { bid: -4, ask: 4, last: 0 } as const;

function at(on: number): Contract {
  return CONTRACTS[on]!;
}

const total = { fired: 0, held: 0, perCause: {} as Record<string, number>, foretold: { true: 0, false: 0, unknown: 0 } };

/** The registry and the naive model, told the same; the registry is asked only through its public door. */
class Both {
  readonly naive = new NaiveTriggers(
    CONTRACTS.map(({ conId }) => conId),
    MAX_AGE,
  );
  readonly fired: NaiveFiring[] = [];
  readonly #desk = desk(newYork('10:00:40'), MAX_AGE);
  readonly #gens = new Map<number, number>();

  constructor() {
    for (const contract of CONTRACTS) this.#desk.board.follow(contract);
  }

  step(step: Op, number: number): void {
    this.naive.step = number;
    if ('trigger' in step) this.#operate(step);
    else this.#market(step);
    this.#collect(number);
    if (this.fired.length !== this.naive.fired.length) expect(this.fired).toEqual(this.naive.fired);
    if (number % 20 === 0) total.held += this.#desk.registry.rows().filter((row) => row.latched).length;
  }

  /** What the market, its farms and the clock do. */
  #market(step: Exclude<Op, { readonly trigger: number }>): void {
    const { naive } = this;
    const { registry, board, clock, may } = this.#desk;
    switch (step.op) {
      case 'tick':
        clock.time += step.pass;
        this.#tick(step.on, step.field, px(step.price + SHIFTS[step.field]));
        break;
      case 'no-data':
      case 'garbage':
        this.#tick(step.on, step.field, trustedPrice(step.price));
        break;
      case 'halt':
        board.onHalted(at(step.on).conId, step.bad);
        naive.quote(at(step.on).conId).halted = step.bad;
        break;
      case 'delay':
        this.#live(at(step.on).conId, !step.bad);
        break;
      case 'farm':
        this.#farm(!step.bad);
        break;
      case 'forbid':
        may.fire = !step.bad;
        naive.mayFire = !step.bad;
        break;
      case 'close':
        registry.onClose(at(step.on).conId, px(step.price));
        naive.close(at(step.on).conId, px(step.price), clock.time);
        break;
      case 'rebaseline':
        this.#rebaseline(CONTRACTS[step.on]?.conId);
        break;
      case 'timer':
        clock.time += step.pass;
        registry.onTimer(clock.time);
        naive.timer(clock.time);
        break;
    }
  }

  /** The operator’s hand on one trigger. */
  #operate(step: Extract<Op, { readonly trigger: number }>): void {
    const { naive } = this;
    const { registry, clock } = this.#desk;
    const key = id(String(step.trigger));
    switch (step.op) {
      case 'arm':
        this.#arm(step.trigger, step.condition);
        break;
      case 'disarm':
        registry.disarm(key);
        naive.disarm(key);
        break;
      case 'pause':
        registry.pause(key);
        naive.pause(key);
        break;
      case 'resume':
        registry.resume(key);
        naive.resume(key, clock.time);
        break;
      default:
    }
  }

  #tick(on: number, field: 'bid' | 'ask' | 'last', price: Price): void {
    const tick: Tick = { conId: at(on).conId, field, price, at: this.#desk.clock.time };
    this.#desk.registry.onTick(tick);
    this.naive.tick(tick);
  }

  #live(conId: ConId, live: boolean): void {
    this.#desk.board.onLiveType(conId, live ? 'live' : 'delayed');
    this.naive.quote(conId).live = live;
  }

  #farm(up: boolean): void {
    this.#desk.board.onFarm('usfarm', up);
    for (const quote of this.naive.quotes.values()) quote.farmUp = up;
  }

  /** Without a contract: all. */
  #rebaseline(conId: ConId | undefined): void {
    this.#desk.registry.rebaseline('test', conId);
    this.naive.rebaseline(conId);
  }

  #arm(trigger: number, condition: Condition): void {
    const { registry, board, clock, may } = this.#desk;
    const key = id(String(trigger));
    const gen = (this.#gens.get(trigger) ?? 0) + 1;
    const rule = spec(condition, { name: `T-${String(trigger)}` });
    const free = this.naive.find(key) === undefined;
    const { truth } = ruleNow(rule, IBM.conId, board, clock.time);
    const armed = registry.arm({ id: key, gen, spec: rule });
    expect(armed.ok).toBe(free);
    if (!free) return;
    // What a preview foretold: only what is true fires at once, and what is true fires unless a quote or the desk holds it.
    const row = registry.row(key);
    const outcome = row === undefined ? 'fired' : row.status;
    expect({ truth, outcome }).toEqual({
      truth: row === undefined ? 'true' : truth,
      outcome: truth !== 'true' || !may.fire ? outcome : row === undefined ? 'fired' : 'holding',
    });
    total.foretold[truth] += 1;
    this.#gens.set(trigger, gen);
    this.naive.arm(key, gen, rule, clock.time);
  }

  #collect(number: number): void {
    const { registry, clock } = this.#desk;
    for (const firing of registry.drain()) {
      this.fired.push({ triggerId: firing.triggerId, gen: firing.gen, step: number });
      total.perCause[firing.cause] = (total.perCause[firing.cause] ?? 0) + 1;
      // I-20, from the firing itself: fresh, finite, uncrossed, live, not halted.
      const { bid, ask } = firing.quote;
      expect(Number.isSafeInteger(firing.tick.price) && firing.tick.price > 0).toBe(true);
      expect(firing.quote.liveType).toBe('live');
      expect(firing.quote.halted).toBe(false);
      expect(Math.abs(clock.time - firing.quote.updatedAt)).toBeLessThanOrEqual(MAX_AGE);
      expect(bid === undefined || ask === undefined || bid < ask).toBe(true);
    }
  }
}

function run(ops: readonly Op[]): void {
  const both = new Both();
  ops.forEach((op, number) => both.step(op, number));
  const { fired, naive } = both;
  expect(fired).toEqual(naive.fired);
  const once = new Set(fired.map(({ triggerId, gen }) => `${triggerId}:${String(gen)}`));
  expect(once.size).toBe(fired.length);
  total.fired += fired.length;
}

const RUNS = Number(process.env['TRIGGER_RUNS'] ?? 1_000);

test('the registry fires exactly when reading every condition on every tick would, and once per arming', async () => {
  const mix = { which: 3, windows: 2, timers: 4 };
  await holds(
    'registry equals the naive model',
    fc.property(operations(mix), (ops) => run(ops)),
    RUNS,
  );
}, 240_000);

test('so it does when time windows open and shut', async () => {
  const mix = { which: 1, windows: 10, timers: 25 };
  await holds(
    'registry equals the naive model around window starts',
    fc.property(operations(mix), (ops) => run(ops)),
    RUNS,
  );
}, 240_000);

afterAll(() => {
  console.info('what the properties saw:', JSON.stringify(total));
  expect(total.fired).toBeGreaterThan(1_000);
  expect(Math.min(...Object.values(total.foretold))).toBeGreaterThan(100);
});
