import type { CommissionReport, Execution as IbExecution } from '@stoqey/ib';
import type { BrokerNews } from '#core/ports/broker';
import type { Execution } from '#domain/execution';
import { accountIdOf, clientIdOf, type ConId, execIdOf, orderIdOf, orderRefOf, permIdOf } from '#domain/ids';
import { amountFromNumber } from '#domain/money';
import { priceFromNumber } from '#domain/price';
import { quantityFromNumber } from '#domain/quantity';
import { isZone, momentAt } from '#domain/session-time';
import { integer, sideOf } from './order-translation.ts';

/** Undefined when it cannot be booked: a fill with a figure missing is a fault to be shown, never a guess. */
export function fromExecution(conId: ConId, ib: IbExecution, at: number): Execution | undefined {
  const side = sideOf(ib.side);
  const quantity = quantityFromNumber(ib.shares);
  const price = priceFromNumber(ib.price);
  if (ib.execId === undefined || ib.execId === '' || side === undefined || quantity === undefined || quantity < 0 || price === undefined)
    return undefined;
  const brokerAt = executedAt(ib.time ?? '');
  return {
    execId: execIdOf(ib.execId),
    account: accountIdOf(ib.acctNumber ?? ''),
    conId,
    side,
    quantity,
    price,
    cumQuantity: quantityFromNumber(ib.cumQty) ?? quantity,
    avgPrice: priceFromNumber(ib.avgPrice) ?? price,
    orderId: orderIdOf(integer(ib.orderId)),
    permId: permIdOf(integer(ib.permId)),
    clientId: clientIdOf(integer(ib.clientId)),
    ...(ib.orderRef === undefined || ib.orderRef === '' ? {} : { orderRef: orderRefOf(ib.orderRef) }),
    time: ib.time ?? '',
    at,
    ...(brokerAt === undefined ? {} : { brokerAt }),
  };
}

/** `20131008 09:35:00 US/Eastern`, or the same in UTC with a dash; epoch ms. */
function executedAt(text: string): number | undefined {
  const match = /^(\d{8})(?:(-)| +)(\d{1,2}):(\d{2}):(\d{2})(?: +(\S+))?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, day = '', dash, hour, minute, second, named] = match;
  const zone = dash === undefined ? named : 'UTC';
  if (zone === undefined || !isZone(zone)) return undefined;
  return momentAt(day, [Number(hour), Number(minute), Number(second)], zone);
}

/** Commission and profit may be unset (1.797e308); then they are unknown, not zero. */
export function fromCommission(ib: CommissionReport): Extract<BrokerNews, { readonly kind: 'commission' }> | undefined {
  if (ib.execId === undefined || ib.execId === '') return undefined;
  return {
    kind: 'commission',
    execId: execIdOf(ib.execId),
    commission: amountFromNumber(ib.commission),
    currency: ib.currency ?? '',
    realizedPnl: amountFromNumber(ib.realizedPNL),
  };
}
