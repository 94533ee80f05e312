import { createServer, type Server, type Socket } from 'node:net';
import { stampText } from '#simulator/calendar/new-york';
import type { Gateway } from './gateway.ts';
import { payload } from '#simulator/wire/figure';
import { type Arrival, framed, FrameReader, parseVersionRange } from '#simulator/wire/frame';
import { ASK } from '#simulator/wire/message-id';
import { errorMessage } from '#simulator/wire/message';
import { readRequest } from '#simulator/wire/request';

export const OLDEST_LAYOUT = 177;
export const NEWEST_LAYOUT = 193;

/** Above this a client is behind, and a market at full speed waits for it. */
const BEHIND_BYTES = 1 << 20;

/** Above this a client is lost and is cut off: at a set speed the market waits for nobody. */
const LOST_BYTES = 32 << 20;

/** A socket that says nothing must not stay. */
const HANDSHAKE_MS = 30_000;

/** What a fault script does to the greeting of new connections. */
export interface GreetingFaults {
  /** Accept, read, and never answer the version request. */
  silent: boolean;
  /** Announce this version whatever the client offers. */
  version: number | undefined;
  /** Ids that count as taken. */
  readonly takenIds: Set<number>;
}

/** One TCP connection. The client id is known after its START_API. */
export class Connection {
  readonly socket: Socket;
  readonly reader = new FrameReader();
  version = 0;
  clientId: number | undefined;
  /** Half-open faults: nothing leaves, or nothing that comes is heard. */
  mute = false;
  deaf = false;
  #unsent: string[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
  }

  queue(text: string): void {
    if (!this.mute) this.#unsent.push(framed(text));
  }

  flush(): void {
    if (this.#unsent.length === 0) return;
    const bytes = Buffer.from(this.#unsent.join(''), 'latin1');
    this.#unsent = [];
    if (this.socket.writable) this.socket.write(bytes);
    if (this.socket.writableLength > LOST_BYTES) this.socket.destroy();
  }
}

/** The TCP side of the gateway: greets, frames, keeps client ids apart, and closes on whoever does not speak the protocol. */
export class GatewayServer {
  readonly greeting: GreetingFaults = { silent: false, version: undefined, takenIds: new Set() };
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  readonly #byClient = new Map<number, Connection>();
  readonly #dirty = new Set<Connection>();
  readonly #newest: number;
  #gateway: Gateway | undefined;

  constructor(newestVersion: number) {
    this.#newest = newestVersion;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** Resolves with the port; rejects when it cannot be had. */
  async listen(gateway: Gateway, port: number, host: string): Promise<number> {
    this.#gateway = gateway;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Cuts everybody off and refuses the port, as TWS does while it restarts; `listen` brings it back. */
  async close(): Promise<void> {
    for (const connection of this.#connections) connection.socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  get clientIds(): readonly number[] {
    return [...this.#byClient.keys()];
  }

  connection(clientId: number): Connection | undefined {
    return this.#byClient.get(clientId);
  }

  /** The gateway's outlet. What is queued in one turn leaves in one write. */
  send(clientId: number, text: string): void {
    const connection = this.#byClient.get(clientId);
    if (connection !== undefined) this.#queue(connection, text);
  }

  /** Its words arrive: it is connected, and no fault makes the gateway deaf to it. */
  hears(clientId: number): boolean {
    const connection = this.#byClient.get(clientId);
    return connection !== undefined && !connection.deaf && !connection.socket.destroyed;
  }

  /** Undefined when nobody is behind. */
  congestion(): Promise<void> | undefined {
    const behind = [...this.#connections].filter((one) => one.socket.writableLength > BEHIND_BYTES);
    if (behind.length === 0) return undefined;
    const caughtUp = (socket: Socket): Promise<void> =>
      new Promise((resolve) => {
        const done = (): void => {
          socket.off('drain', done).off('close', done);
          resolve();
        };
        socket.on('drain', done).on('close', done);
      });
    return Promise.all(behind.map((one) => caughtUp(one.socket))).then(() => undefined);
  }

  #queue(connection: Connection, text: string): void {
    connection.queue(text);
    if (this.#dirty.size === 0) queueMicrotask(() => this.#flush());
    this.#dirty.add(connection);
  }

  #flush(): void {
    for (const connection of this.#dirty) connection.flush();
    this.#dirty.clear();
  }

  #accept(socket: Socket): void {
    const connection = new Connection(socket);
    this.#connections.add(connection);
    socket.setNoDelay(true);
    socket.setTimeout(HANDSHAKE_MS, () => {
      if (connection.clientId === undefined && !this.greeting.silent) socket.destroy();
    });
    socket.on('data', (chunk) => {
      if (!connection.deaf) for (const arrival of connection.reader.push(chunk)) if (!socket.destroyed) this.#arrive(connection, arrival);
    });
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.end());
    socket.on('close', () => this.#gone(connection));
  }

  #gone(connection: Connection): void {
    this.#connections.delete(connection);
    this.#dirty.delete(connection);
    const { clientId } = connection;
    if (clientId === undefined || this.#byClient.get(clientId) !== connection) return;
    this.#byClient.delete(clientId);
    this.#gateway?.close(clientId);
  }

  #arrive(connection: Connection, arrival: Arrival): void {
    const gateway = this.#gateway;
    if (gateway === undefined) return;
    if (arrival.kind === 'hostile') return void connection.socket.destroy();
    if (arrival.kind === 'version') {
      this.#greet(connection, arrival.text, gateway);
      return;
    }
    if (connection.clientId !== undefined) {
      gateway.receive(connection.clientId, arrival.fields);
      return;
    }
    gateway.ledger.recordInbound(-1, Number(arrival.fields[0]) | 0);
    if (Number(arrival.fields[0]) === ASK.startApi) {
      const [clientId, surplus] = [Number(arrival.fields[2]), readRequest(arrival.fields, connection.version).surplus];
      if (surplus !== 0) gateway.ledger.recordOdd({ clientId, messageId: ASK.startApi, version: connection.version, surplus });
      this.#start(connection, clientId, gateway);
    } else this.#queue(connection, errorMessage(-1, 504, 'Not connected'));
  }

  #greet(connection: Connection, offer: string, gateway: Gateway): void {
    if (this.greeting.silent) return;
    const range = parseVersionRange(offer);
    const version = range === undefined ? 0 : Math.min(range.max, this.#newest);
    if (range === undefined || version < Math.max(range.min, OLDEST_LAYOUT)) return void connection.socket.destroy();
    connection.version = version;
    this.#queue(connection, payload(this.greeting.version ?? version, stampText(gateway.now).replace('US/Eastern', 'EST')));
  }

  #start(connection: Connection, clientId: number, gateway: Gateway): void {
    const free = Number.isSafeInteger(clientId) && clientId >= 0 && !this.#byClient.has(clientId) && !this.greeting.takenIds.has(clientId);
    if (!free || gateway.isOpen(clientId)) {
      connection.queue(errorMessage(-1, 326, 'Unable to connect as the client id is already in use. Retry with a unique client id.'));
      connection.flush();
      connection.socket.end();
      return;
    }
    connection.clientId = clientId;
    this.#byClient.set(clientId, connection);
    gateway.open(clientId, connection.version);
  }
}
