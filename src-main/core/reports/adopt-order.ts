import { amendOrder, enterOrder } from '#core/execution/transition';
import type { Tx } from '#core/commit/transaction';
import { stateOfStatus } from '#core/order/ib-status';
import { statedPrices } from '#core/order/stated-prices';
import { averagePrice } from '#core/portfolio/fill-arithmetic';
import type { OpenOrderNews } from '#core/ports/broker';
import type { Slice } from '#core/state/desk-state';
import { type Effect, log } from '#core/state/records';
import type { Fill } from '#domain/execution';
import { type OrderKey, orderKeyOf, permIdOf } from '#domain/ids';
import type { Order, OrderOrigin, OrderState } from '#domain/order';
import { orderRef, parseOrderRef } from '#domain/order-ref';
import { type Quantity, ZERO } from '#domain/quantity';
import { sumOf } from '#domain/scaled';

type Desk = Slice<'counters' | 'earlierOrders' | 'index' | 'reconciliation' | 'stores' | 'untoldExecutions'>;

/** What the desk says of an order that it has not sent in this run. */
const ORIGIN_TEXT: Readonly<Record<OrderOrigin, string>> = {
  trigger: 'Order of an earlier run',
  manual: 'Manual order',
  operator: 'Foreign order',
  foreign: 'Foreign order',
};

/** Whose order it is. */
type Identity = Pick<Order, 'ref' | 'triggerId' | 'leg'>;

/** An order this process does not know: placed by hand, by another program, or by an earlier run of this desk. */
export function adoptedKey(desk: Desk, news: OpenOrderNews): OrderKey {
  const ours = news.orderRef !== undefined && parseOrderRef(news.orderRef) !== undefined;
  const earlier = desk.earlierOrders.find(news);
  if (earlier !== undefined && desk.index.get(earlier.key) === undefined) return earlier.key;
  // The reference is taken by an order with another permId: IB does not hold references unique, so this is a second order.
  if (ours && desk.index.get(orderKeyOf(news.orderRef)) === undefined) return orderKeyOf(news.orderRef);
  return orderKeyOf(news.permId > 0 ? `perm:${news.permId}` : `api:${news.clientId}:${news.orderId}`);
}

/** It enters the book as IB lists it, with what an earlier run knew of it and with the executions that came before it. */
export function adopt(desk: Desk, tx: Tx<Effect>, key: OrderKey, news: OpenOrderNews, completed: boolean): void {
  const earlier = desk.earlierOrders.find(news);
  const identity = identityOf(news, earlier);
  const fills = takeFills(desk, tx, key, news);
  const filled = sumOf(fills, (fill) => fill.quantity, ZERO);
  const average = averagePrice(fills);
  const state = completed ? endedState(news, filled) : workingState(news, filled);
  const twin = identity.triggerId !== undefined && (key as string) !== identity.ref;
  const origin = originOf(news, earlier, identity);
  const order: Order = {
    key,
    ...identity,
    ...parentOf(desk, news),
    ...termsAsListed(news, filled),
    state,
    ibStatus: news.ibStatus,
    ...numbersOf(news),
    filled,
    ...(average === undefined ? {} : { avgFillPrice: average }),
    origin,
    createdAt: tx.at,
    ...(earlier === undefined && desk.reconciliation.running() ? { isOlder: true as const } : {}),
    ...(twin ? {} : knownOf(earlier)),
    ackedAt: tx.at,
    updatedAt: tx.at,
    note: senderText(news, origin, identity),
  };
  enterOrder(desk, tx, order);
  // Its executions may only be on their way: the list of them ends later.
  if (completed && state === 'FILLED' && filled < order.quantity && origin !== 'foreign') desk.untoldExecutions.add(key);
  if (twin) announceTwin(desk, tx, key, news);
  log(tx, 'info', `${ORIGIN_TEXT[origin]} seen: ${news.side} ${news.contract.symbol}`, { kind: 'order', key });
}

/** By its reference, the one that an earlier run noted or the one that IB tells: empty when it is none of this desk's. */
function identityOf(news: OpenOrderNews, earlier: Order | undefined): Identity {
  const ref = earlier?.ref ?? news.orderRef;
  const ours = ref === undefined ? undefined : parseOrderRef(ref);
  return ref === undefined || ours === undefined ? {} : { ref, triggerId: ours.triggerId, leg: ours.leg };
}

/** Client 0 is the hand in TWS; any other number without a reference of this desk is another program. */
function originOf(news: OpenOrderNews, earlier: Order | undefined, { triggerId }: Identity): OrderOrigin {
  if (earlier !== undefined) return earlier.origin;
  if (triggerId !== undefined) return 'trigger';
  return news.clientId === 0 ? 'manual' : 'foreign';
}

function senderText(news: OpenOrderNews, origin: OrderOrigin, { triggerId }: Identity): string {
  if (triggerId !== undefined) return 'sent by an earlier run of this desk';
  return origin === 'manual' ? 'placed by hand in TWS' : `placed by another program (client ${news.clientId})`;
}

/** Of an order that IB lists as open. The executions say how much is filled; IB's `Filled` alone is a claim. */
function workingState(news: OpenOrderNews, filled: Quantity): OrderState {
  if (filled > 0 && filled >= news.quantity) return 'FILLED';
  const told = stateOfStatus(news.ibStatus, filled, '') ?? 'UNKNOWN';
  if (told !== 'FILLED') return told;
  return filled > 0 ? 'PARTIALLY_FILLED' : 'ACCEPTED';
}

/** Of an order from the list of completed ones: whatever else it says, it has ended. */
function endedState(news: OpenOrderNews, filled: Quantity): OrderState {
  const told = stateOfStatus(news.ibStatus, filled, '');
  if (told === 'INACTIVE') return 'REJECTED';
  return told === 'FILLED' || told === 'EXPIRED' ? told : 'CANCELLED';
}

/** Account, contract and terms. Completed orders do not always carry a quantity; then it is what was filled. */
function termsAsListed(
  news: OpenOrderNews,
  filled: Quantity,
): Pick<Order, 'account' | 'contract' | 'side' | 'type' | 'tif' | 'quantity' | 'limit' | 'stop' | 'trail' | 'ocaGroup' | 'outsideRth'> {
  return {
    account: news.account,
    contract: news.contract,
    side: news.side,
    // Types the desk does not place itself stay visible as IB names them.
    type: news.type as Order['type'],
    tif: news.tif,
    quantity: news.quantity > 0 ? news.quantity : filled,
    ...statedPrices(news),
    ...(news.ocaGroup === undefined ? {} : { ocaGroup: news.ocaGroup }),
    outsideRth: news.outsideRth,
  };
}

/** 0 is IB's "none": the number of an order typed into TWS comes when TWS binds it. */
function numbersOf(news: OpenOrderNews): Pick<Order, 'orderId' | 'permId' | 'clientId'> {
  return {
    ...(news.orderId === 0 ? {} : { orderId: news.orderId }),
    ...(news.permId > 0 ? { permId: news.permId } : {}),
    clientId: news.clientId,
  };
}

/** A second order with a reference that an order of this desk has: both rows say so, and the operator decides which one stays. */
function announceTwin(desk: Desk, tx: Tx<Effect>, key: OrderKey, news: OpenOrderNews): void {
  const elder = news.orderRef === undefined ? undefined : tx.get(desk.stores.orders, orderKeyOf(news.orderRef));
  if (elder !== undefined) amendOrder(desk, tx, elder, { ...elder, updatedAt: tx.at, note: 'IB has a second order with this reference' });
  log(tx, 'alarm', `Two orders carry the reference ${news.orderRef ?? ''}: look at both in TWS and cancel the one you did not want.`, {
    kind: 'order',
    key,
  });
}

/** Executions that came before their order belong to it. */
function takeFills(desk: Desk, tx: Tx<Effect>, key: OrderKey, news: OpenOrderNews): readonly Fill[] {
  const taken: Fill[] = [];
  for (const [root, fill] of [...tx.entries(desk.stores.fills)]) {
    const same =
      news.permId > 0 && fill.permId > 0 ? fill.permId === news.permId : fill.orderRef !== undefined && fill.orderRef === news.orderRef;
    if (fill.orderKey !== undefined || !same) continue;
    tx.set(desk.stores.fills, root, { ...fill, orderKey: key });
    taken.push(fill);
  }
  return taken;
}

/** The parent that IB names by its number: of the desk's own orders the reference says more, because numbers are given out anew. */
function parentOf(desk: Desk, news: OpenOrderNews): Pick<Order, 'parentKey'> {
  if (news.parentId === undefined) return {};
  const ours = news.orderRef === undefined ? undefined : parseOrderRef(news.orderRef);
  const key =
    ours === undefined
      ? desk.index.find({ clientId: news.clientId, orderId: news.parentId, permId: permIdOf(0) })
      : orderKeyOf(orderRef({ ...ours, leg: 'E' }));
  return key === undefined ? {} : { parentKey: key };
}

/** What stays true of an order over a restart: why it exists, whose exit it is, how old it is. */
function knownOf(earlier: Order | undefined): Partial<Order> {
  if (earlier === undefined) return {};
  const { ref, triggerId, leg, parentKey, cause, createdAt, createdTime } = earlier;
  return {
    ...(ref === undefined ? {} : { ref }),
    ...(triggerId === undefined ? {} : { triggerId }),
    ...(leg === undefined ? {} : { leg }),
    ...(parentKey === undefined ? {} : { parentKey }),
    ...(cause === undefined ? {} : { cause }),
    createdAt,
    ...(createdTime === undefined ? {} : { createdTime }),
  };
}
