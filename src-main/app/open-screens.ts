import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { DeskCore } from '#core/engine/desk-core';
import { Confirmations } from '#desk/entrance/confirmations';
import type { SessionsPort } from '#desk/entrance/door';
import { onlyAtDesk } from '#desk/entrance/only-at-desk';
import { createRouter, type Router } from '#desk/entrance/router';
import { DetailsKeeper } from '#desk/handlers/contract-details';
import { createHandlers } from '#desk/handlers/handlers';
import { Projector } from '#desk/projection/projector';
import { createPublisher, type Publisher } from '#desk/stream/publisher';
import type { CommitJournal } from '#journal/commit-journal';
import type { StatusValue } from '#protocol/topics';
import type { SystemClock } from '#system/clock';
import type { Logger } from '#system/logger';
import { createResourceMonitor } from '#system/resource-monitor';
import type { TwsAdapter } from '#tws/tws-adapter';
import type { WorkerScheduler } from '#workers/worker-scheduler';
import { openAuditTrail } from './audit-trail.ts';
import { verifyJournal } from './background-jobs.ts';
import { countLanes, diagnostics } from './diagnostics.ts';
import type { LiveConfirmation } from './live-confirmation.ts';
import type { ServiceRegistry } from './service-registry.ts';
import type { SettingsStore } from './settings-store.ts';
import { startHolds, type StartHoldParts } from './start-holds.ts';
import { WatchList } from './watch-list.ts';

const FLUSH_MS = 33;
const MEASURE_MS = 1_000;

export interface ScreenSurroundings {
  readonly core: DeskCore;
  readonly adapter: TwsAdapter;
  readonly journal: CommitJournal;
  readonly workers: WorkerScheduler;
  readonly registry: ServiceRegistry;
  readonly dataDir: string;
  readonly clock: SystemClock;
  readonly log: Logger;
  readonly settings: SettingsStore;
  readonly confirmation: LiveConfirmation;
  readonly holds: StartHoldParts;
  readonly sessions: SessionsPort;
  readonly simulated: boolean;
  /** Symbols of the simulator's tapes. */
  readonly symbols: readonly string[];
  readonly build: string;
}

export interface Screens {
  readonly router: Router;
  readonly publisher: Publisher;
  readonly terminal: Confirmations;
  hotkeys(list: StatusValue['hotkeys']): void;
  start(): void;
  stop(): void;
}

/** What the system around the desk measures, for the status. */
interface Measured {
  loopDelayMs: number | null;
  memoryMb: number | null;
  hotkeys: StatusValue['hotkeys'];
}

/** The operator's side: rows out, calls in, and what is looked after while somebody may look. */
export function openScreens(around: ScreenSurroundings): Screens {
  const { core, journal, workers, registry, dataDir, clock, log, settings, confirmation, holds } = around;
  const monitor = createResourceMonitor();
  const measured: Measured = { loopDelayMs: null, memoryMb: null, hotkeys: [] };
  const publisher = createPublisher({ onFault: (error) => log.error('a screen could not be sent to', { error }) });
  const laneCounts = countLanes(core.view);
  const projector = new Projector({
    core,
    publisher,
    around: {
      simulated: around.simulated,
      build: around.build,
      liveConfirmed: () => confirmation.isLive(),
      settings: () => settings.view(),
      holds: () => startHolds(holds),
      hotkeys: () => measured.hotkeys,
      loopDelayMs: () => measured.loopDelayMs,
      journalLagMs: () => journal.status().unsyncedMs,
    },
    diagnostics: () => diagnostics({ view: core.view, registry, workers, publisher, memoryMb: measured.memoryMb, laneCounts }),
  });
  const watchList = new WatchList(core, dataDir, around.symbols);
  const terminal = new Confirmations({ monotonic: () => clock.monotonic(), code: () => String(randomInt(1_000, 10_000)) });
  const router = openRouter(around, projector, watchList, terminal);
  const keeper = new DetailsKeeper(core);
  let stopTimers: () => void = () => undefined;

  function measure(): void {
    const sample = monitor.sample();
    measured.loopDelayMs = Math.round(sample.loopDelayP99 * 10) / 10;
    measured.memoryMb = Math.round(sample.memoryMb);
    void watchList.restore();
  }

  return {
    router,
    publisher,
    terminal,
    hotkeys: (list) => (measured.hotkeys = list),
    start: () => {
      const stops = [repeat(clock, FLUSH_MS, () => projector.flush(clock.now())), repeat(clock, MEASURE_MS, measure)];
      keeper.start();
      for (const finding of journal.findings()) {
        holds.journal.doubt(finding.text);
        core.commands.log('alarm', `The journal is not as it was left (${finding.file}): ${finding.text}`);
      }
      stops.push(() => keeper.stop(), verifyJournal(core, workers, join(dataDir, 'journal'), holds.journal));
      stopTimers = () => stops.forEach((stop) => stop());
    },
    stop: () => {
      stopTimers();
      projector.flush(clock.now());
      monitor.close();
    },
  };
}

/** Now and again, each time after it has been done. The returned function ends it. */
function repeat(clock: SystemClock, everyMs: number, act: () => void): () => void {
  let running = true;
  const again = (): void => {
    if (!running) return;
    act();
    clock.after(everyMs, again);
  };
  again();
  return () => {
    running = false;
  };
}

function openRouter(
  { core, adapter, workers, dataDir, clock, log, settings, confirmation, holds, sessions }: ScreenSurroundings,
  projector: Projector,
  watchList: WatchList,
  terminal: Confirmations,
): Router {
  const handlers = createHandlers({
    core,
    projector,
    settings,
    watchList,
    sessions,
    audit: openAuditTrail({
      workers,
      directory: join(dataDir, 'journal'),
      exports: join(dataDir, 'exports'),
      now: () => clock.now(),
    }),
    journal: { acknowledge: () => holds.journal.acknowledge() },
    live: { confirm: (account, phrase) => confirmation.confirm({ account, phrase }, adapter, core) },
  });
  return createRouter(handlers, {
    monotonic: () => clock.monotonic(),
    fault: (name, error) => {
      const id = `E${Math.round(clock.now()).toString(36).toUpperCase()}`;
      log.error(`a handler met a defect`, { id, name, error });
      return id;
    },
    onlyAtDesk: (name, input) => onlyAtDesk(name, input, settings.current),
    askTerminal: (question) => terminal.ask(question),
  });
}
