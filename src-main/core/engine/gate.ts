import { groupOf, restOfGroups } from '#core/order/family';
import type { TransmitGate } from '#core/ports/broker';
import { dailyLossFault } from '#core/risk/daily-loss';
import { isApproved } from '#core/risk/approved';
import type { OrderRequest } from '#domain/order';
import { positionKey } from './desk-state.ts';
import { mayTransmit } from './engine-table.ts';
import { engineState, type Hall } from './hall.ts';
import { unknownFault } from './holds.ts';

function orderClass(request: OrderRequest): Parameters<typeof mayTransmit>[1] {
  if (request.purpose === 'reduce') return request.legs[0].leg === 'F' ? 'confirmed-flatten' : 'confirmed-reduce';
  return request.origin === 'operator' ? 'operator-entry' : 'trigger-entry';
}

/** A reducing order that waited is measured again: what it was to close may be gone, and then it would open something. */
function positionTurned(hall: Hall, request: OrderRequest): string | undefined {
  if (request.purpose !== 'reduce' || request.changes !== undefined) return undefined;
  const [leg] = request.legs;
  const quantity = hall.stores.positions.get(positionKey(request.account, request.contract.conId))?.quantity ?? 0;
  const held = leg.side === 'SELL' ? quantity : 0 - quantity;
  if (leg.quantity > held) return `The position in ${request.contract.symbol} is smaller by now; the order would turn it around.`;
  // So is what else has come to work on its side in the meantime.
  const others = hall.index
    .exposed()
    .filter(
      (order) =>
        order.account === request.account &&
        order.contract.conId === request.contract.conId &&
        order.side === leg.side &&
        order.ref !== leg.ref &&
        groupOf(order) !== leg.ocaGroup,
    );
  return leg.leg === 'F' || leg.quantity + restOfGroups(others) <= held
    ? undefined
    : `Other exits of ${request.contract.symbol} work by now; with this order they would turn the position around.`;
}

/** What keeps every order in, whatever it is; a sentence. Undefined: nothing does. */
export function shutFault(hall: Hall): string | undefined {
  if (!hall.link.ready) return hall.link.problem?.text ?? 'The connection to TWS is not ready.';
  if (hall.link.upstream === 'down') return 'TWS has lost its connection to IB.';
  if (!hall.reconciliation.done()) return 'The book is being reconciled with the broker.';
  if (hall.ports.journal.status().state !== 'ready') return 'The journal cannot be written; orders are refused, cancels and kill work.';
  return undefined;
}

/**
 * The last look before the socket, in the same turn as the write: seal, kill latch, desk state, link, reconciliation, journal.
 * Undefined lets the order leave.
 */
export function transmitGate(hall: Hall): TransmitGate {
  return (order) => {
    if (!isApproved(order)) return 'Risk did not approve this order; it is a defect of the program that it came this far.';
    const kind = orderClass(order.value);
    if (hall.latch.isSet() && kind !== 'confirmed-flatten') return `The kill switch is set (${hall.latch.reason()}).`;
    const record = hall.stores.engine.get('desk');
    if (record?.kill !== undefined && order.seq <= record.kill.id) return 'This order was approved before the kill.';
    const state = engineState(hall);
    if (!mayTransmit(state, kind)) return `The desk is ${state}; no such order leaves in this state.`;
    const turned = positionTurned(hall, order.value);
    if (turned !== undefined) return turned;
    // It may have waited while another order of the contract was lost out of sight.
    const unknown =
      order.value.purpose === 'entry' && order.value.changes === undefined ? unknownFault(hall, order.value.contract) : undefined;
    if (unknown !== undefined) return unknown;
    // C-13 again: an order that waited for a message slot may have lost the figure it was approved under (storm 238).
    const account = hall.accounts.get(order.value.account);
    const loss =
      order.value.purpose === 'reduce' ? undefined : dailyLossFault(account?.dailyPnl, undefined, hall.ports.rules().limits.maxDailyLoss);
    if (loss !== undefined) return loss;
    return shutFault(hall);
  };
}
