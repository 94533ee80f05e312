import type { Bridge } from '#protocol/commands';
import type { OwnSession, SessionEnd } from '#protocol/session';

/** How the other end is reached. `no-session` is final: this page will never be let in. */
export type BridgeState =
  | { readonly phase: 'open' }
  | { readonly phase: 'closed'; readonly reason: string }
  | { readonly phase: 'no-session'; readonly why: SessionEnd | 'none' };

/** A bridge that can also lose its other end. The preload's cannot: there the heartbeat of `DeskLink` notices. */
export interface LinkBridge extends Bridge {
  /** Called with the present state at once and on every change. */
  onState?(listener: (state: BridgeState) => void): () => void;
  /** Called when the desk has said what this page may do; a bridge without it may do everything. */
  onSession?(listener: (session: OwnSession) => void): () => void;
}

/** The answer was waited for long enough; the request itself lies in a connection that stands, and may still be carried out. */
export class NoAnswerYet extends Error {}

declare global {
  interface Window {
    readonly desk?: Bridge;
  }
}
