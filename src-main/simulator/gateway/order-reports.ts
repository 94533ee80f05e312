import type { ExchangeNews, Preview } from '#simulator/engine/exchange-news';
import type { Fill } from '#simulator/model/fill';
import type { OrderView } from '#simulator/model/order-view';
import type { Instrument } from '#simulator/model/instrument';
import type { Random } from '#simulator/model/random';
import type { WithheldFields } from './withheld-fields.ts';
import type { ScriptHooks } from './script-hooks.ts';
import { amountText, centsText, payload, UNSET_DOUBLE } from '#simulator/wire/figure';
import { commissionReport, errorMessage, execDetails, orderBound } from '#simulator/wire/message';
import { NO_MARGINS, openOrderFields, orderStatusFields, type StateFigures } from '#simulator/wire/order-text';
import type { OrderFaults } from './order-script.ts';
import type { Session, Sessions } from './session.ts';

const QUIET: StateFigures = { margins: NO_MARGINS, commission: UNSET_DOUBLE, currency: '', warning: '' };

/** Tells each order's owner what became of it, in TWS's sequence and with its duplicates, and the master client of everybody's. Manual orders belong to client 0. */
export class OrderReports implements ExchangeNews {
  readonly #sessions: Pick<Sessions, 'get' | 'send'>;
  readonly #faults: OrderFaults;
  readonly #chance: Random;
  /** Probability that a pair of openOrder and orderStatus comes twice, as TWS does without a rule that one could rely on. */
  readonly #duplicates: number;
  readonly #onHolding: (contract: Instrument) => void;
  readonly #hooks: ScriptHooks;
  readonly #withheld: WithheldFields;
  readonly #master: number | undefined;
  readonly #unacknowledged = new Set<number>();
  readonly #accepted = new WeakSet<OrderView>();
  #executions: Fill[] = [];
  #waiting: { readonly clientId: number; readonly text: string }[] = [];
  /** A warning that what-if answers carry, in a first openOrder without figures. */
  previewWarning = '';
  /**
   * In which order a fill is told. TWS promises none: the execution before its order state, after it, or no order state at
   * all, as it is with many market orders.
   */
  fillsTold: 'execution first' | 'state first' | 'execution only' = 'execution first';

  constructor(parts: {
    readonly sessions: Pick<Sessions, 'get' | 'send'>;
    readonly faults: OrderFaults;
    readonly chance: Random;
    readonly duplicates: number;
    readonly onHolding: (contract: Instrument) => void;
    readonly hooks: ScriptHooks;
    readonly withheld: WithheldFields;
    /** TWS's "Master API client ID": this client hears of everybody's orders and executions. */
    readonly master: number | undefined;
  }) {
    this.#sessions = parts.sessions;
    this.#faults = parts.faults;
    this.#chance = parts.chance;
    this.#duplicates = parts.duplicates;
    this.#onHolding = parts.onHolding;
    this.#hooks = parts.hooks;
    this.#withheld = parts.withheld;
    this.#master = parts.master;
  }

  state(order: OrderView): void {
    this.#note(order);
    if (this.#dropped(order) || (this.fillsTold === 'execution only' && this.#executions.length > 0)) return;
    const times = this.#chance.chance(this.#duplicates) ? 2 : 1;
    for (let i = 0; i < times; i++) {
      this.#tellAll(order.clientId, (session) => openOrderText(this.#withheld.live(order), session));
      this.#tellAll(order.clientId, () => orderStatusText(this.#withheld.live(order)));
    }
  }

  status(order: OrderView): void {
    this.#note(order);
    if (!this.#dropped(order)) this.#tellAll(order.clientId, () => orderStatusText(this.#withheld.live(order)));
  }

  /** A script hears of it before any client does. */
  #note(order: OrderView): void {
    if (!this.#accepted.has(order)) {
      this.#accepted.add(order);
      this.#hooks.say('accepted', order.clientId, order);
    }
    if (order.status === 'Cancelled' && order.remaining > 0) this.#hooks.say('cancelled', order.clientId, order);
  }

  executed(fill: Fill): void {
    this.#hooks.say('fill', fill.clientId);
    this.#executions.push(fill);
    if (this.fillsTold !== 'state first') this.#tellExecution(fill);
  }

  #tellExecution(fill: Fill): void {
    this.#tellAll(fill.clientId, (session) => execDetails(-1, this.#withheld.fill(fill), session.version));
  }

  corrected(_order: OrderView, fill: Fill): void {
    this.#tellExecution(fill);
    this.#tellAll(fill.clientId, () => commissionReport(fill, !this.#withheld.commissionsUnset));
  }

  charged(order: OrderView, fill: Fill): void {
    this.#executions = [];
    if (this.fillsTold === 'state first') this.#tellExecution(fill);
    if (order.status === 'Filled' && this.fillsTold !== 'execution only') {
      const figures = { ...QUIET, commission: amountText(order.commission), currency: order.contract.currency };
      this.#tellAll(order.clientId, (session) => payload(...openOrderFields(order, figures, session.version)));
    }
    this.#tellAll(order.clientId, () => commissionReport(fill, !this.#withheld.commissionsUnset));
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

  /** Says what waited while `holdReports` was on, in its old order. */
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

  /** To the owner, and to the master client. */
  #tellAll(clientId: number, text: (session: Session) => string): void {
    this.#tell(clientId, text);
    if (this.#master !== undefined && this.#master !== clientId) this.#tell(this.#master, text);
  }

  #tell(clientId: number, text: (session: Session) => string): void {
    const session = this.#sessions.get(clientId);
    if (session === undefined) return;
    if (this.#faults.holdReports) this.#waiting.push({ clientId, text: text(session) });
    else this.#sessions.send(clientId, text(session));
  }
}

export function openOrderText(order: OrderView, session: Pick<Session, 'version'>): string {
  return payload(...openOrderFields(order, QUIET, session.version));
}

export function orderStatusText(order: OrderView): string {
  return payload(...orderStatusFields(order));
}
