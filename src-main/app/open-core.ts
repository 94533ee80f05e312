import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { Coordinator } from '#core/commit/coordinator';
import { Stores } from '#core/commit/stores';
import type { CommitBug } from '#core/commit/work';
import { DeskCore } from '#core/engine/desk-core';
import type { LinkState } from '#core/ports/broker';
import type { MarketDataPort } from '#core/ports/market-data';
import { type DeskPorts, engineState } from '#core/state/desk-state';
import { isArmedState } from '#core/state/engine-state';
import { openDeskStores, type Effect } from '#core/state/records';
import { CommitJournal } from '#journal/commit-journal';
import { numbersFrame } from '#journal/earlier-orders';
import type { FolderLock } from '#journal/folder-lock';
import type { SystemClock } from '#system/clock';
import { AsyncContext } from '#system/context';
import type { Logger } from '#system/logger';
import { createIdSource } from '#system/random-ids';
import { createTwsAdapter, type TwsAdapter } from '#tws/tws-adapter';
import type { TwsOptions } from '#tws/tws-options';
import { WorkerScheduler } from '#workers/worker-scheduler';
import type { AccountMemory } from './account-memory.ts';
import { barsWithFallback, TradeRecorder } from './background-jobs.ts';
import { openBreakerFile, openDrafts, openIdHighWater, openKillLatch } from './desk-files.ts';
import { earlierOrders } from './earlier-orders.ts';
import { JournalTrust } from './journal-trust.ts';
import type { LiveConfirmation } from './live-confirmation.ts';
import { riskRulesOf } from './settings-in-force.ts';
import type { SettingsStore } from './settings-store.ts';
import { startRefusal, type StartHoldParts } from './start-holds.ts';

export interface CoreSurroundings {
  readonly dataDir: string;
  readonly lock: FolderLock;
  readonly clock: SystemClock;
  readonly log: Logger;
  readonly settings: SettingsStore;
  readonly simulated: boolean;
  readonly tws: TwsOptions;
  readonly confirmation: LiveConfirmation;
  readonly accounts: AccountMemory;
  readonly workerFile: URL;
}

export interface OpenCore {
  readonly core: DeskCore;
  readonly adapter: TwsAdapter;
  readonly journal: CommitJournal;
  readonly workers: WorkerScheduler;
  readonly holds: StartHoldParts;
}

/** The core between its journal and its adapter, tied together and not started. */
export function openCore(around: CoreSurroundings): OpenCore {
  const { dataDir, clock, log } = around;
  // It looks at what the last run has left in the journal, before this one writes there.
  const killLatchFile = openKillLatch(dataDir, clock, around.lock);
  const journal = CommitJournal.open({ directory: join(dataDir, 'journal'), clock, scheduler: clock });
  // Also one that could not be opened was perhaps written by somebody.
  const trust = new JournalTrust(journal.lastSeq > 0 || journal.status().state !== 'ready');
  const holds = { settings: around.settings, journal: trust, accounts: around.accounts };
  const cells = new Stores({ freeze: 'deep' });
  const stores = openDeskStores(cells);
  // The coordinator is there before the core that its defects concern.
  const late = { bug: (bug: CommitBug): void => log.error('a commit met a defect', { ...bug }) };
  const coordinator = new Coordinator<Effect>(
    { stores: cells, clock, scheduler: clock, context: new AsyncContext(), journal },
    { startAfter: journal.lastSeq, onBug: (bug) => late.bug(bug) },
  );
  const { adapter, onServerTime } = openAdapter(around, journal);
  const workers = new WorkerScheduler({ file: around.workerFile, clock });
  const recorder = new TradeRecorder();
  const core = new DeskCore({
    ports: {
      broker: adapter.broker,
      killLatchFile,
      ...corePorts(around, holds, journal, barsWithFallback(adapter.market, recorder, workers)),
    },
    coordinator,
    stores,
    simulated: around.simulated,
  });
  late.bug = (bug) => {
    log.error('a commit met a defect', { ...bug });
    core.commands.fault(`A defect of this program stopped the commit "${bug.name}".`);
  };
  journal.brokerTimeFrom((at) => core.view.exchange.timeOf(at));
  onServerTime((seconds, roundTripMs) => core.onServerTime(seconds, roundTripMs));
  connect(core, adapter, recorder, around);
  return { core, adapter, journal, workers, holds };
}

/** `onServerTime` names the one who takes the broker's time; what comes before that is dropped. */
function openAdapter(
  { dataDir, clock, log, tws, confirmation }: CoreSurroundings,
  journal: CommitJournal,
): { readonly adapter: TwsAdapter; readonly onServerTime: (take: (seconds: number, roundTripMs: number) => void) => void } {
  let take: (seconds: number, roundTripMs: number) => void = () => undefined;
  const adapter = createTwsAdapter(tws, {
    clock,
    scheduler: clock,
    random: () => randomInt(2 ** 32) / 2 ** 32,
    ids: openIdHighWater(dataDir, (text) => log.warn(text)),
    liveConfirmed: () => confirmation.isLive(),
    portConfirmed: () => confirmation.isPort(),
    onServerTime: (seconds, roundTripMs) => take(seconds, roundTripMs),
    onOrderFrame: (frame) => journal.frame(frame),
    onBracket: (legs) => journal.frameAtOnce(numbersFrame(clock.now(), legs)),
  });
  return { adapter, onServerTime: (taker) => (take = taker) };
}

function corePorts(
  { dataDir, clock, log, settings, simulated }: CoreSurroundings,
  holds: StartHoldParts,
  journal: CommitJournal,
  market: MarketDataPort,
): Omit<DeskPorts, 'broker' | 'killLatchFile'> {
  return {
    market,
    clock,
    scheduler: clock,
    ids: createIdSource(),
    journal,
    drafts: openDrafts(
      dataDir,
      (fn) => void clock.after(200, fn),
      (text) => log.warn(text),
    ),
    breakerFile: openBreakerFile(dataDir),
    rules: () => riskRulesOf(settings.current, simulated),
    earlierOrdersFile: earlierOrders(join(dataDir, 'journal')),
    startRefusal: () => startRefusal(holds),
  };
}

/** What the adapter hears goes to the core; trades are also kept for bars, and the log hides what TWS names as accounts. */
function connect(core: DeskCore, adapter: TwsAdapter, recorder: TradeRecorder, { accounts, log }: CoreSurroundings): void {
  adapter.setSink({
    ...core.sink,
    tick: (tick) => {
      core.sink.tick(tick);
      if (tick.field === 'last')
        recorder.note(tick.conId, { at: Math.round(core.view.exchange.now()), price: tick.price, size: tick.size ?? 0 });
    },
  });
  adapter.setGate(core.gate);
  adapter.onNews((news) => {
    if (news.kind === 'accounts') log.hide(news.accounts);
    core.onNews(news);
    if (news.kind === 'link' && news.link.ready) holdOtherAccount(core, accounts, news.link);
  });
}

/** Another account or another program than the last run's: whatever was started before that was known waits for the operator's word. */
function holdOtherAccount({ view, commands }: DeskCore, accounts: AccountMemory, link: LinkState): void {
  const account = view.accounts.current()?.id;
  if (
    account === undefined ||
    !accounts.met(account, link.accounts, link.connections.find(({ serverVersion: version }) => version !== undefined)?.serverVersion)
  )
    return;
  const text = accounts.refusal() ?? '';
  commands.log('alarm', text);
  const state = engineState(view);
  if (isArmedState(state) || state === 'INITIALIZING') commands.halt(text, 'the desk');
}
