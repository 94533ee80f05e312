import type { Bridge } from '#protocol/commands';

/** A bridge that can also lose its other end. The preload's cannot: there the heartbeat of `DeskLink` notices. */
export interface LinkBridge extends Bridge {
  /** Called with the present state at once and on every change. */
  onState?(listener: (connected: boolean, reason: string) => void): () => void;
}

declare global {
  interface Window {
    readonly desk?: Bridge;
  }
}
