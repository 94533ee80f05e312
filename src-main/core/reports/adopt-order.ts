import { amendOrder, enterOrder } from '#core/execution/transition';
import type { Tx } from '#core/commit/transaction';
import { stateOfStatus } from '#core/order/ib-status';
import { averagePrice } from '#core/portfolio/fill-arithmetic';
import type { OpenOrderNews } from '#core/ports/broker';
import type { DeskState } from '#core/state/desk-state';
import { type Effect, log } from '#core/state/records';
import type { Fill } from '#domain/execution';
import type { OrderKey, PermId } from '#domain/ids';
import type { Order, OrderOrigin } from '#domain/order';
import { orderRef, parseOrderRef } from '#domain/order-ref';
import { ZERO } from '#domain/quantity';
import { sumOf } from '#domain/scaled';

/** An order this process does not know: placed by hand, by another program, or by an earlier run of this desk. */
export function adoptedKey(desk: DeskState, news: OpenOrderNews): OrderKey {
  const ours = news.orderRef !== undefined && parseOrderRef(news.orderRef) !== undefined;
  const earlier = desk.earlierOrders.find(news);
  if (earlier !== undefined && desk.index.get(earlier.key) === undefined) return earlier.key;
  // The reference is taken by an order with another permId: IB does not hold references unique, so this is a second order.
  if (ours && desk.index.get(news.orderRef as string as OrderKey) === undefined) return news.orderRef as string as OrderKey;
  return (news.permId > 0 ? `perm:${news.permId}` : `api:${news.clientId}:${news.orderId}`) as OrderKey;
}

export function adopt(desk: DeskState, tx: Tx<Effect>, key: OrderKey, news: OpenOrderNews, completed: boolean): void {
  const earlier = desk.earlierOrders.find(news);
  const ref = earlier?.ref ?? news.orderRef;
  const ours = ref === undefined ? undefined : parseOrderRef(ref);
  const fills = takeFills(desk, tx, key, news);
  const filled = sumOf(fills, (fill) => fill.quantity, ZERO);
  const average = averagePrice(fills);
  const word = stateOfStatus(news.ibStatus, filled, '');
  const complete = filled > 0 && filled >= news.quantity;
  const working =
    word === 'FILLED' ? (complete ? 'FILLED' : filled > 0 ? 'PARTIALLY_FILLED' : 'ACCEPTED') : complete ? 'FILLED' : (word ?? 'UNKNOWN');
  const ended = word === 'INACTIVE' ? 'REJECTED' : word === 'FILLED' || word === 'EXPIRED' ? word : 'CANCELLED';
  const twin = ours !== undefined && (key as string) !== ref;
  const origin: OrderOrigin = earlier?.origin ?? (ours !== undefined ? 'trigger' : news.clientId === 0 ? 'manual' : 'foreign');
  const order: Order = {
    key,
    ...(ref === undefined || ours === undefined ? {} : { ref }),
    ...(ours === undefined ? {} : { triggerId: ours.triggerId, leg: ours.leg }),
    ...parentOf(desk, news),
    account: news.account,
    contract: news.contract,
    side: news.side,
    // Types the desk does not place itself stay visible as IB names them.
    type: news.type as Order['type'],
    tif: news.tif,
    quantity: news.quantity > 0 ? news.quantity : filled,
    ...(news.limit === undefined ? {} : { limit: news.limit }),
    ...(news.stop === undefined ? {} : { stop: news.stop }),
    ...(news.trail === undefined ? {} : { trail: news.trail }),
    ...(news.ocaGroup === undefined ? {} : { ocaGroup: news.ocaGroup }),
    outsideRth: news.outsideRth,
    state: completed ? ended : working,
    ibStatus: news.ibStatus,
    // 0 is IB's "none": the number of an order typed into TWS comes when TWS binds it.
    ...(news.orderId === 0 ? {} : { orderId: news.orderId }),
    ...(news.permId > 0 ? { permId: news.permId } : {}),
    clientId: news.clientId,
    filled,
    ...(average === undefined ? {} : { avgFillPrice: average }),
    origin,
    createdAt: tx.at,
    ...(earlier === undefined && desk.reconciliation.running() ? { isOlder: true as const } : {}),
    ...(twin ? {} : knownOf(earlier)),
    ackedAt: tx.at,
    updatedAt: tx.at,
    note:
      ours === undefined
        ? origin === 'manual'
          ? 'placed by hand in TWS'
          : `placed by another program (client ${news.clientId})`
        : 'sent by an earlier run of this desk',
  };
  enterOrder(desk, tx, order);
  // Its executions may only be on their way: the list of them ends later.
  if (completed && ended === 'FILLED' && filled < order.quantity && origin !== 'foreign') desk.untoldExecutions.add(key);
  const elder = twin ? tx.get(desk.stores.orders, news.orderRef as string as OrderKey) : undefined;
  if (elder !== undefined) amendOrder(desk, tx, elder, { ...elder, updatedAt: tx.at, note: 'IB has a second order with this reference' });
  if (twin)
    log(tx, 'alarm', `Two orders carry the reference ${news.orderRef ?? ''}: look at both in TWS and cancel the one you did not want.`, {
      kind: 'order',
      key,
    });
  log(
    tx,
    'info',
    `${origin === 'trigger' ? 'Order of an earlier run' : origin === 'manual' ? 'Manual order' : 'Foreign order'} seen: ${news.side} ${news.contract.symbol}`,
    { kind: 'order', key },
  );
}

/** Executions that came before their order belong to it. */
function takeFills(desk: DeskState, tx: Tx<Effect>, key: OrderKey, news: OpenOrderNews): readonly Fill[] {
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
function parentOf(desk: DeskState, news: OpenOrderNews): Pick<Order, 'parentKey'> {
  if (news.parentId === undefined) return {};
  const ours = news.orderRef === undefined ? undefined : parseOrderRef(news.orderRef);
  const key =
    ours === undefined
      ? desk.index.find({ clientId: news.clientId, orderId: news.parentId, permId: 0 as PermId })
      : (orderRef({ ...ours, leg: 'E' }) as string as OrderKey);
  return key === undefined ? {} : { parentKey: key };
}

/** What stays true of an order over a restart: why it exists, whose exit it is, how old it is. */
function knownOf(earlier: Order | undefined): Partial<Order> {
  if (earlier === undefined) return {};
  const { ref, triggerId, leg, parentKey, cause, createdAt } = earlier;
  return {
    ...(ref === undefined ? {} : { ref }),
    ...(triggerId === undefined ? {} : { triggerId }),
    ...(leg === undefined ? {} : { leg }),
    ...(parentKey === undefined ? {} : { parentKey }),
    ...(cause === undefined ? {} : { cause }),
    createdAt,
  };
}
