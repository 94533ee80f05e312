import { entryKeyOf } from '#core/order/oca-group';
import { isWorking, type Order } from '#domain/order';
import { formatQuantity } from '#domain/quantity';
import { minus } from '#domain/scaled';
import { log } from '#core/state/records';
import { commit, type Slice } from '#core/state/desk-state';
import { cancelOrders } from '#core/execution/cancel';

type Desk = Slice<
  | 'broker'
  | 'cancelRetries'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'index'
  | 'latch'
  | 'latencies'
  | 'link'
  | 'ordersOut'
  | 'recentSends'
  | 'stores'
  | 'unsentCancels'
  | 'unsentGlobalCancel'
>;

/**
 * An exit of a bracket has filled while its entry still works (K-40): the entry remainder is cancelled at once, or it would open again
 * what was just closed, perhaps without a stop. A cancel only lowers risk, so it needs nobody's word.
 */
export function cancelEntryRemainder(desk: Desk, exit: Order): void {
  if (exit.leg !== 'S' && exit.leg !== 'T') return;
  if (exit.filled === 0 && exit.ibStatus !== 'Filled') return;
  const key = entryKeyOf(exit);
  const entry = key === undefined ? undefined : desk.index.get(key);
  if (entry === undefined || !isWorking(entry.state) || entry.state === 'PENDING_CANCEL' || entry.cancelAskedAt !== undefined) return;
  const rest = minus(entry.quantity, entry.filled);
  if (rest <= 0) return;
  const what = exit.leg === 'S' ? 'stop' : 'target';
  commit(desk, 'risk-reducing', 'entry.rest', { kind: 'broker', text: `the ${what} filled before the entry`, ref: entry.key }, (tx) => {
    log(
      tx,
      'alarm',
      `${entry.contract.symbol}: the ${what} filled while ${formatQuantity(rest)} of the entry still worked; the rest of the entry is being cancelled.`,
      { kind: 'order', key: entry.key },
    );
  });
  cancelOrders(desk, [entry], 'the desk');
}
