import type { BrokerNews } from '#core/ports/broker';
import type { Clock } from '#core/ports/clock';
import { accountIdOf, clientIdOf, orderIdOf, permIdOf } from '#domain/ids';
import { priceFromNumber } from '#domain/price';
import { quantityFromNumber } from '#domain/quantity';
import type { ContractBook } from '#tws/contract/contract-translation';
import { fromCommission, fromExecution } from './execution-translation.ts';
import type { LinkBoard } from '#tws/link/link-board';
import { type ListEnd, ListEnds, type ListName } from './list-ends.ts';
import { ListRequests, type ListWire } from './list-requests.ts';
import type { OpenOrderBook } from './order-bonds.ts';
import type { OrderIds } from './order-ids.ts';
import type { RequestIds } from '#tws/socket/request-ids';
import type { OrderTerms } from './resent-terms.ts';
import { fromOpenOrder, fromOrderStatus } from './order-translation.ts';
import type { Rider, Session } from '#tws/session/session';
import type { Listen } from '#tws/socket/wire-events';

export interface OrderFeedParts {
  readonly clock: Clock;
  readonly board: Pick<LinkBoard, 'epoch' | 'liveAllowed'>;
  readonly ids: Pick<OrderIds, 'seen'>;
  readonly requestIds: RequestIds;
  readonly book: Pick<OpenOrderBook, 'openOrder' | 'status' | 'execution' | 'closed'>;
  readonly terms: Pick<OrderTerms, 'listed'>;
  readonly contracts: Pick<ContractBook, 'resolve'>;
  readonly emit: (news: BrokerNews) => void;
  /** A message about orders that cannot be used. */
  readonly unusable: (session: Session, what: string) => void;
}

/**
 * Orders, executions and positions as TWS tells them, on every connection and in every state of the link: a fill that comes
 * during an outage is booked like any other.
 */
export class OrderFeed implements Rider {
  readonly #parts: OrderFeedParts;
  readonly #lists: ListRequests;
  #portfolio: Session | undefined;
  #orders: Session | undefined;

  constructor(parts: OrderFeedParts) {
    this.#parts = parts;
    const wire: ListWire = {
      get epoch() {
        return parts.board.epoch;
      },
      ask: (of) => this.#ask(of),
      askExecutions: () => this.#askExecutions(),
    };
    this.#lists = new ListRequests(parts.clock, wire, new ListEnds());
  }

  setSessions(portfolio: Session, orders: Session): void {
    this.#portfolio = portfolio;
    this.#orders = orders;
  }

  attach(listen: Listen, session: Session): void {
    this.#attachOrders(listen, session);
    this.#attachFills(listen, session);
    this.#attachEnds(listen);
  }

  #attachOrders(listen: Listen, session: Session): void {
    const { emit, book, terms, ids, unusable } = this.#parts;
    listen('openOrder', (orderId, ibContract, order, state) => {
      const contract = this.#parts.contracts.resolve(ibContract);
      const clean = numeric(session.tokens, ORDER_FIGURES);
      const news = contract === undefined || !clean ? undefined : fromOpenOrder(orderId, contract, order, state);
      if (news === undefined) {
        unusable(session, 'an open order without usable figures');
        return;
      }
      ids.seen(orderId);
      book.openOrder(news);
      terms.listed(orderId, order);
      emit({ kind: 'open-order', order: news });
      this.#lists.listed(news);
    });
    listen('orderBound', (permId, clientId, orderId) => {
      if (!Number.isSafeInteger(permId) || permId <= 0 || !Number.isSafeInteger(orderId) || orderId === 0) return;
      ids.seen(orderId);
      emit({ kind: 'order-bound', permId: permIdOf(permId), clientId: clientIdOf(clientId), orderId: orderIdOf(orderId) });
    });
    listen('orderStatus', (orderId, ibStatus, filled, remaining, ...rest) => {
      const { tokens } = session;
      const status = fromOrderStatus([
        orderId,
        ibStatus,
        numeric(tokens, FILLED) ? filled : undefined,
        numeric(tokens, REMAINING) ? remaining : undefined,
        ...rest,
      ]);
      if (status === undefined) {
        unusable(session, 'an order status without an order number');
        return;
      }
      ids.seen(status.orderId);
      book.status(status);
      emit({ kind: 'order-status', status });
    });
    listen('completedOrder', (ibContract, order, state) => {
      const contract = this.#parts.contracts.resolve(ibContract);
      const news = contract === undefined ? undefined : fromOpenOrder(0, contract, order, state);
      if (news === undefined) {
        unusable(session, 'a completed order without usable figures');
        return;
      }
      emit({ kind: 'completed-order', order: news, completedStatus: state.completedStatus ?? '' });
    });
  }

  #attachFills(listen: Listen, session: Session): void {
    const { emit, book, ids, unusable } = this.#parts;
    listen('execDetails', (reqId, ibContract, ib) => {
      const contract = this.#parts.contracts.resolve(ibContract);
      // The library reads "12abc" as 12; a fill is booked from clean figures only.
      const clean = numeric(session.tokens, EXECUTION_FIGURES);
      const execution = contract === undefined || !clean ? undefined : fromExecution(contract.conId, ib, this.#parts.clock.now());
      if (contract === undefined || execution === undefined) {
        unusable(session, 'an execution without usable figures');
        return;
      }
      ids.seen(execution.orderId);
      book.execution(execution);
      emit({ kind: 'execution', execution, contract, live: reqId === -1 });
    });
    listen('commissionReport', (report) => {
      const news = fromCommission(report);
      if (news !== undefined) emit(news);
    });
    listen('position', (account, ibContract, ibQuantity, averageCost) => {
      const contract = this.#parts.contracts.resolve(ibContract);
      const quantity = quantityFromNumber(ibQuantity);
      if (contract === undefined || quantity === undefined || !numeric(session.tokens, POSITION_FIGURES)) {
        unusable(session, 'a position without usable figures');
        return;
      }
      emit({ kind: 'position', account: accountIdOf(account), contract, quantity, averageCost: priceFromNumber(averageCost) });
    });
  }

  #attachEnds(listen: Listen): void {
    listen('openOrderEnd', () => {
      this.#end(this.#lists.ended('open-orders'));
    });
    listen('completedOrdersEnd', () => {
      this.#end(this.#lists.ended('completed-orders'));
    });
    listen('positionEnd', () => {
      this.#end(this.#lists.ended('positions'));
    });
    listen('execDetailsEnd', (reqId) => {
      this.#end(this.#lists.executionsEnded(reqId));
    });
  }

  closed(session: Session): void {
    this.#lists.closed(session === this.#portfolio ? 'portfolio' : 'other');
    this.#parts.book.closed(session.clientId);
  }

  reconcile(): number {
    return this.#lists.reconcile();
  }

  requestOpenOrders(): number {
    return this.#lists.requestOpenOrders();
  }

  requestPositions(): number {
    return this.#lists.requestPositions();
  }

  /** The operator has just confirmed live trading: what was typed into TWS before may have its number now. */
  bindManualOrders(): void {
    this.#lists.bindManualOrders();
  }

  #ask(of: ListName | 'own-orders'): boolean {
    const session = this.#portfolio;
    if (session === undefined) return false;
    switch (of) {
      case 'open-orders':
        return session.request('query', (ib) => ib.reqAllOpenOrders());
      case 'completed-orders':
        return session.request('query', (ib) => ib.reqCompletedOrders(false));
      case 'positions':
        return session.request('query', (ib) => ib.reqPositions());
      case 'own-orders':
        // As with the request to number manual orders as they come, on a live account only once the operator has confirmed it.
        return session.clientId === 0 && this.#parts.board.liveAllowed && session.request('query', (ib) => ib.reqOpenOrders());
    }
  }

  #askExecutions(): readonly number[] {
    const asked: number[] = [];
    for (const session of [this.#portfolio, this.#orders]) {
      const reqId = this.#parts.requestIds.next();
      if (session?.request('query', (ib) => ib.reqExecutions(reqId, {})) === true) asked.push(reqId);
    }
    return asked;
  }

  #end(end: ListEnd | undefined): void {
    if (end !== undefined) this.#parts.emit(end);
  }
}

/** Where the figures stand in the frames of execDetails (shares, price), position, openOrder (quantity) and orderStatus (filled, remaining), from server version 145 on. */
const EXECUTION_FIGURES = { message: '11', at: [19, 20] } as const;
const POSITION_FIGURES = { message: '61', at: [14] } as const;
const ORDER_FIGURES = { message: '5', at: [14] } as const;
const FILLED = { message: '3', at: [3] } as const;
const REMAINING = { message: '3', at: [4] } as const;

function numeric(tokens: readonly string[], figures: { readonly message: string; readonly at: readonly number[] }): boolean {
  return (
    tokens[0] !== figures.message ||
    figures.at.every((at) => tokens[at] !== undefined && tokens[at] !== '' && Number.isFinite(Number(tokens[at].replaceAll(',', ''))))
  );
}
