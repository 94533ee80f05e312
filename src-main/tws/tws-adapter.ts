import type { BrokerNews, BrokerPort, LinkState, TransmitGate } from '#core/ports/broker';
import type { MarketDataPort, MarketSink } from '#core/ports/market-data';
import { clientIdOf, type OrderId } from '#domain/ids';
import type { CloseReason } from '#tws/socket/connection';
import { ContractBook } from '#tws/contract/contract-translation';
import { brokerSentence } from '#tws/socket/broker-text';
import type { LongFrame } from '#tws/socket/frame-limits';
import { FrameRing, type RecordedFrame } from '#tws/socket/frame-ring';
import { LinkBoard } from '#tws/link/link-board';
import { MarketFeed } from '#tws/market/quote-stream';
import { MarketRequests } from '#tws/market/requests';
import { OWN_CODE } from '#tws/notice/notice-table';
import { Notices } from '#tws/notice/notices';
import { OpenOrderBook } from '#tws/order/order-bonds';
import { OrderFeed } from '#tws/order/order-feed';
import { concernsOrder, frameText } from '#tws/socket/order-frame-log';
import { OrderIds } from '#tws/order/order-ids';
import { RequestIds } from '#tws/socket/request-ids';
import { OrderTerms } from '#tws/order/resent-terms';
import { OrderSender } from '#tws/order/order-sender';
import type { PlaceFrame } from '#tws/socket/outbound-tap';
import { DEFAULT_RATES, PacingGate } from '#tws/pacing/pacing-gate';
import { PortfolioFeed } from '#tws/account/account-feed';
import { Session, type Rider, type Role, type SessionEvents } from '#tws/session/session';
import { SuspendDetector } from '#tws/session/suspend-detector';
import { checkOptions, type TwsOptions, type TwsPorts } from './tws-options.ts';
import { maskAccounts } from '#domain/account-text';
import { errorText } from '#tws/socket/wire-text';

export interface TwsAdapter {
  readonly broker: BrokerPort;
  readonly market: MarketDataPort;
  /** Before `start`; without a sink ticks are dropped. */
  setSink(sink: MarketSink): void;
  /** Without a gate every order is refused. */
  setGate(gate: TransmitGate): void;
  /** Synchronous and in wire order. Returns the way to stop listening. */
  onNews(listener: (news: BrokerNews) => void): () => void;
  start(): void;
  /** No reconnect, queues dropped, sockets closed. */
  stop(): Promise<void>;
  link(): LinkState;
  /** The operator confirmed or withdrew live trading. */
  recheckLive(): void;
  /** The operator accepts a list of accounts that changed. */
  acceptAccounts(): void;
  /** The last raw frames, account ids masked, newest last. */
  frames(): readonly RecordedFrame[];
}

/** IB's numbers of the messages that carry orders, fills and positions; one that is lost calls for reconciliation. */
const ORDER_MESSAGES: ReadonlySet<string> = new Set(['3', '5', '11', '53', '55', '59', '61', '62', '101', '102']);

const STOPPED: CloseReason = { code: 'stopped', text: 'The connection to TWS was stopped.' };

/** Throws when the options are not usable: `checkOptions` says why beforehand. */
export function createTwsAdapter(options: TwsOptions, ports: TwsPorts): TwsAdapter {
  const checked = checkOptions(options);
  if (!checked.ok) throw new Error(checked.error);
  return new Adapter(options, ports);
}

function brokerPort(sender: OrderSender, feed: OrderFeed): BrokerPort {
  return {
    place: (order) => sender.place(order),
    modify: (address, order) => sender.modify(address, order),
    cancel: (address) => sender.cancel(address),
    globalCancel: () => sender.globalCancel(),
    purge: (reason) => sender.purge(reason),
    drop: (refs, reason) => sender.drop(refs, reason),
    reconcile: () => feed.reconcile(),
    requestOpenOrders: () => feed.requestOpenOrders(),
    requestPositions: () => feed.requestPositions(),
  };
}

function marketPort(feed: MarketFeed, requests: MarketRequests): MarketDataPort {
  return {
    subscribe: (contract) => {
      feed.subscribe(contract);
    },
    unsubscribe: (conId) => {
      feed.unsubscribe(conId);
    },
    search: (pattern) => requests.search(pattern),
    details: (contract) => requests.details(contract),
    bars: (contract, count) => requests.bars(contract, count),
  };
}

class Adapter implements TwsAdapter {
  readonly broker: BrokerPort;
  readonly market: MarketDataPort;
  readonly #ports: TwsPorts;
  readonly #pacing: PacingGate;
  readonly #board: LinkBoard;
  readonly #ids: OrderIds;
  readonly #book = new OpenOrderBook();
  readonly #terms = new OrderTerms();
  readonly #frames = new FrameRing();
  readonly #notices: Notices;
  readonly #orderFeed: OrderFeed;
  readonly #portfolioFeed: PortfolioFeed;
  readonly #marketFeed: MarketFeed;
  readonly #marketRequests: MarketRequests;
  readonly #sender: OrderSender;
  readonly #suspendDetector: SuspendDetector;
  readonly #sessions: readonly [portfolio: Session, data: Session, orders: Session];
  readonly #listeners = new Set<(news: BrokerNews) => void>();
  #sink: MarketSink | undefined;
  /** Place frames of the order being written, told once all its legs have left. */
  #held: BrokerNews[] | undefined;

  constructor(options: TwsOptions, ports: TwsPorts) {
    const { clock, scheduler, random } = ports;
    this.#ports = ports;
    this.#pacing = new PacingGate(ports, options.rates ?? (() => DEFAULT_RATES));
    this.#board = new LinkBoard({
      clock,
      pacing: this.#pacing,
      allowLive: options.allowLive,
      liveConfirmed: ports.liveConfirmed,
      where: `${options.host}:${String(options.port)}`,
      port: options.port,
      portConfirmed: ports.portConfirmed ?? (() => false),
    });
    this.#ids = new OrderIds(ports.ids);
    this.#notices = new Notices((clientId, orderId) => this.#book.wasModified(clientId, orderId));
    const requestIds = new RequestIds();
    const contracts = new ContractBook();
    const emit = (news: BrokerNews): void => {
      this.#emit(news);
    };
    const common = { clock, scheduler, board: this.#board, requestIds, contracts, emit };
    this.#orderFeed = new OrderFeed({
      ...common,
      ids: this.#ids,
      book: this.#book,
      terms: this.#terms,
      unusable: (session, what) => {
        this.#orderMessageLost(session, what);
      },
    });
    this.#portfolioFeed = new PortfolioFeed(common);
    this.#marketFeed = new MarketFeed({ ...common, marketDataType: options.marketDataType ?? 1 });
    this.#marketRequests = new MarketRequests(common);
    const base = options.clientIdBase ?? 0;
    const session = (role: Role, offset: number, riders: readonly Rider[]): Session =>
      new Session(
        { clientId: clientIdOf(base + offset), role, host: options.host, port: options.port },
        { clock, scheduler, random, pacing: this.#pacing },
        this.#sessionEvents(),
        riders,
      );
    const portfolio = session('portfolio', 0, [this.#orderFeed, this.#portfolioFeed]);
    const data = session('data', 1, [this.#marketFeed, this.#marketRequests]);
    const orders = session('orders', 2, [this.#orderFeed]);
    this.#sessions = [portfolio, data, orders];
    this.#board.setSessions(this.#sessions);
    this.#orderFeed.setSessions(portfolio, orders);
    this.#suspendDetector = new SuspendDetector(ports, (stoodMs) => this.#woke(stoodMs));
    this.#sender = new OrderSender({
      clock,
      pacing: this.#pacing,
      board: this.#board,
      ids: this.#ids,
      book: this.#book,
      terms: this.#terms,
      contracts,
      portfolio,
      orders,
      suspendDetector: this.#suspendDetector,
      emit,
      batch: (send) => this.#batch(send),
      bracket: (legs) => {
        ports.onBracket?.(legs);
      },
      cancelDropped: (owner, orderId, reason) => {
        this.#cancelDropped(owner, orderId, reason);
      },
    });
    this.broker = brokerPort(this.#sender, this.#orderFeed);
    this.market = marketPort(this.#marketFeed, this.#marketRequests);
  }

  setSink(sink: MarketSink): void {
    this.#sink = sink;
    this.#marketFeed.setSink(sink);
  }

  setGate(gate: TransmitGate): void {
    this.#sender.setGate(gate);
  }

  onNews(listener: (news: BrokerNews) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  start(): void {
    this.#board.started();
    this.#suspendDetector.start();
    for (const session of this.#sessions) session.start();
  }

  async stop(): Promise<void> {
    this.#board.stopped();
    this.#suspendDetector.stop();
    this.#pacing.stop();
    this.#sender.purge(STOPPED.text);
    await Promise.all(this.#sessions.map((session) => session.stop(STOPPED)));
    this.#tellLink();
  }

  link(): LinkState {
    return this.#board.state();
  }

  recheckLive(): void {
    const [portfolio] = this.#sessions;
    if (portfolio.isOpen) {
      this.#portfolioFeed.bindManualOrders(portfolio);
      this.#orderFeed.bindManualOrders();
    }
    this.#tellLink();
  }

  acceptAccounts(): void {
    const before = this.#board.accounts;
    const outdated = this.#board.acceptAccounts();
    if (before !== this.#board.accounts) this.#emit({ kind: 'accounts', accounts: this.#board.accounts });
    for (const session of this.#sessions) {
      if (outdated.includes(session.clientId))
        session.drop({ code: 'account-changed', text: 'TWS manages other accounts now; the connection is built anew.' });
    }
    this.#tellLink();
  }

  frames(): readonly RecordedFrame[] {
    return this.#frames.read();
  }

  #sessionEvents(): SessionEvents {
    return {
      changed: () => {
        this.#tellLink();
      },
      opened: (session, nextValidId, accounts) => {
        this.#opened(session, nextValidId, accounts);
      },
      closed: (session, _, wasOpen) => {
        this.#board.closed(session.clientId, wasOpen);
        this.#tellLink();
      },
      chunkStart: (monotonic, at) => {
        this.#suspendDetector.look(monotonic, at);
      },
      chunkEnd: () => {
        this.#sink?.chunkEnd();
      },
      frame: (session, direction, frame, at) => {
        this.#frames.record(at, session.clientId, direction, frame);
        const { onOrderFrame } = this.#ports;
        if (onOrderFrame !== undefined && concernsOrder(direction, frame))
          onOrderFrame({ at, clientId: session.clientId, direction, text: frameText(frame) });
      },
      placeFrame: (session, frame) => {
        this.#placeFrame(session, frame);
      },
      fault: (session, kind, what, messageId) => {
        this.#fault(session, kind, what, messageId);
      },
      tooLong: (session, frame) => {
        this.#tooLong(session, frame);
      },
      notice: (session, id, code, text) => {
        this.#notice(session, id, code, text);
      },
      serverTime: (epochSeconds, roundTripMs) => this.#ports.onServerTime?.(epochSeconds, roundTripMs),
    };
  }

  #opened(session: Session, nextValidId: number, accounts: readonly string[]): void {
    const before = this.#ids.nextValid(session.clientId, nextValidId);
    const known = this.#board.accounts;
    this.#board.opened(session.clientId, accounts);
    if (known !== this.#board.accounts) this.#emit({ kind: 'accounts', accounts: this.#board.accounts });
    if (before !== undefined) {
      this.#tell(session, -1, OWN_CODE.idsWentBack, `TWS now counts orders from ${String(nextValidId)}, before from ${String(before)}.`);
    }
    this.#tellLink();
  }

  #notice(session: Session, id: number, code: number, text: string): void {
    const lamp = this.#board.notice(session.clientId, code, text);
    if (code === 100) this.#pacing.slowDown();
    this.#tell(session, id, code, text);
    if (lamp !== 'none') this.#tellLink();
    if (session.role === 'data') {
      if (lamp === 'data-lost') this.#marketFeed.restartAll();
      else if (lamp === 'data-kept' || lamp === 'farm-back') this.#marketFeed.verify();
    }
    if (code === 1300) this.#portMoved(text);
  }

  /** IB's error channel → one notice; failed requests also reach whoever asked. */
  #tell(session: Session, id: number, code: number, text: string): void {
    const notice = this.#notices.classify({ clientId: session.clientId, id, code, text }, this.#ports.clock.monotonic());
    if (notice === undefined) return;
    if (notice.disposition === 'request-failed') {
      const sentence = notice.advice === undefined ? notice.text : `${notice.text} ${notice.advice}`;
      if (!this.#marketRequests.failed(id, sentence)) this.#marketFeed.failed(id, code, notice.text);
    }
    this.#emit({ kind: 'notice', notice });
  }

  #fault(session: Session, kind: 'listener' | 'decode', what: string, messageId: string): void {
    if (ORDER_MESSAGES.has(messageId)) {
      this.#orderMessageLost(session, what);
      return;
    }
    this.#tell(session, -1, kind === 'listener' ? OWN_CODE.listenerThrew : OWN_CODE.undecodable, maskAccounts(what));
  }

  #tooLong(session: Session, { fate, id, limit }: LongFrame): void {
    const most = `A message about ${limit.about} (number ${id}) was longer than the ${String(limit.bytes)} bytes or the ${String(limit.field)} characters of one text that it may have;`;
    if (fate === 'cut') this.#tell(session, -1, OWN_CODE.tooLong, `${most} its long texts were cut.`);
    else if (ORDER_MESSAGES.has(id)) this.#orderMessageLost(session, `${most} it was not read.`);
    else this.#tell(session, -1, OWN_CODE.tooLong, `${most} it was not read.`);
  }

  /** The desk may now know less than the broker: a new epoch makes it reconcile before it trades on. */
  #orderMessageLost(session: Session, what: string): void {
    const said = maskAccounts(brokerSentence(what));
    this.#board.orderMessageLost(said);
    this.#tell(session, -1, OWN_CODE.undecodable, said);
    this.#tellLink();
  }

  #cancelDropped(session: Session, orderId: OrderId | undefined, reason: string): void {
    this.#tell(session, orderId ?? -1, OWN_CODE.cancelDropped, `A cancel was not sent: ${reason}`);
  }

  /** All sockets count as dead (P-17): ticks, answers and ends that waited in them are nobody's. The desk compares its book anew. */
  #woke(stoodMs: number): void {
    const text = `This program stood still for ${String(Math.round(stoodMs / 1_000))} s: the computer slept, or it was too busy. What TWS said meanwhile is too old to act on; the connection is built anew and the book compared.`;
    for (const session of this.#sessions) session.drop({ code: 'stood-still', text });
  }

  #portMoved(text: string): void {
    for (const session of this.#sessions)
      session.giveUp({
        code: 'port-closed',
        text: `TWS moved its API to another port (${text}). Set the port in the settings and connect again.`,
      });
  }

  #placeFrame(session: Session, frame: PlaceFrame): void {
    const news: BrokerNews = { kind: 'place-frame', ...frame, clientId: session.clientId };
    if (this.#held === undefined) this.#emit(news);
    else this.#held.push(news);
  }

  #batch<T>(send: () => T): T {
    const held: BrokerNews[] = [];
    this.#held = held;
    try {
      return send();
    } finally {
      this.#held = undefined;
      for (const news of held) this.#emit(news);
    }
  }

  #tellLink(): void {
    const link = this.#board.state();
    this.#emit({ kind: 'link', link });
    this.#portfolioFeed.follow(link, this.#sessions[0]);
  }

  /** One listener's fault must not keep the news from the others, nor stop the decoder. */
  #emit(news: BrokerNews): void {
    for (const listener of this.#listeners) {
      try {
        listener(news);
      } catch (thrown) {
        this.#listenerFailed(news, thrown);
      }
    }
  }

  #listenerFailed(news: BrokerNews, thrown: unknown): void {
    // A listener that throws on notices would otherwise be told of its own fault for ever.
    if (news.kind === 'notice' && news.notice.code === OWN_CODE.listenerThrew) return;
    const [portfolio] = this.#sessions;
    if (isOrderNews(news)) this.#board.orderMessageLost(`a listener of ${news.kind} failed`);
    this.#tell(portfolio, -1, OWN_CODE.listenerThrew, maskAccounts(`A listener of ${news.kind} failed: ${errorText(thrown)}`));
    if (isOrderNews(news)) this.#tellLink();
  }
}

function isOrderNews(news: BrokerNews): boolean {
  return (
    news.kind === 'open-order' ||
    news.kind === 'order-status' ||
    news.kind === 'execution' ||
    news.kind === 'completed-order' ||
    news.kind === 'position'
  );
}
