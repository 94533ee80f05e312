import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import type { Random } from '#simulator/model/random';

/** So many turns of the event loop in which nothing arrives, although something must: the storm itself is broken. */
const TURNS = 200_000;
/** From then on a turn leaves the processor to whoever has to deliver. */
const PATIENT = 2_000;

/** One end of a connection. What is written to it waits here, in its order, until the storm lets a piece of it go onto the real socket. */
export class SocketEnd {
  readonly socket: Socket;
  readonly #send: (bytes: Buffer) => unknown;
  readonly #finish: () => unknown;
  #waiting: Buffer = Buffer.alloc(0);
  #ends = false;
  /** Until then nothing leaves, virtual ms. */
  heldUntil = 0;

  constructor(socket: Socket, wrote?: (bytes: Buffer) => void) {
    this.socket = socket;
    this.#send = socket.write.bind(socket);
    this.#finish = socket.end.bind(socket);
    let write = ((bytes: Buffer): boolean => {
      const added = Buffer.from(bytes);
      wrote?.(added);
      this.#waiting = Buffer.concat([this.#waiting, added]);
      return true;
    }) as Socket['write'];
    Object.defineProperty(socket, 'write', {
      get: () => write,
      set: (other: Socket['write']) => {
        // Node puts its own back as it begins to connect; the adapter's tap stays in front.
        if (other !== Socket.prototype.write) write = other;
      },
    });
    socket.end = (): Socket => {
      this.#ends = true;
      return socket;
    };
  }

  get waits(): boolean {
    return !this.socket.destroyed && (this.#waiting.length > 0 || this.#ends) && !this.socket.connecting;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** So many bytes onto the wire; with the last of them the end, where there is one. */
  release(bytes: number): void {
    const piece = this.#waiting.subarray(0, bytes);
    this.#waiting = this.#waiting.subarray(bytes);
    if (piece.length > 0) this.#send(piece);
    if (this.#waiting.length > 0 || !this.#ends) return;
    this.#ends = false;
    this.#finish();
  }
}

interface Line {
  readonly client: SocketEnd;
  server: SocketEnd | undefined;
  connected: boolean;
}

export interface LinesOptions {
  readonly random: Random;
  /** Virtual ms. */
  readonly now: () => number;
  /** The desk has written; the first bytes of a connection are its greeting. */
  readonly wrote: (bytes: Buffer) => void;
}

/**
 * Every loopback connection of this process while a storm runs. Bytes go over real sockets, but only in pieces whose size and order the seed
 * chooses, and each piece has been read before the next one leaves: what the desk hears when does not depend on the machine.
 */
export class SocketLines {
  readonly #options: LinesOptions;
  #lines: Line[] = [];
  #accepted: SocketEnd[] = [];
  readonly #dialled = (message: unknown): void => {
    const client = new SocketEnd((message as { readonly socket: Socket }).socket, this.#options.wrote);
    const line: Line = { client, server: undefined, connected: false };
    client.socket.once('connect', () => (line.connected = true));
    this.#lines.push(line);
  };
  readonly #answered = (message: unknown): void => {
    this.#accepted.push(new SocketEnd((message as { readonly socket: Socket }).socket));
  };

  constructor(options: LinesOptions) {
    this.#options = options;
    subscribe('net.client.socket', this.#dialled);
    subscribe('net.server.socket', this.#answered);
  }

  close(): void {
    unsubscribe('net.client.socket', this.#dialled);
    unsubscribe('net.server.socket', this.#answered);
  }

  /** Connections that are not over. */
  get open(): number {
    return this.#lines.length;
  }

  /** Until then nothing more of one direction arrives; TCP keeps its order. */
  hold(direction: 'to the desk' | 'to TWS', until: number): void {
    const line = this.#lines[this.#options.random.between(0, Math.max(0, this.#lines.length - 1))];
    const end = direction === 'to TWS' ? line?.client : line?.server;
    if (end !== undefined) end.heldUntil = Math.max(end.heldUntil, until);
  }

  /** Nothing is held any more. */
  release(): void {
    for (const { client, server } of this.#lines) {
      client.heldUntil = 0;
      if (server !== undefined) server.heldUntil = 0;
    }
  }

  /** The process of the desk is gone, and with it what it had not handed to the system. */
  abandon(): void {
    for (const { client } of this.#lines) client.socket.destroy();
  }

  /** Lets everything through that may go now, piece by piece, until both sides have read it all and wait. */
  async settle(): Promise<void> {
    for (let turns = 0; turns < TURNS; turns += 1) {
      await turn(turns > PATIENT);
      this.#match();
      if (!this.#lines.every((line) => isAtRest(line))) continue;
      const ready = this.#lines
        .flatMap(({ client, server }) => [client, ...(server === undefined ? [] : [server])])
        .filter((end) => this.#may(end));
      const next = ready[ready.length > 1 ? this.#options.random.between(0, ready.length - 1) : 0];
      if (next === undefined) return;
      next.release(this.#size(next.length));
      turns = 0;
    }
    throw new Error(`the sockets do not come to rest: ${this.#lines.map(describe).join('; ')}`);
  }

  #may(end: SocketEnd): boolean {
    return end.waits && end.heldUntil <= this.#options.now();
  }

  /** Mostly all that waits, frames of several writes merged; else it is torn, wherever that is. */
  #size(length: number): number {
    const { random } = this.#options;
    const chance = random.next();
    if (length < 2 || chance < 0.7) return length;
    return random.between(1, chance < 0.85 ? length : Math.min(length, 6));
  }

  #match(): void {
    for (const line of this.#lines) {
      if (line.server !== undefined) continue;
      const port = line.client.socket.localPort;
      line.server = port === undefined ? undefined : this.#accepted.find(({ socket }) => socket.remotePort === port);
      this.#accepted = this.#accepted.filter((end) => end !== line.server);
    }
    this.#lines = this.#lines.filter(({ client, server }) => !client.socket.closed || server?.socket.closed === false);
  }
}

/** Nothing is under way between the two ends, nor inside one of them. */
function isAtRest({ client, server, connected }: Line): boolean {
  if (client.socket.connecting) return false;
  if (server === undefined) return !connected || client.socket.closed;
  // What waits for the storm comes before the end of the connection.
  if (client.waits || server.waits) return isRead(client, server) && isRead(server, client);
  if (client.socket.destroyed || server.socket.destroyed) return client.socket.closed && server.socket.closed;
  return isRead(client, server) && isRead(server, client);
}

function isRead({ socket: from }: SocketEnd, { socket: to }: SocketEnd): boolean {
  if (from.destroyed || to.destroyed) return true;
  return from.bytesWritten === to.bytesRead && to.readableLength === 0;
}

function describe({ client, server, connected }: Line): string {
  const said = ({ socket, length }: SocketEnd): string =>
    `${socket.destroyed ? 'destroyed' : 'open'}${socket.closed ? ', closed' : ''}, wrote ${socket.bytesWritten}, read ${socket.bytesRead}, ${length} wait`;
  return `desk ${connected ? '' : '(not connected) '}${said(client)}, TWS ${server === undefined ? 'unknown' : said(server)}`;
}

function turn(patient: boolean): Promise<void> {
  return new Promise((resolve) => {
    if (patient) setTimeout(resolve, 1);
    else setImmediate(resolve);
  });
}
