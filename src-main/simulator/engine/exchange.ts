import { notional } from '#domain/money';
import type { Price } from '#domain/price';
import type { Quantity } from '#domain/quantity';
import type { Book } from '../market/book.ts';
import type { Listing } from '../market/instrument.ts';
import type { PlaceOrder } from '../wire/place-order.ts';
import type { Account } from './account.ts';
import { commissionSoFar } from './commission.ts';
import type { ExchangeNews, OrderScript } from './exchange-news.ts';
import type { Ledger } from './ledger.ts';
import { childLimit, ocaRest, offer, stopMet, workingSize } from './matching.ts';
import { type Checked, checkOrder } from './order-check.ts';
import { OrderRegister } from './order-register.ts';
import type { SessionRule } from './session-rule.ts';
import { type OrderTerms, WorkingOrder } from './working-order.ts';

export interface ExchangeParts {
  readonly account: Account;
  readonly ledger: Ledger;
  readonly listing: Listing;
  readonly books: ReadonlyMap<number, Book>;
  readonly news: ExchangeNews;
  readonly script: OrderScript;
  readonly session: SessionRule;
  readonly firstOrderId: number;
}

/**
 * The broker and its market in one: takes orders, holds and links them, matches them against the books, and says what
 * happened. No sockets, no timers: time is what `advance` and `tick` bring.
 */
export class Exchange {
  readonly register: OrderRegister;
  readonly #parts: ExchangeParts;
  #now: number;
  #executions = 0;
  /** Until then no session opens or closes, so that time passes cheaply. */
  #nextBorder: number;

  constructor(parts: ExchangeParts, now: number) {
    this.#parts = parts;
    this.#now = now;
    this.#nextBorder = parts.session.nextBorder(now);
    this.register = new OrderRegister(parts.firstOrderId);
  }

  get now(): number {
    return this.#now;
  }

  // —— placing ——————————————————————————————————————————————————————————————————————————————

  place(placed: PlaceOrder, clientId: number): void {
    const { listing, account } = this.#parts;
    const existing = this.register.find(clientId, placed.orderId);
    const checked = checkOrder(placed, clientId, account.id, listing.find(placed.contract), existing !== undefined);
    if (existing !== undefined) {
      this.#modify(existing, placed, checked);
      return;
    }
    if (!checked.ok) {
      this.#record(placed, clientId, 'refused');
      this.#parts.news.refused(clientId, placed.orderId, checked.refusal.code, checked.refusal.text);
      return;
    }
    if (!this.register.claim(clientId, placed.orderId)) {
      this.#record(placed, clientId, 'refused');
      this.#parts.news.refused(clientId, placed.orderId, 103, 'Duplicate order id');
      return;
    }
    this.#enter(checked.terms, placed);
  }

  #enter(terms: OrderTerms, placed: PlaceOrder): void {
    const { news } = this.#parts;
    const parent = terms.parentId === 0 ? undefined : this.register.find(terms.clientId, terms.parentId);
    if (terms.parentId !== 0 && (parent === undefined || parent.done)) {
      this.#record(placed, terms.clientId, 'refused');
      news.refused(terms.clientId, terms.orderId, 10_006, 'Missing parent order.');
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
    const family =
      parent === undefined ? [order] : [parent, ...this.register.childrenOf(parent)].filter((one) => one === order || !one.transmitted);
    const accepted = family.filter((one) => this.#accept(one));
    for (const one of accepted) this.#work(one);
  }

  /** TWS acknowledges; false when it rejects (error 201, then Inactive). */
  #accept(order: WorkingOrder): boolean {
    const { ledger, news, script, session } = this.#parts;
    if (order.type === 'MKT' && order.outsideRth) {
      order.outsideRth = false;
      news.refused(
        order.clientId,
        order.orderId,
        2109,
        'Order Event Warning:Attribute "Outside Regular Trading Hours" is ignored based on the order type and destination. PlaceOrder is now being processed.',
      );
    }
    order.status = 'PreSubmitted';
    order.expiresAt = order.tif === 'GTC' ? Infinity : session.expiry(this.#now, order.outsideRth);
    order.asleep = !session.isOpen(this.#now, order.outsideRth);
    ledger.recordOrder(order);
    this.register.activate(order);
    news.state(order);
    const reason = order.parent?.done === true ? 'The parent order was rejected' : (script.rejectReason() ?? this.#marginObjection(order));
    if (reason !== undefined) {
      news.refused(order.clientId, order.orderId, 201, `Order rejected - reason:${reason}`);
      this.#finish(order, 'Inactive', 'Inactive');
      news.state(order);
      return false;
    }
    if (order.asleep && order.activated) {
      const text = `Order Message:\n${order.action} ${String(order.quantity / 10_000)} ${order.contract.symbol} ${order.contract.primaryExchange}\nWarning: your order will not be placed at the exchange until ${session.opensText(this.#now, order.outsideRth)}`;
      news.refused(order.clientId, order.orderId, 399, text);
    }
    return true;
  }

  #marginObjection(order: WorkingOrder): string | undefined {
    if (order.parent !== undefined) return undefined;
    const preview = this.#parts.account.preview(order);
    if (preview === undefined || preview.after.initial <= preview.before.initial || preview.after.initial <= preview.after.equity)
      return undefined;
    return 'YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR EQUITY WITH LOAN VALUE MUST EXCEED THE INITIAL MARGIN';
  }

  #modify(order: WorkingOrder, placed: PlaceOrder, checked: Checked): void {
    const refuse = (code: number, text: string): void => {
      this.#record(placed, order.clientId, 'refused');
      this.#parts.news.refused(order.clientId, order.orderId, code, text);
    };
    if (order.status === 'Filled') {
      refuse(104, 'Cannot modify a filled order.');
      return;
    }
    if (order.done) {
      refuse(103, 'Duplicate order id');
      return;
    }
    if (order.status === 'PendingCancel') {
      refuse(2102, 'Unable to modify this order as it is still being processed.');
      return;
    }
    if (!checked.ok) {
      refuse(checked.refusal.code, checked.refusal.text);
      return;
    }
    const { terms } = checked;
    if (terms.contract !== order.contract || terms.action !== order.action || terms.type !== order.type || terms.quantity <= order.filled) {
      refuse(105, 'Order being modified does not match original order.');
      return;
    }
    if (terms.parentId !== 0 && order.parent?.status === 'Filled') {
      refuse(135, `Can't find order with id = ${terms.parentId}`);
      return;
    }
    this.#record(placed, order.clientId, 'modify');
    order.quantity = terms.quantity;
    order.limit = terms.limit;
    order.stop = terms.stop;
    order.tif = terms.tif;
    order.outsideRth = terms.outsideRth;
    if (!order.transmitted) {
      if (terms.transmit) this.#transmit(order);
      return;
    }
    order.expiresAt = order.tif === 'GTC' ? Infinity : this.#parts.session.expiry(this.#now, order.outsideRth);
    order.asleep = !this.#parts.session.isOpen(this.#now, order.outsideRth);
    this.#parts.news.state(order);
    this.#work(order);
  }

  #record(placed: PlaceOrder, clientId: number, kind: 'new' | 'modify' | 'what-if' | 'refused'): void {
    this.#parts.ledger.recordPlacement({ clientId, orderId: placed.orderId, orderRef: placed.orderRef, kind, at: this.#now });
  }

  // —— cancelling ———————————————————————————————————————————————————————————————————————————

  cancel(clientId: number, orderId: number): void {
    const { news } = this.#parts;
    const order = this.register.find(clientId, orderId);
    if (order === undefined) {
      news.refused(clientId, orderId, 10_147, `OrderId ${orderId} that needs to be cancelled is not found.`);
      return;
    }
    if (order.done) {
      news.refused(clientId, orderId, 10_148, `OrderId ${orderId} that needs to be cancelled cannot be cancelled, state: ${order.status}.`);
      return;
    }
    if (order.status === 'PendingCancel') {
      news.refused(clientId, orderId, 161, `Cancel attempted when order is not in a cancellable state.  Order permId =${order.permId}`);
      return;
    }
    this.cancelOrder(order);
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
    for (const child of this.register.childrenOf(order)) this.#limit(child, childLimit(child, this.register.childrenOf(order)));
  }

  #finish(order: WorkingOrder, status: 'Cancelled' | 'Inactive' | 'Filled', text: string): void {
    order.status = status;
    order.completedAt = this.#now;
    order.completedStatus = text;
    order.asleep = false;
    this.register.retire(order);
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
    const orders = this.register.activeOn(book.instrument.conId);
    if (orders === undefined) return;
    for (const order of [...orders]) if (!order.done) this.#work(order);
  }

  /** Brings an order as far as it gets now: trigger, trade, rest. */
  #work(order: WorkingOrder): void {
    const { news } = this.#parts;
    if (order.done || order.asleep || !order.activated) return;
    const book = this.#parts.books.get(order.contract.conId);
    if (book === undefined) return;
    if (!order.triggered && stopMet(order, book)) {
      order.triggered = true;
      if (order.status === 'PreSubmitted') order.status = 'Submitted';
      news.state(order);
    }
    if (!order.triggered) return;
    const siblings = order.parent === undefined ? [] : this.register.childrenOf(order.parent);
    const there = offer(order, book, workingSize(order, siblings));
    if (there !== undefined && this.#fill(order, book, there.price, there.size)) return;
    if (order.tif === 'IOC') {
      this.#withdraw(order, 'IOC order, the rest is not available');
      return;
    }
    if (order.status === 'PreSubmitted') {
      order.status = 'Submitted';
      news.state(order);
    }
    order.rested = true;
  }

  /** True when nothing of the order is left to do. */
  #fill(order: WorkingOrder, book: Book, price: Price, quantity: Quantity): boolean {
    const { ledger, news } = this.#parts;
    const before = order.remaining;
    book.consume(order.action, quantity);
    order.filled = (order.filled + quantity) as Quantity;
    order.filledNotional += notional(price, quantity, order.contract.multiplier);
    order.lastFillPrice = price;
    const commission = commissionSoFar(order.contract.secType, order.filled, order.filledNotional) - order.commission;
    order.commission += commission;
    const booked = ledger.book(order.contract, order.action, quantity, price, commission);
    const fill = {
      execId: `0000e0d5.${(0x65000000 + ++this.#executions).toString(16)}.01.01`,
      at: this.#now,
      account: order.account,
      contract: order.contract,
      side: order.action,
      quantity,
      price,
      permId: order.permId,
      orderId: order.orderId,
      clientId: order.clientId,
      orderRef: order.orderRef,
      cumQuantity: order.filled,
      cumNotional: order.filledNotional,
      resting: order.rested,
      commission,
      ...booked,
    };
    ledger.recordFill(fill);
    if (order.remaining === 0) this.#finish(order, 'Filled', `Filled Size: ${String(order.quantity / 10_000)}`);
    else if (order.status === 'PreSubmitted') order.status = 'Submitted';
    news.executed(fill);
    news.state(order);
    news.charged(order, fill);
    news.holding(order.contract);
    this.#settleFamily(order, quantity, before);
    return order.done;
  }

  /** A fill changes what others of its OCA group, its siblings and its children may do. */
  #settleFamily(order: WorkingOrder, filled: number, before: number): void {
    if (order.ocaGroup !== '') {
      for (const sibling of this.register.active()) {
        if (sibling !== order && !sibling.done && sibling.ocaGroup === order.ocaGroup)
          this.#limit(sibling, ocaRest(sibling, order.ocaType, filled, before));
      }
    } else if (order.parent !== undefined) {
      const siblings = this.register.childrenOf(order.parent);
      for (const sibling of siblings) if (sibling !== order && sibling.ocaGroup === '') this.#limit(sibling, childLimit(sibling, siblings));
    }
    for (const child of this.register.childrenOf(order)) {
      if (child.done || !child.transmitted) continue;
      const woken = order.filled === filled;
      if (woken && !child.triggered) this.#parts.news.state(child);
      this.#work(child);
    }
  }

  /** Cuts an order down to `rest`; nothing left means cancelled. */
  #limit(order: WorkingOrder, rest: number): void {
    if (order.done || rest >= order.remaining) return;
    if (rest <= 0) {
      this.#withdraw(order, '');
      return;
    }
    order.quantity = (order.filled + rest) as Quantity;
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
