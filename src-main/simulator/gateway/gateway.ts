import type { Price } from '#domain/price';
import type { Quantity } from '#domain/quantity';
import { fromLocal, localTime } from '../calendar/new-york.ts';
import { Timetable } from '#simulator/model/timetable';
import { Account } from '../engine/account.ts';
import { Exchange } from '../engine/exchange.ts';
import { Ledger } from '../engine/ledger.ts';
import { SessionRule } from '../engine/session-rule.ts';
import { BarStore } from '../market/bar-store.ts';
import { Book } from '../market/book.ts';
import { Listing } from '#simulator/model/instrument';
import type { MarketTick } from '#simulator/model/tick';
import { Random } from '#simulator/model/random';
import { errorMessage, managedAccounts, nextValidId } from '../wire/message.ts';
import { readRequest, type Request } from '../wire/request.ts';
import { AccountDesk } from './account-desk.ts';
import { answering } from './answers.ts';
import { type Anchor, HistoryDesk } from './history-desk.ts';
import { WithheldFields } from './withheld-fields.ts';
import { MarketDesk } from './market-desk.ts';
import { MessageFaults } from './message-faults.ts';
import { ScriptHooks } from './script-hooks.ts';
import { OrderDesk } from './order-desk.ts';
import { OrderReports } from './order-reports.ts';
import { OrderFaults } from './order-script.ts';
import { ReferenceDesk } from './reference-desk.ts';
import { type Outlet, type Session, Sessions } from './session.ts';

export interface GatewayOptions {
  readonly account: string;
  readonly seed: number;
  /** Where each symbol's market begins: its first price stands for yesterday's close too. */
  readonly anchors: ReadonlyMap<string, Anchor>;
  readonly startAt: number;
  /** 1e-6 dollar. */
  readonly cash: number;
  readonly firstOrderId: number;
  readonly sessions: 'enforced' | 'ignored';
  readonly permission: 'live' | 'delayed';
  readonly duplicates: number;
  /** DAY orders die with a tape that does not loop. */
  readonly dayEndsWithTape: boolean;
  readonly masterClientId: number | undefined;
  readonly holdings: readonly { readonly symbol: string; readonly quantity: Quantity; readonly averageCost: Price }[];
}

const FARMS: readonly (readonly [code: number, text: string])[] = [
  [2104, 'Market data farm connection is OK:usfarm'],
  [2106, 'HMDS data farm connection is OK:ushmds'],
  [2158, 'Sec-def data farm connection is OK:secdefil'],
];

/**
 * TWS without its socket: messages of clients in, payloads for clients out, time and ticks from outside. It has no timers,
 * no input but its calls and no chance but its seed, so the same calls give the same payloads.
 */
export class Gateway {
  readonly ledger: Ledger;
  readonly account: Account;
  readonly exchange: Exchange;
  readonly listing: Listing;
  readonly orderFaults = new OrderFaults();
  readonly market: MarketDesk;
  readonly orderReports: OrderReports;
  readonly orders: OrderDesk;
  /** For fault scripts: what happens later, where the run is, what becomes of messages, what orders look like. */
  readonly timetable = new Timetable();
  readonly hooks = new ScriptHooks();
  readonly messages: MessageFaults;
  readonly withheld: WithheldFields;
  /** A fault script's nextValidId instead of the true one; `withheld` for none at all. */
  nextIdFault: number | 'withheld' | undefined;
  /** A fault script's list of accounts, with commas, instead of the true one. */
  accountsFault: string | undefined;
  readonly #sessions: Sessions;
  readonly #books: ReadonlyMap<number, Book>;
  readonly #bySymbol: ReadonlyMap<string, Book>;
  readonly #bars: ReadonlyMap<number, BarStore>;
  readonly #accounts: AccountDesk;
  readonly #history: HistoryDesk;
  readonly #answer: (session: Session, asked: Request) => void;
  #nextBeat: number;
  /** When the next day begins, epoch ms. */
  #midnight: number;
  readonly #dayEndsWithTape: boolean;

  constructor(options: GatewayOptions, outlet: Outlet) {
    this.#sessions = new Sessions(outlet);
    const now = (): number => this.exchange.now;
    this.withheld = new WithheldFields(now);
    this.messages = this.#sessions.voice = new MessageFaults(outlet, this.hooks, this.timetable, now);
    this.listing = new Listing([...options.anchors.keys()]);
    this.ledger = new Ledger(options.cash);
    const books = this.listing.all.map((one) => new Book(one, options.anchors.get(one.symbol)?.price));
    this.#books = new Map(books.map((book) => [book.instrument.conId, book]));
    this.#bySymbol = new Map(books.map((book) => [book.instrument.symbol, book]));
    this.#bars = new Map(books.map((book) => [book.instrument.conId, new BarStore()]));
    for (const held of options.holdings) {
      const instrument = this.listing.bySymbol(held.symbol);
      if (instrument !== undefined) this.ledger.endow(instrument, held.quantity, held.averageCost);
    }
    this.account = new Account(options.account, this.ledger, this.#books);
    this.#accounts = new AccountDesk(this.#sessions, this.account, this.ledger, this.listing.all, options.startAt);
    this.orderReports = new OrderReports({
      sessions: this.#sessions,
      faults: this.orderFaults,
      chance: new Random(options.seed ^ 0x5bd1e995),
      duplicates: options.duplicates,
      onHolding: (contract) => this.#accounts.holding(contract),
      hooks: this.hooks,
      withheld: this.withheld,
      master: options.masterClientId,
    });
    const rule = new SessionRule(options.sessions === 'enforced');
    this.exchange = new Exchange(
      {
        account: this.account,
        ledger: this.ledger,
        listing: this.listing,
        books: this.#books,
        news: this.orderReports,
        script: this.orderFaults,
        session: rule,
        firstOrderId: options.firstOrderId,
      },
      options.startAt,
    );
    this.market = new MarketDesk(this.#sessions, this.listing, this.#books, { permission: options.permission, maxTickers: 100 }, now);
    this.orders = new OrderDesk({
      sessions: this.#sessions,
      exchange: this.exchange,
      ledger: this.ledger,
      faults: this.orderFaults,
      hooks: this.hooks,
      withheld: this.withheld,
    });
    const anchors = new Map([...options.anchors].map(([symbol, anchor]) => [this.listing.bySymbol(symbol)?.conId ?? 0, anchor]));
    this.#history = new HistoryDesk(this.#sessions, this.listing, this.#bars, anchors, now);
    this.#answer = answering({
      accounts: this.#accounts,
      history: this.#history,
      market: this.market,
      orders: this.orders,
      reference: new ReferenceDesk(this.#sessions, this.listing, now),
      accountId: this.account.id,
      accountList: () => this.#accountList,
      now,
      send: ({ clientId }, payload) => this.#sessions.send(clientId, payload),
      tellNextId: (clientId) => this.#tellNextId(clientId),
    });
    this.#nextBeat = options.startAt + 1000;
    this.#midnight = fromLocal(localTime(options.startAt).day + 1, 0);
    this.#dayEndsWithTape = options.dayEndsWithTape;
  }

  get now(): number {
    return this.exchange.now;
  }

  // —— clients ——————————————————————————————————————————————————————————————————————————————

  /** A client has said its id. False when that id is taken: error 326 and the end are the server's to give. */
  open(clientId: number, version: number): boolean {
    if (this.#sessions.get(clientId) !== undefined) return false;
    const session = this.#sessions.open(clientId, version);
    this.#sessions.send(clientId, managedAccounts(this.#accountList));
    this.#tellNextId(clientId);
    for (const [code, text] of FARMS) this.#sessions.send(clientId, errorMessage(-1, code, text));
    this.orders.welcome(session);
    this.hooks.say('connect', clientId);
    return true;
  }

  isOpen(clientId: number): boolean {
    return this.#sessions.get(clientId) !== undefined;
  }

  /** The client is gone; its orders and everybody's positions stay. */
  close(clientId: number): void {
    const session = this.#sessions.get(clientId);
    if (session === undefined) return;
    this.market.closed(session);
    this.#accounts.closed(session);
    this.#history.closed(session);
    this.#sessions.close(clientId);
    this.hooks.say('disconnect', clientId);
  }

  /** Client 0 has asked to have orders typed into TWS bound as they come. */
  get bindsManualOrders(): boolean {
    return this.#sessions.get(0)?.bindsManualOrders === true;
  }

  /** Data were lost (1101): every line of every client is gone. */
  loseMarketData(): void {
    for (const session of this.#sessions.all) this.market.closed(session);
  }

  /** One message of a started client, as its fields. */
  receive(clientId: number, fields: readonly string[]): void {
    const session = this.#sessions.get(clientId);
    if (session === undefined) return;
    const messageId = Number(fields[0]);
    this.ledger.recordInbound(clientId, Number.isSafeInteger(messageId) ? messageId : -1);
    const { request, surplus } = readRequest(fields, session.version);
    if (surplus !== 0) this.ledger.recordOdd({ clientId, messageId, version: session.version, surplus });
    this.#answer(session, request);
  }

  /** To one client, or to all: a notice such as 1100 or 2103. */
  notice(code: number, text: string, clientId?: number): void {
    for (const session of this.#sessions.all)
      if (clientId === undefined || clientId === session.clientId) this.#sessions.send(session.clientId, errorMessage(-1, code, text));
  }

  send(clientId: number, payload: string): void {
    this.#sessions.send(clientId, payload);
  }

  get #accountList(): string {
    return this.accountsFault ?? this.account.id;
  }

  #tellNextId(clientId: number): void {
    if (this.nextIdFault === 'withheld') return;
    this.#sessions.send(clientId, nextValidId(this.nextIdFault ?? this.exchange.register.nextOrderId(clientId)));
  }

  // —— time and market ——————————————————————————————————————————————————————————————————————

  /** Moves the clock without a tick. */
  advance(at: number): void {
    this.#moveTo(at);
    this.#beat(at);
  }

  /** One line of the tape: clients hear the price first, then what it did to orders. */
  tick(tick: MarketTick): void {
    const book = this.#bySymbol.get(tick.symbol);
    if (book === undefined) return;
    this.#moveTo(tick.at);
    book.apply(tick);
    this.#bars.get(book.instrument.conId)?.add(tick, book);
    this.market.tick(tick, book);
    this.exchange.match(book);
    this.#beat(tick.at);
  }

  #moveTo(at: number): void {
    do {
      for (let due = this.timetable.nextAt; due <= at; due = this.timetable.nextAt) {
        this.exchange.advance(due);
        this.timetable.take(due)?.();
      }
      this.exchange.advance(at);
    } while (this.timetable.nextAt <= at);
    if (at < this.#midnight) return;
    const { day } = localTime(at);
    this.#midnight = fromLocal(day + 1, 0);
    for (const book of this.#books.values()) book.newDay();
    this.account.newDay();
  }

  #beat(at: number): void {
    if (at < this.#nextBeat) return;
    this.#nextBeat = at - (at % 1000) + 1000;
    this.#accounts.beat(at);
    this.#history.beat(at);
  }

  /** The tape has ended for good: the day is over for DAY orders. */
  endOfTape(): void {
    if (this.#dayEndsWithTape) this.exchange.expireDayOrders();
  }

  isHalted(symbol: string): boolean {
    return this.#bySymbol.get(symbol)?.halted === true;
  }

  setHalted(symbol: string, halted: boolean): void {
    const book = this.#bySymbol.get(symbol);
    if (book === undefined) return;
    book.halted = halted;
    this.market.halted(book.instrument.conId, halted);
    if (!halted) this.exchange.match(book);
  }
}
