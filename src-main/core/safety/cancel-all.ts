import { cancelOrders } from '#core/execution/cancel';
import { notSent } from '#core/execution/submit';
import type { ExitChoice } from '#core/order/cancel-split';
import type { KillScope } from '#core/ports/desk-files';
import { commit, logLine, type Slice } from '#core/state/desk-state';
import { log } from '#core/state/records';
import type { Order } from '#domain/order';
import { abs } from '#domain/scaled';
import { cancelPlan, cancelTargets, isOutOfReach, openPositions, openPositionText } from './cancel-plan.ts';

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
  | 'reconciliation'
  | 'stores'
  | 'unsentCancels'
  | 'unsentGlobalCancel'
>;

/**
 * The operator's "cancel all": what works at the broker, what waits here for a message slot, and the closes that wait for their exits to
 * go, which the cancels would set free. Stops and targets of what is held stay, unless `exits` takes them too. The commit's number.
 */
export function cancelAll(desk: Desk, scope: KillScope, by: string, exits: ExitChoice = 'keep'): number {
  const reason = `Cancelled by ${by} before it left.`;
  notSent(desk, desk.broker.purge(reason), reason);
  endCloses(desk, by);
  const targets = cancelTargets(desk, scope, exits);
  const reached = targets.filter((order) => !isOutOfReach(order, exits));
  const seq = cancelOrders(desk, reached, by, scope === 'all' && exits === 'cancel', exits === 'keep');
  tellResult(desk, by, exits, targets);
  return seq;
}

/** What goes, what stays out of reach, what protects, and what is held with or without protection: after the act in words as before it in counts. */
function tellResult(desk: Desk, by: string, exits: ExitChoice, targets: readonly Order[]): void {
  const beyond = targets.filter((order) => isOutOfReach(order, exits)).length;
  const kept = exits === 'keep' ? cancelPlan(desk, 'own').protective.length : 0;
  const open = openPositions(
    desk,
    targets.filter((order) => !isOutOfReach(order, exits)),
  );
  const words = [
    `${by} cancels ${counted(targets.length - beyond, 'order')}`,
    ...(kept === 0 ? [] : [`${counted(kept, 'protective order')} of what is held ${kept === 1 ? 'stays' : 'stay'}`]),
    ...(beyond === 0 ? [] : [`${counted(beyond, 'order')} of other programs can only be cancelled there or in TWS`]),
    ...(open.length === 0 ? [] : [`positions stay open: ${open.map(openPositionText).join('; ')}`]),
  ];
  const isBare = open.some(({ position, covered }) => covered < abs(position.quantity));
  logLine(desk, isBare || beyond > 0 ? 'alarm' : 'info', `${words.join('. ')}.`);
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function endCloses(desk: Desk, by: string): void {
  if (desk.stores.closings.size === 0) return;
  commit(desk, 'risk-reducing', 'position.close-ends', { kind: 'command', text: `${by} cancels all` }, (tx) => {
    for (const key of tx.keys(desk.stores.closings)) {
      tx.delete(desk.stores.closings, key);
      log(tx, 'alarm', `Not closed: ${by} cancelled all before its exits had gone.`, { kind: 'position', key });
    }
  });
}
