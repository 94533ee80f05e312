import { entryOf, isOpenEntry, openOf } from '#core/order/brackets';
import { shutRefusal } from '#core/pretrade/transmit-gate';
import { logLine, type Slice } from '#core/state/desk-state';
import { positionKey } from '#core/state/records';
import type { OrderKey } from '#domain/ids';
import { isStopType, type Order, type OrderLeg, type TimeInForce } from '#domain/order';
import type { Position } from '#domain/position';
import { formatQuantity, type Quantity, ZERO } from '#domain/quantity';
import { min } from '#domain/scaled';
import { statedPrices } from '#core/order/stated-prices';
import { sizeOf, unprotectedOf } from './exits.ts';
import { groupToJoin } from './place-stop.ts';
import { sendExit } from './send-exit.ts';

type Desk = Slice<
  | 'accounts'
  | 'board'
  | 'broker'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'details'
  | 'exchange'
  | 'index'
  | 'journal'
  | 'latch'
  | 'latencies'
  | 'link'
  | 'memos'
  | 'ordersOut'
  | 'recentSends'
  | 'reconciliation'
  | 'rules'
  | 'stores'
>;

/** An entry that is going may still fill this long; what it has opened by then is not left bare for it. */
const ENTRY_ENDS_MS = 2_000;
/** Executions and the ends of the other exits come within this time; after it the operator has the word. */
const GIVEN_UP_MS = 15_000;
const AGAIN_MS = 1_000;

/**
 * IB cancels the children with a cancelled parent. A kill or a cancel-all that keeps the exits of what is held may so lose the stop of an
 * entry that has filled in part, or that filled while its cancel was on its way: then one stop at the same level goes out for what is bare. It
 * is the one order that the desk sends by itself besides firings, and it only takes risk down.
 */
export class LostStops {
  readonly #desk: Desk;
  readonly #lost = new Map<OrderKey, { readonly since: number; readonly triedAt: number }>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Called with every committed change of an order's state. */
  note(order: Order): void {
    if (order.state !== 'CANCELLED' || order.leg !== 'S' || !isStopType(order.type) || this.#lost.has(order.key)) return;
    if (order.cancelAskedAt !== undefined && order.cancelKeepsExits !== true) return;
    if (entryOf(this.#desk.index, order)?.cancelKeepsExits !== true) return;
    this.#lost.set(order.key, { since: this.#desk.clock.now(), triedAt: Number.NEGATIVE_INFINITY });
  }

  /** After news and with the timer. */
  look(): void {
    const desk = this.#desk;
    if (this.#lost.size === 0 || desk.coordinator.isBusy) return;
    const now = desk.clock.now();
    for (const [key, { since, triedAt }] of this.#lost) {
      const stop = desk.index.get(key);
      const entry = stop === undefined ? undefined : entryOf(desk.index, stop);
      // It works after all, or everything shall go by now.
      if (stop?.state !== 'CANCELLED' || entry === undefined || (desk.latch.isSet() && desk.latch.exits() === 'cancel'))
        this.#lost.delete(key);
      else if (isOpenEntry(entry) && now - since < ENTRY_ENDS_MS) continue;
      else if (shutRefusal(desk) !== undefined || now - triedAt < AGAIN_MS) continue;
      else {
        this.#lost.set(key, { since, triedAt: now });
        this.#putBack(stop, now - since >= GIVEN_UP_MS);
      }
    }
  }

  #putBack(stop: Order, isLast: boolean): void {
    const desk = this.#desk;
    const position = desk.stores.positions.get(positionKey(stop.account, stop.contract.conId));
    const bare = position === undefined ? ZERO : this.#bareOf(stop, position);
    if (position === undefined || bare <= 0) {
      if (isLast) this.#lost.delete(stop.key);
      return;
    }
    const group = groupToJoin(desk, position, bare);
    const sent = group.ok ? sendExit(desk, position, { ...legOf(stop, bare), ...group.value }, this.#sentence(stop, bare)) : group;
    if (!sent.ok && !isLast) return;
    this.#lost.delete(stop.key);
    if (!sent.ok)
      logLine(
        desk,
        'alarm',
        `UNPROTECTED ${formatQuantity(bare)} ${stop.contract.symbol}: IB cancelled the stop with its entry, and it could not be put back: ${sent.error.text}`,
        { kind: 'position', key: positionKey(stop.account, stop.contract.conId) },
      );
  }

  /** Of what this entry has opened, what no stop covers. */
  #bareOf(stop: Order, position: Position): Quantity {
    const isAgainst = stop.side === (position.quantity > 0 ? 'SELL' : 'BUY');
    if (!isAgainst || position.quantity === 0) return ZERO;
    const opened = openOf(this.#desk.index, stop) ?? ZERO;
    return min(min(opened, unprotectedOf(this.#desk, position)), sizeOf(position));
  }

  #sentence(stop: Order, quantity: Quantity): string {
    return `IB cancelled the stop of ${formatQuantity(quantity)} ${stop.contract.symbol} with its entry; one at the same level is put back.`;
  }
}

function legOf(stop: Order, quantity: Quantity): Omit<OrderLeg, 'ref' | 'side'> {
  return {
    leg: 'S',
    type: stop.type,
    quantity,
    ...statedPrices(stop),
    tif: stop.tif as TimeInForce,
    outsideRth: stop.outsideRth,
  };
}
