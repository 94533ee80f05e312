import type { OrderRef } from '#domain/ids';
import type { OrderLeg } from '#domain/order';
import type { Quantity } from '#domain/quantity';

/**
 * C-23, after the Knight loss: orders out = orders approved. Counts what risk approved and, independently, the frames that left the
 * socket; each approved leg may leave once, with exactly its quantity.
 */
export class OrdersOutCheck {
  readonly #approved = new Map<OrderRef, Quantity>();
  readonly #left = new Set<OrderRef>();
  /** Sent by an earlier run: the first change of one looks like a first order on the wire. */
  readonly #adopted = new Set<OrderRef>();
  #approvedQuantity = 0;
  #leftQuantity = 0;

  approve(legs: readonly OrderLeg[]): void {
    for (const leg of legs) {
      this.#approved.set(leg.ref, leg.quantity);
      this.#approvedQuantity += leg.quantity;
    }
  }

  /** New terms under a reference that has left (or that an earlier run sent). The sums count orders, not changes. */
  amend({ ref, quantity }: OrderLeg): void {
    if (!this.#left.has(ref)) this.#adopted.add(ref);
    this.#approved.set(ref, quantity);
    this.#left.add(ref);
  }

  /** The change did not leave after all. */
  forgetChange(ref: OrderRef): void {
    this.#adopted.delete(ref);
  }

  /** Approvals of orders that did not leave are void: a frame that comes all the same has none. */
  withdraw(refs: readonly OrderRef[]): void {
    for (const ref of refs) {
      const quantity = this.#approved.get(ref);
      if (quantity === undefined || this.#left.has(ref)) continue;
      this.#approved.delete(ref);
      this.#approvedQuantity -= quantity;
    }
  }

  /** Undefined when the frame matches an approval not yet used; otherwise the sentence that belongs to the kill. */
  frame(ref: OrderRef | undefined, quantity: Quantity, modify: boolean): string | undefined {
    if (ref === undefined) return 'An order frame without a reference left the program; no approval exists for it.';
    const approved = this.#approved.get(ref);
    if (approved === undefined) return `An order frame ${ref} left the program without an approval.`;
    if (approved !== quantity) return `Order ${ref} left with another quantity than approved.`;
    if (this.#left.has(ref) && !modify) return this.#adopted.delete(ref) ? undefined : `Order ${ref} left the program twice.`;
    if (modify) return undefined;
    this.#left.add(ref);
    this.#leftQuantity += quantity;
    return undefined;
  }

  /** Its bytes were counted: whatever else is believed of it, it is out. */
  hasLeft(ref: OrderRef): boolean {
    return this.#left.has(ref);
  }

  totals(): { readonly approved: number; readonly left: number; readonly approvedQuantity: number; readonly leftQuantity: number } {
    return {
      approved: this.#approved.size,
      left: this.#left.size,
      approvedQuantity: this.#approvedQuantity,
      leftQuantity: this.#leftQuantity,
    };
  }
}
