import type { ClientId, OrderId, PermId } from '#domain/ids';
import { type Amount, ZERO_AMOUNT } from '#domain/money';
import { type Price, priceOf } from '#domain/price';
import { ZERO } from '#domain/quantity';
import { plus } from '#domain/scaled';
import { Account } from '#simulator/engine/account';
import { Exchange } from '#simulator/engine/exchange';
import type { ExchangeNews } from '#simulator/engine/exchange-news';
import { Ledger } from '#simulator/engine/ledger';
import type { Fill } from '#simulator/model/fill';
import type { OrderView } from '#simulator/model/order-view';
import { SessionRule } from '#simulator/engine/session-rule';
import { Book } from '#simulator/market/book';
import { type Instrument, Listing } from '#simulator/model/instrument';
import type { MarketTick } from '#simulator/model/tick';
import type { Random } from '#simulator/model/random';
import type { PlaceOrder } from '#simulator/wire/place-order';
import type { ListName } from '#tws/order/list-ends';
import { DU } from '../support/core/fixtures.ts';
import type { StormClock } from './clock.ts';
import type { MadeList } from './list-rules.ts';
import { Markets } from './markets.ts';
import { TwsFaults } from './tws-faults.ts';
import { HeldLists, KeptWords } from './tws-waits.ts';
import { commissionOf, contractOf, executionOf, type LaterWord, openOrderOf, statusOf, type Told } from './told.ts';

const SYMBOLS = ['IBM', 'BAC'] as const;
const CENT = priceOf(0.01);

/**
 * TWS and IB behind it: the simulator's exchange and ledger, and what TWS says about them to whom. It outlives every desk. `tell` of an
 * open session puts a message on the wire to that client.
 */
export class Tws implements ExchangeNews {
  readonly exchange: Exchange;
  readonly ledger = new Ledger(1_000_000_000_000);
  readonly listing: Listing;
  readonly books: ReadonlyMap<number, Book>;
  readonly faults = new TwsFaults();
  readonly markets: Markets;
  /** Revision and price of corrected executions, by execId. */
  readonly revised = new Map<string, { readonly revision: number; readonly price: Price }>();
  readonly #sessions = new Map<number, (told: Told) => void>();
  readonly #clock: StormClock;
  readonly #random: Random;
  readonly #silent = new Set<number>();
  /** Orders whose last news was kept silent and that nobody has listed since. */
  readonly #untold = new Set<number>();
  #followsPositions = false;
  /** Client 0 has asked for numbers of orders typed into TWS from then on. */
  bindsManual = false;
  #heldExecutions: (() => void)[] = [];
  /** What happens to order news and to orders while TWS has lost IB. */
  outage: 'none' | 'told' | 'held' | 'lost' = 'none';
  #waitingNews: (() => void)[] = [];
  #waitingFrames: (() => void)[] = [];
  /** When open and completed orders were listed last, epoch ms: what other programs did since then is told to nobody. */
  readonly listedAt = { open: 0, completed: 0 };
  /** The day's profit and loss as IB counts it, unset, or not told at all. */
  daily: Amount | undefined | 'silent' = ZERO_AMOUNT;
  readonly kept = new KeptWords();
  readonly heldLists = new HeldLists();
  /** Orders that the lists of open orders leave out, by permId. */
  readonly unlisted = new Set<number>();
  /** A gateway that came back counts from here. */
  nextValidId = 1;

  constructor(clock: StormClock, random: Random, symbols: readonly string[] = SYMBOLS) {
    this.#clock = clock;
    this.#random = random;
    this.listing = new Listing(symbols);
    this.books = new Map(this.listing.all.map((instrument) => [instrument.conId, new Book(instrument, undefined)]));
    this.markets = new Markets(this.listing, this.books, random, (told) => {
      if (this.outage === 'none') this.#tell(1, told);
    });
    this.exchange = new Exchange(
      {
        account: new Account(DU, this.ledger, this.books),
        ledger: this.ledger,
        listing: this.listing,
        books: this.books,
        news: this,
        script: this.faults,
        session: new SessionRule(false),
        firstOrderId: 1,
      },
      clock.now(),
    );
  }

  // Sessions

  /** A client has shaken hands; it hears of its working orders. */
  open(clientId: number, tell: (told: Told) => void): void {
    this.#sessions.set(clientId, tell);
    tell({ kind: 'opened', nextValidId: this.nextValidId });
    if (this.outage !== 'none') tell({ kind: 'notice', id: -1, code: 1100, text: 'Connectivity between IB and TWS has been lost.' });
    for (const order of this.exchange.register.active())
      if (order.clientId === clientId && order.orderId !== 0) this.#news(clientId, { kind: 'order-status', status: statusOf(order) });
    if (clientId === 0) this.profit();
    if (clientId === 1) this.markets.tellStanding();
  }

  close(clientId: number): void {
    this.#sessions.delete(clientId);
    this.heldLists.closed(clientId);
    if (clientId !== 0) return;
    this.#followsPositions = false;
    this.bindsManual = false;
  }

  isOpen(clientId: number): boolean {
    return this.#sessions.has(clientId);
  }

  /** Nothing that it has to say to a client waits with it. */
  get tellsAll(): boolean {
    if (this.heldLists.isHolding || this.kept.areThere) return false;
    return this.outage === 'none' && this.#waitingNews.length + this.#heldExecutions.length + this.#untold.size === 0;
  }

  profit(): void {
    const zero = ZERO_AMOUNT;
    if (this.daily !== 'silent')
      this.#tell(0, { kind: 'news', news: { kind: 'pnl', account: DU, daily: this.daily, unrealized: zero, realized: zero } });
  }

  // What a client sends

  place(clientId: number, placed: PlaceOrder): void {
    this.#whenUp(() => {
      if (this.faults.silentDrops > 0) {
        this.faults.silentDrops -= 1;
        return;
      }
      this.exchange.place(placed, clientId);
    });
  }

  cancel(clientId: number, orderId: number): void {
    this.#whenUp(() => {
      if (this.#swallowsCancel()) return;
      this.exchange.cancel(clientId, orderId);
    });
  }

  globalCancel(): void {
    this.#whenUp(() => {
      if (this.#swallowsCancel()) return;
      this.exchange.cancelAll();
    });
  }

  #swallowsCancel(): boolean {
    if (this.faults.silentCancels === 0) return false;
    this.faults.silentCancels -= 1;
    return true;
  }

  list(of: ListName | 'own-orders'): void {
    this.heldLists.asked(0, () => {
      this.#list(of);
    });
  }

  #list(of: ListName | 'own-orders'): void {
    switch (of) {
      case 'open-orders':
        this.#listOpenOrders();
        break;
      case 'own-orders':
        this.#listOwnOrders();
        break;
      case 'completed-orders':
        this.#listCompletedOrders();
        break;
      case 'positions':
        this.#listPositions();
        break;
    }
  }

  #listOpenOrders(): void {
    this.listedAt.open = this.#clock.now();
    for (const order of this.exchange.register.active()) {
      if (this.unlisted.has(order.permId)) continue;
      this.#tell(0, { kind: 'news', news: { kind: 'open-order', order: openOrderOf(order) } });
      this.#tell(0, { kind: 'news', news: { kind: 'order-status', status: statusOf(order) } });
    }
    this.#untold.clear();
    this.#end('open-orders', 'open-orders');
  }

  /** Client 0 asks for its own: what was typed into TWS before gets a number by that, and is listed under it. The end is that of any open orders. */
  #listOwnOrders(): void {
    this.exchange.bindManualOrders();
    for (const order of this.exchange.register.active()) {
      if (order.clientId !== 0 || this.unlisted.has(order.permId)) continue;
      this.#tell(0, { kind: 'news', news: { kind: 'open-order', order: openOrderOf(order) } });
      this.#tell(0, { kind: 'news', news: { kind: 'order-status', status: statusOf(order) } });
    }
    this.#end('open-orders', 'own-orders');
  }

  /** TWS forgets what was rejected. */
  #listCompletedOrders(): void {
    this.listedAt.completed = this.#clock.now();
    for (const order of this.ledger.orders) {
      if (order.completedAt === undefined || order.status === 'Inactive') continue;
      this.#tell(0, {
        kind: 'news',
        news: { kind: 'completed-order', order: openOrderOf(order, true), completedStatus: order.completedStatus },
      });
    }
    this.#end('completed-orders', 'completed-orders');
  }

  listExecutions(clientId: number, reqId: number): void {
    this.heldLists.asked(clientId, () => {
      for (const fill of this.ledger.fills) this.#execution(clientId, fill, false);
      this.#tell(clientId, { kind: 'executions-end', reqId });
    });
  }

  #listPositions(): void {
    this.#followsPositions = true;
    for (const held of this.ledger.positions) if (held.quantity !== 0) this.#tell(0, this.#position(held.contract));
    this.#end('positions', 'positions');
  }

  // What the exchange says

  state(order: OrderView): void {
    if (this.#keptSilent(order)) {
      this.#untold.add(order.permId);
      return;
    }
    this.#untold.delete(order.permId);
    const times = this.#random.chance(this.faults.duplicates) ? 2 : 1;
    for (let i = 0; i < times; i += 1) {
      this.#news(order.clientId, { kind: 'open-order', order: openOrderOf(order) });
      this.#news(order.clientId, { kind: 'order-status', status: statusOf(order) });
    }
  }

  status(order: OrderView): void {
    if (!this.#keptSilent(order)) this.#news(order.clientId, { kind: 'order-status', status: statusOf(order) });
  }

  executed(fill: Fill): void {
    const tell = (): void => {
      const times = this.#random.chance(this.faults.duplicates) ? 2 : 1;
      for (let i = 0; i < times; i += 1) this.#execution(fill.clientId, fill, true);
    };
    if (this.faults.holdExecutions) this.#heldExecutions.push(tell);
    else tell();
  }

  charged(order: OrderView, fill: Fill): void {
    if (order.status === 'Filled') this.#news(order.clientId, { kind: 'open-order', order: openOrderOf(order) });
    const { revision } = this.#revisionOf(fill);
    this.#later(fill.clientId, { kind: 'news', news: commissionOf(fill, revision) });
  }

  corrected(_order: OrderView, fill: Fill): void {
    this.#execution(fill.clientId, fill, true);
  }

  refused(clientId: number, orderId: number, code: number, text: string): void {
    this.#later(clientId, { kind: 'notice', id: orderId, code, text });
  }

  bound(order: OrderView): void {
    const { permId, clientId, orderId } = order;
    const bound = { permId: permId as PermId, clientId: clientId as ClientId, orderId: orderId as OrderId };
    this.#news(clientId, { kind: 'order-bound', ...bound });
    this.state(order);
  }

  preview(): void {
    throw new Error('The desk asks for no previews');
  }

  holding(contract: Instrument): void {
    if (this.#followsPositions) this.#later(0, this.#position(contract));
  }

  // What happens at IB and to its line

  releaseExecutions(): void {
    this.faults.holdExecutions = false;
    const held = this.#heldExecutions;
    this.#heldExecutions = [];
    for (const tell of held) tell();
  }

  /** IB finds that an execution had another price. */
  correct(fill: Fill): void {
    if (!fill.execId.endsWith('.01')) {
      this.exchange.correct(fill, plus(fill.price, CENT), fill.quantity, false);
      return;
    }
    const { revision, price } = this.#revisionOf(fill);
    this.revised.set(fill.execId, { revision: revision + 1, price: plus(price, CENT) });
    this.#execution(fill.clientId, fill, true);
  }

  priceOf(fill: Fill): Price {
    return this.#revisionOf(fill).price;
  }

  loseIb(outage: 'told' | 'held' | 'lost'): void {
    if (this.outage !== 'none') return;
    this.outage = outage;
    for (const clientId of this.#sessions.keys())
      this.#tell(clientId, { kind: 'notice', id: -1, code: 1100, text: 'Connectivity between IB and TWS has been lost.' });
  }

  findIb(code: 1101 | 1102): void {
    if (this.outage === 'none') return;
    this.outage = 'none';
    const news = this.#waitingNews;
    const frames = this.#waitingFrames;
    this.#waitingNews = [];
    this.#waitingFrames = [];
    for (const clientId of this.#sessions.keys())
      this.#tell(clientId, { kind: 'notice', id: -1, code, text: 'Connectivity between IB and TWS has been restored.' });
    for (const tell of news) tell();
    for (const frame of frames) frame();
    this.markets.tellStanding();
  }

  /** The gateway restarts: what it had not transmitted is forgotten, and it may count order ids from lower. */
  restart(nextValidId: number): void {
    this.nextValidId = nextValidId;
    this.exchange.register.dropUntransmitted();
    this.#waitingNews = [];
    this.#waitingFrames = [];
    this.heldLists.restarted();
    this.outage = 'none';
  }

  /** One move of one market, and what it does to orders. */
  trade(symbol: string): void {
    this.exchange.advance(this.#clock.now());
    const book = this.markets.move(symbol, this.#clock.now());
    if (book !== undefined) this.exchange.match(book);
  }

  /** One recorded tick of a market in place of a move of its own; `at` is now. */
  tick(tick: MarketTick): void {
    this.exchange.advance(tick.at);
    this.exchange.match(this.markets.tick(tick));
  }

  /** A sentence of TWS that is about no order, to every client. */
  notice(code: number, text: string): void {
    for (const clientId of this.#sessions.keys()) this.#later(clientId, { kind: 'notice', id: -1, code, text });
  }

  midOf(symbol: string): number {
    return this.markets.midOf(symbol);
  }

  // How it is said

  #end(of: ListName, made: MadeList['of']): void {
    this.#tell(0, { kind: 'end', of, made: { of: made, at: this.#clock.monotonic() } });
  }

  #execution(clientId: number, fill: Fill, live: boolean): void {
    const { revision, price } = this.#revisionOf(fill);
    const execution = executionOf(fill, price, revision, this.#clock.now());
    const news = { kind: 'execution', execution, contract: contractOf(fill.contract), live } as const;
    if (live) this.#later(clientId, { kind: 'news', news });
    else this.#tell(clientId, { kind: 'news', news });
  }

  #position(contract: Instrument): Told {
    const quantity = this.ledger.position(contract.conId)?.quantity ?? ZERO;
    const averageCost = priceOf(180);
    return { kind: 'news', news: { kind: 'position', account: DU, contract: contractOf(contract), quantity, averageCost } };
  }

  #revisionOf(fill: Fill): { readonly revision: number; readonly price: Price } {
    return this.revised.get(fill.execId) ?? { revision: 1, price: fill.price };
  }

  /** An acceptance that is not told stays untold until something else happens to the order. */
  #keptSilent(order: OrderView): boolean {
    const quiet = (order.status === 'PreSubmitted' || order.status === 'Submitted') && order.filled === 0;
    if (
      quiet &&
      order.orderRef !== '' &&
      order.status === 'PreSubmitted' &&
      this.faults.unacknowledged > 0 &&
      !this.#silent.has(order.permId)
    ) {
      this.faults.unacknowledged -= 1;
      this.#silent.add(order.permId);
    }
    if (!quiet) this.#silent.delete(order.permId);
    return this.#silent.has(order.permId);
  }

  #news(clientId: number, news: Extract<Told, { kind: 'news' }>['news']): void {
    this.#later(clientId, { kind: 'news', news });
  }

  /** Says it to its client. */
  tell({ clientId, told }: LaterWord): void {
    this.#later(clientId, told);
  }

  /** News of IB: during an outage TWS tells it at once, when the line is back, or never. */
  #later(clientId: number, told: Told): void {
    if (this.outage === 'lost') return;
    if (this.kept.takes({ clientId, told })) return;
    if (this.outage === 'held')
      this.#waitingNews.push(() => {
        this.#tell(clientId, told);
      });
    else this.#tell(clientId, told);
  }

  #whenUp(frame: () => void): void {
    this.exchange.advance(this.#clock.now());
    if (this.outage === 'none') frame();
    else this.#waitingFrames.push(frame);
  }

  #tell(clientId: number, told: Told): void {
    this.#sessions.get(clientId)?.(told);
  }
}
