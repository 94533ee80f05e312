import type { OrderFrame } from './order-frames.ts';
import type { Clock } from '#core/ports/clock';
import type { SentLeg } from '#core/ports/broker';
import type { Scheduler } from '#core/ports/scheduler';
import { err, ok, type Result } from '#domain/result';

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
  /** Over all three connections together; IB closes the session above 50. */
  readonly messagesPerSecond?: number;
}

/** Highest order id ever given out; survives restarts. `raise` is called before the frame leaves. */
export interface IdHighWater {
  read(): number;
  raise(id: number): void;
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

/** Waits and limits of a connection, all in ms of the injected clock. */
export const TIMING = {
  handshakeDeadline: 10_000,
  heartbeatPeriod: 10_000,
  heartbeatDeadline: 5_000,
  /** A second reqCurrentTime within a second is never answered. */
  heartbeatSpacing: 1_100,
  heartbeatMisses: 2,
  /** An order needs an inbound byte this young … */
  freshFor: 5_000,
  /** … or an answer to a probe within this. */
  probeDeadline: 500,
  orderTtl: 2_000,
  backoffFirst: 1_000,
  backoffMax: 60_000,
  /** A port at which nothing listens is asked again this often: it costs nobody anything, and TWS is found at once when it is back. */
  knockAgain: 2_000,
  /** A connection that held this long starts the back-off anew. */
  stableAfter: 10_000,
  /** After 1102 or a farm's return, a subscription silent this long is requested again. */
  silentAfter: 10_000,
  /** Streams that another session of the user took are asked for again this often. */
  takenRetry: 60_000,
  stopGrace: 250,
  /** How often the program looks whether it stood still … */
  pulse: 500,
  /** … and from when on what it finds in its sockets is too old to act on: as old as a quote may be (C-05). */
  standstill: 2_000,
} as const;

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/;

/** Sentences say which setting to change. */
export function checkOptions(options: TwsOptions): Result<TwsOptions> {
  const { host, port, clientIdBase = 0, messagesPerSecond = 40 } = options;
  if (!LOOPBACK.test(host) && options.allowRemoteHost !== true) {
    return err(
      `The TWS host "${host}" is not this computer. The API has no password; use 127.0.0.1, or allow a remote host in the settings.`,
    );
  }
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return err(`The TWS port ${String(port)} is not between 1 and 65535.`);
  if (!Number.isInteger(clientIdBase) || clientIdBase < 0 || clientIdBase > 2_000_000_000) {
    return err(`The client id base ${String(clientIdBase)} is not a whole number of 0 or more.`);
  }
  if (!Number.isInteger(messagesPerSecond) || messagesPerSecond < 15 || messagesPerSecond > 45) {
    return err(`The message limit ${String(messagesPerSecond)} is not between 15 and 45 per second.`);
  }
  return ok(options);
}
