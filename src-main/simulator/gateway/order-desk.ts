import { parseStamp } from '../calendar/new-york.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { Ledger } from '../engine/ledger.ts';
import type { OrderView } from '../engine/order-view.ts';
import { stampText } from '../calendar/new-york.ts';
import { payload } from '../wire/figure.ts';
import { commissionReport, completedOrdersEnd, execDetails, execDetailsEnd, openOrderEnd } from '../wire/message.ts';
import { completedOrderFields } from '../wire/order-text.ts';
import type { ExecutionFilter } from '../wire/request.ts';
import { openOrderText, orderStatusText } from './order-news.ts';
import type { Session, Sessions } from './session.ts';

/** Questions about orders and executions. */
export class OrderDesk {
  readonly #sessions: Sessions;
  readonly #exchange: Exchange;
  readonly #ledger: Ledger;

  constructor(sessions: Sessions, exchange: Exchange, ledger: Ledger) {
    this.#sessions = sessions;
    this.#exchange = exchange;
    this.#ledger = ledger;
  }

  /** The client's own orders. Client 0 asks for those typed into TWS too, and binds them by asking. */
  own(session: Session): void {
    if (session.clientId === 0) this.#exchange.bindManualOrders();
    this.#list(session, (order) => order.clientId === session.clientId);
  }

  /** Everybody's; nothing is bound. */
  all(session: Session): void {
    this.#list(session, () => true);
  }

  autoBind(session: Session, bind: boolean): void {
    session.bindsManualOrders = bind && session.clientId === 0;
    if (session.bindsManualOrders) this.#exchange.bindManualOrders();
  }

  #list(session: Session, which: (order: OrderView) => boolean): void {
    for (const order of this.#exchange.register.active()) {
      if (!which(order)) continue;
      this.#tell(session, openOrderText(order, session));
      this.#tell(session, orderStatusText(order));
    }
    this.#tell(session, openOrderEnd());
  }

  /** What a client hears on its return: the state of its orders that still work. */
  welcome(session: Session): void {
    for (const order of this.#exchange.register.active())
      if (order.clientId === session.clientId && order.orderId !== 0) this.#tell(session, orderStatusText(order));
  }

  completed(session: Session, apiOnly: boolean): void {
    for (const order of this.#ledger.orders) {
      if (order.completedAt === undefined || order.status === 'Inactive') continue;
      if (apiOnly && order.clientId === 0 && order.orderId <= 0) continue;
      const fields = completedOrderFields(order, { time: stampText(order.completedAt), status: order.completedStatus }, session.version);
      this.#tell(session, payload(...fields));
    }
    this.#tell(session, completedOrdersEnd());
  }

  /** All of the account's executions that the filter lets through, whoever placed the order; each with its commission report. */
  executions(session: Session, reqId: number, filter: ExecutionFilter): void {
    const since = filter.time === '' ? -Infinity : (parseStamp(filter.time.replace(/^(\d{8})-/, '$1 ')) ?? -Infinity);
    const side = filter.side.toUpperCase();
    for (const fill of this.#ledger.fills) {
      const fits =
        fill.at >= since &&
        (filter.clientId === 0 || filter.clientId === fill.clientId) &&
        (filter.account === '' || filter.account === fill.account) &&
        (filter.symbol === '' || filter.symbol.toUpperCase() === fill.contract.symbol) &&
        (filter.secType === '' || filter.secType.toUpperCase() === fill.contract.secType) &&
        (filter.exchange === '' || filter.exchange === fill.contract.exchange || filter.exchange === fill.contract.primaryExchange) &&
        (side === '' || side === fill.side || side === (fill.side === 'BUY' ? 'BOT' : 'SLD'));
      if (!fits) continue;
      this.#tell(session, execDetails(reqId, fill, session.version));
      this.#tell(session, commissionReport(fill));
    }
    this.#tell(session, execDetailsEnd(reqId));
  }

  #tell(session: Session, text: string): void {
    this.#sessions.send(session.clientId, text);
  }
}
