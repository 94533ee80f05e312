import type { CommitNews } from '#core/commit/work';
import type { PlaceOrder } from '#simulator/wire/place-order';

/** What the desk writes to TWS on one connection. */
export type OutboundFrame =
  | { readonly kind: 'place' | 'modify'; readonly order: PlaceOrder }
  | { readonly kind: 'cancel'; readonly orderId: number }
  | { readonly kind: 'global-cancel' }
  | { readonly kind: 'request'; readonly of: string; readonly reqId?: number };

/** What breaks in whoever looks on; no defect of the desk. */
export class ScreenGone extends Error {}

/** Hears everything that a storm's desk decides and sends, in its order. It draws no chance and changes nothing. `life` counts from 1. */
export interface StormListener {
  commit(life: number, news: CommitNews): void;
  /** In the statement before the frame goes to the wire; a broken wire loses it. */
  frame(life: number, clientId: number, frame: OutboundFrame): void;
  /** A line for the operator. */
  log(life: number, line: object): void;
}
