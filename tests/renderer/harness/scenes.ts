import type { OrderKey } from '#domain/ids';
import { units } from '#domain/quantity';
import { diagnosticsValue } from './fake-diagnostics.ts';
import { DEFAULTS } from './fake-settings.ts';
import {
  AIG,
  BAC,
  GOOG,
  IBM,
  SPY,
  TWX,
  VIX,
  adoptionRow,
  amount,
  contract,
  fillRow,
  logRow,
  orderRow,
  positionRow,
  price,
  quoteRow,
  statusValue,
  watcherRow,
} from './fake-rows.ts';
import type { FakeTables } from './fake-tables.ts';
import { STANDING } from './standing.ts';

export const SCENES = [
  'busy',
  'empty',
  'connecting',
  'kill',
  'stopped',
  'residuals',
  'error',
  'live',
  'unknown',
  'many',
  'idle',
  'adopt',
  'reconciling',
  'standing',
  'external',
  'overdue',
] as const;
export type Scene = (typeof SCENES)[number];

/** Fills the tables with one moment of a day, after the screen study. */
export function setScene(scene: Scene, tables: FakeTables, now: number): void {
  tables.set('status', statusValue(now));
  tables.set('settings', { settings: DEFAULTS, file: '/home/you/.config/triggerdesk/settings.json', fault: null });
  tables.set('diagnostics', diagnosticsValue(now));
  if (scene === 'empty' || scene === 'connecting') {
    tables.set('status', {
      engine: 'IDLE',
      engineReason: '',
      offers: ['engine.start'],
      dayPnl: null,
      netLiquidation: null,
      unrealizedPnl: null,
      realizedPnl: null,
      linesUsed: 0,
      lamps: [
        { name: 'TWS', state: 'down', text: 'refused', since: now - 31_000, detail: 'Port 7497 refuses connections' },
        { name: 'IB', state: 'unknown', text: '', since: null, detail: 'Not known while TWS is away' },
      ],
      orderRoundTrip: { p50: null, p99: null },
      tickToOrder: { p50: null, p99: null },
    });
    if (scene === 'connecting') {
      tables.set('status', {
        account: null,
        paper: null,
        problem: {
          code: 'port-closed',
          text: 'Nothing listens at 127.0.0.1:7497. Start TWS, and in its settings under API enable "ActiveX and Socket Clients", then check the port.',
        },
      });
    }
    tables.put('log', logRow(1, now - 30_000, 'Started; nothing is armed'));
    return;
  }
  busy(tables, now);
  switch (scene) {
    case 'kill':
      kill(tables, now, 'verified');
      break;
    case 'residuals':
      kill(tables, now, 'residuals');
      break;
    case 'stopped':
      kill(tables, now, 'verified');
      tables.set('status', { engine: 'STOPPED', offers: ['engine.rearm.request', 'kill'], rearmPhrase: 'arm DU1234567 again' });
      break;
    case 'error':
      tables.set('status', {
        engine: 'ERROR',
        engineReason: 'The journal cannot be written: no space left on the disk. Free some space, then recover.',
        offers: ['engine.recover', 'kill'],
        journal: { state: 'failed', text: 'no space left', lagMs: null },
      });
      break;
    case 'standing':
      tables.set('status', {
        engine: 'PAUSED',
        engineReason: 'control C-44: IB rejected 5 orders in a row.',
        offers: ['engine.resume', 'engine.stop', 'kill'],
        tradingState: 'reducing',
        tradingReasons: ['200 IBM are held or on the way, above the limit of 100 (C-12).'],
        dayPnlFault: "The day's profit and loss is 75 s old while positions are held.",
        pnlAt: now - 75_000,
        standing: STANDING,
      });
      tables.put('positions', positionRow(IBM, 200, 181.02, 179.86, now - 200, { asleep: units(200) }));
      break;
    case 'live':
      tables.set('status', { account: 'U7654321' as never, paper: false, liveConfirmationNeeded: true });
      break;
    case 'idle':
      tables.set('status', { engine: 'IDLE', offers: ['engine.start', 'kill'], engineReason: 'Stopped by the operator.' });
      break;
    case 'unknown':
      tables.set('status', { unknownOrders: 1 });
      tables.patch('orders', 'TD1-SPY00001-3-1-E', {
        settleable: true,
        note: 'IB has no trace of it: settle it as not sent, or look in TWS',
      });
      break;
    case 'adopt':
      adopt(tables, now);
      break;
    case 'external':
      tables.set('status', { engine: 'PAUSED', engineReason: 'control C-36', offers: ['engine.stop', 'kill'] });
      tables.put('positions', positionRow(IBM, 230, 181.02, 179.86, now - 200, { external: units(30), externalSeen: false }));
      break;
    case 'reconciling':
    case 'overdue':
      reconciling(tables, now, scene);
      break;
    case 'many':
      many(tables, now);
      break;
    default:
      break;
  }
}

function busy(tables: FakeTables, now: number): void {
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
      { rule: 'last ↓ 179.40 · to 15:30' },
    ),
    watcherRow({ id: 'AIG00003', name: 'AIG-3', of: AIG, test: 'crosses-below', level: 48.1, side: 'SELL', count: 300 }, now - 400, 48.41, {
      rule: 'bid ↓ 48.10 · mid ≤ 48.20',
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
      { rule: 'last ↑ 169.50 · from 10:00' },
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
      reason: 'fired at 48.43',
    }),
  ];
  for (const rule of rules) tables.put('watchers', rule);
  const E = 'TD1-AIG00002-1-1-E' as OrderKey;
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
  tables.set('status', { unknownOrders: 0 });
  tables.put('positions', positionRow(AIG, 120, 48.4, 48.41, now - 400));
  tables.put(
    'positions',
    positionRow(IBM, 200, 181.02, 179.86, now - 200, {
      protectedQuantity: units(100),
      unprotected: units(100),
      offer: { kind: 'protect', quantity: units(100), stop: price(178.2), why: 'its stop at 178.20 was rejected' },
    }),
  );
  tables.put('positions', positionRow(SPY, 0, 0, 166.92, now - 200, { realized: amount(124.3), unrealized: amount(0) }));
  tables.put(
    'fills',
    fillRow('0000e0d5.1', IBM, 'BUY', 200, now - 2_451_000, 181.02, { orderKey: 'TD1-IBM00001-1-1-E' as OrderKey, slippage: price(-0.01) }),
  );
  tables.put(
    'fills',
    fillRow('0000e0d5.2', AIG, 'BUY', 120, now - 241_000, 48.4, {
      orderKey: E,
      originText: 'AIG-2 · gen 1',
      commission: null,
      slippage: price(0.03),
    }),
  );
  log(tables, now);
  for (let i = 0; i < 60; i += 1) tables.put('pnl', { at: now - (60 - i) * 60_000, day: amount(Math.sin(i / 7) * 180 + i * 4 - 60) });
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

function kill(tables: FakeTables, now: number, phase: 'verified' | 'residuals'): void {
  tables.set('status', {
    engine: 'EMERGENCY',
    engineReason: 'KILL by you.',
    offers: ['engine.acknowledge', 'kill'],
    kill: {
      id: 1,
      startedAt: now - 9_000,
      scope: 'own',
      by: 'you',
      reason: 'the market runs away',
      phase,
      purged: 2,
      cancelsSent: 4,
      cancelled: phase === 'verified' ? 4 : 2,
      residuals:
        phase === 'verified'
          ? []
          : [
              { key: 'TD1-SPY00001-3-1-E' as OrderKey, text: 'BUY 100 SPY LMT 166.80: UNKNOWN, the broker has not answered' },
              { key: 'TD1-AIG00002-1-1-S' as OrderKey, text: 'SELL 120 AIG STP 47.90: cancel sent, not confirmed' },
            ],
      verifiedAt: phase === 'verified' ? now - 8_200 : null,
    },
  });
}

function adopt(tables: FakeTables, now: number): void {
  const found = [
    adoptionRow('order:TD1-AIG00002-1-1-S', 'AIG', 'SELL 120 AIG STP 47.90', 'sent by an earlier run of this desk', now - 12_400_000),
    adoptionRow('order:TD1-AIG00002-1-1-T', 'AIG', 'SELL 120 AIG LMT 49.30', 'sent by an earlier run of this desk', now - 12_400_000),
    adoptionRow('order:perm:1530442911', 'BAC', 'SELL 500 BAC LMT 14.20 GTC', 'placed by hand in TWS', now - 190_000_000),
    adoptionRow('order:api:7:31', 'IBM', 'SELL 50 IBM LMT 181.00', 'placed by another program, client 7', now - 5_000_000, [
      'adopt',
      'ignore',
    ]),
    adoptionRow('position:DU1234567:61319701', 'AIG', 'LONG 120 AIG', 'held when this desk started', now - 31_000, ['adopt', 'ignore']),
    adoptionRow('position:DU1234567:8314', 'IBM', 'LONG 200 IBM', 'held when this desk started', now - 31_000, ['adopt', 'ignore']),
  ];
  for (const row of found) tables.put('adoptions', row);
  tables.set('status', { undecided: found.length, engine: 'IDLE', offers: ['engine.start', 'kill'], engineReason: 'Just started.' });
}

function reconciling(tables: FakeTables, now: number, scene: 'reconciling' | 'overdue'): void {
  const late = scene === 'overdue';
  tables.set('status', {
    engine: 'PAUSED',
    engineReason: 'The link came back; the book is being compared.',
    offers: ['engine.stop', 'kill'],
    reconciled: false,
    reconciliation: {
      state: late ? 'overdue' : 'running',
      since: now - (late ? 42_000 : 1_200),
      steps: [
        { name: 'open orders', done: true },
        { name: 'completed orders', done: false },
        { name: 'executions', done: late },
        { name: 'positions', done: late },
      ],
      text: late
        ? 'Not trading, because the broker has not ended its list of completed orders for 42 s. Asking again; if it stays, restart TWS.'
        : "Comparing the book with the broker's: waits for completed orders, executions, positions.",
    },
  });
}

function many(tables: FakeTables, now: number): void {
  for (let i = 0; i < 5_000; i += 1) {
    const of = contract(900_000 + (i % 500), `S${String(i % 500).padStart(3, '0')}`);
    if (i < 500) tables.put('quotes', quoteRow(of, now, 20 + (i % 97)));
    tables.put(
      'orders',
      orderRow(`api:2:${String(i)}`, of, i % 3 === 0 ? 'ACCEPTED' : i % 3 === 1 ? 'FILLED' : 'HELD', now - i * 900, {
        quantity: units(100 + i),
        limit: price(20 + (i % 97)),
        originText: `${of.symbol}-${String(i)} · gen 1`,
        why: 'last crossed',
      }),
    );
    if (i < 1_000) {
      const level = 20 + (i % 97) + 0.05 * (i % 40);
      tables.put(
        'watchers',
        watcherRow(
          {
            id: `M${String(i).padStart(7, '0')}`,
            name: `${of.symbol}-${String(i)}`,
            of,
            test: 'crosses-above',
            level,
            side: i % 2 === 0 ? 'BUY' : 'SELL',
            count: 100,
          },
          now,
          20 + (i % 97),
        ),
      );
    }
  }
}
