import type { OrderKey } from '#domain/ids';
import { units } from '#domain/quantity';
import { diagnosticsValue } from './fake-diagnostics.ts';
import { DEFAULTS } from './fake-settings.ts';
import { IBM, adoptionRow, contract, logRow, orderRow, positionRow, price, quoteRow, statusValue, watcherRow } from './fake-rows.ts';
import { busy } from './busy-day.ts';
import type { FakeTables } from './fake-tables.ts';
import { doubtReport, HOLDS, STANDING } from './standing.ts';

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
  'holds',
  'doubt',
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
    quiet(tables, now, scene);
    return;
  }
  busy(tables, now);
  if (scene === 'holds' || scene === 'doubt') atStart(scene, tables, now);
  else today(scene, tables, now);
}

/** A desk that has just been started. */
function quiet(tables: FakeTables, now: number, scene: 'empty' | 'connecting'): void {
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
}

/** What a start finds in the data folder and waits for the operator's word. */
function atStart(scene: 'holds' | 'doubt', tables: FakeTables, now: number): void {
  if (scene === 'holds')
    tables.set('status', { engine: 'IDLE', offers: ['engine.start', 'kill'], engineReason: 'Just started.', holds: HOLDS });
  else tables.set('status', { engine: 'EMERGENCY', offers: ['engine.acknowledge', 'kill'], kill: doubtReport(now) });
}

/** What the scene changes of the busy day. */
function today(scene: Exclude<Scene, 'empty' | 'connecting' | 'holds' | 'doubt'>, tables: FakeTables, now: number): void {
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
      tables.put('positions', positionRow(IBM, { count: 200, average: 181.02, mark: 179.86 }, now - 200, { asleep: units(200) }));
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
      tables.put(
        'positions',
        positionRow(IBM, { count: 230, average: 181.02, mark: 179.86 }, now - 200, { external: units(30), externalSeen: false }),
      );
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

function kill(tables: FakeTables, now: number, phase: 'verified' | 'residuals'): void {
  tables.set('status', {
    engine: 'EMERGENCY',
    engineReason: 'KILL by you.',
    offers: ['engine.acknowledge', 'kill'],
    kill: {
      id: 1,
      startedAt: now - 9_000,
      startedTime: now - 9_000,
      scope: 'own',
      exits: 'keep',
      by: 'you',
      reason: 'the market runs away',
      phase,
      purged: 2,
      cancelsSent: phase === 'verified' ? 2 : 1,
      cancelsUnsent: phase === 'verified' ? 0 : 1,
      cancelled: phase === 'verified' ? 2 : 0,
      kept: [
        { key: 'TD1-AIG00002-1-1-S' as OrderKey, text: 'SELL 120 AIG STP 47.90 (stop of AIG-2)' },
        { key: 'TD1-AIG00002-1-1-T' as OrderKey, text: 'SELL 120 AIG LMT 49.30 (target of AIG-2)' },
      ],
      positions: [
        { key: 'DU1234567:61319701', text: '120 AIG, protected 120 of 120', bare: false },
        { key: 'DU1234567:8314', text: '200 IBM, not protected', bare: true },
      ],
      residuals:
        phase === 'verified'
          ? []
          : [
              { key: 'TD1-SPY00001-3-1-E' as OrderKey, text: 'BUY 100 SPY LMT 166.80: UNKNOWN, the broker has not answered' },
              { key: 'TD1-AIG00002-1-1-E' as OrderKey, text: 'BUY 180 AIG LMT 48.40: the cancel could not leave' },
            ],
      verifiedAt: phase === 'verified' ? now - 8_200 : null,
      verifiedTime: phase === 'verified' ? now - 8_200 : null,
    },
  });
}

function adopt(tables: FakeTables, now: number): void {
  const found = [
    adoptionRow(
      'order:TD1-AIG00002-1-1-S',
      'AIG',
      { text: 'SELL 120 AIG STP 47.90', detail: 'sent by an earlier run of this desk' },
      now - 12_400_000,
    ),
    adoptionRow(
      'order:TD1-AIG00002-1-1-T',
      'AIG',
      { text: 'SELL 120 AIG LMT 49.30', detail: 'sent by an earlier run of this desk' },
      now - 12_400_000,
    ),
    adoptionRow('order:perm:1530442911', 'BAC', { text: 'SELL 500 BAC LMT 14.20 GTC', detail: 'placed by hand in TWS' }, now - 190_000_000),
    adoptionRow(
      'order:api:7:31',
      'IBM',
      { text: 'SELL 50 IBM LMT 181.00', detail: 'placed by another program, client 7' },
      now - 5_000_000,
      ['adopt', 'ignore'],
    ),
    adoptionRow('position:DU1234567:61319701', 'AIG', { text: 'LONG 120 AIG', detail: 'held when this desk started' }, now - 31_000, [
      'adopt',
      'ignore',
    ]),
    adoptionRow('position:DU1234567:8314', 'IBM', { text: 'LONG 200 IBM', detail: 'held when this desk started' }, now - 31_000, [
      'adopt',
      'ignore',
    ]),
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
