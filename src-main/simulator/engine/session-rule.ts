import { localTime, parseStamp, stampText } from '../calendar/new-york.ts';
import { nextOpen, nextTradingDay, sessionAt, tradingHours } from '../calendar/trading-day.ts';
import type { OrderView } from '#simulator/model/order-view';

/** When orders may trade. Hours are those of New York; `ignored` is for tapes and tests that have no calendar. */
export class SessionRule {
  readonly #enforced: boolean;

  constructor(enforced: boolean) {
    this.#enforced = enforced;
  }

  isOpen(at: number, outsideRth: boolean): boolean {
    if (!this.#enforced) return true;
    const session = sessionAt(at);
    return outsideRth ? session !== 'closed' : session === 'regular';
  }

  /** When an order dies that works now. A GTD order without a time of day lives to the end of that day's session. */
  deathOf(order: OrderView, now: number): number {
    if (order.tif === 'GTC') return Infinity;
    const stamp = order.tif === 'GTD' ? parseStamp(order.extras.goodTillDate) : undefined;
    if (stamp === undefined) return this.expiry(now, order.outsideRth);
    return /\d:\d/.test(order.extras.goodTillDate) ? stamp : this.expiry(stamp, order.outsideRth);
  }

  /** When a DAY order given now dies: the next end of the session it may trade in. */
  expiry(at: number, outsideRth: boolean): number {
    let { day } = localTime(at);
    for (;;) {
      const hours = tradingHours(day);
      const end = hours === undefined ? -Infinity : outsideRth || !this.#enforced ? hours.postClose : hours.close;
      if (end > at) return end;
      day = nextTradingDay(day);
    }
  }

  /** When regular trading opens next; this very moment when it is open. */
  nextOpen(at: number): number {
    return this.isOpen(at, false) ? at : nextOpen(at);
  }

  opensText(at: number, outsideRth: boolean): string {
    const today = tradingHours(localTime(at).day);
    if (outsideRth && today !== undefined && at < today.preOpen) return stampText(today.preOpen);
    if (outsideRth) return stampText(tradingHours(nextTradingDay(localTime(at).day))?.preOpen ?? at);
    return stampText(nextOpen(at));
  }

  /** The next opening or closing of any session after this moment. */
  nextBorder(at: number): number {
    for (let { day } = localTime(at); ; day = nextTradingDay(day)) {
      const hours = tradingHours(day);
      const next =
        hours === undefined ? undefined : [hours.preOpen, hours.open, hours.close, hours.postClose].find((border) => border > at);
      if (next !== undefined) return next;
    }
  }
}
