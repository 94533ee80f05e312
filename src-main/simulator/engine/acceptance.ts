import type { Account } from './account.ts';
import type { Checked, Refusal } from './order-check.ts';
import type { WorkingOrder } from './working-order.ts';

/** TWS's words about orders that it takes, or will not take. */

export const IGNORES_OUTSIDE_RTH =
  'Order Event Warning:Attribute "Outside Regular Trading Hours" is ignored based on the order type and destination. PlaceOrder is now being processed.';

export function waitsForOpen(order: WorkingOrder, opens: string): string {
  return `Order Message:\n${order.action} ${String(order.quantity / 10_000)} ${order.contract.symbol} ${order.contract.primaryExchange}\nWarning: your order will not be placed at the exchange until ${opens}`;
}

/** Why the account cannot carry this order, if it cannot. Children are covered by their parent. */
export function marginObjection(account: Account, order: WorkingOrder): string | undefined {
  if (order.parent !== undefined) return undefined;
  const preview = account.preview(order);
  if (preview === undefined || preview.after.initial <= preview.before.initial || preview.after.initial <= preview.after.equity)
    return undefined;
  return 'YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR EQUITY WITH LOAN VALUE MUST EXCEED THE INITIAL MARGIN';
}

/** Why an order cannot be changed so, if it cannot; it stays as it is then. */
export function modifyObjection(order: WorkingOrder, checked: Checked): Refusal | undefined {
  if (order.status === 'Filled') return { code: 104, text: 'Cannot modify a filled order.' };
  if (order.done) return { code: 103, text: 'Duplicate order id' };
  if (order.status === 'PendingCancel') return { code: 2102, text: 'Unable to modify this order as it is still being processed.' };
  if (!checked.ok) return checked.refusal;
  const { terms } = checked;
  if (terms.contract !== order.contract || terms.action !== order.action || terms.type !== order.type || terms.quantity <= order.filled)
    return { code: 105, text: 'Order being modified does not match original order.' };
  if (terms.parentId !== 0 && order.parent?.done === true) return { code: 135, text: `Can't find order with id = ${terms.parentId}` };
  return undefined;
}

/** Why an order cannot be cancelled, if it cannot. */
export function cancelObjection(order: WorkingOrder | undefined, orderId: number): Refusal | undefined {
  if (order === undefined) return { code: 10_147, text: `OrderId ${orderId} that needs to be cancelled is not found.` };
  if (order.done)
    return { code: 10_148, text: `OrderId ${orderId} that needs to be cancelled cannot be cancelled, state: ${order.status}.` };
  if (order.status === 'PendingCancel')
    return { code: 161, text: `Cancel attempted when order is not in a cancellable state.  Order permId =${order.permId}` };
  return undefined;
}
