import { currentTime, errorMessage, managedAccounts } from '../wire/message.ts';
import type { Request } from '../wire/request.ts';
import type { AccountDesk } from './account-desk.ts';
import type { HistoryDesk } from './history-desk.ts';
import type { MarketDesk } from './market-desk.ts';
import type { OrderDesk } from './order-desk.ts';
import type { ReferenceDesk } from './reference-desk.ts';
import type { Session } from './session.ts';

type Kind = Request['kind'];

/** The request of a kind; some kinds share one shape. */
type Asked<K extends Kind, R = Request> = R extends { readonly kind: infer Kinds } ? (K extends Kinds ? R : never) : never;

type Answers = { readonly [K in Kind]: (session: Session, asked: Asked<K>) => void };

/** The desks that answer, and the little that the gateway says itself. */
export interface AnswerParts {
  readonly accounts: AccountDesk;
  readonly history: HistoryDesk;
  readonly market: MarketDesk;
  readonly orders: OrderDesk;
  readonly reference: ReferenceDesk;
  /** Id of the account, and the list of accounts as clients are told it. */
  readonly accountId: string;
  readonly accountList: () => string;
  /** Tape time, epoch ms. */
  readonly now: () => number;
  readonly send: (session: Session, payload: string) => void;
  readonly tellNextId: (clientId: number) => void;
}

/** Which desk answers which request; what this returns answers one. Every kind of request has its line in the table. */
export function answering(parts: AnswerParts): (session: Session, asked: Request) => void {
  const answers = answersOf(parts);
  // The table pairs each kind with its own request; the compiler cannot follow that through an index.
  return (session, asked) => (answers[asked.kind] as (session: Session, asked: Request) => void)(session, asked);
}

function answersOf({ accounts, history, market, orders, reference, accountId, ...own }: AnswerParts): Answers {
  const { send, now } = own;
  return {
    start: (session) => send(session, errorMessage(-1, 501, 'Already connected.')),
    logLevel: () => undefined, // TWS says nothing to it either.
    ids: ({ clientId }) => own.tellNextId(clientId),
    managedAccounts: (session) => send(session, managedAccounts(own.accountList())),
    currentTime: (session) => send(session, currentTime(now())),
    unsupported: (session, asked) => reference.refuse(session, asked.messageId, asked.reqId),
    malformed: (session, { reqId, field }) =>
      send(session, errorMessage(reqId, 320, `Error reading request. Unable to parse field: ${field.slice(0, 40)}`)),

    contractDetails: (session, asked) => reference.details(session, asked.reqId, asked.contract),
    matchingSymbols: (session, asked) => reference.matching(session, asked.reqId, asked.pattern),
    marketRule: (session, asked) => reference.catalogue(session, 'marketRule', asked.ruleId, accountId),
    familyCodes: (session) => reference.catalogue(session, 'familyCodes', -1, accountId),
    depthExchanges: (session) => reference.catalogue(session, 'depthExchanges', -1, accountId),
    newsProviders: (session) => reference.catalogue(session, 'newsProviders', -1, accountId),
    softDollarTiers: (session, asked) => reference.catalogue(session, 'softDollarTiers', asked.reqId, accountId),
    optionParameters: (session, asked) => reference.catalogue(session, 'optionParameters', asked.reqId, accountId),
    displayGroups: (session, asked) => reference.catalogue(session, 'displayGroups', asked.reqId, accountId),
    userInfo: (session, asked) => reference.catalogue(session, 'userInfo', asked.reqId, accountId),

    marketDataType: (session, asked) => void (session.marketDataType = asked.type),
    marketData: (session, asked) => market.subscribe(session, asked.reqId, asked.contract, asked.snapshot),
    cancelMarketData: (session, asked) => market.cancel(session, asked.reqId),
    historicalData: (session, asked) => history.request(session, asked.reqId, asked.contract, asked.query),
    cancelHistoricalData: (session, asked) => history.cancel(session, asked.reqId),
    realTimeBars: (session, asked) => history.realTimeBars(session, asked.reqId, asked.contract, asked.rthOnly),
    cancelRealTimeBars: (session, asked) => history.cancel(session, asked.reqId),

    accountSummary: (session, asked) => accounts.summarise(session, asked.reqId, asked.group, asked.tags),
    cancelAccountSummary: (session, asked) => accounts.cancelSummary(session, asked.reqId),
    accountUpdates: (session, asked) => accounts.updates(session, asked.subscribe, asked.account, now()),
    accountUpdatesMulti: (session, asked) => accounts.followMulti(session, asked.reqId, 'updates'),
    cancelAccountUpdatesMulti: (session, asked) => accounts.cancelMulti(session, asked.reqId, 'updates'),
    positions: (session) => accounts.followPositions(session),
    cancelPositions: (session) => accounts.cancelPositions(session),
    positionsMulti: (session, asked) => accounts.followMulti(session, asked.reqId, 'positions'),
    cancelPositionsMulti: (session, asked) => accounts.cancelMulti(session, asked.reqId, 'positions'),
    pnl: (session, asked) => accounts.followPnl(session, asked.reqId, asked.account, 0),
    pnlSingle: (session, asked) => accounts.followPnl(session, asked.reqId, asked.account, asked.conId),
    cancelPnl: (session, asked) => accounts.cancelPnl(session, asked.reqId),
    cancelPnlSingle: (session, asked) => accounts.cancelPnl(session, asked.reqId),

    placeOrder: (session, asked) => orders.place(session, asked.order),
    cancelOrder: (session, asked) => orders.cancel(session, asked.orderId),
    globalCancel: (session) => orders.cancel(session, 'all'),
    openOrders: (session) => orders.own(session),
    allOpenOrders: (session) => orders.all(session),
    autoOpenOrders: (session, asked) => orders.autoBind(session, asked.bind),
    completedOrders: (session, asked) => orders.completed(session, asked.apiOnly),
    executions: (session, asked) => orders.executions(session, asked.reqId, asked.filter),
  };
}
