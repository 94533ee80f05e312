import type { Contract } from './contract.ts';
import type { AccountId, ClientId, OrderId, OrderKey, OrderRef, PermId, TriggerId } from './ids.ts';
import type { Leg } from './order-ref.ts';
import type { Price } from './price.ts';
import type { Quantity } from './quantity.ts';

export type Side = 'BUY' | 'SELL';
/** What may open a position. */
export type EntryType = 'MKT' | 'LMT' | 'STP' | 'STP LMT';
/** TRAIL is an exit only: a stop that IB moves after the market, never back. */
export type OrderType = EntryType | 'TRAIL';
/** How far a trailing stop stays behind the market. Basis points: 150 is 1.5 %. */
export type Trail = { readonly kind: 'amount'; readonly amount: Price } | { readonly kind: 'percent'; readonly basisPoints: number };
export type TimeInForce = 'DAY' | 'GTC' | 'IOC';

/** Our life of an order (order-truth.md §2.2); IB's raw status word is kept beside it. */
export type OrderState =
  | 'INTENT'
  | 'DENIED'
  | 'QUEUED'
  | 'SUBMITTED'
  | 'UNKNOWN'
  | 'ACCEPTED'
  | 'HELD'
  | 'PARTIALLY_FILLED'
  | 'PENDING_REPLACE'
  | 'PENDING_CANCEL'
  | 'CANCELLED'
  | 'FILLED'
  | 'REJECTED'
  | 'EXPIRED'
  | 'INACTIVE'
  | 'ABORTED_BY_KILL';

/** Who made it: a trigger, the operator's hand in this console, a person in TWS (client 0), another API program. */
export type OrderOrigin = 'trigger' | 'operator' | 'manual' | 'foreign';

/** One leg as it goes to the broker. Every field explicit: presets at TWS must have nothing to fill in. */
export interface OrderLeg {
  readonly ref: OrderRef;
  readonly leg: Leg;
  readonly side: Side;
  readonly type: OrderType;
  readonly quantity: Quantity;
  readonly limit?: Price;
  /** Of a TRAIL order: where it begins. */
  readonly stop?: Price;
  readonly trail?: Trail;
  /** Orders of one group cancel or shrink each other at IB as they fill; together they never trade more than the largest of them. */
  readonly ocaGroup?: string;
  readonly tif: TimeInForce;
  readonly outsideRth: boolean;
}

/** Entry, stop and target. */
export const MOST_LEGS = 3;

/** What the desk wishes to send; becomes an OrderRequest only through risk. */
export interface OrderIntent {
  readonly account: AccountId;
  readonly contract: Contract;
  /** `entry` may raise exposure; `reduce` only lowers it (checked against the live position by risk). */
  readonly purpose: 'entry' | 'reduce';
  readonly origin: 'trigger' | 'operator';
  readonly triggerId?: TriggerId;
  /** The working order that gets these terms under its own id; without it a new order is sent. */
  readonly changes?: OrderKey;
  /** At most `MOST_LEGS`. First leg is the parent; further legs are its take-profit and stop, one OCA group, sent as one server-side bracket. */
  readonly legs: readonly [OrderLeg, ...OrderLeg[]];
}

export type OrderRequest = OrderIntent;

/** The chain that answers "Why?": tick → rule → risk verdict → order → fills. Times are epoch ms. */
export interface OrderCause {
  readonly triggerName?: string;
  readonly sentence: string;
  readonly tick?: { readonly field: string; readonly price: Price; readonly previous?: Price; readonly at: number };
  readonly verdict: string;
  readonly approvedSeq: number;
  readonly decidedAt: number;
}

export interface Order {
  readonly key: OrderKey;
  readonly ref?: OrderRef;
  readonly triggerId?: TriggerId;
  readonly leg?: Leg;
  readonly parentKey?: OrderKey;
  readonly account: AccountId;
  readonly contract: Contract;
  readonly side: Side;
  readonly type: OrderType;
  readonly tif: string;
  readonly quantity: Quantity;
  readonly limit?: Price;
  /** Of a trailing order: where IB last said that it stands. */
  readonly stop?: Price;
  readonly trail?: Trail;
  readonly ocaGroup?: string;
  readonly outsideRth: boolean;
  readonly state: OrderState;
  /** IB's own word, e.g. `PreSubmitted`, and its reason for holding. */
  readonly ibStatus?: string;
  readonly whyHeld?: string;
  readonly orderId?: OrderId;
  readonly permId?: PermId;
  readonly clientId?: ClientId;
  readonly filled: Quantity;
  /** Of `filled`, what only IB's status counts: its executions are older than what IB tells. */
  readonly filledBefore?: Quantity;
  /** What IB's newest status makes of its size, filled and remaining, where that is not `quantity`: which of them holds a listing says. */
  readonly statedQuantity?: Quantity;
  readonly avgFillPrice?: Price;
  readonly origin: OrderOrigin;
  readonly createdAt: number;
  /** The broker's time of `createdAt`, epoch ms, where an earlier run knew it. */
  readonly createdTime?: number;
  /** It was there before this desk first saw it, at `createdAt`, and no journal knows since when. */
  readonly isOlder?: true;
  readonly sentAt?: number;
  readonly ackedAt?: number;
  readonly updatedAt: number;
  /** Last thing the broker or the desk said about it. */
  readonly note?: string;
  readonly cause?: OrderCause;
  /** A change on its way to the broker; the order's own terms stay what IB last said until IB says the new ones. */
  readonly change?: OrderChange;
  /** When this desk last asked to cancel it, epoch ms: a cancel without it came from a person in TWS or from IB. */
  readonly cancelAskedAt?: number;
  /** That cancel keeps the exits of what is held: a stop that IB takes along with this order is put back. */
  readonly cancelKeepsExits?: true;
  /** When a person in TWS, or IB itself, gave it other terms than this desk had asked for, epoch ms. */
  readonly changedExternallyAt?: number;
  /** UNKNOWN, and what IB's complete lists have said since: nothing of it. */
  readonly absence?: OrderAbsence;
}

export interface OrderChange {
  readonly quantity: Quantity;
  readonly limit?: Price;
  readonly stop?: Price;
  readonly trail?: Trail;
  /** State to go back to when IB refuses. */
  readonly from: OrderState;
  readonly at: number;
}

export interface OrderAbsence {
  /** First complete lists of one connection without a trace of the order, epoch ms. */
  readonly since: number;
  /** How many such lists in a row. */
  readonly looks: number;
  /** The broker's position then: when it moves, the order may have filled, and the count begins anew. */
  readonly position: Quantity;
  /** Enough of them, far enough apart: the operator may settle the order as not sent. */
  readonly isProven: boolean;
}

const TERMINAL: ReadonlySet<OrderState> = new Set<OrderState>(['DENIED', 'CANCELLED', 'FILLED', 'REJECTED', 'EXPIRED', 'ABORTED_BY_KILL']);
const AT_BROKER: ReadonlySet<OrderState> = new Set<OrderState>([
  'SUBMITTED',
  'UNKNOWN',
  'ACCEPTED',
  'HELD',
  'PARTIALLY_FILLED',
  'PENDING_REPLACE',
  'PENDING_CANCEL',
  'INACTIVE',
]);

const NOT_SENT: readonly OrderState[] = ['INTENT', 'QUEUED'];
const STATES: ReadonlySet<unknown> = new Set<OrderState>([...NOT_SENT, ...AT_BROKER, ...TERMINAL]);

/** For words from files: whether this version has such a state. */
export function isOrderState(word: unknown): word is OrderState {
  return STATES.has(word);
}

/** Nothing more is expected (a late fill may still come and is booked). INACTIVE is not terminal: it may be alive at IB. */
export function isTerminal(state: OrderState): boolean {
  return TERMINAL.has(state);
}

/** May rest or fill at the broker: counted in exposure and cancelled by a kill. UNKNOWN and PENDING_CANCEL included. */
export function isWorking(state: OrderState): boolean {
  return AT_BROKER.has(state);
}

/** A stop that works against a loss, whichever way it moves; IB's own words for those that the desk does not place included. */
export function isStopType(type: string): boolean {
  return type.startsWith('STP') || type.startsWith('TRAIL');
}

export function sameTrail(one: Trail | undefined, other: Trail | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.kind === 'amount'
    ? other.kind === 'amount' && one.amount === other.amount
    : other.kind === 'percent' && one.basisPoints === other.basisPoints;
}

export function opposite(side: Side): Side {
  return side === 'BUY' ? 'SELL' : 'BUY';
}
