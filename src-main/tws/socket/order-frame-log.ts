import { brokerText } from './broker-text.ts';
import { maskAccounts } from '#domain/account-text';

/** A frame that concerns an order, as text: fields separated by `|`, account ids masked. `at` is epoch ms. */
export interface OrderFrame {
  readonly at: number;
  readonly clientId: number;
  readonly direction: 'in' | 'out';
  readonly text: string;
}

/** placeOrder, cancelOrder, reqGlobalCancel. */
const OUT: readonly string[] = ['3\0', '4\0', '58\0'];
/** orderStatus, errors, openOrder, execDetails, commissionReport. */
const IN: readonly string[] = ['3\0', '4\0', '5\0', '11\0', '59\0'];
const LONGEST = 3;

/** Nine frames of ten are prices: the first bytes decide before anything is copied. */
export function concernsOrder(direction: 'in' | 'out', frame: string | Buffer): boolean {
  const head = typeof frame === 'string' ? frame.slice(0, LONGEST) : frame.toString('latin1', 0, LONGEST);
  return (direction === 'in' ? IN : OUT).some((id) => head.startsWith(id));
}

export function frameText(frame: string | Buffer): string {
  return maskAccounts(brokerText('frame', frame.toString().replaceAll('\0', '|')));
}
