import { notional } from '#domain/money';
import type { Price } from '#domain/price';
import type { Quantity } from '#domain/quantity';
import { minus, plus } from '#domain/scaled';
import { commissionSoFar } from './commission.ts';
import type { Fill } from '#simulator/model/fill';
import type { Ledger } from './ledger.ts';
import type { WorkingOrder } from './working-order.ts';

/** Where executions are booked: on the order, in the ledger, with commission and execution id. It tells nobody. */
export class FillBooking {
  readonly #ledger: Ledger;
  #executions = 0;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  execute(order: WorkingOrder, price: Price, quantity: Quantity, at: number): Fill {
    order.filled = plus(order.filled, quantity);
    order.filledNotional += notional(price, quantity, order.contract.multiplier);
    order.lastFillPrice = price;
    const commission = commissionSoFar(order.contract.secType, order.filled, order.filledNotional) - order.commission;
    order.commission += commission;
    const booked = this.#ledger.book(order.contract, order.action, quantity, price, commission);
    const fill = {
      execId: `0000e0d5.${(0x65000000 + ++this.#executions).toString(16)}.01.01`,
      at,
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
    this.#ledger.recordFill(fill);
    return fill;
  }

  /**
   * The exchange corrects an execution: another price, or fewer or more shares; a quantity of zero is a bust. Commission stays
   * what it was, a busted execution costs nothing. The id is that of the old one but for its last two digits.
   */
  correct(order: WorkingOrder, was: Fill, price: Price, quantity: Quantity, at: number): Fill {
    const { multiplier } = order.contract;
    const commission = quantity === 0 ? 0 : was.commission;
    order.filled = minus(plus(order.filled, quantity), was.quantity);
    order.filledNotional += notional(price, quantity, multiplier) - notional(was.price, was.quantity, multiplier);
    order.commission += commission - was.commission;
    const version = Number(was.execId.slice(-2)) + 1;
    const execId = `${was.execId.slice(0, -2)}${String(version).padStart(2, '0')}`;
    return this.#ledger.amend(was, { ...was, execId, price, quantity, commission }, at);
  }
}
