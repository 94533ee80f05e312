import type { SentLeg } from '#core/ports/broker';
import type { Clock } from '#core/ports/clock';
import type { Scheduler } from '#core/ports/scheduler';
import { err, ok, type Result } from '#domain/result';
import { mostReserved } from '#domain/message-reserve';
import type { IdHighWater } from '#tws/order/order-ids';
import { DEFAULT_RATES, MOST_PER_SECOND, type PacingRates } from '#tws/pacing/pacing-gate';
import type { OrderFrame } from '#tws/socket/order-frame-log';

/** What the operator configures. Nothing here is ever read from the environment or a file by the library. */
export interface TwsOptions {
  /** Loopback unless `allowRemoteHost`: the API has neither password nor encryption. */
  readonly host: string;
  readonly port: number;
  /** First of three client ids: portfolio and manual orders, data, orders. TWS binds manual orders to client 0 only. */
  readonly clientIdBase?: number;
  /** Started with `--live`. Together with the operator's confirmation it opens a non-paper account. */
  readonly allowLive: boolean;
  readonly allowRemoteHost?: boolean;
  /** IB's market data type 1–4; sent only when it is not 1 (live). */
  readonly marketDataType?: 1 | 2 | 3 | 4;
  /** Over all three connections together, asked at every message. */
  readonly rates?: () => PacingRates;
}

export interface TwsPorts {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** Seeded, in [0, 1); only for the jitter of reconnects. */
  readonly random: () => number;
  readonly ids: IdHighWater;
  /** The operator's typed confirmation of live trading; asked at every order. */
  readonly liveConfirmed: () => boolean;
  /** The operator's typed confirmation of an account that IB's default for the port does not promise (C-18); never when missing. */
  readonly portConfirmed?: () => boolean;
  /** For the exchange clock: the server's seconds and the round trip they took. */
  readonly onServerTime?: (epochSeconds: number, roundTripMs: number) => void;
  /** Every frame that concerns an order, for the audit trail. Must not throw, nor wait. */
  readonly onOrderFrame?: (frame: OrderFrame) => void;
  /** The numbers of a bracket's legs, before the first of them leaves: TWS may keep a part of it untransmitted. Must not throw, nor wait. */
  readonly onBracket?: (legs: readonly SentLeg[]) => void;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/;

/** Sentences say which setting to change. */
export function checkOptions(options: TwsOptions): Result<TwsOptions> {
  const { host, port, clientIdBase } = options;
  if (!LOOPBACK.test(host) && options.allowRemoteHost !== true) {
    return err(
      `The TWS host "${host}" is not this computer. The API has no password; use 127.0.0.1, or allow a remote host in the settings.`,
    );
  }
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return err(`The TWS port ${String(port)} is not between 1 and 65535.`);
  if (clientIdBase !== undefined && !(Number.isInteger(clientIdBase) && clientIdBase >= 0 && clientIdBase <= 2_000_000_000)) {
    return err(`The client id base ${String(clientIdBase)} is not a whole number of 0 or more.`);
  }
  const refusal = ratesRefusal((options.rates ?? (() => DEFAULT_RATES))());
  return refusal === undefined ? ok(options) : err(refusal);
}

/** Undefined when a bracket finds room beside the reserve. */
function ratesRefusal({ messagesPerSecond, reserved }: PacingRates): string | undefined {
  if (!Number.isInteger(messagesPerSecond) || messagesPerSecond < 15 || messagesPerSecond > MOST_PER_SECOND) {
    return `The message limit ${String(messagesPerSecond)} is not between 15 and 45 per second.`;
  }
  if (!Number.isInteger(reserved) || reserved < 2 || reserved > mostReserved(messagesPerSecond)) {
    return `Of ${messagesPerSecond} messages per second ${String(reserved)} cannot be kept for cancels and the kill; keep 2 to ${mostReserved(messagesPerSecond)}.`;
  }
  return undefined;
}
