import { pauseDesk } from '#core/execution/halt';
import { tellOrder } from '#core/execution/transition';
import { explainedBy } from '#core/portfolio/external-difference';
import { averagePrice, foldFill } from '#core/portfolio/fill-arithmetic';
import type { BrokerNews } from '#core/ports/broker';
import { commit, count, engineState, type DeskState, logLine } from '#core/state/desk-state';
import { isArmedState } from '#core/state/engine-state';
import { type Effect, log, positionKey } from '#core/state/records';
import type { Tx } from '#core/commit/transaction';
import type { Contract } from '#domain/contract';
import { execIdRevision, execIdRoot, type Execution, type Fill } from '#domain/execution';
import { ZERO_AMOUNT } from '#domain/money';
import { isTerminal, type Order, type OrderState } from '#domain/order';
import type { Position } from '#domain/position';
import { formatPrice, type Price, priceOf, roundToTick, ZERO_PRICE } from '#domain/price';
import { formatQuantity, type Quantity, ZERO } from '#domain/quantity';
import { minus, plus } from '#domain/scaled';
import { onCommission } from './commission.ts';
import { stillEarlier, watchGap } from './fill-gaps.ts';

/** A part of it fills, and what was asked of it, or its end, still stands. */
const KEEPS_ITS_STATE: ReadonlySet<OrderState> = new Set<OrderState>([
  'PENDING_REPLACE',
  'PENDING_CANCEL',
  'CANCELLED',
  'EXPIRED',
  'REJECTED',
]);

type ExecutionNews = Extract<BrokerNews, { kind: 'execution' }>;

/** An average has more digits than any trade; four places are enough to read. */
const SHOWN = priceOf(0.0001);

/**
 * A fill is booked once, whatever the connection state: by the root of its execId, the highest revision counting. Executions of
 * the first reconciliation are history, because the positions that arrive with it already contain them.
 */
export function onExecution(desk: DeskState, news: ExecutionNews): void {
  const { execution, contract } = news;
  const root = execIdRoot(execution.execId);
  const known = desk.stores.fills.get(root);
  if (known !== undefined && execIdRevision(known.execId) >= execIdRevision(execution.execId)) return;
  const orderKey = desk.index.find({
    clientId: execution.clientId,
    orderId: execution.orderId,
    permId: execution.permId,
    ref: execution.orderRef,
  });
  if (orderKey !== undefined) {
    desk.latencies.acknowledged(orderKey, desk.ports.clock.monotonic());
    if (news.live) desk.reconciliation.sawOrder(orderKey);
  }
  const now = desk.ports.clock.now();
  const history = !news.live && desk.reconciliation.first();
  if (!history) desk.reconciliation.sawExecution(now);
  const sender = orderKey === undefined ? undefined : desk.index.get(orderKey);
  if (!history && sender?.sentAt === undefined && desk.reconciliation.doubtOpening(now))
    logLine(
      desk,
      'warning',
      `A fill of ${contract.symbol} was told that the positions found at the start may contain already: they are taken anew. Nothing leaves meanwhile.`,
    );
  commit(
    desk,
    'risk-reducing',
    'fill',
    { kind: 'broker', text: `execDetails ${execution.execId}`, ...(orderKey === undefined ? {} : { ref: orderKey }) },
    (tx) => {
      const before = tx.get(desk.stores.fills, root);
      const fill: Fill = {
        ...execution,
        ...(orderKey === undefined ? {} : { orderKey }),
        ...(before?.commission === undefined ? {} : { commission: before.commission }),
      };
      tx.set(desk.stores.fills, root, fill);
      if (!history) {
        const key = positionKey(execution.account, contract.conId);
        const held = tx.get(desk.stores.positions, key) ?? emptyPosition(execution, contract, tx.at);
        const told = { live: news.live, order: orderKey === undefined ? undefined : tx.get(desk.stores.orders, orderKey), at: tx.at };
        const explained = before === undefined ? explainedBy(held, execution, told) : undefined;
        // A correction takes the old fill out and the new one in; realised P&L of the step is approximate and the alarm says so.
        const base = before === undefined ? held : refold(held, reversed(before));
        tx.set(desk.stores.positions, key, { ...(explained ?? refold(base, execution)), updatedAt: tx.at });
      }
      if (before !== undefined)
        log(
          tx,
          'alarm',
          `IB corrected a fill of ${contract.symbol}: ${execution.execId}. Compare with TWS.`,
          orderKey === undefined ? undefined : { kind: 'order', key: orderKey },
        );
      const order = orderKey === undefined ? undefined : tx.get(desk.stores.orders, orderKey);
      if (order === undefined) {
        count(desk, 'fills of unknown orders');
        if (!history)
          log(
            tx,
            'warning',
            `Filled ${formatQuantity(execution.quantity)} ${contract.symbol} at ${formatPrice(execution.price)} by an order this desk does not know.`,
            { kind: 'contract', key: String(contract.conId) },
          );
        return;
      }
      // From the fills themselves: they come in any order, and the average IB sends along is that of its own order.
      const fills = [...tx.values(desk.stores.fills)].filter((other) => other.orderKey === order.key);
      const average = averagePrice(fills);
      const earlier = stillEarlier(order, fills);
      const explained = minus(order.filledBefore ?? ZERO, earlier);
      const filled = minus(minus(plus(order.filled, execution.quantity), before?.quantity ?? ZERO), explained);
      const known = explained === 0 ? order : { ...order, filledBefore: earlier };
      bookInto(desk, tx, known, filled, average ?? execution.avgPrice);
      const late = isTerminal(order.state) && order.state !== 'FILLED';
      const beaten = order.state === 'PENDING_CANCEL' || order.state === 'UNKNOWN';
      log(
        tx,
        late || beaten ? 'alarm' : 'info',
        `${late ? 'LATE FILL after ' + order.state.toLowerCase() + ': ' : order.state === 'PENDING_CANCEL' ? 'A fill beat the cancel: ' : ''}Filled ${formatQuantity(execution.quantity)} ${contract.symbol} at ${formatPrice(execution.price)}`,
        { kind: 'order', key: order.key },
      );
      if (filled > order.quantity)
        log(
          tx,
          'alarm',
          `Order of ${contract.symbol} filled ${formatQuantity(filled)} of ${formatQuantity(order.quantity)}: more than ordered.`,
          { kind: 'order', key: order.key },
        );
    },
  );
  if (orderKey !== undefined && !history) watchGap(desk, orderKey);
  const overfilled = orderKey === undefined ? undefined : desk.index.get(orderKey);
  if (!history && overfilled !== undefined && overfilled.filled > overfilled.quantity && isArmedState(engineState(desk)))
    pauseDesk(desk, `An order of ${contract.symbol} filled more than was ordered. Compare with TWS.`, 'the desk');
  const waiting = desk.waitingCommissions.get(execution.execId);
  if (waiting !== undefined) {
    desk.waitingCommissions.delete(execution.execId);
    onCommission(desk, waiting);
  }
}

/** An execution always books, whatever the state: only where it leads is asked of the life table. */
function bookInto(desk: DeskState, tx: Tx<Effect>, order: Order, filled: Quantity, average: Price): void {
  const complete = filled >= order.quantity;
  tellOrder(desk, tx, order, complete ? 'FILLED' : KEEPS_ITS_STATE.has(order.state) ? undefined : 'PARTIALLY_FILLED', {
    now: {
      ...order,
      filled,
      avgFillPrice: average,
      updatedAt: tx.at,
      ...(order.ackedAt === undefined ? { ackedAt: tx.at } : {}),
      note: complete ? `filled at ${formatPrice(roundToTick(average, SHOWN, 'nearest'))}` : (order.note ?? 'partly filled'),
    },
  });
}

function emptyPosition(execution: Execution, contract: Contract, at: number): Position {
  return {
    account: execution.account,
    contract,
    quantity: ZERO,
    averagePrice: ZERO_PRICE,
    realized: ZERO_AMOUNT,
    commission: ZERO_AMOUNT,
    updatedAt: at,
  };
}

function refold(position: Position, fill: Pick<Execution, 'side' | 'quantity' | 'price'>): Position {
  return { ...position, ...foldFill(position, fill, position.contract) };
}

function reversed(fill: Fill): Pick<Execution, 'side' | 'quantity' | 'price'> {
  return { side: fill.side === 'BUY' ? 'SELL' : 'BUY', quantity: fill.quantity, price: fill.price };
}
