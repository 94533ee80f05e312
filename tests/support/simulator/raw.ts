import { connect, type Socket } from 'node:net';

/** A client of bare bytes: says exactly what it is told and keeps everything it hears. */
export interface RawClient {
  readonly socket: Socket;
  /** Every byte heard so far. */
  bytes(): Buffer;
  /** Every complete frame heard so far, as fields. */
  frames(): readonly (readonly string[])[];
  write(bytes: Buffer | string): void;
  send(...fields: readonly (string | number)[]): void;
  /** Resolves with the first frame, past or to come, that fits. */
  frame(fits: (fields: readonly string[]) => boolean): Promise<readonly string[]>;
  readonly closed: Promise<void>;
  /** Says hello with this version range, as API clients do. */
  hello(range?: string): void;
  destroy(): void;
}

export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  const chunks: Buffer[] = [];
  const frames: (readonly string[])[] = [];
  let rest = Buffer.alloc(0);
  const waiting: {
    readonly fits: (fields: readonly string[]) => boolean;
    readonly resolve: (fields: readonly string[]) => void;
    seen: number;
  }[] = [];
  const look = (): void => {
    for (const waiter of waiting.slice()) {
      while (waiter.seen < frames.length) {
        const fields = frames[waiter.seen++] ?? [];
        if (!waiter.fits(fields)) continue;
        waiting.splice(waiting.indexOf(waiter), 1);
        waiter.resolve(fields);
        break;
      }
    }
  };
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    rest = Buffer.concat([rest, chunk]);
    let at = 0;
    for (; at + 4 <= rest.length;) {
      const length = rest.readUInt32BE(at);
      if (at + 4 + length > rest.length) break;
      frames.push(rest.toString('utf8', at + 4, at + 3 + length).split('\0'));
      at += 4 + length;
    }
    rest = rest.subarray(at);
    look();
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const write = (bytes: Buffer | string): void => void socket.write(bytes);
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  return {
    socket,
    bytes: () => Buffer.concat(chunks),
    frames: () => frames,
    write,
    send: (...fields) => {
      const body = Buffer.from(`${fields.join('\0')}\0`, 'utf8');
      const head = Buffer.alloc(4);
      head.writeUInt32BE(body.length);
      write(Buffer.concat([head, body]));
    },
    frame: (fits) =>
      new Promise((resolve) => {
        waiting.push({ fits, resolve, seen: 0 });
        look();
      }),
    closed,
    hello: (range = 'v100..193') => {
      const head = Buffer.alloc(4);
      head.writeUInt32BE(range.length);
      write(Buffer.concat([Buffer.from('API\0'), head, Buffer.from(range)]));
    },
    destroy: () => socket.destroy(),
  };
}
