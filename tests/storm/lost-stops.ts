import { stopsProtecting } from '#core/order/stop-coverage';
import type { CommitNews } from '#core/commit/work';
import type { Order } from '#domain/order';
import type { Excuses } from './excuses.ts';
import type { JudgedLife, JudgedWorld } from './judged.ts';
import { isAlive } from './truth.ts';

/** So long the desk tries to put a stop back; what is bare only later is offered (decision 47). Virtual ms. */
const TRIED_MS = 15_000;

interface Gone {
  readonly at: number;
  /** Within the time in which the desk tries, its book had something bare that this stop was for. */
  wasBare: boolean;
}

/**
 * Stops that went with an entry of which a kill or a cancel-all took only what had not filled: what such an entry has opened and is bare gets a
 * stop again. One that had gone before the entry's cancel was asked for, or in an earlier life, was taken by somebody else: it is offered, not
 * sent, and `protectionGaps` asks for that offer.
 */
export class LostStops {
  readonly #excuses: Excuses;
  /** Every stop that has ended in this life; undefined for one that did not go with its entry. */
  readonly #gone = new Map<string, Gone | undefined>();

  constructor(excuses: Excuses) {
    this.#excuses = excuses;
  }

  born(): void {
    this.#gone.clear();
  }

  /** `now`: virtual ms. */
  committed(life: JudgedLife, { changes }: CommitNews, now: number): void {
    for (const { store, value } of changes) {
      const order = value as Order | undefined;
      if (store !== 'orders' || order?.leg !== 'S') continue;
      if (order.state !== 'CANCELLED') this.#gone.delete(order.key);
      else if (!this.#gone.has(order.key))
        this.#gone.set(order.key, isTaken(order, entryOf(life, order)) ? { at: now, wasBare: false } : undefined);
    }
  }

  look(life: JudgedLife, now: number): void {
    for (const [key, gone] of this.#gone) {
      if (gone === undefined || gone.wasBare || now - gone.at > TRIED_MS) continue;
      const stop = life.stores.orders.get(key as Order['key']);
      gone.wasBare = stop !== undefined && isMissed(life, stop);
    }
  }

  /** What is missing now, once all has been told. */
  missing(world: Pick<JudgedWorld, 'now' | 'tws'>, life: JudgedLife): readonly string[] {
    const found: string[] = [];
    for (const [key, gone] of this.#gone) {
      const stop = life.stores.orders.get(key as Order['key']);
      const entry = stop === undefined ? undefined : entryOf(life, stop);
      const position = stop === undefined ? undefined : life.stores.positions.get(`${stop.account}:${stop.contract.conId}`);
      if (gone === undefined || stop === undefined || entry === undefined || position === undefined) continue;
      if ((world.tws.ledger.position(stop.contract.conId)?.quantity ?? 0) !== position.quantity || !isMissed(life, stop)) continue;
      if ([...life.stores.orders.values()].some((one) => isLaterStop(one, stop, entry))) continue;
      if (this.#isExcused(world, life, stop, gone)) continue;
      found.push(`A3: the stop ${stop.key} went with its entry, and none was put back`);
    }
    return found;
  }

  /** By what the screen offers for all that is bare, and by a reason that the broker's books have too. */
  #isExcused(world: Pick<JudgedWorld, 'now' | 'tws'>, life: JudgedLife, stop: Order, gone: Gone): boolean {
    const key = `${stop.account}:${stop.contract.conId}`;
    const { index } = life.deskState;
    const position = life.stores.positions.get(key);
    if (position === undefined) return false;
    const bare = Math.abs(position.quantity) - stopsProtecting(index, index.working(), position);
    const offer = life.stores.offers.get(key);
    if (offer === undefined || (offer.kind === 'protect' && offer.quantity < bare)) return false;
    const isCrowded = saysSo(life, key) && loneTargets(world.tws, stop) + bare > Math.abs(position.quantity);
    const name = !gone.wasBare ? 'bare only after the desk had tried' : isCrowded ? 'no room for a stop' : undefined;
    if (name === undefined) return false;
    this.#excuses.note(`a lost stop: ${name}`, bare, world.now);
    return true;
  }
}

function entryOf({ stores }: JudgedLife, stop: Order): Order | undefined {
  return stop.parentKey === undefined ? undefined : stores.orders.get(stop.parentKey);
}

/** By IB with its entry, of which the kill took only what had not filled. */
function isTaken(stop: Order, entry: Order | undefined): boolean {
  if (entry?.cancelKeepsExits !== true) return false;
  return stop.cancelAskedAt === undefined || stop.cancelKeepsExits === true;
}

/** Its entry has opened something that no exit has closed, and what is held has less protection than it has size. */
function isMissed({ deskState: { index }, stores: { orders, positions } }: JudgedLife, stop: Order): boolean {
  const entry = stop.parentKey === undefined ? undefined : orders.get(stop.parentKey);
  const position = positions.get(`${stop.account}:${stop.contract.conId}`);
  if (entry === undefined || position === undefined) return false;
  const exited = [...orders.values()].reduce((sum, one) => sum + (one.parentKey === entry.key ? one.filled : 0), 0);
  const isAgainst = stop.side === (position.quantity > 0 ? 'SELL' : 'BUY') && position.quantity !== 0;
  return isAgainst && entry.filled > exited && stopsProtecting(index, index.working(), position) < Math.abs(position.quantity);
}

function isLaterStop(one: Order, stop: Order, entry: Order): boolean {
  const isOther = one.leg === 'S' && one.contract.conId === stop.contract.conId && one.parentKey === undefined;
  return isOther && one.createdAt > (entry.cancelAskedAt ?? 0);
}

/** The desk has told of this position that it could not put the stop back. */
function saysSo({ alarms }: JudgedLife, positionKey: string): boolean {
  return alarms.some(({ key, text }) => key === positionKey && text.includes('could not be put back'));
}

/** What targets without a group, which no stop can join, truly take on the side of this stop. */
function loneTargets({ ledger }: JudgedWorld['tws'], { contract, side }: Order): number {
  return ledger.orders
    .filter((order) => isAlive(order) && order.contract.conId === contract.conId && order.action === side && order.type === 'LMT')
    .reduce((sum, order) => sum + (order.ocaGroup === '' ? order.remaining : 0), 0);
}
