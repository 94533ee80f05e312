import type { Instrument } from '#simulator/model/instrument';
import type { Random } from '#simulator/model/random';
import type { Shape, Sky } from './sky.ts';
import { stream, type Weather } from './weather.ts';
import type { World } from './world.ts';

/** What it is as it begins, and how it ends. */
type Turn = (world: World, instrument: Instrument, random: Random) => () => void;

function sky({ tws }: World, { conId }: Instrument): Sky {
  return tws.markets.skies.get(conId)!;
}

function shaped(shape: Shape): Turn {
  return (world, instrument) => {
    const over = sky(world, instrument);
    over.shape = shape;
    return () => {
      over.shape = 'good';
    };
  };
}

const TURNS = {
  silence: (world, instrument) => {
    const over = sky(world, instrument);
    over.silent = true;
    return () => {
      over.silent = false;
    };
  },
  'muted feed': (world, instrument) => {
    const over = sky(world, instrument);
    over.muted = true;
    return () => {
      over.muted = false;
    };
  },
  'farm down': (world) => {
    const markets = [...world.tws.markets.skies.values()];
    world.tws.notice(2103, 'Market data farm connection is broken:usfarm');
    for (const one of markets) one.muted = true;
    return () => {
      for (const one of markets) one.muted = false;
      world.tws.notice(2104, 'Market data farm connection is OK:usfarm');
    };
  },
  halt: ({ tws }, { conId }) => {
    tws.markets.halt(conId, true);
    return () => {
      tws.markets.halt(conId, false);
    };
  },
  crossed: shaped('crossed'),
  locked: shaped('locked'),
  'no bid': shaped('no-bid'),
  'no ask': shaped('no-ask'),
  'no last': shaped('no-last'),
  garbage: shaped('garbage'),
  delayed: ({ tws }, { conId }, random) => {
    tws.markets.turn(conId, random.chance(0.5) ? 'delayed' : 'delayed-frozen');
    return () => {
      tws.markets.turn(conId, 'live');
    };
  },
  frozen: ({ tws }, { conId }) => {
    tws.markets.turn(conId, 'frozen');
    return () => {
      tws.markets.turn(conId, 'live');
    };
  },
  jump: (world, instrument, random) => {
    sky(world, instrument).jump = (random.chance(0.5) ? 1 : -1) * random.between(6, 25);
    return () => undefined;
  },
} as const satisfies Partial<Record<Weather, Turn>>;

type MarketWeather = keyof typeof TURNS;

/** Of how many storms each kind is a part. */
const SHARE = 0.2;

/** Begins the markets' weather of this storm; what is returned ends it, and every market shows itself as usual again. */
export function marketWeather(world: World, seed: number): () => void {
  const ends = new Set<() => void>();
  let over = false;
  for (const kind of Object.keys(TURNS) as MarketWeather[]) {
    const random = stream(seed, kind);
    if (!random.chance(SHARE)) continue;
    const next = (): void => {
      world.clock.aside(3_000 + random.next() * 15_000, random, () => {
        if (over) return;
        const markets = world.tws.listing.all;
        const instrument = markets[random.between(0, markets.length - 1)]!;
        world.note(`weather: ${kind} of ${instrument.symbol}`);
        world.weather.happened(kind);
        const end = TURNS[kind](world, instrument, random);
        ends.add(end);
        world.clock.aside(1_500 + random.next() * 7_000, random, () => {
          if (ends.delete(end)) end();
          next();
        });
      });
    };
    next();
  }
  return () => {
    over = true;
    for (const end of ends) end();
    ends.clear();
  };
}
