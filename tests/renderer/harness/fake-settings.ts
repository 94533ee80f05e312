import type { Settings } from '#protocol/settings';

/** Written out here so that the page needs no schema library. */
export const DEFAULTS: Settings = {
  version: 1,
  connection: { host: '127.0.0.1', port: 7497, clientIdBase: 0 },
  limits: {
    maxOrderShares: 1_000,
    maxOrderContracts: 5,
    maxOrderNotional: 50_000,
    collarPercent: 3,
    collarTicks: 2_000,
    maxQuoteAgeMs: 2_000,
    messagesPerSecond: 40,
    reservedMessagesPerSecond: 10,
    ordersPerSecondPerSymbol: 2,
    ordersPerSecond: 10,
    firingsPerTenMinutes: 3,
    duplicateWindowSeconds: 10,
    maxWorkingPerSide: 15,
    maxWorkingTotal: 60,
    maxPositionShares: 1_000,
    maxPositionContracts: 10,
    maxDailyLoss: 2_500,
  },
  allowed: { orderTypes: ['MKT', 'LMT', 'STP', 'STP LMT', 'TRAIL'], timesInForce: ['DAY', 'GTC', 'IOC'] },
  killScope: 'own',
  screen: { upColor: 'green', sound: true },
  resetWindows: { region: 'NA', own: [] },
};
