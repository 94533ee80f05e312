import type { OrderScript } from '#simulator/engine/exchange-news';

/** Levers of the storm; none is pulled at first. */
export class TwsFaults implements OrderScript {
  duplicates = 0;
  holdCancels = false;
  /** What a cancelled parent does with the children of its filled part, in this storm. */
  takesChildren = false;
  readonly tifPreset = undefined;
  /** The next placements vanish inside TWS. */
  silentDrops = 0;
  /** So do the next cancels, one by one or of everything. */
  silentCancels = 0;
  /** The next acceptances of orders with a reference are not told; their fills are. */
  unacknowledged = 0;
  /** Executions wait, statuses do not. */
  holdExecutions = false;
  readonly rejections: string[] = [];

  /** The next bracket loses its children as it is transmitted. */
  lostChildren = 0;
  /** The next orders are parked in TWS (Inactive) until somebody transmits them there. */
  parks = 0;
  /** Errors that answer the next placements or cancels; nothing else comes of them. */
  readonly refusals: { readonly what: 'new' | 'modify' | 'cancel'; readonly code: number; readonly text: string }[] = [];

  rejectReason(): string | undefined {
    return this.rejections.shift();
  }

  refusal(what: 'new' | 'modify' | 'cancel'): { readonly code: number; readonly text: string } | undefined {
    const at = this.refusals.findIndex((refusal) => refusal.what === what);
    return at < 0 ? undefined : this.refusals.splice(at, 1)[0];
  }

  forbids(): boolean {
    return false;
  }

  hardToBorrow(): boolean {
    return false;
  }

  parksNext(): boolean {
    if (this.parks === 0) return false;
    this.parks -= 1;
    return true;
  }

  losesChildren(): boolean {
    if (this.lostChildren === 0) return false;
    this.lostChildren -= 1;
    return true;
  }
}
