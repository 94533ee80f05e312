import type { Slice } from '#core/state/desk-state';

type Desk = Slice<'broker' | 'clock' | 'reconciliation'>;

/** All lists, outside of a comparison: nothing is shut meanwhile. */
export function requestLists(desk: Desk): void {
  desk.reconciliation.positionsRequested(desk.clock.now());
  desk.broker.reconcile();
}

export function requestPositions(desk: Desk): void {
  desk.reconciliation.positionsRequested(desk.clock.now());
  desk.broker.requestPositions();
}
