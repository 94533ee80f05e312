import { describe, expect, test } from 'vitest';
import { farmServes } from '#core/market/farm';
import { QuoteBoard } from '#core/market/quote-board';
import { MID } from '#core/market/quote-book';
import type { Contract } from '#domain/contract';
import { units } from '#domain/quantity';
import { trustedPrice } from '#domain/price';
import { BAC, IBM, newYork, px, tick } from '../../support/core/trigger-fixtures.ts';

const FUTURE: Contract = { ...IBM, symbol: 'CL', secType: 'FUT' };

function board(contract: Contract = IBM): QuoteBoard {
  const made = new QuoteBoard();
  made.follow(contract);
  return made;
}

describe('the quote board', () => {
  test('folds ticks, sizes and figures into one quote', () => {
    const quotes = board();
    quotes.onTick({ ...tick(IBM, 'bid', 179.84, 1_000), size: units(200) });
    quotes.onTick(tick(IBM, 'ask', 179.87, 1_010));
    quotes.onSize(IBM.conId, 'ask', units(100), 1_011);
    quotes.onTick(tick(IBM, 'last', 179.86, 1_020));
    quotes.onFigure(IBM.conId, 'close', px(181.86));
    quotes.onFigure(IBM.conId, 'high', px(182.1));
    quotes.onFigure(IBM.conId, 'open', px(181.2));
    quotes.onFigure(IBM.conId, 'low', px(179.5));
    quotes.onVolume(IBM.conId, units(1_000_000));
    expect(quotes.quote(IBM.conId)).toEqual({
      conId: IBM.conId,
      bid: px(179.84),
      ask: px(179.87),
      last: px(179.86),
      bidSize: units(200),
      askSize: units(100),
      close: px(181.86),
      high: px(182.1),
      open: px(181.2),
      low: px(179.5),
      volume: units(1_000_000),
      halted: false,
      liveType: 'live',
      updatedAt: 1_020,
    });
  });

  test('hands out copies that later ticks do not change', () => {
    const quotes = board();
    quotes.onTick(tick(IBM, 'last', 180, 1));
    const before = quotes.quote(IBM.conId);
    expect(quotes.quote(IBM.conId)).toBe(before);
    quotes.onTick(tick(IBM, 'last', 181, 2));
    expect([before?.last, quotes.quote(IBM.conId)?.last]).toEqual([px(180), px(181)]);
  });

  test('drops what is no price, takes −1 and 0 for "no data", and counts both', () => {
    const quotes = board();
    quotes.onTick(tick(IBM, 'bid', 179.84, 1));
    quotes.onTick(tick(IBM, 'ask', 179.87, 1));
    for (const price of [Number.NaN, Infinity, 1.7976931348623157e308, -37_630_000, 0.5]) {
      expect(quotes.onTick({ conId: IBM.conId, field: 'bid', price: trustedPrice(price), at: 2 })).toBeUndefined();
    }
    expect(quotes.quote(IBM.conId)).toMatchObject({ bid: px(179.84), updatedAt: 1 });
    expect(quotes.onTick(tick(IBM, 'bid', -1, 3))).toBeUndefined();
    expect(quotes.onTick(tick(IBM, 'last', 0, 3))).toBeUndefined();
    expect(quotes.quote(IBM.conId)).toEqual({ conId: IBM.conId, ask: px(179.87), halted: false, liveType: 'live', updatedAt: 1 });
    quotes.onTick(tick(BAC, 'last', 13, 4));
    quotes.onTick(tick(IBM, 'last', 180, 0));
    expect(quotes.counters()).toEqual({ folded: 3, dropped: 5, noData: 2, strangers: 1, backdated: 1 });
  });

  test('takes negative prices of futures, and 0 or −1 only with a size', () => {
    const quotes = board(FUTURE);
    quotes.onTick(tick(FUTURE, 'last', -37.63, 1));
    expect(quotes.quote(FUTURE.conId)?.last).toBe(px(-37.63));
    quotes.onTick(tick(FUTURE, 'last', -1, 2));
    expect(quotes.quote(FUTURE.conId)?.last).toBeUndefined();
    quotes.onTick({ ...tick(FUTURE, 'last', -1, 3), size: units(5) });
    expect(quotes.quote(FUTURE.conId)?.last).toBe(px(-1));
    expect(quotes.fault(FUTURE.conId, { now: 3, maxAgeMs: 10 })).toBeUndefined();
  });

  test('judges a quote, from nothing to good and through a gap', () => {
    const quotes = board();
    const fault = (now: number): unknown => quotes.fault(IBM.conId, { now, maxAgeMs: 2_000 });
    expect(fault(0)).toBe('none-yet');
    quotes.onTick(tick(IBM, 'last', 180, 1_000));
    expect([fault(1_000), fault(3_001)]).toEqual([undefined, 'stale']);
    quotes.onSize(IBM.conId, 'bid', units(1), 3_001);
    expect(fault(3_001)).toBeUndefined();
    expect(quotes.fault(IBM.conId, { now: 3_001, maxAgeMs: 2_000, session: 'extended' })).toBe('session-closed');
    quotes.rebaseline();
    expect(fault(3_001)).toBe('not-baselined');
    quotes.onTick(tick(IBM, 'last', 180, 4_000));
    expect(fault(4_000)).toBe('not-baselined');
    quotes.onTick(tick(IBM, 'last', 180, 4_001));
    expect(fault(4_001)).toBeUndefined();
    quotes.forget(IBM.conId);
    expect(fault(4_001)).toBe('none-yet');
    expect(quotes.fault(BAC.conId, { now: 0, maxAgeMs: 1 })).toBe('none-yet');
  });

  test('keeps a farm fault to the contracts that the farm serves', () => {
    const quotes = board();
    quotes.onTick(tick(IBM, 'last', 180, 1));
    const fault = (): unknown => quotes.fault(IBM.conId, { now: 1, maxAgeMs: 10 });
    quotes.onFarm('usopt', false);
    quotes.onFarm('ushmds', false);
    expect(fault()).toBeUndefined();
    quotes.onFarm('usfarm.nj', false);
    expect(fault()).toBe('farm-down');
    // A contract followed while its farm is down starts under the same fault.
    quotes.follow(BAC);
    expect(quotes.fault(BAC.conId, { now: 1, maxAgeMs: 10 })).toBe('farm-down');
    quotes.onFarm('usfarm.nj', true);
    expect(fault()).toBeUndefined();
  });

  test('is down as long as any farm that serves it is, whichever others come back', () => {
    const quotes = board();
    quotes.onTick(tick(IBM, 'last', 180, 1));
    const fault = (): unknown => quotes.fault(IBM.conId, { now: 1, maxAgeMs: 10 });
    for (const farm of ['usfarm', 'usfarm.nj', 'eufarm']) quotes.onFarm(farm, false);
    quotes.onFarm('eufarm', true);
    quotes.onFarm('usfarm', true);
    expect(fault()).toBe('farm-down');
    quotes.onFarm('usfarm.nj', true);
    expect(fault()).toBeUndefined();
  });

  test('knows of a halt and of delayed data at once, without waiting for a tick', () => {
    const quotes = board();
    quotes.onTick(tick(IBM, 'last', 180, 1));
    const fault = (): unknown => quotes.fault(IBM.conId, { now: 1, maxAgeMs: 10 });
    expect(fault()).toBeUndefined();
    quotes.onHalted(IBM.conId, true);
    expect([fault(), quotes.quote(IBM.conId)?.halted]).toEqual(['halted', true]);
    quotes.onHalted(IBM.conId, false);
    expect(fault()).toBeUndefined();
    quotes.onLiveType(IBM.conId, 'delayed-frozen');
    expect(fault()).toBe('delayed');
    quotes.onLiveType(IBM.conId, 'live');
    expect(fault()).toBeUndefined();
  });

  test('begins anew after a lapse of the subscription: no price, no age, no halt', () => {
    const quotes = board();
    quotes.onTick({ ...tick(IBM, 'last', 180, 1), size: units(1) });
    quotes.onHalted(IBM.conId, true);
    quotes.forget(IBM.conId);
    expect(quotes.quote(IBM.conId)).toEqual({ conId: IBM.conId, halted: false, liveType: 'live', updatedAt: 0 });
    quotes.onTick(tick(IBM, 'last', 190, 2));
    expect(quotes.fault(IBM.conId, { now: 2, maxAgeMs: 10 })).toBeUndefined();
  });

  test('has no age and no price from sizes alone', () => {
    const quotes = board();
    for (const field of ['bid', 'ask', 'last'] as const) quotes.onSize(IBM.conId, field, units(5), 1);
    expect(quotes.quote(IBM.conId)).toMatchObject({ bidSize: units(5), askSize: units(5), lastSize: units(5), updatedAt: 0 });
    expect(quotes.fault(IBM.conId, { now: 1, maxAgeMs: 10 })).toBe('none-yet');
  });

  test('loses with a price what hangs on it: its size and the middle, and nothing of the other side', () => {
    for (const [lost, kept] of [
      ['bid', 'ask'],
      ['ask', 'bid'],
    ] as const) {
      const quotes = board();
      quotes.onTick({ ...tick(IBM, 'bid', 179.84, 1), size: units(2) });
      quotes.onTick({ ...tick(IBM, 'ask', 179.87, 2), size: units(3) });
      const mid = (): number | undefined => quotes.book(IBM.conId)?.price[MID];
      expect(mid()).toBe(px(179.855));
      quotes.onTick({ ...tick(IBM, lost, -1, 3), size: units(0) });
      const quote = quotes.quote(IBM.conId);
      expect([quote?.[lost], quote?.[`${lost}Size`], mid()]).toEqual([undefined, undefined, Number.NaN]);
      expect([quote?.[kept], quote?.[`${kept}Size`]]).toEqual([px(kept === 'bid' ? 179.84 : 179.87), units(kept === 'bid' ? 2 : 3)]);
    }
  });

  test('takes −1 or 0 of a future for "no data" unless somebody traded or stands there', () => {
    for (const value of [-1, 0]) {
      const quotes = board(FUTURE);
      quotes.onTick(tick(FUTURE, 'last', 50, 1));
      quotes.onTick({ ...tick(FUTURE, 'last', value, 2), size: units(0) });
      expect([value, quotes.quote(FUTURE.conId)?.last]).toEqual([value, undefined]);
      quotes.onTick({ ...tick(FUTURE, 'last', value, 3), size: units(1) });
      expect([value, quotes.quote(FUTURE.conId)?.last]).toEqual([value, px(value)]);
    }
  });

  test('tells what changed since it was asked last', () => {
    const quotes = board();
    quotes.follow(BAC);
    expect(quotes.takeDirty()).toEqual([]);
    quotes.onTick(tick(BAC, 'last', 13, 1));
    quotes.onTick(tick(IBM, 'last', 180, 1));
    quotes.onTick(tick(BAC, 'last', 14, 2));
    expect(quotes.takeDirty()).toEqual([BAC.conId, IBM.conId]);
    expect(quotes.takeDirty()).toEqual([]);
    quotes.onHalted(IBM.conId, true);
    expect(quotes.takeDirty()).toEqual([IBM.conId]);
  });

  test('remembers the highs and lows of the New York morning and day', () => {
    const quotes = board();
    const trade = (clock: string, value: number): unknown => quotes.onTick(tick(IBM, 'last', value, newYork(clock)));
    trade('08:00', 181);
    trade('09:29:59', 180.5);
    expect(quotes.range(IBM.conId)).toEqual({ preHigh: px(181), preLow: px(180.5) });
    trade('09:30', 180);
    trade('12:00', 182);
    trade('16:00', 190);
    expect(quotes.range(IBM.conId)).toEqual({ preHigh: px(181), preLow: px(180.5), dayHigh: px(182), dayLow: px(180) });
    quotes.onTick(tick(IBM, 'last', 185, newYork('09:00') + 86_400_000));
    expect(quotes.range(IBM.conId)).toEqual({ preHigh: px(185), preLow: px(185) });
  });
});

test.each<[string, Partial<Contract>, boolean]>([
  ['usfarm', {}, true],
  ['usfarm.nj', {}, true],
  ['usfarm', { secType: 'OPT' }, false],
  ['usopt', { secType: 'OPT' }, true],
  ['usopt', { secType: 'FOP' }, true],
  ['usopt', { secType: 'BAG' }, true],
  ['usopt', {}, false],
  ['usfuture', { secType: 'FUT' }, true],
  ['cashfarm', { secType: 'CASH' }, true],
  ['cashfarm', {}, false],
  ['eufarm', { currency: 'EUR' }, true],
  ['eufarm', {}, false],
  ['jfarm', { currency: 'JPY' }, true],
  ['hfarm', { currency: 'HKD' }, true],
  ['ushmds', {}, false],
  ['euhmds', { currency: 'EUR' }, false],
  ['secdefnj', {}, false],
  ['newfarm', {}, true],
])('farm %s serves %o: %s', (farm, contract, serves) => {
  expect(farmServes(farm, { ...IBM, ...contract })).toBe(serves);
});
