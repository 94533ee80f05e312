import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PACING_LANES, PacingGate, type PacingLane } from '#tws/pacing/pacing-gate';
import { FakeClock } from '../support/fake-clock.ts';
import { holds } from '../support/property.ts';

const RATE = 40;
/** Of the ten reserved messages two are the kill's alone. */
const CANCELS = 8;
const KILLS = 2;

interface Wish {
  readonly wait: number;
  readonly lane: PacingLane;
  readonly cost: number;
  readonly ttlMs: number | undefined;
}

interface Trace {
  readonly lane: PacingLane;
  readonly cost: number;
  readonly asked: number;
  readonly ttlMs: number | undefined;
  sent: number | undefined;
  ends: number;
  /** Lanes above that still waited when this left. */
  passed: readonly PacingLane[];
}

const wish: fc.Arbitrary<Wish> = fc
  .record({
    // Mostly bursts, sometimes a pause.
    wait: fc.oneof(
      { weight: 8, arbitrary: fc.constant(0) },
      { weight: 3, arbitrary: fc.double({ min: 0, max: 60, noNaN: true }) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 1_500 }) },
    ),
    lane: fc.constantFrom(...PACING_LANES),
    cost: fc.integer({ min: 1, max: 3 }),
    ttl: fc.boolean(),
  })
  .map(({ wait, lane, cost, ttl }) => ({
    // Fractions that floats hold exactly, so that a second is a second.
    wait: Math.round(wait * 64) / 64,
    lane,
    cost: lane === 'order' ? cost : 1,
    ttlMs: ttl && (lane === 'order' || lane === 'modify') ? 2_000 : undefined,
  }));

/** Plays the wishes; a cancel or kill above its share of any second is left out. */
function play(wishes: readonly Wish[]): readonly Trace[] {
  const clock = new FakeClock();
  const gate = new PacingGate({ clock, scheduler: clock }, () => ({ messagesPerSecond: RATE, reserved: 10 }));
  const traces: Trace[] = [];
  const source = {};
  for (const { wait, lane, cost, ttlMs } of wishes) {
    clock.advance(wait);
    const asked = clock.monotonic();
    const share = lane === 'cancel' ? CANCELS : lane === 'kill' ? KILLS : Infinity;
    if (traces.filter((trace) => trace.lane === lane && asked - trace.asked < 1_000).length >= share) continue;
    const trace: Trace = { lane, cost, asked, ttlMs, sent: undefined, ends: 0, passed: [] };
    traces.push(trace);
    gate.submit({
      lane,
      cost,
      source,
      ...(ttlMs === undefined ? {} : { ttlMs }),
      send: () => {
        trace.ends += 1;
        trace.sent = clock.monotonic();
        trace.passed = PACING_LANES.slice(0, PACING_LANES.indexOf(lane)).filter((above) => gate.waiting(above) > 0);
      },
      dropped: () => (trace.ends += 1),
    });
  }
  clock.advance(600_000);
  return traces;
}

function rateFaults(traces: readonly Trace[]): readonly string[] {
  const sends = traces
    .flatMap(({ sent, cost }) => (sent === undefined ? [] : Array.from({ length: cost }, () => sent)))
    .toSorted((a, b) => a - b);
  return sends.flatMap((at, i) =>
    (sends[i + RATE] ?? Infinity) - at < 1_000 ? [`more than ${String(RATE)} messages in the second from ${String(at)}`] : [],
  );
}

/** What must never be seen; collected, for a thousand runs hold a quarter of a million messages. */
function faults(traces: readonly Trace[]): readonly string[] {
  const found = [...rateFaults(traces)];
  for (const { lane, asked, sent, ttlMs, ends, passed } of traces) {
    const waited = (sent ?? Infinity) - asked;
    if (ends !== 1) found.push(`${lane} ended ${String(ends)} times`);
    if (passed.length > 0) found.push(`${lane} passed ${passed.join()}`);
    if ((lane === 'cancel' || lane === 'kill') && waited > 100) found.push(`${lane} waited ${String(waited)} ms`);
    if (sent !== undefined && ttlMs !== undefined && waited > ttlMs) found.push(`${lane} left after its time to live`);
    if (sent === undefined && ttlMs === undefined) found.push(`${lane} was dropped without a time to live`);
  }
  return found;
}

test(
  'no second holds more than 40 messages, cancels wait no more than 100 ms, everything ends once (I-17)',
  { timeout: 120_000 },
  async () => {
    await holds(
      'pacing',
      fc.property(fc.array(wish, { minLength: 1, maxLength: 200, size: 'max' }), (wishes) => {
        expect(faults(play(wishes))).toEqual([]);
      }),
    );
  },
);

test('messages of one lane leave in the order they came', { timeout: 120_000 }, async () => {
  await holds(
    'lane order',
    fc.property(fc.array(wish, { minLength: 1, maxLength: 120, size: 'max' }), (wishes) => {
      const traces = play(wishes);
      for (const lane of PACING_LANES) {
        const times = traces.filter((trace) => trace.lane === lane && trace.sent !== undefined).map(({ sent }) => sent!);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }
    }),
  );
});
