import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { dayNumber } from '#simulator/calendar/new-york';
import { tradingHours } from '#simulator/calendar/trading-day';
import { demoTapeText } from '#simulator/market/demo-tape';
import { Listing } from '#simulator/model/instrument';
import { DEMO_STOCKS, SyntheticSource } from '#simulator/market/synthetic';
import { mergeTapes, parseTape, readTape, symbolFromFileName, type Tape, tapeTick } from '#simulator/market/tape';
import { TapeSource } from '#simulator/market/tape-source';
import type { MarketTick, TickSource } from '#simulator/model/tick';

const HEAD = 'ts_ms,field,price,size';

function tape(text: string, symbol: string): Tape {
  const parsed = parseTape(text, symbol, 'x.csv');
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

function take(source: TickSource, count: number): MarketTick[] {
  return Array.from({ length: count }, () => source.take()).filter((tick) => tick !== undefined);
}

describe('reading', () => {
  test('both forms, exact to the millionth', () => {
    expect(tapeTick(tape(`${HEAD}\n5,last,180.0101,100\r\n\n`, 'IBM'), 0)).toEqual({
      at: 5,
      symbol: 'IBM',
      field: 'last',
      price: 180_010_100,
      size: 1_000_000,
    });
    const both = tape('ts_ms,symbol,field,price,size\n5,A,bid,1,100\n5,B,ask,2.5,0\n', '');
    expect([both.symbols, both.length, tapeTick(both, 1)]).toEqual([
      ['A', 'B'],
      2,
      { at: 5, symbol: 'B', field: 'ask', price: 2_500_000, size: 0 },
    ]);
  });

  test.each([
    [
      'time,price\n1,2',
      'The tape x.csv must begin with "ts_ms,field,price,size" or "ts_ms,symbol,field,price,size"; it begins with "time,price".',
    ],
    ['', 'The tape x.csv must begin with "ts_ms,field,price,size" or "ts_ms,symbol,field,price,size"; it begins with "".'],
    [`${HEAD}\n`, 'The tape x.csv holds no ticks.'],
    [`${HEAD}\n5,bid,1,1\n6,mid,1,1`, 'The tape x.csv has no tick on line 3: "6,mid,1,1".'],
    [`${HEAD}\n5,bid,NaN,1`, 'The tape x.csv has no tick on line 2: "5,bid,NaN,1".'],
    [`${HEAD}\n5,bid,1`, 'The tape x.csv has no tick on line 2: "5,bid,1".'],
    [`${HEAD}\n5,bid,1,1\n4,bid,1,1`, 'The tape x.csv runs backwards on line 3.'],
  ])('what is wrong is said with its line: %j', (text, sentence) => {
    expect(parseTape(text, 'IBM', 'x.csv')).toEqual({ ok: false, error: sentence });
  });

  test('a tape of one symbol must say which; file names of the recorded data do', () => {
    expect(parseTape(`${HEAD}\n5,bid,1,1`, undefined, 'x.csv')).toEqual({
      ok: false,
      error: 'The tape x.csv does not say whose ticks it holds; name the symbol, as in IBM=x.csv.',
    });
    expect(['/a/ticks-IBM-2013-10-08.csv.gz', 'ticks-BRK.B-1.csv', 'demo-tape.csv.gz'].map(symbolFromFileName)).toEqual([
      'IBM',
      'BRK.B',
      undefined,
    ]);
  });

  test('a file that is not there is said so', async () => {
    const read = await readTape('nowhere/ticks-IBM-x.csv.gz');
    expect(read.ok ? '' : read.error).toMatch(/^The tape nowhere\/ticks-IBM-x\.csv\.gz cannot be read: ENOENT/);
  });
});

describe('playing', () => {
  test('several tapes are one by time, ties in the order given', () => {
    const merged = mergeTapes([tape(`${HEAD}\n1,bid,1,1\n3,bid,3,1`, 'A'), tape(`${HEAD}\n1,ask,2,1\n2,ask,2,1`, 'B')]);
    expect(Array.from({ length: 4 }, (_, i) => tapeTick(merged, i)).map((tick) => `${String(tick.at)}${tick.symbol}`)).toEqual([
      '1A',
      '1B',
      '2B',
      '3A',
    ]);
  });

  test('a loop goes on the next trading day at the same time of New York, over week-ends, holidays and the end of summer time', () => {
    const friday = Date.UTC(2026, 9, 30, 13, 30);
    const source = new TapeSource(tape(`${HEAD}\n${String(friday)},bid,1,1\n${String(friday + 60_000)},bid,2,1`, 'A'), true);
    expect(take(source, 5).map((tick) => new Date(tick.at).toISOString())).toEqual([
      '2026-10-30T13:30:00.000Z',
      '2026-10-30T13:31:00.000Z',
      '2026-11-02T14:30:00.000Z',
      '2026-11-02T14:31:00.000Z',
      '2026-11-03T14:30:00.000Z',
    ]);
    const ended = new TapeSource(tape(`${HEAD}\n5,bid,1,1`, 'A'), false);
    expect([take(ended, 2).length, ended.peek()]).toEqual([1, undefined]);
  });
});

describe('the invented market', () => {
  const options = { seed: 7, stocks: DEMO_STOCKS, day: dayNumber(2026, 10, 6), minutes: 5, days: 2 };

  test('is the same for the same seed and another for another', () => {
    const play = (seed: number): MarketTick[] => take(new SyntheticSource({ ...options, seed }), 2000);
    expect(play(7)).toEqual(play(7));
    expect(play(7)).not.toEqual(play(8));
  });

  test('never crosses, never runs backwards, keeps its hours and ends', () => {
    const source = new SyntheticSource(options);
    const quotes = new Map<string, { bid: number; ask: number }>();
    let [before, count] = [0, 0];
    for (let tick = source.take(); tick !== undefined; tick = source.take(), count++) {
      expect(tick.at).toBeGreaterThanOrEqual(before);
      before = tick.at;
      const quote = quotes.get(tick.symbol) ?? { bid: 0, ask: Infinity };
      if (tick.field !== 'last') quote[tick.field] = tick.price;
      quotes.set(tick.symbol, quote);
      expect(quote.bid < quote.ask && tick.price % 10_000 === 0 && tick.size > 0).toBe(true);
    }
    expect(count).toBeGreaterThan(15_000);
    const second = tradingHours(dayNumber(2026, 10, 7));
    expect(before).toBeGreaterThan(second?.open ?? 0);
    expect(before).toBeLessThan((second?.open ?? 0) + 5 * 60_000);
  });

  test('the demo tape in resources is the one that the script makes', () => {
    const path = 'resources/demo-tape.csv.gz';
    const text = gunzipSync(readFileSync(path)).toString('utf8');
    expect(text === demoTapeText()).toBe(true);
    expect(readFileSync(path).length).toBeLessThan(1_500_000);
  });
});

describe('the listing', () => {
  test('finds by id alone, or by symbol with its type; searches symbols first and names next', () => {
    const listing = new Listing(['IBM', 'BAC', 'ZZZ', 'IBM']);
    const query = { conId: 0, symbol: '', secType: 'STK', currency: '', localSymbol: '' };
    expect([
      listing.find({ ...query, conId: 8314, secType: '' })?.symbol,
      listing.find({ ...query, symbol: 'ibm' })?.symbol,
      listing.find({ ...query, localSymbol: 'BAC' })?.symbol,
    ]).toEqual(['IBM', 'IBM', 'BAC']);
    expect([
      listing.find({ ...query, symbol: 'IBM', secType: 'OPT' }),
      listing.find({ ...query, symbol: 'IBM', currency: 'EUR' }),
      listing.find({ ...query, conId: 1 }),
    ]).toEqual([undefined, undefined, undefined]);
    expect([listing.matching('b').map((one) => one.symbol), listing.matching(' '), listing.bySymbol('ZZZ')?.conId]).toEqual([
      ['BAC', 'IBM'],
      [],
      listing.all[2]?.conId,
    ]);
  });
});
