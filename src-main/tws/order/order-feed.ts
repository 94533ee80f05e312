import type { BrokerNews } from '#core/ports/broker';
import type { Clock } from '#core/ports/clock';
import type { AccountId, ClientId, OrderId, PermId } from '#domain/ids';
import { priceFromNumber } from '#domain/price';
import { quantityFromNumber } from '#domain/quantity';
import type { ContractBook } from '#tws/contract/contract-translation';
import { fromCommission, fromExecution } from './execution-translation.ts';
import type { LinkBoard } from '#tws/link/link-board';
import { ManualNumbers } from './manual-order-binding.ts';
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

type Snapshot = 'open-orders' | 'completed-orders' | 'positions';

/** In the place of an epoch: the end of client 0's own open orders, which says nothing about anybody else's. */
const OWN_ORDERS = -1;

interface Asked {
  readonly epoch: number;
  readonly request: number;
}

/**
 * Orders, executions and positions as TWS tells them, on every connection and in every state of the link: a fill that comes
 * during an outage is booked like any other.
 */
export class OrderFeed implements Rider {
  readonly #parts: OrderFeedParts;
  /** The requests that wait for their end, oldest first; these ends carry no number. */
  readonly #waiting: Record<Snapshot, Asked[]> = { 'open-orders': [], 'completed-orders': [], positions: [] };
  /** Request ids of one reconciliation's execution requests; all must end. */
  #executions: (Asked & { readonly open: Set<number> })[] = [];
  #requests = 0;
  readonly #numbers: ManualNumbers;
  #portfolio: Session | undefined;
  #orders: Session | undefined;

  constructor(parts: OrderFeedParts) {
    this.#parts = parts;
    this.#numbers = new ManualNumbers(parts.clock, () => this.#askOwn());
  }

  setSessions(portfolio: Session, orders: Session): void {
    this.#portfolio = portfolio;
    this.#orders = orders;
  }

  attach(listen: Listen, session: Session): void {
    this.#attachOrders(listen, session);
    this.#attachFills(listen, session);
    listen('openOrderEnd', () => {
      this.#end('open-orders');
    });
    listen('completedOrdersEnd', () => {
      this.#end('completed-orders');
    });
    listen('positionEnd', () => {
      this.#end('positions');
    });
    listen('execDetailsEnd', (reqId) => {
      this.#executionsEnd(reqId);
    });
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
      this.#numbers.listed(news);
    });
    listen('orderBound', (permId, clientId, orderId) => {
      if (!Number.isSafeInteger(permId) || permId <= 0 || !Number.isSafeInteger(orderId) || orderId === 0) return;
      ids.seen(orderId);
      emit({ kind: 'order-bound', permId: permId as PermId, clientId: clientId as ClientId, orderId: orderId as OrderId });
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
      emit({ kind: 'position', account: account as AccountId, contract, quantity, averageCost: priceFromNumber(averageCost) });
    });
  }

  closed(session: Session): void {
    // Answers to this connection's requests will not come; those of the next are counted anew.
    if (session === this.#portfolio) {
      for (const list of Object.values(this.#waiting)) list.length = 0;
      this.#numbers.lost();
    }
    this.#executions = [];
    this.#parts.book.closed(session.clientId);
  }

  reconcile(): number {
    this.#numbers.onceAConnection();
    const request = this.#next();
    this.#askOpenOrders(request);
    this.#ask('completed-orders', request, (session) => session.request('query', (ib) => ib.reqCompletedOrders(false)));
    this.#requestExecutions(request);
    this.#askPositions(request);
    return request;
  }

  requestOpenOrders(): number {
    const request = this.#next();
    this.#askOpenOrders(request);
    return request;
  }

  /** The operator has just confirmed live trading: what was typed into TWS before may have its number now. */
  bindManualOrders(): void {
    this.#numbers.ask();
  }

  /** As with the request to number manual orders as they come, on a live account only once the operator has confirmed it. */
  #askOwn(): boolean {
    const { board } = this.#parts;
    const session = this.#portfolio;
    if (session?.clientId !== 0 || !board.liveAllowed) return false;
    if (!session.request('query', (ib) => ib.reqOpenOrders())) return false;
    this.#waiting['open-orders'].push({ epoch: OWN_ORDERS, request: 0 });
    return true;
  }

  requestPositions(): number {
    const request = this.#next();
    this.#askPositions(request);
    return request;
  }

  #next(): number {
    this.#requests += 1;
    return this.#requests;
  }

  #askOpenOrders(request: number): void {
    this.#ask('open-orders', request, (session) => session.request('query', (ib) => ib.reqAllOpenOrders()));
  }

  #askPositions(request: number): void {
    this.#ask('positions', request, (session) => session.request('query', (ib) => ib.reqPositions()));
  }

  #ask(of: Snapshot, request: number, send: (session: Session) => boolean): void {
    const session = this.#portfolio;
    if (session !== undefined && send(session)) this.#waiting[of].push({ epoch: this.#parts.board.epoch, request });
  }

  /** On both order connections: a client is only sure to hear of its own executions. */
  #requestExecutions(request: number): void {
    const open = new Set<number>();
    for (const session of [this.#portfolio, this.#orders]) {
      const reqId = this.#parts.requestIds.next();
      if (session?.request('query', (ib) => ib.reqExecutions(reqId, {})) === true) open.add(reqId);
    }
    if (open.size > 0) this.#executions.push({ epoch: this.#parts.board.epoch, request, open });
  }

  #end(of: Snapshot): void {
    const asked = this.#waiting[of].shift();
    if (asked?.epoch === OWN_ORDERS) this.#numbers.answered();
    if (asked !== undefined && asked.epoch === this.#parts.board.epoch) this.#parts.emit({ kind: 'end', of, ...asked });
  }

  #executionsEnd(reqId: number): void {
    const asked = this.#executions.find(({ open }) => open.has(reqId));
    if (asked === undefined) return;
    asked.open.delete(reqId);
    if (asked.open.size > 0) return;
    this.#executions = this.#executions.filter((other) => other !== asked);
    const { epoch, request } = asked;
    if (epoch === this.#parts.board.epoch) this.#parts.emit({ kind: 'end', of: 'executions', epoch, request });
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
