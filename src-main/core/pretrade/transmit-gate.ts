import { takesOf } from '#core/order/brackets';
import { groupOf, restOfGroups } from '#core/order/oca-group';
import type { TransmitGate } from '#core/ports/broker';
import { dailyLossRefusal } from '#core/risk/daily-loss';
import { isApproved } from '#core/risk/approved';
import type { OrderRequest } from '#domain/order';
import { positionKey } from '#core/state/records';
import { mayTransmit } from '#core/state/engine-state';
import { engineState, type Slice } from '#core/state/desk-state';
import { unknownReason } from './hold-reasons.ts';

type Desk = Slice<'accounts' | 'index' | 'journal' | 'latch' | 'link' | 'reconciliation' | 'rules' | 'stores'>;

function orderClass(request: OrderRequest): Parameters<typeof mayTransmit>[1] {
  if (request.purpose === 'reduce') return request.legs[0].leg === 'F' ? 'confirmed-flatten' : 'confirmed-reduce';
  return request.origin === 'operator' ? 'operator-entry' : 'trigger-entry';
}

/** A reducing order that waited is measured again: what it was to close may be gone, and then it would open something. */
function positionTurned(desk: Desk, request: OrderRequest): string | undefined {
  if (request.purpose !== 'reduce' || request.changes !== undefined) return undefined;
  const [leg] = request.legs;
  const quantity = desk.stores.positions.get(positionKey(request.account, request.contract.conId))?.quantity ?? 0;
  const held = leg.side === 'SELL' ? quantity : 0 - quantity;
  if (leg.quantity > held) return `The position in ${request.contract.symbol} is smaller by now; the order would turn it around.`;
  // So is what else has come to work on its side in the meantime.
  const others = desk.index
    .exposed()
    .filter(
      (order) =>
        order.account === request.account &&
        order.contract.conId === request.contract.conId &&
        order.side === leg.side &&
        order.ref !== leg.ref &&
        groupOf(order) !== leg.ocaGroup,
    );
  return leg.leg === 'F' || leg.quantity + restOfGroups(others, (order) => takesOf(desk.index, order)) <= held
    ? undefined
    : `Other exits of ${request.contract.symbol} work by now; with this order they would turn the position around.`;
}

/** What keeps every order in, whatever it is; a sentence. Undefined: nothing does. */
export function shutRefusal(desk: Desk): string | undefined {
  if (!desk.link.ready) return desk.link.problem?.text ?? 'The connection to TWS is not ready.';
  if (desk.link.upstream === 'down') return 'TWS has lost its connection to IB.';
  if (!desk.reconciliation.done()) return 'The book is being reconciled with the broker.';
  if (desk.journal.status().state !== 'ready') return 'The journal cannot be written; orders are refused, cancels and kill work.';
  return undefined;
}

/**
 * The last look before the socket, in the same turn as the write: seal, kill latch, desk state, link, reconciliation, journal.
 * Undefined lets the order leave.
 */
export function transmitGate(desk: Desk): TransmitGate {
  return (order) => {
    if (!isApproved(order)) return 'Risk did not approve this order; it is a defect of the program that it came this far.';
    const kind = orderClass(order.value);
    if (desk.latch.isSet() && kind !== 'confirmed-flatten') return `The kill switch is set (${desk.latch.reason()}).`;
    const record = desk.stores.engine.get('desk');
    if (record?.kill !== undefined && order.seq <= record.kill.id) return 'This order was approved before the kill.';
    const state = engineState(desk);
    if (!mayTransmit(state, kind)) return `The desk is ${state}; no such order leaves in this state.`;
    const turned = positionTurned(desk, order.value);
    if (turned !== undefined) return turned;
    // It may have waited while another order of the contract was lost out of sight.
    const unknown =
      order.value.purpose === 'entry' && order.value.changes === undefined ? unknownReason(desk, order.value.contract) : undefined;
    if (unknown !== undefined) return unknown;
    // C-13 again: an order that waited for a message slot may have lost the figure it was approved under (storm 238).
    const account = desk.accounts.get(order.value.account);
    const loss =
      order.value.purpose === 'reduce' ? undefined : dailyLossRefusal(account?.dailyPnl, undefined, desk.rules().limits.maxDailyLoss);
    if (loss !== undefined) return loss;
    return shutRefusal(desk);
  };
}
