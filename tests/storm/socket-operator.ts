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
import { cancelOrders } from '#core/execution/cancel';
import { modifyOrder } from '#core/execution/modify';
import { closePosition } from '#core/protection/close-position';
import { breakeven, protectPosition } from '#core/protection/place-stop';
import { resizeExitsNow } from '#core/protection/resize-on-request';
import { trailPosition } from '#core/protection/trailing-stop';
import { decide } from '#core/reconciliation/adoption';
import { acknowledgeExternal, unacknowledged } from '#core/reconciliation/position-check';
import { settleOrder } from '#core/reconciliation/unknown-orders';
import { cancelAll } from '#core/safety/cancel-all';
import { kill } from '#core/safety/kill';
import { undecided } from '#core/state/found-at-start';
import { changeTrigger } from '#core/strategy/trigger/change';
import type { Contract } from '#domain/contract';
import type { Position } from '#domain/position';
import { priceOf, roundToTick } from '#domain/price';
import { units } from '#domain/quantity';
import { plus, scale } from '#domain/scaled';
import type { TriggerAction, TriggerSpec } from '#domain/trigger';
import { Random } from '#simulator/model/random';
import { armAsSeen } from '../support/core/arm-as-seen.ts';
import type { SocketLife } from './socket-life.ts';
import type { SocketWorld } from './socket-world.ts';

const BY = 'the operator';
const CENT = priceOf(0.01);

/** Relative odds of what the person at the console does. */
const WISHES = {
  arm: 26,
  'fire-now': 22,
  'change-trigger': 4,
  'cancel-one': 9,
  'cancel-all': 2,
  modify: 9,
  close: 7,
  protect: 4,
  breakeven: 2,
  trail: 4,
  'take-offer': 4,
  pause: 2,
  stop: 1,
  kill: 3,
  'kill-all': 2,
  nothing: 4,
} as const;
type Wish = keyof typeof WISHES;
type PositionWish = 'close' | 'protect' | 'breakeven' | 'trail';

function isAboutPosition(wish: Wish): wish is PositionWish {
  return wish === 'close' || wish === 'protect' || wish === 'breakeven' || wish === 'trail';
}

/** The person at the console of a desk on real sockets. */
export class SocketOperator {
  readonly #world: SocketWorld;
  readonly #random: Random;
  readonly #wishes: readonly Wish[] = Object.entries(WISHES).flatMap(([wish, odds]) => Array.from({ length: odds }, () => wish as Wish));
  #names = 0;

  constructor(world: SocketWorld) {
    this.#world = world;
    this.#random = new Random(world.seed + 0x09e7);
  }

  act(): void {
    const { life } = this.#world;
    if (life === undefined) return;
    this.#backToWork(life);
    const wish = this.#one(this.#wishes)!;
    this.#world.note(`operator: ${wish}`);
    if (isAboutPosition(wish)) this.#positionWish(life, wish);
    else if (wish === 'arm' || wish === 'fire-now' || wish === 'change-trigger') this.#triggerWish(life, wish);
    else this.#deskWish(life, wish);
  }

  #one<T>(from: readonly T[]): T | undefined {
    return from.length === 0 ? undefined : from[this.#random.between(0, from.length - 1)];
  }

  #triggerWish(life: SocketLife, wish: 'arm' | 'fire-now' | 'change-trigger'): void {
    const { deskState, stores } = life;
    const triggers = [...stores.triggers.values()];
    if (wish === 'arm') {
      const spec = this.#spec(life);
      if (spec !== undefined && armAsSeen(deskState, spec, BY).ok) life.core.drainNow();
    } else if (wish === 'fire-now') {
      const chosen = this.#one(triggers.filter(({ life: state }) => state === 'armed'));
      if (chosen !== undefined) life.core.commands.fireNow(chosen.id, chosen.updatedAt, BY);
    } else {
      const trigger = this.#one(triggers);
      const event = this.#one(['disarm', 'pause', 'resume-although-true'] as const)!;
      if (trigger !== undefined) changeTrigger(deskState, trigger.id, trigger.updatedAt, event, BY);
      life.core.drainNow();
    }
  }

  #positionWish({ deskState, stores }: SocketLife, wish: PositionWish): void {
    const position = this.#one([...stores.positions.values()].filter(({ quantity }) => quantity !== 0));
    if (position === undefined) return;
    const { account, contract } = position;
    if (wish === 'close') closePosition(deskState, account, contract.conId, this.#one([25, 50, 100] as const)!, BY);
    else if (wish === 'protect') protectPosition(deskState, account, contract.conId, this.#level(position), BY);
    else if (wish === 'breakeven') breakeven(deskState, account, contract.conId, BY);
    else trailPosition(deskState, account, contract.conId, { kind: 'amount', amount: scale(CENT, this.#random.between(2, 20)) }, BY);
  }

  #level({ contract, quantity }: Position): ReturnType<typeof roundToTick> {
    const away = scale(CENT, -Math.sign(quantity) * this.#random.between(1, 25));
    return roundToTick(plus(this.#world.priceOf(contract.symbol), away), CENT, 'nearest');
  }

  #deskWish(life: SocketLife, wish: Exclude<Wish, PositionWish | 'arm' | 'fire-now' | 'change-trigger'>): void {
    const { deskState } = life;
    const exits = this.#random.chance(0.7) ? 'keep' : 'cancel';
    switch (wish) {
      case 'cancel-one': {
        const order = this.#one(deskState.index.working());
        if (order !== undefined) cancelOrders(deskState, [order], BY);
        break;
      }
      case 'cancel-all':
        cancelAll(deskState, this.#random.chance(0.3) ? 'all' : 'own', BY, exits);
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
      case 'kill-all':
        this.#world.counts.kills += 1;
        kill(deskState, wish === 'kill' ? 'own' : 'all', BY, 'enough', exits);
        break;
      case 'nothing':
        break;
    }
  }

  #modify({ deskState }: SocketLife): void {
    const order = this.#one(deskState.index.working());
    if (order === undefined) return;
    const move = scale(CENT, this.#random.between(-6, 6));
    const terms = {
      ...(order.limit === undefined ? {} : { limit: plus(order.limit, move) }),
      ...(order.stop === undefined || order.limit !== undefined ? {} : { stop: plus(order.stop, move) }),
      ...(this.#random.chance(0.4) ? { quantity: units(this.#random.between(1, 12) * 10) } : {}),
    };
    modifyOrder(deskState, order.key, order.updatedAt, terms, BY);
  }

  #takeOffer({ deskState, stores }: SocketLife): void {
    const [offer] = stores.offers.values();
    const position = offer === undefined ? undefined : stores.positions.get(offer.key);
    if (offer === undefined || position === undefined) return;
    const { account, contract } = position;
    if (offer.kind === 'flatten') closePosition(deskState, account, contract.conId, 100, BY);
    else if (offer.kind === 'resize-exits') resizeExitsNow(deskState, account, contract.conId, BY);
    else if (offer.stop !== undefined) protectPosition(deskState, account, contract.conId, offer.stop, BY);
  }

  /** What waits for the operator's word: things found at the start, orders proven absent, a desk that stands. */
  #backToWork(life: SocketLife): void {
    const { deskState } = life;
    if (this.#random.chance(0.25)) return;
    for (const found of undecided(deskState))
      decide(deskState, found.key, this.#one(['adopt', 'adopt', 'adopt', 'ignore', 'cancel'] as const)!, BY);
    for (const order of deskState.index.working())
      if (order.absence?.isProven === true) settleOrder(deskState, order.key, order.updatedAt, BY);
    for (const { account, contract } of unacknowledged(deskState)) acknowledgeExternal(deskState, account, contract.conId, BY);
    if (life.state === 'EMERGENCY') acknowledgeKill(deskState, BY, 'seen');
    else if (life.state === 'STOPPED') {
      requestRearm(deskState, BY);
      confirmRearm(deskState, BY, life.stores.engine.get('desk')?.rearmPhrase ?? '');
    } else if (life.state === 'ERROR') recoverDesk(deskState, BY);
    else if (life.state === 'IDLE') startDesk(deskState, BY);
    else if (life.state === 'PAUSED') resumeDesk(deskState, BY);
  }

  #spec(life: SocketLife): TriggerSpec | undefined {
    const contract = this.#one([...life.contracts.values()]);
    if (contract === undefined) return undefined;
    this.#names += 1;
    const above = this.#random.chance(0.5);
    const level = plus(this.#world.priceOf(contract.symbol), scale(CENT, (above ? 1 : -1) * this.#random.between(1, 5)));
    return {
      name: `N${this.#names}`,
      condition: { kind: 'price', contract, field: 'last', test: above ? 'crosses-above' : 'crosses-below', level },
      action: this.#action(contract),
      rthOnly: false,
    };
  }

  #action(contract: Contract): TriggerAction {
    const random = this.#random;
    const buy = random.chance(0.5);
    const now = this.#world.priceOf(contract.symbol);
    const kind = random.next();
    const far = plus(now, scale(CENT, (buy ? -1 : 1) * random.between(0, 6)));
    const beyond = plus(now, scale(CENT, (buy ? 1 : -1) * random.between(2, 9)));
    const exit = (): { readonly kind: 'percent'; readonly basisPoints: number } => ({
      kind: 'percent',
      basisPoints: random.between(2, 14),
    });
    return {
      contract,
      side: buy ? 'BUY' : 'SELL',
      quantity: units(random.between(1, 12) * 10),
      entry: kind < 0.5 ? { type: 'MKT' } : kind < 0.85 ? { type: 'LMT', limit: far } : { type: 'STP', stop: beyond },
      tif: random.chance(0.1) ? 'IOC' : random.chance(0.3) ? 'GTC' : 'DAY',
      outsideRth: false,
      ...(random.chance(0.6) ? { target: exit() } : {}),
      ...(random.chance(0.6) ? { stop: exit() } : {}),
    };
  }
}
