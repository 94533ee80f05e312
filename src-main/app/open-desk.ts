import { setBackText } from '#core/engine/broker-clock';
import { warmUp } from '#core/engine/warm-up';
import type { DeskDoor, SessionsPort } from '#desk/entrance/door';
import { err, ok, type Result } from '#domain/result';
import type { Simulator } from '#simulator/simulator';
import { SystemClock } from '#system/clock';
import { AsyncContext } from '#system/context';
import { createLogger, type Logger } from '#system/logger';
import { checkOptions } from '#tws/tws-options';
import { AccountMemory } from './account-memory.ts';
import { type DataDir, openDataDir, type StartFailure } from './data-dir.ts';
import { deskDoor } from './desk-door.ts';
import { DeskLog } from './desk-log.ts';
import { openEmbeddedSimulator } from './embedded-simulator.ts';
import { LiveConfirmation } from './live-confirmation.ts';
import { type OpenCore, openCore } from './open-core.ts';
import { openScreens, type Screens } from './open-screens.ts';
import type { DeskOptions } from './options.ts';
import { ServiceRegistry } from './service-registry.ts';
import { twsOptionsOf } from './settings-in-force.ts';
import { SettingsStore } from './settings-store.ts';

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
  /** The sessions of the control door, where there is one. */
  readonly sessions?: SessionsPort;
}

const NO_SESSIONS: SessionsPort = { list: () => [], revoke: () => false };

/** Enough for the engine to compile the order path; some tenths of a second at the start. */
const WARM_UP_ROUNDS = 300;

/** Builds the whole desk and starts it, disarmed. An error is for the terminal; nothing is left running or locked then. */
export async function openDesk(options: DeskOptions, around: DeskSurroundings): Promise<Result<Desk, StartFailure>> {
  const clock = new SystemClock();
  const program = `TriggerDesk ${around.build} (${'electron' in process.versions ? 'window' : 'daemon'})`;
  const opened = openDataDir(options.data, options.simulator, { program, since: clock.now() });
  if (!opened.ok) return opened;
  const desk = await openInFolder(opened.value, clock, options, around);
  if (desk.ok) return desk;
  opened.value.lock.release();
  return err({ text: desk.error, exitCode: 1 });
}

async function openInFolder(
  { path: dataDir, lock }: DataDir,
  clock: SystemClock,
  options: DeskOptions,
  around: DeskSurroundings,
): Promise<Result<Desk>> {
  const sink = new DeskLog(dataDir);
  process.once('exit', () => sink.flushSync());
  const log = createLogger({ to: sink });
  const settings = new SettingsStore(dataDir);
  const embedded = options.simulator ? await openEmbeddedSimulator(options, around.resources) : ok(undefined);
  if (!embedded.ok) return embedded;
  const simulator = embedded.value;
  const tws = twsOptionsOf(options, () => settings.current, simulator);
  const usable = checkOptions(tws);
  if (!usable.ok) {
    await simulator?.close();
    return err(usable.error);
  }

  const simulated = simulator !== undefined;
  const accounts = new AccountMemory(dataDir, (text) => log.warn(text));
  const confirmation = new LiveConfirmation({ allowed: options.live, simulated, port: tws.port, accounts });
  const shared = { dataDir, lock, clock, log, settings, simulated, confirmation, accounts };
  const parts = openCore({ ...shared, tws, workerFile: around.workerFile });
  const registry = new ServiceRegistry({ clock, scheduler: clock });
  const sessions = around.sessions ?? NO_SESSIONS;
  const screens = openScreens({ ...shared, ...parts, registry, sessions, symbols: simulator?.symbols ?? [], build: around.build });
  registerParts(registry, parts, screens, simulator);
  const { core } = parts;
  clock.onSetBack((ms) => core.commands.log('warning', setBackText(ms)));
  warmUp(new AsyncContext(), WARM_UP_ROUNDS);
  registry.seal();
  await registry.start();
  if (settings.fault !== null) core.commands.log('alarm', settings.fault);

  return ok({
    door: deskDoor({ core, ...screens, settings }),
    log,
    dataDir,
    simulator,
    fault: (error) => {
      log.error('a defect that nobody caught', { error });
      core.commands.fault('A defect of this program was caught at the last moment; it is in the log.');
    },
    stop: async () => {
      await registry.stop();
      log.flush();
      sink.close();
      lock.release();
    },
  });
}

/** What starts and stops, and what each part needs before it. */
function registerParts(registry: ServiceRegistry, parts: OpenCore, screens: Screens, simulator: Simulator | undefined): void {
  const { core, adapter, journal, workers } = parts;
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
  registry.register({ name: 'screens', needs: ['core', 'workers'], start: () => screens.start(), stop: () => screens.stop() });
}
