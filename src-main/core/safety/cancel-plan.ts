import { onlyGlobally } from '#core/order/addressable';
import { type CancelSplit, type ExitChoice, splitForCancel } from '#core/order/cancel-split';
import { stopsProtecting } from '#core/order/stop-coverage';
import type { KillScope } from '#core/ports/desk-files';
import type { DeskView } from '#core/state/desk-view';
import { contractLabel } from '#domain/contract';
import type { Order } from '#domain/order';
import type { Position } from '#domain/position';
import { formatQuantity, type Quantity } from '#domain/quantity';
import { abs } from '#domain/scaled';

type View = Pick<DeskView, 'index' | 'reconciliation' | 'stores'>;

/** What works within a scope: everything this desk's client ids placed, or also manual and foreign orders. */
function inScope(view: View, scope: KillScope): readonly Order[] {
  return view.index.working().filter((order) => scope === 'all' || order.origin === 'trigger' || order.origin === 'operator');
}

/** The same for preview, kill, cancel all, loss limit and result: what a cancelling of this scope meets. */
export function cancelPlan(view: View, scope: KillScope): CancelSplit {
  const isCompared = view.reconciliation.done();
  return splitForCancel(inScope(view, scope), isCompared ? view.stores.positions.values() : undefined, view.index);
}

/** What goes by it. Orders that only the global cancel reaches are among them, whether or not this choice sends one. */
export function cancelTargets(view: View, scope: KillScope, exits: ExitChoice): readonly Order[] {
  return exits === 'keep' ? cancelPlan(view, scope).entries : inScope(view, scope);
}

/** Keeping exits never sends the global cancel, which would take them: what only that reaches stays, and is told. */
export function isOutOfReach(order: Order, exits: ExitChoice): boolean {
  return exits === 'keep' && onlyGlobally(order);
}

export interface OpenPosition {
  readonly position: Position;
  /** Of its size, what stops that work at the broker cover. */
  readonly covered: Quantity;
}

/** What stays open, and how much of each is protected by orders that stay: those of `gone` no longer count. */
export function openPositions(view: Pick<DeskView, 'index' | 'stores'>, gone: readonly Order[] = []): readonly OpenPosition[] {
  const leaving = new Set(gone.map(({ key }) => key));
  const staying = view.index.working().filter(({ key }) => !leaving.has(key));
  return [...view.stores.positions.values()]
    .filter(({ quantity }) => quantity !== 0)
    .map((position) => ({ position, covered: stopsProtecting(view.index, staying, position) }));
}

/** `100 IBM, protected 40 of 100`. */
export function openPositionText({ position, covered }: OpenPosition): string {
  const size = abs(position.quantity);
  const held = `${formatQuantity(position.quantity)} ${contractLabel(position.contract)}`;
  return covered === 0 ? `${held}, not protected` : `${held}, protected ${formatQuantity(covered)} of ${formatQuantity(size)}`;
}
