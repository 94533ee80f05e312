import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { endGroup, quietEnvironment, remember } from './children.ts';

export interface TestOrder {
  readonly files: readonly string[];
  /** Files whose text is not what it was when they were last read. */
  readonly changed: readonly string[];
}

export interface TestReport {
  /** The first test that turned red, null when all passed. */
  readonly red: string | null;
  readonly passed: number;
  /** The runner itself failed; nothing was shown. */
  readonly broken?: string;
}

/** One vitest over one copy. It is begun again after a run that had to be ended. */
export class WarmVitest {
  readonly #folder: string;
  readonly #isolate: boolean;
  #child: Promise<ChildProcess> | undefined;
  /** What was wrong at the last run, and has been put right since. */
  #before: readonly string[] = [];

  /** @param isolate each test file in a process of its own, as `npm test` runs them */
  constructor(folder: string, isolate: boolean) {
    this.#folder = folder;
    this.#isolate = isolate;
  }

  /**
   * Runs these test files in this order until one is red, while the file `planted` is wrong. `hung` when they took longer than the limit and
   * were ended, `ended` when the process died.
   */
  async run(files: readonly string[], planted: string | undefined, limitMs: number): Promise<TestReport | 'hung' | 'ended'> {
    const child = await (this.#child ??= this.#begin());
    const now = planted === undefined ? [] : [planted];
    const order: TestOrder = { files, changed: [...this.#before, ...now] };
    this.#before = now;
    return new Promise((done) => {
      const settle = (result: TestReport | 'hung' | 'ended'): void => {
        clearTimeout(limit);
        child.removeAllListeners('message').removeAllListeners('exit');
        if (typeof result === 'string') this.#child = undefined;
        done(result);
      };
      const limit = setTimeout(() => {
        endGroup(child);
        settle('hung');
      }, limitMs);
      child.once('message', (report) => settle(report as TestReport));
      child.once('exit', () => settle('ended'));
      child.send(order);
    });
  }

  async stop(): Promise<void> {
    if (this.#child !== undefined) endGroup(await this.#child);
    this.#child = undefined;
  }

  async #begin(): Promise<ChildProcess> {
    const child = fork(join(import.meta.dirname, 'vitest-child.ts'), [this.#folder, String(this.#isolate)], {
      cwd: this.#folder,
      env: quietEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: true,
    });
    remember(child);
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => void (said = (said + chunk.toString()).slice(-4_000)));
    await new Promise<void>((done, fail) => {
      child.once('message', () => done());
      child.once('exit', (code) => fail(new Error(`vitest did not start (code ${code ?? 'none'}): ${said}`)));
    });
    child.removeAllListeners('exit');
    return child;
  }
}
