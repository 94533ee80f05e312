import type { Condition } from './condition.ts';
import type { Contract } from './contract.ts';
import type { TriggerId } from './ids.ts';
import type { EntryType, Side, TimeInForce } from './order.ts';
import type { Price } from './price.ts';
import type { Quantity } from './quantity.ts';

/** `draft → armed ⇄ paused → firing → fired | failed`, `expired`, `cancelled`, `locked`. */
export type TriggerLife = 'draft' | 'armed' | 'paused' | 'firing' | 'fired' | 'failed' | 'expired' | 'cancelled' | 'locked';

/** An exit at a fixed price, or at a distance from the entry price (basis points, unsigned: 4000 = 40 %). */
export type ExitLevel = { readonly kind: 'price'; readonly price: Price } | { readonly kind: 'percent'; readonly basisPoints: number };

export interface EntryTerms {
  readonly type: EntryType;
  /** For LMT and STP LMT: a fixed price, or an offset from the trigger-time market (ask for buys, bid for sells; signed, in price units). */
  readonly limit?: Price;
  readonly limitOffset?: Price;
  /** For STP and STP LMT. */
  readonly stop?: Price;
}

/** What firing does: one order, or one server-side bracket when a target or a stop is given. */
export interface TriggerAction {
  readonly contract: Contract;
  readonly side: Side;
  readonly quantity: Quantity;
  readonly entry: EntryTerms;
  readonly tif: TimeInForce;
  readonly outsideRth: boolean;
  readonly target?: ExitLevel;
  readonly stop?: ExitLevel;
}

/** What the operator writes. `name` is short and unique on the desk, e.g. `IBM-1`. */
export interface TriggerSpec {
  readonly name: string;
  readonly condition: Condition;
  readonly action: TriggerAction;
  /** Fire only inside the watched contract's liquid hours. */
  readonly rthOnly: boolean;
  /** Epoch ms; the watcher expires by itself then. */
  readonly expiresAt?: number;
}

export interface Trigger {
  readonly id: TriggerId;
  readonly spec: TriggerSpec;
  readonly life: TriggerLife;
  /** Arm generation; part of every orderRef, rises with each arming. */
  readonly gen: number;
  /** Firings of this generation: at most one, by construction. */
  readonly fires: number;
  readonly createdAt: number;
  readonly armedAt?: number;
  readonly armedBy?: string;
  readonly firedAt?: number;
  /** Times of recent firings over all generations, for the repeated-execution throttle. */
  readonly recentFires: readonly number[];
  /** Why it is in this state, as a sentence. */
  readonly reason: string;
  readonly updatedAt: number;
}
