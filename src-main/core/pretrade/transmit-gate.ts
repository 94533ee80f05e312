import { comingOf, takesOf } from '#core/order/brackets';
import { groupOf } from '#core/order/oca-group';
import type { TransmitGate } from '#core/ports/broker';
import { isApproved } from '#core/risk/approved';
import { dailyLossRefusal } from '#core/risk/daily-loss';
import { worstCase } from '#core/risk/exposure';
import { reduceRoom } from '#core/risk/reduce-room';
import type { Order, OrderRequest } from '#domain/order';
import { formatQuantity, ZERO } from '#domain/quantity';
import { positionKey } from '#core/state/records';
import { isKilled, type Leaving, mayTransmit } from '#core/state/engine-state';
import { engineState, type Slice } from '#core/state/desk-state';
import type { DeskView } from '#core/state/desk-view';
import { unknownReason } from './hold-reasons.ts';
import { latchedChangeRefusal } from './latched-change.ts';

type Desk = Slice<'accounts' | 'index' | 'journal' | 'latch' | 'link' | 'reconciliation' | 'rules' | 'stores'>;

function orderClass(request: OrderRequest): Leaving {
  if (request.purpose === 'reduce') return 'reduce';
  return request.origin === 'operator' ? 'operator-entry' : 'trigger-entry';
}

/**
 * A reducing order that waited is measured again, by the same rule as risk measured it: what it was to close may be gone, or something else has
 * come to work on its side, and then it would open something. So is a change of one. A close leaves beside exits; those follow what is held.
 */
function positionTurned(desk: Desk, request: OrderRequest): string | undefined {
  if (request.purpose !== 'reduce') return undefined;
  const [leg] = request.legs;
  const { symbol } = request.contract;
  const beside = besides(desk, request);
  const isClose = leg.leg === 'F' && request.changes === undefined;
  const room = reduceRoom(request, isClose ? { ...beside, working: [] } : beside);
  if (room.fits) return undefined;
  return room.rest > room.held
    ? `The position in ${symbol} is smaller by now; the order would turn it around.`
    : `Other exits of ${symbol} work by now; with this order they would turn the position around.`;
}

/** What is held and works beside the order by now; of a change, also what it is about. */
function besides(desk: Desk, request: OrderRequest) {
  const changed = request.changes === undefined ? undefined : desk.index.get(request.changes);
  return {
    position: desk.stores.positions.get(positionKey(request.account, request.contract.conId))?.quantity ?? ZERO,
    working: desk.index.exposed().filter((order) => order.account === request.account && !isSame(order, request, changed)),
    takes: (order: Order) => takesOf(desk.index, order),
    ...(changed === undefined ? {} : { changed, coming: comingOf(desk.index, changed) }),
  };
}

/**
 * C-12 of an entry that waited is measured again, by the same rule: meanwhile another order may have come to work on its side, a fill may have
 * moved what is held, or the limit may have been lowered.
 */
function limitPassed(desk: Desk, request: OrderRequest): string | undefined {
  const { position, limit, fits } = worstCase(request, { ...besides(desk, request), rules: desk.rules() });
  return fits
    ? undefined
    : `With everything that works by now the position in ${request.contract.symbol} would be ${formatQuantity(position)}, above the limit of ${limit}.`;
}

/** The order itself, as the book has it, or one of the group of which a change lets only one trade. */
function isSame(order: Order, request: OrderRequest, changed: Order | undefined): boolean {
  if (changed === undefined) return order.ref === request.legs[0].ref;
  return order.key === changed.key || (order.side === changed.side && groupOf(order) === groupOf(changed));
}

/** What keeps every order in, whatever it is; a sentence. Undefined: nothing does. */
export function shutRefusal(desk: Pick<DeskView, 'journal' | 'link' | 'reconciliation'>): string | undefined {
  if (!desk.link.ready) return desk.link.problem?.text ?? 'The connection to TWS is not ready.';
  if (desk.link.upstream === 'down') return 'TWS has lost its connection to IB.';
  if (!desk.reconciliation.done()) return 'The book is being reconciled with the broker.';
  if (desk.journal.status().state !== 'ready') return 'The journal cannot be written; orders are refused, cancels and kill work.';
  return undefined;
}

/**
 * What the kill switch lets leave: what only lowers exposure and was approved in the kill's own commit or later. A change of an exit may only
 * tighten or shrink it. Nothing does before the kill is recorded.
 */
function latchRefusal(desk: Desk, request: OrderRequest): string | undefined {
  if (!desk.latch.isSet()) return undefined;
  const set = `The kill switch is set (${desk.latch.reason()}).`;
  if (request.purpose !== 'reduce' || !isKilled(engineState(desk))) return set;
  if (request.changes === undefined) return undefined;
  const order = desk.index.get(request.changes);
  return order === undefined ? set : latchedChangeRefusal(desk, order, request.legs[0]);
}

/**
 * What is asked of an entry alone once more; a sentence. C-13 again: one that waited for a message slot may have lost the figure (storm 238).
 * C-12 again: a stop may have been typed into TWS meanwhile (storm 200).
 */
function entryRefusal(desk: Desk, request: OrderRequest): string | undefined {
  if (request.purpose === 'reduce') return undefined;
  // It may have waited while another order of the contract was lost out of sight.
  const unknown = request.changes === undefined ? unknownReason(desk, request.contract) : undefined;
  const daily = desk.accounts.get(request.account)?.dailyPnl;
  return unknown ?? dailyLossRefusal(daily, undefined, desk.rules().limits.maxDailyLoss) ?? limitPassed(desk, request);
}

/**
 * The last look before the socket, in the same turn as the write: seal, kill latch, desk state, link, reconciliation, journal.
 * Undefined lets the order leave.
 */
export function transmitGate(desk: Desk): TransmitGate {
  return (order) => {
    if (!isApproved(order)) return 'Risk did not approve this order; it is a defect of the program that it came this far.';
    const record = desk.stores.engine.get('desk');
    // What the kill's own commit has approved is the kill's.
    if (record?.kill !== undefined && order.seq < record.kill.id) return 'This order was approved before the kill.';
    const latched = latchRefusal(desk, order.value);
    if (latched !== undefined) return latched;
    const state = engineState(desk);
    if (!mayTransmit(state, orderClass(order.value))) return `The desk is ${state}; no such order leaves in this state.`;
    return positionTurned(desk, order.value) ?? entryRefusal(desk, order.value) ?? shutRefusal(desk);
  };
}
