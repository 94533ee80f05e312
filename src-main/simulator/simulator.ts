import { type Price, priceOf } from '#domain/price';
import type { Quantity } from '#domain/quantity';
import { err, ok, type Result } from '#domain/result';
import { dayNumber } from './calendar/new-york.ts';
import type { OrderView } from '#simulator/model/order-view';
import type { Ledger } from './engine/ledger.ts';
import { Faults } from '#simulator/fault/faults';
import { Feed, type Speed } from './feed.ts';
import { Gateway, type GatewayOptions } from './gateway/gateway.ts';
import type { Anchor } from './gateway/history-desk.ts';
import { LedgerFile } from './ledger-file.ts';
import { type ManualOrder, ManualTrader } from '#simulator/fault/manual-trader';
import { DEMO_STOCKS, type SyntheticStock, SyntheticSource } from './market/synthetic.ts';
import { mergeTapes, readTape, type Tape, tapeTick } from './market/tape.ts';
import { TapeSource } from './market/tape-source.ts';
import type { TickSource } from '#simulator/model/tick';
import { GatewayServer, NEWEST_LAYOUT, OLDEST_LAYOUT } from '#simulator/gateway/tcp-server';

export interface SimulatorOptions {
  /** 0 for a free one. */
  readonly port: number;
  readonly host?: string;
  /** `DU…`: the simulator is a paper account. */
  readonly account?: string;
  readonly seed?: number;
  readonly market: TapeMarket | SyntheticMarket;
  /** 1 to 1000, or `max`. */
  readonly speed: Speed;
  /** The market runs at once; otherwise it waits for `market.start()` or steps. */
  readonly autostart?: boolean;
  /** Newest protocol version spoken, 177 to 193. */
  readonly serverVersion?: number;
  /** Whole dollars; a million when unset. */
  readonly cash?: number;
  readonly firstOrderId?: number;
  /** `ignored`: orders trade at any hour. */
  readonly sessions?: 'enforced' | 'ignored';
  readonly permission?: 'live' | 'delayed';
  /** Probability of TWS's duplicate order messages. */
  readonly duplicates?: number;
  /** False: DAY orders outlive the end of the tape. True when unset. */
  readonly dayEndsWithTape?: boolean;
  /** TWS's "Master API client ID": it hears of everybody's orders and executions. Nobody when unset, as in TWS. */
  readonly masterClientId?: number;
  /** Positions from before; prices and quantities in domain integers. */
  readonly holdings?: readonly { readonly symbol: string; readonly quantity: Quantity; readonly averageCost: Price }[];
  /** Ticks per turn of the event loop at full speed. */
  readonly ticksPerTurn?: number;
  /** Every order, execution and end is appended to this file as a line of JSON, for another process to read. */
  readonly ledgerFile?: string;
}

export interface TapeMarket {
  readonly kind: 'tapes';
  /** The symbol may be left out for `ticks-IBM-….csv.gz` and for tapes of several symbols. */
  readonly tapes: readonly { readonly path: string; readonly symbol?: string }[];
  /** After its end the tape begins anew on the next trading day. */
  readonly loop?: boolean;
}

export interface SyntheticMarket {
  readonly kind: 'synthetic';
  readonly stocks?: readonly SyntheticStock[];
  /** First trading day; 6 October 2026 when unset. */
  readonly date?: { readonly year: number; readonly month: number; readonly day: number };
  /** Of each day, from 09:30; 390 when unset. */
  readonly minutes?: number;
  /** Infinity when unset. */
  readonly days?: number;
}

/** A running simulator. All times are tape times, epoch ms. */
export interface Simulator {
  readonly host: string;
  readonly port: number;
  readonly account: string;
  readonly symbols: readonly string[];
  readonly ledger: Ledger;
  readonly clock: { now(): number };
  /** Everything that can go wrong, one by one, or by a plan: `faults.run(plan)`. */
  readonly faults: Faults;
  /** start, pause, resume, step, advanceTo, setSpeed, ended, state, played, now. */
  readonly market: Feed;
  /** The core without sockets, for hooks that have no name of their own. */
  readonly gateway: Gateway;
  /** Client ids connected now. */
  clients(): readonly number[];
  /** A person at TWS's own screen: places, changes, cancels, closes; from calls or from a script. */
  readonly manual: ManualTrader;
  /** `manual.place`. */
  placeManualOrder(wish: ManualOrder): OrderView;
  /** `manual.cancel`; false when no such order works. */
  cancelManual(permId: number): boolean;
  close(): Promise<void>;
}

/** Starts a simulator, or says in one sentence why it cannot: a tape that cannot be read, a port that is taken. */
export async function openSimulator(options: SimulatorOptions): Promise<Result<Simulator>> {
  const { seed = 1, serverVersion = NEWEST_LAYOUT, host = '127.0.0.1', ledgerFile: ledgerPath } = options;
  if (serverVersion < OLDEST_LAYOUT || serverVersion > NEWEST_LAYOUT)
    return err(`The simulator speaks versions ${OLDEST_LAYOUT} to ${NEWEST_LAYOUT}, not ${serverVersion}.`);
  const market = await openMarket(options.market, seed);
  if (!market.ok) return market;
  const { source, anchors } = market.value;
  const startAt = source.peek()?.at ?? 0;
  const server = new GatewayServer(serverVersion);
  const gateway = new Gateway(gatewayOptions(options, { seed, anchors, startAt }), server);
  const opened = ledgerPath === undefined ? ok(undefined) : LedgerFile.open(ledgerPath, () => gateway.now);
  if (!opened.ok) return opened;
  const ledgerFile = opened.value;
  gateway.ledger.outlet = ledgerFile;
  const listening = await listen(server, gateway, options.port, host);
  if (!listening.ok) {
    ledgerFile?.close();
    return listening;
  }
  const port = listening.value;
  const feed = new Feed(
    source,
    { sink: gateway, congestion: () => server.congestion(), wallClock: () => performance.now() },
    options.speed,
    startAt,
    options.ticksPerTurn,
  );
  const manual = new ManualTrader(gateway);
  if (options.autostart !== false) feed.start();
  return ok({
    host,
    port,
    account: gateway.account.id,
    symbols: gateway.listing.all.map((one) => one.symbol),
    ledger: gateway.ledger,
    clock: { now: () => gateway.now },
    faults: new Faults(server, gateway, port, host),
    market: feed,
    gateway,
    clients: () => server.clientIds,
    manual,
    placeManualOrder: (wish) => manual.place(wish),
    cancelManual: (permId) => manual.cancel({ permId }),
    close: async () => {
      feed.close();
      await server.close();
      gateway.ledger.outlet = undefined;
      ledgerFile?.close();
    },
  });
}

/** What the caller has not said is as in a fresh paper account. */
function gatewayOptions(options: SimulatorOptions, market: Pick<GatewayOptions, 'seed' | 'anchors' | 'startAt'>): GatewayOptions {
  const { account = 'DU1234567', cash = 1_000_000, firstOrderId = 1, sessions = 'enforced', permission = 'live' } = options;
  const { duplicates = 0.3, dayEndsWithTape = true, masterClientId, holdings = [] } = options;
  return {
    ...market,
    account,
    cash: cash * 1_000_000,
    firstOrderId,
    sessions,
    permission,
    duplicates,
    dayEndsWithTape,
    masterClientId,
    holdings,
  };
}

/** The port that is listened on, which is another than asked for when that was 0. */
async function listen(server: GatewayServer, gateway: Gateway, port: number, host: string): Promise<Result<number>> {
  try {
    return ok(await server.listen(gateway, port, host));
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    return err(
      taken
        ? `Port ${port} on ${host} is in use; stop what listens there or choose another with --port.`
        : `The simulator cannot listen on ${host}:${port}: ${String(error)}`,
    );
  }
}

/** As `openSimulator`; throws the sentence. For tests. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const opened = await openSimulator(options);
  if (!opened.ok) throw new Error(opened.error);
  return opened.value;
}

interface OpenMarket {
  readonly source: TickSource;
  readonly anchors: ReadonlyMap<string, Anchor>;
}

async function openMarket(market: TapeMarket | SyntheticMarket, seed: number): Promise<Result<OpenMarket>> {
  if (market.kind === 'synthetic') {
    const stocks = market.stocks ?? DEMO_STOCKS;
    const date = market.date ?? { year: 2026, month: 10, day: 6 };
    const source = new SyntheticSource({
      seed,
      stocks,
      day: dayNumber(date.year, date.month, date.day),
      minutes: market.minutes ?? 390,
      days: market.days ?? Infinity,
    });
    const at = source.peek()?.at ?? 0;
    return ok({ source, anchors: new Map(stocks.map((stock) => [stock.symbol, { at, price: stock.price }])) });
  }
  if (market.tapes.length === 0) return err('The simulator needs a tape.');
  const tapes: Tape[] = [];
  for (const { path, symbol } of market.tapes) {
    const tape = await readTape(path, symbol);
    if (!tape.ok) return tape;
    tapes.push(tape.value);
  }
  const tape = mergeTapes(tapes);
  return ok({ source: new TapeSource(tape, market.loop ?? false), anchors: anchorsOf(tape) });
}

/** Each symbol's first trade, or its first quote when it never trades. */
function anchorsOf(tape: Tape): ReadonlyMap<string, Anchor> {
  const anchors = new Map<string, Anchor & { readonly traded: boolean }>();
  const at = tape.at[0] ?? 0;
  let missing = tape.symbols.length;
  for (let i = 0; i < tape.length && missing > 0; i++) {
    const tick = tapeTick(tape, i);
    const known = anchors.get(tick.symbol);
    const traded = tick.field === 'last';
    if (known?.traded === true || tick.price <= 0 || (known !== undefined && !traded)) continue;
    if (traded) missing--;
    anchors.set(tick.symbol, { at, price: tick.price, traded });
  }
  return new Map(tape.symbols.map((symbol) => [symbol, anchors.get(symbol) ?? { at, price: priceOf(1) }]));
}
