import type { DeskState } from '#core/state/desk-state';
import type { ConId } from '#domain/ids';
import { type Price, priceOf, tickDecimals } from '#domain/price';

const CENT = priceOf(0.01);

export function minTickOf(deskState: DeskState, conId: ConId): Price {
  return deskState.details.get(conId)?.minTick ?? CENT;
}

export function decimalsOf(deskState: DeskState, conId: ConId): number {
  return tickDecimals(minTickOf(deskState, conId));
}

/** Times inside quotes are the exchange's; the screen counts ages on the desk's clock. */
export function deskTime(deskState: DeskState, exchangeTime: number): number {
  return Math.round(exchangeTime - deskState.exchange.offset());
}
