import type { LineEffect } from '#core/market/subscriptions';
import type { Slice } from '#core/state/desk-state';

type Desk = Slice<'board' | 'market' | 'registry'>;

/**
 * Subscribes and unsubscribes. What a contract cost when its stream ended says nothing of where it stands when the next one begins: a
 * crossing measured from there would have happened while nobody listened.
 */
export function carryOutLines(desk: Desk, effects: readonly LineEffect[]): void {
  for (const effect of effects) {
    if (effect.kind === 'subscribe') desk.market.subscribe(effect.contract);
    else {
      desk.market.unsubscribe(effect.conId);
      desk.registry.rebaseline('its market data line was given back', effect.conId);
      desk.board.forget(effect.conId);
    }
  }
}
