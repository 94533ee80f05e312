import type { Contract } from '#domain/contract';
import type { TriggerSpec } from '#domain/trigger';
import type { Slice } from '#core/state/desk-state';
import type { DeskView } from '#core/state/desk-view';

type Desk = Slice<'index' | 'reconciliation'>;

/** An order of the contract that is UNKNOWN may still fill: nothing is sent beside it. A sentence, or undefined. */
export function unknownReason(desk: Pick<DeskView, 'index'>, contract: Contract): string | undefined {
  return desk.index.unknownIn(contract.conId) === undefined
    ? undefined
    : `An order of ${contract.symbol} is UNKNOWN; settle it first, it may still fill.`;
}

/**
 * Why a rule that has come true must not fire at this moment, although the desk watches and its quotes are good: what it would send could
 * not leave. The watcher holds, as for the quality of a quote, and nothing of it is spent.
 */
export function holdReason(desk: Desk, spec: TriggerSpec): string | undefined {
  if (!desk.reconciliation.done()) return 'The book is being compared with the broker; nothing fires meanwhile.';
  return unknownReason(desk, spec.action.contract);
}
