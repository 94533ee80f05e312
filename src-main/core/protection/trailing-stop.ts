import { entryOf, isOpenEntry } from '#core/order/brackets';
import { restOf } from '#core/order/oca-group';
import type { AccountId, ConId, OrderKey } from '#domain/ids';
import { isStopType, isTerminal, type Order, type OrderState, sameTrail, type Trail } from '#domain/order';
import { trailText } from '#domain/order-text';
import type { Position } from '#domain/position';
import { formatPrice, type Price, priceOf, roundToTick } from '#domain/price';
import { formatQuantity, type Quantity } from '#domain/quantity';
import { err, ok, type Result } from '#domain/result';
import { abs, max, min, minus, plus, timesRatio } from '#domain/scaled';
import { exitsOf, sizeOf, unprotectedOf } from './exits.ts';
import { fireRefusal, groupToJoin, marketOf } from './place-stop.ts';
import { type Refusal, refuseNow } from '#core/state/refusal';
import { inTurn } from './in-turn.ts';
import { sendExit, type SentExit } from './send-exit.ts';
import { cancelOrders } from '#core/execution/cancel';
import { log, positionKey, type Trailing } from '#core/state/records';
import { reduceRefusal } from '#core/pretrade/reduce-refusal';
import { commit, type Slice } from '#core/state/desk-state';

import { changeOrder, modifyRefusal } from '#core/execution/modify';

type Desk = Slice<
  | 'accounts'
  | 'board'
  | 'broker'
  | 'cancelRetries'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'details'
  | 'exchange'
  | 'index'
  | 'journal'
  | 'latch'
  | 'latencies'
  | 'link'
  | 'memos'
  | 'ordersOut'
  | 'recentSends'
  | 'reconciliation'
  | 'rules'
  | 'stores'
  | 'unsentCancels'
  | 'unsentGlobalCancel'
>;

type Done = Result<number, Refusal>;

/** A replacement that does not come about within this time is given up; the operator decides. */
const PATIENCE_MS = 10_000;
/** IB has taken the new stop: the old one can go. */
const CONFIRMED: ReadonlySet<OrderState> = new Set<OrderState>(['ACCEPTED', 'PARTIALLY_FILLED', 'HELD']);

/**
 * Lets the stops of a position trail at the broker. A stop that trails already gets the new distance; what no stop covers gets a trailing
 * one; a plain stop is replaced. IB changes no order's type, so the new stop is placed into the OCA group of the old one, which goes when
 * the new one is confirmed; without a group the old one goes first and the new one leaves when IB has said so. Never do two stops work
 * that could together close more than is held.
 */
export function trailPosition(desk: Desk, account: AccountId, conId: ConId, trail: Trail, by: string): Done {
  const key = positionKey(account, conId);
  const position = desk.stores.positions.get(key);
  if (position === undefined || position.quantity === 0) return err({ code: 'not-found', text: 'There is no such position.' });
  const shut = reduceRefusal(desk);
  if (shut !== undefined) return refuseNow(shut);
  const details = desk.details.get(conId);
  const { symbol } = position.contract;
  if (details === undefined) return refuseNow(`The contract details of ${symbol} are not known yet; try again in a moment.`);
  if (desk.stores.closings.has(key)) return err({ code: 'conflict', text: `${symbol} is being closed already.` });
  if ([...desk.stores.trailings.values()].some((trailing) => trailing.position === key))
    return err({ code: 'conflict', text: `A stop of ${symbol} is being made to trail already; wait for IB to answer.` });
  const onTick: Trail =
    trail.kind === 'percent' ? trail : { kind: 'amount', amount: roundToTick(trail.amount, details.minTick, 'nearest') };
  const stops = exitsOf(desk, position).filter((order) => isStopType(order.type) && order.leg !== 'E' && order.origin !== 'foreign');
  const refusal = replaceRefusal(desk, symbol, stops);
  if (refusal !== undefined) return refuseNow(refusal);
  const start = startOf(desk, position, onTick, undefined);
  if (!start.ok) return start;
  const open = unprotectedOf(desk, position);
  const others = stops.filter(({ type, trail: now }) => type !== 'TRAIL' || !sameTrail(now, onTick));
  if (open <= 0 && others.length === 0) return refuseNow(nothingToTrail(symbol, stops));
  const acts = others.map((stop) => (): Done => {
    return stop.type === 'TRAIL' ? changeOrder(desk, stop, { trail: onTick }, by) : replace(desk, position, stop, onTick, by);
  });
  const cover = (): Done => {
    const sent = place(desk, position, { quantity: open, trail: onTick, by });
    return sent.ok ? ok(sent.value.seq) : sent;
  };
  // What is open first: once a stop is on its way out nobody can say how much of it still takes.
  return inTurn(desk, position, open > 0 ? [cover, ...acts] : acts);
}

/** Why there is no stop that could trail otherwise than now; a sentence. */
function nothingToTrail(symbol: string, stops: readonly Order[]): string {
  return stops.length > 0
    ? `The stops of ${symbol} trail by that distance already.`
    : `${symbol} is covered already, by entries or orders of another program; no stop of this position could trail.`;
}

/** Why these stops cannot give way to trailing ones now; a sentence. */
function replaceRefusal(desk: Desk, symbol: string, stops: readonly Order[]): string | undefined {
  const moving = stops.map((order) => modifyRefusal(desk, order)).find((refusal) => refusal !== undefined);
  if (moving !== undefined) return `A stop of ${symbol} cannot be replaced now: ${moving}`;
  // What the entry still fills would be without the stop that IB bounds by it.
  return stops.some((order) => order.type !== 'TRAIL' && isOpenEntry(entryOf(desk.index, order)))
    ? `The entry of ${symbol} still works, and its stop goes on with it: let that trail when the entry has filled, or cancel the rest of it.`
    : undefined;
}

/** Where it begins: its distance behind the market, or where the old stop is when that protects more. */
function startOf(desk: Desk, position: Position, trail: Trail, old: Order | undefined): Result<Price, Refusal> {
  const { symbol, conId } = position.contract;
  const long = position.quantity > 0;
  const market = marketOf(desk, position);
  if (market === undefined) return refuseNow(`${symbol} has no market now that a stop could trail.`);
  const distance = trail.kind === 'amount' ? trail.amount : timesRatio(abs(market), trail.basisPoints, 10_000);
  if (distance <= 0) return refuseNow('A stop trails by more than nothing; write a distance.');
  const tick = desk.details.get(conId)?.minTick ?? priceOf(0.01);
  const behind = roundToTick(long ? minus(market, distance) : plus(market, distance), tick, long ? 'up' : 'down');
  const level = old?.stop === undefined ? behind : long ? max(behind, old.stop) : min(behind, old.stop);
  const onTick = roundToTick(level, tick, long ? 'up' : 'down');
  const refusal = fireRefusal(desk, position, onTick);
  return refusal === undefined ? ok(onTick) : refuseNow(refusal);
}

interface Placement {
  readonly quantity: Quantity;
  readonly trail: Trail;
  /** The stop that it replaces. */
  readonly old?: Order;
  readonly by: string;
}

function place(desk: Desk, position: Position, { quantity, trail, old, by }: Placement): Result<SentExit, Refusal> {
  const start = startOf(desk, position, trail, old);
  if (!start.ok) return start;
  const group = old?.ocaGroup === undefined ? groupToJoin(desk, position, quantity) : ok({ ocaGroup: old.ocaGroup });
  if (!group.ok) return group;
  return sendExit(
    desk,
    position,
    { leg: 'S', type: 'TRAIL', quantity, stop: start.value, trail, tif: 'GTC', outsideRth: true, ...group.value },
    `${by} lets a stop for ${formatQuantity(quantity)} ${position.contract.symbol} trail ${trailText(trail)} behind, from ${formatPrice(start.value)}.`,
  );
}

function replace(desk: Desk, position: Position, old: Order, trail: Trail, by: string): Done {
  let placed: SentExit | undefined;
  if (old.ocaGroup !== undefined) {
    // No larger than what is held, whatever the old one is: IB takes no more than the larger of them in one group.
    const sent = place(desk, position, { quantity: min(restOf(old), sizeOf(position)), trail, old, by });
    if (!sent.ok) return sent;
    placed = sent.value;
  }
  const key = positionKey(position.account, position.contract.conId);
  const seq = commit(
    desk,
    'risk-reducing',
    'position.trail',
    { kind: 'command', text: `${by} lets the stop of ${position.contract.symbol} trail`, ref: old.key },
    (tx) => {
      tx.set(desk.stores.trailings, old.key, {
        key: old.key,
        position: key,
        trail,
        ...(placed === undefined ? {} : { placed: placed.key }),
        by,
        at: tx.at,
      });
      log(
        tx,
        'info',
        placed === undefined
          ? `${by}: the stop of ${position.contract.symbol} goes first, then the trailing one leaves.`
          : `${by}: the stop of ${position.contract.symbol} goes when the trailing one is confirmed; both are in one group.`,
        { kind: 'position', key },
      );
      return tx.seq;
    },
  );
  if (placed === undefined) cancelOrders(desk, [old], by);
  return ok(seq ?? placed?.seq ?? 0);
}

/** Takes each replacement one step further where IB has answered. Called after news and by the timer. */
export function advanceTrailings(desk: Desk): void {
  if (desk.stores.trailings.size === 0) return;
  const now = desk.clock.now();
  for (const trailing of [...desk.stores.trailings.values()]) {
    const old = desk.index.get(trailing.key);
    const position = desk.stores.positions.get(trailing.position);
    const killedAt = desk.stores.engine.get('desk')?.kill?.startedAt;
    const killed = desk.latch.isSet() && killedAt !== undefined && trailing.at <= killedAt;
    if (killed) end(desk, trailing, 'the kill switch was set');
    else if (old === undefined || position === undefined || position.quantity === 0 || desk.stores.closings.has(trailing.position))
      end(desk, trailing, undefined);
    else if (trailing.placed === undefined) afterOld(desk, trailing, old, position, now);
    else afterNew(desk, trailing, old, trailing.placed, now);
  }
}

function afterNew(desk: Desk, trailing: Trailing, old: Order, placed: OrderKey, now: number): void {
  const order = desk.index.get(placed);
  const stays = `the stop at ${old.stop === undefined ? '—' : formatPrice(old.stop)} stays`;
  if (order !== undefined && CONFIRMED.has(order.state)) {
    end(desk, trailing, undefined);
    cancelOrders(desk, [old], trailing.by);
  } else if (order === undefined || isTerminal(order.state))
    end(desk, trailing, isTerminal(old.state) || order?.state === 'FILLED' ? undefined : `${order?.note ?? 'it is gone'}; ${stays}`);
  else if (now - trailing.at > PATIENCE_MS)
    end(
      desk,
      trailing,
      `IB has not confirmed it within ${PATIENCE_MS / 1_000} s; ${stays}, and both are in one group, so that only one can fill`,
    );
}

function afterOld(desk: Desk, trailing: Trailing, old: Order, position: Position, now: number): void {
  if (!isTerminal(old.state)) {
    if (now - trailing.at > PATIENCE_MS) end(desk, trailing, `its stop still works after ${PATIENCE_MS / 1_000} s; nothing was sent`);
    return;
  }
  end(desk, trailing, undefined);
  const open = unprotectedOf(desk, position);
  const quantity = min(open, restOf(old));
  if (quantity <= 0) return;
  const sent = place(desk, position, { quantity, trail: trailing.trail, old, by: trailing.by });
  if (!sent.ok) end(desk, trailing, sent.error.text);
}

function end(desk: Desk, trailing: Trailing, trouble: string | undefined): void {
  commit(desk, 'risk-reducing', 'position.trail-ends', { kind: 'system', text: trouble ?? 'done', ref: trailing.key }, (tx) => {
    if (tx.has(desk.stores.trailings, trailing.key)) tx.delete(desk.stores.trailings, trailing.key);
    if (trouble !== undefined)
      log(tx, 'alarm', `The stop does not trail: ${trouble}. Look at the position.`, { kind: 'position', key: trailing.position });
  });
}
