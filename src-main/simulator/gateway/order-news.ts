import type { ExchangeNews, Preview } from '../engine/exchange-news.ts';
import type { Fill } from '../engine/ledger.ts';
import type { OrderView } from '../engine/order-view.ts';
import type { Instrument } from '../market/instrument.ts';
import type { Random } from '../random.ts';
import { amountText, centsText, payload, UNSET_DOUBLE } from '../wire/figure.ts';
import { commissionReport, errorMessage, execDetails, orderBound } from '../wire/message.ts';
import { NO_MARGINS, openOrderFields, orderStatusFields, type StateFigures } from '../wire/order-text.ts';
import type { OrderFaults } from './order-script.ts';
import type { Session, Sessions } from './session.ts';

const QUIET: StateFigures = { margins: NO_MARGINS, commission: UNSET_DOUBLE, currency: '', warning: '' };

/** Tells each order's owner what became of it, in TWS's sequence and with its duplicates. Manual orders belong to client 0. */
export class OrderNews implements ExchangeNews {
  readonly #sessions: Sessions;
  readonly #faults: OrderFaults;
  readonly #chance: Random;
  /** Probability that a pair of openOrder and orderStatus comes twice, as TWS does without a rule that one could rely on. */
  readonly #duplicates: number;
  readonly #onHolding: (contract: Instrument) => void;
  readonly #unacknowledged = new Set<number>();
  #waiting: { readonly clientId: number; readonly text: string }[] = [];
  /** A warning that what-if answers carry, in a first openOrder without figures. */
  previewWarning = '';

  constructor(sessions: Sessions, faults: OrderFaults, chance: Random, duplicates: number, onHolding: (contract: Instrument) => void) {
    this.#sessions = sessions;
    this.#faults = faults;
    this.#chance = chance;
    this.#duplicates = duplicates;
    this.#onHolding = onHolding;
  }

  state(order: OrderView): void {
    if (this.#dropped(order)) return;
    const times = this.#chance.chance(this.#duplicates) ? 2 : 1;
    for (let i = 0; i < times; i++) {
      this.#tell(order.clientId, (session) => openOrderText(order, session));
      this.#tell(order.clientId, () => orderStatusText(order));
    }
  }

  status(order: OrderView): void {
    if (!this.#dropped(order)) this.#tell(order.clientId, () => orderStatusText(order));
  }

  executed(fill: Fill): void {
    this.#tell(fill.clientId, (session) => execDetails(-1, fill, session.version));
  }

  charged(order: OrderView, fill: Fill): void {
    if (order.status === 'Filled') {
      const figures = { ...QUIET, commission: amountText(order.commission), currency: order.contract.currency };
      this.#tell(order.clientId, (session) => payload(...openOrderFields(order, figures, session.version)));
    }
    this.#tell(order.clientId, () => commissionReport(fill));
  }

  refused(clientId: number, orderId: number, code: number, text: string): void {
    this.#tell(clientId, () => errorMessage(orderId, code, text));
  }

  bound(order: OrderView): void {
    this.#tell(order.clientId, () => orderBound(order.permId, order.clientId, order.orderId));
    this.state(order);
  }

  preview(order: OrderView, preview: Preview): void {
    if (this.previewWarning !== '') {
      const warned = { ...QUIET, warning: this.previewWarning };
      this.#tell(order.clientId, (session) => payload(...openOrderFields(order, warned, session.version)));
    }
    const { before, after, commission } = preview;
    const margins = [
      before.initial,
      before.maintenance,
      before.equity,
      after.initial - before.initial,
      after.maintenance - before.maintenance,
      after.equity - before.equity,
      after.initial,
      after.maintenance,
      after.equity,
    ].map(centsText);
    const figures = { margins, commission: amountText(commission), currency: order.contract.currency, warning: '' };
    this.#tell(order.clientId, (session) => payload(...openOrderFields(order, figures, session.version)));
  }

  holding(contract: Instrument): void {
    this.#onHolding(contract);
  }

  /** Says what waited while `holdNews` was on, in its old order. */
  release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { clientId, text } of waiting) this.#sessions.send(clientId, text);
  }

  #dropped(order: OrderView): boolean {
    const silent = (order.status === 'PreSubmitted' || order.status === 'Submitted') && order.filled === 0;
    if (silent && order.status === 'PreSubmitted' && !this.#unacknowledged.has(order.permId) && this.#faults.takeDrop())
      this.#unacknowledged.add(order.permId);
    if (!silent) this.#unacknowledged.delete(order.permId);
    return this.#unacknowledged.has(order.permId);
  }

  #tell(clientId: number, text: (session: Session) => string): void {
    const session = this.#sessions.get(clientId);
    if (session === undefined) return;
    if (this.#faults.holdNews) this.#waiting.push({ clientId, text: text(session) });
    else this.#sessions.send(clientId, text(session));
  }
}

export function openOrderText(order: OrderView, session: Session): string {
  return payload(...openOrderFields(order, QUIET, session.version));
}

export function orderStatusText(order: OrderView): string {
  return payload(...orderStatusFields(order));
}
