import type { Clock } from '#core/ports/clock';
import type { Scheduler } from '#core/ports/scheduler';

export type RegistryPhase = 'registering' | 'sealed' | 'starting' | 'running' | 'stopping' | 'stopped';
export type PartState = 'registered' | 'starting' | 'running' | 'failed' | 'stopping' | 'stopped';

/** The way from a part to the parts it has declared as its needs. */
export interface PartHandle {
  /** What the need's `start` returned. Throws a RegistryError when the access is early, late, undeclared or unknown. */
  reach<T>(need: PartRef<T>): T;
}

/** Names a part and remembers the type of what it offers. */
export interface PartRef<T> {
  readonly name: string;
  /** Only for the compiler: never present. */
  readonly offers?: T;
}

/** What a part gets when it registers. It may keep the handle; using it before its needs run is an error of the name EARLY_ACCESS. */
export interface Registration<T> extends PartRef<T> {
  readonly handle: PartHandle;
}

export interface Part<T = void> {
  readonly name: string;
  /** Names of the parts that must run before this one, and may be reached by it. */
  readonly needs: readonly string[];
  /** What it returns is what others reach. */
  start(handle: PartHandle): T | Promise<T>;
  stop(): void | Promise<void>;
}

export type RegistryErrorCode =
  | 'DUPLICATE_PART'
  | 'LATE_REGISTRATION'
  | 'MISSING_NEED'
  | 'CIRCULAR_NEED'
  | 'WRONG_PHASE'
  | 'EARLY_ACCESS'
  | 'LATE_ACCESS'
  | 'UNKNOWN_PART'
  | 'UNDECLARED_NEED'
  | 'START_FAILED';

/** All but START_FAILED are bugs in how the program is put together. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly code: RegistryErrorCode;

  constructor(code: RegistryErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface PartDescription {
  readonly name: string;
  readonly state: PartState;
  readonly needs: readonly string[];
  /** Ms that its start and its stop took, once they have ended. */
  readonly startMs?: number;
  readonly stopMs?: number;
  /** Why it failed. */
  readonly reason?: string;
}

interface Entry {
  readonly part: Part<unknown>;
  readonly handle: PartHandle;
  state: PartState;
  value: unknown;
  startMs: number | undefined;
  stopMs: number | undefined;
  reason: string | undefined;
}

export interface RegistryPorts {
  readonly clock: Clock;
  /** With it a part that does not stop in time is left behind; without it a stop waits for ever. */
  readonly scheduler?: Scheduler;
  /** Default 10 000 ms for each part. */
  readonly stopDeadlineMs?: number;
}

/**
 * Parts register, the graph of their needs is sealed, only then may they reach each other. They start in the order of their needs and
 * stop in reverse. A part that fails to start takes those before it down again.
 */
export class ServiceRegistry {
  readonly #ports: RegistryPorts;
  readonly #entries = new Map<string, Entry>();
  #order: readonly Entry[] = [];
  #phase: RegistryPhase = 'registering';
  #starting: Promise<void> | undefined;
  #stopping: Promise<readonly PartDescription[]> | undefined;

  constructor(ports: RegistryPorts) {
    this.#ports = ports;
  }

  register<T>(part: Part<T>): Registration<T> {
    if (this.#phase !== 'registering') {
      throw new RegistryError('LATE_REGISTRATION', `"${part.name}" registers after the parts have been sealed`);
    }
    if (this.#entries.has(part.name)) throw new RegistryError('DUPLICATE_PART', `A part named "${part.name}" is registered already`);
    const handle: PartHandle = { reach: (need) => this.#reach(part, need) };
    this.#entries.set(part.name, {
      part,
      handle,
      state: 'registered',
      value: undefined,
      startMs: undefined,
      stopMs: undefined,
      reason: undefined,
    });
    return { name: part.name, handle };
  }

  /** Checks that every need is there and that none leads back to itself, and fixes the order. */
  seal(): void {
    this.#expect('registering', 'seal');
    this.#order = this.#ordered();
    this.#phase = 'sealed';
  }

  /** Rejects with START_FAILED when a part does not start; those before it have been stopped by then. */
  start(): Promise<void> {
    this.#expect('sealed', 'start');
    this.#phase = 'starting';
    this.#starting = this.#startAll();
    return this.#starting;
  }

  /** Stops what runs, in reverse; also in the middle of a start. Returns the parts that did not stop well. Asking again changes nothing. */
  stop(): Promise<readonly PartDescription[]> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  /** In the order of starting, once it is known. */
  describe(): { readonly phase: RegistryPhase; readonly parts: readonly PartDescription[] } {
    const entries = this.#order.length > 0 ? this.#order : [...this.#entries.values()];
    return { phase: this.#phase, parts: entries.map(describe) };
  }

  async #startAll(): Promise<void> {
    for (const entry of this.#order) {
      if (this.#stopping !== undefined) return;
      const { part } = entry;
      const begun = this.#ports.clock.monotonic();
      entry.state = 'starting';
      try {
        entry.value = await part.start(entry.handle);
        entry.state = 'running';
        entry.startMs = this.#ports.clock.monotonic() - begun;
      } catch (error) {
        entry.state = 'failed';
        entry.startMs = this.#ports.clock.monotonic() - begun;
        entry.reason = textOf(error);
        await this.#stopRunning();
        throw new RegistryError('START_FAILED', `"${part.name}" did not start: ${entry.reason}`, { cause: error });
      }
    }
    if (this.#phase === 'starting') this.#phase = 'running';
  }

  async #stopAll(): Promise<readonly PartDescription[]> {
    // A part that is starting is waited for: half a start cannot be stopped. Its failure is the starter's to hear of.
    await this.#starting?.catch(() => undefined);
    await this.#stopRunning();
    return this.#order.filter(({ state }) => state === 'failed').map(describe);
  }

  async #stopRunning(): Promise<void> {
    this.#phase = 'stopping';
    for (const entry of [...this.#order].reverse()) {
      if (entry.state !== 'running') continue;
      const begun = this.#ports.clock.monotonic();
      entry.state = 'stopping';
      try {
        await this.#inTime(entry.part);
        entry.state = 'stopped';
      } catch (error) {
        entry.state = 'failed';
        entry.reason = textOf(error);
      }
      entry.stopMs = this.#ports.clock.monotonic() - begun;
      entry.value = undefined;
    }
    this.#phase = 'stopped';
  }

  async #inTime(part: Part<unknown>): Promise<void> {
    const { scheduler, stopDeadlineMs = 10_000 } = this.#ports;
    if (scheduler === undefined) {
      await part.stop();
      return;
    }
    const { promise, reject } = Promise.withResolvers<never>();
    const cancel = scheduler.after(stopDeadlineMs, () => {
      reject(new Error(`Did not stop within ${stopDeadlineMs} ms`));
    });
    try {
      await Promise.race([part.stop(), promise]);
    } finally {
      cancel();
    }
  }

  #reach<T>({ name, needs }: Pick<Part, 'name' | 'needs'>, need: PartRef<T>): T {
    if (this.#phase === 'registering') {
      throw new RegistryError('EARLY_ACCESS', `"${name}" reaches for "${need.name}" before the parts have been sealed`);
    }
    const entry = this.#entries.get(need.name);
    if (entry === undefined) throw new RegistryError('UNKNOWN_PART', `"${name}" reaches for "${need.name}", which is not registered`);
    if (!needs.includes(need.name)) {
      throw new RegistryError('UNDECLARED_NEED', `"${name}" reaches for "${need.name}" without having declared that need`);
    }
    if (entry.state === 'registered' || entry.state === 'starting') {
      throw new RegistryError('EARLY_ACCESS', `"${name}" reaches for "${need.name}" before it runs`);
    }
    if (entry.state !== 'running') throw new RegistryError('LATE_ACCESS', `"${name}" reaches for "${need.name}" when it is ${entry.state}`);
    return entry.value as T;
  }

  #expect(phase: RegistryPhase, act: string): void {
    if (this.#phase !== phase)
      throw new RegistryError('WRONG_PHASE', `The parts are ${this.#phase}: ${act} is possible only while ${phase}`);
  }

  #ordered(): readonly Entry[] {
    const order: Entry[] = [];
    const done = new Set<string>();
    const visit = (name: string, path: readonly string[]): void => {
      if (done.has(name)) return;
      const entry = this.#entries.get(name);
      const from = path.at(-1);
      if (entry === undefined) throw new RegistryError('MISSING_NEED', `"${from ?? ''}" needs "${name}", which is not registered`);
      if (path.includes(name)) {
        const circle = [...path.slice(path.indexOf(name)), name].join(' → ');
        throw new RegistryError('CIRCULAR_NEED', `Parts need each other in a circle: ${circle}`);
      }
      for (const need of entry.part.needs) visit(need, [...path, name]);
      done.add(name);
      order.push(entry);
    };
    for (const name of this.#entries.keys()) visit(name, []);
    return order;
  }
}

function describe(entry: Entry): PartDescription {
  const { part, state, startMs, stopMs, reason } = entry;
  return {
    name: part.name,
    state,
    needs: part.needs,
    ...(startMs === undefined ? {} : { startMs }),
    ...(stopMs === undefined ? {} : { stopMs }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
