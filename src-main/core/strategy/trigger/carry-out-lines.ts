import type { LineEffect } from '#core/market/subscriptions';
import type { Slice } from '#core/state/desk-state';

type Desk = Slice<'board' | 'market'>;

/**
 * Subscribes and unsubscribes. What a contract cost when its stream ended says nothing of where it stands when the next one begins: a
 * crossing measured from there would have happened while nobody listened. Until then the last price stays and gets old: a change of an order
 * and a stop for what was bought are measured against it as long as C-05 lets them.
 */
export function carryOutLines(desk: Desk, effects: readonly LineEffect[]): void {
  for (const effect of effects) {
    const { conId } = effect.kind === 'subscribe' ? effect.contract : effect;
    if (effect.kind === 'subscribe') {
      desk.board.begins(conId);
      desk.market.subscribe(effect.contract);
    } else {
      desk.market.unsubscribe(conId);
      desk.board.ended(conId);
    }
  }
}
