import { mulDiv } from '#domain/decimal';
import { notional } from '#domain/money';
import { type Price, ZERO_PRICE } from '#domain/price';
import { type Quantity, ZERO } from '#domain/quantity';
import { minus, plus } from '#domain/scaled';
import type { Book } from '../market/book.ts';
import type { Instrument } from '#simulator/model/instrument';
import type { MarkedHolding } from '#simulator/model/holding';
import type { Preview } from './exchange-news.ts';
import { commissionSoFar } from './commission.ts';
import type { Ledger, LedgerPosition } from './ledger.ts';
import type { WorkingOrder } from './working-order.ts';

/** A quarter of what is held, long or short, as Reg-T accounts have it for ordinary stocks. */
const MARGIN_DIVISOR = 4;

export interface ProfitAndLoss {
  readonly daily: number;
  readonly unrealized: number;
  readonly realized: number;
}

interface DayStart {
  readonly netLiquidation: number;
  readonly realized: number;
  /** By contract: unrealised + realised when the day began. */
  readonly total: ReadonlyMap<number, number>;
  readonly realizedOf: ReadonlyMap<number, number>;
}

/** The account's figures from ledger and marks; amounts in 1e-6 dollar. Day figures count since the last `newDay`. */
export class Account {
  readonly id: string;
  readonly #ledger: Ledger;
  readonly #books: ReadonlyMap<number, Book>;
  #dayStart: DayStart;

  constructor(id: string, ledger: Ledger, books: ReadonlyMap<number, Book>) {
    this.id = id;
    this.#ledger = ledger;
    this.#books = books;
    this.#dayStart = this.#snapshot();
  }

  newDay(): void {
    this.#dayStart = this.#snapshot();
  }

  get cash(): number {
    return this.#ledger.cash;
  }

  get netLiquidation(): number {
    return this.#ledger.cash + this.#sum((held) => held.value);
  }

  get grossPositionValue(): number {
    return this.#sum((held) => Math.abs(held.value));
  }

  get initialMargin(): number {
    return mulDiv(this.grossPositionValue, 1, MARGIN_DIVISOR);
  }

  get pnl(): ProfitAndLoss {
    const realized = this.#sum((held) => held.realized);
    return { daily: this.netLiquidation - this.#dayStart.netLiquidation, unrealized: this.#sum((held) => held.unrealized), realized };
  }

  /** Contracts held now, and those traded today. */
  get holdings(): readonly MarkedHolding[] {
    return this.#ledger.positions.map((held) => this.#marked(held));
  }

  holding(conId: number): MarkedHolding | undefined {
    const held = this.#ledger.position(conId);
    return held === undefined ? undefined : this.#marked(held);
  }

  dailyOf(held: MarkedHolding): number {
    const { conId } = held.contract;
    const total = held.unrealized + held.realized + (this.#dayStart.realizedOf.get(conId) ?? 0);
    return total - (this.#dayStart.total.get(conId) ?? 0);
  }

  /** What the account would look like with this order filled at its likely price. Undefined when there is no price at all. */
  preview(order: WorkingOrder): Preview | undefined {
    const price = this.#likelyPrice(order);
    if (price === undefined) return undefined;
    const held = this.#ledger.position(order.contract.conId)?.quantity ?? ZERO;
    const next = order.action === 'BUY' ? plus(held, order.quantity) : minus(held, order.quantity);
    const value = (quantity: Quantity): number => Math.abs(notional(price, quantity, order.contract.multiplier));
    const initial = this.initialMargin;
    const after = initial + mulDiv(value(next) - value(held), 1, MARGIN_DIVISOR);
    const commission = commissionSoFar(order.contract.secType, order.quantity, value(order.quantity));
    const equity = this.netLiquidation;
    return {
      before: { initial, maintenance: initial, equity },
      after: { initial: after, maintenance: after, equity: equity - commission },
      commission,
    };
  }

  #likelyPrice(order: WorkingOrder): Price | undefined {
    const book = this.#books.get(order.contract.conId);
    return order.limit ?? order.stop ?? book?.against(order.action)?.price ?? book?.mark;
  }

  #marked(held: LedgerPosition): MarkedHolding {
    const mark = this.#books.get(held.contract.conId)?.mark ?? ZERO_PRICE;
    const value = notional(mark, held.quantity, held.contract.multiplier);
    const realized = held.realizedNet - (this.#dayStart.realizedOf.get(held.contract.conId) ?? 0);
    return {
      contract: held.contract,
      quantity: held.quantity,
      cost: held.costNet,
      mark,
      value,
      unrealized: value - held.costNet,
      realized,
    };
  }

  #sum(figure: (held: MarkedHolding) => number): number {
    return this.#ledger.positions.reduce((sum, held) => sum + figure(this.#marked(held)), 0);
  }

  #snapshot(): DayStart {
    const total = new Map<number, number>();
    const realizedOf = new Map<number, number>();
    let netLiquidation = this.#ledger.cash;
    let realized = 0;
    for (const held of this.#ledger.positions) {
      const mark = this.#books.get(held.contract.conId)?.mark ?? ZERO_PRICE;
      const value = notional(mark, held.quantity, held.contract.multiplier);
      netLiquidation += value;
      realized += held.realizedNet;
      total.set(held.contract.conId, value - held.costNet + held.realizedNet);
      realizedOf.set(held.contract.conId, held.realizedNet);
    }
    return { netLiquidation, realized, total, realizedOf };
  }
}

export function holdingOf(
  contract: Instrument,
  held: LedgerPosition | undefined,
): { readonly contract: Instrument; readonly quantity: Quantity; readonly cost: number } {
  return { contract, quantity: held?.quantity ?? ZERO, cost: held?.costNet ?? 0 };
}
