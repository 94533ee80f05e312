import { createServer, type Server, type Socket } from 'node:net';

/**
 * A peer that does exactly what a test says, byte by byte. For hostilities only; what TWS really does is the simulator's part.
 */

export interface GatewayManners {
  /** Server version it announces. */
  version?: number;
  /** Accept and say nothing. */
  silent?: boolean;
  /** Accept and close. */
  closeOnAccept?: boolean;
  /** After START_API say nothing, or only the one half. */
  withhold?: 'both' | 'ids' | 'accounts';
  accounts?: string;
  nextValidId?: number;
  /** Client ids that are in use: error 326 and the end. `eof` ends without a word. */
  taken?: ReadonlySet<number>;
  takenSilently?: boolean;
  /** Answers heartbeats; on by default. */
  answersTime?: boolean;
}

export type Fields = readonly string[];

export class FakePeer {
  readonly socket: Socket;
  clientId = -1;
  readonly frames: Fields[] = [];
  #pending = Buffer.alloc(0);
  #greeted = false;

  constructor(socket: Socket, onFrame: (peer: FakePeer, fields: Fields) => void, onGreeting: (peer: FakePeer) => void) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      this.#pending = Buffer.concat([this.#pending, chunk]);
      if (!this.#greeted) {
        if (this.#pending.length < 8) return;
        const end = 8 + this.#pending.readUInt32BE(4);
        if (this.#pending.length < end) return;
        this.#greeted = true;
        this.#pending = this.#pending.subarray(end);
        onGreeting(this);
      }
      while (this.#pending.length >= 4) {
        const end = 4 + this.#pending.readUInt32BE(0);
        if (this.#pending.length < end) break;
        const fields = this.#pending.toString('utf8', 4, end - 1).split('\0');
        this.#pending = this.#pending.subarray(end);
        this.frames.push(fields);
        onFrame(this, fields);
      }
    });
  }

  send(...fields: readonly (string | number)[]): void {
    this.socket.write(frame(...fields));
  }

  bytes(...parts: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(parts));
  }

  /** Frames of one request type. */
  of(messageId: string): readonly Fields[] {
    return this.frames.filter(([id]) => id === messageId);
  }
}

export function frame(...fields: readonly (string | number)[]): Buffer {
  const body = Buffer.from(`${fields.map(String).join('\0')}\0`, 'utf8');
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  return Buffer.concat([head, body]);
}

/** A length as it is, even a negative one, and whatever follows. */
export function rawFrame(length: number, body: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(4);
  head.writeInt32BE(length);
  return Buffer.concat([head, body]);
}

export class FakeGateway {
  readonly manners: GatewayManners;
  readonly #server: Server;
  /** All connections ever accepted, oldest first. */
  readonly peers: FakePeer[] = [];
  readonly #waiters: { readonly test: () => boolean; readonly done: () => void }[] = [];
  #port = 0;

  constructor(manners: GatewayManners = {}) {
    this.manners = manners;
    this.#server = createServer((socket) => {
      if (this.manners.closeOnAccept === true) {
        socket.on('error', () => undefined);
        socket.end();
        socket.resume();
        return;
      }
      this.peers.push(
        new FakePeer(
          socket,
          (peer, fields) => this.#frame(peer, fields),
          (peer) => this.#greeting(peer),
        ),
      );
      socket.once('close', () => this.#poke());
      this.#poke();
    });
  }

  get port(): number {
    return this.#port;
  }

  /** Connections that took this client id, newest last. */
  clients(clientId: number): readonly FakePeer[] {
    return this.peers.filter((peer) => peer.clientId === clientId);
  }

  /** The newest connection of a client id. */
  client(clientId: number): FakePeer {
    const peer = this.clients(clientId).at(-1);
    if (peer === undefined) throw new Error(`client ${String(clientId)} has not connected`);
    return peer;
  }

  /** All placeOrder frames that ever arrived. */
  get placed(): readonly Fields[] {
    return this.peers.flatMap((peer) => peer.of('3'));
  }

  async listen(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    const address = this.#server.address();
    this.#port = typeof address === 'object' && address !== null ? address.port : 0;
    return this;
  }

  /** Resolves when `test` holds; asked after every frame and every change of connections. */
  until(test: () => boolean): Promise<void> {
    if (test()) return Promise.resolve();
    return new Promise((done) => this.#waiters.push({ test, done }));
  }

  drop(): void {
    for (const { socket } of this.peers) socket.destroy();
  }

  async close(): Promise<void> {
    this.drop();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #greeting(peer: FakePeer): void {
    if (this.manners.silent === true) return;
    peer.send(this.manners.version ?? 178, '20131008 10:30:00 EST');
  }

  #frame(peer: FakePeer, fields: Fields): void {
    if (fields[0] === '71') this.#start(peer, Number(fields[2]));
    else if (fields[0] === '49' && this.manners.answersTime !== false) peer.send(49, 1, 1_381_242_600);
    this.#poke();
  }

  #start(peer: FakePeer, clientId: number): void {
    if (this.manners.taken?.has(clientId) === true) {
      if (this.manners.takenSilently !== true)
        peer.send(4, 2, -1, 326, 'Unable to connect as the client id is already in use. Retry with a unique client id.', '');
      peer.socket.end();
      return;
    }
    peer.clientId = clientId;
    const { withhold } = this.manners;
    if (withhold === 'both') return;
    const accounts = frame(15, 1, this.manners.accounts ?? 'DU1234567');
    const ids = frame(9, 1, this.manners.nextValidId ?? 100);
    peer.bytes(...(withhold === 'accounts' ? [] : [accounts]), ...(withhold === 'ids' ? [] : [ids]));
  }

  #poke(): void {
    for (const waiter of [...this.#waiters]) {
      if (!waiter.test()) continue;
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      waiter.done();
    }
  }
}
