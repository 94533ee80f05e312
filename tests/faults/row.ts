export type FaultRow =
  /** Each as `file below tests › title`; of a parametrised test one case, or the title as it is written for all of them. */
  | { readonly row: string; readonly what: string; readonly tests: readonly string[] }
  | { readonly row: string; readonly what: string; readonly gap: string };

export function shown(row: string, what: string, ...tests: readonly string[]): FaultRow {
  return { row, what, tests };
}

export const FILE = {
  PROCESS: 'faults/process.test.ts › ',
  CHAOS: 'chaos/chaos.test.ts › ',
  LINK: 'faults/link.test.ts › ',
  ORDERS: 'faults/orders.test.ts › ',
  BREAKER: 'faults/breaker.test.ts › ',
  LOSS: 'faults/loss.test.ts › ',
  STANDING: 'faults/standing.test.ts › ',
  ACCOUNT_PORT: 'faults/account-port.test.ts › ',
  RECONCILIATION: 'faults/reconciliation.test.ts › ',
  MARKET: 'faults/market.test.ts › ',
  TIME: 'faults/time.test.ts › ',
  STORAGE: 'faults/storage.test.ts › ',
  CORE_LINK: 'unit/reconciliation/link.test.ts › ',
  CORE_NEWS: 'unit/reports/order-reports.test.ts › ',
  CORE_IDENTITY: 'unit/reports/order-identity.test.ts › ',
  CORE_KILL: 'unit/safety/kill.test.ts › ',
  CORE_FIRING: 'unit/strategy/fire.test.ts › ',
  CORE_RISK: 'unit/risk/controls.test.ts › ',
  CORE_REARM: 'unit/safety/rearm.test.ts › ',
  TWS_CONNECTION: 'gateway/tws-connection.test.ts › ',
  TWS_LINK: 'gateway/tws-link.test.ts › ',
  TWS_ORDERS: 'gateway/tws-orders.test.ts › ',
  ATTACKS: 'faults/attacks.test.ts › ',
  DEFECTS: 'faults/process-defects.test.ts › ',
  DOOR: 'gateway/control-door.test.ts › ',
  ROUTER: 'unit/desk/router-calls.test.ts › ',
  WALLS: 'unit/desktop/walls.test.ts › ',
  WINDOW: 'e2e/window-walls.spec.ts › ',
  TWS_BYTES: 'gateway/tws-hostile-bytes.test.ts › ',
  TWS_MARKET: 'gateway/tws-market.test.ts › ',
  QUOTES: 'unit/market/quote-board.test.ts › ',
  REFUSALS: 'unit/trigger/refusals.test.ts › ',
  CLOCKS: 'unit/domain/session-time.test.ts › ',
  JOURNAL: 'unit/journal/commits.test.ts › ',
  HEAD: 'unit/journal/head.test.ts › ',
} as const;
