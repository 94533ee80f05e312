import { describe, expect, test } from 'vitest';
import { type QuoteContext, quoteFault, quoteRefusal, quoteFaultShort } from '#core/market/quote-fault';
import type { ConId } from '#domain/ids';
import type { Quote, QuoteFault } from '#domain/quote';
import { px } from '../../support/core/trigger-fixtures.ts';

const good: Quote = {
  conId: 1 as ConId,
  bid: px(179.84),
  ask: px(179.87),
  last: px(179.86),
  halted: false,
  liveType: 'live',
  updatedAt: 10_000,
};
const context: QuoteContext = { now: 11_000, maxAgeMs: 2_000, mayBeNegative: false, farmUp: true, baselined: true };
const fault = (quote: Partial<Quote>, more: Partial<QuoteContext> = {}): QuoteFault | undefined =>
  quoteFault({ ...good, ...quote }, { ...context, ...more });
const { bid: _bid, ask: _ask, last: _last, ...unpriced } = good;

describe('a quote must not decide anything', () => {
  test('unless it is good', () => {
    expect(fault({})).toBeUndefined();
    expect(fault({}, { session: 'rth' })).toBeUndefined();
  });

  test.each<[QuoteFault, Partial<Quote>, Partial<QuoteContext>]>([
    ['none-yet', { updatedAt: 0 }, {}],
    ['stale', {}, { now: 12_001 }],
    ['stale', {}, { now: 7_999 }],
    ['stale', { updatedAt: Number.NaN }, {}],
    ['crossed', { bid: px(179.88) }, {}],
    ['crossed', { bid: px(179.87) }, {}],
    ['zero', { last: px(0) }, {}],
    ['zero', { bid: px(-1) }, {}],
    ['delayed', { liveType: 'delayed' }, {}],
    ['delayed', { liveType: 'delayed-frozen' }, {}],
    ['frozen', { liveType: 'frozen' }, {}],
    ['halted', { halted: true }, {}],
    ['session-closed', {}, { session: 'extended' }],
    ['session-closed', {}, { session: 'closed' }],
    ['farm-down', {}, { farmUp: false }],
    ['farm-down', { updatedAt: 0 }, { farmUp: false }],
    ['not-baselined', {}, { baselined: false }],
  ])('when %s: %o %o', (expected, quote, more) => {
    expect(fault(quote, more)).toBe(expected);
  });

  test('when all its prices are unknown', () => {
    expect(quoteFault(unpriced, context)).toBe('none-yet');
  });

  test('but at the very limits it may', () => {
    expect(fault({}, { now: 12_000 })).toBeUndefined();
    expect(fault({}, { now: 8_000 })).toBeUndefined();
    expect(quoteFault({ ...unpriced, bid: px(179.84) }, context)).toBeUndefined();
    expect(fault({ bid: px(-37.64), ask: px(-37.62), last: px(-37.63) }, { mayBeNegative: true })).toBeUndefined();
  });
});

test('every refusal is a sentence with its figure and what it waits for', () => {
  const figures = { label: 'IBM', ageMs: 7_240, limitMs: 2_000, bid: px(179.88), ask: px(179.86), decimals: 2 };
  const faults: readonly QuoteFault[] = [
    'none-yet',
    'stale',
    'crossed',
    'zero',
    'delayed',
    'frozen',
    'halted',
    'session-closed',
    'farm-down',
    'not-baselined',
  ];
  expect(Object.fromEntries(faults.map((name) => [quoteFaultShort(name), quoteRefusal(name, figures)]))).toEqual({
    'no quote': 'IBM has no price; waits for one.',
    'quote is old': 'The quote of IBM is 7.2 s old, the limit is 2.0 s; waits for a fresh tick.',
    'quote is crossed': 'The quote of IBM is crossed, bid 179.88 against ask 179.86; waits until bid is below ask.',
    'price is zero': 'IBM shows a price of zero or less, which is no price; waits for a real one.',
    'quote is delayed': 'The quote of IBM is delayed; a trigger needs live data. Check the market data subscription in TWS.',
    'quote is frozen': 'The quote of IBM is frozen at the last close; waits for live data.',
    'trading halted': 'Trading in IBM is halted; waits until it resumes.',
    'session closed': 'The regular session of IBM is closed; waits for the open, or let the trigger act outside regular hours.',
    'data farm down': 'The data farm of IBM is down; waits until the broker has it back.',
    'confirming after gap': 'The data of IBM was interrupted; waits for two ticks so that a jump during the gap fires nothing.',
  });
  expect(quoteRefusal('crossed', { ...figures, ask: px(179.88) })).toContain('is locked, bid 179.88 against ask 179.88');
  expect(quoteRefusal('stale', { ...figures, ageMs: -3_600_000 })).toBe(
    'The quote of IBM is dated 3600.0 s ahead of the clock; waits for a tick with the right time.',
  );
});
