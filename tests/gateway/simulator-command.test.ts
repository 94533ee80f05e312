import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { startSimulator } from '#simulator/simulator';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faultPlanText } from '#simulator/fault/fault-plan';
import { connectClient, stockContract } from '../support/simulator/client.ts';
import { rawClient } from '../support/simulator/raw.ts';

/** The simulator as a program of its own, as `npm run simulator` starts it. */

const MAIN = 'src-main/simulator/main.ts';
const started: ChildProcess[] = [];

interface Run {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly error: () => string;
  /** Resolves when the output fits. */
  says(wanted: RegExp): Promise<RegExpExecArray>;
  readonly code: Promise<number | null>;
}

function start(...words: string[]): Run {
  const child = spawn(process.execPath, [MAIN, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  let [out, error] = ['', ''];
  const waiting: (() => void)[] = [];
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
    for (const look of waiting.slice()) look();
  });
  child.stderr.on('data', (chunk) => (error += String(chunk)));
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    out: () => out,
    error: () => error,
    says: (wanted) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = wanted.exec(out);
          if (found !== null) resolve(found);
        };
        waiting.push(look);
        look();
        void code.then(() => reject(new Error(`ended without saying ${String(wanted)}: ${out}${error}`)));
      }),
    code,
  };
}

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

test('serves a tape, tells where, and stops in order on SIGTERM', async () => {
  const run = start('--port', '0', '--tape', 'resources/demo-tape.csv.gz', '--speed', '1000', '--account', 'DU77', '--loop');
  const [, port] = await run.says(
    /^Simulator listens on 127\.0\.0\.1:(\d+), account DU77, trades AAPL MSFT NVDA TSLA SPY AMZN IBM BAC\.\n/,
  );
  const client = await connectClient(Number(port), 1);
  client.api.reqMktData(1, stockContract('AAPL'), '', false, false);
  await client.when('tickPrice', (_: number, type: number) => type === 4);
  run.child.kill('SIGTERM');
  await client.when('disconnected');
  expect([await run.code, run.error()]).toEqual([0, '']);
  expect(run.out()).toMatch(/Simulator stops\.\n$/);
});

test('speaks no newer version than it is told to, and says which requests do not fit it', async () => {
  const run = start('--port', '0', '--server-version', '178');
  const [, port] = await run.says(/^Simulator listens on 127\.0\.0\.1:(\d+)/);
  const client = await rawClient(Number(port));
  client.hello('v100..222');
  expect((await client.frame(() => true))[0]).toBe('178');
  client.send(71, 2, 5, '');
  client.send(49, 1, 'more');
  client.send(8, 1);
  await run.says(
    /\nClient 5 sent request 49 with 1 field more than version 178 has\.\nClient 5 sent request 8 with 1 field fewer than version 178 has\.\n/,
  );
  client.destroy();
});

test('a command line that makes no sense ends with 2 and one sentence, help with 0', async () => {
  const [bad, help] = [start('--port', 'x'), start('--help')];
  expect([await bad.code, bad.out(), bad.error()]).toEqual([2, '', '--port x is not a port; give a number from 0 to 65535.\n']);
  expect([await help.code, help.error(), help.out().includes('--tape FILE')]).toEqual([0, '', true]);
});

test('plays a fault plan, or says in one sentence why not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plan-'));
  const [good, bad] = [join(folder, 'good.json'), join(folder, 'bad.json')];
  await writeFile(good, faultPlanText({ steps: [{ when: { event: 'connect', n: 1 }, do: { do: 'notice', code: 1300 } }] }));
  await writeFile(bad, '{"steps": [{}]}');
  const run = start('--port', '0', '--faults', good);
  const [, port] = await run.says(/^Simulator listens on 127\.0\.0\.1:(\d+)/);
  const client = await connectClient(Number(port), 1);
  await client.when('info', (_: unknown, code: number) => code === 1300);
  await client.close();
  const [wrong, nowhere] = [start('--port', '0', '--faults', bad), start('--port', '0', '--faults', join(folder, 'none.json'))];
  expect([await wrong.code, wrong.error()]).toEqual([1, 'Step 1 of the fault plan makes no sense: it says no time.\n']);
  expect([await nowhere.code, nowhere.error()]).toEqual([
    1,
    expect.stringMatching(/^The fault plan .*none\.json cannot be read: ENOENT.*\n$/),
  ]);
  await rm(folder, { recursive: true });
});

test('a tape that is not there and a port that is taken end with 1 and a sentence that names the fix', async () => {
  const other = await startSimulator({ port: 0, market: { kind: 'synthetic' }, speed: 1, autostart: false });
  const [tape, port] = [start('--tape', 'IBM=nowhere.csv.gz'), start('--port', String(other.port))];
  expect([await tape.code, tape.error()]).toEqual([1, expect.stringMatching(/^The tape nowhere\.csv\.gz cannot be read: ENOENT.*\n$/)]);
  expect([await port.code, port.error()]).toEqual([
    1,
    `Port ${String(other.port)} on 127.0.0.1 is in use; stop what listens there or choose another with --port.\n`,
  ]);
  await other.close();
});
