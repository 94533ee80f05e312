import { triggerIdOf } from '#domain/ids';
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { warmUp } from '#core/engine/warm-up';
import type { Contract } from '#domain/contract';
import { trustedPrice, ZERO_PRICE } from '#domain/price';
import { units } from '#domain/quantity';
import type { TriggerSpec } from '#domain/trigger';
import { CommitJournal } from '#journal/commit-journal';
import { SystemClock } from '#system/clock';
import { AsyncContext } from '#system/context';
import { FAST_TAPE_LIMITS, openLiveDesk } from '../tests/support/core/live-desk.ts';
import { BareClient } from './support/bare-client.ts';
import { median, quantile, report, round, say } from './support/figures.ts';
import type { FromGateway, ToGateway } from './support/gateway-child.ts';

/**
 * Tick → order through a real socket, the desk against bare @stoqey/ib, sample by sample in turn: 10 000 resting triggers, risk, the
 * write-ahead journal on a real file. Then ticks per second while nothing fires, again in turn.
 */
const RESTING = 10_000;
const SAMPLES = Number(process.env['SAMPLES'] ?? 400);
const WARM_UP = 60;
const BURST = 100_000;
const ROUNDS = 5;
/** Between two samples of one client; IB's message rate stays far away. */
const PAUSE_MS = 60;

const child = fork(join(import.meta.dirname, 'support/gateway-child.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
const queue: FromGateway[] = [];
let wake: () => void = () => undefined;
child.on('message', (message: FromGateway) => {
  queue.push(message);
  wake();
});

async function next(): Promise<FromGateway> {
  while (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
  return queue.shift() as FromGateway;
}

function tell(message: ToGateway): void {
  child.send(message);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const ready = await next();
if (ready.kind !== 'ready') throw new Error('the gateway did not start');
const dir = mkdtempSync(join(tmpdir(), 'triggerdesk-bench-'));
const clock = new SystemClock();
const journal = CommitJournal.open({ directory: dir, clock, scheduler: clock });
// As the program does at its start: the order path is compiled before the first firing.
warmUp(new AsyncContext(), 300);
const limits = { ...FAST_TAPE_LIMITS, collarPercent: 20, collarTicks: 100_000, maxOrderNotional: 10_000_000, maxQuoteAgeMs: 60_000 };
const desk = await openLiveDesk({ port: ready.port }, limits, journal);
const [mine, theirs] = ['IBM', 'MSFT'];
const contract = await desk.contract(mine);
const other = await desk.contract(theirs);
const bare = new BareClient(ready.port, 9, theirs, other.conId, RESTING);
await bare.open();

function spec(name: string, watched: Contract, level: number, shares: number): TriggerSpec {
  return {
    name,
    condition: { kind: 'price', contract: watched, field: 'last', test: 'crosses-above', level: trustedPrice(level) },
    action: {
      contract: watched,
      side: 'BUY',
      quantity: units(shares),
      entry: { type: 'LMT', limitOffset: ZERO_PRICE },
      tif: 'IOC',
      outsideRth: true,
    },
    rthOnly: false,
  };
}

say(`arming ${RESTING} resting triggers on ${mine} …`);
for (let at = 0; at < RESTING; at += 1)
  desk.core.deskState.registry.arm({
    id: triggerIdOf(`R${String(at).padStart(7, '0')}`),
    gen: 1,
    spec: spec(`R-${at}`, contract, 10_000_000_000 + at * 1_000_000, 1),
  });
desk.arm(spec('seed', contract, 9_000_000_000, 1));
await desk.until('the quote is there', () => (desk.core.deskState.board.quote(contract.conId)?.last ?? 0) > 0);
await desk.until('its market is there', () => {
  const quote = desk.core.deskState.board.quote(contract.conId);
  return quote?.bid !== undefined && quote.ask !== undefined;
});
// Now, while the ring of frames still holds it.
const dataReqId = desk.adapter
  .frames()
  .filter((frame) => frame.direction === 'out' && frame.clientId === 1)
  .map((frame) => frame.text.split('|'))
  .filter((fields) => fields[0] === '1' && fields[3] === String(contract.conId))
  .map((fields) => Number(fields[2]))
  .at(-1);
const price = desk.core.deskState.board.quote(contract.conId)?.last ?? 0;
const base = Math.round(price / 10_000);
const cents = (count: number): string => (count / 100).toFixed(2);

const ours: number[] = [];
const reference: number[] = [];
say(`${SAMPLES} samples of each, in turn …`);
for (let at = 0; at < SAMPLES + WARM_UP; at += 1) {
  tell({ kind: 'tick', symbol: mine, price: cents(base), clientId: 2 });
  tell({ kind: 'tick', symbol: theirs, price: cents(base), clientId: 9 });
  await pause(PAUSE_MS / 2);
  desk.arm(spec(`S-${at}`, contract, (base + 1) * 10_000, 1 + (at % 900)));
  tell({ kind: 'tick', symbol: mine, price: cents(base + 2), clientId: 2 });
  const first = await next();
  if (first.kind === 'latency' && at >= WARM_UP) ours.push(first.us);
  await pause(PAUSE_MS / 2);
  bare.armed = (base + 1) / 100;
  tell({ kind: 'tick', symbol: theirs, price: cents(base + 2), clientId: 9 });
  const second = await next();
  if (second.kind === 'latency' && at >= WARM_UP) reference.push(second.us);
}

/** A chunk of last-price frames of request `reqId`, walking between prices that pass no armed level. */
function frames(reqId: number, count: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < count; at += 1) {
    const fields = ['1', '6', String(reqId), '4', cents(base - 50 + (at % 40)), '100', '0', ''];
    const body = Buffer.from(fields.join(String.fromCharCode(0)), 'latin1');
    const head = Buffer.alloc(4);
    head.writeUInt32BE(body.length);
    parts.push(head, body);
  }
  return Buffer.concat(parts);
}

const CHUNK = 1_000;
const rates: { desk: number; bare: number }[] = [];
if (dataReqId === undefined) say('the request id of the data line was not found; no sustained figures');
else {
  say(`${ROUNDS} bursts of ${BURST} ticks to each, in turn …`);
  const deskBytes = frames(dataReqId, CHUNK).toString('base64');
  const bareBytes = frames(1, CHUNK).toString('base64');
  const ticksSeen = (): number => desk.core.deskState.registry.counters().ticks;
  for (let round_ = 0; round_ <= ROUNDS; round_ += 1) {
    const measure = async (clientId: number, bytes: string, seen: () => number): Promise<number> => {
      const before = seen();
      const began = performance.now();
      tell({ kind: 'burst', clientId, bytes, times: BURST / CHUNK });
      while (seen() - before < BURST) await new Promise((resolve) => setImmediate(resolve));
      const rate = BURST / ((performance.now() - began) / 1_000);
      while (queue.length > 0) queue.shift();
      return rate;
    };
    const bareRate = await measure(9, bareBytes, () => bare.ticks);
    const deskRate = await measure(1, deskBytes, ticksSeen);
    if (round_ > 0) rates.push({ desk: deskRate, bare: bareRate });
  }
}

const p50 = quantile(ours, 0.5);
say(
  `desk p50 ${p50.toFixed(0)} us, p99 ${quantile(ours, 0.99).toFixed(0)} us; bare @stoqey/ib p50 ${quantile(reference, 0.5).toFixed(0)} us, p99 ${quantile(reference, 0.99).toFixed(0)} us`,
);
const state = desk.core.deskState.stores.engine.get('desk')?.state;
report({
  name: 'tick-to-order',
  ratio: round(p50 / quantile(reference, 0.5)),
  p50: round(p50),
  p99: round(quantile(ours, 0.99)),
  unit: 'us',
  bareP50: round(quantile(reference, 0.5)),
  bareP99: round(quantile(reference, 0.99)),
  samples: ours.length,
  resting: RESTING,
  sustainedRatio: rates.length === 0 ? null : round(median(rates.map((rate) => rate.desk / rate.bare))),
  deskTicksPerSecond: rates.length === 0 ? null : Math.round(median(rates.map((rate) => rate.desk))),
  bareTicksPerSecond: rates.length === 0 ? null : Math.round(median(rates.map((rate) => rate.bare))),
  journalled: journal.status().written,
  state,
});
bare.close();
await desk.close();
await journal.close();
rmSync(dir, { recursive: true, force: true });
child.disconnect();
