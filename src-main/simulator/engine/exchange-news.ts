import type { Instrument } from '#simulator/model/instrument';
import type { Fill } from '#simulator/model/fill';
import type { Refusal } from './order-check.ts';
import type { OrderView, Tif } from '#simulator/model/order-view';

/** What the exchange has to say, in the order in which it happens. The gateway turns it into messages for clients. */
export interface ExchangeNews {
  /** openOrder and orderStatus. */
  state(order: OrderView): void;
  /** orderStatus alone. */
  status(order: OrderView): void;
  executed(fill: Fill): void;
  /** The last word on a completed order with its commission (openOrder), then the commission report. */
  charged(order: OrderView, fill: Fill): void;
  /** A correction or a bust of an execution told before. */
  corrected(order: OrderView, fill: Fill): void;
  refused(clientId: number, orderId: number, code: number, text: string): void;
  bound(order: OrderView): void;
  preview(order: OrderView, preview: Preview): void;
  holding(contract: Instrument): void;
}

/** What-if figures, in 1e-6: initial and maintenance margin and equity before and after, and the commission. */
export interface Preview {
  readonly before: { readonly initial: number; readonly maintenance: number; readonly equity: number };
  readonly after: { readonly initial: number; readonly maintenance: number; readonly equity: number };
  readonly commission: number;
}

/** Where a fault script meddles with orders. The default never does. */
export interface OrderScript {
  /** A reason to reject the next acceptance with error 201, taken once. */
  rejectReason(): string | undefined;
  /** An error that answers the next placement, change or cancel; nothing else comes of it. Taken once. */
  refusal(what: 'new' | 'modify' | 'cancel'): Refusal | undefined;
  /** The account may not trade it (203). */
  forbids(conId: number): boolean;
  /** There is nothing to borrow: a short sale is held (404). */
  hardToBorrow(conId: number): boolean;
  /** The next accepted order waits, Inactive, for a person to confirm it. Taken once. */
  parksNext(): boolean;
  /** TWS's order preset, which overrules the time in force that was sent (10349); undefined when there is none. */
  readonly tifPreset: Tif | undefined;
  /** The next bracket of this client loses its children as it is transmitted. Taken once. */
  losesChildren(clientId: number): boolean;
  /** While true, cancelled orders stay PendingCancel. */
  readonly holdCancels: boolean;
  /** A cancelled parent takes all its children along; otherwise those of what it has filled stay. Both were seen at IB. */
  readonly takesChildren: boolean;
}
