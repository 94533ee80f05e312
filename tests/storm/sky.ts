import type { LiveType } from '#domain/quote';

/** How a market shows itself: what the exchange trades on, and what the data client hears of it. */
export type Shape = 'good' | 'crossed' | 'locked' | 'no-bid' | 'no-ask' | 'no-last' | 'garbage';

/** Prices in cents; undefined where the market has none. */
export interface Shown {
  readonly bid: number | undefined;
  readonly ask: number | undefined;
  readonly last: number | undefined;
}

/** One instrument's sky; clear at first. */
export class Sky {
  /** Nothing is quoted and nothing trades. */
  silent = false;
  /** The market goes on and the data client hears nothing of it. */
  muted = false;
  halted = false;
  liveType: LiveType = 'live';
  /** It was halted or not live before: what it is now is told whenever streams begin. */
  isTold = false;
  shape: Shape = 'good';
  /** Added to the next move, cents. */
  jump = 0;

  takeJump(): number {
    const { jump } = this;
    this.jump = 0;
    return jump;
  }

  shown({ bid, ask, last }: { readonly bid: number; readonly ask: number; readonly last: number }): Shown {
    switch (this.shape) {
      case 'crossed':
        return { bid: ask, ask: bid, last };
      case 'locked':
        return { bid, ask: bid, last };
      case 'no-bid':
        return { bid: undefined, ask, last };
      case 'no-ask':
        return { bid, ask: undefined, last };
      case 'no-last':
        return { bid, ask, last: undefined };
      default:
        return { bid, ask, last };
    }
  }
}
