import type { OrderKey } from '#domain/ids';
import { units } from '#domain/quantity';
import {
  AIG,
  BAC,
  GOOG,
  IBM,
  SPY,
  TWX,
  VIX,
  amount,
  fillRow,
  logRow,
  orderRow,
  positionRow,
  price,
  quoteRow,
  watcherRow,
} from './fake-rows.ts';
import type { FakeTables } from './fake-tables.ts';

/** Entry of the bracket that works. */
const E = 'TD1-AIG00002-1-1-E' as OrderKey;

/** One moment of a busy day: rules watch, a bracket works, positions are held. */
export function busy(tables: FakeTables, now: number): void {
  quotes(tables, now);
  watchers(tables, now);
  bracketAtWork(tables, now);
  ordersByHand(tables, now);
  earlierOrders(tables, now);
  positions(tables, now);
  fills(tables, now);
  log(tables, now);
  for (let i = 0; i < 60; i += 1) tables.put('pnl', { at: now - (60 - i) * 60_000, day: amount(Math.sin(i / 7) * 180 + i * 4 - 60) });
}

function quotes(tables: FakeTables, now: number): void {
  tables.put('quotes', quoteRow(IBM, now - 200, 179.86, { bid: price(179.84), ask: price(179.87) }));
  tables.put('quotes', quoteRow(BAC, now - 100, 13.83, { bid: price(13.82), ask: price(13.83), close: price(13.8) }));
  tables.put('quotes', quoteRow(AIG, now - 400, 48.41, { bid: price(48.4), ask: price(48.42), close: price(48.58) }));
  tables.put('quotes', quoteRow(SPY, now - 100, 166.92, { bid: price(166.91), ask: price(166.92), close: price(167.96) }));
  tables.put(
    'quotes',
    quoteRow(GOOG, now - 7_200, 748.4, { bid: price(748.3), ask: price(748.52), close: price(749), fault: 'quote is old' }),
  );
  tables.put('quotes', quoteRow(TWX, now - 900_000, 69.81, { liveType: 'delayed', fault: 'delayed data', close: price(69.6) }));
  tables.put('quotes', quoteRow(VIX, now - 1_000, 20.34, { bid: null, ask: null, close: price(19.41) }));
}

function watchers(tables: FakeTables, now: number): void {
  const rules = [
    watcherRow(
      { id: 'BAC00001', name: 'BAC-1', of: BAC, test: 'crosses-above', level: 13.84, side: 'BUY', count: 2_000 },
      now - 100,
      13.83,
    ),
    watcherRow(
      { id: 'IBM00002', name: 'IBM-2', of: IBM, test: 'crosses-below', level: 179.4, side: 'SELL', count: 200 },
      now - 200,
      179.86,
      { rule: 'last ↓ 179.40 · to 15:30', truths: 'ft' },
    ),
    watcherRow({ id: 'AIG00003', name: 'AIG-3', of: AIG, test: 'crosses-below', level: 48.1, side: 'SELL', count: 300 }, now - 400, 48.41, {
      rule: 'bid ↓ 48.10 · mid ≤ 48.20',
      truths: 'fu',
      does: 'close',
      survives: 'stop at IB',
    }),
    watcherRow({ id: 'GOOG0001', name: 'GOOG-1', of: GOOG, test: 'crosses-above', level: 752, side: 'BUY', count: 3 }, now - 7_200, 748.4, {
      holding: true,
      reason: 'quote is old, waits',
      does: '24DEC 750 C',
    }),
    watcherRow({ id: 'SPY00001', name: 'SPY-1', of: SPY, test: 'crosses-below', level: 165, side: 'BUY', count: 100 }, now - 100, 166.92, {
      does: 'limit',
    }),
    watcherRow(
      { id: 'SPY00002', name: 'SPY-2', of: SPY, test: 'crosses-above', level: 169.5, side: 'SELL', count: 100 },
      now - 100,
      166.92,
      { rule: 'last ↑ 169.50 · from 10:00', truths: 'ff' },
    ),
    watcherRow(
      { id: 'IBM00003', name: 'IBM-3', of: IBM, test: 'crosses-above', level: 183.2, side: 'BUY', count: 200 },
      now - 200,
      179.86,
      { life: 'paused', reason: 'by you 10:02' },
    ),
    watcherRow({ id: 'AIG00002', name: 'AIG-2', of: AIG, test: 'crosses-below', level: 48.44, side: 'BUY', count: 300 }, now - 400, 48.41, {
      life: 'fired',
      firedAt: now - 243_000,
      firedTime: now - 243_000,
      reason: 'fired at 48.43',
    }),
  ];
  for (const rule of rules) tables.put('watchers', rule);
}

function bracketAtWork(tables: FakeTables, now: number): void {
  tables.put(
    'orders',
    orderRow(E, AIG, 'PARTIALLY_FILLED', now - 4_100, {
      quantity: units(300),
      filled: units(120),
      limit: price(48.4),
      avgFillPrice: price(48.4),
      originText: 'AIG-2 · gen 1',
      why: 'bid crossed 48.44',
    }),
  );
  tables.put(
    'orders',
    orderRow('TD1-AIG00002-1-1-T', AIG, 'HELD', now - 4_000, {
      parentKey: E,
      side: 'SELL',
      quantity: units(120),
      limit: price(49.3),
      originText: 'target of AIG-2',
      why: 'OCA with the stop',
    }),
  );
  tables.put(
    'orders',
    orderRow('TD1-AIG00002-1-1-S', AIG, 'HELD', now - 4_000, {
      parentKey: E,
      side: 'SELL',
      type: 'STP',
      quantity: units(120),
      stop: price(47.9),
      originText: 'stop of AIG-2',
      why: 'protects 120 of 120',
    }),
  );
}

function ordersByHand(tables: FakeTables, now: number): void {
  tables.put(
    'orders',
    orderRow('perm:1530442911', BAC, 'PENDING_CANCEL', now - 190_000_000, {
      side: 'SELL',
      quantity: units(500),
      limit: price(14.2),
      tif: 'GTC',
      origin: 'manual',
      originText: 'MANUAL in TWS',
      why: 'by you, unconfirmed',
    }),
  );
  tables.put(
    'orders',
    orderRow('api:7:31', IBM, 'ACCEPTED', now - 5_000_000, {
      side: 'SELL',
      type: 'STP',
      quantity: units(100),
      stop: price(178.5),
      tif: 'GTC',
      origin: 'manual',
      originText: 'MANUAL in TWS',
    }),
  );
  tables.put(
    'orders',
    orderRow('api:7:32', SPY, 'ACCEPTED', now - 4_000_000, {
      quantity: units(50),
      limit: price(160),
      tif: 'GTC',
      origin: 'foreign',
      originText: 'FOREIGN client 7',
      modifiable: false,
      cancellable: false,
    }),
  );
}

function earlierOrders(tables: FakeTables, now: number): void {
  tables.put(
    'orders',
    orderRow('TD1-SPY00001-3-1-E', SPY, 'UNKNOWN', now - 38_000, {
      limit: price(166.8),
      originText: 'SPY-1 · gen 3',
      why: 'last crossed 166.80',
      note: 'link lost after send; asking 1 of 2',
    }),
  );
  tables.put(
    'orders',
    orderRow('TD1-IBM00001-1-1-E', IBM, 'FILLED', now - 2_451_000, {
      quantity: units(200),
      filled: units(200),
      limit: price(181.02),
      avgFillPrice: price(181.02),
      originText: 'IBM-1 · gen 1',
      why: '0.26 ms · slip −0.01',
    }),
  );
}

function positions(tables: FakeTables, now: number): void {
  tables.set('status', { unknownOrders: 0 });
  tables.put('positions', positionRow(AIG, { count: 120, average: 48.4, mark: 48.41 }, now - 400, { unreported: 1 }));
  tables.put(
    'positions',
    positionRow(IBM, { count: 200, average: 181.02, mark: 179.86 }, now - 200, {
      protectedQuantity: units(100),
      unprotected: units(100),
      offer: { kind: 'protect', quantity: units(100), stop: price(178.2), why: 'its stop at 178.20 was rejected' },
    }),
  );
  tables.put(
    'positions',
    positionRow(SPY, { count: 0, average: 0, mark: 166.92 }, now - 200, { realized: amount(124.3), unrealized: amount(0) }),
  );
}

function fills(tables: FakeTables, now: number): void {
  tables.put(
    'fills',
    fillRow('0000e0d5.1', IBM, { side: 'BUY', count: 200, value: 181.02 }, now - 2_451_000, {
      orderKey: 'TD1-IBM00001-1-1-E' as OrderKey,
      slippage: price(-0.01),
    }),
  );
  tables.put(
    'fills',
    fillRow('0000e0d5.2', AIG, { side: 'BUY', count: 120, value: 48.4 }, now - 241_000, {
      orderKey: E,
      originText: 'AIG-2 · gen 1',
      commission: null,
      slippage: price(0.03),
    }),
  );
}

function log(tables: FakeTables, now: number): void {
  const rows = [
    logRow(1, now - 4_045_000, 'Book equals broker'),
    logRow(2, now - 3_725_000, 'Session open, 5 triggers armed'),
    logRow(3, now - 2_451_000, 'Filled 200 IBM at 181.02', { subject: { kind: 'order', key: 'TD1-IBM00001-1-1-E' } }),
    logRow(4, now - 1_794_000, 'IBM ↑ 183.20 paused by you', { subject: { kind: 'trigger', key: 'IBM00003' } }),
    logRow(5, now - 243_000, 'AIG-2 fired: bid 48.44 → 48.43', { subject: { kind: 'trigger', key: 'AIG00002' }, seq: 47_911 }),
    logRow(6, now - 243_000, '└ risk approved · seq 47 912', { seq: 47_912 }),
    logRow(7, now - 243_000, '└ 3 orders sent in 0.26 ms', { subject: { kind: 'order', key: 'TD1-AIG00002-1-1-E' }, seq: 47_913 }),
    logRow(8, now - 241_000, 'Filled 120 AIG at 48.40', { subject: { kind: 'order', key: 'TD1-AIG00002-1-1-E' } }),
    logRow(9, now - 67_000, 'Manual order cancelled: SELL 500 BAC', { subject: { kind: 'order', key: 'perm:1530442911' } }),
    logRow(10, now - 38_000, '1 order is UNKNOWN', {
      level: 'alarm',
      detail: 'SPY cannot be armed until it is settled.',
      subject: { kind: 'order', key: 'TD1-SPY00001-3-1-E' },
    }),
    logRow(11, now - 14_000, 'Historical farm is down', {
      level: 'warning',
      detail: 'Quotes and orders are not affected. Levels from bars wait.',
    }),
  ];
  for (const row of rows) tables.put('log', row);
}
