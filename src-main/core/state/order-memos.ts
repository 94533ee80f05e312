import type { OpenOrderNews } from '#core/ports/broker';
import type { OrderKey } from '#domain/ids';
import { isTerminal, type Order, type OrderState, type Trail } from '#domain/order';
import type { Price } from '#domain/price';
import type { Quantity } from '#domain/quantity';

/** What an order says of its price and size; of a trailing one the stop is no term, because IB moves it. */
export interface Terms {
  readonly quantity: Quantity;
  readonly limit: Price | undefined;
  readonly stop: Price | undefined;
  readonly trail: Trail | undefined;
}

/** An order that has ended here and that IB names as working: the list that was asked for because of it, and what IB's word would make of it. */
export interface ReopeningDoubt {
  readonly request: number;
  readonly state: OrderState | undefined;
}

/**
 * A listing named terms that the desk has changed since: what it said of the order, the list that was asked for because of it, and what that
 * says of the order so far.
 */
interface OldTermsDoubt {
  readonly told: OpenOrderNews;
  readonly request: number;
  readonly news: OpenOrderNews | undefined;
}

/** What the desk has noticed of one order and decides by; observed, not committed. */
export interface OrderMemo {
  /** On the exchange's clock, epoch ms: when the order came into this book. */
  readonly since?: number;
  /** The date of a GTD order, if IB has told it; epoch ms. */
  readonly goodTill?: number;
  /** IB refused its cancel: what a listing says of it is true again. */
  readonly cancelRefused?: true;
  /** When IB last refused a cancel of it; epoch ms. An order lives on after that, and ends for another reason. */
  readonly cancelRefusedAt?: number;
  /** IB's code 202 came; epoch ms. */
  readonly cancelAnnouncedAt?: number;
  /** Why IB says that it cancelled it, in IB's words; for people. */
  readonly cancelWords?: string;
  /** IB's code refused it, in IB's words: its status is waited for, or its absence from the open orders. */
  readonly refusal?: string;
  /** The list of open orders that was asked for because of that code: an older one says nothing about it. */
  readonly refusalRequest?: number;
  readonly reopening?: ReopeningDoubt;
  readonly oldTerms?: OldTermsDoubt;
  /** Terms that this desk gave it, the old and the new, with the time; epoch ms. */
  readonly requested?: readonly { readonly at: number; readonly terms: readonly Terms[] }[];
  /** IB counts more filled than was told, and that is being waited out. */
  readonly gapWatched?: true;
}

type Field = keyof OrderMemo;

/** A day: whatever IB still says of an order that has ended comes within it. */
const KEPT_MS = 24 * 3_600_000;
const SWEEP_EVERY_MS = 600_000;

/**
 * One memo an order. A field is asked for by its order, or all orders that have it are, in the order in which it was first noted. A memo
 * ends a day after its order has.
 */
export class OrderMemos {
  readonly #memos = new Map<OrderKey, OrderMemo>();
  readonly #having = new Map<Field, Set<OrderKey>>();
  #sweptAt = 0;

  of(key: OrderKey): OrderMemo {
    return this.#memos.get(key) ?? {};
  }

  note<F extends Field>(key: OrderKey, field: F, value: NonNullable<OrderMemo[F]>): void {
    this.#memos.set(key, { ...this.#memos.get(key), [field]: value });
    this.#keysOf(field).add(key);
  }

  drop(key: OrderKey, field: Field): void {
    const memo = this.#memos.get(key);
    if (memo?.[field] === undefined) return;
    const { [field]: _dropped, ...rest } = memo;
    this.#memos.set(key, rest);
    this.#keysOf(field).delete(key);
  }

  dropAll(field: Field): void {
    for (const key of this.#keysOf(field)) this.drop(key, field);
  }

  /** Whoever has the field now; safe to change while it is walked through. */
  having(field: Field): readonly OrderKey[] {
    return [...this.#keysOf(field)];
  }

  /** For Diagnostics: how many orders have each field, and how many have a memo at all. */
  counts(): Readonly<Record<string, number>> {
    return {
      orders: this.#memos.size,
      ...Object.fromEntries([...this.#having].map(([field, keys]) => [field, keys.size])),
    };
  }

  /** With the timer, every ten minutes of `now` (epoch ms): forgets what ended long ago, and what never came into the book. */
  sweep(now: number, orderOf: (key: OrderKey) => Order | undefined): void {
    if (now - this.#sweptAt < SWEEP_EVERY_MS) return;
    this.#sweptAt = now;
    for (const key of [...this.#memos.keys()]) {
      const order = orderOf(key);
      if (order !== undefined && (!isTerminal(order.state) || now - order.updatedAt < KEPT_MS)) continue;
      this.#memos.delete(key);
      for (const keys of this.#having.values()) keys.delete(key);
    }
  }

  #keysOf(field: Field): Set<OrderKey> {
    let keys = this.#having.get(field);
    if (keys === undefined) {
      keys = new Set();
      this.#having.set(field, keys);
    }
    return keys;
  }
}
