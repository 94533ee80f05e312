import type { Price } from '#domain/price';
import { type Quantity, ZERO } from '#domain/quantity';
import { max, minus } from '#domain/scaled';
import type { Instrument } from '#simulator/model/instrument';
import { NO_CONDITIONS, type OrderConditions } from '#simulator/model/condition';
import { type ExtraTerms, NO_EXTRAS } from '#simulator/model/extra-terms';

import type { OrderStatus, OrderType, OrderView, Side, Tif } from '#simulator/model/order-view';

/** What a checked placement asks for. */
export interface OrderTerms {
  readonly clientId: number;
  readonly orderId: number;
  readonly account: string;
  readonly contract: Instrument;
  readonly action: Side;
  readonly type: OrderType;
  readonly tif: Tif;
  readonly quantity: Quantity;
  readonly limit: Price | undefined;
  readonly stop: Price | undefined;
  readonly trailBy?: Price | undefined;
  readonly trailPercent?: number | undefined;
  readonly outsideRth: boolean;
  readonly orderRef: string;
  readonly ocaGroup: string;
  readonly ocaType: number;
  readonly parentId: number;
  readonly triggerMethod: number;
  readonly whatIf: boolean;
  readonly transmit: boolean;
  /** None when absent. */
  readonly conditions?: OrderConditions | undefined;
  readonly extras?: ExtraTerms | undefined;
}

/** What may be changed of an order that works. */
export type OrderChanges = Pick<
  OrderTerms,
  'quantity' | 'limit' | 'stop' | 'trailBy' | 'trailPercent' | 'tif' | 'outsideRth' | 'conditions' | 'extras'
>;

/** An order in the exchange's hands. The exchange alone changes it; everybody else reads it as an OrderView. */
export class WorkingOrder implements OrderView {
  readonly permId: number;
  readonly clientId: number;
  readonly account: string;
  readonly contract: Instrument;
  readonly action: Side;
  readonly type: OrderType;
  readonly orderRef: string;
  readonly ocaGroup: string;
  readonly ocaType: number;
  readonly triggerMethod: number;
  readonly whatIf: boolean;
  readonly placedAt: number;
  readonly parent: WorkingOrder | undefined;
  readonly parentId: number;
  conditions: OrderConditions;
  extras: ExtraTerms;
  orderId: number;
  tif: Tif;
  quantity: Quantity;
  limit: Price | undefined;
  stop: Price | undefined;
  trailBy: Price | undefined;
  trailPercent: number | undefined;
  outsideRth: boolean;
  status: OrderStatus = 'Untransmitted';
  /** A stop that has met its price, or an order that needs none. */
  triggered: boolean;
  filled = ZERO;
  filledNotional = 0;
  commission = 0;
  lastFillPrice: Price | undefined;
  completedAt: number | undefined;
  completedStatus = '';
  /** Tape time at which a DAY order dies; Infinity for GTC. */
  expiresAt = Infinity;
  /** It has been told `Submitted`: further fills come from the book. */
  rested = false;
  /** Waits for its session to open. */
  asleep = false;
  /** Waits for shares to be located before it may sell short (404). */
  locating = false;
  /** Inactive and alive: it waits in TWS for a person to say yes. */
  parked = false;
  /** A child that was changed after its parent was done: nothing binds it to that any more. */
  isItsOwn = false;
  /** Its conditions have been met. */
  released = false;

  constructor(terms: OrderTerms, permId: number, placedAt: number, parent: WorkingOrder | undefined) {
    this.permId = permId;
    this.clientId = terms.clientId;
    this.orderId = terms.orderId;
    this.account = terms.account;
    this.contract = terms.contract;
    this.action = terms.action;
    this.type = terms.type;
    this.tif = terms.tif;
    this.quantity = terms.quantity;
    this.limit = terms.limit;
    this.stop = terms.stop;
    this.trailBy = terms.trailBy;
    this.trailPercent = terms.trailPercent;
    this.outsideRth = terms.outsideRth;
    this.orderRef = terms.orderRef;
    this.ocaGroup = terms.ocaGroup;
    this.ocaType = terms.ocaType === 0 ? 3 : terms.ocaType;
    this.parentId = terms.parentId;
    this.triggerMethod = terms.triggerMethod;
    this.whatIf = terms.whatIf;
    this.conditions = terms.conditions ?? NO_CONDITIONS;
    this.extras = terms.extras ?? NO_EXTRAS;
    this.placedAt = placedAt;
    this.parent = parent;
    this.triggered = !this.isStop;
  }

  get changeable(): OrderChanges {
    const { quantity, limit, stop, trailBy, trailPercent, tif, outsideRth, conditions, extras } = this;
    return { quantity, limit, stop, trailBy, trailPercent, tif, outsideRth, conditions, extras };
  }

  change(changes: OrderChanges): void {
    this.isItsOwn ||= this.parent?.done === true;
    this.quantity = changes.quantity;
    this.limit = changes.limit;
    this.stop = changes.stop;
    this.trailBy = changes.trailBy;
    this.trailPercent = changes.trailPercent;
    this.tif = changes.tif;
    this.outsideRth = changes.outsideRth;
    // A change says all terms again: what it leaves out is gone.
    this.conditions = changes.conditions ?? NO_CONDITIONS;
    this.extras = changes.extras ?? NO_EXTRAS;
  }

  get isStop(): boolean {
    return this.type === 'STP' || this.type === 'STP LMT' || this.type === 'TRAIL';
  }

  /** Never below zero, though a late fill may bring more than was ordered. */
  get remaining(): Quantity {
    return max(ZERO, minus(this.quantity, this.filled));
  }

  get parentPermId(): number {
    return this.parent?.permId ?? 0;
  }

  get done(): boolean {
    return this.status === 'Filled' || this.status === 'Cancelled' || (this.status === 'Inactive' && !this.parked);
  }

  get transmitted(): boolean {
    return this.status !== 'Untransmitted';
  }

  /** A child sleeps until its parent has its first fill. */
  get activated(): boolean {
    return this.parent === undefined || this.parent.filled > 0;
  }

  /** Its conditions keep it from the market. */
  get awaits(): boolean {
    return this.conditions.list.length > 0 && !this.conditions.cancels && !this.released;
  }

  /** It is over, or something keeps it from the market whatever the prices are. */
  get waits(): boolean {
    return this.done || this.asleep || this.parked || this.locating || !this.activated;
  }

  get whyHeld(): string {
    if (this.done) return '';
    return [...(this.activated ? [] : ['child']), ...(this.triggered ? [] : ['trigger']), ...(this.locating ? ['locate'] : [])].join(',');
  }
}
