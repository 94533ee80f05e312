import { decide } from '#core/reconciliation/adoption';
import { undecided } from '#core/state/found-at-start';
import { breakeven, marketOf, protectPosition } from '#core/protection/place-stop';
import { isArmedState } from '#core/state/engine-state';
import { closePosition } from '#core/protection/close-position';
import { cancelOrders } from '#core/execution/cancel';
import { kill } from '#core/safety/kill';
import { armAsSeen } from '../support/core/arm-as-seen.ts';
import { changeTrigger } from '#core/strategy/trigger/change';

import { resizeExitsNow } from '#core/protection/resize-on-request';
import { modifyOrder } from '#core/execution/modify';
import {
  acknowledgeKill,
  confirmRearm,
  pauseByOperator,
  recoverDesk,
  requestRearm,
  resumeDesk,
  startDesk,
  stopDesk,
} from '#core/engine/operator-commands';
import { acknowledgeExternal, unacknowledged } from '#core/reconciliation/position-check';
import { trailPosition } from '#core/protection/trailing-stop';

import { stopsProtecting } from '#core/order/stop-coverage';
import { cancelAll } from '#core/safety/cancel-all';
import { settleOrder } from '#core/reconciliation/unknown-orders';
import type { Trail } from '#domain/order';
import type { Position } from '#domain/position';
import { type Price, priceOf, roundToTick, ZERO_PRICE } from '#domain/price';
import { units } from '#domain/quantity';
import type { Trigger, TriggerSpec } from '#domain/trigger';
import { Random } from '#simulator/model/random';
import { plus, scale } from '#domain/scaled';
import type { Life } from './life.ts';
import type { EngineClass } from './cells.ts';
import { Specs } from './specs.ts';
import { Variety } from './variety.ts';
import type { World } from './world.ts';

const BY = 'the operator';
const CENT = priceOf(0.01);

/** Relative odds of what the person at the console does. */
const WISHES = {
  arm: 30,
  'arm-again': 14,
  'fire-now': 14,
  'cancel-one': 10,
  'cancel-all': 2,
  modify: 8,
  close: 7,
  protect: 2,
  breakeven: 2,
  trail: 5,
  'take-offer': 4,
  'pause-trigger': 2,
  'resume-trigger': 2,
  disarm: 2,
  pause: 2,
  stop: 1,
  kill: 2,
  'kill-all': 1,
  nothing: 10,
} as const;
type Wish = keyof typeof WISHES;
type TriggerWish = 'arm' | 'arm-again' | 'fire-now' | 'pause-trigger' | 'resume-trigger' | 'disarm';
type PositionWish = 'close' | 'protect' | 'breakeven' | 'trail';
type DeskWish = Exclude<Wish, TriggerWish | PositionWish>;

const TRIGGER_WISHES: ReadonlySet<Wish> = new Set<TriggerWish>([
  'arm',
  'arm-again',
  'fire-now',
  'pause-trigger',
  'resume-trigger',
  'disarm',
]);
const POSITION_WISHES: ReadonlySet<Wish> = new Set<PositionWish>(['close', 'protect', 'breakeven', 'trail']);

function isAboutTrigger(wish: Wish): wish is TriggerWish {
  return TRIGGER_WISHES.has(wish);
}

const ENDS_WORK: ReadonlySet<Wish> = new Set<Wish>(['pause', 'stop', 'kill', 'kill-all']);

function isAboutPosition(wish: Wish): wish is PositionWish {
  return POSITION_WISHES.has(wish);
}

/** The person at the console, who wants to trade whatever happens. */
export class Operator {
  readonly #world: World;
  /** Of its own, so that no other chance is drawn differently. */
  readonly #ways = new Random(77);
  /** And for prices that lie between two ticks, and for what is tried before its time. */
  readonly #digits = new Random(91);
  readonly #wishes: readonly Wish[] = Object.entries(WISHES).flatMap(([wish, odds]) => Array.from({ length: odds }, () => wish as Wish));
  /** Until then a kill is left as it is, virtual ms: what it leaves is to be seen. */
  #waitsUntil = 0;
  /** And leaves positions to what the desk does by itself. */
  #isHandsOff = false;
  /** Where the desk is to stay for now: nothing is done that would take it elsewhere. */
  holds: EngineClass | undefined;

  readonly #variety: Variety;
  readonly #specs: Specs;

  constructor(world: World) {
    this.#world = world;
    this.#variety = new Variety(world);
    this.#specs = new Specs(world, this.#variety);
  }

  act(): void {
    if (this.#world.isAsleep) return;
    this.#world.byHand = true;
    this.#act();
    this.#world.byHand = false;
  }

  #act(): void {
    const { life, random } = this.#world;
    if (life === undefined) return;
    if (this.holds === undefined) this.#killAtPart(life);
    if (!life.alive) return;
    this.#wayOut(life);
    if (this.holds === undefined || this.holds === 'trading') this.#backToWork(life);
    const wish = this.#wishes[random.between(0, this.#wishes.length - 1)]!;
    if (this.holds !== undefined && ENDS_WORK.has(wish)) return;
    const trigger = one(random, [...life.stores.triggers.values()]);
    if (wish !== 'nothing')
      this.#world.note(`operator: ${wish}${trigger === undefined || !/trig|fire|again|disarm/.test(wish) ? '' : ` ${trigger.id}`}`);
    if (isAboutPosition(wish)) {
      if (!this.#looksOn(life)) this.#positionWish(life, wish);
    } else if (isAboutTrigger(wish)) this.#triggerWish(life, wish, trigger);
    else this.#deskWish(life, wish);
  }

  #triggerWish(life: Life, wish: TriggerWish, trigger: Trigger | undefined): void {
    if (wish === 'fire-now') this.#fireNow(life);
    else if (wish === 'arm') this.#arm(life, this.#specs.next(), undefined);
    else if (trigger === undefined) return;
    else if (wish === 'arm-again') this.#armAgain(life, trigger);
    else {
      const event = wish === 'disarm' ? 'disarm' : wish === 'pause-trigger' ? 'pause' : 'resume-although-true';
      const changed = changeTrigger(life.deskState, trigger.id, trigger.updatedAt, event, BY);
      if (changed.ok && event === 'resume-although-true' && life.alive)
        this.#world.invariants.armed(life, trigger.spec.action.contract.conId, 'resumed');
      life.core.drainNow();
    }
  }

  #armAgain(life: Life, { id, spec, updatedAt }: Trigger): void {
    const again = this.#world.random.chance(0.5) ? spec : { ...this.#specs.next(), name: spec.name };
    this.#arm(life, again, { id, version: updatedAt });
  }

  #fireNow(life: Life): void {
    const chosen = one(
      this.#world.random,
      [...life.stores.triggers.values()].filter(({ life: state }) => state === 'armed'),
    );
    // As the console asks: what it wakes beside the chosen one leaves with it, or it would be sent on a later quote.
    if (chosen !== undefined) life.core.commands.fireNow(chosen.id, chosen.updatedAt, BY);
  }

  #positionWish(life: Life, wish: PositionWish): void {
    const { random } = this.#world;
    const position = one(
      random,
      [...life.stores.positions.values()].filter(({ quantity }) => quantity !== 0),
    );
    if (position !== undefined) this.#reduce(life, wish, position, random);
  }

  /** Something new for the broker: an entry where the desk trades, or else what takes risk down. */
  begets(life: Life, random: Random): void {
    if (!isArmedState(life.state) || random.chance(0.2)) {
      const position = one(
        random,
        [...life.stores.positions.values()].filter(({ quantity }) => quantity !== 0),
      );
      if (position !== undefined) this.#reduce(life, one(random, ['close', 'protect', 'trail'] as const) ?? 'close', position, random);
      return;
    }
    if (![...life.stores.triggers.values()].some(({ life: state }) => state === 'armed')) this.#arm(life, this.#specs.next(), undefined);
    if (life.alive) this.#fireNow(life);
  }

  #looksOn({ deskState }: Life): boolean {
    return this.#isHandsOff && deskState.latch.isSet() && this.#world.now < this.#waitsUntil;
  }

  /** Where the desk does not trade the way out is tried all the same. */
  #wayOut(life: Life): void {
    if (isArmedState(life.state) || this.#looksOn(life) || !this.#ways.chance(0.5)) return;
    const held = [...life.stores.positions.values()].filter(({ quantity }) => quantity !== 0);
    const position = one(this.#ways, held);
    const act = one(this.#ways, ['close', 'protect', 'breakeven', 'trail'] as const);
    if (position === undefined || act === undefined) return;
    this.#world.note(`operator: ${act} in ${life.state}`);
    this.#reduce(life, act, position, this.#ways);
  }

  #reduce(life: Life, act: PositionWish, position: Position, random: Random): void {
    const { tws, invariants } = this.#world;
    const { deskState } = life;
    const { account, contract } = position;
    const whole = scale(CENT, tws.midOf(contract.symbol) - Math.sign(position.quantity) * random.between(1, 12));
    const stop = plus(whole, this.#between());
    if (act === 'close') {
      this.#close(life, position, ([25, 50, 100] as const)[random.between(0, 2)]!);
      return;
    }
    const market = marketOf(deskState, position);
    const tick = deskState.details.get(contract.conId)?.minTick ?? CENT;
    const average = roundToTick(position.averagePrice, tick, position.quantity > 0 ? 'up' : 'down');
    const level =
      act === 'protect' ? roundToTick(stop, tick, position.quantity > 0 ? 'up' : 'down') : act === 'breakeven' ? average : undefined;
    const trail = act === 'trail' ? this.#distance(random) : undefined;
    invariants.wayOut.ask(life, { act, position, isNothing: false, level, market, ...(trail === undefined ? {} : { trail }) }, () => {
      const wish = { key: undefined, conId: contract.conId, stop };
      if (act === 'protect') return invariants.terms.wished(wish, () => protectPosition(deskState, account, contract.conId, stop, BY));
      if (act === 'breakeven') return breakeven(deskState, account, contract.conId, BY);
      return trailPosition(deskState, account, contract.conId, trail ?? this.#distance(random), BY);
    });
  }

  #deskWish(life: Life, wish: DeskWish): void {
    const { random } = this.#world;
    const { deskState } = life;
    switch (wish) {
      case 'cancel-one': {
        const order = one(random, deskState.index.working());
        if (order !== undefined) cancelOrders(deskState, [order], BY);
        break;
      }
      case 'cancel-all':
        this.#cancelAll(life, random.chance(0.3) ? 'all' : 'own');
        break;
      case 'modify':
        this.#modify(life);
        break;
      case 'take-offer':
        this.#takeOffer(life);
        break;
      case 'pause':
        pauseByOperator(deskState, BY, 'lunch');
        break;
      case 'stop':
        stopDesk(deskState, BY);
        break;
      case 'kill':
        this.kill('own');
        break;
      case 'kill-all':
        this.kill('all');
        break;
      case 'nothing':
        break;
    }
  }

  kill(scope: 'own' | 'all' = 'own', exits = this.#exits()): void {
    const { life, counts, isAsleep } = this.#world;
    if (life === undefined || isAsleep) return;
    counts.kills += 1;
    this.#world.note(`the operator kills, ${scope}, ${exits}`);
    const { byHand } = this.#world;
    this.#world.byHand = true;
    this.#keeping(life, exits, 'a kill', () => {
      kill(life.deskState, scope, BY, 'enough', exits);
    });
    this.#world.byHand = byHand;
  }

  /** Of an entry that has filled in part the stop is lost with it, where IB takes the children along. */
  #killAtPart(life: Life): void {
    if (!isArmedState(life.state)) return;
    const orders = [...life.stores.orders.values()];
    const isPart = orders.some(
      (entry) =>
        entry.leg === 'E' &&
        entry.state === 'PARTIALLY_FILLED' &&
        orders.some(({ leg, parentKey }) => leg === 'S' && parentKey === entry.key),
    );
    if (!isPart || !this.#ways.chance(0.15)) return;
    this.#waitsUntil = this.#world.now + this.#ways.between(20_000, 45_000);
    this.#isHandsOff = this.#ways.chance(0.6);
    this.kill('own', 'keep');
  }

  #cancelAll(life: Life, scope: 'own' | 'all'): void {
    const exits = this.#exits();
    this.#keeping(life, exits, 'a cancel of all', () => {
      cancelAll(life.deskState, scope, BY, exits);
    });
  }

  /** What protected a position before an act that keeps exits protects it after. */
  #keeping(life: Life, exits: 'keep' | 'cancel', name: string, act: () => void): void {
    const covers = (): ReadonlyMap<string, number> => {
      const { index } = life.deskState;
      // The stop entry of a trigger may lower what is held; it is an entry all the same.
      const exits = index.working().filter(({ leg }) => leg !== 'E');
      return new Map([...life.stores.positions.entries()].map(([key, held]) => [key, stopsProtecting(index, exits, held)]));
    };
    const before = covers();
    // A kill of everybody's exits that is not verified goes on: it takes what has been typed into TWS since, whatever is pressed after it.
    const under = name === 'a kill' && life.deskState.latch.isSet() ? life.stores.engine.get('desk')?.kill : undefined;
    const takesAll = under?.scope === 'all' && under.exits === 'cancel' && under.phase !== 'verified';
    act();
    if (exits === 'cancel' || takesAll || !life.alive) return;
    const after = covers();
    for (const [key, covered] of before)
      if ((after.get(key) ?? 0) < covered) this.#world.invariants.fail(`A3: ${name} takes protection of ${covered / 10_000} from ${key}`);
  }

  /** Mostly the default. Chance of its own, so that everything else of a storm stays as it is. */
  #exits(): 'keep' | 'cancel' {
    return this.#world.choice.chance(0.7) ? 'keep' : 'cancel';
  }

  #close(life: Life, position: Position, percent: 25 | 50 | 100): void {
    const { account, contract, quantity } = position;
    const { closes, wayOut } = this.#world.invariants;
    const isNothing = percent < 100 && Math.floor((Math.abs(quantity) * percent) / 100 / 10_000) === 0;
    closes.clicked(contract.conId, Math.ceil((Math.abs(quantity) * percent) / 100));
    const isDone = wayOut.ask(life, { act: 'close', position, isNothing, level: undefined, market: undefined }, () =>
      closePosition(life.deskState, account, contract.conId, percent, BY),
    );
    if (!isDone) closes.refused(contract.conId);
  }

  #distance(random: Random): Trail {
    return random.chance(0.5)
      ? { kind: 'amount', amount: scale(CENT, random.between(1, 12)) }
      : { kind: 'percent', basisPoints: random.between(1, 20) };
  }

  /** Whatever a position's row offers, with one press. */
  #takeOffer(life: Life): void {
    const { deskState, stores } = life;
    const [offer] = stores.offers.values();
    const position = offer === undefined ? undefined : stores.positions.get(offer.key);
    if (offer === undefined || position === undefined) return;
    const { account, contract } = position;
    if (offer.kind === 'flatten') this.#close(life, position, 100);
    else if (offer.kind === 'resize-exits') resizeExitsNow(deskState, account, contract.conId, BY);
    else if (offer.stop !== undefined) protectPosition(deskState, account, contract.conId, offer.stop, BY);
  }

  #modify(life: Life): void {
    const { random } = this.#world;
    const order = one(random, life.deskState.index.working());
    if (order === undefined) return;
    const move = plus(scale(CENT, random.between(-4, 4)), this.#between());
    const terms = {
      ...(order.limit === undefined ? {} : { limit: plus(order.limit, move) }),
      ...(order.stop === undefined || order.limit !== undefined ? {} : { stop: plus(order.stop, move) }),
      ...(random.chance(0.4) ? { quantity: units(random.between(1, 15) * 10) } : {}),
    };
    const { invariants } = this.#world;
    invariants.terms.wished({ key: order.key, conId: order.contract.conId, ...terms }, () =>
      invariants.refusals.of('a change', () => modifyOrder(life.deskState, order.key, order.updatedAt, terms, BY)),
    );
  }

  /** Now and then a person writes a price that lies between two ticks. */
  #between(): Price {
    return this.#digits.chance(0.3) ? priceOf(this.#digits.between(1, 9) / 1_000) : ZERO_PRICE;
  }

  /** What waits for the operator's word: things found at the start, orders proven absent, a desk that stands. */
  #backToWork(life: Life): void {
    if (!this.#world.random.chance(0.3)) this.toWork(life, this.holds === 'standing' || this.holds === 'killed');
  }

  /** One step of it. A desk that `stays` as it is is only looked after. */
  toWork(life: Life, stays = false): void {
    const { random } = this.#world;
    const { deskState } = life;
    for (const found of undecided(deskState))
      decide(deskState, found.key, random.chance(0.8) ? 'adopt' : random.chance(0.5) ? 'ignore' : 'cancel', BY);
    for (const order of deskState.index.working())
      if (order.absence?.isProven === true) settleOrder(deskState, order.key, order.updatedAt, BY);
    if (stays) return;
    // An operator in a hurry starts before having looked: refused.
    if (unacknowledged(deskState).length > 0 && this.#digits.chance(0.5)) this.#restart(life);
    for (const { account, contract } of unacknowledged(deskState)) acknowledgeExternal(deskState, account, contract.conId, BY);
    this.#restart(life);
  }

  /** A desk that stands is set to work again, one step at a time. */
  #restart(life: Life): void {
    const { deskState } = life;
    if (life.deskState.latch.isSet() && this.#world.now < this.#waitsUntil) return;
    if (life.state === 'EMERGENCY') acknowledgeKill(deskState, BY, 'seen');
    else if (life.state === 'STOPPED') {
      requestRearm(deskState, BY);
      confirmRearm(deskState, BY, life.stores.engine.get('desk')?.rearmPhrase ?? '');
    } else if (life.state === 'ERROR') recoverDesk(deskState, BY);
    else if (life.state === 'IDLE') startDesk(deskState, BY);
    else if (life.state === 'PAUSED') resumeDesk(deskState, BY);
  }

  #arm(life: Life, spec: TriggerSpec, existing: Parameters<typeof armAsSeen>[3]): void {
    const armed = armAsSeen(life.deskState, spec, BY, existing);
    if (!armed.ok) return;
    this.#variety.armed(spec);
    this.#world.note(`armed ${armed.value.id}: ${spec.action.side} ${spec.action.quantity / 10_000} ${spec.action.contract.symbol}`);
    if (life.alive) this.#world.invariants.armed(life, spec.action.contract.conId);
    life.core.drainNow();
  }
}

/** Any of these; no chance is drawn when there is none. */
function one<T>(random: Random, from: readonly T[]): T | undefined {
  return from.length === 0 ? undefined : from[random.between(0, from.length - 1)];
}
