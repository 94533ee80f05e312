import { expect, test } from 'vitest';
import { QuoteBoard } from '#core/market/quote-board';
import { Subscriptions } from '#core/market/subscriptions';
import { trustedQuantity, units } from '#domain/quantity';
import { trustedPrice } from '#domain/price';
import { BAC, IBM, px, tick } from '../../support/core/trigger-fixtures.ts';

/** Behaviour that drawn faults of this room showed to be held by no test. */

function board(): QuoteBoard {
  const made = new QuoteBoard();
  made.follow(IBM);
  made.follow(BAC);
  return made;
}

test.each([-1, Number.NaN, 1.5, Number.POSITIVE_INFINITY])('a volume of %d is none, and the one before it stays', (volume) => {
  const quotes = board();
  quotes.onVolume(IBM.conId, units(1_000));
  quotes.onVolume(IBM.conId, trustedQuantity(volume));
  expect(quotes.quote(IBM.conId)?.volume).toBe(units(1_000));
  quotes.onVolume(IBM.conId, units(0));
  expect(quotes.quote(IBM.conId)?.volume).toBe(units(0));
});

test.each([-1, Number.NaN, 1.5])('a size of %d is none', (size) => {
  const quotes = board();
  quotes.onSize(IBM.conId, 'bid', units(200), 1);
  quotes.onSize(IBM.conId, 'bid', trustedQuantity(size), 2);
  expect([quotes.quote(IBM.conId)?.bidSize, quotes.counters().dropped]).toEqual([units(200), 1]);
});

test('whatever changes a quote is told to the screen, once until it is taken', () => {
  const changes: readonly ((quotes: QuoteBoard) => void)[] = [
    (quotes) => quotes.onTick(tick(IBM, 'bid', 179, 2)),
    (quotes) => quotes.onTick({ ...tick(IBM, 'last', 179, 2), price: trustedPrice(-1_000_000) }),
    (quotes) => quotes.onSize(IBM.conId, 'ask', units(1), 2),
    (quotes) => quotes.onFigure(IBM.conId, 'close', px(180)),
    (quotes) => quotes.onVolume(IBM.conId, units(1)),
    (quotes) => quotes.onHalted(IBM.conId, true),
    (quotes) => quotes.onLiveType(IBM.conId, 'delayed'),
    (quotes) => quotes.rebaseline(IBM.conId),
    (quotes) => quotes.forget(IBM.conId),
  ];
  for (const change of changes) {
    const quotes = board();
    quotes.onTick(tick(IBM, 'last', 180, 1));
    expect(quotes.takeDirty()).toEqual([IBM.conId]);
    const before = quotes.quote(IBM.conId);
    change(quotes);
    change(quotes);
    expect(quotes.quote(IBM.conId)).not.toBe(before);
    expect([quotes.takeDirty(), quotes.takeDirty()]).toEqual([[IBM.conId], []]);
  }
});

test('a rebaselining of all contracts makes every price unknown, of one contract its own alone', () => {
  const quotes = board();
  for (const contract of [IBM, BAC]) quotes.onTick(tick(contract, 'last', 180, 1));
  quotes.rebaseline(BAC.conId);
  expect([quotes.quote(IBM.conId)?.last, quotes.quote(BAC.conId)?.last]).toEqual([px(180), undefined]);
  quotes.takeDirty();
  quotes.rebaseline();
  expect([quotes.quote(IBM.conId)?.last, quotes.takeDirty()]).toEqual([undefined, [IBM.conId, BAC.conId]]);
});

test('lines: an owner that needs one contract no more keeps the others, and one that needs nothing more keeps none', () => {
  const lines = new Subscriptions();
  for (const contract of [IBM, BAC]) lines.want('me', contract, 'screen');
  lines.want('you', BAC, 'selected');
  expect(lines.drop('me', IBM.conId)).toEqual([{ kind: 'unsubscribe', conId: IBM.conId }]);
  expect([lines.linesOf('me'), lines.lines().used]).toEqual([[BAC.conId], 1]);
  expect(lines.drop('me')).toEqual([]);
  expect(lines.wanted()).toEqual([{ contract: BAC, need: 'selected', owners: 1, active: true }]);
  expect(lines.drop('nobody')).toEqual([]);
});

test('a close of zero or of minus one is one for what trades below zero, and none for a stock', () => {
  const spread = { ...IBM, symbol: 'IBM spread', secType: 'BAG' } as const;
  for (const close of [0, -1]) {
    const quotes = new QuoteBoard();
    quotes.follow(spread);
    quotes.onFigure(spread.conId, 'close', px(close));
    expect([quotes.quote(spread.conId)?.close, quotes.counters().dropped]).toEqual([px(close), 0]);
    const stock = board();
    stock.onFigure(IBM.conId, 'close', px(close));
    expect([stock.quote(IBM.conId)?.close, stock.counters().dropped]).toEqual([undefined, 1]);
  }
});
