import type { Hall } from './hall.ts';

/** All lists, outside of a comparison: nothing is shut meanwhile. */
export function look(hall: Hall): void {
  hall.reconciliation.askedPositions(hall.ports.clock.now());
  hall.ports.broker.reconcile();
}

export function askPositions(hall: Hall): void {
  hall.reconciliation.askedPositions(hall.ports.clock.now());
  hall.ports.broker.requestPositions();
}
