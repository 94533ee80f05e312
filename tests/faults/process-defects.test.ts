import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { priceOf, trustedPrice } from '#domain/price';
import { units } from '#domain/quantity';
import type { TriggerSpec } from '#domain/trigger';
import type { Entry } from '#journal/entry';
import { verifyJournal } from '#journal/verify';
import { DEFAULT_SETTINGS } from '#protocol/settings';
import { Child } from '../chaos/child.ts';
import { startDesk } from '../chaos/desk-process.ts';
import type { Operator } from '../chaos/operator.ts';
import { Truth } from '../chaos/truth.ts';

/** The real program without its window beside a broker of its own, with one order at the broker and one trigger armed far away. */

const ROOT = resolve(import.meta.dirname, '../..');
const PLANT = pathToFileURL(join(ROOT, 'tests/support/defect-on-signal.mjs')).href;
/** A machine with others at work is slow, not wrong. */
const PATIENCE_MS = 60_000;
const RUNNING = ['SCANNING', 'SIGNAL_WAIT', 'EXECUTION', 'MANAGING'];

beforeAll(() => {
  // The daemon serves the built console; its door does not open without one.
  const built = spawnSync('node', [resolve(ROOT, 'scripts/build.mjs'), '--if-changed'], { cwd: ROOT, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(built.stdout + built.stderr);
}, 180_000);

interface Trading {
  readonly folder: string;
  readonly child: Child;
  readonly operator: Operator;
  readonly truth: Truth;
  /** The order's permId at the broker. */
  readonly order: number;
}

async function trading(): Promise<Trading> {
  const folder = mkdtempSync(join(tmpdir(), 'triggerdesk-defect-'));
  mkdirSync(join(folder, 'data'), { mode: 0o700 });
  const limits = { ...DEFAULT_SETTINGS.limits, maxOrderShares: 10_000, maxOrderNotional: 1_000_000 };
  writeFileSync(join(folder, 'data', 'settings.json'), JSON.stringify({ ...DEFAULT_SETTINGS, limits }), { mode: 0o600 });
  const broker = new Child(
    'src-main/simulator/main.ts',
    ['--port', '0', '--synthetic', '--speed', '1', '--seed', '7', '--all-hours', '--ledger', join(folder, 'ledger.jsonl')],
    join(folder, 'broker.log'),
  );
  const children = [broker];
  const truth = new Truth(join(folder, 'ledger.jsonl'));
  onTestFinished(async () => {
    for (const child of children.reverse()) await child.kill();
    truth.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const port = Number((await broker.says(/listens on 127\.0\.0\.1:(\d+)/, PATIENCE_MS))?.[1]);
  const { child, operator } = await startDesk({ folder, port, flags: ['--import', PLANT] });
  children.push(child);
  await works(operator, () => operator.isReconciled);
  const { contracts } = await operator.must('symbols.search', { text: 'IBM' });
  const contract = contracts.find(({ symbol }) => symbol === 'IBM')!;
  await operator.must('quote.watch', { contract });
  await operator.must('engine.start', {});
  const last = (): number | undefined => operator.quotes().find(({ conId }) => conId === contract.conId)?.last ?? undefined;
  await works(operator, () => RUNNING.includes(operator.status?.engine ?? '') && last() !== undefined);

  const spec = (name: string, level: number): TriggerSpec => ({
    name,
    condition: { kind: 'price', contract, field: 'last', test: 'at-or-above', level: trustedPrice(level) },
    action: {
      contract,
      side: 'BUY',
      quantity: units(10),
      // Far below the market, so that it rests.
      entry: { type: 'LMT', limitOffset: trustedPrice(-Math.round((last() ?? 0) / 50 / 10_000) * 10_000) },
      tif: 'DAY',
      outsideRth: true,
    },
    rthOnly: false,
  });
  await arm(operator, spec('rests', priceOf(0.01)));
  await arm(operator, spec('far', priceOf(9_000)));
  await works(operator, () => operator.orders().some(({ state }) => state === 'ACCEPTED'));
  truth.read();
  const [order] = truth.working().keys();
  if (order === undefined) throw new Error('no order is at the broker');
  return { folder, child, operator, truth, order };
}

async function arm(operator: Operator, spec: TriggerSpec): Promise<void> {
  for (let tries = 0; tries < 5; tries += 1) {
    const { fingerprint, needs } = await operator.must('trigger.preview', { spec });
    const reply = await operator.ask('trigger.arm', { spec, fingerprint, confirmed: needs.map(({ kind }) => kind) });
    if (reply.ok) return;
  }
  throw new Error(`${spec.name} could not be armed`);
}

async function works(operator: Operator, test: () => boolean): Promise<void> {
  if (!(await operator.until(test, PATIENCE_MS))) throw new Error(`it does not come: ${String(test)}, ${JSON.stringify(operator.status)}`);
}

/** What the run has written down, in order; fails when a line of it is not sound. */
function written(folder: string): readonly Entry[] {
  const entries: Entry[] = [];
  const read = verifyJournal(join(folder, 'data', 'journal'), (entry) => void entries.push(entry), { allowTornEnd: true });
  expect(read).toMatchObject({ ok: true });
  return entries;
}

function log(folder: string): string {
  const path = join(folder, 'data');
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('log') && statSync(join(path, name)).isFile())
    .map((name) => readFileSync(join(path, name), 'utf8'))
    .join('\n');
}

async function standsInError({ child, operator, truth, order, folder }: Trading, signal: NodeJS.Signals, defect: string): Promise<void> {
  const sent = truth.placed.length;
  process.kill(child.pid, signal);
  await works(operator, () => operator.status?.engine === 'ERROR');
  expect(operator.status?.engineReason).toContain('A defect of this program was caught at the last moment');
  expect(written(folder).some((entry) => entry.kind === 'commit' && entry.name === 'engine.fault')).toBe(true);
  await expect.poll(() => log(folder), { timeout: PATIENCE_MS }).toContain(defect);

  const far = operator.watchers().find(({ name }) => name === 'far')!;
  expect(await operator.ask('trigger.fire-now', { id: far.id, expectedVersion: far.version })).toMatchObject({ ok: false });
  expect(await operator.ask('engine.start', {})).toMatchObject({ ok: false });
  truth.read();
  // The order that was at the broker stays there until somebody wants it away.
  expect([truth.placed.length, [...truth.working().keys()]]).toEqual([sent, [order]]);
}

test('P-14: an exception that nobody caught shuts the gate, is written down and told; the process stays to cancel and to kill', async () => {
  const desk = await trading();
  await standsInError(desk, 'SIGWINCH', 'a planted exception');
  const { operator, truth, order } = desk;
  const [row] = operator.orders();
  await operator.must('order.cancel', { key: row!.key });
  await works(operator, () => operator.orders()[0]?.state === 'CANCELLED');
  truth.read();
  expect(truth.ended.has(order)).toBe(true);
  await operator.must('kill', { scope: 'own', reason: 'after a defect' });
  await works(operator, () => operator.status?.engine === 'EMERGENCY');
  expect(desk.child.isGone).toBe(false);
}, 240_000);

test('P-15: a rejection that nobody handled is the same defect: ERROR, written down, and a kill still works', async () => {
  const desk = await trading();
  await standsInError(desk, 'SIGCONT', 'a planted rejection');
  const { operator, truth, order, child } = desk;
  await operator.must('kill', { scope: 'own', reason: 'after a defect' });
  await works(operator, () => operator.orders()[0]?.state === 'CANCELLED');
  truth.read();
  expect([truth.ended.has(order), operator.status?.engine, child.isGone]).toEqual([true, 'EMERGENCY', false]);
}, 240_000);

test('P-21: ended by the system with an order at the broker: the journal is sealed, the order stays, nothing is flattened or sent', async () => {
  const { child, truth, order, folder } = await trading();
  truth.read();
  const sent = truth.placed.length;
  expect(await child.end(PATIENCE_MS)).toBe(0);
  const entries = written(folder);
  const sealed = entries.at(-1);
  expect(sealed).toMatchObject({
    kind: 'run-ended',
    seq: Math.max(...entries.flatMap((entry) => (entry.kind === 'commit' ? [entry.seq] : []))),
  });
  expect(verifyJournal(join(folder, 'data', 'journal'))).toMatchObject({ ok: true, value: { tornEnd: false } });
  truth.read();
  expect([truth.placed.length, [...truth.working().keys()], truth.executed.size]).toEqual([sent, [order], 0]);
}, 240_000);
