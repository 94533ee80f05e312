import { Coordinator } from '#core/commit/coordinator';
import { Stores } from '#core/commit/stores';
import type { BrokerPort, LinkState } from '#core/ports/broker';
import type { ContextPort } from '#core/ports/context';
import type { Journal, JournalStatus } from '#core/ports/journal';
import type { RiskRules } from '#core/risk/risk-context';
import type { Contract } from '#domain/contract';
import { accountIdOf, clientIdOf, conIdOf, orderIdOf, permIdOf, triggerIdOf } from '#domain/ids';
import { ZERO_AMOUNT } from '#domain/money';
import { type Price, priceOf, ZERO_PRICE } from '#domain/price';
import { units } from '#domain/quantity';
import { err, ok } from '#domain/result';
import type { TriggerSpec } from '#domain/trigger';
import { minus, plus } from '#domain/scaled';
import { DeskCore } from './desk-core.ts';
import { openDeskStores, type Effect } from '#core/state/records';
import { startDesk } from './operator-commands.ts';
import { armTrigger } from '#core/strategy/trigger/arm';
import { dryRun } from '#core/strategy/trigger/dry-run';

const ACCOUNT = accountIdOf('DU0000000');
const CONTRACT: Contract = { conId: conIdOf(1), symbol: 'WARM', secType: 'STK', exchange: 'SMART', currency: 'USD', multiplier: 1 };
const LEVEL = priceOf(100);

/**
 * Runs the order path on a desk of its own that is connected to nothing, so that the engine has compiled it before the first real firing.
 * A trigger fires a few times a day: without this each firing would run as code that has never run. Shares no state with the desk.
 */
export function warmUp(context: ContextPort, rounds: number): number {
  const desk = unconnectedDesk(context);
  desk.core.start();
  connect(desk.core);
  startDesk(desk.core.deskState, 'warm-up');
  desk.core.deskState.board.follow(CONTRACT);
  for (let round = 0; round < rounds; round += 1) playRound(desk, round);
  desk.core.stop();
  return desk.sent();
}

interface UnconnectedDesk {
  readonly core: DeskCore;
  /** Epoch ms; only `wait` moves it. */
  readonly now: () => number;
  readonly wait: (ms: number) => void;
  /** Orders and brackets that the gate has let through. */
  readonly sent: () => number;
}

function unconnectedDesk(context: ContextPort): UnconnectedDesk {
  const journal: Journal = { append: () => ok(undefined), status: () => NOTHING_WRITTEN };
  let time = 1_600_000_000_000;
  const clock = { now: () => time, monotonic: () => time };
  const scheduler = { after: () => () => undefined };
  let sent = 0;
  const broker: BrokerPort = {
    place: (order) => {
      if (core.gate(order) !== undefined) return { kind: 'refused', reason: 'warm-up' };
      sent += 1;
      const legs = order.value.legs.map((leg, at) => ({ ref: leg.ref, orderId: orderIdOf(sent * 4 + at), clientId: clientIdOf(2) }));
      return { kind: 'sent', legs, at: time };
    },
    modify: () => ({ kind: 'refused', reason: 'warm-up' }),
    cancel: () => ({ kind: 'queued' }),
    globalCancel: () => ({ kind: 'queued' }),
    purge: () => [],
    drop: () => [],
    reconcile: () => 0,
    requestOpenOrders: () => 0,
    requestPositions: () => 0,
  };
  const none = () => Promise.resolve(err('warm-up'));
  const cells = new Stores();
  const coordinator = new Coordinator<Effect>({ stores: cells, clock, scheduler, context, journal });
  let ids = 0;
  const core = new DeskCore({
    ports: {
      broker,
      market: { subscribe: () => undefined, unsubscribe: () => undefined, search: none, details: none, bars: none },
      clock,
      scheduler,
      ids: { triggerId: () => triggerIdOf(String((ids += 1)).padStart(8, '0')), phrase: () => 'WARM' },
      journal,
      killLatchFile: {
        read: () => ({ set: false, reason: '', scope: 'own', exits: 'keep' }),
        set: () => ok(undefined),
        clear: () => ok(undefined),
      },
      drafts: { load: () => ok([]), save: () => undefined },
      rules: () => RULES,
    },
    coordinator,
    stores: openDeskStores(cells),
    simulated: false,
  });
  const wait = (ms: number): void => {
    time += ms;
  };
  return { core, now: () => time, wait, sent: () => sent };
}

/** What TWS tells after the log-in: a link, an empty book, a day without a loss, the contract. */
function connect(core: DeskCore): void {
  core.onNews({ kind: 'link', link: LINK });
  for (const part of ['open-orders', 'completed-orders', 'executions', 'positions'] as const)
    core.onNews({ kind: 'end', of: part, epoch: 1, request: 0 });
  core.onNews({ kind: 'pnl', account: ACCOUNT, daily: ZERO_AMOUNT, unrealized: ZERO_AMOUNT, realized: ZERO_AMOUNT });
  core.learn({
    contract: CONTRACT,
    longName: 'Warm',
    minTick: priceOf(0.01),
    timeZoneId: 'US/Eastern',
    tradingHours: '',
    liquidHours: '',
  });
}

/** One trigger from its arming over the firing and the send to the cancelled order. */
function playRound({ core, now, wait }: UnconnectedDesk, round: number): void {
  const tick = (field: 'bid' | 'ask' | 'last', price: Price): void => core.sink.tick({ conId: CONTRACT.conId, field, price, at: now() });
  wait(11_000);
  tick('bid', minus(LEVEL, priceOf(0.03)));
  tick('ask', plus(LEVEL, priceOf(0.01)));
  tick('last', minus(LEVEL, priceOf(0.02)));
  core.sink.chunkEnd();
  const wanted = spec(round);
  const { fingerprint, needs } = dryRun(core.deskState, wanted);
  armTrigger(core.deskState, wanted, 'warm-up', { fingerprint, confirmed: needs });
  tick('last', LEVEL);
  core.sink.chunkEnd();
  for (const order of core.deskState.index.working()) {
    core.onNews({
      kind: 'order-status',
      status: {
        orderId: order.orderId ?? orderIdOf(0),
        clientId: clientIdOf(2),
        permId: permIdOf(round + 1),
        parentId: orderIdOf(0),
        ibStatus: 'Cancelled',
        filled: units(0),
        remaining: order.quantity,
        avgFillPrice: undefined,
        lastFillPrice: undefined,
        whyHeld: '',
      },
    });
  }
}

function spec(round: number): TriggerSpec {
  const bracket = round % 2 === 0;
  return {
    name: `W-${round}`,
    condition: { kind: 'price', contract: CONTRACT, field: 'last', test: 'crosses-above', level: LEVEL },
    action: {
      contract: CONTRACT,
      side: 'BUY',
      quantity: units(1 + (round % 50)),
      entry: { type: 'LMT', limitOffset: ZERO_PRICE },
      tif: 'DAY',
      outsideRth: true,
      ...(bracket ? { target: { kind: 'percent', basisPoints: 200 }, stop: { kind: 'percent', basisPoints: 100 } } : {}),
    },
    rthOnly: false,
  };
}

const NOTHING_WRITTEN: JournalStatus = { state: 'ready', lastSeq: 0, written: 0, lost: 0, unsyncedRecords: 0, unsyncedMs: 0, file: '' };

const LINK: LinkState = {
  connections: [],
  ready: true,
  epoch: 1,
  upstream: 'up',
  upstreamSince: 0,
  farms: [],
  accounts: [ACCOUNT],
  messageRate: 0,
  messageLimit: 40,
};

const RULES: RiskRules = {
  limits: {
    maxOrderShares: 1_000,
    maxOrderContracts: 5,
    maxOrderNotional: 1_000_000,
    collarPercent: 3,
    collarTicks: 2_000,
    maxQuoteAgeMs: 2_000,
    ordersPerSecondPerSymbol: 10,
    ordersPerSecond: 10,
    firingsPerTenMinutes: 3,
    duplicateWindowSeconds: 10,
    maxWorkingPerSide: 15,
    maxWorkingTotal: 60,
    maxPositionShares: 100_000,
    maxPositionContracts: 10,
    maxDailyLoss: 10_000,
  },
  orderTypes: ['MKT', 'LMT', 'STP', 'STP LMT', 'TRAIL'],
  timesInForce: ['DAY', 'GTC', 'IOC'],
};
