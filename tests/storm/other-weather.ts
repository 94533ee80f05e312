import { changeSettings } from '#core/engine/change-settings';
import type { RiskLimits } from '#core/risk/risk-context';
import { ok } from '#domain/result';
import { priceOf } from '#domain/price';
import { units } from '#domain/quantity';
import { plus, scale } from '#domain/scaled';
import type { Random } from '#simulator/model/random';
import type { WorkingOrder } from '#simulator/engine/working-order';
import { DU } from '../support/core/fixtures.ts';
import { stream, type Weather } from './weather.ts';
import type { World } from './world.ts';

const CENT = priceOf(0.01);
const FOREIGN_CLIENT = 7;
/** Whole seconds, a round trip, and what the desk takes for no news. */
const TOLD_WITHIN_MS = 2_700;

/** One act of it; false when there was nothing to act on. */
type Act = (world: World, random: Random) => boolean;

/** What other people do is left out of storms in which nobody but the desk trades. */
const OTHERS: ReadonlySet<Weather> = new Set<Weather>(['stop by hand', 'target by hand', 'pair by hand', 'stop of another program']);

const ACTS = {
  'corrected quantity': (world, random) => {
    const { tws } = world;
    // The simulator bounds children by what their entry has filled, also when that is corrected after its end; of IB nobody says so.
    const parents = new Set(tws.exchange.register.active().map(({ parent }) => parent?.permId));
    const fills = tws.ledger.fills.filter(
      ({ execId, permId, quantity }) => execId.endsWith('.01') && !parents.has(permId) && !tws.revised.has(execId) && quantity > 20_000,
    );
    const fill = one(random, fills);
    if (fill === undefined) return false;
    const more = random.chance(0.25);
    const quantity = units(fill.quantity / 10_000 + (more ? 1 : -1) * random.between(1, more ? 5 : fill.quantity / 10_000 - 1));
    tws.exchange.correct(fill, fill.price, quantity, false);
    return true;
  },
  'limits changed': (world, random) => {
    const { life } = world;
    // An order that waits for its turn was judged by the limits of its time.
    if (life === undefined || life.transport.waitingLegs > 0) return false;
    const limits: RiskLimits = { ...world.usualRules.limits, ...(random.chance(0.3) ? {} : otherLimits(random)) };
    const change = { changesLimits: true, detail: 'other limits' };
    return changeSettings(life.deskState, change, 'the operator', () => {
      world.rules = { ...world.rules, limits };
      return ok(undefined);
    }).ok;
  },
  'clock set forward': (world, random) => {
    world.clockDoubtMs = Number.POSITIVE_INFINITY;
    world.clock.skew += random.chance(0.5) ? random.between(500, 5_000) : random.between(60_000, 900_000);
    return true;
  },
  'clock set back': (world, random) => {
    world.clockDoubtMs = Number.POSITIVE_INFINITY;
    // By less than a quote may be old it hides that age until IB's time is told again: a known limit.
    world.clock.skew -= random.between(60_000, 900_000);
    return true;
  },
  'stop by hand': (world, random) => placesExit(world, random, 'stop'),
  'target by hand': (world, random) => placesExit(world, random, 'target'),
  'pair by hand': (world, random) => placesExit(world, random, 'pair'),
  'stop of another program': (world, random) => placesExit(world, random, 'foreign'),
  'order moved by hand': (world, random) => {
    const order = one(random, priced(world));
    if (order === undefined) return false;
    const by = scale(CENT, random.between(-5, 5));
    return world.tws.exchange.changeByHand(order, {
      ...(order.limit === undefined ? {} : { limit: plus(order.limit, by) }),
      ...(order.stop === undefined || order.type === 'TRAIL' ? {} : { stop: plus(order.stop, by) }),
    });
  },
  'order resized by hand': (world, random) => {
    const order = one(random, priced(world));
    if (order === undefined) return false;
    return world.tws.exchange.changeByHand(order, { quantity: units(order.filled / 10_000 + random.between(1, 8) * 10) });
  },
  'exit cancelled by hand': (world, random) => {
    const order = one(
      random,
      priced(world).filter(({ orderRef, parent }) => parent !== undefined || /-[ST]$/.test(orderRef)),
    );
    if (order === undefined) return false;
    world.tws.exchange.cancelOrder(order);
    return true;
  },
  sleep: (world, random) => {
    world.sleep(random.chance(0.6) ? random.between(1_000, 6_000) : random.between(8_000, 15_000));
    return true;
  },
} as const satisfies Partial<Record<Weather, Act>>;

type OtherWeather = keyof typeof ACTS;

/** Of how many storms each kind is a part. */
const SHARE = 0.15;

/** Begins what people, clocks and settings do in this storm; what is returned ends it: the clocks are right, the limits the usual ones. */
export function otherWeather(world: World, seed: number): () => void {
  let over = false;
  for (const kind of Object.keys(ACTS) as OtherWeather[]) {
    const random = stream(seed, kind);
    if (!random.chance(SHARE) || (OTHERS.has(kind) && world.alone)) continue;
    const next = (): void => {
      world.clock.aside(2_000 + random.next() * 12_000, random, () => {
        if (over) return;
        const { byHand } = world;
        world.byHand = true;
        if (ACTS[kind](world, random)) {
          world.note(`weather: ${kind}`);
          world.weather.happened(kind);
        }
        world.byHand = byHand;
        next();
      });
    };
    next();
    if (kind.startsWith('clock')) tellsTime(world, random);
  }
  return () => {
    over = true;
    if (world.clock.skew !== 0) world.clockDoubtMs = Number.POSITIVE_INFINITY;
    world.clock.skew = 0;
    world.rules = world.usualRules;
  };
}

/** IB's time in whole seconds, as the heartbeat asks for it, where a clock goes wrong. */
function tellsTime(world: World, random: Random): void {
  world.clock.aside(2_000 + random.next() * 6_000, random, () => {
    const { life, clock, isAsleep, wires } = world;
    if (life !== undefined && !isAsleep && wires[0]?.isBroken === false) {
      life.core.onServerTime(Math.floor(clock.now() / 1_000), random.between(1, 200));
      world.clockDoubtMs = TOLD_WITHIN_MS;
    }
    tellsTime(world, random);
  });
}

function otherLimits(random: Random): Partial<RiskLimits> {
  const choices: readonly Partial<RiskLimits>[] = [
    { maxPositionShares: random.between(5, 60) * 10 },
    { maxOrderShares: random.between(1, 15) * 10 },
    { maxWorkingPerSide: random.between(1, 8) },
    { maxQuoteAgeMs: random.between(2, 40) * 100 },
    { maxOrderNotional: random.between(2, 30) * 1_000 },
    { ordersPerSecondPerSymbol: 1, ordersPerSecond: random.between(1, 3) },
    { duplicateWindowSeconds: random.between(1, 60) },
    { collarTicks: random.between(1, 10) },
    { firingsPerTenMinutes: random.between(1, 3) },
  ];
  return Object.assign({}, ...choices.filter(() => random.chance(0.3))) as Partial<RiskLimits>;
}

/** Orders that a person in TWS can still change or cancel. */
function priced({ tws }: World): readonly WorkingOrder[] {
  return tws.exchange.register.active().filter((order) => !order.done && order.status !== 'PendingCancel' && order.type !== 'MKT');
}

/** For something that is held: a stop, a target or both as one OCA group, typed into TWS, or a stop of another program. */
function placesExit(world: World, random: Random, what: 'stop' | 'target' | 'pair' | 'foreign'): boolean {
  const { tws } = world;
  // The next order is refused: it would be the typed one, and TWS tells of that in a window of its own.
  if (tws.faults.rejections.length > 0) return false;
  const held = one(
    random,
    tws.ledger.positions.filter(({ quantity }) => quantity !== 0),
  );
  if (held === undefined) return false;
  const { contract } = held;
  const way = held.quantity > 0 ? 1 : -1;
  const size = Math.max(1, Math.round((Math.abs(held.quantity) / 10_000) * ([1, 1, 0.5][random.between(0, 2)] ?? 1)));
  const mid = tws.midOf(contract.symbol);
  const stop = scale(CENT, mid - way * random.between(3, 15));
  const limit = scale(CENT, mid + way * random.between(3, 15));
  const action: 'SELL' | 'BUY' = way > 0 ? 'SELL' : 'BUY';
  if (what === 'foreign') {
    tws.place(FOREIGN_CLIENT, {
      ...{ orderId: tws.exchange.register.nextOrderId(FOREIGN_CLIENT), action, quantity: String(size), limit: undefined },
      contract: { conId: contract.conId, symbol: contract.symbol, secType: 'STK', exchange: 'SMART', currency: 'USD', localSymbol: '' },
      ...{ aux: String(stop / 1_000_000), orderType: 'STP', tif: 'GTC', ocaGroup: '', ocaType: 0, account: DU },
      ...{ orderRef: 'other-program', transmit: true, parentId: 0, triggerMethod: 0, outsideRth: false, whatIf: false },
      ...{ trailStop: undefined, trailPercent: undefined },
    });
    return true;
  }
  const group = what === 'pair' ? `by hand ${tws.ledger.orders.length}` : '';
  const terms = {
    ...{ account: DU, contract, action, tif: 'GTC' as const, quantity: units(size), outsideRth: false, orderRef: '' },
    ...{ ocaGroup: group, ocaType: group === '' ? 0 : 2, parentId: 0, triggerMethod: 0 },
  } as const;
  const placed: WorkingOrder[] = [];
  if (what !== 'target') placed.push(tws.exchange.placeByHand({ ...terms, type: 'STP', stop, limit: undefined }));
  if (what !== 'stop') placed.push(tws.exchange.placeByHand({ ...terms, type: 'LMT', limit, stop: undefined }));
  if (tws.bindsManual) for (const order of placed) tws.exchange.bind(order);
  return true;
}

function one<T>(random: Random, from: readonly T[]): T | undefined {
  return from.length === 0 ? undefined : from[random.between(0, from.length - 1)];
}
