import { restOf } from '#core/order/family';
import { stopsProtecting } from '#core/order/protection';
import type { AccountId, ConId, OrderKey } from '#domain/ids';
import { isStopType, isTerminal, type Order, type Trail } from '#domain/order';
import { trailText } from '#domain/order-text';
import type { Position } from '#domain/position';
import { formatPrice, type Price, priceOf, roundToTick } from '#domain/price';
import { formatQuantity, type Quantity } from '#domain/quantity';
import { err, ok, type Result } from '#domain/result';
import { abs, max, min, minus, plus, timesRatio } from '#domain/scaled';
import { exitsOf, firesAtOnce, groupToJoin, refuse, sendExit, type SentExit, sizeOf } from './closing.ts';
import { log, positionKey, type Trailing } from './desk-state.ts';
import { mayTransmit } from './engine-table.ts';
import { commit, engineState, type Hall } from './hall.ts';
import { cancelOrders } from './kill.ts';
import { changeOrder, modifyFault } from './modify.ts';
import type { Refusal } from './refusal.ts';

type Done = Result<number, Refusal>;

/** A replacement that does not come about within this time is given up; the operator decides. */
const PATIENCE_MS = 10_000;

/**
 * Lets the stops of a position trail at the broker. A stop that trails already gets the new distance; what no stop covers gets a trailing
 * one; a plain stop is replaced. IB changes no order's type, so the new stop is placed into the OCA group of the old one, which goes when
 * the new one is confirmed; without a group the old one goes first and the new one leaves when IB has said so. Never do two stops work
 * that could together close more than is held.
 */
export function trailPosition(hall: Hall, account: AccountId, conId: ConId, trail: Trail, by: string): Done {
  const key = positionKey(account, conId);
  const position = hall.stores.positions.get(key);
  if (position === undefined || position.quantity === 0) return err({ code: 'not-found', text: 'There is no such position.' });
  const state = engineState(hall);
  if (!mayTransmit(state, 'confirmed-reduce')) return refuse(`The desk is ${state}; no stop can be placed in this state.`);
  const details = hall.details.get(conId);
  const { symbol } = position.contract;
  if (details === undefined) return refuse(`The contract details of ${symbol} are not known yet; try again in a moment.`);
  if (hall.stores.closings.has(key)) return err({ code: 'conflict', text: `${symbol} is being closed already.` });
  if ([...hall.stores.trailings.values()].some((trailing) => trailing.position === key))
    return err({ code: 'conflict', text: `A stop of ${symbol} is being made to trail already; wait for IB to answer.` });
  const onTick: Trail =
    trail.kind === 'percent' ? trail : { kind: 'amount', amount: roundToTick(trail.amount, details.minTick, 'nearest') };
  const stops = exitsOf(hall, position).filter((order) => isStopType(order.type) && order.origin !== 'foreign');
  const moving = stops.map((order) => modifyFault(hall, order)).find((fault) => fault !== undefined);
  if (moving !== undefined) return refuse(`A stop of ${symbol} cannot be replaced now: ${moving}`);
  const start = startOf(hall, position, onTick, undefined);
  if (!start.ok) return start;
  const open = minus(sizeOf(position), stopsProtecting(hall.index.working(), position));
  let last: Done = ok(0);
  for (const stop of stops) {
    last = stop.type === 'TRAIL' ? changeOrder(hall, stop, { trail: onTick }, by) : replace(hall, position, stop, onTick, by);
    if (!last.ok) return last;
  }
  if (open <= 0) return last;
  const sent = place(hall, position, open, onTick, undefined, by);
  return sent.ok ? ok(sent.value.seq) : sent;
}

/** Where it begins: its distance behind the market, or where the old stop is when that protects more. */
function startOf(hall: Hall, position: Position, trail: Trail, old: Order | undefined): Result<Price, Refusal> {
  const { symbol, conId } = position.contract;
  const quote = hall.board.quote(conId);
  const long = position.quantity > 0;
  const market = long ? quote?.bid : quote?.ask;
  if (market === undefined) return refuse(`${symbol} has no market now that a stop could trail.`);
  const distance = trail.kind === 'amount' ? trail.amount : timesRatio(abs(market), trail.basisPoints, 10_000);
  if (distance <= 0) return refuse('A stop trails by more than nothing; write a distance.');
  const tick = hall.details.get(conId)?.minTick ?? priceOf(0.01);
  const behind = roundToTick(long ? minus(market, distance) : plus(market, distance), tick, long ? 'up' : 'down');
  const level = old?.stop === undefined ? behind : long ? max(behind, old.stop) : min(behind, old.stop);
  const onTick = roundToTick(level, tick, long ? 'up' : 'down');
  const fault = firesAtOnce(hall, position, onTick);
  return fault === undefined ? ok(onTick) : refuse(fault);
}

function place(
  hall: Hall,
  position: Position,
  quantity: Quantity,
  trail: Trail,
  old: Order | undefined,
  by: string,
): Result<SentExit, Refusal> {
  const start = startOf(hall, position, trail, old);
  if (!start.ok) return start;
  const group = old?.ocaGroup === undefined ? groupToJoin(hall, position, quantity) : ok({ ocaGroup: old.ocaGroup });
  if (!group.ok) return group;
  return sendExit(
    hall,
    position,
    { leg: 'S', type: 'TRAIL', quantity, stop: start.value, trail, tif: 'GTC', outsideRth: true, ...group.value },
    `${by} lets a stop for ${formatQuantity(quantity)} ${position.contract.symbol} trail ${trailText(trail)} behind, from ${formatPrice(start.value)}.`,
  );
}

function replace(hall: Hall, position: Position, old: Order, trail: Trail, by: string): Done {
  let placed: SentExit | undefined;
  if (old.ocaGroup !== undefined) {
    const sent = place(hall, position, restOf(old), trail, old, by);
    if (!sent.ok) return sent;
    placed = sent.value;
  }
  const key = positionKey(position.account, position.contract.conId);
  const seq = commit(
    hall,
    'risk-reducing',
    'position.trail',
    { kind: 'command', text: `${by} lets the stop of ${position.contract.symbol} trail`, ref: old.key },
    (tx) => {
      tx.set(hall.stores.trailings, old.key, {
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
  if (placed === undefined) cancelOrders(hall, [old], by);
  return ok(seq ?? placed?.seq ?? 0);
}

/** Takes each replacement one step further where IB has answered. Called after news and by the timer. */
export function advanceTrailings(hall: Hall): void {
  if (hall.stores.trailings.size === 0) return;
  const now = hall.ports.clock.now();
  for (const trailing of [...hall.stores.trailings.values()]) {
    const old = hall.index.get(trailing.key);
    const position = hall.stores.positions.get(trailing.position);
    const killedAt = hall.stores.engine.get('desk')?.kill?.startedAt;
    const killed = hall.latch.isSet() && killedAt !== undefined && trailing.at <= killedAt;
    if (killed) end(hall, trailing, 'the kill switch was set');
    else if (old === undefined || position === undefined || position.quantity === 0 || hall.stores.closings.has(trailing.position))
      end(hall, trailing, undefined);
    else if (trailing.placed === undefined) afterOld(hall, trailing, old, position, now);
    else afterNew(hall, trailing, old, trailing.placed, now);
  }
}

function afterNew(hall: Hall, trailing: Trailing, old: Order, placed: OrderKey, now: number): void {
  const order = hall.index.get(placed);
  const stays = `the stop at ${old.stop === undefined ? '—' : formatPrice(old.stop)} stays`;
  if (order?.state === 'ACCEPTED' || order?.state === 'PARTIAL' || order?.state === 'HELD') {
    end(hall, trailing, undefined);
    cancelOrders(hall, [old], trailing.by);
  } else if (order === undefined || isTerminal(order.state))
    end(hall, trailing, isTerminal(old.state) || order?.state === 'FILLED' ? undefined : `${order?.note ?? 'it is gone'}; ${stays}`);
  else if (now - trailing.at > PATIENCE_MS)
    end(
      hall,
      trailing,
      `IB has not confirmed it within ${PATIENCE_MS / 1_000} s; ${stays}, and both are in one group, so that only one can fill`,
    );
}

function afterOld(hall: Hall, trailing: Trailing, old: Order, position: Position, now: number): void {
  if (!isTerminal(old.state)) {
    if (now - trailing.at > PATIENCE_MS) end(hall, trailing, `its stop still works after ${PATIENCE_MS / 1_000} s; nothing was sent`);
    return;
  }
  end(hall, trailing, undefined);
  const open = minus(sizeOf(position), stopsProtecting(hall.index.working(), position));
  const quantity = min(open, restOf(old));
  if (quantity <= 0) return;
  const sent = place(hall, position, quantity, trailing.trail, old, trailing.by);
  if (!sent.ok) end(hall, trailing, sent.error.text);
}

function end(hall: Hall, trailing: Trailing, trouble: string | undefined): void {
  commit(hall, 'risk-reducing', 'position.trail-ends', { kind: 'system', text: trouble ?? 'done', ref: trailing.key }, (tx) => {
    if (tx.has(hall.stores.trailings, trailing.key)) tx.delete(hall.stores.trailings, trailing.key);
    if (trouble !== undefined)
      log(tx, 'alarm', `The stop does not trail: ${trouble}. Look at the position.`, { kind: 'position', key: trailing.position });
  });
}
