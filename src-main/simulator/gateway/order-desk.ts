import { parseStamp } from '../calendar/new-york.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { Ledger } from '../engine/ledger.ts';
import type { Fill } from '#simulator/model/fill';
import type { OrderView } from '#simulator/model/order-view';
import { stampText } from '../calendar/new-york.ts';
import { payload } from '../wire/figure.ts';
import { commissionReport, completedOrdersEnd, execDetails, execDetailsEnd, openOrderEnd } from '../wire/message.ts';
import { completedOrderFields } from '../wire/order-text.ts';
import type { PlaceOrder } from '../wire/place-order.ts';
import type { ExecutionFilter } from '../wire/request.ts';
import type { WithheldFields } from './withheld-fields.ts';
import type { ScriptHooks } from './script-hooks.ts';
import type { OrderFaults } from './order-script.ts';
import { openOrderText, orderStatusText } from './order-reports.ts';
import type { Session, Sessions } from './session.ts';

export interface OrderDeskParts {
  readonly sessions: Pick<Sessions, 'hears' | 'send'>;
  readonly exchange: Pick<Exchange, 'place' | 'cancel' | 'cancelAll' | 'bindManualOrders' | 'register' | 'now'>;
  readonly ledger: Pick<Ledger, 'orders' | 'fills' | 'recordPlacement'>;
  readonly faults: Pick<OrderFaults, 'takeSwallow'>;
  readonly hooks: ScriptHooks;
  readonly withheld: WithheldFields;
}

/** Orders, cancels, and questions about orders and executions. */
export class OrderDesk {
  /** reqExecutions answers with no more than the last so many ms of the tape. */
  executionsWindow = Infinity;
  /**
   * When orders typed into TWS get a number. As IB's documents say: old ones when client 0 asks for its open orders, new ones as they come
   * once it has asked for that. `never`: TWS's API is read-only. `also old ones at once`: the request for new ones takes the old ones too.
   */
  binding: 'when asked' | 'also old ones at once' | 'never' = 'when asked';
  readonly #sessions: OrderDeskParts['sessions'];
  readonly #exchange: OrderDeskParts['exchange'];
  readonly #ledger: OrderDeskParts['ledger'];
  readonly #faults: OrderDeskParts['faults'];
  readonly #hooks: ScriptHooks;
  readonly #withheld: WithheldFields;
  /** While TWS has no server behind it: what it was told meanwhile. */
  #kept: (() => void)[] | undefined;

  constructor(parts: OrderDeskParts) {
    this.#sessions = parts.sessions;
    this.#exchange = parts.exchange;
    this.#ledger = parts.ledger;
    this.#faults = parts.faults;
    this.#hooks = parts.hooks;
    this.#withheld = parts.withheld;
  }

  /** One order, or everything that works. */
  cancel({ clientId }: Session, which: number | 'all'): void {
    this.#hooks.say('cancel', clientId);
    if (!this.#sessions.hears(clientId)) return;
    this.#act(() => (which === 'all' ? this.#exchange.cancelAll() : this.#exchange.cancel(clientId, which)));
  }

  /** A new order, or new terms for one that is there. */
  place({ clientId }: Session, placed: PlaceOrder): void {
    const known = this.#exchange.register.find(clientId, placed.orderId);
    this.#hooks.say(known === undefined ? 'place' : 'modify', clientId);
    if (!this.#sessions.hears(clientId) || this.#faults.takeSwallow(clientId)) {
      const { orderId, orderRef } = placed;
      this.#ledger.recordPlacement({ clientId, orderId, orderRef, kind: 'lost', at: this.#exchange.now });
      return;
    }
    this.#act(() => this.#exchange.place(placed, clientId));
  }

  #act(act: () => void): void {
    if (this.#kept === undefined) act();
    else this.#kept.push(act);
  }

  /** TWS has lost IB's servers: orders and cancels are kept until `reconnect`, or forgotten by `forgetKept`. */
  disconnect(): void {
    this.#kept ??= [];
  }

  reconnect(): void {
    const kept = this.#kept ?? [];
    this.#kept = undefined;
    for (const act of kept) act();
  }

  forgetKept(): void {
    if (this.#kept !== undefined) this.#kept = [];
  }

  /** The client's own orders. Client 0 asks for those typed into TWS too, and binds them by asking. */
  own(session: Session): void {
    if (session.clientId === 0 && this.binding !== 'never') this.#exchange.bindManualOrders();
    this.#list(session, (order) => order.clientId === session.clientId);
  }

  /** Everybody's; nothing is bound. */
  all(session: Session): void {
    this.#list(session, () => true);
  }

  autoBind(session: Session, bind: boolean): void {
    session.bindsManualOrders = bind && session.clientId === 0 && this.binding !== 'never';
    if (session.bindsManualOrders && this.binding === 'also old ones at once') this.#exchange.bindManualOrders();
  }

  #list(session: Session, which: (order: OrderView) => boolean): void {
    for (const order of this.#exchange.register.active()) {
      if (!which(order)) continue;
      const seen = this.#withheld.listed(order, session);
      this.#tell(session, openOrderText(seen, session));
      this.#tell(session, orderStatusText(seen));
    }
    this.#tell(session, openOrderEnd());
  }

  /** What a client hears on its return: the state of its orders that still work. */
  welcome(session: Session): void {
    for (const order of this.#exchange.register.active())
      if (order.clientId === session.clientId && order.orderId !== 0) this.#tell(session, orderStatusText(this.#withheld.live(order)));
  }

  completed(session: Session, apiOnly: boolean): void {
    for (const order of this.#ledger.orders) {
      if (order.completedAt === undefined || order.status === 'Inactive') continue;
      if (apiOnly && order.clientId === 0 && order.orderId <= 0) continue;
      const seen = this.#withheld.listed(order, session);
      const fields = completedOrderFields(seen, { time: stampText(order.completedAt), status: order.completedStatus }, session.version);
      this.#tell(session, payload(...fields));
    }
    this.#tell(session, completedOrdersEnd());
  }

  /** All of the account's executions that the filter lets through, whoever placed the order; each with its commission report. */
  executions(session: Session, reqId: number, filter: ExecutionFilter): void {
    const asked = filter.time === '' ? -Infinity : (parseStamp(filter.time.replace(/^(\d{8})-/, '$1 ')) ?? -Infinity);
    const since = Math.max(asked, this.#exchange.now - this.executionsWindow);
    for (const fill of this.#ledger.fills) {
      if (fill.at < since || !passes(fill, filter)) continue;
      this.#tell(session, execDetails(reqId, this.#withheld.fill(fill), session.version));
      this.#tell(session, commissionReport(fill, !this.#withheld.commissionsUnset));
    }
    this.#tell(session, execDetailsEnd(reqId));
  }

  #tell(session: Session, text: string): void {
    this.#sessions.send(session.clientId, text);
  }
}

/** All but the time. An empty field, and client 0, let everything through. */
function passes(fill: Fill, filter: ExecutionFilter): boolean {
  const { contract, side } = fill;
  return (
    (filter.clientId === 0 || filter.clientId === fill.clientId) &&
    allows(filter.account, fill.account) &&
    allows(filter.symbol.toUpperCase(), contract.symbol) &&
    allows(filter.secType.toUpperCase(), contract.secType) &&
    allows(filter.exchange, contract.exchange, contract.primaryExchange) &&
    allows(filter.side.toUpperCase(), side, side === 'BUY' ? 'BOT' : 'SLD')
  );
}

function allows(wanted: string, ...names: readonly string[]): boolean {
  return wanted === '' || names.includes(wanted);
}
