import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from '@playwright/test';
import { chromiumPath, dataPlace, root, within } from './place.ts';

export interface DaemonDesk {
  readonly browser: Browser;
  /** The console that is looked at; a test that closes it puts another in its place. */
  page: Page;
  /** Address of the console with its token, as the daemon printed it first. It opens once, and `page` has opened it. */
  readonly url: string;
  readonly dataDir: string;
  output(): string;
  /** Types a line into its terminal. */
  type(line: string): void;
  /** The newest address of a console that it prints while `act` is done. */
  freshAddress(act: () => void): Promise<string>;
  /** A signal to the daemon itself. */
  signal(signal: NodeJS.Signals): void;
  /** The whole process stands still, as a hung one does, until `thaw`. */
  freeze(): void;
  thaw(): void;
  /** Asks the daemon to stop; the exit code, or undefined when it had to be killed. */
  stop(signal?: 'SIGINT' | 'SIGTERM'): Promise<number | undefined>;
  close(): Promise<void>;
}

export interface DaemonOptions {
  /** Where the market is: the embedded simulator unless said otherwise. */
  readonly source?: readonly string[];
  readonly args?: readonly string[];
  readonly dataDir?: string;
}

const ADDRESS = /http:\/\/127\.0\.0\.1:\d+\/\S*(?=\s)/;

/** Starts the daemon on a free port and opens its console in chromium at 1440×900. */
export async function launchDaemon({ source = ['--simulator'], args = [], dataDir }: DaemonOptions = {}): Promise<DaemonDesk> {
  const place = dataPlace(dataDir);
  const flags = process.features.typescript === false ? ['--experimental-strip-types'] : [];
  const child = spawn(
    process.execPath,
    [...flags, join(root, 'src-main/daemon.ts'), ...source, '--http-port', '0', '--data', place.dir, ...args],
    { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] },
  );
  let output = '';
  // The end of its output, not of the process: the last lines may come after that.
  const gone = new Promise<number | undefined>((resolve) => {
    child.once('close', (code) => resolve(code ?? undefined));
  });
  const printed = new Promise<string>((resolve) => {
    const take = (text: Buffer): void => {
      output = (output + text.toString()).slice(-50_000);
      const address = ADDRESS.exec(output)?.[0];
      if (address !== undefined) resolve(address);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
  });
  const stop = async (signal: 'SIGINT' | 'SIGTERM' = 'SIGINT'): Promise<number | undefined> => {
    if (child.exitCode === null) child.kill(signal);
    if (!(await within(10_000, gone))) child.kill('SIGKILL');
    return gone;
  };
  await within(30_000, Promise.race([printed, gone]));
  const url = ADDRESS.exec(output)?.[0];
  if (url === undefined) {
    await stop();
    place.remove();
    throw new Error(`the daemon printed no address of its console; it said:\n${output}`);
  }
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
  });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(url);
  return {
    browser,
    page,
    url,
    dataDir: place.dir,
    output: () => output,
    type: (line) => void child.stdin.write(`${line}\n`),
    freshAddress: async (act) => {
      const before = output.length;
      const address = (): string | undefined => ADDRESS.exec(output.slice(before))?.[0];
      act();
      while (address() === undefined) await once(child.stdout, 'data');
      return address() ?? '';
    },
    signal: (signal) => void child.kill(signal),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    stop,
    async close() {
      await browser.close();
      await stop();
      place.remove();
    },
  };
}
