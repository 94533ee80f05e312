import { engineState } from '#core/state/desk-state';
import type { DeskView } from '#core/state/desk-view';
import { isKilled, mayTransmit } from '#core/state/engine-state';
import { shutRefusal } from './transmit-gate.ts';

type View = Pick<DeskView, 'journal' | 'latch' | 'link' | 'reconciliation' | 'stores'>;

/**
 * Why nothing that lowers exposure may leave now; a sentence, undefined when it may. The commands, the gate's state and the screen read it: what
 * is offered is what is allowed. Between the kill switch and the record of the kill nobody could say what was approved before it.
 */
export function reduceRefusal(desk: View): string | undefined {
  const state = engineState(desk);
  if (desk.latch.isSet() && !isKilled(state))
    return `The kill switch is set (${desk.latch.reason()}) and is being recorded; try again in a moment.`;
  if (!mayTransmit(state, 'reduce')) return `The desk is ${state}; nothing leaves in this state.`;
  return shutRefusal(desk);
}
