import { deserialize, serialize, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createPublisher } from '#desk/stream/publisher';
import type { Frame } from '#protocol/stream';
import type { QuoteRow } from '#protocol/topics';
import { ReplicaSet } from '../src-renderer/replica/replica-set.ts';

/**
 * 5 000 quotes, 10 % of them ticking (bid, ask, last, a size, the time), 30 pushes a second: cells into the publisher, patch, structured
 * clone as IPC does it, and the screen's own replica. In the same run, second by second in turn, the reference: the whole table as row objects
 * through the same clone. The share of a core is CPU time, so that a busy machine does not count as work.
 */
const ROWS = 5_000;
const CHANGED = ROWS / 10;
const HZ = 30;
/** The stream's own clock runs slower, so that no push is held back by the 10 Hz that quotes are conflated to. */
const STREAM_MS = 100;
/** Rounds of one second of each side. */
const WARM_UP = 4;
const ROUNDS = 20;

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function quote(i: number): QuoteRow {
  const last = 18_000_000_000 + i * 1_000_000;
  const row: Record<keyof QuoteRow, unknown> = {
    conId: 8_314 + i,
    symbol: `SYM${i}`,
    label: `SYM${i} STK SMART USD`,
    bid: last - 1_000_000,
    ask: last + 1_000_000,
    last,
    bidSize: 3_000_000,
    askSize: 5_000_000,
    close: last,
    high: last + 90_000_000,
    low: last - 90_000_000,
    volume: 1_000_000_000,
    decimals: 2,
    minTick: 1_000_000,
    at: 1_760_000_000_000,
    liveType: 'live',
    fault: null,
    wantedBy: 1,
  };
  return row as unknown as QuoteRow;
}

type Tick = Pick<QuoteRow, 'bid' | 'ask' | 'last' | 'bidSize' | 'at'>;

interface Turn {
  readonly ms: number;
  readonly cpuMs: number;
  readonly bytes: number;
}

const next = random(20131008);
const rows = Array.from({ length: ROWS }, (_, i) => quote(i));
const publisher = createPublisher();
const quotes = publisher.table('quotes');
const screen = new ReplicaSet();
const sent: Frame[] = [];
const subscriber = publisher.subscribe(['quotes'], (frame) => sent.push(frame));
let now = 0;
/** Of the pushes, spent behind the wire: in the page's process, on another core. */
let screenMs = 0;

/** The next ticks of the market: the same for both sides, outside their clocks. */
function tick(): readonly (readonly [number, Tick])[] {
  now += STREAM_MS;
  return Array.from({ length: CHANGED }, () => {
    const i = Math.floor(next() * ROWS);
    const last = 18_000_000_000 + Math.floor(next() * 1_000) * 1_000_000;
    const fields = {
      bid: last - 1_000_000,
      ask: last + 1_000_000,
      last,
      bidSize: Math.floor(next() * 100) * 1_000_000,
      at: 1_760_000_000_000 + now,
    } as Tick;
    const row: QuoteRow = { ...rows[i]!, ...fields };
    rows[i] = row;
    return [row.conId, fields] as const;
  });
}

function measured(push: () => number): Turn {
  const cpu = process.cpuUsage();
  const from = performance.now();
  const bytes = push();
  const ms = performance.now() - from;
  const { user, system } = process.cpuUsage(cpu);
  return { ms, cpuMs: (user + system) / 1_000, bytes };
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function pushCells(ticks: readonly (readonly [number, Tick])[]): number {
  for (const [conId, fields] of ticks) quotes.update(conId, fields);
  publisher.flush(now, 1);
  const wire = serialize(sent.pop());
  const handedOver = performance.now();
  const frame = deserialize(wire) as Frame;
  if (frame.updates.length !== 1 || screen.apply(frame).length > 0) throw new Error('the replica did not take the push');
  screenMs += performance.now() - handedOver;
  subscriber.ack(frame.number);
  return wire.byteLength;
}

function pushWhole(): number {
  const wire = serialize(rows);
  const copy = new Map((deserialize(wire) as QuoteRow[]).map((row) => [row.conId, row]));
  if (copy.size !== ROWS) throw new Error('rows are missing');
  return wire.byteLength;
}

const mean = (turns: readonly Turn[], of: (turn: Turn) => number): number => turns.reduce((sum, turn) => sum + of(turn), 0) / turns.length;
const rounded = (n: number): number => Math.round(n * 1_000) / 1_000;

function summary(turns: readonly Turn[]): {
  readonly p50: number;
  readonly p99: number;
  readonly coreShare: number;
  readonly coreShareMean: number;
  readonly bytes: number;
} {
  const sorted = turns.map((turn) => turn.ms).sort((a, b) => a - b);
  const at = (share: number): number => rounded(sorted[Math.floor((sorted.length - 1) * share)]!);
  // Each second whole, garbage included; a quiet one of them, because what neighbours on the machine do can only add.
  const seconds = Array.from({ length: turns.length / HZ }, (_, second) =>
    turns.slice(second * HZ, (second + 1) * HZ).reduce((sum, turn) => sum + turn.cpuMs / 1_000, 0),
  ).sort((a, b) => a - b);
  const coreShare = rounded(seconds[Math.floor((seconds.length - 1) / 4)]!);
  const coreShareMean = rounded((mean(turns, (turn) => turn.cpuMs) * HZ) / 1_000);
  return { p50: at(0.5), p99: at(0.99), coreShare, coreShareMean, bytes: Math.round(mean(turns, (turn) => turn.bytes)) };
}

for (const row of rows) quotes.set(row.conId, row);
pushCells([]);
const cells: Turn[] = [];
let behindWire = 0;
let inAll = 0;
const whole: Turn[] = [];
for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
  const keep = round >= WARM_UP;
  for (let push = 0; push < HZ; push += 1) {
    const ticks = tick();
    const before = screenMs;
    const turn = measured(() => pushCells(ticks));
    if (keep) {
      cells.push(turn);
      behindWire += screenMs - before;
      inAll += turn.ms;
    }
  }
  // Each side pays for its own garbage within its second, and for none of the other's.
  collectGarbage();
  for (let push = 0; push < HZ; push += 1) {
    tick();
    const turn = measured(pushWhole);
    if (keep) whole.push(turn);
  }
  for (const row of rows) quotes.update(row.conId, { bid: row.bid, ask: row.ask, last: row.last, bidSize: row.bidSize, at: row.at });
  pushCells([]);
  collectGarbage();
}
for (const row of rows) {
  if (JSON.stringify(screen.tables.quotes.row(row.conId)) !== JSON.stringify(row)) throw new Error(`the screen differs at ${row.conId}`);
}

const cell = summary(cells);
const reference = summary(whole);
const line = (name: string, of: typeof cell): string =>
  `${name}: ${Math.round(of.bytes / 1024)} KB, p50 ${of.p50} ms, p99 ${of.p99} ms, ${rounded(of.coreShare * 100)} % of a core`;
console.log(`${ROWS} rows, ${CHANGED} ticks a push, ${HZ} Hz, ${ROUNDS} s of each, in turn`);
console.log(line('cells', cell));
console.log(line('whole', reference));
const ratio = rounded(cell.bytes / reference.bytes);
const deskShareMean = rounded(cell.coreShareMean * (1 - behindWire / inAll));
console.log(
  JSON.stringify({ name: 'push', ratio, ...cell, deskShareMean, unit: 'ms/flush', reference, limits: { ratio: 0.1, coreShare: 0.03 } }),
);
