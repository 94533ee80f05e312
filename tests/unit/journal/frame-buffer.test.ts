import { expect, test } from 'vitest';
import { FrameBuffer } from '#journal/frame-buffer';

const frame = (text: string, more: object = {}) => ({ at: 1, clientId: 2, direction: 'in', text, ...more }) as const;

test('a frame is kept with what is known of it, and a text that is too long says how much is missing', () => {
  const buffer = new FrameBuffer();
  buffer.add(frame('a', { brokerAt: 5, order: 'perm:1' }));
  buffer.add(frame('x'.repeat(4_000)));
  buffer.add(frame('x'.repeat(4_001)));
  expect(buffer.held[0]).toEqual(frame('a', { brokerAt: 5, order: 'perm:1' }));
  expect(buffer.held.slice(1).map(({ text }) => text)).toEqual(['x'.repeat(4_000), `${'x'.repeat(4_000)}… (1 more)`]);
  expect([Object.keys(buffer.held[1] ?? {}), buffer.dropped]).toEqual([['at', 'clientId', 'direction', 'text'], 0]);
});

test('of many frames two thousand wait; the others are counted behind the last', () => {
  const buffer = new FrameBuffer();
  for (let at = 0; at < 2_003; at += 1) buffer.add(frame('a'));
  expect([buffer.held.length, buffer.dropped, buffer.held.at(-1)?.droppedAfter]).toEqual([2_000, 3, 3]);
  buffer.clear();
  buffer.add(frame('a'));
  expect([buffer.held.length, buffer.dropped, buffer.held[0]?.droppedAfter]).toEqual([1, 3, undefined]);
});

test('of long frames a million characters wait, and after a write as many again', () => {
  const buffer = new FrameBuffer();
  const fill = (): number => {
    for (let at = 0; at < 300; at += 1) buffer.add(frame('x'.repeat(4_000)));
    return buffer.held.length;
  };
  expect([fill(), buffer.dropped]).toEqual([250, 50]);
  buffer.clear();
  expect([fill(), buffer.dropped]).toEqual([250, 100]);
});
