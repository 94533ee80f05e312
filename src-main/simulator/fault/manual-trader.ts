import { mulDiv } from '#domain/decimal';
import { type Price, priceOf, roundToTick } from '#domain/price';
import { QUANTITY_SCALE, units } from '#domain/quantity';
import { plus, scale, timesRatio } from '#domain/scaled';
import type { OrderView } from '#simulator/model/order-view';
import { type OrderChanges, type OrderTerms, WorkingOrder } from '#simulator/engine/working-order';
import type { Gateway } from '#simulator/gateway/gateway';
import { Random } from '#simulator/model/random';
import { type ExtraTerms, NO_EXTRAS } from '#simulator/model/extra-terms';
import { ScriptRun, type Step } from './script-run.ts';

const CENT = priceOf(0.01);

/** An order as a person types it. Prices and quantity in domain integers; DAY unless said. */
export type ManualOrder = Pick<OrderTerms, 'action' | 'type' | 'quantity'> &
  Partial<Pick<OrderTerms, 'limit' | 'stop' | 'trailBy' | 'trailPercent' | 'tif' | 'outsideRth' | 'conditions'>> & {
    /** What else a person may say of it: an iceberg, an algorithm, a date … */
    readonly extras?: Partial<ExtraTerms>;
    readonly symbol: string;
  };

/** An order that works, by its permId, or as the n-th newest (0 is the newest) of those placed by hand, or of those that clients placed. */
export type Which = { readonly permId: number } | { readonly by: 'hand' | 'api'; readonly newest: number };

/** One thing a person does in TWS. `cents` moves the limit and the stop of an order, `percent` is how much of a position to close. */
export type ManualAction =
  | { readonly do: 'place'; readonly order: ManualOrder }
  | { readonly do: 'move'; readonly which: Which; readonly cents: number }
  | { readonly do: 'resize'; readonly which: Which; readonly units: number }
  | { readonly do: 'cancel'; readonly which: Which }
  | { readonly do: 'cancel-all' }
  | { readonly do: 'close'; readonly symbol: string; readonly percent: number }
  | { readonly do: 'confirm'; readonly which: Which };

/** A person at TWS's own screen, who shares the account with its API clients and may touch everybody's orders. */
export class ManualTrader {
  readonly #gateway: Gateway;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /**
   * The order belongs to client 0 under order id 0. It gets a negative id when client 0 asks for open orders, or at once when
   * client 0 has asked for automatic binding. Throws for a symbol that is not traded here.
   */
  place(wish: ManualOrder): OrderView {
    const { exchange, account } = this.#gateway;
    const contract = this.#gateway.listing.bySymbol(wish.symbol);
    if (contract === undefined) throw new Error(`the simulator does not trade ${wish.symbol}`);
    const order = exchange.placeByHand({
      account: account.id,
      contract,
      action: wish.action,
      type: wish.type,
      tif: wish.tif ?? 'DAY',
      quantity: wish.quantity,
      limit: wish.limit,
      stop: wish.stop,
      trailBy: wish.trailBy,
      trailPercent: wish.trailPercent,
      outsideRth: wish.outsideRth ?? false,
      orderRef: '',
      ocaGroup: '',
      ocaType: 0,
      parentId: 0,
      triggerMethod: 0,
      conditions: wish.conditions,
      extras: { ...NO_EXTRAS, ...wish.extras },
    });
    if (this.#gateway.bindsManualOrders) exchange.bind(order);
    return order;
  }

  /** Changes any order that works; its owner hears of it. False when there is none, or not that much of it left. */
  modify(which: Which, changes: Partial<OrderChanges>): boolean {
    const order = this.#find(which);
    return order !== undefined && this.#gateway.exchange.changeByHand(order, changes);
  }

  /** Cancels any order that works; its owner hears of it. */
  cancel(which: Which): boolean {
    const order = this.#find(which);
    if (order === undefined || order.status === 'PendingCancel') return false;
    this.#gateway.exchange.cancelOrder(order);
    return true;
  }

  cancelAll(): void {
    this.#gateway.exchange.cancelAll();
  }

  /** Closes a position, or so many per cent of it in whole units, at the market. Undefined when there is nothing to close. */
  close(symbol: string, percent = 100): OrderView | undefined {
    const contract = this.#gateway.listing.bySymbol(symbol);
    const held = contract === undefined ? 0 : (this.#gateway.ledger.position(contract.conId)?.quantity ?? 0);
    const lots = Math.floor(mulDiv(Math.abs(held), percent, 100) / QUANTITY_SCALE);
    if (lots <= 0) return undefined;
    return this.place({ symbol, action: held > 0 ? 'SELL' : 'BUY', type: 'MKT', quantity: units(lots) });
  }

  /** Says yes to an order that waits, Inactive, for that. */
  confirm(which: Which): boolean {
    const order = this.#find(which);
    return order !== undefined && this.#gateway.exchange.confirm(order);
  }

  /** Plays a script; what cannot be done is passed over, as a person would. */
  run(script: readonly Step<ManualAction>[]): ScriptRun<ManualAction> {
    return new ScriptRun(this.#gateway, script, (action) => this.#do(action));
  }

  #find(which: Which): WorkingOrder | undefined {
    const working = this.#gateway.exchange.register.active().filter((one) => !one.done);
    if ('permId' in which) return working.find((one) => one.permId === which.permId);
    const fits = working.filter((one) => (one.clientId === 0 && one.orderId <= 0) === (which.by === 'hand'));
    return fits[fits.length - 1 - which.newest];
  }

  #do(action: ManualAction): void {
    switch (action.do) {
      case 'place':
        return void this.place(action.order);
      case 'move': {
        const order = this.#find(action.which);
        if (order !== undefined) this.modify(action.which, moved(order, action.cents));
        return;
      }
      case 'resize':
        return void this.modify(action.which, { quantity: units(action.units) });
      case 'cancel':
        return void this.cancel(action.which);
      case 'cancel-all':
        this.cancelAll();
        return;
      case 'close':
        return void this.close(action.symbol, action.percent);
      case 'confirm':
        return void this.confirm(action.which);
    }
  }
}

function moved(order: OrderView, cents: number): Partial<OrderChanges> {
  const by = (price: Price): Price => roundToTick(plus(price, scale(CENT, cents)), order.contract.minTick, 'nearest');
  return {
    ...(order.limit === undefined ? {} : { limit: by(order.limit) }),
    ...(order.stop === undefined ? {} : { stop: by(order.stop) }),
  };
}

export interface ManualScope {
  /** What the person trades, and about what price that has (1e-6). */
  readonly symbols: readonly { readonly symbol: string; readonly price: Price }[];
  /** All of it happens within so many ms after the start; ten minutes when unset. */
  readonly spanMs?: number;
}

/** A restless person from a seed: `length` steps, the same for the same seed and scope. */
export function randomManualScript(seed: number, length: number, scope: ManualScope): readonly Step<ManualAction>[] {
  const chance = new Random(seed ^ 0x1f123bb5);
  const spanMs = scope.spanMs ?? 600_000;
  return Array.from({ length }, () => {
    const after = chance.between(0, spanMs);
    const listed = scope.symbols[chance.between(0, scope.symbols.length - 1)];
    if (listed === undefined) throw new Error('a manual trader needs a symbol');
    return { when: { after }, do: randomAct(chance, listed) };
  });
}

function randomAct(chance: Random, { symbol, price }: ManualScope['symbols'][number]): ManualAction {
  const die = chance.between(1, 10);
  const which: Which = { by: chance.chance(0.7) ? 'hand' : 'api', newest: chance.between(0, 2) };
  if (die <= 5) {
    const type = chance.chance(0.3) ? 'MKT' : 'LMT';
    const limit = roundToTick(timesRatio(price, chance.between(9_950, 10_050), 10_000), CENT, 'nearest');
    const quantity = units(chance.between(1, 5) * 100);
    const action = chance.chance(0.5) ? 'BUY' : 'SELL';
    return { do: 'place', order: { symbol, action, type, quantity, ...(type === 'LMT' ? { limit } : {}) } };
  }
  if (die === 6) return { do: 'move', which, cents: chance.between(-20, 20) };
  if (die === 7) return { do: 'resize', which, units: chance.between(1, 6) * 100 };
  if (die === 8) return { do: 'close', symbol, percent: [25, 50, 100][chance.between(0, 2)] ?? 100 };
  return die === 9 && chance.chance(0.1) ? { do: 'cancel-all' } : { do: 'cancel', which };
}
