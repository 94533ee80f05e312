import { IBApi } from '@stoqey/ib';
import type { LinkProblem } from '#core/ports/broker';
import type { Clock } from '#core/ports/clock';
import type { Scheduler } from '#core/ports/scheduler';
import type { ClientId } from '#domain/ids';
import { ByteGuard } from './byte-guard.ts';
import type { LongFrame } from './frame-limits.ts';
import { isErrorFrame, shieldErrorFrame } from './error-shield.ts';
import { libraryInternals, tapWrites, type LibraryInternals } from './library-internals.ts';
import { OutboundTap, type PlaceFrame } from './outbound-tap.ts';
import { TIMING } from './timing.ts';
import { listenTo, type Listen, type WireEvents } from './wire-events.ts';
import { errorText } from './wire-text.ts';

/** Frames of older servers have other layouts than the outbound tap reads. */
const OLDEST_SERVER = 145;
const NEWEST_SERVER = 193;

/** Fields of a tickPrice frame: id, version, request, type, price, size, attributes. */
const TICK_PRICE = { id: '1', reqId: 2, type: 3, price: 4, fields: 7 } as const;
/** One read this large means a burst; the loop gets a turn before the next, so that a kill never waits behind ticks. */
const BURST_BYTES = 32 * 1024;

export interface CloseReason {
  readonly code: LinkProblem;
  readonly text: string;
}

export interface ConnectionEvents {
  /** Once, before connecting: attach the listeners of the rooms. */
  attach(listen: Listen): void;
  stage(stage: 'handshaking'): void;
  /** nextValidId and managedAccounts have both come. */
  opened(nextValidId: number, accounts: readonly string[]): void;
  /** Once, also for an attempt that never opened. */
  closed(reason: CloseReason): void;
  /** Before the bytes of a chunk are looked at; it may close this connection. */
  chunkStart(monotonic: number, at: number): void;
  chunkEnd(): void;
  /** `at` in epoch ms. */
  frame(direction: 'in' | 'out', frame: string | Buffer, at: number): void;
  placeFrame(frame: PlaceFrame): void;
  /** A listener threw, or the library could not read a frame. `messageId` is IB's number of the message. */
  fault(kind: 'listener' | 'decode', what: string, messageId: string): void;
  /** A frame was longer than its class may be. */
  tooLong(frame: LongFrame): void;
  /** The library's `error` and `info` events. */
  notice(id: number, code: number, text: string): void;
}

export interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly clientId: ClientId;
  /** Ids this client id sent orders with before, to tell a change from a first order. */
  readonly sentIds: Set<number>;
}

type PriceListener = (...args: WireEvents['tickPrice']) => void;

type Stage = 'connecting' | 'greeting' | 'starting' | 'open' | 'closed';

/**
 * One attempt, one `IBApi`, used once (rule G-1): the library keeps orders of a lost connection and sends them on the next, so
 * there is no next.
 */
export class Connection {
  readonly ib: IBApi;
  readonly #options: ConnectionOptions;
  readonly #clock: Clock;
  readonly #events: ConnectionEvents;
  readonly #library: LibraryInternals;
  readonly #guard: ByteGuard;
  readonly #tap: OutboundTap;
  #stage: Stage = 'connecting';
  #cancelDeadline: (() => void) | undefined;
  #nextValidId: number | undefined;
  #accounts: readonly string[] | undefined;
  #idTaken: string | undefined;
  #socketError: string | undefined;
  #lastByteAt = -Infinity;
  #serverVersion: number | undefined;
  /** Fields of the frame being decoded, as TWS wrote them: the library's numbers hide junk behind them. */
  tokens: readonly string[] = [];
  readonly #priceListeners: PriceListener[] = [];
  /** When the bytes being decoded came, epoch ms; one look at the clock for a chunk of ticks. */
  receivedAt = 0;

  constructor(options: ConnectionOptions, ports: { readonly clock: Clock; readonly scheduler: Scheduler }, events: ConnectionEvents) {
    this.#options = options;
    this.#clock = ports.clock;
    this.#events = events;
    // All four are given, or the library reads a `.env` file of the working directory. Its own limiter must never queue.
    this.ib = new IBApi({ host: options.host, port: options.port, clientId: options.clientId, maxReqPerSec: 100_000 });
    this.#library = libraryInternals(this.ib);
    this.#tap = new OutboundTap(
      options.sentIds,
      (frame) => events.frame('out', frame, ports.clock.now()),
      (frame) => events.placeFrame(frame),
    );
    this.#guard = new ByteGuard((frame) => events.tooLong(frame));
    this.#library.replaceDataHandler((chunk) => {
      this.#chunk(chunk);
    });
    this.#attach();
    this.#cancelDeadline = ports.scheduler.after(TIMING.handshakeDeadline, () => {
      this.close(this.#lateReason());
    });
  }

  get serverVersion(): number | undefined {
    return this.#serverVersion;
  }

  /** Monotonic ms; −Infinity before the first byte. */
  get lastByteAt(): number {
    return this.#lastByteAt;
  }

  /** Place frames that left this socket. */
  get placeFrames(): number {
    return this.#tap.placeFrames;
  }

  open(): void {
    this.ib.connect(this.#options.clientId);
    const client = this.#library.client();
    if (client === undefined) return;
    client.setNoDelay(true);
    tapWrites(client, (bytes) => {
      this.#tap.wrote(bytes);
    });
    client.once('connect', () => {
      if (this.#stage !== 'connecting') return;
      this.#stage = 'greeting';
      this.#events.stage('handshaking');
    });
  }

  /** Ends the attempt for good. Safe to call twice, also from within a listener. */
  close(reason: CloseReason): void {
    if (this.#stage === 'closed') return;
    this.#stage = 'closed';
    this.#cancelDeadline?.();
    this.ib.removeAllListeners();
    const client = this.#library.client();
    // What was written is still delivered on an orderly stop; a peer that is mute or not TWS gets no patience.
    if (reason.code === 'stopped' && client?.connecting === false) client.destroySoon();
    else client?.destroy();
    this.#events.closed(reason);
  }

  /** Resolves when the socket is really gone. */
  onSocketClosed(done: () => void): void {
    const client = this.#library.client();
    if (client === undefined || client.closed) done();
    else client.once('close', done);
  }

  destroy(): void {
    this.#library.client()?.destroy();
  }

  #attach(): void {
    const listen = listenTo(this.ib, (event, thrown) => {
      this.#events.fault('listener', `The listener of ${event} failed: ${errorText(thrown)}`, this.tokens[0] ?? '');
    });
    listen('server', (version) => {
      this.#serverVersion = version;
      this.#stage = 'starting';
    });
    listen('nextValidId', (id) => {
      this.#nextValidId ??= id;
      this.#tryOpen();
    });
    listen('managedAccounts', (list) => {
      this.#accounts ??= list
        .split(',')
        .map((id) => id.trim())
        .filter((id) => id !== '');
      this.#tryOpen();
    });
    listen('error', (error, code, id) => {
      this.#problem(code, id, error.message);
    });
    listen('info', (text, code) => {
      this.#problem(code, -1, text);
    });
    listen('disconnected', () => {
      this.close(this.#endReason());
    });
    // After the connection's own, so that a room sees nextValidId when the connection has seen it.
    this.#events.attach((event, listener) => {
      listen(event, listener);
      if (event === 'tickPrice') this.#priceListeners.push(listener as PriceListener);
    });
  }

  #tryOpen(): void {
    if (this.#stage !== 'starting' || this.#nextValidId === undefined || this.#accounts === undefined || this.#accounts.length === 0)
      return;
    this.#stage = 'open';
    this.#cancelDeadline?.();
    this.#events.opened(this.#nextValidId, this.#accounts);
  }

  #chunk(chunk: Buffer): void {
    if (this.#stage === 'closed') return;
    const monotonic = this.#clock.monotonic();
    const at = this.#clock.now();
    this.#events.chunkStart(monotonic, at);
    if (this.#isClosed()) return;
    this.#lastByteAt = monotonic;
    this.receivedAt = at;
    const fault = this.#guard.feed(chunk, (frame) => this.#frame(frame));
    if (fault !== undefined) {
      const greeting = this.#serverVersion === undefined;
      this.close(
        greeting
          ? this.#notTws(fault)
          : {
              code: 'malformed-data',
              text: `The data from ${this.#where()} are damaged (${fault}). The connection was closed and is built anew.`,
            },
      );
    }
    this.#events.chunkEnd();
    if (chunk.length >= BURST_BYTES) this.#breathe();
  }

  #breathe(): void {
    const client = this.#library.client();
    if (client === undefined || client.destroyed) return;
    client.pause();
    setImmediate(() => client.resume());
  }

  /** False once the connection is closed: the rest of the chunk is nobody's. */
  #frame(frame: string): boolean {
    this.#events.frame('in', frame, this.receivedAt);
    if (this.#serverVersion === undefined) return this.#greeting(frame);
    const fields = (isErrorFrame(frame) ? shieldErrorFrame(frame) : frame).split('\0');
    fields.pop();
    this.tokens = fields;
    if (fields.length === TICK_PRICE.fields && fields[0] === TICK_PRICE.id) return this.#price(fields);
    try {
      this.#library.decode(fields);
    } catch (thrown) {
      this.#library.resetDecoder();
      this.#events.fault('decode', `A message could not be read: ${errorText(thrown)}`, this.tokens[0] ?? '');
    }
    return !this.#isClosed();
  }

  /**
   * Nine frames of ten are prices. They go straight to the listeners: the library's queues cost more than all that the desk does with
   * a tick. Frames of any other shape stay with the library.
   */
  #price(fields: readonly string[]): boolean {
    const text = fields[TICK_PRICE.price] ?? '';
    const price = text === '' ? 0 : Number.parseFloat(text);
    const reqId = Number(fields[TICK_PRICE.reqId]);
    const type = Number(fields[TICK_PRICE.type]);
    for (const listener of this.#priceListeners) {
      try {
        listener(reqId, type, price === Number.MAX_VALUE ? undefined : price);
      } catch (thrown) {
        this.#events.fault('listener', `The listener of tickPrice failed: ${errorText(thrown)}`, TICK_PRICE.id);
      }
    }
    return !this.#isClosed();
  }

  /** The first frame is the server's version; the library would accept any text. */
  #greeting(frame: string): boolean {
    const match = /^(\d{1,4})\0/.exec(frame);
    if (match === null) {
      this.close(this.#notTws('its first message is no version'));
      return false;
    }
    const version = Number(match[1]);
    if (version >= OLDEST_SERVER && version <= NEWEST_SERVER) {
      this.#library.greet(frame);
      return !this.#isClosed();
    }
    const advice = version < OLDEST_SERVER ? 'Update TWS or IB Gateway.' : 'Use an older TWS or IB Gateway, or update this program.';
    this.close({
      code: 'unsupported-version',
      text: `TWS at ${this.#where()} speaks API version ${String(version)}; this program knows ${String(OLDEST_SERVER)} to ${String(NEWEST_SERVER)}. ${advice}`,
    });
    return false;
  }

  #problem(code: number, id: number, text: string): void {
    if (code === 502) {
      // The socket's own error; its end follows and tells the rest.
      if (this.#stage === 'connecting') this.close(this.#portClosed(text));
      else this.#socketError = text;
      return;
    }
    if (code === 326) this.#idTaken = text;
    if (code === 505) {
      // The library's text quotes the raw fields, account ids among them.
      this.#events.fault('decode', `A message of type ${this.tokens[0] ?? '?'} has another layout than expected.`, this.tokens[0] ?? '');
      return;
    }
    this.#events.notice(id, code, text);
    if (code === 326) this.close(this.#taken());
  }

  #isClosed(): boolean {
    return this.#stage === 'closed';
  }

  #where(): string {
    return `${this.#options.host}:${String(this.#options.port)}`;
  }

  #portClosed(detail: string): CloseReason {
    const why = detail === '' ? '' : ` (${detail})`;
    return {
      code: 'port-closed',
      text: `Nothing answers at ${this.#where()}${why}. Start TWS or IB Gateway; in its settings under API switch on "Enable ActiveX and Socket Clients" and compare the port (TWS 7497 paper, 7496 live; Gateway 4002 paper, 4001 live).`,
    };
  }

  #notTws(fault: string): CloseReason {
    return {
      code: 'not-tws',
      text: `The program at ${this.#where()} is not TWS: ${fault}. Compare the port in the settings with the API port in TWS.`,
    };
  }

  #taken(): CloseReason {
    const said = this.#idTaken === undefined ? 'TWS closed the connection right after the start; most often' : 'TWS says that';
    return {
      code: 'client-id-taken',
      text: `${said} client id ${String(this.#options.clientId)} is in use by another program. Close that program, or choose another client id base in the settings. If none is running, restart TWS: it can hold an id after a crash.`,
    };
  }

  /** The socket ended: what that means depends on how far the handshake was. */
  #endReason(): CloseReason {
    const detail = this.#socketError === undefined ? '' : ` (${this.#socketError})`;
    switch (this.#stage) {
      case 'connecting':
        return this.#portClosed('');
      case 'greeting':
        return {
          code: 'no-handshake',
          text: `${this.#where()} accepted the connection and closed it without an answer. In TWS under API settings allow connections from this computer ("Trusted IPs") and answer its question about the incoming connection.`,
        };
      case 'starting':
        return this.#taken();
      case 'open':
      case 'closed':
        return {
          code: 'connection-lost',
          text: `TWS at ${this.#where()} closed the connection of client id ${String(this.#options.clientId)}${detail}. It is built anew.`,
        };
    }
  }

  #lateReason(): CloseReason {
    const seconds = String(TIMING.handshakeDeadline / 1_000);
    if (this.#stage === 'connecting') return this.#portClosed(`no connection within ${seconds} s`);
    if (this.#stage === 'greeting') {
      return {
        code: 'no-handshake',
        text: `${this.#where()} accepted the connection but said nothing for ${seconds} s. Is TWS still starting, or does it ask whether to accept the connection?`,
      };
    }
    return {
      code: 'no-ids',
      text: `TWS at ${this.#where()} did not send its order number and accounts within ${seconds} s. Is it logged in? Log in, or restart it.`,
    };
  }
}
