import type { ApprovedOrder } from '#core/ports/broker';
import type { OrderId } from '#domain/ids';
import type { OrderLeg } from '#domain/order';
import { formatPrice } from '#domain/price';
import { formatQuantity } from '#domain/quantity';
import type { PlaceOrder } from '#simulator/wire/place-order';
import type { LegBonds } from '#tws/order/order-translation';

/** How a leg hangs together with others on the wire. */
export interface Bond {
  readonly parentId: number | undefined;
  readonly ocaGroup: string;
  readonly ocaType: number;
  readonly transmit: boolean;
}

/** What a change repeats of the order that it changes. */
export function bondOf({ parentId, ocaGroup = '', ocaType = 2 }: LegBonds): Bond {
  return { parentId, ocaGroup, ocaType, transmit: true };
}

/** As the adapter writes it: the legs of a bracket wait in TWS for the last one, its exits are in one OCA group. */
export function frameOf(approved: ApprovedOrder, leg: OrderLeg, orderId: OrderId, bond: Bond): PlaceOrder {
  const { contract, account } = approved.value;
  const distance = leg.trail?.kind === 'amount' ? formatPrice(leg.trail.amount, 0) : undefined;
  return {
    orderId,
    contract: { conId: contract.conId, symbol: contract.symbol, secType: 'STK', exchange: 'SMART', currency: 'USD', localSymbol: '' },
    action: leg.side,
    quantity: formatQuantity(leg.quantity),
    limit: leg.limit === undefined ? undefined : formatPrice(leg.limit, 0),
    aux: leg.trail !== undefined ? distance : leg.stop === undefined ? undefined : formatPrice(leg.stop, 0),
    orderType: leg.type,
    tif: leg.tif,
    ocaGroup: bond.ocaGroup,
    ocaType: bond.ocaGroup === '' ? 0 : bond.ocaType,
    account,
    orderRef: leg.ref,
    transmit: bond.transmit,
    parentId: bond.parentId ?? 0,
    triggerMethod: 0,
    outsideRth: leg.outsideRth,
    whatIf: false,
    trailStop: leg.trail === undefined || leg.stop === undefined ? undefined : formatPrice(leg.stop, 0),
    trailPercent: leg.trail?.kind === 'percent' ? String(leg.trail.basisPoints / 100) : undefined,
  };
}
