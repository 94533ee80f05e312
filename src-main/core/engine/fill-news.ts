import { averagePrice, foldFill } from '#core/portfolio/fold';
import type { BrokerNews } from '#core/ports/broker';
import type { Contract } from '#domain/contract';
import { type Execution, execIdRevision, execIdRoot, type Fill } from '#domain/execution';
import { ZERO_AMOUNT } from '#domain/money';
import type { Order } from '#domain/order';
import { isTerminal } from '#domain/order';
import type { Position } from '#domain/position';
import { formatPrice, type Price, priceOf, roundToTick, trustedPrice, ZERO_PRICE } from '#domain/price';
import { formatQuantity, type Quantity, ZERO } from '#domain/quantity';
import { minus, plus } from '#domain/scaled';
import { log, positionKey } from './desk-state.ts';
import { stillEarlier, watchGap } from './earlier-fills.ts';
import { isArmedState } from './engine-table.ts';
import { commit, count, engineState, type Hall, logLine } from './hall.ts';
import { pauseDesk } from './life.ts';
import { explainedBy } from './position-check.ts';
import { move } from './order-news.ts';

type ExecutionNews = Extract<BrokerNews, { kind: 'execution' }>;
type CommissionNews = Extract<BrokerNews, { kind: 'commission' }>;
type PositionNews = Extract<BrokerNews, { kind: 'position' }>;

/** An average has more digits than any trade; four places are enough to read. */
const SHOWN = priceOf(0.0001);
const waitingCommissions = new WeakMap<Hall, Map<string, CommissionNews>>();

/**
 * A fill is booked once, whatever the connection state: by the root of its execId, the highest revision counting. Executions of
 * the first reconciliation are history, because the positions that arrive with it already contain them.
 */
export function onExecution(hall: Hall, news: ExecutionNews): void {
  const { execution, contract } = news;
  const root = execIdRoot(execution.execId);
  const known = hall.stores.fills.get(root);
  if (known !== undefined && execIdRevision(known.execId) >= execIdRevision(execution.execId)) return;
  const orderKey = hall.index.find({
    clientId: execution.clientId,
    orderId: execution.orderId,
    permId: execution.permId,
    ref: execution.orderRef,
  });
  if (orderKey !== undefined) {
    hall.latencies.acknowledged(orderKey, hall.ports.clock.monotonic());
    if (news.live) hall.reconciliation.sawOrder(orderKey);
  }
  const now = hall.ports.clock.now();
  const history = !news.live && hall.reconciliation.first();
  if (!history) hall.reconciliation.sawExecution(now);
  const sender = orderKey === undefined ? undefined : hall.index.get(orderKey);
  if (!history && sender?.sentAt === undefined && hall.reconciliation.doubtOpening(now))
    logLine(
      hall,
      'warning',
      `A fill of ${contract.symbol} was told that the positions found at the start may contain already: they are taken anew. Nothing leaves meanwhile.`,
    );
  commit(
    hall,
    'risk-reducing',
    'fill',
    { kind: 'broker', text: `execDetails ${execution.execId}`, ...(orderKey === undefined ? {} : { ref: orderKey }) },
    (tx) => {
      const before = tx.get(hall.stores.fills, root);
      const fill: Fill = {
        ...execution,
        ...(orderKey === undefined ? {} : { orderKey }),
        ...(before?.commission === undefined ? {} : { commission: before.commission }),
      };
      tx.set(hall.stores.fills, root, fill);
      if (!history) {
        const key = positionKey(execution.account, contract.conId);
        const held = tx.get(hall.stores.positions, key) ?? emptyPosition(execution, contract, tx.at);
        const told = { live: news.live, order: orderKey === undefined ? undefined : tx.get(hall.stores.orders, orderKey), at: tx.at };
        const explained = before === undefined ? explainedBy(held, execution, told) : undefined;
        // A correction takes the old fill out and the new one in; realised P&L of the step is approximate and the alarm says so.
        const base = before === undefined ? held : refold(held, reversed(before));
        tx.set(hall.stores.positions, key, { ...(explained ?? refold(base, execution)), updatedAt: tx.at });
      }
      if (before !== undefined)
        log(
          tx,
          'alarm',
          `IB corrected a fill of ${contract.symbol}: ${execution.execId}. Compare with TWS.`,
          orderKey === undefined ? undefined : { kind: 'order', key: orderKey },
        );
      const order = orderKey === undefined ? undefined : tx.get(hall.stores.orders, orderKey);
      if (order === undefined) {
        count(hall, 'fills of unknown orders');
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
      const fills = [...tx.values(hall.stores.fills)].filter((other) => other.orderKey === order.key);
      const average = averagePrice(fills);
      const earlier = stillEarlier(order, fills);
      const explained = minus(order.filledBefore ?? ZERO, earlier);
      const filled = minus(minus(plus(order.filled, execution.quantity), before?.quantity ?? ZERO), explained);
      const known = explained === 0 ? order : { ...order, filledBefore: earlier };
      tx.set(hall.stores.orders, order.key, filledOrder(hall, known, filled, average ?? execution.avgPrice, tx.at));
      const late = isTerminal(order.state) && order.state !== 'FILLED';
      const beaten = order.state === 'CANCEL_PENDING' || order.state === 'UNKNOWN';
      log(
        tx,
        late || beaten ? 'alarm' : 'info',
        `${late ? 'LATE FILL after ' + order.state.toLowerCase() + ': ' : order.state === 'CANCEL_PENDING' ? 'A fill beat the cancel: ' : ''}Filled ${formatQuantity(execution.quantity)} ${contract.symbol} at ${formatPrice(execution.price)}`,
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
  if (orderKey !== undefined && !history) watchGap(hall, orderKey);
  const overfilled = orderKey === undefined ? undefined : hall.index.get(orderKey);
  if (!history && overfilled !== undefined && overfilled.filled > overfilled.quantity && isArmedState(engineState(hall)))
    pauseDesk(hall, `An order of ${contract.symbol} filled more than was ordered. Compare with TWS.`, 'the desk');
  const waiting = waitingCommissions.get(hall)?.get(execution.execId);
  if (waiting !== undefined) {
    waitingCommissions.get(hall)?.delete(execution.execId);
    onCommission(hall, waiting);
  }
}

function filledOrder(hall: Hall, order: Order, filled: Quantity, average: Price, at: number): Order {
  const complete = filled >= order.quantity;
  const keeps =
    order.state === 'MODIFY_PENDING' ||
    order.state === 'CANCEL_PENDING' ||
    order.state === 'CANCELLED' ||
    order.state === 'EXPIRED' ||
    order.state === 'REJECTED';
  const state = complete ? move(hall, order, 'FILLED') : keeps ? order.state : move(hall, order, 'PARTIAL');
  return {
    ...order,
    filled,
    avgFillPrice: average,
    state,
    updatedAt: at,
    ...(order.ackedAt === undefined ? { ackedAt: at } : {}),
    note: complete ? `filled at ${formatPrice(roundToTick(average, SHOWN, 'nearest'))}` : (order.note ?? 'partly filled'),
  };
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

/** Comes after its fill, sometimes much later, sometimes before, sometimes never: nothing waits for it. */
export function onCommission(hall: Hall, news: CommissionNews): void {
  const root = execIdRoot(news.execId);
  const known = hall.stores.fills.get(root);
  if (known === undefined) {
    const waiting = waitingCommissions.get(hall) ?? new Map<string, CommissionNews>();
    waitingCommissions.set(hall, waiting);
    if (waiting.size < 1_000) waiting.set(news.execId, news);
    return;
  }
  if (news.commission === undefined || known.commission === news.commission) return;
  const { commission } = news;
  commit(hall, 'data', 'commission', { kind: 'broker', text: `commissionReport ${news.execId}` }, (tx) => {
    const fill = tx.get(hall.stores.fills, root);
    if (fill === undefined) return;
    tx.set(hall.stores.fills, root, {
      ...fill,
      commission,
      commissionCurrency: news.currency,
      ...(news.realizedPnl === undefined ? {} : { realizedPnl: news.realizedPnl }),
    });
    const key = positionKey(fill.account, fill.conId);
    const position = tx.get(hall.stores.positions, key);
    if (position !== undefined)
      tx.set(hall.stores.positions, key, {
        ...position,
        commission: minus(plus(position.commission, commission), fill.commission ?? ZERO_AMOUNT),
      });
  });
}

/** The broker's own figure stands beside ours. During the first reconciliation it becomes ours. */
export function onPosition(hall: Hall, news: PositionNews): void {
  const key = positionKey(news.account, news.contract.conId);
  hall.reconciliation.sawPosition(key);
  const known = hall.stores.positions.get(key);
  const adopt = hall.reconciliation.isOpening();
  if (known === undefined && news.quantity === 0) return;
  if (known?.brokerQuantity === news.quantity && !adopt) return;
  commit(hall, 'data', 'position.broker', { kind: 'broker', text: `position ${news.contract.symbol}` }, (tx) => {
    const position = tx.get(hall.stores.positions, key);
    const average = news.averageCost === undefined ? undefined : trustedPrice(Math.round(news.averageCost / news.contract.multiplier));
    const base: Position = position ?? {
      account: news.account,
      contract: news.contract,
      quantity: ZERO,
      averagePrice: ZERO_PRICE,
      realized: ZERO_AMOUNT,
      commission: ZERO_AMOUNT,
      updatedAt: tx.at,
    };
    tx.set(hall.stores.positions, key, {
      ...base,
      ...(adopt ? { quantity: news.quantity, averagePrice: average ?? base.averagePrice, updatedAt: tx.at } : {}),
      brokerQuantity: news.quantity,
      ...(average === undefined ? {} : { brokerAverageCost: average }),
      brokerAt: tx.at,
    });
  });
}
