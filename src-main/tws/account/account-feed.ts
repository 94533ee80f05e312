import type { BrokerNews, LinkState } from '#core/ports/broker';
import { type AccountId, accountIdOf, type ConId, conIdOf } from '#domain/ids';
import { amountFromNumber } from '#domain/money';
import { quantityFromNumber, ZERO } from '#domain/quantity';
import type { LinkBoard } from '#tws/link/link-board';
import type { RequestIds } from '#tws/socket/request-ids';
import type { Rider, Session } from '#tws/session/session';
import type { Listen } from '#tws/socket/wire-events';

const SUMMARY_TAGS =
  'AccountType,NetLiquidation,TotalCashValue,BuyingPower,AvailableFunds,ExcessLiquidity,InitMarginReq,MaintMarginReq,GrossPositionValue,Cushion';
/** TWS limits profit subscriptions; further positions are valued from quotes. */
const MAX_SINGLE = 50;

export interface PortfolioFeedParts {
  readonly board: Pick<LinkBoard, 'accounts' | 'liveAllowed'>;
  readonly requestIds: RequestIds;
  readonly emit: (news: BrokerNews) => void;
}

interface Single {
  readonly reqId: number;
  readonly account: AccountId;
  readonly conId: ConId;
}

/** Account figures and P&L on client 0, and the binding of orders placed by hand in TWS. */
export class PortfolioFeed implements Rider {
  readonly #parts: PortfolioFeedParts;
  readonly #pnl = new Map<number, AccountId>();
  readonly #singles = new Map<string, Single>();
  readonly #singlesById = new Map<number, Single>();
  #bound = false;
  /** Epoch of the link that was ready last; undefined while it is not. */
  #readyEpoch: number | undefined;
  /** The day's figures were asked for, and the link has not been ready since. */
  #isAsked = false;

  constructor(parts: PortfolioFeedParts) {
    this.#parts = parts;
  }

  attach(listen: Listen, session: Session): void {
    const { emit } = this.#parts;
    listen('updateAccountValue', (key, value, currency, account) => {
      emit({ kind: 'account-value', account: accountIdOf(account), key, value, currency });
    });
    listen('accountSummary', (_, account, key, value, currency) => {
      emit({ kind: 'account-value', account: accountIdOf(account), key, value, currency });
    });
    listen('pnl', (reqId, daily, unrealized, realized) => {
      const account = this.#pnl.get(reqId);
      if (account === undefined) return;
      emit({
        kind: 'pnl',
        account,
        daily: amountFromNumber(daily),
        unrealized: amountFromNumber(unrealized),
        realized: amountFromNumber(realized),
      });
    });
    listen('pnlSingle', (reqId, quantity, ...[daily, unrealized, realized, value]) => {
      const single = this.#singlesById.get(reqId);
      if (single === undefined) return;
      emit({
        kind: 'pnl-single',
        account: single.account,
        conId: single.conId,
        quantity: quantityFromNumber(quantity) ?? ZERO,
        daily: amountFromNumber(daily),
        unrealized: amountFromNumber(unrealized),
        realized: amountFromNumber(realized),
        value: amountFromNumber(value),
      });
    });
    // One subscription per held contract; it ends with the position.
    listen('position', (account, contract, quantity) => {
      if (contract.conId !== undefined && Number.isFinite(quantity))
        this.#follow(session, accountIdOf(account), conIdOf(contract.conId), quantity !== 0);
    });
  }

  opened(session: Session): void {
    this.bindManualOrders(session);
    const { accounts } = this.#parts.board;
    const [first] = accounts;
    if (first !== undefined) session.request('query', (ib) => ib.reqAccountUpdates(true, first));
    const summary = this.#parts.requestIds.next();
    session.request('query', (ib) => ib.reqAccountSummary(summary, 'All', SUMMARY_TAGS));
    for (const account of accounts) this.#askPnl(session, account);
    this.#isAsked = this.#readyEpoch === undefined;
  }

  /**
   * The desk forgets the day's profit and loss with the link, whichever connection of it was lost, and TWS tells no figure twice on a
   * subscription that lives on: a desk that holds nothing would wait for ever. With each link that is ready anew it is asked for again.
   */
  follow({ ready, epoch }: Pick<LinkState, 'ready' | 'epoch'>, session: Session): void {
    const now = ready ? epoch : undefined;
    if (now === this.#readyEpoch) return;
    this.#readyEpoch = now;
    if (now === undefined) return;
    const isAsked = this.#isAsked;
    this.#isAsked = false;
    if (isAsked) return;
    for (const [reqId, account] of [...this.#pnl]) {
      this.#pnl.delete(reqId);
      session.request('query', (ib) => ib.cancelPnL(reqId));
      this.#askPnl(session, account);
    }
  }

  #askPnl(session: Session, account: AccountId): void {
    const reqId = this.#parts.requestIds.next();
    this.#pnl.set(reqId, account);
    session.request('query', (ib) => ib.reqPnL(reqId, account));
  }

  closed(): void {
    this.#pnl.clear();
    this.#isAsked = false;
    this.#singles.clear();
    this.#singlesById.clear();
    this.#bound = false;
  }

  /** Orders placed by hand are bound to client 0 from now on. On a live account only once the operator confirmed it. */
  bindManualOrders(session: Session): void {
    if (this.#bound || session.clientId !== 0 || !this.#parts.board.liveAllowed) return;
    this.#bound = session.request('query', (ib) => ib.reqAutoOpenOrders(true));
  }

  #follow(session: Session, account: AccountId, conId: ConId, held: boolean): void {
    const key = `${account} ${String(conId)}`;
    const known = this.#singles.get(key);
    if (held === (known !== undefined)) return;
    if (known !== undefined) {
      this.#singles.delete(key);
      this.#singlesById.delete(known.reqId);
      session.request('data', (ib) => ib.cancelPnLSingle(known.reqId));
      return;
    }
    if (this.#singles.size >= MAX_SINGLE) return;
    const single: Single = { reqId: this.#parts.requestIds.next(), account, conId };
    this.#singles.set(key, single);
    this.#singlesById.set(single.reqId, single);
    session.request('data', (ib) => ib.reqPnLSingle(single.reqId, account, null, conId));
  }
}
