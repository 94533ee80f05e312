import { SystemClock } from '#system/clock';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const NOON = Date.UTC(2026, 9, 8, 12);
let wall = NOON;
let monotonic = 0;

beforeEach(() => {
  wall = NOON;
  monotonic = 0;
  vi.spyOn(Date, 'now').mockImplementation(() => wall);
  vi.spyOn(performance, 'now').mockImplementation(() => monotonic);
});

afterEach(() => {
  vi.restoreAllMocks();
});

function pass(ms: number): void {
  wall += ms;
  monotonic += ms;
}

test('a machine whose clock is set back by a quarter of an hour waits no longer than before, and calls nothing younger than it is', () => {
  const clock = new SystemClock();
  pass(1_000);
  const before = clock.now();
  wall -= 900_000;
  pass(2_000);
  expect(clock.now() - before).toBeGreaterThanOrEqual(1_980);
  expect(clock.now() - before).toBeLessThanOrEqual(2_000);
});

test('a machine that slept, or whose clock is set forward, has the new time at once', () => {
  const clock = new SystemClock();
  wall += 900_000;
  expect(clock.now()).toBe(NOON + 900_000);
});

test('a clock that was set back by five seconds is met again within ten minutes', () => {
  const clock = new SystemClock();
  wall -= 5_000;
  for (let second = 0; second < 600; second += 1) {
    pass(1_000);
    clock.now();
  }
  expect(clock.now()).toBe(wall);
});

test('without any step the time is the machine’s, to the millisecond', () => {
  const clock = new SystemClock();
  pass(86_400_000);
  expect(clock.now()).toBe(NOON + 86_400_000);
});
