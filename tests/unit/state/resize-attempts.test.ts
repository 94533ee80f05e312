import { expect, test } from 'vitest';
import { ResizeAttempts } from '#core/state/resize-attempts';
import type { OrderKey } from '#domain/ids';

const STOP = 'TD1-0000001-1-1-S' as OrderKey;
const TARGET = 'TD1-0000001-1-1-T' as OrderKey;

test('the same is not tried again for 20 s, and what differs in order or size is', () => {
  const attempts = new ResizeAttempts();
  attempts.note(STOP, 50, 1_000);
  expect(attempts.isTried(STOP, 50, 20_999, undefined)).toBe(true);
  expect(attempts.isTried(STOP, 50, 21_000, undefined)).toBe(false);
  expect(attempts.isTried(STOP, 0, 1_000, undefined)).toBe(false);
  expect(attempts.isTried(TARGET, 50, 1_000, undefined)).toBe(false);
});

test('for one purpose the same is tried once, however long it lasts', () => {
  const attempts = new ResizeAttempts();
  attempts.note(STOP, 0, 1_000);
  expect(attempts.isTried(STOP, 0, 31_000, 1_000)).toBe(true);
  expect(attempts.isTried(STOP, 0, 1_002, 1_001)).toBe(false);
});

test('attempts of a minute ago are forgotten with the next one, and one made again counts from then', () => {
  const attempts = new ResizeAttempts();
  attempts.note(STOP, 50, 0);
  attempts.note(TARGET, 50, 10_000);
  attempts.note(STOP, 50, 30_000);
  attempts.note(TARGET, 0, 70_000);
  expect(attempts.size).toBe(2);
  expect(attempts.isTried(STOP, 50, 49_999, undefined)).toBe(true);
  expect(attempts.isTried(TARGET, 50, 10_001, undefined)).toBe(false);
});
