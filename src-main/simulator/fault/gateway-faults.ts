import type { Price } from '#domain/price';
import { type Quantity, trustedQuantity, ZERO } from '#domain/quantity';
import { plus, scale } from '#domain/scaled';
import type { Fill } from '#simulator/model/fill';
import type { Tif } from '#simulator/model/order-view';
import type { WithheldFields } from '#simulator/gateway/withheld-fields';
import type { Gateway } from '#simulator/gateway/gateway';
import type { Target } from '#simulator/gateway/message-faults';
import type { TickField } from '#simulator/model/tick';
import { payload } from '#simulator/wire/figure';
import type { MessageClass } from '#simulator/wire/message-class';
import { errorMessage } from '#simulator/wire/message';

/** TWS's words for its most common notices; `%` stands for the farm. */
const NOTICES: Readonly<Record<number, string>> = {
  1100: 'Connectivity between IB and Trader Workstation has been lost.',
  1101: 'Connectivity between IB and Trader Workstation has been restored - data lost.',
  1102: 'Connectivity between IB and Trader Workstation has been restored - data maintained. All data farms are connected: usfarm; ushmds; secdefil.',
  1300: 'TWS socket port has been reset and this connection is being dropped.',
  2103: 'Market data farm connection is broken:%',
  2104: 'Market data farm connection is OK:%',
  2105: 'HMDS data farm connection is broken:%',
  2106: 'HMDS data farm connection is OK:%',
  2107: 'HMDS data farm connection is inactive but should be available upon demand.%',
  2108: 'Market data farm connection is inactive but should be available upon demand.%',
  2110: 'Connectivity between Trader Workstation and server is broken. It will be restored automatically.',
  2119: 'Market data farm is connecting:%',
  2158: 'Sec-def data farm connection is OK:%',
};

/** TWS's words for errors about orders; `%` stands for the order id. */
const REFUSALS: Readonly<Record<number, string>> = {
  104: 'Cannot modify a filled order.',
  105: 'Order being modified does not match original order.',
  110: 'The price does not conform to the minimum price variation for this contract.',
  161: 'Cancel attempted when order is not in a cancellable state.',
  200: 'No security definition has been found for the request',
  203: 'The security is not available or allowed for this account.',
  321: "Error validating request.-'bN' : cause - refused by the fault script",
  349: 'Unsupported time in force.',
  387: 'Unsupported order type for this exchange and security type.',
  460: 'No trading permissions.',
  2102: 'Unable to modify this order as it is still being processed.',
  10_147: 'OrderId % that needs to be cancelled is not found.',
  10_148: 'OrderId % that needs to be cancelled cannot be cancelled, state: Filled.',
};

/**
 * What may go wrong inside TWS and behind it: messages, market data, orders, executions. It needs no wire, so it serves a
 * gateway in memory as well. Nothing here happens by itself. Times are ms of the tape; a tape that has ended, or waits to be
 * stepped, has no time.
 */
export class GatewayFaults {
  readonly #gateway: Gateway;
  #endOutage: (() => void) | undefined;
  #namesOrders: (() => void) | undefined;
  #lateFills: (() => void)[] = [];

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /** All that is armed is disarmed, what waited happens. What was lost stays lost. */
  settle(): void {
    this.#gateway.nextIdFault = this.#gateway.accountsFault = undefined;
    this.#gateway.orderFaults.clear();
    for (const unlisten of this.#lateFills.splice(0)) unlisten();
    this.fillsTold = 'execution first';
    this.executionsWindow = Infinity;
    Object.assign(this.withheld, {
      permIdAfterMs: 0,
      listedRef: 'whole',
      foreignIdsZero: false,
      manualIdsUnset: false,
      commissionsUnset: false,
    });
    for (const one of this.#gateway.listing.all) {
      this.hardToBorrow(one.symbol, false);
      if (this.#gateway.isHalted(one.symbol)) this.halted(one.symbol, false);
    }
    this.#endOutage?.();
    this.releaseCancels();
    this.#gateway.messages.clear();
    this.releaseOrderNews();
  }

  /** After so many ms of the tape. */
  later(ms: number, act: () => void): void {
    this.#gateway.timetable.plan(this.#gateway.now + ms, act);
  }

  // —— what becomes of messages —————————————————————————————————————————————————————————————

  /** The next messages of this class never reach the wire: an openOrderEnd that never comes, a lost execution. */
  drop(what: MessageClass, client: Target = 'all', count = 1): void {
    this.#gateway.messages.rule(what, client, count, { kind: 'drop' });
  }

  /** The next messages of this class come so many ms later; other messages pass them. Gone with the connection. */
  delay(what: MessageClass, ms: number, client: Target = 'all', count = 1): void {
    this.#gateway.messages.rule(what, client, count, { kind: 'delay', ms });
  }

  /** The next messages of this class come so many times. */
  duplicate(what: MessageClass, times = 2, client: Target = 'all', count = 1): void {
    this.#gateway.messages.rule(what, client, count, { kind: 'duplicate', times });
  }

  /** In the next messages of this class every field that says `from` says `to`: a symbol of megabytes, an account with a direction mark. */
  misspell(what: MessageClass, words: { readonly from: string; readonly to: string }, client: Target = 'all', count = 1): void {
    this.rewrite(what, (text) => (text === words.from ? words.to : text), client, count);
  }

  /** The fields of the next messages of this class as `field` says them; the number of the message stays. */
  rewrite(what: MessageClass, field: (text: string, index: number) => string, client: Target = 'all', count = 1): void {
    this.#gateway.messages.rule(what, client, count, { kind: 'rewrite', field });
  }

  /** Everything to this client waits so many ms, in its order, while other clients hear theirs; a new connection waits too. */
  lag(clientId: number, ms: number): void {
    this.#gateway.messages.hold(clientId);
    this.later(ms, () => this.#gateway.messages.release(clientId));
  }

  // —— what clients hear ————————————————————————————————————————————————————————————————————

  /** A well-framed message of any fields. */
  injectFrame(clientId: number, fields: readonly (string | number)[]): void {
    this.#gateway.send(clientId, payload(...fields));
  }

  /** A connectivity or farm notice (id −1); the text is TWS's own when none is given. */
  notice(code: number, options: { readonly text?: string; readonly farm?: string; readonly target?: Target } = {}): void {
    const text = options.text ?? (NOTICES[code] ?? `Notice ${code}`).replace('%', options.farm ?? 'usfarm');
    this.#gateway.notice(code, text, typeof options.target === 'number' ? options.target : undefined);
  }

  /** A tick with any text as its price, on every line of the symbol. The exchange does not hear of it. */
  injectTick(symbol: string, field: TickField, price: string, size = '100'): void {
    const instrument = this.#gateway.listing.bySymbol(symbol);
    if (instrument !== undefined) this.#gateway.market.inject(instrument.conId, field, price, size);
  }

  /** Forces the type of all market data (1 live, 2 frozen, 3 delayed, 4 delayed frozen), told on lines that exist; undefined for the truth. */
  marketDataType(type: number | undefined): void {
    this.#gateway.market.forcedType = type;
    this.#gateway.market.retype();
  }

  /**
   * IB's servers are lost for so many ms: 1100 at once and every five seconds, no ticks, the API connections stay. Fills of
   * that time are `told` as they happen, `late` with the end of the outage, or `lost` but for reqExecutions. Orders and cancels
   * sent meanwhile are `kept` and done at the end, or `forgotten`. It ends with 1102, or with 1101 and no market data lines.
   */
  outage(options: {
    readonly ms: number;
    readonly fills?: 'told' | 'late' | 'lost';
    readonly orders?: 'kept' | 'forgotten';
    readonly back?: 1101 | 1102;
  }): void {
    if (this.#endOutage !== undefined) return;
    const { ms, fills = 'told', orders = 'kept', back = 1102 } = options;
    const { messages, hooks } = this.#gateway;
    const silenced: readonly MessageClass[] =
      fills === 'lost' ? ['ticks', 'execDetails', 'commission', 'openOrder', 'orderStatus', 'position', 'account', 'pnl'] : ['ticks'];
    for (let at = 0; at < ms; at += 5000) this.later(at, () => (this.#endOutage === end ? this.notice(1100) : undefined));
    const undo = silenced.map((what) => messages.rule(what, 'all', Infinity, { kind: 'drop' }));
    undo.push(hooks.listen(({ name, clientId }) => (name === 'connect' ? this.notice(2110, { target: clientId }) : undefined)));
    if (fills === 'late') this.holdOrderNews();
    this.#gateway.orders.disconnect();
    const end = (): void => {
      if (this.#endOutage !== end) return;
      this.#endOutage = undefined;
      for (const one of undo) one();
      if (back === 1101) this.#gateway.loseMarketData();
      this.notice(back);
      if (fills === 'late') this.releaseOrderNews();
      if (orders === 'forgotten') this.#gateway.orders.forgetKept();
      this.#gateway.orders.reconnect();
    };
    this.#endOutage = end;
    this.later(ms, end);
  }

  /** No trading, tick 49. */
  halted(symbol: string, halted: boolean): void {
    this.#gateway.setHalted(symbol, halted);
  }

  // —— orders ———————————————————————————————————————————————————————————————————————————————

  /** The next order is acknowledged, then rejected with 201 and Inactive. */
  rejectNext(reason = 'simulated rejection'): void {
    this.#gateway.orderFaults.rejectNext(reason);
  }

  /** The next order is accepted without a word. */
  dropNextAck(): void {
    this.#gateway.orderFaults.dropNextAck();
  }

  /** Everything about orders is said only after `releaseOrderNews`, in its order. */
  holdOrderNews(): void {
    this.#gateway.orderFaults.holdReports = true;
  }

  releaseOrderNews(): void {
    this.#gateway.orderFaults.holdReports = false;
    this.#gateway.orderReports.release();
  }

  /** Cancelled orders stay PendingCancel, and may fill, until `releaseCancels`. */
  holdCancels(): void {
    this.#gateway.orderFaults.holdCancels = true;
  }

  releaseCancels(): void {
    this.#gateway.orderFaults.holdCancels = false;
    this.#gateway.exchange.releaseCancels();
  }

  /** An error about an order that changes nothing: 399, 404, 10349, 110 and the like. `advancedReject` is JSON, or not. */
  orderError(clientId: number, orderId: number, code: number, text: string, advancedReject = ''): void {
    this.#gateway.send(clientId, errorMessage(orderId, code, text, advancedReject));
  }

  /** What such orders look like: permIds that come late, references cut off in lists, foreign ids 0, unset ids of manual fills. */
  get withheld(): WithheldFields {
    return this.#gateway.withheld;
  }

  /** New orders have permId 0 for so many ms, unless they fill before; then an orderStatus tells it. 0 for the truth. */
  permIdsLate(ms: number): void {
    const { withheld, hooks, orderReports } = this.#gateway;
    withheld.permIdAfterMs = ms;
    this.#namesOrders ??= hooks.listen(({ name, order }) => {
      if (name === 'accepted' && order !== undefined && withheld.permIdAfterMs > 0)
        this.later(withheld.permIdAfterMs, () => orderReports.status(order));
    });
  }

  /** reqExecutions answers with no more than the last so many ms. Infinity for all. */
  set executionsWindow(ms: number) {
    this.#gateway.orders.executionsWindow = ms;
  }

  /** Execution before order state, after it, or without any order state. */
  set fillsTold(order: 'execution first' | 'state first' | 'execution only') {
    this.#gateway.orderReports.fillsTold = order;
  }

  /** The next placement, change or cancel is answered with this error alone, and changes nothing. The text is TWS's own when none is given. */
  refuseNext(what: 'new' | 'modify' | 'cancel', code: number, text = REFUSALS[code] ?? `Error ${String(code)}`): void {
    this.#gateway.orderFaults.refuseNext(what, { code, text });
  }

  /** The next placements of this client arrive and are forgotten: no answer, no listing. In the ledger as `lost`. */
  swallowNext(clientId: number, count = 1): void {
    this.#gateway.orderFaults.swallow(clientId, count);
  }

  /** The next order is Inactive and alive, until `manual.confirm` or a cancel: TWS asks a person first. */
  parkNext(): void {
    this.#gateway.orderFaults.parkNext();
  }

  /** TWS's order preset overrules the time in force of every order, with warning 10349; undefined for no preset. */
  set tifPreset(tif: Tif | undefined) {
    this.#gateway.orderFaults.tifPreset = tif;
  }

  /** Whether a cancelled parent takes the children of its filled part along; otherwise only what waits for more of it goes. */
  set takesChildren(takes: boolean) {
    this.#gateway.orderFaults.takesChildren = takes;
  }

  /** The accounts that TWS names to whoever connects or asks, with commas; undefined for the truth. */
  set managedAccounts(accounts: string | undefined) {
    this.#gateway.accountsFault = accounts;
  }

  /** Orders for the symbol are refused with 203. */
  forbid(symbol: string, forbidden: boolean): void {
    this.#put(this.#gateway.orderFaults.forbidden, symbol, forbidden);
  }

  /** Short sales of the symbol are held, whyHeld `locate`, with 404; false finds the shares. */
  hardToBorrow(symbol: string, hard: boolean): void {
    const conId = this.#put(this.#gateway.orderFaults.noShares, symbol, hard);
    if (!hard) this.#gateway.exchange.locate(conId);
  }

  #put(set: Set<number>, symbol: string, on: boolean): number {
    const conId = this.#gateway.listing.bySymbol(symbol)?.conId ?? 0;
    if (on) set.add(conId);
    else set.delete(conId);
    return conId;
  }

  /** The next order that is cancelled by a client is told so, and so many ms later fills all the same: all of its rest, half, or more than it asked for. */
  lateFillNext(ms: number, part: 'all' | 'half' | 'over' = 'all'): void {
    const unlisten = this.#gateway.hooks.listen(({ name, order }) => {
      if (name !== 'cancelled' || order === undefined || order.completedStatus !== 'Cancelled by Trader') return;
      unlisten();
      this.later(ms, () => {
        const half = Math.max(10_000, Math.floor(order.remaining / 20_000) * 10_000);
        const size = part === 'all' ? order.remaining : part === 'half' ? half : order.remaining + 1_000_000;
        this.fillAnyway(order.permId, trustedQuantity(size));
      });
    });
    this.#lateFills.push(unlisten);
  }

  /** A fill that nothing in the market explains, of an order in any state; at its limit or the last price when none is given. */
  fillAnyway(permId: number, quantity: Quantity, price?: Price): Fill | undefined {
    return this.#gateway.exchange.executeAnyway(permId, quantity, price);
  }

  /** Corrects an execution (the last one when none is named): the same execId but for its last two digits. Undefined when there is none. */
  correct(changes: {
    readonly execId?: string;
    readonly price?: Price;
    readonly quantity?: Quantity;
    readonly silent?: boolean;
  }): Fill | undefined {
    const { fills } = this.#gateway.ledger;
    const fill = changes.execId === undefined ? fills.at(-1) : fills.find((one) => one.execId === changes.execId);
    if (fill === undefined) return undefined;
    return this.#gateway.exchange.correct(fill, changes.price ?? fill.price, changes.quantity ?? fill.quantity, changes.silent ?? false);
  }

  /** Moves the price of the last execution by so many cents, if it stays a price. */
  correctByTicks(ticks: number): void {
    const fill = this.#gateway.ledger.fills.at(-1);
    if (fill === undefined) return;
    const price = plus(fill.price, scale(fill.contract.minTick, ticks));
    if (price > 0) this.correct({ price });
  }

  /** The exchange takes an execution back. Told as a correction to zero shares, or silently: then only the position shows it. */
  bust(options: { readonly execId?: string; readonly silent?: boolean } = {}): Fill | undefined {
    return this.correct({ ...options, quantity: ZERO });
  }

  /** Cancels stay PendingCancel, and orders may fill, until so many ms have passed, or until the market opens. */
  holdCancelsUntil(until: 'open' | number): void {
    this.holdCancels();
    const { now, exchange } = this.#gateway;
    const ms = until === 'open' ? exchange.nextOpen - now : until;
    this.later(ms, () => this.releaseCancels());
  }

  /** What-if answers come twice: first with this warning and no figures. Empty for none. */
  previewWarning(text: string): void {
    this.#gateway.orderReports.previewWarning = text;
  }
}
