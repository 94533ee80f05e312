import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { priceOf } from '#domain/price';
import { units } from '#domain/quantity';
import type { FaultAction } from '#simulator/fault/fault-plan';
import type { ManualAction } from '#simulator/fault/manual-trader';
import { openSimulator, type Simulator } from '#simulator/simulator';

/**
 * Runs clients that nobody here wrote against the simulator, each at each server version that it knows: a whole session, every
 * message counted, and every field too many or too few named, in what they decode and in what they send. Their sources are
 * fetched separately and only named here.
 */

const HELP = `npm run clients -- [--java DIR] [--python DIR] [--ib-async DIR --eventkit DIR] [--packages DIR] [--versions 177,178,193] [--seed N]

  --java DIR      IB's Java client: a folder with ref/client/EClient.java (github.com/stoqey/ib has one); needs a JDK
  --python DIR    IB's Python client: a folder with ibapi/client.py (github.com/nautechsystems/nautilus_ibapi); needs protobuf
  --ib-async DIR  a folder with ib_async/client.py (github.com/ib-api-reloaded/ib_async); needs numpy and nest_asyncio, and
  --eventkit DIR  a folder with eventkit/event.py (github.com/ib-api-reloaded/eventkit)
  --packages DIR  where pip put what they need (pip install --target DIR protobuf numpy nest_asyncio)
  --versions …    server versions, separated by commas; 177 to 193
`;

interface Client {
  readonly name: string;
  readonly newest: number;
  /** Program, arguments and environment; port and version come last. */
  start(): { readonly program: string; readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv };
}

interface Report {
  readonly messages: Readonly<Record<string, number>>;
  readonly surplus: readonly string[];
  readonly errors: readonly string[];
  readonly failed: readonly string[];
  readonly checks: number;
}

interface Outcome {
  readonly client: string;
  readonly version: number;
  readonly report: Report | undefined;
  /** Requests that did not fit their layout. */
  readonly odd: readonly string[];
  readonly requests: number;
  readonly trouble: string;
}

const HERE = import.meta.dirname;
const SESSION_MS = 180_000;

async function session(client: Client, version: number, seed: number): Promise<Outcome> {
  const opened = await openSimulator({
    port: 0,
    seed,
    market: { kind: 'synthetic' },
    speed: 20,
    serverVersion: version,
    sessions: 'ignored',
    holdings: [{ symbol: 'MSFT', quantity: units(300), averageCost: priceOf(500.125) }],
  });
  if (!opened.ok) throw new Error(opened.error);
  const simulator = opened.value;
  const { program, args, env } = client.start();
  const child = spawn(program, [...args, String(simulator.port), String(version)], { env: { ...process.env, ...env } });
  let report: Report | undefined;
  let complaints = '';
  child.stderr.on('data', (chunk) => (complaints = (complaints + String(chunk)).slice(-4000)));
  const killer = setTimeout(() => child.kill('SIGKILL'), SESSION_MS);
  const code = new Promise<number | null>((done) => {
    child.once('close', done);
    child.once('error', (error) => {
      complaints += error.message;
      done(null);
    });
  });
  for await (const line of createInterface({ input: child.stdout })) report = (await obey(line, simulator, child)) ?? report;
  const ended = await code;
  clearTimeout(killer);
  const { ledger } = simulator;
  const odd = ledger.odd.map(
    (one) => `request ${one.messageId} of client ${one.clientId}: ${one.surplus > 0 ? '+' : ''}${one.surplus} fields`,
  );
  await simulator.close();
  return {
    client: client.name,
    version,
    report,
    odd,
    requests: ledger.inbound.length,
    trouble: ended === 0 ? '' : `ended with ${String(ended)}: ${complaints}`,
  };
}

/** What a fault plan has no words for. */
type Call =
  | readonly ['marketDataType', type: number]
  | readonly ['hardToBorrow', symbol: string, hard: boolean]
  | readonly ['previewWarning', text: string]
  | readonly ['orderError', clientId: number, orderId: number, code: number, text: string, advancedReject: string];

function call({ faults }: Simulator, wish: Call): void {
  switch (wish[0]) {
    case 'marketDataType':
      faults.marketDataType(wish[1] === 1 ? undefined : wish[1]);
      return;
    case 'hardToBorrow':
      faults.hardToBorrow(wish[1], wish[2]);
      return;
    case 'previewWarning':
      faults.previewWarning(wish[1]);
      return;
    case 'orderError':
      faults.orderError(wish[1], wish[2], wish[3], wish[4], wish[5]);
      return;
  }
}

/** One line of a harness: something to do to the simulator, which is answered with `ok`, or its report. */
async function obey(line: string, simulator: Simulator, child: ChildProcess): Promise<Report | undefined> {
  const said = JSON.parse(line) as {
    readonly fault?: FaultAction;
    readonly manual?: ManualAction;
    readonly call?: Call;
    readonly report?: Report;
  };
  if (said.report !== undefined) return said.report;
  const when = { after: 0 };
  const run =
    said.fault === undefined
      ? said.manual === undefined
        ? undefined
        : simulator.manual.run([{ when, do: said.manual }])
      : simulator.faults.run({ steps: [{ when, do: said.fault }] });
  if (said.call !== undefined) call(simulator, said.call);
  while (run?.finished === false) await new Promise((done) => setTimeout(done, 1));
  child.stdin?.write('ok\n');
  return undefined;
}

function table(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ client, version, report, odd, requests, trouble }) => {
    const decoded = Object.values(report?.messages ?? {}).reduce((sum, count) => sum + count, 0);
    const bad = [
      report?.errors.length ?? '?',
      report?.surplus.length ?? '?',
      odd.length,
      (report?.failed.length ?? 0) + (trouble === '' ? 0 : 1),
    ];
    return [client, version, decoded, Object.keys(report?.messages ?? {}).length, requests, report?.checks ?? 0, ...bad].map(String);
  });
  const head = ['client', 'version', 'decoded', 'kinds', 'requests', 'checks', 'errors', 'surplus', 'odd requests', 'failed'];
  const widths = head.map((word, column) => Math.max(word.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [head, ...rows].map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
}

function pythonSession(script: string, folders: readonly string[]): ReturnType<Client['start']> {
  return { program: 'python3', args: [join(HERE, script)], env: { PYTHONPATH: folders.join(':'), PYTHONDONTWRITEBYTECODE: '1' } };
}

async function javaSession(sources: string, classes: string): Promise<ReturnType<Client['start']>> {
  const files = (await readdir(join(sources, 'ref'), { recursive: true })).filter((name) => name.endsWith('.java'));
  const javac = spawn(
    'javac',
    ['-nowarn', '-d', classes, ...files.map((name) => join(sources, 'ref', name)), join(HERE, 'JavaSession.java')],
    { stdio: 'inherit' },
  );
  const code = await new Promise((done) => javac.once('close', done).once('error', () => done('no javac')));
  if (code !== 0) throw new Error(`IB's Java client does not compile: ${String(code)}`);
  return { program: 'java', args: ['-cp', classes, 'com.ib.client.JavaSession'], env: {} };
}

/** Where IB's clients lie, as the command line says. */
interface Folders {
  readonly java?: string | undefined;
  readonly python?: string | undefined;
  readonly 'ib-async'?: string | undefined;
  readonly eventkit?: string | undefined;
  readonly packages?: string | undefined;
}

/** A sentence about the first folder that is not what it is said to be. */
function missing(folders: Folders): string | undefined {
  for (const [folder, file] of [
    [folders.java, 'ref/client/EClient.java'],
    [folders.python, 'ibapi/client.py'],
    [folders['ib-async'], 'ib_async/client.py'],
    [folders.eventkit, 'eventkit/event.py'],
  ] as const)
    if (folder !== undefined && !existsSync(join(folder, file))) return `${folder} has no ${file}.`;
  return undefined;
}

/** `classes`: where Java's are compiled to. */
async function clientsOf(folders: Folders, classes: string): Promise<readonly Client[]> {
  const packages = folders.packages === undefined ? [] : [resolve(folders.packages)];
  const clients: Client[] = [];
  if (folders.python !== undefined) {
    const start = pythonSession('ibapi_session.py', [resolve(folders.python), ...packages]);
    clients.push({ name: "IB's Python client", newest: 193, start: () => start });
  }
  if (folders.java !== undefined) {
    const start = await javaSession(resolve(folders.java), classes);
    clients.push({ name: "IB's Java client", newest: 193, start: () => start });
  }
  if (folders['ib-async'] !== undefined && folders.eventkit !== undefined) {
    const start = pythonSession('ib_async_session.py', [resolve(folders['ib-async']), resolve(folders.eventkit), ...packages]);
    clients.push({ name: 'ib_async', newest: 178, start: () => start });
  }
  return clients;
}

function tell({ client, version, report, odd, trouble }: Outcome): void {
  process.stdout.write(`${client} at ${version}: ${JSON.stringify(report?.messages ?? {})}\n`);
  for (const line of [...(report?.errors ?? []), ...(report?.surplus ?? []), ...odd, ...(report?.failed ?? [])])
    process.stdout.write(`  ! ${line}\n`);
  if (trouble !== '') process.stdout.write(`  ! ${trouble}\n`);
}

function isAccepted({ report, odd, trouble }: Outcome): boolean {
  return report !== undefined && [...report.errors, ...report.surplus, ...report.failed, ...odd, trouble].every((line) => line === '');
}

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      java: text,
      python: text,
      'ib-async': text,
      eventkit: text,
      packages: text,
      versions: text,
      seed: text,
      help: { type: 'boolean' },
    },
  });
  const versions = (values.versions ?? '177,178,193').split(',').map(Number);
  const refusal = missing(values);
  if (refusal !== undefined) {
    process.stderr.write(`${refusal}\n\n${HELP}`);
    return 2;
  }
  const classes = await mkdtemp(join(tmpdir(), 'clients-'));
  const clients = await clientsOf(values, classes);
  if (clients.length === 0 || values.help === true) {
    process.stderr.write(HELP);
    return values.help === true ? 0 : 2;
  }
  const outcomes: Outcome[] = [];
  for (const client of clients) {
    for (const version of versions.filter((one) => one <= client.newest)) {
      const outcome = await session(client, version, Number(values.seed ?? 1));
      outcomes.push(outcome);
      tell(outcome);
    }
  }
  await rm(classes, { recursive: true });
  process.stdout.write(`${table(outcomes)}\n`);
  return outcomes.every(isAccepted) ? 0 : 1;
}

process.exitCode = await main();
