import { expect, test } from 'vitest';
import { SuspendDetector } from '#tws/session/suspend-detector';
import { TIMING } from '#tws/socket/timing';
import { FakeClock } from '../../support/fake-clock.ts';

function detector() {
  const clock = new FakeClock();
  const woke: number[] = [];
  const made = new SuspendDetector({ clock, scheduler: clock }, (ms) => woke.push(ms));
  return { clock, woke, made };
}

test('pulses that come in time say nothing, pulse after pulse', () => {
  const { clock, woke, made } = detector();
  made.start();
  for (let pulse = 0; pulse < 50; pulse += 1) clock.advance(TIMING.pulse);
  expect(woke).toEqual([]);
  made.look();
  expect(woke).toEqual([]);
});

test('the longer of the two clocks counts, once, from the limit on', () => {
  const { woke, made, clock } = detector();
  made.start();
  const [at, wall] = [clock.monotonic(), clock.now()];
  made.look(at, wall + TIMING.suspended - 1);
  made.look(at, wall + 2 * TIMING.suspended - 1);
  made.look(at + TIMING.suspended, wall + 2 * TIMING.suspended);
  made.look(at + TIMING.suspended, wall + 2 * TIMING.suspended);
  expect(woke).toEqual([TIMING.suspended, TIMING.suspended]);
});

test('before the start and after the stop nobody stood still', () => {
  const { clock, woke, made } = detector();
  made.look();
  clock.advance(100 * TIMING.suspended);
  made.look();
  made.start();
  made.stop();
  clock.advance(100 * TIMING.suspended);
  made.look();
  expect(woke).toEqual([]);
});

test('from the start on both clocks count: a sleep right after it is noticed by either', () => {
  for (const [monotonic, wall] of [
    [TIMING.suspended, 0],
    [0, TIMING.suspended],
  ] as const) {
    const { woke, made, clock } = detector();
    clock.advance(777);
    made.start();
    made.look(clock.monotonic() + monotonic, clock.now() + wall);
    expect(woke).toEqual([TIMING.suspended]);
  }
});
