import { describe, expect, test } from 'vitest';
import { units } from '#domain/quantity';
import type { Bar } from '#domain/bar';
import type { OrderKey } from '#domain/ids';
import { EMPTY_DRAFT } from '../../src-renderer/draft/draft.ts';
import { chartLines, fillMarks } from '../../src-renderer/panels/chart/chart-lines.ts';
import { foldQuote } from '../../src-renderer/panels/chart/live-bar.ts';
import { exitHint, referencePrice } from '../../src-renderer/panels/ticket/hints.ts';
import { isProtective } from '../../src-renderer/format/order-word.ts';
import { arrangeOrders } from '../../src-renderer/panels/orders/order-tree.ts';
import { niceTicks } from '../../src-renderer/panels/pnl/pnl.tsx';
import { limitChanges } from '../../src-renderer/panels/settings/limit-words.ts';
import { HOLD_IDLE, holdDone, holdDown, holdProgress, holdUp } from '../../src-renderer/ui/hold.ts';
import { DEFAULTS } from './harness/fake-settings.ts';
import { AIG, BAC, IBM, SPY, fillRow, orderRow, price, quoteRow, watcherRow } from './harness/fake-rows.ts';

const NOON = Date.UTC(2013, 9, 8, 16, 0);

describe('a held button', () => {
  test('is complete only after the whole time, and once', () => {
    const held = holdDown(HOLD_IDLE, 100);
    expect([
      holdProgress(held, 100, 1_500),
      holdProgress(held, 850, 1_500),
      holdDone(held, 1_599, 1_500).phase,
      holdDone(held, 1_600, 1_500).phase,
    ]).toEqual([0, 0.5, 'holding', 'done']);
    const done = holdDone(held, 1_600, 1_500);
    expect(holdDown(done, 1_700)).toBe(done);
  });

  test('aborts when it is let go, and a repeated key does not start it anew', () => {
    const held = holdDown(HOLD_IDLE, 100);
    expect(holdDown(held, 900)).toBe(held);
    expect(holdDone(holdUp(held), 5_000, 1_500)).toEqual(HOLD_IDLE);
  });
});

describe('the order blotter', () => {
  test('keeps families together, stop before target, unsettled and working families first', () => {
    const E = 'TD1-AIG00002-1-1-E' as OrderKey;
    const rows = [
      orderRow('done', IBM, 'FILLED', NOON + 9),
      orderRow('TD1-AIG00002-1-1-T', AIG, 'HELD', NOON + 1, { parentKey: E }),
      orderRow('manual', BAC, 'ACCEPTED', NOON - 50, { parentKey: 'gone' as OrderKey }),
      orderRow('TD1-AIG00002-1-1-S', AIG, 'HELD', NOON + 1, { parentKey: E }),
      orderRow(E, AIG, 'FILLED', NOON),
      orderRow('lost', SPY, 'UNKNOWN', NOON - 99),
    ];
    expect(arrangeOrders(rows).map((row) => row.key)).toEqual(['lost', E, 'TD1-AIG00002-1-1-S', 'TD1-AIG00002-1-1-T', 'manual', 'done']);
    expect(rows.filter(isProtective).map((row) => row.key)).toEqual(['TD1-AIG00002-1-1-S']);
  });
});

describe('the chart', () => {
  test('shows where triggers and orders wait, with stop and target of the watcher that is looked at', () => {
    const rule = { id: 'IBM00002', name: 'IBM-2', of: IBM, test: 'crosses-below', level: 179.4, side: 'SELL', count: 200 } as const;
    const far = { ...rule, id: 'IBM00003', name: 'IBM-3', level: 183.2, test: 'crosses-above', side: 'BUY' } as const;
    const lines = chartLines({
      watchers: [
        watcherRow(rule, NOON, 179.86),
        watcherRow(far, NOON, 179.86, { life: 'paused' }),
        watcherRow({ ...far, id: 'X' }, NOON, 179.86, { life: 'fired' }),
      ],
      orders: [orderRow('a', IBM, 'ACCEPTED', NOON, { side: 'SELL', limit: price(181), quantity: units(50) })],
      draft: { ...EMPTY_DRAFT, contract: IBM, level: '178' },
      conId: IBM.conId,
      active: 'IBM00002',
      last: price(179.86),
      decimals: 2,
    });
    expect(lines.map((line) => line.text)).toEqual([
      'trigger ↓ 179.40 · sell 200 · 0.46 away',
      'stop 180.00',
      'target 178.20',
      'paused trigger ↑ 183.20 · buy 200 · 3.34 away',
      'sell 50 LMT 181.00',
      'draft 178.00 · 1.86 away',
    ]);
  });

  const bar = (at: number, close: number): Bar => ({
    at,
    open: price(close),
    high: price(close),
    low: price(close),
    close: price(close),
    volume: units(1),
  });

  test('folds a last price into its minute, opens the next, and leaves history alone', () => {
    const bars = [bar(NOON, 10)];
    expect(foldQuote(bars, price(11), NOON + 59_999)).toEqual({ ...bar(NOON, 10), high: price(11), close: price(11) });
    expect(foldQuote(bars, price(11), NOON + 59_999)).toBeNull();
    expect(foldQuote(bars, price(9), NOON + 60_000)?.at).toBe(NOON + 60_000);
    expect(foldQuote(bars, price(9), NOON)).toBeNull();
    expect(bars.map(({ close }) => close)).toEqual([price(11), price(9)]);
  });

  test('marks fills at exchange time, and only those inside of the bars', () => {
    const fills = [
      fillRow('1', IBM, { side: 'BUY', count: 200, value: 181.02 }, NOON + 61_000),
      fillRow('2', IBM, { side: 'SELL', count: 5, value: 180 }, NOON - 999_999),
    ];
    expect(fillMarks(fills, [bar(NOON, 10), bar(NOON + 60_000, 10)])).toEqual([
      { at: NOON + 60_000, below: true, text: 'bought 200 · 181.02', color: '#7db2ff' },
    ]);
  });
});

describe('hints of the ticket', () => {
  const draft = { ...EMPTY_DRAFT, contract: IBM, side: 'SELL', quantity: '200', target: '178.20', stop: '180.00' } as const;

  test('target and stop say distance, ratio and loss', () => {
    expect([exitHint('target', draft, price(179.4), 2), exitHint('stop', draft, price(179.4), 2)]).toEqual([
      '−1.20 · 2.0 R',
      '+0.60 · 120 USD',
    ]);
  });

  test('a level that is reached already is not where the order will trade', () => {
    const quote = { ...quoteRow(IBM, NOON, 179.86), bid: price(179.85), ask: price(179.87), last: price(179.86) };
    const at = (test: 'at-or-above' | 'at-or-below' | 'crosses-above', level: string) =>
      referencePrice({ ...EMPTY_DRAFT, contract: IBM, test, level }, quote);
    expect([at('at-or-below', '500'), at('at-or-above', '500'), at('crosses-above', '170'), at('at-or-above', '170')]).toEqual(
      [179.87, 500, 170, 179.87].map(price),
    );
  });

  test('an exit on the wrong side is named', () => {
    expect([
      exitHint('target', { ...draft, side: 'BUY' }, price(179.4), 2),
      exitHint('stop', { ...draft, side: 'BUY' }, price(179.4), 2),
    ]).toEqual(['on the losing side', 'on the winning side']);
  });
});

describe('the settings', () => {
  test('know which change loosens a limit, also where less is looser', () => {
    const { changes, faults } = limitChanges(DEFAULTS.limits, {
      maxOrderShares: '2000',
      maxDailyLoss: '1 000',
      duplicateWindowSeconds: '5',
      collarPercent: '3',
      ordersPerSecond: 'x',
    });
    expect({ changes: changes.map(({ word, from, to, looser }) => [word.name, from, to, looser]), faults }).toEqual({
      changes: [
        ['maxOrderShares', 1_000, 2_000, true],
        ['duplicateWindowSeconds', 10, 5, true],
        ['maxDailyLoss', 2_500, 1_000, false],
      ],
      faults: { ordersPerSecond: 'Write a number above zero.' },
    });
  });

  test('name a reserve that leaves a bracket no room at its own row, whichever of the two was typed', () => {
    const faultsOf = (typed: Parameters<typeof limitChanges>[1]) => limitChanges(DEFAULTS.limits, typed).faults;
    const said = 'Keep at most 12 of 15: an order with stop and target needs room.';
    expect(faultsOf({ messagesPerSecond: '15', reservedMessagesPerSecond: '13' })).toEqual({ reservedMessagesPerSecond: said });
    expect(faultsOf({ messagesPerSecond: '15', reservedMessagesPerSecond: '12' })).toEqual({});
    expect(faultsOf({ messagesPerSecond: '12' })).toEqual({
      reservedMessagesPerSecond: 'Keep at most 9 of 12: an order with stop and target needs room.',
    });
  });
});

describe('the P&L chart', () => {
  test('has round figures around its range', () => {
    expect([niceTicks(-110, 342), niceTicks(0, 0)]).toEqual([[-200, 0, 200, 400], [0]]);
  });
});
