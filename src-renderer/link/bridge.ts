import type { Bridge } from '#protocol/commands';

/** A bridge that can also lose its other end. The preload's cannot: there the heartbeat of `DeskLink` notices. */
export interface LinkBridge extends Bridge {
  /** Called with the present state at once and on every change. */
  onState?(listener: (connected: boolean, reason: string) => void): () => void;
}

/** The answer was waited for long enough; the request itself lies in a connection that stands, and may still be carried out. */
export class NoAnswerYet extends Error {}

declare global {
  interface Window {
    readonly desk?: Bridge;
  }
}
