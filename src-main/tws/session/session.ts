import type { IBApi } from '@stoqey/ib';
import type { ConnectionState, SocketState } from '#core/ports/broker';
import type { Clock } from '#core/ports/clock';
import type { Scheduler } from '#core/ports/scheduler';
import type { ClientId } from '#domain/ids';
import { ReconnectBackoff } from '#tws/socket/backoff';
import { Connection, type CloseReason, type ConnectionEvents } from '#tws/socket/connection';
import { Heartbeat } from './heartbeat.ts';
import type { LongFrame } from '#tws/socket/frame-limits';
import type { PlaceFrame } from '#tws/socket/outbound-tap';
import type { PacingGate, PacingLane } from '#tws/pacing/pacing-gate';
import { TIMING } from '#tws/socket/timing';
import type { Listen } from '#tws/socket/wire-events';

export type Role = ConnectionState['role'];

/** A room that uses a session. All calls are synchronous and in wire order. */
export interface Rider {
  /** For each new connection, before it opens. */
  attach?(listen: Listen, session: Session): void;
  opened?(session: Session): void;
  closed?(session: Session, reason: CloseReason): void;
}

export interface SessionEvents {
  /** Any lamp of this session changed. */
  changed(session: Session): void;
  opened(session: Session, nextValidId: number, accounts: readonly string[]): void;
  closed(session: Session, reason: CloseReason, wasOpen: boolean): void;
  chunkStart(monotonic: number, at: number): void;
  chunkEnd(): void;
  frame(session: Session, direction: 'in' | 'out', frame: string | Buffer, at: number): void;
  placeFrame(session: Session, frame: PlaceFrame): void;
  fault(session: Session, kind: 'listener' | 'decode', what: string, messageId: string): void;
  tooLong(session: Session, frame: LongFrame): void;
  notice(session: Session, id: number, code: number, text: string): void;
  serverTime(epochSeconds: number, roundTripMs: number): void;
}

export interface SessionParts {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: () => number;
  readonly pacing: PacingGate;
}

/** One fixed client id: attempts one after the other, each with a fresh connection, never with another id (orders belong to it). */
export class Session {
  readonly clientId: ClientId;
  readonly role: Role;
  readonly #address: { readonly host: string; readonly port: number };
  readonly #parts: SessionParts;
  readonly #events: SessionEvents;
  readonly #riders: readonly Rider[];
  readonly #backoff: ReconnectBackoff;
  readonly #heartbeat: Heartbeat;
  readonly #sentIds = new Set<number>();
  #connection: Connection | undefined;
  #socket: SocketState = 'down';
  #epoch = 0;
  #reason: CloseReason | undefined;
  #openedAt = -Infinity;
  #longFrames = 0;
  #roundTripMs: number | undefined;
  #heartbeatAt: number | undefined;
  #retryAt: number | undefined;
  #cancelRetry: (() => void) | undefined;
  #running = false;
  #probes: { readonly done: (fresh: boolean) => void; readonly cancel: () => void }[] = [];

  constructor(
    identity: { readonly clientId: ClientId; readonly role: Role; readonly host: string; readonly port: number },
    parts: SessionParts,
    events: SessionEvents,
    riders: readonly Rider[],
  ) {
    this.clientId = identity.clientId;
    this.role = identity.role;
    this.#address = identity;
    this.#parts = parts;
    this.#events = events;
    this.#riders = riders;
    this.#backoff = new ReconnectBackoff(parts.random, TIMING.backoffFirst, TIMING.backoffMax);
    this.#heartbeat = new Heartbeat(parts, {
      request: (sent) => {
        const queued = this.request('cancel', (ib) => {
          sent();
          ib.reqCurrentTime();
        });
        if (!queued) this.#heartbeat.stop();
      },
      answered: (epochSeconds, roundTripMs) => {
        this.#heartbeatAt = parts.clock.now();
        if (roundTripMs !== undefined) {
          this.#roundTripMs = roundTripMs;
          events.serverTime(epochSeconds, roundTripMs);
        }
        events.changed(this);
      },
      missed: () => {
        events.changed(this);
      },
      dead: () => {
        this.#connection?.close({
          code: 'half-open',
          text: `TWS did not answer ${String(TIMING.heartbeatMisses)} heartbeats on client id ${String(this.clientId)}. The connection was given up and is built anew. Is TWS frozen, or this computer just awake?`,
        });
      },
    });
  }

  get isOpen(): boolean {
    return this.#socket === 'up';
  }

  /** Open, and its last heartbeat was answered. */
  get isHealthy(): boolean {
    return this.#socket === 'up' && this.#heartbeat.missed === 0;
  }

  /** The library's object while the connection is open. */
  get ib(): IBApi | undefined {
    return this.#socket === 'up' ? this.#connection?.ib : undefined;
  }

  /** Why the last attempt ended; undefined while open. */
  get reason(): CloseReason | undefined {
    return this.#reason;
  }

  /** Fields of the frame being decoded. */
  get tokens(): readonly string[] {
    return this.#connection?.tokens ?? [];
  }

  /** When the bytes being decoded came, epoch ms. */
  get receivedAt(): number {
    return this.#connection?.receivedAt ?? 0;
  }

  /** Place frames that left the present socket. */
  get placeFrames(): number {
    return this.#connection?.placeFrames ?? 0;
  }

  get epoch(): number {
    return this.#epoch;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#attempt();
  }

  /** No further attempts; resolves when the socket is gone. */
  stop(reason: CloseReason): Promise<void> {
    this.#running = false;
    this.#cancelRetry?.();
    this.#retryAt = undefined;
    const connection = this.#connection;
    if (connection === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#parts.scheduler.after(TIMING.stopGrace, () => {
        connection.destroy();
      });
      connection.close(reason);
      connection.onSocketClosed(() => {
        cancel();
        resolve();
      });
    });
  }

  /** Stops knocking at an address that is known to be wrong. */
  giveUp(reason: CloseReason): void {
    this.#running = false;
    this.#cancelRetry?.();
    this.#retryAt = undefined;
    this.#connection?.close(reason);
    this.#reason = reason;
    this.#events.changed(this);
  }

  /** Ends the present connection; the next attempt follows. */
  drop(reason: CloseReason): void {
    this.#connection?.close(reason);
  }

  /**
   * Sends through the pacing gate on the present connection. False when there is none, or the queue is full. A message that
   * still waits when the connection ends is dropped.
   */
  request(lane: PacingLane, send: (ib: IBApi) => void, dropped?: (reason: string) => void): boolean {
    const connection = this.#connection;
    if (connection === undefined || this.#socket !== 'up') return false;
    const outcome = this.#parts.pacing.submit({
      lane,
      cost: 1,
      source: connection,
      send: () => {
        send(connection.ib);
      },
      dropped: (reason) => dropped?.(reason),
    });
    return outcome !== 'full';
  }

  /** The connection as the owner of waiting messages; undefined while down. */
  get source(): object | undefined {
    return this.#socket === 'up' ? this.#connection : undefined;
  }

  /** A byte came within the last seconds: the peer is not half-open. */
  get isFresh(): boolean {
    return this.#connection !== undefined && this.#parts.clock.monotonic() - this.#connection.lastByteAt <= TIMING.freshFor;
  }

  /** Asks the peer for a sign of life; `done` is called once, with the next byte or after the deadline. */
  whenFresh(done: (fresh: boolean) => void): void {
    const probe = {
      done,
      cancel: this.#parts.scheduler.after(TIMING.probeDeadline, () => {
        this.#probes = this.#probes.filter((other) => other !== probe);
        done(false);
      }),
    };
    this.#probes.push(probe);
    this.#heartbeat.probe();
  }

  state(): ConnectionState {
    const lastByteAt = this.#connection?.lastByteAt ?? -Infinity;
    const { serverVersion } = this.#connection ?? {};
    const { clock } = this.#parts;
    return {
      clientId: this.clientId,
      role: this.role,
      socket: this.#socket,
      epoch: this.#epoch,
      ...(serverVersion === undefined ? {} : { serverVersion }),
      ...(this.#roundTripMs === undefined ? {} : { roundTripMs: this.#roundTripMs }),
      ...(this.#heartbeatAt === undefined ? {} : { heartbeatAt: this.#heartbeatAt }),
      ...(Number.isFinite(lastByteAt) ? { lastByteAt: clock.now() - (clock.monotonic() - lastByteAt) } : {}),
      ...(this.#retryAt === undefined ? {} : { retryAt: this.#retryAt }),
      ...(this.#longFrames === 0 ? {} : { longFrames: this.#longFrames }),
    };
  }

  #attempt(): void {
    this.#retryAt = undefined;
    this.#socket = 'connecting';
    this.#epoch += 1;
    const { clock, scheduler } = this.#parts;
    const connection: Connection = new Connection(
      { host: this.#address.host, port: this.#address.port, clientId: this.clientId, sentIds: this.#sentIds },
      { clock, scheduler },
      this.#connectionEvents(),
    );
    this.#connection = connection;
    this.#events.changed(this);
    connection.open();
  }

  #connectionEvents(): ConnectionEvents {
    const events = this.#events;
    return {
      attach: (listen) => {
        listen('currentTime', (epochSeconds) => {
          this.#heartbeat.answer(epochSeconds);
        });
        for (const rider of this.#riders) rider.attach?.(listen, this);
      },
      stage: (stage) => {
        this.#socket = stage;
        events.changed(this);
      },
      opened: (nextValidId, accounts) => {
        this.#socket = 'up';
        this.#reason = undefined;
        this.#openedAt = this.#parts.clock.monotonic();
        events.opened(this, nextValidId, accounts);
        this.#heartbeat.start();
        for (const rider of this.#riders) rider.opened?.(this);
      },
      closed: (reason) => {
        this.#closed(reason);
      },
      chunkStart: (monotonic, at) => {
        events.chunkStart(monotonic, at);
      },
      chunkEnd: () => {
        if (this.#probes.length > 0) this.#settleProbes(true);
        events.chunkEnd();
      },
      frame: (direction, frame, at) => {
        events.frame(this, direction, frame, at);
      },
      placeFrame: (frame) => {
        events.placeFrame(this, frame);
      },
      fault: (kind, what, messageId) => {
        events.fault(this, kind, what, messageId);
      },
      tooLong: (frame) => {
        this.#longFrames += 1;
        events.tooLong(this, frame);
      },
      notice: (id, code, text) => {
        events.notice(this, id, code, text);
      },
    };
  }

  #closed(reason: CloseReason): void {
    const wasOpen = this.#socket === 'up';
    this.#socket = 'down';
    this.#reason = reason;
    this.#heartbeat.stop();
    this.#roundTripMs = undefined;
    const connection = this.#connection;
    if (connection !== undefined) this.#parts.pacing.dropSource(connection, 'The connection to TWS was lost before it could be sent.');
    this.#settleProbes(false);
    if (wasOpen && this.#parts.clock.monotonic() - this.#openedAt >= TIMING.stableAfter) this.#backoff.reset();
    if (this.#running) {
      const delay = reason.code === 'port-closed' ? this.#backoff.shortly(TIMING.knockAgain) : this.#backoff.next();
      this.#retryAt = this.#parts.clock.now() + delay;
      this.#cancelRetry = this.#parts.scheduler.after(delay, () => {
        this.#attempt();
      });
    }
    for (const rider of this.#riders) rider.closed?.(this, reason);
    this.#events.closed(this, reason, wasOpen);
  }

  #settleProbes(fresh: boolean): void {
    const probes = this.#probes;
    this.#probes = [];
    for (const probe of probes) {
      probe.cancel();
      probe.done(fresh);
    }
  }
}
