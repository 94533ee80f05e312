import type { Socket } from 'node:net';
import type { IBApi } from '@stoqey/ib';

/**
 * The few inner parts of @stoqey/ib 1.6.10 the desk must reach: its data handler (byte guard), its decoder's queue (recovery)
 * and its TCP socket (noDelay, outbound tap). The version is pinned and a test holds this shape.
 */
export interface LibraryInternals {
  /** The TCP socket; there from `connect()` on. */
  client(): Socket | undefined;
  /** Puts `handler` in the place of the library's own framing. */
  replaceDataHandler(handler: (chunk: Buffer) => void): void;
  /** The server's greeting, text with its closing NUL: the library answers with START_API. */
  greet(frame: string): void;
  /** Decodes the fields of one message and emits its events. May throw. */
  decode(fields: readonly string[]): void;
  /** Forgets a half-read message after a throw, or the next message would be lost with it. */
  resetDecoder(): void;
}

interface LibrarySocket {
  client?: Socket;
  onData(chunk: Buffer): void;
  onMessage(text: string): void;
}

interface LibraryController {
  onMessage(fields: readonly string[]): void;
  processIngressQueue(): void;
  readonly socket: LibrarySocket;
  readonly decoder: { dataQueue: unknown[]; emitQueue: unknown[] };
}

export function libraryInternals(ib: IBApi): LibraryInternals {
  const { controller } = ib as unknown as { readonly controller?: Partial<LibraryController> };
  const socket = controller?.socket;
  const decoder = controller?.decoder;
  if (
    typeof controller?.onMessage !== 'function' ||
    typeof controller.processIngressQueue !== 'function' ||
    typeof socket?.onData !== 'function' ||
    typeof socket.onMessage !== 'function' ||
    !Array.isArray(decoder?.dataQueue) ||
    !Array.isArray(decoder.emitQueue)
  ) {
    throw new Error('@stoqey/ib has changed inside; the adapter is built for version 1.6.10.');
  }
  const queue = controller as LibraryController;
  return {
    client: () => socket.client,
    replaceDataHandler: (handler) => {
      socket.onData = handler;
    },
    greet: (frame) => {
      socket.onMessage(frame);
    },
    decode: (fields) => {
      queue.onMessage(fields);
      queue.processIngressQueue();
    },
    resetDecoder: () => {
      decoder.dataQueue = [];
      decoder.emitQueue = [];
    },
  };
}

/** Calls `seen` with each buffer just before it is handed to the system. Writes to a dead socket are not counted. */
export function tapWrites(client: Socket, seen: (bytes: Buffer) => void): void {
  const write = client.write.bind(client) as (...args: readonly unknown[]) => boolean;
  const tapped = (...args: readonly unknown[]): boolean => {
    const bytes = args[0];
    if (client.writable && !client.destroyed && Buffer.isBuffer(bytes)) seen(bytes);
    return write(...args);
  };
  client.write = tapped;
}
