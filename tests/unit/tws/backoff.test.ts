import { expect, test } from 'vitest';
import { ReconnectBackoff } from '#tws/socket/backoff';

test('attempts are twice as far apart each time, up to a quarter later by jitter, up to the longest', () => {
  const delays = (random: number): readonly number[] => {
    const backoff = new ReconnectBackoff(() => random, 1_000, 60_000);
    return Array.from({ length: 8 }, () => backoff.next());
  };
  expect(delays(0)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  expect(delays(1)).toEqual([1_250, 2_500, 5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  expect(delays(0.5)[0]).toBe(1_125);
});

test('a short wait is up to a quarter shorter and does not count; a reset begins anew', () => {
  const backoff = new ReconnectBackoff(() => 1, 1_000, 60_000);
  expect([backoff.shortly(2_000), backoff.next(), backoff.shortly(2_000), backoff.next()]).toEqual([1_500, 1_250, 1_500, 2_500]);
  backoff.reset();
  expect(backoff.next()).toBe(1_250);
});
