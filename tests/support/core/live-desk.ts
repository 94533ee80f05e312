import type { Coordinator } from '#core/commit/coordinator';
import type { DeskCore } from '#core/engine/desk-core';
import type { DeskStores, Effect } from '#core/state/records';
import { engineState } from '#core/state/desk-state';
import { startDesk } from '#core/engine/operator-commands';
import { armAsSeen } from './arm-as-seen.ts';
import type { Journal } from '#core/ports/journal';
import type { RiskLimits } from '#core/risk/risk-context';
import type { Contract } from '#domain/contract';
import type { TriggerId } from '#domain/ids';
import type { TriggerSpec } from '#domain/trigger';
import { DEFAULT_SETTINGS } from '#protocol/settings';
import type { Simulator } from '#simulator/simulator';
import { AsyncContext } from '#system/context';
import { createTwsAdapter, type TwsAdapter } from '#tws/tws-adapter';
import { assembleCore } from './assemble-core.ts';
import { SteadyClock } from '../steady-clock.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';

/** Limits under which a whole day's tape in seconds is not a runaway. Everything else is the default. */
export const FAST_TAPE_LIMITS: RiskLimits = {
  ...DEFAULT_SETTINGS.limits,
  ordersPerSecond: 10_000,
  ordersPerSecondPerSymbol: 10_000,
  maxWorkingPerSide: 10_000,
  maxWorkingTotal: 10_000,
  maxPositionShares: 1_000_000,
};

export interface LiveDesk {
  readonly core: DeskCore;
  readonly adapter: TwsAdapter;
  readonly stores: DeskStores;
  readonly journal: MemoryJournal;
  readonly coordinator: Coordinator<Effect>;
  readonly clock: SteadyClock;
  readonly log: readonly string[];
  readonly bugs: readonly unknown[];
  /** Resolves as soon as it is true; looks after every commit and every turn of the event loop. */
  until(what: string, test: () => boolean): Promise<void>;
  contract(symbol: string): Promise<Contract>;
  arm(spec: TriggerSpec): TriggerId;
  close(): Promise<void>;
}

function untilOf(core: DeskCore, clock: SteadyClock, log: readonly string[]): LiveDesk['until'] {
  return async (what, test) => {
    const deadline = clock.monotonic() + 20_000;
    while (!test()) {
      if (clock.monotonic() > deadline)
        throw new Error(`never came true: ${what}; the desk is ${engineState(core.deskState)}; log: ${log.slice(-8).join(' | ')}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
}

/** The desk as the program builds it (real adapter, real sockets, a clock that stands while the machine has no time) but for its files, which are in memory. */
export async function openLiveDesk(
  simulator: Pick<Simulator, 'port'>,
  limits: RiskLimits = DEFAULT_SETTINGS.limits,
  file?: Journal,
): Promise<LiveDesk> {
  const clock = new SteadyClock();
  const journal = new MemoryJournal();
  let highest = 0;
  let serverTime: (seconds: number, roundTrip: number) => void = () => undefined;
  const adapter = createTwsAdapter(
    { host: '127.0.0.1', port: simulator.port, allowLive: false },
    {
      clock,
      scheduler: clock,
      random: () => 0.5,
      ids: { read: () => highest, raise: (id) => (highest = id) },
      liveConfirmed: () => false,
      onServerTime: (seconds, roundTrip) => serverTime(seconds, roundTrip),
    },
  );
  const { core, coordinator, stores, bugs } = assembleCore({
    clock,
    context: new AsyncContext(),
    journal: file ?? journal,
    ports: {
      broker: adapter.broker,
      market: adapter.market,
      rules: () => ({ limits, orderTypes: DEFAULT_SETTINGS.allowed.orderTypes, timesInForce: DEFAULT_SETTINGS.allowed.timesInForce }),
    },
    simulated: true,
  });
  serverTime = (seconds, roundTrip) => core.deskState.exchange.server(seconds, roundTrip);
  adapter.setSink(core.sink);
  adapter.setGate(core.gate);
  adapter.onNews((news) => core.onNews(news));
  const log: string[] = [];
  core.onLog((line) => log.push(`${line.level}: ${line.text}`));
  core.start();
  adapter.start();
  const until = untilOf(core, clock, log);
  const desk: LiveDesk = {
    core,
    adapter,
    stores,
    journal,
    coordinator,
    clock,
    log,
    bugs,
    until,
    async contract(symbol) {
      const found = await adapter.market.search(symbol);
      const contract = found.ok ? found.value.find((candidate) => candidate.symbol === symbol) : undefined;
      if (contract === undefined) throw new Error(`${symbol} was not found: ${found.ok ? 'no such symbol' : found.error}`);
      const details = await adapter.market.details(contract);
      if (!details.ok) throw new Error(details.error);
      core.learn(details.value);
      return details.value.contract;
    },
    arm(spec) {
      const armed = armAsSeen(core.deskState, spec, 'test');
      if (!armed.ok) throw new Error(armed.error.text);
      core.drainNow();
      return armed.value.id;
    },
    async close() {
      core.stop();
      await adapter.stop();
      clock.stop();
    },
  };
  await until('connected and reconciled', () => core.deskState.link.ready && core.deskState.reconciliation.done());
  await until("the day's P&L is known", () => core.deskState.accounts.current()?.dailyPnl !== undefined);
  const started = startDesk(core.deskState, 'test');
  if (!started.ok) throw new Error(started.error.text);
  return desk;
}
