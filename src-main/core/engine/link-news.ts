import type { LinkState } from '#core/ports/broker';
import type { Tx } from '#core/commit/transaction';
import type { Order } from '#domain/order';
import { isWorking } from '#domain/order';
import { type Effect, log } from './desk-state.ts';
import { isArmedState } from './engine-table.ts';
import { commit, count, engineState, type Hall, logLine } from './hall.ts';
import { resendCancels } from './kill.ts';
import { move } from './order-news.ts';
import { cancelBrokenBrackets } from './broken-brackets.ts';
import { lapses } from './expiry.ts';
import { findAtStart } from './adoption.ts';
import { advance, pauseDesk, resumeKill } from './life.ts';
import { settleRecalled } from './recalling.ts';
import { countEarlier } from './earlier-fills.ts';
import { forgetDoubts } from './revival.ts';
import { noteAbsence } from './unknown-orders.ts';

const IN_FLIGHT_MS = 5_000;

/** The three lamps. A lost socket pauses the desk; trouble upstream or of a farm never closes anything. */
export function onLink(hall: Hall, link: LinkState): void {
  const before = hall.link;
  hall.link = link;
  if (link.accounts.length > 0) hall.accounts.offered(link.accounts);
  const lost = before.ready && !link.ready;
  const gone = before.epoch !== link.epoch && before.ready;
  // Every change of the sockets, also one while the link was not ready: what was written meanwhile may have gone with them.
  if (lost || before.epoch !== link.epoch) forget(hall, link);
  if (lost || gone) onLost(hall, link);
  if (before.upstream !== 'down' && link.upstream === 'down') {
    logLine(hall, 'alarm', 'TWS has lost its connection to IB. No order leaves until it is back; fills that arrive are booked.');
    if (isArmedState(engineState(hall))) pauseDesk(hall, 'TWS has lost its connection to IB.', 'the desk');
  }
  const anew = link.ready && (!before.ready || before.epoch !== link.epoch);
  // 1101 and 1102 are also said by a TWS of which no 1100 was heard.
  const restored = before.upstream === 'down' ? link.upstream === 'up' : (before.restored ?? 0) !== (link.restored ?? 0);
  if (restored && link.upstream === 'up') {
    logLine(hall, 'info', 'TWS is connected to IB again; comparing the book.');
    hall.registry.rebaseline('the connection between TWS and IB was interrupted');
  }
  if (link.ready && !anew && (restored || definitionsAreBack(before, link))) startReconciliation(hall);
  if (anew) {
    logLine(hall, 'info', `Connected to TWS as ${link.accounts.join(', ')}; comparing the book with the broker's.`);
    resendCancels(hall);
    resumeKill(hall);
    startReconciliation(hall);
  }
  followFarms(hall, before, link);
}

/** The farm that tells what orders are about was broken and answers again. */
function definitionsAreBack(before: LinkState, link: LinkState): boolean {
  const broken = (farms: LinkState['farms']): boolean => farms.some(({ kind, state }) => kind === 'secdef' && state === 'broken');
  return broken(before.farms) && !broken(link.farms);
}

/** K-07: a broken data farm makes its contracts' quotes unusable; it never closes anything. */
function followFarms(hall: Hall, before: LinkState, link: LinkState): void {
  for (const farm of link.farms) {
    if (farm.kind !== 'market') continue;
    const broken = farm.state === 'broken';
    const was = before.farms.some((other) => other.kind === 'market' && other.name === farm.name && other.state === 'broken');
    if (broken !== was) hall.board.onFarm(farm.name, !broken);
  }
  for (const farm of before.farms) {
    const gone = farm.kind === 'market' && farm.state === 'broken' && !link.farms.some((other) => other.name === farm.name);
    if (gone) hall.board.onFarm(farm.name, true);
  }
}

export function startReconciliation(hall: Hall): void {
  const request = hall.ports.broker.reconcile();
  hall.reconciliation.start(hall.link.epoch, hall.ports.clock.now(), request);
}

/** The same lists, compared in the same way, while the desk goes on: what is looked for concerns single orders. */
export function startLookUp(hall: Hall): void {
  const request = hall.ports.broker.reconcile();
  hall.reconciliation.start(hall.link.epoch, hall.ports.clock.now(), request, 'look-up');
}

/** Whoever looks at the desk is told, and it trades no further by itself. */
function onLost(hall: Hall, link: LinkState): void {
  count(hall, 'connections lost');
  hall.accounts.forgetPnl();
  hall.registry.rebaseline('the connection to TWS was lost');
  if (isArmedState(engineState(hall))) pauseDesk(hall, link.problem?.text ?? 'The connection to TWS was lost.', 'the desk');
  else logLine(hall, 'warning', link.problem?.text ?? 'The connection to TWS was lost.');
}

/**
 * What the connections told no longer counts, and whatever was sent and not acknowledged is UNKNOWN now, counts as exposure, and is never
 * sent again by itself. Doing it twice changes nothing.
 */
function forget(hall: Hall, link: LinkState): void {
  hall.reconciliation.reset();
  hall.positionWatch.reset();
  hall.lookedUp.clear();
  forgetDoubts(hall);
  const open = hall.index.working();
  // A cancel that IB has not taken note of may have died with the socket.
  for (const order of open)
    if (order.state === 'CANCEL_PENDING' && order.ibStatus !== 'PendingCancel' && order.origin !== 'foreign')
      hall.unsentCancels.add(order.key);
  const killing = hall.stores.engine.get('desk')?.kill;
  if (hall.latch.isSet() && killing?.scope === 'all' && killing.phase !== 'verified') hall.unsentGlobalCancel = true;
  // The looks that prove an absence are of one connection.
  const doubtful = open.filter(({ state, absence }) => state === 'SUBMITTED' || state === 'MODIFY_PENDING' || absence !== undefined);
  if (doubtful.length === 0) return;
  commit(hall, 'risk-reducing', 'link.lost', { kind: 'broker', text: link.problem?.text ?? 'the connections were built anew' }, (tx) => {
    for (const candidate of doubtful) {
      const order = tx.get(hall.stores.orders, candidate.key);
      if (order === undefined) continue;
      const { absence: looks, ...rest } = order;
      if (order.state === 'UNKNOWN' && looks !== undefined)
        tx.set(hall.stores.orders, order.key, { ...rest, updatedAt: tx.at, note: 'the connection was lost: it is looked up anew' });
      if (order.state === 'SUBMITTED' || order.state === 'MODIFY_PENDING')
        becomeUnknown(hall, tx, order, 'the connection was lost before IB answered; it is looked up, never sent again by itself');
    }
  });
}

/** Sent, not acknowledged, and the connection is gone. */
function becomeUnknown(hall: Hall, tx: Tx<Effect>, order: Order, note: string): void {
  tx.set(hall.stores.orders, order.key, { ...order, state: move(hall, order, 'UNKNOWN'), updatedAt: tx.at, note });
  log(tx, 'alarm', `UNKNOWN: ${order.side} ${order.contract.symbol} was sent and not acknowledged when the connection was lost.`, {
    kind: 'order',
    key: order.key,
  });
}

/** All four end markers of the epoch are in: what we believe is working and the broker does not list becomes UNKNOWN. */
export function onReconciled(hall: Hall): void {
  const working = hall.index.working();
  commit(
    hall,
    'risk-reducing',
    'reconciled',
    { kind: 'broker', text: 'open, completed and executed orders and positions are in' },
    (tx) => {
      for (const candidate of working) {
        const found = tx.get(hall.stores.orders, candidate.key);
        if (found === undefined || !isWorking(found.state)) continue;
        const order = countEarlier(hall, tx, found);
        if (hall.reconciliation.filledAtBroker(order.key)) {
          tx.set(hall.stores.orders, order.key, {
            ...order,
            state: move(hall, order, 'FILLED'),
            updatedAt: tx.at,
            note: 'IB lists it as filled; its executions are older than what IB still tells',
          });
          log(
            tx,
            'alarm',
            `${order.side} ${order.contract.symbol} filled, but IB no longer tells its executions. Compare the position with TWS.`,
            {
              kind: 'order',
              key: order.key,
            },
          );
          continue;
        }
        if (hall.reconciliation.saw(order.key)) {
          cancelAgain(hall, tx, order);
          continue;
        }
        if (lapses(hall, tx, order)) continue;
        if (order.state === 'UNKNOWN') {
          noteAbsence(hall, tx, order);
          continue;
        }
        // Sent a moment ago on another stream and not answered yet: these lists may have been made before it came.
        if (order.ackedAt === undefined && order.sentAt !== undefined && tx.at - order.sentAt < IN_FLIGHT_MS) continue;
        tx.set(hall.stores.orders, order.key, {
          ...order,
          state: move(hall, order, 'UNKNOWN'),
          updatedAt: tx.at,
          note: 'IB lists it neither as open nor as completed; asking again',
        });
        log(tx, 'alarm', `UNKNOWN: IB does not list ${order.side} ${order.contract.symbol}.`, { kind: 'order', key: order.key });
      }
      if (hall.reconciliation.kind() === 'comparison') tellUntold(hall, tx);
      log(tx, 'info', 'Book equals broker: open orders, executions and positions were compared.');
    },
  );
  settleRecalled(hall);
  cancelBrokenBrackets(hall);
  advance(hall);
}

/** still working at IB although its cancel was sent long ago, and IB has taken no note of it. */
function cancelAgain(hall: Hall, tx: Tx<Effect>, order: Order): void {
  const { orderId, clientId } = order;
  if (order.state !== 'CANCEL_PENDING' || order.ibStatus === 'PendingCancel' || orderId === undefined || clientId === undefined) return;
  if (order.origin === 'foreign' || !hall.cancelsAsked.isDue(order.key, tx.at)) return;
  hall.cancelsAsked.note(order.key, tx.at);
  tx.set(hall.stores.orders, order.key, { ...order, updatedAt: tx.at, note: 'cancel sent again' });
  tx.effect({ kind: 'cancel', key: order.key, address: { clientId, orderId } });
}

/** the list of executions has ended, and does not make up what IB says has filled. */
function tellUntold(hall: Hall, tx: Tx<Effect>): void {
  for (const key of hall.untold) {
    const order = tx.get(hall.stores.orders, key);
    if (order === undefined || order.filled >= order.quantity) continue;
    log(
      tx,
      'alarm',
      `${order.side} ${order.contract.symbol} filled, but IB no longer tells its executions. Compare the position with TWS.`,
      { kind: 'order', key },
    );
  }
  hall.untold.clear();
}

/** The list of positions ended: the book opens on it when nothing was executed meanwhile. */
export function settleOpening(hall: Hall): void {
  if (!hall.reconciliation.settleOpening(hall.ports.clock.now())) return;
  commit(hall, 'risk-reducing', 'book.open', { kind: 'broker', text: 'the positions are certain' }, (tx) => {
    findAtStart(hall, tx);
  });
  advance(hall);
}
