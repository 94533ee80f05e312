import type { DeskState } from '#core/state/desk-state';

/** All lists, outside of a comparison: nothing is shut meanwhile. */
export function requestLists(desk: DeskState): void {
  desk.reconciliation.positionsRequested(desk.ports.clock.now());
  desk.ports.broker.reconcile();
}

export function requestPositions(desk: DeskState): void {
  desk.reconciliation.positionsRequested(desk.ports.clock.now());
  desk.ports.broker.requestPositions();
}
