import { type Condition, priceLeaves } from '#domain/condition';
import type { QuoteField } from '#domain/quote';
import { minuteOfDay } from '#domain/session-time';
import type { TriggerSpec } from '#domain/trigger';
import { priceOf } from '#domain/price';
import { plus, scale } from '#domain/scaled';
import type { Random } from '#simulator/model/random';
import { contractOf } from './told.ts';
import { stream, type Weather } from './weather.ts';
import type { World } from './world.ts';

const CENT = priceOf(0.01);
const SHARE = 0.4;
/** Few triggers enter by a stop: where one does, it is nearly always given a limit. */
const OFTEN = 0.9;

type Twist = (spec: TriggerSpec, world: World, random: Random) => TriggerSpec;

/** A level that is true about as often as not. */
function nearLevel(world: World, symbol: string, random: Random): Condition {
  const instrument = world.tws.listing.bySymbol(symbol)!;
  const level = scale(CENT, world.tws.midOf(symbol) + random.between(-4, 4));
  const test = random.chance(0.5) ? 'at-or-above' : 'at-or-below';
  return { kind: 'price', contract: contractOf(instrument), field: random.chance(0.5) ? 'last' : 'mid', test, level };
}

const TWISTS = {
  'stop-limit entry': (spec, _world, random) => {
    const { entry, side } = spec.action;
    if (entry.type !== 'STP' || entry.stop === undefined) return spec;
    const away = scale(CENT, (side === 'BUY' ? 1 : -1) * random.between(0, 6));
    const limit = random.chance(0.5) ? { limit: plus(entry.stop, away) } : { limitOffset: away };
    return { ...spec, action: { ...spec.action, entry: { type: 'STP LMT', stop: entry.stop, ...limit } } };
  },
  'offset entry': (spec, _world, random) => {
    if (spec.action.entry.type !== 'LMT') return spec;
    const limitOffset = scale(CENT, (spec.action.side === 'BUY' ? -1 : 1) * random.between(0, 8));
    return { ...spec, action: { ...spec.action, entry: { type: 'LMT', limitOffset } } };
  },
  'rule on two contracts': (spec, world, random) => {
    const other = world.tws.listing.all.find(({ conId }) => conId !== spec.action.contract.conId);
    if (other === undefined) return spec;
    const second = nearLevel(world, other.symbol, random);
    const kind = random.next();
    if (kind < 0.2) return { ...spec, condition: { kind: 'and', of: [spec.condition, { kind: 'not', of: second }] } };
    return {
      ...spec,
      condition: { kind: kind < 0.75 ? 'and' : 'or', of: random.chance(0.5) ? [spec.condition, second] : [second, spec.condition] },
    };
  },
  'rule on a quote': (spec, _world, random) => {
    const field = (['bid', 'ask', 'mid'] as const)[random.between(0, 2)]!;
    return { ...spec, condition: onField(spec.condition, field) };
  },
  'rule with a window': (spec, world, random) => {
    const minute = minuteOfDay(world.clock.now());
    const fromMinute = Math.min(1_438, minute + random.between(0, 1));
    const window = { kind: 'time-window', fromMinute, toMinute: fromMinute + 1 } as const;
    return { ...spec, condition: { kind: 'and', of: [spec.condition, window] } };
  },
  'trigger with an end': (spec, world, random) => ({ ...spec, expiresAt: world.clock.now() + random.between(2_000, 25_000) }),
} as const satisfies Partial<Record<Weather, Twist>>;

function onField(condition: Condition, field: QuoteField): Condition {
  if (condition.kind === 'price') return { ...condition, field };
  return condition.kind === 'and' || condition.kind === 'or'
    ? { ...condition, of: condition.of.map((part) => onField(part, field)) }
    : condition;
}

/** What the person at the console writes into a trigger besides what every storm has. */
export class Variety {
  readonly #world: World;
  readonly #kinds: readonly { readonly twist: Twist; readonly random: Random; readonly share: number }[];

  constructor(world: World) {
    this.#world = world;
    this.#kinds = Object.entries(TWISTS).flatMap(([kind, twist]) => {
      const random = stream(world.seed, kind);
      const share = kind === 'stop-limit entry' ? OFTEN : SHARE;
      return world.hasWeather && random.chance(share) ? [{ twist, random, share }] : [];
    });
  }

  of(spec: TriggerSpec): TriggerSpec {
    return this.#kinds.reduce((now, { twist, random, share }) => (random.chance(share) ? twist(now, this.#world, random) : now), spec);
  }

  armed({ condition, action, expiresAt }: TriggerSpec): void {
    const { weather } = this.#world;
    const leaves = priceLeaves(condition);
    if (action.entry.type === 'STP LMT') weather.happened('stop-limit entry');
    if (action.entry.type === 'LMT' && action.entry.limit === undefined) weather.happened('offset entry');
    if (new Set(leaves.map(({ contract }) => contract.conId)).size > 1) weather.happened('rule on two contracts');
    if (leaves.some(({ field }) => field !== 'last')) weather.happened('rule on a quote');
    if (condition.kind === 'and' && condition.of.some(({ kind }) => kind === 'time-window')) weather.happened('rule with a window');
    if (expiresAt !== undefined) weather.happened('trigger with an end');
  }
}
