import { mostReserved } from '#domain/message-reserve';
import { MOST_LEGS } from '#domain/order';
import { RESET_WINDOWS, type ResetWindow } from '#domain/reset-window';
import { isZone } from '#domain/session-time';
import { z } from 'zod';

/**
 * The one settings file. Every safety rail is required: a file that omits one does not load (C-34). Quantities are whole
 * shares or contracts, money is whole units of the account's currency, percentages are percent, times as named.
 */
export const limits = z.strictObject({
  /** C-01 */
  maxOrderShares: z.number().int().min(1).max(100_000),
  maxOrderContracts: z.number().int().min(1).max(1_000),
  /** C-02 */
  maxOrderNotional: z.number().min(1).max(10_000_000),
  /** C-03 */
  collarPercent: z.number().min(0.01).max(20),
  collarTicks: z.number().int().min(1).max(100_000),
  /** C-05 */
  maxQuoteAgeMs: z.number().int().min(100).max(60_000),
  /** C-07 */
  messagesPerSecond: z.number().int().min(15).max(45),
  reservedMessagesPerSecond: z.number().int().min(2).max(20),
  /** C-08 */
  ordersPerSecondPerSymbol: z.number().int().min(1).max(10),
  ordersPerSecond: z.number().int().min(1).max(20),
  /** C-09 */
  firingsPerTenMinutes: z.number().int().min(1).max(20),
  /** C-10 */
  duplicateWindowSeconds: z.number().int().min(1).max(600),
  /** C-11 */
  maxWorkingPerSide: z.number().int().min(1).max(20),
  maxWorkingTotal: z.number().int().min(1).max(200),
  /** C-12 */
  maxPositionShares: z.number().int().min(1).max(1_000_000),
  maxPositionContracts: z.number().int().min(1).max(10_000),
  /** C-13, shown in the header */
  maxDailyLoss: z.number().min(1).max(10_000_000),
});

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);

/** A window of one's own; `days` count from Sunday (0) and are those on which it begins, `to` at or before `from` is on the next day. */
const resetWindow = z.strictObject({
  name: z.string().min(1).max(60),
  zone: z.string().min(1).max(60).refine(isZone, 'is no time zone'),
  days: z.array(z.number().int().min(0).max(6)).min(1).max(7),
  from: clockTime,
  to: clockTime,
});

const file = z.strictObject({
  version: z.literal(1),
  connection: z.strictObject({
    host: z.string().min(1).max(100),
    port: z.number().int().min(1).max(65_535),
    clientIdBase: z.number().int().min(0).max(900),
  }),
  limits,
  allowed: z.strictObject({
    /** C-19 */
    orderTypes: z.array(z.enum(['MKT', 'LMT', 'STP', 'STP LMT', 'TRAIL'])).min(1),
    timesInForce: z.array(z.enum(['DAY', 'GTC', 'IOC'])).min(1),
  }),
  killScope: z.enum(['own', 'all']),
  screen: z.strictObject({
    upColor: z.enum(['green', 'red', 'blue']),
    /** A tone when a trigger fires and when something is filled. A file from before this key existed gets it. */
    sound: z.boolean().default(true),
  }),
  /** K-01: when IB resets its systems. A file from before this key existed gets the default. `own` replaces the region's list. */
  resetWindows: z
    .strictObject({ region: z.enum(['NA', 'EU', 'APAC', 'none']), own: z.array(resetWindow).max(20) })
    .default({ region: 'NA', own: [] }),
});

/** With a larger reserve no bracket would ever find room (C-07). */
export const settings = file.refine(
  ({ limits: { messagesPerSecond, reservedMessagesPerSecond } }) => reservedMessagesPerSecond <= mostReserved(messagesPerSecond),
  {
    path: ['limits', 'reservedMessagesPerSecond'],
    message: `must be at least ${MOST_LEGS} below limits.messagesPerSecond, so that an order with its stop and target finds room`,
  },
);

/** The windows in force. */
export function resetWindowsOf({ region, own }: Settings['resetWindows']): readonly ResetWindow[] {
  return own.length === 0 ? RESET_WINDOWS[region] : own.map(({ from, to, ...rest }) => ({ ...rest, from: minutes(from), to: minutes(to) }));
}

function minutes(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}

export type Settings = z.output<typeof settings>;
export type Limits = z.output<typeof limits>;

export function pacingRatesOf({ messagesPerSecond, reservedMessagesPerSecond }: Limits): {
  readonly messagesPerSecond: number;
  readonly reserved: number;
} {
  return { messagesPerSecond, reserved: reservedMessagesPerSecond };
}

/** What the console may change while the desk runs; the rest needs the file and a restart. */
export const settingsPatch = z.strictObject({
  limits: limits.partial().exactOptional(),
  killScope: z.enum(['own', 'all']).exactOptional(),
  screen: z.strictObject({ upColor: z.enum(['green', 'red', 'blue']).exactOptional(), sound: z.boolean().exactOptional() }).exactOptional(),
});

export interface SettingsView {
  readonly settings: Settings;
  /** Where the file is, and what was wrong with it at the start (the defaults are then in force, and nothing may be armed). */
  readonly file: string;
  readonly fault: string | null;
}

/** Proposals of risk-controls.md §1.2; every one is a setting with a hard ceiling. */
export const DEFAULT_SETTINGS: Settings = {
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
