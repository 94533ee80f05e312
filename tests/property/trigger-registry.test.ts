import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import type { Condition } from '#domain/condition';
import { conditionRefusal } from '#domain/condition';
import type { Contract } from '#domain/contract';
import { trustedPrice } from '#domain/price';
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

const total = { fired: 0, held: 0, perCause: {} as Record<string, number> };

/** Runs both on the same operations; the registry is asked only through its public door. */
function run(ops: readonly Op[]): void {
  const { registry, board, clock, may } = desk(newYork('10:00:40'), MAX_AGE);
  const naive = new NaiveTriggers(
    CONTRACTS.map(({ conId }) => conId),
    MAX_AGE,
  );
  for (const contract of CONTRACTS) board.follow(contract);
  const gens = new Map<number, number>();
  const fired: NaiveFiring[] = [];
  ops.forEach((step, number) => {
    naive.step = number;
    const at = (on: number): Contract => CONTRACTS[on]!;
    switch (step.op) {
      case 'tick': {
        clock.time += step.pass;
        // Bids and asks stand around the price so that most quotes are sound and some are locked or crossed.
        const shift = step.field === 'bid' ? -4 : step.field === 'ask' ? 4 : 0;
        const tick: Tick = { conId: at(step.on).conId, field: step.field, price: px(step.price + shift), at: clock.time };
        registry.onTick(tick);
        naive.tick(tick);
        break;
      }
      case 'no-data':
      case 'garbage': {
        const tick: Tick = { conId: at(step.on).conId, field: step.field, price: trustedPrice(step.price), at: clock.time };
        registry.onTick(tick);
        naive.tick(tick);
        break;
      }
      case 'halt':
        board.onHalted(at(step.on).conId, step.bad);
        naive.quote(at(step.on).conId).halted = step.bad;
        break;
      case 'delay':
        board.onLiveType(at(step.on).conId, step.bad ? 'delayed' : 'live');
        naive.quote(at(step.on).conId).live = !step.bad;
        break;
      case 'farm':
        board.onFarm('usfarm', !step.bad);
        for (const quote of naive.quotes.values()) quote.farmUp = !step.bad;
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
        registry.rebaseline('test', CONTRACTS[step.on]?.conId);
        naive.rebaseline(CONTRACTS[step.on]?.conId);
        break;
      case 'timer':
        clock.time += step.pass;
        registry.onTimer(clock.time);
        naive.timer(clock.time);
        break;
      case 'arm': {
        const key = id(String(step.trigger));
        const gen = (gens.get(step.trigger) ?? 0) + 1;
        const rule = spec(step.condition, { name: `T-${String(step.trigger)}` });
        const free = naive.find(key) === undefined;
        const armed = registry.arm({ id: key, gen, spec: rule });
        expect(armed.ok).toBe(free);
        if (!free) break;
        gens.set(step.trigger, gen);
        naive.arm(key, gen, rule, clock.time);
        break;
      }
      case 'disarm':
        registry.disarm(id(String(step.trigger)));
        naive.disarm(id(String(step.trigger)));
        break;
      case 'pause':
        registry.pause(id(String(step.trigger)));
        naive.pause(id(String(step.trigger)));
        break;
      case 'resume':
        registry.resume(id(String(step.trigger)));
        naive.resume(id(String(step.trigger)), clock.time);
        break;
      default:
    }
    for (const firing of registry.drain()) {
      fired.push({ triggerId: firing.triggerId, gen: firing.gen, step: number });
      total.perCause[firing.cause] = (total.perCause[firing.cause] ?? 0) + 1;
      // I-20, from the firing itself: fresh, finite, uncrossed, live, not halted.
      const { bid, ask } = firing.quote;
      expect(Number.isSafeInteger(firing.tick.price) && firing.tick.price > 0).toBe(true);
      expect(firing.quote.liveType).toBe('live');
      expect(firing.quote.halted).toBe(false);
      expect(Math.abs(clock.time - firing.quote.updatedAt)).toBeLessThanOrEqual(MAX_AGE);
      expect(bid === undefined || ask === undefined || bid < ask).toBe(true);
    }
    if (fired.length !== naive.fired.length) expect(fired).toEqual(naive.fired);
    if (number % 20 === 0) total.held += registry.rows().filter((row) => row.latched).length;
  });
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
});
