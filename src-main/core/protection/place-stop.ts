import { changeOrder } from '#core/execution/modify';
import { waitsForEntry } from '#core/order/brackets';
import { restOfGroups } from '#core/order/oca-group';
import { stopsProtecting } from '#core/order/stop-coverage';
import { reduceRefusal } from '#core/pretrade/reduce-refusal';
import type { Slice } from '#core/state/desk-state';
import { positionKey } from '#core/state/records';
import { type Refusal, refuseNow } from '#core/state/refusal';
import type { AccountId, ConId } from '#domain/ids';
import type { OrderState } from '#domain/order';
import type { Position } from '#domain/position';
import { formatPrice, type Price, roundToTick } from '#domain/price';
import { formatQuantity, type Quantity } from '#domain/quantity';
import { err, ok, type Result } from '#domain/result';
import { min, minus, plus } from '#domain/scaled';
import type { Done } from './close-position.ts';
import { closesOf, closeText } from './closes.ts';
import { exiting, exitsOf, sizeOf, unprotectedOf } from './exits.ts';
import { inTurn } from './in-turn.ts';
import { sendExit } from './send-exit.ts';

type Desk = Slice<
  | 'accounts'
  | 'board'
  | 'broker'
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
>;

/** IB has confirmed it and holds its group; what is on its way in or out may not be there when the stop comes. */
const JOINABLE: ReadonlySet<OrderState> = new Set<OrderState>(['ACCEPTED', 'PARTIALLY_FILLED', 'HELD', 'PENDING_REPLACE']);

/** A stop at the broker for what no stop covers. */
export function protectPosition(desk: Desk, account: AccountId, conId: ConId, stop: Price, by: string): Done {
  const position = desk.stores.positions.get(positionKey(account, conId));
  if (position === undefined || position.quantity === 0) return err({ code: 'not-found', text: 'There is no such position.' });
  const shut = reduceRefusal(desk);
  if (shut !== undefined) return refuseNow(shut);
  const details = desk.details.get(conId);
  if (details === undefined)
    return refuseNow(`The contract details of ${position.contract.symbol} are not known yet; try again in a moment.`);
  const open = unprotectedOf(desk, position);
  if (open <= 0) return refuseNow('Stops at the broker cover the whole position already.');
  // A stop beside a close takes no more than that leaves, whether IB has it or not.
  const closes = closesOf(desk, position);
  const quantity = min(open, minus(sizeOf(position), restOfGroups(closes)));
  if (quantity <= 0) return err({ code: 'conflict', text: closeText(closes, position) });
  const long = position.quantity > 0;
  // Towards the market, so that it protects no less than what was written.
  const level = roundToTick(stop, details.minTick, long ? 'up' : 'down');
  const refusal = fireRefusal(desk, position, level);
  if (refusal !== undefined) return refuseNow(refusal);
  const parts = placesForStop(desk, position, quantity);
  if (parts === undefined) return noRoom(position);
  return inTurn(
    desk,
    position,
    parts.map((part) => () => {
      const sent = sendExit(
        desk,
        position,
        { leg: 'S', type: 'STP', ...part, stop: level, tif: 'GTC', outsideRth: true },
        `${by} protects ${formatQuantity(part.quantity)} ${position.contract.symbol} with a stop at ${formatPrice(level)}.`,
      );
      return sent.ok ? ok(sent.value.seq) : sent;
    }),
  );
}

function noRoom({ contract }: Position): { readonly ok: false; readonly error: Refusal } {
  return refuseNow(
    `Working exits would close ${contract.symbol} a second time besides a new stop, and none of them has a group at IB that it could join. Cancel one of them first.`,
  );
}

/**
 * Where a stop for so much can stand so that it never closes the position a second time: beside what works where there is room, and else in
 * the OCA group of a target that is larger than its stops, because IB shrinks or cancels the one as the other fills. Undefined: nowhere.
 */
function placesForStop(
  desk: Desk,
  position: Position,
  quantity: Quantity,
): readonly { readonly quantity: Quantity; readonly ocaGroup?: string }[] | undefined {
  const exits = exitsOf(desk, position);
  const parts: { readonly quantity: Quantity; readonly ocaGroup?: string }[] = [];
  let left = quantity;
  for (const ocaGroup of new Set(exits.map((order) => order.ocaGroup))) {
    const group = exits.filter((order) => order.ocaGroup === ocaGroup);
    if (ocaGroup === undefined || !group.every(({ state }) => JOINABLE.has(state))) continue;
    // A stop that is there already takes its part of the group: the new one has to be as large as both.
    const covered = stopsProtecting(desk.index, group, position);
    const gain = min(left, minus(exiting(desk, group), covered));
    if (gain <= 0) continue;
    parts.push({ quantity: plus(covered, gain), ocaGroup });
    left = minus(left, gain);
  }
  if (left <= 0) return parts;
  if (exiting(desk, exits) + left > sizeOf(position)) return undefined;
  return [...parts, { quantity: left }];
}

/**
 * The OCA group that a new stop has to join, because a target works that would otherwise close the position a second time; empty where
 * there is room besides what works.
 */
export function groupToJoin(desk: Desk, position: Position, quantity: Quantity): Result<{ readonly ocaGroup?: string }, Refusal> {
  const exits = exitsOf(desk, position);
  const size = sizeOf(position);
  if (exiting(desk, exits) + quantity <= size) return ok({});
  for (const { ocaGroup } of exits) {
    if (ocaGroup === undefined) continue;
    const others = exits.filter((order) => order.ocaGroup !== ocaGroup);
    if (exiting(desk, others) + quantity <= size) return ok({ ocaGroup });
  }
  return noRoom(position);
}

/** The price that a close would meet and that stops of this position watch. */
export function marketOf(desk: Desk, position: Position): Price | undefined {
  const quote = desk.board.quote(position.contract.conId);
  return position.quantity > 0 ? quote?.bid : quote?.ask;
}

/** Why no stop may be placed at this level; undefined when it would not fire at once. A sentence. */
export function fireRefusal(desk: Desk, position: Position, level: Price): string | undefined {
  const market = marketOf(desk, position);
  if (market === undefined) return `${position.contract.symbol} has no market now, so nobody can tell whether the stop would fire at once.`;
  const beyond = position.quantity > 0 ? level >= market : level <= market;
  return beyond
    ? `A stop at ${formatPrice(level)} would fire at once: the market is at ${formatPrice(market)}. Close the position instead.`
    : undefined;
}

/** Why there is no stop to move to the average; a sentence. */
function breakevenRefusal(desk: Desk, position: Position, level: Price): string {
  if (exitsOf(desk, position).some((order) => order.type === 'STP' && order.leg !== 'E' && order.stop === level))
    return `The stop of ${position.contract.symbol} is at ${formatPrice(level)}, its average, already.`;
  const waiting = desk.index
    .working()
    .some(
      (order) =>
        order.type === 'STP' &&
        order.account === position.account &&
        order.contract.conId === position.contract.conId &&
        order.side === (position.quantity > 0 ? 'SELL' : 'BUY') &&
        waitsForEntry(desk.index, order),
    );
  const none = 'No plain stop of this position works at the broker';
  return waiting ? `${none}: those of its entries wait until these fill. Protect it first.` : `${none}; protect it first.`;
}

/** Moves the position's stops to its average price, rounded to the side that loses less. */
export function breakeven(desk: Desk, account: AccountId, conId: ConId, by: string): Done {
  const position = desk.stores.positions.get(positionKey(account, conId));
  if (position === undefined || position.quantity === 0) return err({ code: 'not-found', text: 'There is no such position.' });
  const shut = reduceRefusal(desk);
  if (shut !== undefined) return refuseNow(shut);
  const details = desk.details.get(conId);
  if (details === undefined)
    return refuseNow(`The contract details of ${position.contract.symbol} are not known yet; try again in a moment.`);
  const level = roundToTick(position.averagePrice, details.minTick, position.quantity > 0 ? 'up' : 'down');
  const refusal = fireRefusal(desk, position, level);
  if (refusal !== undefined) return refuseNow(refusal);
  const stops = exitsOf(desk, position).filter((order) => order.type === 'STP' && order.leg !== 'E' && order.stop !== level);
  if (stops.length === 0) return refuseNow(breakevenRefusal(desk, position, level));
  return inTurn(
    desk,
    position,
    stops.map((order) => () => changeOrder(desk, order, { stop: level }, by)),
  );
}
