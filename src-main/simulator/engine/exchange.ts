import type { Price } from '#domain/price';
import { type Quantity, trustedQuantity } from '#domain/quantity';
import type { Book } from '../market/book.ts';
import type { PlaceOrder } from '../wire/place-order.ts';
import { cancelObjection, IGNORES_OUTSIDE_RTH, marginObjection, modifyObjection, waitsForOpen } from './acceptance.ts';
import { conditionsSay } from './conditions.ts';
import type { ExchangeParts } from './exchange-parts.ts';
import type { Fill } from '#simulator/model/fill';
import { childLimit, ocaRest, offer, stopMet, trail, workingSize } from './matching.ts';
import { type Checked, checkOrder } from './order-check.ts';
import { OrderRegister } from './order-register.ts';
import { FillBooking } from './fill-booking.ts';
import { type OrderChanges, type OrderTerms, WorkingOrder } from './working-order.ts';

/**
 * The broker and its market in one: takes orders, holds and links them, matches them against the books, and says what
 * happened. No sockets, no timers: time is what `advance` and `tick` bring.
 */
export class Exchange {
  readonly register: OrderRegister;
  readonly #parts: ExchangeParts;
  readonly #booking: FillBooking;
  #now: number;
  /** Until then no session opens or closes, so that time passes cheaply. */
  #nextBorder: number;

  constructor(parts: ExchangeParts, now: number) {
    this.#parts = parts;
    this.#booking = new FillBooking(parts.ledger);
    this.#now = now;
    this.#nextBorder = parts.session.nextBorder(now);
    this.register = new OrderRegister(parts.firstOrderId);
  }

  get now(): number {
    return this.#now;
  }

  // —— placing ——————————————————————————————————————————————————————————————————————————————

  place(placed: PlaceOrder, clientId: number): void {
    const { listing, account, script } = this.#parts;
    const existing = this.register.find(clientId, placed.orderId);
    const contract = listing.find(placed.contract);
    const scripted = script.refusal(existing === undefined ? 'new' : 'modify');
    const checked = checkOrder(placed, clientId, account.id, contract, existing !== undefined);
    if (scripted !== undefined) this.#refuse(placed, clientId, scripted.code, scripted.text);
    else if (existing !== undefined) this.#modify(existing, placed, checked);
    else if (!checked.ok) this.#refuse(placed, clientId, checked.refusal.code, checked.refusal.text);
    else if (script.forbids(checked.terms.contract.conId))
      this.#refuse(placed, clientId, 203, 'The security is not available or allowed for this account.');
    else if (this.register.claim(clientId, placed.orderId)) this.#enter(checked.terms, placed);
    else this.#refuse(placed, clientId, 103, 'Duplicate order id');
  }

  #refuse(placed: PlaceOrder, clientId: number, code: number, text: string): void {
    this.#record(placed, clientId, 'refused');
    this.#parts.news.refused(clientId, placed.orderId, code, text);
  }

  #enter(terms: OrderTerms, placed: PlaceOrder): void {
    const parent = terms.parentId === 0 ? undefined : this.register.find(terms.clientId, terms.parentId);
    if (terms.parentId !== 0 && (parent === undefined || parent.done)) {
      this.#refuse(placed, terms.clientId, 10_006, 'Missing parent order.');
      return;
    }
    const order = new WorkingOrder(terms, this.register.nextPermId(), this.#now, parent);
    if (terms.whatIf) {
      this.#record(placed, terms.clientId, 'what-if');
      this.#preview(order);
      return;
    }
    this.#record(placed, terms.clientId, 'new');
    this.register.add(order);
    if (terms.transmit) this.#transmit(order);
  }

  #preview(order: WorkingOrder): void {
    const preview = this.#parts.account.preview(order);
    order.status = 'PreSubmitted';
    if (preview === undefined)
      this.#parts.news.refused(order.clientId, order.orderId, 321, "Error validating request.-'bN' : cause - No price for this contract");
    else this.#parts.news.preview(order, preview);
  }

  /** An order that a person types into TWS: client 0, order id 0. */
  placeByHand(terms: Omit<OrderTerms, 'clientId' | 'orderId' | 'whatIf' | 'transmit'>): WorkingOrder {
    const order = new WorkingOrder(
      { ...terms, clientId: 0, orderId: 0, whatIf: false, transmit: true },
      this.register.nextPermId(),
      this.#now,
      undefined,
    );
    this.register.add(order);
    this.#transmit(order);
    return order;
  }

  /** Sends an order and everything of its bracket that waited for it: the parent first, then the children as they were placed. */
  #transmit(order: WorkingOrder): void {
    const { parent } = order;
    if (parent !== undefined && this.#parts.script.losesChildren(order.clientId)) {
      for (const child of this.register.childrenOf(parent).slice()) if (!child.transmitted) this.register.forget(child);
      if (!parent.transmitted && this.#accept(parent)) this.#work(parent);
      return;
    }
    const bracket =
      parent === undefined ? [order] : [parent, ...this.register.childrenOf(parent)].filter((one) => one === order || !one.transmitted);
    const accepted = bracket.filter((one) => this.#accept(one));
    for (const one of accepted) this.#work(one);
  }

  /** TWS acknowledges; false when it rejects (error 201, then Inactive). */
  #accept(order: WorkingOrder): boolean {
    const { account, ledger, news, script, session } = this.#parts;
    if (order.type === 'MKT' && order.outsideRth) {
      order.outsideRth = false;
      news.refused(order.clientId, order.orderId, 2109, IGNORES_OUTSIDE_RTH);
    }
    if (script.tifPreset !== undefined && order.tif !== script.tifPreset) {
      order.tif = script.tifPreset;
      news.refused(order.clientId, order.orderId, 10_349, `Order TIF was set to ${order.tif} based on order preset.`);
    }
    order.status = 'PreSubmitted';
    this.#date(order);
    ledger.recordOrder(order);
    this.register.activate(order);
    order.parked = script.parksNext();
    if (order.parked) order.status = 'Inactive';
    this.#trail(order);
    order.locating = this.#sellsShort(order) && script.hardToBorrow(order.contract.conId);
    news.state(order);
    if (order.parked) return false;
    const reason =
      order.parent?.done === true ? 'The parent order was rejected' : (script.rejectReason() ?? marginObjection(account, order));
    if (reason !== undefined) {
      news.refused(order.clientId, order.orderId, 201, `Order rejected - reason:${reason}`);
      this.#finish(order, 'Inactive', 'Inactive');
      news.state(order);
      return false;
    }
    if (order.asleep && order.activated) {
      news.refused(order.clientId, order.orderId, 399, waitsForOpen(order, session.opensText(this.#now, order.outsideRth)));
    }
    if (order.locating) news.refused(order.clientId, order.orderId, 404, 'Order held while securities are located.');
    return true;
  }

  #sellsShort(order: WorkingOrder): boolean {
    return (
      order.action === 'SELL' &&
      order.parent === undefined &&
      (this.#parts.ledger.position(order.contract.conId)?.quantity ?? 0) < order.quantity
    );
  }

  /** Shares to sell short have been found: what waited for them goes to the market. */
  locate(conId: number): void {
    for (const order of this.register.activeOn(conId)?.slice() ?? []) {
      if (!order.locating) continue;
      order.locating = false;
      this.#work(order);
    }
  }

  /** A person in TWS says yes to an order that waited, Inactive, for that. False when it does not. */
  confirm(order: WorkingOrder): boolean {
    if (!order.parked || order.done) return false;
    order.parked = false;
    order.status = 'PreSubmitted';
    this.#work(order);
    return true;
  }

  #modify(order: WorkingOrder, placed: PlaceOrder, checked: Checked): void {
    const objection = modifyObjection(order, checked);
    if (!checked.ok || objection !== undefined) {
      this.#refuse(placed, order.clientId, objection?.code ?? 321, objection?.text ?? '');
      return;
    }
    const { terms } = checked;
    this.#record(placed, order.clientId, 'modify');
    if (order.transmitted) this.#change(order, terms);
    else {
      order.change(terms);
      if (terms.transmit) this.#transmit(order);
    }
  }

  /** A person in TWS changes an order, whoever placed it. False when it is over or on its way out. */
  changeByHand(order: WorkingOrder, changes: Partial<OrderChanges>): boolean {
    if (order.done || order.status === 'PendingCancel' || (changes.quantity ?? Infinity) <= order.filled) return false;
    this.#change(order, { ...order.changeable, ...changes });
    return true;
  }

  #change(order: WorkingOrder, changes: OrderChanges): void {
    order.change(changes);
    this.#date(order);
    this.#trail(order);
    this.#parts.news.state(order);
    this.#work(order);
  }

  #date(order: WorkingOrder): void {
    order.expiresAt = this.#parts.session.deathOf(order, this.#now);
    order.asleep = !this.#parts.session.isOpen(this.#now, order.outsideRth);
    this.#nextBorder = Math.min(this.#nextBorder, order.expiresAt);
  }

  #record(placed: PlaceOrder, clientId: number, kind: 'new' | 'modify' | 'what-if' | 'refused'): void {
    this.#parts.ledger.recordPlacement({ clientId, orderId: placed.orderId, orderRef: placed.orderRef, kind, at: this.#now });
  }

  /** When the exchange answers next: now, or at the opening. */
  get nextOpen(): number {
    return this.#parts.session.nextOpen(this.#now);
  }

  // —— cancelling ———————————————————————————————————————————————————————————————————————————

  cancel(clientId: number, orderId: number): void {
    const { news, script } = this.#parts;
    const order = this.register.find(clientId, orderId);
    const objection = script.refusal('cancel') ?? cancelObjection(order, orderId);
    if (objection !== undefined) news.refused(clientId, orderId, objection.code, objection.text.replace('%', String(orderId)));
    else if (order !== undefined) this.cancelOrder(order);
  }

  cancelOrder(order: WorkingOrder): void {
    if (!order.transmitted) {
      this.#withdraw(order, '');
      return;
    }
    order.status = 'PendingCancel';
    this.#parts.news.status(order);
    if (!this.#parts.script.holdCancels) this.#withdraw(order, '');
  }

  /** Everything that works, of all clients and by hand. */
  cancelAll(): void {
    for (const order of this.register.active()) if (!order.done && order.status !== 'PendingCancel') this.cancelOrder(order);
  }

  /** Completes the cancels that a fault script held back. */
  releaseCancels(): void {
    for (const order of this.register.active()) if (order.status === 'PendingCancel') this.#withdraw(order, '');
  }

  /** Cancelled, then error 202, then what that means for the children. */
  #withdraw(order: WorkingOrder, reason: string): void {
    this.#finish(order, 'Cancelled', reason === '' ? 'Cancelled by Trader' : reason);
    this.#parts.news.status(order);
    this.#parts.news.refused(order.clientId, order.orderId, 202, `Order Canceled - reason:${reason}`);
    const takes = reason === '' && this.#parts.script.takesChildren;
    for (const child of this.register.childrenOf(order)) this.#limit(child, takes ? 0 : childLimit(child, this.register.childrenOf(order)));
  }

  #finish(order: WorkingOrder, status: 'Cancelled' | 'Inactive' | 'Filled', text: string): void {
    order.status = status;
    order.completedAt = this.#now;
    order.completedStatus = text;
    order.asleep = false;
    order.parked = false;
    this.register.retire(order);
    this.#parts.ledger.recordEnd(order);
  }

  // —— time and market ——————————————————————————————————————————————————————————————————————

  /** Moves the clock: sessions open, DAY orders expire. Never backwards. */
  advance(at: number): void {
    if (at <= this.#now) return;
    this.#now = at;
    if (at < this.#nextBorder) return;
    const { session } = this.#parts;
    this.#nextBorder = session.nextBorder(at);
    for (const order of this.register.active()) {
      if (order.done) continue;
      if (order.expiresAt <= at) this.#expire(order);
      else if (order.asleep && session.isOpen(at, order.outsideRth)) this.#wake(order);
      else if (!order.asleep && !session.isOpen(at, order.outsideRth)) order.asleep = true;
    }
  }

  /** The day is over for all DAY orders, whatever the clock says: the end of a tape. */
  expireDayOrders(): void {
    for (const order of this.register.active()) if (!order.done && order.tif !== 'GTC') this.#expire(order);
  }

  #expire(order: WorkingOrder): void {
    this.#finish(order, 'Cancelled', 'Expired');
    this.#parts.news.state(order);
    for (const child of this.register.childrenOf(order)) this.#limit(child, childLimit(child, this.register.childrenOf(order)));
  }

  #wake(order: WorkingOrder): void {
    order.asleep = false;
    if (order.triggered) this.#work(order);
  }

  /** The book of an instrument has changed: every order on it, oldest first. */
  match(book: Book): void {
    for (const order of this.register.movedBy(book.instrument.conId)) if (!order.done) this.#work(order);
  }

  /** Brings an order as far as it gets now: trigger, trade, rest. */
  #work(order: WorkingOrder): void {
    if (order.waits) return;
    const book = this.#parts.books.get(order.contract.conId);
    if (book === undefined) return;
    const said = conditionsSay(order, this.#parts, this.#now);
    if (said === 'cancel') this.#withdraw(order, '');
    if (said !== 'go') return;
    this.#trail(order);
    if (!this.#triggered(order, book)) return;
    const siblings = order.parent === undefined ? [] : this.register.childrenOf(order.parent);
    const there = offer(order, book, workingSize(order, siblings));
    if (order.tif === 'FOK' && (there?.size ?? 0) < order.remaining) {
      this.#withdraw(order, 'FOK order, it cannot be filled as a whole');
      return;
    }
    if (there !== undefined && this.#fill(order, book, there.price, there.size)) return;
    if (order.tif === 'IOC') {
      this.#withdraw(order, 'IOC order, the rest is not available');
      return;
    }
    if (order.status === 'PreSubmitted') {
      order.status = 'Submitted';
      this.#parts.news.state(order);
    }
    order.rested = true;
  }

  /** Whether an order trades now. A stop that meets its price in this book does from here on, and its owner is told. */
  #triggered(order: WorkingOrder, book: Book): boolean {
    if (!order.triggered && stopMet(order, book)) {
      order.triggered = true;
      if (order.status === 'PreSubmitted') order.status = 'Submitted';
      this.#parts.news.state(order);
    }
    return order.triggered;
  }

  /** A trailing stop begins to trail when it is accepted, that of a bracket with its parent's first fill, a conditional one when it may go. */
  #trail(order: WorkingOrder): void {
    if (order.type !== 'TRAIL' || order.triggered || !order.activated || order.awaits) return;
    const book = this.#parts.books.get(order.contract.conId);
    if (book !== undefined) trail(order, book);
  }

  /** True when nothing of the order is left to do. */
  #fill(order: WorkingOrder, book: Book, price: Price, quantity: Quantity): boolean {
    book.consume(order.action, quantity);
    this.#execute(order, price, quantity);
    return order.done;
  }

  #execute(order: WorkingOrder, price: Price, quantity: Quantity): Fill {
    const { news } = this.#parts;
    const before = order.remaining;
    const fill = this.#booking.execute(order, price, quantity, this.#now);
    if (order.remaining === 0) this.#finish(order, 'Filled', `Filled Size: ${String(order.filled / 10_000)}`);
    else if (order.status === 'PreSubmitted') order.status = 'Submitted';
    news.executed(fill);
    news.state(order);
    news.charged(order, fill);
    news.holding(order.contract);
    this.#settleLinked(order, quantity, before);
    return fill;
  }

  /**
   * An execution that the book knows nothing of: after the order was cancelled, or of more than it asked for. Without a price
   * at its limit, or else at the last trade; undefined when there is neither.
   */
  executeAnyway(permId: number, quantity: Quantity, price?: Price): Fill | undefined {
    const order = this.#order(permId);
    if (order === undefined || quantity <= 0) return undefined;
    const at = price ?? order.limit ?? this.#parts.books.get(order.contract.conId)?.mark;
    return at === undefined ? undefined : this.#execute(order, at, quantity);
  }

  #order(permId: number): WorkingOrder | undefined {
    const order = this.#parts.ledger.orders.find((one) => one.permId === permId);
    return order instanceof WorkingOrder ? order : undefined;
  }

  /** Corrects an execution, or busts it with a quantity of zero. Silent: the position alone tells. */
  correct(fill: Fill, price: Price, quantity: Quantity, silent: boolean): Fill | undefined {
    const order = this.#order(fill.permId);
    if (order === undefined) return undefined;
    const before = order.remaining;
    const now = this.#booking.correct(order, fill, price, quantity, this.#now);
    // An order of which nothing is left works no longer.
    const completed = !order.done && order.remaining === 0;
    if (completed) this.#finish(order, 'Filled', `Filled Size: ${String(order.filled / 10_000)}`);
    if (!silent) this.#parts.news.corrected(order, now);
    if (completed) this.#parts.news.state(order);
    this.#parts.news.holding(order.contract);
    if (completed) this.#settleLinked(order, before, before);
    return now;
  }

  /** A fill changes what others of its OCA group, its siblings and its children may do. */
  #settleLinked(order: WorkingOrder, filled: number, before: number): void {
    if (order.ocaGroup !== '') {
      for (const sibling of this.register.active()) {
        if (sibling !== order && !sibling.done && sibling.ocaGroup === order.ocaGroup)
          this.#limit(sibling, ocaRest(sibling, order.ocaType, filled, before));
      }
    } else if (order.parent !== undefined) {
      const siblings = this.register.childrenOf(order.parent);
      for (const sibling of siblings) if (sibling !== order && sibling.ocaGroup === '') this.#limit(sibling, childLimit(sibling, siblings));
    }
    for (const child of this.register.childrenOf(order)) if (!child.done && child.transmitted) this.#settleChild(child, order, filled);
  }

  #settleChild(child: WorkingOrder, parent: WorkingOrder, filled: number): void {
    // Made smaller before it filled, the parent leaves no more than it has opened: what a child trades is what it says.
    if (parent.done) this.#limit(child, childLimit(child, this.register.childrenOf(parent)));
    this.#trail(child);
    if (parent.filled === filled && !child.triggered) this.#parts.news.state(child);
    this.#work(child);
  }

  /** Cuts an order down to `rest`; nothing left means cancelled. */
  #limit(order: WorkingOrder, rest: number): void {
    if (order.done || rest >= order.remaining) return;
    if (rest <= 0) {
      this.#withdraw(order, '');
      return;
    }
    order.quantity = trustedQuantity(order.filled + rest);
    if (order.transmitted) this.#parts.news.state(order);
  }

  // —— client 0 —————————————————————————————————————————————————————————————————————————————

  /** Gives every order typed into TWS its negative id. */
  bindManualOrders(): void {
    for (const order of this.register.active()) this.bind(order);
  }

  bind(order: WorkingOrder): void {
    if (order.orderId !== 0 || order.done) return;
    this.register.bind(order);
    this.#parts.news.bound(order);
  }
}
