import { mulDiv } from '#domain/decimal';
import { notional } from '#domain/money';
import { type Price, ZERO_PRICE } from '#domain/price';
import { type Quantity, ZERO } from '#domain/quantity';
import { abs, min, plus, scale, sumOf } from '#domain/scaled';
import type { Fill } from '#simulator/model/fill';
import type { Instrument } from '#simulator/model/instrument';
import type { OrderView, Side } from '#simulator/model/order-view';

/** Signed: short is negative, and then its cost too (the proceeds). */
export interface LedgerPosition {
  readonly contract: Instrument;
  readonly quantity: Quantity;
  /** Σ price × quantity of what is still held, average-cost method. */
  readonly costGross: number;
  /** The same with commissions: `quantity`-th part of it is IB's average cost. */
  readonly costNet: number;
  readonly realizedGross: number;
  readonly realizedNet: number;
  readonly commission: number;
}

/** One inbound placeOrder frame, whatever became of it. */
export interface Placement {
  readonly clientId: number;
  readonly orderId: number;
  readonly orderRef: string;
  /** `lost`: it arrived and TWS made nothing of it, not even an error. */
  readonly kind: 'new' | 'modify' | 'what-if' | 'refused' | 'lost';
  readonly at: number;
}

/** An execution as it was told first, and what it was corrected to; zero shares for a bust. */
export interface Correction {
  readonly was: Fill;
  readonly now: Fill;
  readonly at: number;
}

/** Hears of everything the ledger records, at the moment it happens. Without one not even a line is built. */
export interface LedgerOutlet {
  /** A placeOrder frame came in, whatever became of it. */
  placed(placement: Placement): void;
  /** TWS has taken the order; its permId is known from here on. */
  accepted(order: OrderView): void;
  executed(fill: Fill): void;
  corrected(correction: Correction): void;
  /** Filled, cancelled, expired or rejected: it works no more. */
  ended(order: OrderView): void;
}

export interface Inbound {
  readonly clientId: number;
  readonly messageId: number;
}

/** A request that did not fit the layout of its version: so many fields too many, or too few when negative. */
export interface OddRequest {
  readonly clientId: number;
  readonly messageId: number;
  readonly version: number;
  readonly surplus: number;
}

export interface Booked {
  readonly realizedGross: number | undefined;
  readonly realizedNet: number | undefined;
}

/** The newest records kept of what came in; a demo that runs for weeks stays small. */
const INBOUND_KEPT = 200_000;
const ODD_KEPT = 1_000;

/** What truly happened, in integers: the truth that tests compare the desk with. Only the exchange writes to it. */
export class Ledger {
  readonly initialCash: number;
  /** Hears of every record as it is made; undefined in nearly every run. */
  outlet: LedgerOutlet | undefined;
  #cash: number;
  readonly #positions = new Map<number, LedgerPosition>();
  readonly #orders: OrderView[] = [];
  /** What was held before the simulator began. */
  readonly #endowed = new Map<number, LedgerPosition>();
  readonly #fills: Fill[] = [];
  readonly #corrections: Correction[] = [];
  readonly #placements: Placement[] = [];
  #inbound: Inbound[] = [];
  #odd: OddRequest[] = [];
  /** Hears of each odd request as it comes. */
  onOdd: ((odd: OddRequest) => void) | undefined;

  constructor(initialCash: number) {
    this.initialCash = initialCash;
    this.#cash = initialCash;
  }

  get cash(): number {
    return this.#cash;
  }

  /** Every order accepted since the start, in order of acceptance; live views. Untransmitted and refused ones never appear. */
  get orders(): readonly OrderView[] {
    return this.#orders;
  }

  /** Executions as they stand: corrected ones in the place of the first version, busted ones gone. */
  get fills(): readonly Fill[] {
    return this.#fills;
  }

  get corrections(): readonly Correction[] {
    return this.#corrections;
  }

  get placements(): readonly Placement[] {
    return this.#placements;
  }

  /** Message ids in order of arrival, over all clients. −1 for a client that has not started, or an unreadable id. */
  get inbound(): readonly Inbound[] {
    return this.#inbound;
  }

  /** Served all the same; a client that speaks the protocol rightly sends none. */
  get odd(): readonly OddRequest[] {
    return this.#odd;
  }

  /** One entry for each contract ever held; flat ones included, with their realised profit. */
  get positions(): readonly LedgerPosition[] {
    return [...this.#positions.values()];
  }

  position(conId: number): LedgerPosition | undefined {
    return this.#positions.get(conId);
  }

  /** Orders placed with this reference, bracket legs have their own. */
  ordersByRef(orderRef: string): readonly OrderView[] {
    return this.#orders.filter((order) => order.orderRef === orderRef);
  }

  fillsOf(permId: number): readonly Fill[] {
    return this.#fills.filter((fill) => fill.permId === permId);
  }

  /** How many placeOrder frames of this kind came in with this reference: at most one `new` each, if the desk keeps its word. */
  placementCount(orderRef: string, kind?: Placement['kind']): number {
    return this.#placements.filter((placed) => placed.orderRef === orderRef && (kind === undefined || placed.kind === kind)).length;
  }

  recordInbound(clientId: number, messageId: number): void {
    this.#inbound.push({ clientId, messageId });
    if (this.#inbound.length >= 2 * INBOUND_KEPT) this.#inbound = this.#inbound.slice(-INBOUND_KEPT);
  }

  recordOdd(odd: OddRequest): void {
    this.#odd.push(odd);
    if (this.#odd.length >= 2 * ODD_KEPT) this.#odd = this.#odd.slice(-ODD_KEPT);
    this.onOdd?.(odd);
  }

  recordPlacement(placement: Placement): void {
    this.#placements.push(placement);
    this.outlet?.placed(placement);
  }

  recordOrder(order: OrderView): void {
    this.#orders.push(order);
    this.outlet?.accepted(order);
  }

  /** An order works no more; its own state says how it ended. */
  recordEnd(order: OrderView): void {
    this.outlet?.ended(order);
  }

  recordFill(fill: Fill): void {
    this.#fills.push(fill);
    this.outlet?.executed(fill);
  }

  /** A holding from before the simulator began; its cost was paid before, so cash does not change. */
  endow(contract: Instrument, quantity: Quantity, averageCost: Price): void {
    const cost = notional(averageCost, quantity, contract.multiplier);
    this.#endowed.set(contract.conId, {
      contract,
      quantity,
      costGross: cost,
      costNet: cost,
      realizedGross: 0,
      realizedNet: 0,
      commission: 0,
    });
    this.#rebook(contract);
  }

  /** Puts a corrected execution in the place of the old one, or takes it out when nothing of it is left, and reckons anew what followed from it. */
  amend(was: Fill, next: Fill, at: number): Fill {
    const place = this.#fills.findIndex((fill) => fill.execId === was.execId);
    if (place < 0) throw new Error(`no such execution: ${was.execId}`);
    for (const fill of this.#fills) if (fill.contract === was.contract) this.#cash += cashTaken(fill);
    this.#fills.splice(place, 1, ...(next.quantity === 0 ? [] : [next]));
    this.#rebook(was.contract);
    const now = next.quantity === 0 ? { ...next, cumQuantity: this.#filledOf(was.permId) } : (this.#fills[place] ?? next);
    const correction = { was, now, at };
    this.#corrections.push(correction);
    this.outlet?.corrected(correction);
    return now;
  }

  #filledOf(permId: number): Quantity {
    return sumOf(this.fillsOf(permId), (fill) => fill.quantity, ZERO);
  }

  /** Position, cash and the figures of every execution of a contract, from what was held at first. */
  #rebook(contract: Instrument): void {
    const endowed = this.#endowed.get(contract.conId);
    if (endowed === undefined) this.#positions.delete(contract.conId);
    else this.#positions.set(contract.conId, endowed);
    const sums = new Map<number, { quantity: Quantity; notional: number }>();
    this.#fills.forEach((fill, index) => {
      if (fill.contract !== contract) return;
      const sum = sums.get(fill.permId) ?? { quantity: ZERO, notional: 0 };
      sums.set(fill.permId, sum);
      sum.quantity = plus(sum.quantity, fill.quantity);
      sum.notional += notional(fill.price, fill.quantity, contract.multiplier);
      const booked = this.book(contract, fill.side, fill.quantity, fill.price, fill.commission);
      this.#fills[index] = { ...fill, ...booked, cumQuantity: sum.quantity, cumNotional: sum.notional };
    });
    if (!this.#positions.has(contract.conId)) this.book(contract, 'BUY', ZERO, ZERO_PRICE, 0);
  }

  /** Books cash and position of one fill: average cost, a reversal closes first and then opens. Rounds half away from zero. */
  book(contract: Instrument, side: Side, quantity: Quantity, price: Price, commission: number): Booked {
    const sign = side === 'BUY' ? 1 : -1;
    const value = notional(price, quantity, contract.multiplier);
    this.#cash -= sign * value + commission;
    const held = this.#positions.get(contract.conId) ?? {
      contract,
      quantity: ZERO,
      costGross: 0,
      costNet: 0,
      realizedGross: 0,
      realizedNet: 0,
      commission: 0,
    };
    const size = abs(held.quantity);
    const closes = held.quantity * sign < 0 ? min(size, quantity) : ZERO;
    const closeValue = notional(price, closes, contract.multiplier);
    const closeCommission = closes === 0 ? 0 : mulDiv(commission, closes, quantity);
    const removedGross = closes === 0 ? 0 : mulDiv(held.costGross, closes, size);
    const removedNet = closes === 0 ? 0 : mulDiv(held.costNet, closes, size);
    const realizedGross = -sign * closeValue - removedGross;
    const realizedNet = -sign * closeValue - removedNet - closeCommission;
    this.#positions.set(contract.conId, {
      contract,
      quantity: plus(held.quantity, scale(quantity, sign)),
      costGross: held.costGross - removedGross + sign * (value - closeValue),
      costNet: held.costNet - removedNet + sign * (value - closeValue) + (commission - closeCommission),
      realizedGross: held.realizedGross + (closes === 0 ? 0 : realizedGross),
      realizedNet: held.realizedNet + (closes === 0 ? 0 : realizedNet),
      commission: held.commission + commission,
    });
    return closes === 0 ? { realizedGross: undefined, realizedNet: undefined } : { realizedGross, realizedNet };
  }
}

/** What a fill took out of the cash, or brought into it when negative. */
function cashTaken(fill: Fill): number {
  return (fill.side === 'BUY' ? 1 : -1) * notional(fill.price, fill.quantity, fill.contract.multiplier) + fill.commission;
}
