import type { OrderScript } from '../engine/exchange-news.ts';
import type { Refusal } from '../engine/order-check.ts';
import type { Tif } from '#simulator/model/order-view';

/** What a fault script may do to orders and to what is said about them. Nothing is armed at first. */
export class OrderFaults implements OrderScript {
  holdCancels = false;
  takesChildren = false;
  tifPreset: Tif | undefined;
  /** While true, everything said about orders waits; see OrderReports.release. */
  holdReports = false;
  readonly #rejections: string[] = [];
  #dropsLeft = 0;
  readonly #refusals: { readonly what: 'new' | 'modify' | 'cancel'; readonly refusal: Refusal }[] = [];
  readonly forbidden = new Set<number>();
  readonly noShares = new Set<number>();
  #parksLeft = 0;
  /** Clients whose next bracket loses its children, and what else happens then. */
  readonly #childless = new Map<number, () => void>();
  /** Placements that arrive and are forgotten, by client. */
  readonly #swallows = new Map<number, number>();

  /** The next placement, change or cancel is answered with this error and with nothing else. `%` in the text becomes the order id. */
  refuseNext(what: 'new' | 'modify' | 'cancel', refusal: Refusal): void {
    this.#refusals.push({ what, refusal });
  }

  /** The next accepted order is Inactive until a person confirms it. */
  parkNext(): void {
    this.#parksLeft++;
  }

  /** The next bracket of this client arrives without its children; then `also` happens. */
  loseChildren(clientId: number, also: () => void): void {
    this.#childless.set(clientId, also);
  }

  /** The next `count` placements of this client, changes included, are never seen by anybody. */
  swallow(clientId: number, count: number): void {
    this.#swallows.set(clientId, (this.#swallows.get(clientId) ?? 0) + count);
  }

  /** Nothing is armed any more. Orders that are parked or wait for shares stay so. */
  clear(): void {
    this.#rejections.length = 0;
    this.#refusals.length = 0;
    this.#dropsLeft = this.#parksLeft = 0;
    this.#childless.clear();
    this.#swallows.clear();
    this.forbidden.clear();
    this.tifPreset = undefined;
    this.takesChildren = false;
  }

  /** The next order that TWS would accept is rejected with error 201 and becomes Inactive. */
  rejectNext(reason: string): void {
    this.#rejections.push(reason);
  }

  /** The next accepted order is not acknowledged; it works, and its fills are told. */
  dropNextAck(): void {
    this.#dropsLeft++;
  }

  rejectReason(): string | undefined {
    return this.#rejections.shift();
  }

  refusal(what: 'new' | 'modify' | 'cancel'): Refusal | undefined {
    const index = this.#refusals.findIndex((one) => one.what === what);
    return index < 0 ? undefined : this.#refusals.splice(index, 1)[0]?.refusal;
  }

  forbids(conId: number): boolean {
    return this.forbidden.has(conId);
  }

  hardToBorrow(conId: number): boolean {
    return this.noShares.has(conId);
  }

  parksNext(): boolean {
    if (this.#parksLeft === 0) return false;
    this.#parksLeft--;
    return true;
  }

  losesChildren(clientId: number): boolean {
    const also = this.#childless.get(clientId);
    if (also === undefined) return false;
    this.#childless.delete(clientId);
    also();
    return true;
  }

  takeSwallow(clientId: number): boolean {
    const left = this.#swallows.get(clientId) ?? 0;
    if (left > 0) this.#swallows.set(clientId, left - 1);
    return left > 0;
  }

  takeDrop(): boolean {
    if (this.#dropsLeft === 0) return false;
    this.#dropsLeft--;
    return true;
  }
}
