import type { Tx } from '#core/commit/transaction';
import { resendCancels } from '#core/execution/cancel';
import { pauseDesk } from '#core/execution/halt';
import { readLatchAgain } from '#core/execution/latch-doubt';
import { amendOrder, moveOrder } from '#core/execution/transition';
import type { LinkState } from '#core/ports/broker';
import { forgetDoubts } from '#core/reports/reopened-orders';
import { resumeKill } from '#core/safety/kill';
import { commit, count, engineState, type Slice, logLine } from '#core/state/desk-state';
import { isArmedState } from '#core/state/engine-state';
import { type Effect, log } from '#core/state/records';
import type { Order } from '#domain/order';
import { startReconciliation } from './compare.ts';

type Desk = Slice<
  | 'accounts'
  | 'board'
  | 'bracketCancels'
  | 'broker'
  | 'cancelRetries'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'details'
  | 'earlierOrders'
  | 'earlierOrdersFile'
  | 'exchange'
  | 'index'
  | 'killLatchFile'
  | 'killVerification'
  | 'latch'
  | 'latencies'
  | 'link'
  | 'lookUpRetries'
  | 'memos'
  | 'ordersOut'
  | 'positionDifferences'
  | 'recentSends'
  | 'reconciliation'
  | 'registry'
  | 'scheduler'
  | 'stores'
  | 'toldFilled'
  | 'unsentCancels'
  | 'unsentGlobalCancel'
  | 'untoldExecutions'
>;

/** The three lamps. A lost socket pauses the desk; trouble upstream or of a farm never closes anything. */
export function onLink(desk: Desk, link: LinkState): void {
  const before = desk.link;
  desk.link = link;
  if (link.accounts.length > 0) desk.accounts.offered(link.accounts);
  followSockets(desk, before, link);
  if (before.upstream !== 'down' && link.upstream === 'down') onUpstreamLost(desk);
  const restored = upstreamRestored(before, link);
  if (restored && link.upstream === 'up') onUpstreamRestored(desk);
  if (link.ready && (!before.ready || before.epoch !== link.epoch)) onConnected(desk, link);
  else if (link.ready && (restored || definitionsAreBack(before, link))) startReconciliation(desk);
  followFarms(desk, before, link);
}

/** Every change of the sockets counts, also one while the link was not ready: what was written meanwhile may have gone with them. */
function followSockets(desk: Desk, before: LinkState, link: LinkState): void {
  const lost = before.ready && !link.ready;
  const anew = before.epoch !== link.epoch;
  if (lost || anew) forget(desk, link);
  if (lost || (anew && before.ready)) {
    onLost(desk, link);
    return;
  }
  // What came while the link was not ready is of a connection all the same: the new one may tell no figure, and its first price is no proof.
  if (portfolioEpoch(before) !== portfolioEpoch(link)) desk.accounts.forgetPnl();
  if (anew) desk.registry.rebaseline('the connections to TWS were built anew');
}

/** Of the socket on which TWS tells the day's profit and loss. */
function portfolioEpoch({ connections }: LinkState): number | undefined {
  return connections.find(({ role }) => role === 'portfolio')?.epoch;
}

/** 1101 and 1102 are also said by a TWS of which no 1100 was heard. */
function upstreamRestored(before: LinkState, link: LinkState): boolean {
  return before.upstream === 'down' ? link.upstream === 'up' : (before.restored ?? 0) !== (link.restored ?? 0);
}

function onUpstreamLost(desk: Desk): void {
  logLine(desk, 'alarm', 'TWS has lost its connection to IB. No order leaves until it is back; fills that arrive are booked.');
  if (isArmedState(engineState(desk))) pauseDesk(desk, 'TWS has lost its connection to IB.', 'the desk');
}

function onUpstreamRestored(desk: Desk): void {
  logLine(desk, 'info', 'TWS is connected to IB again; comparing the book.');
  desk.registry.rebaseline('the connection between TWS and IB was interrupted');
}

/** Ready where it was not, or over other sockets: what was asked over the old ones is asked again, and the book is compared. */
function onConnected(desk: Desk, link: LinkState): void {
  logLine(desk, 'info', `Connected to TWS as ${link.accounts.join(', ')}; comparing the book with the broker's.`);
  readLatchAgain(desk);
  resendCancels(desk);
  resumeKill(desk);
  startReconciliation(desk);
}

/** The farm that tells what orders are about was broken and answers again. */
function definitionsAreBack(before: LinkState, link: LinkState): boolean {
  const broken = (farms: LinkState['farms']): boolean => farms.some(({ kind, state }) => kind === 'secdef' && state === 'broken');
  return broken(before.farms) && !broken(link.farms);
}

/** K-07: a broken data farm makes its contracts' quotes unusable; it never closes anything. */
function followFarms(desk: Desk, before: LinkState, link: LinkState): void {
  for (const farm of link.farms) {
    if (farm.kind !== 'market') continue;
    const broken = farm.state === 'broken';
    const was = before.farms.some((other) => other.kind === 'market' && other.name === farm.name && other.state === 'broken');
    if (broken !== was) desk.board.onFarm(farm.name, !broken);
  }
  for (const farm of before.farms) {
    const gone = farm.kind === 'market' && farm.state === 'broken' && !link.farms.some((other) => other.name === farm.name);
    if (gone) desk.board.onFarm(farm.name, true);
  }
}

/** Whoever looks at the desk is told, and it trades no further by itself. */
function onLost(desk: Desk, link: LinkState): void {
  count(desk, 'connections lost');
  desk.accounts.forgetPnl();
  desk.registry.rebaseline('the connection to TWS was lost');
  if (isArmedState(engineState(desk))) pauseDesk(desk, link.problem?.text ?? 'The connection to TWS was lost.', 'the desk');
  else logLine(desk, 'warning', link.problem?.text ?? 'The connection to TWS was lost.');
}

/**
 * What the connections told no longer counts, and whatever was sent and not acknowledged is UNKNOWN now, counts as exposure, and is never
 * sent again by itself. Doing it twice changes nothing.
 */
function forget(desk: Desk, link: LinkState): void {
  desk.reconciliation.reset();
  desk.positionDifferences.reset();
  desk.lookUpRetries.clear();
  forgetDoubts(desk);
  const open = desk.index.working();
  // A cancel of this desk that IB has not taken note of may have died with the socket.
  for (const order of open)
    if (
      order.state === 'PENDING_CANCEL' &&
      order.ibStatus !== 'PendingCancel' &&
      order.cancelAskedAt !== undefined &&
      order.origin !== 'foreign'
    )
      desk.unsentCancels.add(order.key);
  const killing = desk.stores.engine.get('desk')?.kill;
  if (desk.latch.isSet() && killing?.scope === 'all' && killing.exits === 'cancel' && killing.phase !== 'verified')
    desk.unsentGlobalCancel = true;
  // The looks that prove an absence are of one connection.
  const doubtful = open.filter(({ state, absence }) => state === 'SUBMITTED' || state === 'PENDING_REPLACE' || absence !== undefined);
  if (doubtful.length === 0) return;
  commit(desk, 'risk-reducing', 'link.lost', { kind: 'broker', text: link.problem?.text ?? 'the connections were built anew' }, (tx) => {
    for (const candidate of doubtful) {
      const order = tx.get(desk.stores.orders, candidate.key);
      if (order === undefined) continue;
      const { absence: looks, ...rest } = order;
      if (order.state === 'UNKNOWN' && looks !== undefined)
        amendOrder(desk, tx, order, { ...rest, updatedAt: tx.at, note: 'the connection was lost: it is looked up anew' });
      if (order.state === 'SUBMITTED' || order.state === 'PENDING_REPLACE')
        becomeUnknown(desk, tx, order, 'the connection was lost before IB answered; it is looked up, never sent again by itself');
    }
  });
}

/** Sent, not acknowledged, and the connection is gone. */
function becomeUnknown(desk: Desk, tx: Tx<Effect>, order: Order, note: string): void {
  moveOrder(desk, tx, order, 'lose-sight', { ...order, updatedAt: tx.at, note });
  log(tx, 'alarm', `UNKNOWN: ${order.side} ${order.contract.symbol} was sent and not acknowledged when the connection was lost.`, {
    kind: 'order',
    key: order.key,
  });
}
