import { expect, test } from 'vitest';
import { afterOutcome, afterResume, type Breaker, CLOSED, fromFile, isProbe, waitLeft } from '#core/risk/breaker';
import type { Order, OrderState } from '#domain/order';
import { NOW, working } from '../../support/core/risk.ts';

const MINUTE = 60_000;

function rejected(breaker: Breaker, group: string, at: number): Breaker {
  return afterOutcome(breaker, { kind: 'rejected', group, what: 'of BUY 100 IBM' }, at);
}

function accepted(breaker: Breaker, group: string, at: number, more: { isEntry?: boolean; createdAt?: number } = {}): Breaker {
  return afterOutcome(breaker, { kind: 'accepted', group, isEntry: more.isEntry ?? true, createdAt: more.createdAt ?? at }, at);
}

/** Five in a row, the last at NOW. */
function open(): Breaker {
  return [4, 3, 2, 1, 0].reduce((breaker, ago) => rejected(breaker, `b${ago}`, NOW - ago), CLOSED);
}

function halfOpen(): Breaker {
  return afterResume(open(), NOW + MINUTE);
}

test('after a resume only an accepted entry that was made since then closes it (C-44)', () => {
  const trying = halfOpen();
  expect(trying.state).toBe('half-open');
  const at = NOW + 2 * MINUTE;
  expect(accepted(trying, 'exit', at, { isEntry: false }).state).toBe('half-open');
  expect(accepted(trying, 'old', at, { createdAt: NOW + MINUTE - 1 }).state).toBe('half-open');
  expect(accepted(trying, 'try', at, { createdAt: NOW + MINUTE }).state).toBe('closed');
});

test('the accepted try that IB rejects after all opens it again, another order does not', () => {
  const closed = accepted(halfOpen(), 'try', NOW + 2 * MINUTE);
  expect(rejected(closed, 'other', NOW + 3 * MINUTE).state).toBe('closed');
  expect(rejected(closed, 'try', NOW + 3 * MINUTE).state).toBe('open');
});

test('five within a minute count on either side of a clock that was set back', () => {
  const times = [0, 1, 2, -10_000, -9_000];
  let breaker = CLOSED;
  for (const [index, ago] of times.entries()) {
    breaker = rejected(breaker, `b${index}`, NOW + ago);
    breaker = accepted(breaker, `ok${index}`, NOW + ago);
  }
  expect(breaker.state).toBe('open');
});

test('rejections a minute apart with an acceptance between do not open it', () => {
  let breaker = CLOSED;
  for (let index = 0; index < 8; index += 1) {
    breaker = rejected(breaker, `b${index}`, NOW + index * 15_000);
    breaker = accepted(breaker, `ok${index}`, NOW + index * 15_000 + 1);
  }
  expect(breaker.state).toBe('closed');
});

test('a restart takes over the opening with what is left of its wait', () => {
  const { state, since, openings, until, reason } = open();
  const again = fromFile({ state, since, openings, until, reason });
  expect([again.state, waitLeft(again, NOW + 10_000)]).toEqual(['open', 20_000]);
  expect(afterResume(again, NOW + 29_999)).toBe(again);
  expect(afterResume(again, NOW + 30_000).state).toBe('half-open');
  expect(fromFile({ state: 'half-open', since, openings, until, reason }).state).toBe('open');
});

test('the order that is being tried is one until IB has answered it, also while nobody knows where it is', () => {
  const trying = halfOpen();
  const entry = (state: OrderState, more: Partial<Order> = {}) =>
    isProbe(trying, working({ state, leg: 'E', origin: 'trigger', createdAt: trying.since, ...more }));
  for (const state of ['INTENT', 'QUEUED', 'SUBMITTED', 'UNKNOWN'] as const) expect([state, entry(state)]).toEqual([state, true]);
  for (const state of ['ACCEPTED', 'PARTIALLY_FILLED', 'REJECTED'] as const) expect([state, entry(state)]).toEqual([state, false]);
  expect(entry('SUBMITTED', { createdAt: trying.since - 1 })).toBe(false);
  expect(entry('SUBMITTED', { origin: 'manual' })).toBe(false);
  expect(entry('SUBMITTED', { leg: 'S' })).toBe(false);
});

test('an opening is forgiven after an hour of being closed, not a moment before (C-44)', () => {
  const HOUR = 60 * MINUTE;
  const closedAt = NOW + 2 * MINUTE;
  const closed = accepted(halfOpen(), 'new', closedAt);
  expect([closed.state, closed.since, closed.openings]).toEqual(['closed', closedAt, 1]);
  const openedAt = (at: number): Breaker => [4, 3, 2, 1, 0].reduce((breaker, ago) => rejected(breaker, `c${ago}`, at - ago), closed);
  expect(openedAt(closedAt + HOUR - 1)).toMatchObject({ state: 'open', openings: 2 });
  expect(openedAt(closedAt + HOUR)).toMatchObject({ state: 'open', openings: 1 });
});
