import type { DiagnosticsValue } from '#protocol/diagnostics';

export function diagnosticsValue(now: number): DiagnosticsValue {
  return {
    phase: 'running',
    parts: ['clock', 'settings', 'journal', 'commit', 'market', 'trigger', 'risk', 'order', 'engine', 'tws', 'workers', 'desktop'].map(
      (name, i) => ({
        name,
        state: 'started',
        needs: i === 0 ? [] : ['clock'],
        startedMs: 0.4 + i * 1.7,
        detail: name === 'journal' ? '48 201 records' : '',
      }),
    ),
    lanes: ['kill', 'risk-reducing', 'order', 'data', 'housekeeping'].map((lane, i) => ({
      lane,
      waiting: 0,
      done: [0, 12, 48, 47_902, 239][i] ?? 0,
    })),
    commit: {
      seq: 48_201,
      inFlight: 0,
      committed: 48_199,
      tombstones: 2,
      conflicts: 3,
      attempts: 48_204,
      outbox: 0,
      snapshots: 1,
      digest: '9f6b1c77d0a2e5f3',
    },
    recent: Array.from({ length: 14 }, (_, i) => ({
      seq: 48_201 - i,
      name: i % 4 === 0 ? 'order.filled' : 'quote.folded',
      lane: i % 4 === 0 ? 'order' : 'data',
      cause: 'tick IBM last 179.86',
      outcome: 'committed',
      attempts: 1,
      at: now - i * 400,
      runMs: 0.02 + i * 0.003,
      waitMs: 0.01,
    })),
    workers: {
      threads: 2,
      waiting: 0,
      running: 1,
      completed: 311,
      failed: 0,
      cancelled: 2,
      timedOut: 0,
      refused: 0,
      waitP50: 0.4,
      waitP99: 3.1,
      runP50: 12.4,
      runP99: 48,
      lanes: [
        { key: 'bars:IBM', waiting: 0, running: 1, done: 62 },
        { key: 'replay', waiting: 0, running: 0, done: 4 },
      ],
    },
    stream: { subscribers: 1, frames: 18_204, bytes: 7_204_112, conflated: 41, resyncs: 1 },
    engineHistory: [
      { at: now - 4_100_000, from: 'IDLE', to: 'INITIALIZING', event: 'start', reason: 'by you', seq: 12 },
      { at: now - 4_045_000, from: 'INITIALIZING', to: 'SCANNING', event: 'reconciled', reason: 'book equals broker', seq: 31 },
      { at: now - 240_000, from: 'SCANNING', to: 'MANAGING', event: 'order-working', reason: 'AIG-2 sent 3 orders', seq: 47_914 },
    ],
    counters: { 'ticks decoded': 902_114, 'bad prices refused': 3 },
    memoryMb: 84,
  };
}
