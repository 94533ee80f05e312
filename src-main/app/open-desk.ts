import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { Coordinator } from '#core/commit/coordinator';
import type { CommitBug } from '#core/commit/work';
import { Stores } from '#core/commit/stores';
import { DeskCore } from '#core/engine/desk-core';
import { openDeskStores, type Effect } from '#core/state/records';
import { logLine } from '#core/state/desk-state';
import { faultDesk } from '#core/execution/halt';
import { warmUp } from '#core/engine/warm-up';
import type { RiskRules } from '#core/risk/risk-context';
import { createHandlers } from '#desk/handlers/handlers';
import { DetailsKeeper } from '#desk/handlers/contract-details';
import { Projector } from '#desk/projection/projector';
import { createRouter } from '#desk/entrance/router';
import { createPublisher } from '#desk/stream/publisher';
import type { DeskDoor } from '#desk/entrance/door';
import { err, ok, type Result } from '#domain/result';
import { CommitJournal } from '#journal/commit-journal';
import { numbersFrame } from '#journal/earlier-orders';
import { resetWindowsOf } from '#protocol/settings';
import type { StatusValue } from '#protocol/topics';
import type { Simulator } from '#simulator/simulator';
import { SystemClock } from '#system/clock';
import { AsyncContext } from '#system/context';
import { createLogger, type Logger } from '#system/logger';
import { createIdSource } from '#system/random-ids';
import { createResourceMonitor } from '#system/resource-monitor';
import { checkOptions, type TwsOptions } from '#tws/tws-options';
import { createTwsAdapter, type TwsAdapter } from '#tws/tws-adapter';
import { WorkerScheduler } from '#workers/worker-scheduler';
import { openAuditTrail } from './audit-trail.ts';
import { barsWithFallback, TradeRecorder, verifyJournal } from './background-jobs.ts';
import { openDataDir } from './data-dir.ts';
import { openBreakerFile, openDrafts, openIdHighWater, openKillLatch } from './desk-files.ts';
import { deskDoor } from './desk-door.ts';
import { countLanes, diagnostics } from './diagnostics.ts';
import type { DeskOptions } from './options.ts';
import { ServiceRegistry } from './service-registry.ts';
import { SettingsStore } from './settings-store.ts';
import { earlierOrders } from './earlier-orders.ts';
import { openEmbeddedSimulator } from './embedded-simulator.ts';
import { WatchList } from './watch-list.ts';

export interface Desk {
  readonly door: DeskDoor;
  readonly log: Logger;
  readonly dataDir: string;
  /** The embedded simulator, when it runs. */
  readonly simulator: Simulator | undefined;
  /** A defect that nobody caught: the desk goes to ERROR, nothing more is sent, cancels and kill stay possible. */
  fault(error: unknown): void;
  stop(): Promise<void>;
}

export interface DeskSurroundings {
  /** Version and commit, as the footer shows it. */
  readonly build: string;
  /** File of the pool's workers: TypeScript in development, the bundle in the built program. */
  readonly workerFile: URL;
  /** Folder of `resources/`. */
  readonly resources: string;
}

const FLUSH_MS = 33;
/** Enough for the engine to compile the order path; some tenths of a second at the start. */
const WARM_UP_ROUNDS = 300;

/** Builds the whole desk and starts it, disarmed. An error is a sentence for the terminal; nothing is left running then. */
export async function openDesk(options: DeskOptions, around: DeskSurroundings): Promise<Result<Desk>> {
  const opened = openDataDir(options.data, options.simulator);
  if (!opened.ok) return opened;
  const dataDir = opened.value;
  const clock = new SystemClock();
  const log = createLogger({ to: join(dataDir, 'desk.log') });
  const settings = new SettingsStore(dataDir);
  const simulated = options.simulator ? await openEmbeddedSimulator(options, around.resources) : ok(undefined);
  if (!simulated.ok) return simulated;
  const simulator = simulated.value;

  const { connection } = settings.current;
  const twsOptions: TwsOptions = {
    host: simulator?.host ?? options.host ?? connection.host,
    port: simulator?.port ?? options.port ?? connection.port,
    clientIdBase: simulator === undefined ? connection.clientIdBase : 0,
    allowLive: options.live,
    messagesPerSecond: settings.current.limits.messagesPerSecond,
  };
  const usable = checkOptions(twsOptions);
  if (!usable.ok) {
    await simulator?.close();
    return err(usable.error);
  }

  const journal = CommitJournal.open({ directory: join(dataDir, 'journal'), clock, scheduler: clock });
  const cells = new Stores({ freeze: 'deep' });
  const stores = openDeskStores(cells);
  const late: { serverTime: (seconds: number, roundTripMs: number) => void; bug: (bug: CommitBug) => void } = {
    serverTime: () => undefined,
    bug: (bug) => log.error('a commit met a defect', { ...bug }),
  };
  const coordinator = new Coordinator<Effect>(
    { stores: cells, clock, scheduler: clock, context: new AsyncContext(), journal },
    { startAfter: journal.lastSeq, onBug: (bug) => late.bug(bug) },
  );
  let live = false;
  let portConfirmed = false;
  const adapter: TwsAdapter = createTwsAdapter(twsOptions, {
    clock,
    scheduler: clock,
    random: () => randomInt(2 ** 32) / 2 ** 32,
    ids: openIdHighWater(dataDir, (text) => log.warn(text)),
    liveConfirmed: () => live,
    // The embedded simulator is this program's own, whatever port it got.
    portConfirmed: () => portConfirmed || simulator !== undefined,
    onServerTime: (seconds, roundTripMs) => late.serverTime(seconds, roundTripMs),
    onOrderFrame: (frame) => journal.frame(frame),
    onBracket: (legs) => journal.frameAtOnce(numbersFrame(clock.now(), legs)),
  });
  const rules = (): RiskRules => ({
    limits: settings.current.limits,
    orderTypes: settings.current.allowed.orderTypes,
    timesInForce: settings.current.allowed.timesInForce,
    // A simulated gateway lives in the time of its tape and is never reset.
    resetWindows: simulator === undefined ? resetWindowsOf(settings.current.resetWindows) : [],
  });
  const workers = new WorkerScheduler({ file: around.workerFile, clock });
  const recorder = new TradeRecorder();
  const core = new DeskCore({
    ports: {
      broker: adapter.broker,
      market: barsWithFallback(adapter.market, recorder, workers),
      clock,
      scheduler: clock,
      ids: createIdSource(),
      journal,
      killLatchFile: openKillLatch(dataDir, clock),
      drafts: openDrafts(
        dataDir,
        (fn) => void clock.after(200, fn),
        (text) => log.warn(text),
      ),
      breakerFile: openBreakerFile(dataDir),
      rules,
      earlierOrders: earlierOrders(join(dataDir, 'journal')),
      startRefusal: () => settings.fault ?? undefined,
    },
    coordinator,
    stores,
    simulated: simulator !== undefined,
  });
  late.serverTime = (seconds, roundTripMs) => core.deskState.exchange.server(seconds, roundTripMs);
  late.bug = (bug) => {
    log.error('a commit met a defect', { ...bug });
    faultDesk(core.deskState, `A defect of this program stopped the commit "${bug.name}".`);
  };
  adapter.setSink({
    ...core.sink,
    tick: (tick) => {
      core.sink.tick(tick);
      if (tick.field === 'last')
        recorder.note(tick.conId, { at: Math.round(core.deskState.exchange.now()), price: tick.price, size: tick.size ?? 0 });
    },
  });
  adapter.setGate(core.gate);
  adapter.onNews((news) => core.onNews(news));

  const monitor = createResourceMonitor();
  let loopDelay: number | null = null;
  let memory: number | null = null;
  let hotkeys: StatusValue['hotkeys'] = [];
  const publisher = createPublisher({ onFault: (error) => log.error('a screen could not be sent to', { error }) });
  const registry = new ServiceRegistry({ clock, scheduler: clock });
  const laneCounts = countLanes(core);
  const projector = new Projector({
    core,
    publisher,
    around: {
      simulated: simulator !== undefined,
      build: around.build,
      liveConfirmed: () => live,
      settings: () => settings.view(),
      hotkeys: () => hotkeys,
      loopDelayMs: () => loopDelay,
      journalLagMs: () => journal.status().unsyncedMs,
    },
    diagnostics: () => diagnostics({ core, registry, workers, publisher, memoryMb: memory, laneCounts }),
  });
  const watchList = new WatchList(core, dataDir, simulator?.symbols ?? []);
  const router = createRouter(
    createHandlers({
      core,
      projector,
      settings,
      watchList,
      audit: openAuditTrail({
        workers,
        directory: join(dataDir, 'journal'),
        exports: join(dataDir, 'exports'),
        now: () => clock.now(),
      }),
      live: {
        confirm: (account, phrase) => {
          if (adapter.link().problem?.code === 'port-mismatch') {
            if (phrase.trim() !== account || account !== core.deskState.accounts.current()?.id)
              return err(`The words do not match. Type the account id ${core.deskState.accounts.current()?.id ?? ''}.`);
            portConfirmed = true;
            adapter.recheckLive();
            logLine(core.deskState, 'alarm', `Trading on ${account} at port ${twsOptions.port} confirmed by the operator.`);
            return ok(undefined);
          }
          if (!options.live)
            return err('This program was started without --live; close it and start it with --live to trade a live account.');
          if (phrase.trim() !== account) return err(`The words do not match. Type the account id ${account}.`);
          live = true;
          adapter.recheckLive();
          logLine(core.deskState, 'alarm', `Live trading on ${account} confirmed by the operator.`);
          return ok(undefined);
        },
      },
    }),
    {
      monotonic: () => clock.monotonic(),
      fault: (name, error) => {
        const id = `E${Math.round(clock.now()).toString(36).toUpperCase()}`;
        log.error(`a handler met a defect`, { id, name, error });
        return id;
      },
    },
  );

  const keeper = new DetailsKeeper(core);
  let stopTimers: () => void = () => undefined;
  registry.register({
    name: 'journal',
    needs: [],
    start: () => undefined,
    stop: async () => {
      await journal.close();
    },
  });
  if (simulator !== undefined)
    registry.register({ name: 'simulator', needs: [], start: () => simulator.market.start(), stop: () => simulator.close() });
  registry.register({ name: 'workers', needs: [], start: () => undefined, stop: () => workers.shutdown('abort') });
  registry.register({ name: 'core', needs: ['journal'], start: () => core.start(), stop: () => core.stop() });
  registry.register({
    name: 'tws',
    needs: ['core', ...(simulator === undefined ? [] : ['simulator'])],
    start: () => adapter.start(),
    stop: () => adapter.stop(),
  });
  registry.register({
    name: 'screens',
    needs: ['core', 'workers'],
    start: () => {
      let running = true;
      const flush = (): void => {
        if (!running) return;
        projector.flush(clock.now());
        clock.after(FLUSH_MS, flush);
      };
      const measure = (): void => {
        if (!running) return;
        const sample = monitor.sample();
        loopDelay = Math.round(sample.loopDelayP99 * 10) / 10;
        memory = Math.round(sample.memoryMb);
        void watchList.restore();
        clock.after(1_000, measure);
      };
      flush();
      measure();
      keeper.start();
      for (const finding of journal.findings())
        logLine(core.deskState, 'alarm', `The journal is not as it was left (${finding.file}): ${finding.text}`);
      const stopVerifying = verifyJournal(core, workers, join(dataDir, 'journal'));
      stopTimers = () => {
        running = false;
        keeper.stop();
        stopVerifying();
      };
    },
    stop: () => {
      stopTimers();
      projector.flush(clock.now());
      monitor.close();
    },
  });
  warmUp(new AsyncContext(), WARM_UP_ROUNDS);
  registry.seal();
  await registry.start();
  if (settings.fault !== null) logLine(core.deskState, 'alarm', settings.fault);

  return ok({
    door: deskDoor({ core, router, publisher, settings, hotkeys: (list) => (hotkeys = list) }),
    log,
    dataDir,
    simulator,
    fault: (error) => {
      log.error('a defect that nobody caught', { error });
      faultDesk(core.deskState, 'A defect of this program was caught at the last moment; it is in the log.');
    },
    stop: async () => {
      await registry.stop();
      log.flush();
    },
  });
}
