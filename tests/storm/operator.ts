import { decide } from '#core/reconciliation/adoption';
import { undecided } from '#core/state/found-at-start';
import { breakeven, protectPosition } from '#core/protection/place-stop';
import { closePosition } from '#core/protection/close-position';
import { cancelOrders } from '#core/execution/cancel';
import { kill } from '#core/safety/kill';
import { armTrigger } from '#core/strategy/trigger/arm';
import { changeTrigger } from '#core/strategy/trigger/change';

import { fire } from '#core/strategy/trigger/fire';

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

import { cancelAll } from '#core/safety/cancel-all';
import { settleOrder } from '#core/reconciliation/unknown-orders';
import type { Contract } from '#domain/contract';
import type { Trail } from '#domain/order';
import type { Position } from '#domain/position';
import { priceOf } from '#domain/price';
import { units } from '#domain/quantity';
import type { TriggerAction, TriggerSpec } from '#domain/trigger';
import { plus, scale } from '#domain/scaled';
import type { Life } from './life.ts';
import { contractOf } from './told.ts';
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

/** The person at the console, who wants to trade whatever happens. */
export class Operator {
  readonly #world: World;
  readonly #wishes: readonly Wish[] = Object.entries(WISHES).flatMap(([wish, odds]) => Array.from({ length: odds }, () => wish as Wish));
  #names = 0;

  constructor(world: World) {
    this.#world = world;
  }

  act(): void {
    this.#world.byHand = true;
    this.#act();
    this.#world.byHand = false;
  }

  #act(): void {
    const { life, random } = this.#world;
    if (life === undefined) return;
    this.#backToWork(life);
    const wish = this.#wishes[random.between(0, this.#wishes.length - 1)]!;
    const triggers = [...life.stores.triggers.values()];
    const trigger = triggers.length === 0 ? undefined : triggers[random.between(0, triggers.length - 1)];
    const { deskState } = life;
    if (wish !== 'nothing')
      this.#world.note(`operator: ${wish}${trigger === undefined || !/trig|fire|again|disarm/.test(wish) ? '' : ` ${trigger.id}`}`);
    switch (wish) {
      case 'arm':
        this.#arm(life, this.#spec(), undefined);
        break;
      case 'arm-again':
        if (trigger !== undefined)
          this.#arm(life, random.chance(0.5) ? trigger.spec : { ...this.#spec(), name: trigger.spec.name }, {
            id: trigger.id,
            version: trigger.updatedAt,
          });
        break;
      case 'fire-now': {
        const armed = triggers.filter(({ life: state }) => state === 'armed');
        const chosen = armed.length === 0 ? undefined : armed[random.between(0, armed.length - 1)];
        const firing = chosen === undefined ? undefined : deskState.registry.fireNow(chosen.id);
        if (firing?.ok !== true) break;
        fire(deskState, firing.value, life.clock.monotonic());
        life.core.settle(firing.value.triggerId);
        break;
      }
      case 'cancel-one': {
        const working = deskState.index.working();
        const order = working.length === 0 ? undefined : working[random.between(0, working.length - 1)];
        if (order !== undefined) cancelOrders(deskState, [order], BY);
        break;
      }
      case 'cancel-all':
        cancelAll(deskState, random.chance(0.3) ? 'all' : 'own', BY);
        break;
      case 'modify':
        this.#modify(life);
        break;
      case 'close':
      case 'protect':
      case 'breakeven':
      case 'trail': {
        const held = [...life.stores.positions.values()].filter(({ quantity }) => quantity !== 0);
        const position = held.length === 0 ? undefined : held[random.between(0, held.length - 1)];
        if (position === undefined) break;
        const { account, contract } = position;
        const stop = scale(CENT, this.#world.tws.midOf(contract.symbol) - Math.sign(position.quantity) * random.between(1, 12));
        if (wish === 'close') this.#close(life, position, ([25, 50, 100] as const)[this.#world.random.between(0, 2)]!);
        else if (wish === 'protect') protectPosition(deskState, account, contract.conId, stop, BY);
        else if (wish === 'breakeven') breakeven(deskState, account, contract.conId, BY);
        else trailPosition(deskState, account, contract.conId, this.#distance(), BY);
        break;
      }
      case 'take-offer':
        this.#takeOffer(life);
        break;
      case 'pause-trigger':
      case 'resume-trigger':
      case 'disarm': {
        if (trigger === undefined) break;
        const event = wish === 'disarm' ? 'disarm' : wish === 'pause-trigger' ? 'pause' : 'resume';
        const changed = changeTrigger(deskState, trigger.id, trigger.updatedAt, event, BY);
        if (changed.ok && event === 'resume' && life.alive)
          this.#world.invariants.armed(life, trigger.spec.action.contract.conId, 'resumed');
        life.core.drainNow();
        break;
      }
      case 'pause':
        pauseByOperator(deskState, BY, 'lunch');
        break;
      case 'stop':
        stopDesk(deskState, BY);
        break;
      case 'kill':
      case 'kill-all':
        this.kill(wish === 'kill' ? 'own' : 'all');
        break;
      case 'nothing':
        break;
    }
  }

  kill(scope: 'own' | 'all' = 'own'): void {
    const { life, counts } = this.#world;
    if (life === undefined) return;
    counts.kills += 1;
    this.#world.note(`the operator kills, ${scope}`);
    const { byHand } = this.#world;
    this.#world.byHand = true;
    kill(life.deskState, scope, BY, 'enough');
    this.#world.byHand = byHand;
  }

  #close(life: Life, { account, contract, quantity }: Position, percent: 25 | 50 | 100): void {
    const { closes } = this.#world.invariants;
    closes.clicked(contract.conId, Math.ceil((Math.abs(quantity) * percent) / 100));
    if (!closePosition(life.deskState, account, contract.conId, percent, BY).ok) closes.refused(contract.conId);
  }

  #distance(): Trail {
    const { random } = this.#world;
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
    const working = life.deskState.index.working();
    const order = working.length === 0 ? undefined : working[random.between(0, working.length - 1)];
    if (order === undefined) return;
    const move = scale(CENT, random.between(-4, 4));
    modifyOrder(
      life.deskState,
      order.key,
      order.updatedAt,
      {
        ...(order.limit === undefined ? {} : { limit: plus(order.limit, move) }),
        ...(order.stop === undefined || order.limit !== undefined ? {} : { stop: plus(order.stop, move) }),
        ...(random.chance(0.4) ? { quantity: units(random.between(1, 15) * 10) } : {}),
      },
      BY,
    );
  }

  /** What waits for the operator's word: things found at the start, orders proven absent, a desk that stands. */
  #backToWork(life: Life): void {
    const { random } = this.#world;
    const { deskState } = life;
    if (random.chance(0.3)) return;
    for (const found of undecided(deskState))
      decide(deskState, found.key, random.chance(0.8) ? 'adopt' : random.chance(0.5) ? 'ignore' : 'cancel', BY);
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

  #arm(life: Life, spec: TriggerSpec, existing: Parameters<typeof armTrigger>[3]): void {
    const armed = armTrigger(life.deskState, spec, BY, existing);
    if (!armed.ok) return;
    this.#world.note(`armed ${armed.value.id}: ${spec.action.side} ${spec.action.quantity / 10_000} ${spec.action.contract.symbol}`);
    if (life.alive) this.#world.invariants.armed(life, spec.action.contract.conId);
    life.core.drainNow();
  }

  #spec(): TriggerSpec {
    const { random, tws } = this.#world;
    this.#names += 1;
    const instrument = tws.listing.all[random.between(0, tws.listing.all.length - 1)]!;
    const contract = contractOf(instrument);
    const mid = tws.midOf(instrument.symbol);
    const above = random.chance(0.5);
    const level = scale(CENT, mid + (above ? 1 : -1) * random.between(1, 4));
    return {
      name: `N${this.#names}`,
      condition: { kind: 'price', contract, field: 'last', test: above ? 'crosses-above' : 'crosses-below', level },
      action: this.#action(contract, mid),
      rthOnly: false,
    };
  }

  #action(contract: Contract, mid: number): TriggerAction {
    const { random } = this.#world;
    const buy = random.chance(0.5);
    const kind = random.next();
    const far = scale(CENT, mid + (buy ? -1 : 1) * random.between(0, 8));
    const beyond = scale(CENT, mid + (buy ? 1 : -1) * random.between(2, 9));
    const exit = (): { readonly kind: 'percent'; readonly basisPoints: number } => ({
      kind: 'percent',
      basisPoints: random.between(1, 12),
    });
    return {
      contract,
      side: buy ? 'BUY' : 'SELL',
      quantity: units(random.between(1, 15) * 10),
      entry: kind < 0.5 ? { type: 'MKT' } : kind < 0.9 ? { type: 'LMT', limit: far } : { type: 'STP', stop: beyond },
      tif: random.chance(0.1) ? 'IOC' : random.chance(0.3) ? 'GTC' : 'DAY',
      outsideRth: false,
      ...(random.chance(0.55) ? { target: exit() } : {}),
      ...(random.chance(0.55) ? { stop: exit() } : {}),
    };
  }
}
