import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
/** Half of a start is reading and compiling the same text again; what a process that ends in order leaves here spares the next ones that. */
const COMPILED = join(ROOT, 'test-results/compile-cache');
const alive = new Set<ChildProcess>();
process.on('exit', () => {
  // Also a stopped process ends by this signal.
  for (const child of alive) child.kill('SIGKILL');
});

/** A program of ours as a process of its own. What it prints goes to a log file, behind what was there. */
export class Child {
  readonly pid: number;
  readonly startedAt = performance.now();
  /** Its exit code, or the signal that ended it. */
  readonly gone: Promise<number | NodeJS.Signals | null>;
  readonly #child: ChildProcess;
  #output = '';
  #isGone = false;
  readonly #listeners = new Set<() => void>();

  /** `flags` are Node's own, before the program's file. */
  constructor(file: string, args: readonly string[], log: string, flags: readonly string[] = []) {
    const strips = process.features.typescript === false ? ['--experimental-strip-types'] : [];
    this.#child = spawn(process.execPath, [...strips, '--disable-warning=ExperimentalWarning', ...flags, resolve(ROOT, file), ...args], {
      cwd: ROOT,
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILED },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    alive.add(this.#child);
    // A line for one that has just died is nobody's.
    this.#child.stdin?.on('error', () => undefined);
    this.pid = this.#child.pid ?? 0;
    const fd = openSync(log, 'a', 0o600);
    const take = (chunk: Buffer): void => {
      writeSync(fd, chunk);
      this.#output += chunk.toString();
      this.#tell();
    };
    this.#child.stdout?.on('data', take);
    this.#child.stderr?.on('data', take);
    this.gone = new Promise((done) => {
      this.#child.once('close', (code, signal) => {
        this.#isGone = true;
        alive.delete(this.#child);
        closeSync(fd);
        this.#tell();
        done(signal ?? code);
      });
    });
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** How long its main thread has waited for a processor that others had, ms; 0 where the system does not tell. */
  waitedMs(): number {
    try {
      return Number(readFileSync(`/proc/${this.pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
    } catch {
      return 0;
    }
  }

  /** As a person at its terminal does. */
  types(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void {
    this.#child.kill(name);
  }

  /** Asks it to end in order; the code it ends with, or the signal when it had to be killed. */
  async end(ms = 10_000): Promise<number | NodeJS.Signals | null> {
    const timer = setTimeout(() => this.signal('SIGKILL'), ms);
    this.signal('SIGTERM');
    const code = await this.gone;
    clearTimeout(timer);
    return code;
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.gone;
  }

  /** What it prints, now or within `ms`; undefined when it ended before, an error when it is late. */
  says(wanted: RegExp, ms: number): Promise<RegExpExecArray | undefined> {
    return new Promise((done, late) => {
      const look = (): void => {
        const found = wanted.exec(this.#output);
        if (found === null && !this.#isGone) return;
        clearTimeout(timer);
        this.#listeners.delete(look);
        done(found ?? undefined);
      };
      const timer = setTimeout(() => {
        this.#listeners.delete(look);
        late(new Error(`process ${this.pid} did not say ${String(wanted)} within ${ms} ms; it said: ${this.#output.slice(-2_000)}`));
      }, ms);
      this.#listeners.add(look);
      look();
    });
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
