import { externallyChanged } from '#core/execution/external-change';
import { pauseDesk } from '#core/execution/halt';
import { tellOrder } from '#core/execution/transition';
import { mostOf } from '#core/order/oca-group';
import { isChangeInDoubt } from '#core/order/order-life';
import { explainedBy } from '#core/portfolio/external-difference';
import { averagePrice, foldFill } from '#core/portfolio/fill-arithmetic';
import type { BrokerNews } from '#core/ports/broker';
import { commit, count, engineState, type Slice, logLine } from '#core/state/desk-state';
import { isArmedState } from '#core/state/engine-state';
import { type Effect, log, positionKey } from '#core/state/records';
import type { Tx } from '#core/commit/transaction';
import type { Contract } from '#domain/contract';
import { execIdRevision, execIdRoot, type Execution, type Fill } from '#domain/execution';
import type { OrderKey } from '#domain/ids';
import { ZERO_AMOUNT } from '#domain/money';
import { isTerminal, type Order, type OrderState } from '#domain/order';
import type { Position } from '#domain/position';
import { formatPrice, type Price, priceOf, roundToTick, ZERO_PRICE } from '#domain/price';
import { formatQuantity, type Quantity, ZERO } from '#domain/quantity';
import { minus, plus } from '#domain/scaled';
import { onCommission } from './commission.ts';
import { stillEarlier, watchGap } from './fill-gaps.ts';
import { mayBeFor, provenByFill } from './old-terms.ts';

type Desk = Slice<
  | 'broker'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'index'
  | 'latch'
  | 'latencies'
  | 'link'
  | 'memos'
  | 'ordersOut'
  | 'recentSends'
  | 'reconciliation'
  | 'scheduler'
  | 'stores'
  | 'toldFilled'
  | 'waitingCommissions'
>;

/** A part of it fills, and what was asked of it, its end, or IB's word that it waits (the fill may be older, or corrected), still stands. */
const KEEPS_ITS_STATE: ReadonlySet<OrderState> = new Set<OrderState>([
  'PENDING_REPLACE',
  'PENDING_CANCEL',
  'CANCELLED',
  'EXPIRED',
  'REJECTED',
  'INACTIVE',
]);

type ExecutionNews = Extract<BrokerNews, { kind: 'execution' }>;

/** An average has more digits than any trade; four places are enough to read. */
const SHOWN = priceOf(0.0001);

/**
 * A fill is booked once, whatever the connection state: by the root of its execId, the highest revision counting. Executions of
 * the first reconciliation are history, because the positions that arrive with it already contain them.
 */
export function onExecution(desk: Desk, news: ExecutionNews): void {
  const { execution } = news;
  const known = desk.stores.fills.get(execIdRoot(execution.execId));
  if (known !== undefined && execIdRevision(known.execId) >= execIdRevision(execution.execId)) return;
  const orderKey = desk.index.find({
    clientId: execution.clientId,
    orderId: execution.orderId,
    permId: execution.permId,
    ref: execution.orderRef,
  });
  if (orderKey !== undefined) {
    desk.latencies.acknowledged(orderKey, desk.clock.monotonic());
    if (news.live) desk.reconciliation.sawOrder(orderKey);
  }
  const history = !news.live && desk.reconciliation.first();
  // Another price of what was told before moves no position.
  if (!history && known?.quantity !== execution.quantity) doubtOpening(desk, news, orderKey);
  commit(
    desk,
    'risk-reducing',
    'fill',
    { kind: 'broker', text: `execDetails ${execution.execId}`, ...(orderKey === undefined ? {} : { ref: orderKey }) },
    (tx) => {
      bookFill(desk, tx, news, orderKey, history);
    },
  );
  if (orderKey !== undefined && !history) {
    watchGap(desk, orderKey);
    pauseWhenOverfilled(desk, orderKey, news.contract);
  }
  const waiting = desk.waitingCommissions.get(execution.execId);
  if (waiting !== undefined) {
    desk.waitingCommissions.delete(execution.execId);
    onCommission(desk, waiting);
  }
}

/** The positions of the start may contain a fill that is told after them; not one of an order that this run has sent. */
function doubtOpening(desk: Desk, { contract }: ExecutionNews, orderKey: OrderKey | undefined): void {
  const now = desk.clock.now();
  desk.reconciliation.sawExecution(now);
  const sender = orderKey === undefined ? undefined : desk.index.get(orderKey);
  if (sender?.sentAt !== undefined || !desk.reconciliation.doubtOpening(now)) return;
  logLine(
    desk,
    'warning',
    `A fill of ${contract.symbol} was told that the positions found at the start may contain already: they are taken anew. Nothing leaves meanwhile.`,
  );
}

/** More came than was ordered: somebody looks before the desk trades on, and the list says what IB has it for. */
function pauseWhenOverfilled(desk: Desk, key: OrderKey, { symbol }: Contract): void {
  const order = desk.index.get(key);
  if (order === undefined || order.filled <= mostOf(order)) return;
  if (!isTerminal(order.state) && desk.link.ready && !desk.reconciliation.running()) desk.broker.requestOpenOrders();
  if (isArmedState(engineState(desk))) pauseDesk(desk, `An order of ${symbol} filled more than was ordered. Compare with TWS.`, 'the desk');
}

/** Into the list of fills, the position and the order. `history`: the position contains it. */
function bookFill(desk: Desk, tx: Tx<Effect>, news: ExecutionNews, orderKey: OrderKey | undefined, history: boolean): void {
  const { execution, contract } = news;
  const root = execIdRoot(execution.execId);
  const before = tx.get(desk.stores.fills, root);
  // What was reported of a fill is not known of its correction, until that is reported.
  const fill: Fill = { ...execution, ...(orderKey === undefined ? {} : { orderKey }) };
  tx.set(desk.stores.fills, root, fill);
  const order = orderKey === undefined ? undefined : tx.get(desk.stores.orders, orderKey);
  if (!history) bookPosition(desk, tx, news, order, before);
  if (before !== undefined)
    log(
      tx,
      'alarm',
      `IB corrected a fill of ${contract.symbol}: ${execution.execId}. Compare with TWS.`,
      orderKey === undefined ? undefined : { kind: 'order', key: orderKey },
    );
  if (order !== undefined) {
    bookOrder(desk, tx, order, news, before);
    return;
  }
  count(desk, 'fills of unknown orders');
  if (!history)
    log(tx, 'warning', `${filledText(execution, contract)} by an order this desk does not know.`, {
      kind: 'contract',
      key: String(contract.conId),
    });
}

/** The position folds the fill, unless it explains a figure of the broker's that was taken over before it. */
function bookPosition(desk: Desk, tx: Tx<Effect>, news: ExecutionNews, order: Order | undefined, before: Fill | undefined): void {
  const { execution, contract, live } = news;
  const key = positionKey(execution.account, contract.conId);
  const held = tx.get(desk.stores.positions, key) ?? emptyPosition(execution, contract, tx.at);
  const explained = before === undefined ? explainedBy(held, execution, { live, order, at: tx.at }) : undefined;
  // A correction takes the old fill out and the new one in; realised P&L of the step is approximate and the alarm says so.
  const base =
    before === undefined
      ? held
      : { ...refold(held, reversed(before)), commission: minus(held.commission, before.commission ?? ZERO_AMOUNT) };
  tx.set(desk.stores.positions, key, { ...(explained ?? refold(base, execution)), updatedAt: tx.at });
}

/** How much of the order is filled now, and whether that was still expected of it. */
function bookOrder(desk: Desk, tx: Tx<Effect>, order: Order, news: ExecutionNews, before: Fill | undefined): void {
  const { execution, contract } = news;
  // From the fills themselves: they come in any order, and the average IB sends along is that of its own order.
  const fills = [...tx.values(desk.stores.fills)].filter((other) => other.orderKey === order.key);
  const average = averagePrice(fills);
  const earlier = stillEarlier(order, fills);
  const explained = minus(order.filledBefore ?? ZERO, earlier);
  const filled = minus(minus(plus(order.filled, execution.quantity), before?.quantity ?? ZERO), explained);
  const most = mayBeFor(desk, order);
  const known = withProvenTerms(desk, tx, explained === 0 ? order : { ...order, filledBefore: earlier }, filled);
  bookInto(desk, tx, known, filled, average ?? execution.avgPrice);
  const surprise = surpriseOf(order);
  const subject = { kind: 'order', key: order.key } as const;
  log(tx, surprise === undefined ? 'info' : 'alarm', `${surprise ?? ''}${filledText(execution, contract)}`, subject);
  if (filled > most)
    log(
      tx,
      'alarm',
      `Order of ${contract.symbol} filled ${formatQuantity(filled)} of ${formatQuantity(most)}: more than ordered.`,
      subject,
    );
}

/** What more than its quantity filled of proves that IB has it for more. */
function withProvenTerms(desk: Desk, tx: Tx<Effect>, order: Order, filled: Quantity): Order {
  const proven = provenByFill(desk, order, filled);
  if (proven?.external === undefined) return proven?.order ?? order;
  log(tx, 'alarm', externallyChanged(order, proven.external), { kind: 'order', key: order.key });
  return { ...proven.order, changedExternallyAt: tx.at };
}

/** What makes a fill an alarm, as the beginning of its line; undefined when the fill was expected. Of an UNKNOWN order the line says enough. */
function surpriseOf({ state }: Order): string | undefined {
  if (isTerminal(state) && state !== 'FILLED') return `LATE FILL after ${state.toLowerCase()}: `;
  if (state === 'PENDING_CANCEL') return 'A fill beat the cancel: ';
  return state === 'UNKNOWN' ? '' : undefined;
}

function filledText({ quantity, price }: Execution, { symbol }: Contract): string {
  return `Filled ${formatQuantity(quantity)} ${symbol} at ${formatPrice(price)}`;
}

/** An execution always books, whatever the state: only where it leads is asked of the life table. */
function bookInto(desk: Desk, tx: Tx<Effect>, order: Order, filled: Quantity, average: Price): void {
  // While IB may have it for more, a status or the list that was asked for says that it is over. What fills beyond every quantity that was
  // named has been made larger by somebody, and nobody here knows by how much.
  const complete = filled === mayBeFor(desk, order);
  const keeps = KEEPS_ITS_STATE.has(order.state) || isChangeInDoubt(order);
  tellOrder(desk, tx, order, complete ? 'FILLED' : keeps ? undefined : 'PARTIALLY_FILLED', {
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
