import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Sends exactly these bytes and reads until the server closes or has sent a whole answer. */
export async function rawHttp(port: number, text: string): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(text);
  let got = '';
  for await (const chunk of socket) {
    got += (chunk as Buffer).toString('latin1');
    const answer = parse(got);
    if (answer !== null && answer.body.length >= Number(answer.headers.get('content-length') ?? Infinity)) break;
  }
  socket.destroy();
  const answer = parse(got);
  if (answer === null) throw new Error(`no answer: ${got}`);
  return answer;
}

export function get(port: number, path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<RawAnswer> {
  const all: Record<string, string> = { host: `127.0.0.1:${port}`, connection: 'close', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return rawHttp(port, [`${method} ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
}

function parse(got: string): RawAnswer | null {
  const end = got.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [first = '', ...lines] = got.slice(0, end).split('\r\n');
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const),
  );
  return { status: Number(first.split(' ')[1]), headers, body: got.slice(end + 4) };
}

/** A WebSocket client that does what no library lets it do: any header, any length, no reading. */
export class RawSocket {
  readonly messages: Record<string, unknown>[] = [];
  readonly socket: Socket;
  readonly protocol: string;
  closeCode: number | null = null;
  #bytes: Buffer = Buffer.alloc(0);
  #waiting: (() => void)[] = [];

  private constructor(socket: Socket, protocol: string) {
    this.socket = socket;
    this.protocol = protocol;
    socket.on('close', () => this.#wake());
  }

  /** A refusal's status, or the open socket. */
  static async open(port: number, protocols: string, headers: Readonly<Record<string, string>> = {}): Promise<RawSocket | number> {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    const all: Record<string, string> = {
      host: `127.0.0.1:${port}`,
      origin: `http://127.0.0.1:${port}`,
      upgrade: 'websocket',
      connection: 'Upgrade',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
      ...(protocols === '' ? {} : { 'sec-websocket-protocol': protocols }),
      ...headers,
    };
    const lines = Object.entries(all).filter(([, value]) => value !== '');
    socket.write(['GET /stream HTTP/1.1', ...lines.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n'));
    let got = Buffer.alloc(0);
    for (;;) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      got = Buffer.concat([got, chunk]);
      const answer = parse(got.toString('latin1'));
      if (answer === null) continue;
      if (answer.status !== 101) {
        socket.destroy();
        return answer.status;
      }
      const client = new RawSocket(socket, answer.headers.get('sec-websocket-protocol') ?? '');
      socket.on('data', (more: Buffer) => client.#take(more));
      client.#take(got.subarray(got.indexOf('\r\n\r\n') + 4));
      return client;
    }
  }

  send(message: unknown): boolean {
    return this.sendText(typeof message === 'string' ? message : JSON.stringify(message));
  }

  sendText(text: string): boolean {
    const payload = Buffer.from(text);
    const mask = randomBytes(4);
    const length = payload.length;
    const head = length < 126 ? Buffer.from([0x81, 0x80 | length]) : Buffer.alloc(length < 65_536 ? 4 : 10);
    if (length >= 126) {
      head[0] = 0x81;
      head[1] = 0x80 | (length < 65_536 ? 126 : 127);
      if (length < 65_536) head.writeUInt16BE(length, 2);
      else head.writeBigUInt64BE(BigInt(length), 2);
    }
    for (let i = 0; i < length; i += 1) payload[i]! ^= mask[i & 3]!;
    return this.socket.write(Buffer.concat([head, mask, payload]));
  }

  /** Resolves when `found` answers something; rejects when the socket closes first. */
  async until<T>(found: (messages: readonly Record<string, unknown>[]) => T | undefined): Promise<T> {
    for (;;) {
      const value = found(this.messages);
      if (value !== undefined) return value;
      if (this.socket.destroyed) throw new Error(`closed (${this.closeCode}) before it came`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async call(id: number, name: string, input: unknown): Promise<unknown> {
    this.send({ t: 'call', id, name, input });
    return (await this.until((all) => all.find((message) => message['t'] === 'reply' && message['id'] === id)))['reply'];
  }

  async closed(): Promise<number | null> {
    while (!this.socket.destroyed) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.closeCode;
  }

  #take(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (;;) {
      if (this.#bytes.length < 2) break;
      const opcode = this.#bytes[0]! & 0x0f;
      const short = this.#bytes[1]! & 0x7f;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (this.#bytes.length < head) break;
      const length = short < 126 ? short : short === 126 ? this.#bytes.readUInt16BE(2) : Number(this.#bytes.readBigUInt64BE(2));
      if (this.#bytes.length < head + length) break;
      const payload = this.#bytes.subarray(head, head + length);
      this.#bytes = this.#bytes.subarray(head + length);
      if (opcode === 1) this.messages.push(JSON.parse(payload.toString('utf8')) as Record<string, unknown>);
      if (opcode === 8) {
        this.closeCode = payload.readUInt16BE(0);
        this.socket.destroy();
      }
    }
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
