import type { BrokerNews } from '#core/ports/broker';
import type { CoverageWatch } from '#core/protection/coverage-watch';
import type { ExitResizer } from '#core/protection/resize-exits';
import { changeNotSent } from '#core/execution/modify';
import { notSent, orderSent } from '#core/execution/submit';
import { onReconciled, settleOpening } from '#core/reconciliation/compare';
import { onLink } from '#core/reconciliation/link';
import { onOpenOrdersEnd } from '#core/reconciliation/open-orders-end';
import { positionsListed, watchPosition } from '#core/reconciliation/position-check';
import { onCommission } from '#core/reports/commission';
import { onOpenOrder } from '#core/reports/open-order';
import { onOrderBound } from '#core/reports/order-bound';
import { completedWord } from '#core/reports/order-evidence';
import { onOrderNotice } from '#core/reports/order-notice';
import { onOrderStatus } from '#core/reports/order-status';
import { onPosition } from '#core/reports/position';
import { kill } from '#core/safety/kill';
import { onPnl } from '#core/safety/loss-limit';
import { watchOutage } from '#core/safety/outage';
import { count, type DeskState, logLine } from '#core/state/desk-state';
import { positionKey } from '#core/state/records';
import type { PositionPnl } from '#domain/account';
import type { BrokerLists } from './broker-lists.ts';
import { followExecution, followFilled } from './on-execution.ts';

type News<K extends BrokerNews['kind']> = Extract<BrokerNews, { readonly kind: K }>;
type AccountNews = News<'link' | 'accounts' | 'position' | 'account-value' | 'pnl' | 'pnl-single' | 'end'>;

/** What goes on from what the broker tells, beside the desk's state. */
export interface NewsFollowers {
  readonly coverage: CoverageWatch;
  readonly exitResizer: ExitResizer;
  readonly lists: BrokerLists;
}

/** Which room hears what the broker tells of orders; the rest goes to `onAccountNews`. */
export function onBrokerNews(desk: DeskState, news: BrokerNews, followers: NewsFollowers): void {
  switch (news.kind) {
    case 'order-sent':
      orderSent(desk, news.legs, news.at);
      break;
    case 'order-not-sent':
      changeNotSent(desk, news.refs, news.reason);
      notSent(desk, news.refs, news.reason, desk.latch.isSet());
      break;
    case 'cancel-sent':
      cancelLeft(desk, news);
      break;
    case 'place-frame':
      onPlaceFrame(desk, news);
      break;
    case 'open-order':
      onOpenOrder(desk, news.order);
      break;
    case 'completed-order':
      onOpenOrder(desk, { ...news.order, ibStatus: completedWord(news.order.ibStatus, news.completedStatus) }, true);
      break;
    case 'order-status':
      onOrderStatus(desk, news.status);
      if (news.status.ibStatus === 'Filled') followFilled(desk, desk.index.find(news.status));
      break;
    case 'order-bound':
      onOrderBound(desk, news);
      break;
    case 'execution':
      onExecutionNews(desk, news, followers);
      break;
    case 'commission':
      onCommission(desk, news);
      break;
    case 'notice':
      onNotice(desk, news);
      break;
    default:
      onAccountNews(desk, news, followers);
  }
}

/** Link, accounts, positions and the ends of lists. */
function onAccountNews(desk: DeskState, news: AccountNews, followers: NewsFollowers): void {
  switch (news.kind) {
    case 'link':
      onLink(desk, news.link);
      watchOutage(desk);
      break;
    case 'accounts':
      desk.accounts.offered(news.accounts);
      break;
    case 'position':
      onPosition(desk, news);
      watchPosition(desk, positionKey(news.account, news.contract.conId));
      break;
    case 'account-value':
      desk.accounts.value(news.account, news.key, news.value, news.currency, desk.clock.now());
      break;
    case 'pnl':
      onPnl(desk, news);
      break;
    case 'pnl-single':
      desk.accounts.positionPnl(news.account, news.conId, positionPnlOf(news, desk.clock.now()));
      break;
    case 'end':
      onListEnd(desk, news, followers.exitResizer);
      break;
  }
}

function positionPnlOf({ daily, unrealized, realized, value }: News<'pnl-single'>, at: number): PositionPnl {
  return {
    ...(daily === undefined ? {} : { daily }),
    ...(unrealized === undefined ? {} : { unrealized }),
    ...(realized === undefined ? {} : { realized }),
    ...(value === undefined ? {} : { value }),
    at,
  };
}

/** C-23: an order that leaves the socket and was not approved kills. */
function onPlaceFrame(desk: DeskState, news: News<'place-frame'>): void {
  const refusal = desk.ordersOut.frame(news.ref, news.quantity, news.modify);
  count(desk, 'order frames');
  if (refusal !== undefined) kill(desk, 'own', 'control C-23', refusal);
}

/** Counted where its order is known by the number that it left under. */
function cancelLeft(desk: DeskState, { clientId, orderId }: News<'cancel-sent'>): void {
  const order = desk.index.working().find((one) => one.clientId === clientId && one.orderId === orderId);
  if (order !== undefined) desk.unsentCancels.delete(order.key);
}

function onExecutionNews(desk: DeskState, news: News<'execution'>, { coverage, exitResizer, lists }: NewsFollowers): void {
  const { account, conId } = news.execution;
  const key = positionKey(account, conId);
  const before = desk.stores.positions.get(key)?.quantity;
  followExecution(desk, news, coverage);
  watchPosition(desk, positionKey(account, news.contract.conId));
  lists.executed(desk.clock.now());
  // One that TWS tells only when it is asked moves the position as well.
  if (news.live || desk.stores.positions.get(key)?.quantity !== before) exitResizer.due(account, conId);
}

function onListEnd(desk: DeskState, { of, epoch, request }: News<'end'>, exitResizer: ExitResizer): void {
  if (of === 'open-orders' && epoch === desk.link.epoch) onOpenOrdersEnd(desk, request);
  if (of === 'positions') onPositionsEnd(desk, exitResizer);
  if (desk.reconciliation.end(of, epoch, request)) {
    onReconciled(desk);
    exitResizer.allDue();
  }
  if (of === 'positions' || desk.reconciliation.awaitsPositions()) settleOpening(desk);
}

function onPositionsEnd(desk: DeskState, exitResizer: ExitResizer): void {
  for (const key of positionsListed(desk)) {
    const held = desk.stores.positions.get(key);
    if (held !== undefined) exitResizer.due(held.account, held.contract.conId);
  }
}

function onNotice(desk: DeskState, { notice }: News<'notice'>): void {
  onOrderNotice(desk, notice);
  if (notice.orderId !== undefined || notice.severity === 'info') return;
  const advice = notice.advice === undefined ? '' : ` ${notice.advice}`;
  logLine(desk, notice.severity === 'error' ? 'alarm' : 'warning', `IB ${notice.code}: ${notice.text}${advice}`);
}
