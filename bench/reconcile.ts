import { isWorking, type Order } from '#domain/order';
import { type Price, priceOf, roundToTick, trustedPrice } from '#domain/price';
import { units } from '#domain/quantity';
import type { OrderView } from '#simulator/model/order-view';
import { DEMO_STOCKS } from '#simulator/market/synthetic';
import { startSimulator } from '#simulator/simulator';
import { TIMING } from '#tws/socket/timing';
import { FAST_TAPE_LIMITS, openLiveDesk } from '../tests/support/core/live-desk.ts';
import { median, quantile, report, round, say, seeded } from './support/figures.ts';

/**
 * How long until the book equals the broker's again after a gap, with 200 open orders: the desk over real sockets and the real clock against
 * the simulator in the same process (its work counts too). In each gap a person at TWS fills, cancels, changes and places orders of which the
 * desk hears nothing; afterwards every order, fill and position is compared with the ledger.
 *
 * `data`: from the gateway's first accepted connection (or its 1101/1102) to the commit "Book equals broker". `port`: from the moment at
 * which the port could be reached again, so with the wait of the back-off.
 */
const OPEN_ORDERS = 200;
const OWN = 120;
const GAPS = Number(process.env['GAPS'] ?? 24);
const LIMIT_MS = 3_000;
const KINDS = ['cut', '1102', '1101', 'restart'] as const;
type Kind = (typeof KINDS)[number];

interface Gap {
  readonly kind: Kind;
  readonly dataMs: number;
  readonly portMs: number;
  readonly missedOrders: number;
  readonly missedFills: number;
}

const next = seeded(20131008);
const simulator = await startSimulator({
  port: 0,
  market: { kind: 'synthetic' },
  speed: 1,
  sessions: 'ignored',
  seed: 7,
});
const { ledger, faults, manual, gateway } = simulator;
const symbols = simulator.symbols.slice(0, 8);
/** TWS lets nobody place far from the market; so far that nothing fills by itself. */
const AWAY = 0.02;

const limits = { ...FAST_TAPE_LIMITS, collarPercent: 20, collarTicks: 1_000_000, maxOrderNotional: 10_000_000, maxQuoteAgeMs: 60_000 };
const desk = await openLiveDesk(simulator, limits);

let bookEqualsAt = 0;
/** How often nothing differed from the ledger in the very moment in which the desk said so. */
let equalAtOnce = 0;
desk.coordinator.subscribe((news) => {
  if (news.name !== 'reconciled') return;
  bookEqualsAt = performance.now();
  differs = difference();
});
let differs: string | undefined;
let connectedAt = 0;
let lastConnect = performance.now();
gateway.hooks.listen(({ name }) => {
  if (name !== 'connect') return;
  lastConnect = performance.now();
  if (connectedAt === 0) connectedAt = lastConnect;
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const working = (): readonly OrderView[] => ledger.orders.filter((one) => one.status === 'Submitted' || one.status === 'PreSubmitted');
const one = <T>(list: readonly T[]): T | undefined => list[Math.floor(next() * list.length)];

/** Where the invented market began; within minutes it does not go far. */
function startOf(symbol: string): Price {
  return DEMO_STOCKS.find((stock) => stock.symbol === symbol)?.price ?? priceOf(100);
}

function byHand(): void {
  const symbol = one(symbols) ?? 'IBM';
  const isBuy = next() < 0.5;
  const limit = roundToTick(trustedPrice(Math.round(startOf(symbol) * (isBuy ? 1 - AWAY : 1 + AWAY))), priceOf(0.01), 'nearest');
  manual.place({ symbol, action: isBuy ? 'BUY' : 'SELL', type: 'LMT', quantity: units(1 + Math.floor(next() * 20)), limit, tif: 'GTC' });
}

/** Orders of the desk's own: each trigger fires at once with a limit out of reach. */
async function placeOwn(): Promise<void> {
  for (const symbol of symbols) {
    const contract = await desk.contract(symbol);
    const offset = -Math.round((startOf(symbol) * AWAY) / 10_000) * 10_000;
    for (let n = 0; n < OWN / symbols.length; n += 1) {
      desk.arm({
        name: `${symbol}-${n}`,
        condition: { kind: 'price', contract, field: 'last', test: 'at-or-above', level: priceOf(0.01) },
        action: {
          contract,
          side: 'BUY',
          quantity: units(1 + n),
          entry: { type: 'LMT', limitOffset: trustedPrice(offset) },
          tif: 'GTC',
          outsideRth: true,
        },
        rthOnly: false,
      });
    }
  }
  await desk.until('the own orders work', () => working().length >= OWN);
}

/** What a person does in TWS while the desk hears nothing. Answers how many orders it touched. */
function trouble(): number {
  const touched = new Set<number>();
  for (let n = 0; n < 6; n += 1) {
    const order = one(working());
    if (order === undefined || touched.has(order.permId)) continue;
    touched.add(order.permId);
    const market = startOf(order.contract.symbol);
    if (n < 3)
      manual.modify(
        { permId: order.permId },
        { limit: roundToTick(trustedPrice(Math.round(market * (order.action === 'BUY' ? 1.05 : 0.95))), priceOf(0.01), 'nearest') },
      );
    else if (n < 5) manual.cancel({ permId: order.permId });
    else manual.modify({ permId: order.permId }, { quantity: units(30) });
  }
  for (let n = 0; n < 3; n += 1) byHand();
  manual.place({ symbol: one(symbols) ?? 'IBM', action: 'BUY', type: 'MKT', quantity: units(3) });
  return touched.size + 4;
}

/** The first difference between the book and the ledger, in words; undefined when there is none. */
function difference(): string | undefined {
  const byPermId = new Map([...desk.stores.orders.values()].map((order) => [Number(order.permId), order]));
  for (const truth of ledger.orders) {
    const differs = orderDifference(truth, byPermId.get(truth.permId));
    if (differs !== undefined) return differs;
  }
  if (desk.stores.orders.size !== ledger.orders.length) return `${desk.stores.orders.size} orders, not ${ledger.orders.length}`;
  const live = ledger.fills.length;
  if (desk.stores.fills.size !== live) return `${desk.stores.fills.size} fills, not ${live}`;
  for (const held of ledger.positions) {
    const position = [...desk.stores.positions.values()].find((candidate) => candidate.contract.symbol === held.contract.symbol);
    if ((position?.quantity ?? 0) !== held.quantity)
      return `${held.contract.symbol}: ${position?.quantity ?? 0} held, not ${held.quantity}`;
  }
  return undefined;
}

function orderDifference(truth: OrderView, order: Order | undefined): string | undefined {
  const works = truth.status === 'Submitted' || truth.status === 'PreSubmitted';
  if (order === undefined) return `order ${truth.permId} (${truth.status}) is not in the book`;
  if (order.filled !== truth.filled) return `order ${truth.permId} filled ${order.filled}, not ${truth.filled}`;
  if (isWorking(order.state) !== works || order.state === 'UNKNOWN') return `order ${truth.permId} is ${order.state}, not ${truth.status}`;
  if (works && (order.limit !== truth.limit || order.quantity !== truth.quantity)) return `order ${truth.permId} has other terms`;
  return undefined;
}

async function equal(what: string): Promise<void> {
  try {
    await desk.until(what, () => difference() === undefined);
  } catch {
    throw new Error(`${what}: ${difference() ?? 'late'}`);
  }
}

async function gap(kind: Kind): Promise<Gap> {
  while (working().length < OPEN_ORDERS) byHand();
  // A second loss soon after the first one would be answered later: the back-off means that.
  if (kind === 'cut' || kind === 'restart') await pause(Math.max(0, lastConnect + TIMING.stableAfter + 200 - performance.now()));
  await equal('the book before the gap');
  const fills = ledger.fills.length;
  connectedAt = bookEqualsAt = 0;
  let missedOrders = 0;
  let portAt = 0;
  if (kind === 'cut') {
    faults.rst();
    missedOrders = trouble();
    portAt = performance.now();
  } else if (kind === 'restart') {
    await faults.goDown();
    missedOrders = trouble();
    await pause(1_500);
    await faults.comeBack();
    portAt = performance.now();
  } else {
    faults.outage({ ms: 600_000, fills: 'lost', back: kind === '1101' ? 1101 : 1102 });
    missedOrders = trouble();
    await pause(500);
    faults.settle();
    portAt = connectedAt = performance.now();
  }
  await desk.until(`the book equals the broker's after ${kind}`, () => bookEqualsAt > connectedAt && connectedAt > 0);
  if (differs === undefined) equalAtOnce += 1;
  else say(`at the commit: ${differs}`);
  const result = {
    kind,
    dataMs: bookEqualsAt - connectedAt,
    portMs: bookEqualsAt - portAt,
    missedOrders,
    missedFills: ledger.fills.length - fills,
  };
  await equal(`the book after ${kind}`);
  return result;
}

await placeOwn();
const gaps: Gap[] = [];
for (let n = 0; n < GAPS; n += 1) {
  const done = await gap(KINDS[n % KINDS.length] ?? 'cut');
  gaps.push(done);
  say(
    `${done.kind}: data ${round(done.dataMs)} ms, port ${round(done.portMs)} ms; ${done.missedOrders} orders and ${done.missedFills} fills missed`,
  );
}

/** A desk that starts over 200 open orders: it opens the book as well. */
await desk.close();
// The gateway lets go of the client ids first, or the second desk would knock twice.
await pause(1_000);
connectedAt = 0;
const second = await openLiveDesk(simulator, limits);
const startedAt = performance.timeOrigin + connectedAt;
const at = (name: string): number => round((second.journal.records.find((record) => record.name === name)?.at ?? NaN) - startedAt);
await second.close();
await simulator.close();

const figures = (of: readonly Gap[]): object => ({
  gaps: of.length,
  dataP50: round(median(of.map(({ dataMs }) => dataMs))),
  dataMax: round(
    quantile(
      of.map(({ dataMs }) => dataMs),
      1,
    ),
  ),
  portP50: round(median(of.map(({ portMs }) => portMs))),
  portMax: round(
    quantile(
      of.map(({ portMs }) => portMs),
      1,
    ),
  ),
});
const bugs = desk.bugs.length + second.bugs.length;
report({
  name: 'reconcile',
  unit: 'ms',
  openOrders: OPEN_ORDERS,
  ...figures(gaps),
  ...Object.fromEntries(KINDS.map((kind) => [kind, figures(gaps.filter((done) => done.kind === kind))])),
  missedOrders: gaps.reduce((sum, { missedOrders }) => sum + missedOrders, 0),
  missedFills: gaps.reduce((sum, { missedFills }) => sum + missedFills, 0),
  equalAtTheCommit: equalAtOnce,
  equalSoonAfter: gaps.length,
  start: { openOrders: OPEN_ORDERS, data: at('reconciled'), bookOpen: at('book.open') },
  bugs,
  limits: { data: LIMIT_MS },
});
