import type { OrderView } from '#simulator/model/order-view';
import type { Excuses } from './excuses.ts';
import { trueExposure } from './exposure.ts';
import type { Judge, SentFrame } from './judge.ts';
import type { JudgedLife, JudgedWorld, Written } from './judged.ts';
import type { Told } from './told.ts';

/** Two lists at least two seconds apart show a difference before the desk takes the broker's figure over; they are asked for within seconds. */
const TAKEN_OVER_MS = 12_000;

/**
 * I-16 against the broker's truth, strangers included: when an entry leaves, what the account would hold if everything that works in the
 * contract filled, other programs' orders too, is within the limit. What the broker has not told the desk is excused by its own size, and by
 * nothing more.
 */
export class Strangers implements Judge {
  readonly #world: JudgedWorld;
  readonly #written: () => Iterable<Written>;
  readonly #excuses: Excuses;
  readonly #fail: (text: string) => void;
  /** permIds of orders of which this life was told. */
  readonly #told = new Set<number>();
  /** Since when the desk's position in a contract is not the broker's, virtual ms. */
  readonly #differs = new Map<number, number>();

  constructor(world: JudgedWorld, written: () => Iterable<Written>, excuses: Excuses, fail: (text: string) => void) {
    this.#world = world;
    this.#written = written;
    this.#excuses = excuses;
    this.#fail = fail;
  }

  born(): void {
    this.#told.clear();
    this.#differs.clear();
  }

  told(_life: JudgedLife, _clientId: number, told: Told): void {
    if (told.kind === 'news' && told.news.kind === 'open-order') this.#told.add(told.news.order.permId);
  }

  look(life: JudgedLife): void {
    for (const { contract } of life.stores.positions.values()) {
      if (this.#missing(life, contract.conId) === 0) this.#differs.delete(contract.conId);
      else if (!this.#differs.has(contract.conId)) this.#differs.set(contract.conId, this.#world.now);
    }
  }

  frame(life: JudgedLife, { order }: SentFrame): void {
    if (order === undefined || order.approved.value.purpose !== 'entry' || order.leg !== order.approved.value.legs[0]) return;
    const { contract } = order.approved.value;
    const direction = order.leg.side === 'BUY' ? 1 : -1;
    const limit = life.deskState.rules().limits.maxPositionShares * 10_000;
    const truth = trueExposure(this.#world.tws, this.#written(), contract.conId, direction);
    if (truth <= limit) return;
    const orders = this.#untoldOrders(contract.conId, direction);
    const position = this.#untoldPosition(life, contract.conId, direction);
    if (truth - orders - position > limit) {
      this.#fail(
        `I-16: at the broker the worst case with ${order.leg.ref} is ${truth / 10_000}, the limit ${limit / 10_000}; untold are orders for ${orders / 10_000} and ${position / 10_000} of the position`,
      );
      return;
    }
    if (orders > 0) this.#excuses.note('an order of another program that TWS has not listed', orders, this.#world.now);
    if (position > 0)
      this.#excuses.note('a position that the broker has not told or the lists have not confirmed', position, this.#world.now);
  }

  /** What others have working in the contract and nobody has told this life of. */
  #untoldOrders(conId: number, direction: 1 | -1): number {
    const side = direction === 1 ? 'BUY' : 'SELL';
    const isUntold = (order: OrderView): boolean =>
      order.contract.conId === conId && order.action === side && !order.orderRef.startsWith('TD1-') && !this.#told.has(order.permId);
    return this.#world.tws.exchange.register
      .active()
      .filter((order) => !order.done && isUntold(order))
      .reduce((sum, order) => sum + order.remaining, 0);
  }

  /** By how much the broker's position is further in this direction than the desk's; nothing once the desk has had the time to take it over. */
  #untoldPosition(life: JudgedLife, conId: number, direction: 1 | -1): number {
    const since = this.#differs.get(conId) ?? this.#world.now;
    if (this.#world.now - since > TAKEN_OVER_MS) return 0;
    return Math.max(0, direction * this.#missing(life, conId));
  }

  #missing(life: JudgedLife, conId: number): number {
    const truth = this.#world.tws.ledger.position(conId)?.quantity ?? 0;
    const held = [...life.stores.positions.values()].find(({ contract }) => contract.conId === conId)?.quantity ?? 0;
    return truth - held;
  }
}
