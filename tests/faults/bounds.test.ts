import { expect, test } from 'vitest';
import { FrameBuffer } from '#journal/frame-buffer';
import { PacingGate, type PacingLane } from '#tws/pacing/pacing-gate';
import { FrameRing } from '#tws/socket/frame-ring';
import { FakeClock } from '../support/fake-clock.ts';

const FLOOD = 30_000;

test('P-22: what waits for TWS stops at a bound in every lane, what is too much is refused, and a kill still goes out first', () => {
  const clock = new FakeClock();
  const gate = new PacingGate({ clock, scheduler: clock }, () => ({ messagesPerSecond: 40, reserved: 10 }));
  const sent: string[] = [];
  const submit = (lane: PacingLane): string =>
    gate.submit({ lane, cost: 1, source: {}, send: () => sent.push(lane), dropped: () => undefined });
  const bounds = { order: 200, modify: 200, query: 500, data: 4_000, cancel: 10_000 } as const;
  for (const lane of ['data', 'query', 'order', 'modify', 'cancel'] as const) {
    let refused = 0;
    for (let n = 0; n < FLOOD; n += 1) if (submit(lane) === 'full') refused += 1;
    expect([lane, gate.waiting(lane)]).toEqual([lane, bounds[lane]]);
    expect(refused).toBeGreaterThanOrEqual(FLOOD - bounds[lane] - 45);
  }
  sent.length = 0;
  expect(submit('kill')).toBe('sent');
  gate.purge(['order', 'modify', 'query', 'data'], 'kill');
  clock.advance(1_000);
  expect([sent[0], new Set(sent.slice(1)), gate.waiting('order'), gate.waiting('data')]).toEqual(['kill', new Set(['cancel']), 0, 0]);
});

test('P-22: what waits for a disk that refuses is bounded by count and by size, and what was not kept is counted', () => {
  for (const [text, most] of [
    ['x', 2_000],
    ['y'.repeat(100_000), 250],
  ] as const) {
    const buffer = new FrameBuffer();
    for (let at = 0; at < FLOOD; at += 1) buffer.add({ at, clientId: 1, direction: 'in', text });
    expect(buffer.held.length).toBeLessThanOrEqual(most);
    expect(buffer.held.length + buffer.dropped).toBe(FLOOD);
    expect(buffer.held.at(-1)?.droppedAfter).toBe(buffer.dropped);
    expect(buffer.held.reduce((sum, frame) => sum + frame.text.length, 0)).toBeLessThan(1_010_000);
    buffer.clear();
    buffer.add({ at: 0, clientId: 1, direction: 'in', text });
    expect(buffer.held).toHaveLength(1);
  }
});

test('P-22: of the messages kept for a report the oldest go, and a long one keeps only its beginning', () => {
  const ring = new FrameRing(100);
  for (let at = 0; at < FLOOD; at += 1) ring.record(at, 1, 'in', `${at}|${'z'.repeat(at % 1_000 === 999 ? 1_000_000 : 10)}`);
  const kept = ring.read();
  expect([kept.length, kept[0]?.at, kept.at(-1)?.at]).toEqual([100, FLOOD - 100, FLOOD - 1]);
  expect(kept.at(-1)?.text.length).toBeLessThan(2_100);
});
