import { EventEmitter } from 'node:events';
import { createServer, STATUS_CODES, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { consoleHeaders } from '#desk/entrance/console-policy';
import type { DoorClock } from '#desk/entrance/door';
import { TokenBucket } from '#desk/entrance/token-bucket';
import { Crowd } from './crowd.ts';
import { allowedHosts, judge, knockOf } from './gate.ts';

/** Node's own deadlines are the second line: the crowd's come first. */
const HEADERS_MS = 10_000;
const REQUESTS_PER_SECOND = 200;
const REQUESTS_BURST = 400;

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Judges who comes before anything is served. Until the port is known nobody is let in. */
export class Entrance {
  readonly crowd: Crowd;
  /** Handshakes that were let in; the WebSocket side listens here instead of at the server. */
  readonly upgrades = new EventEmitter();
  readonly #clock: DoorClock;
  readonly #isKnown: (request: IncomingMessage) => boolean;
  readonly #requests: TokenBucket;
  #hosts: ReadonlySet<string> = new Set();
  #headers = consoleHeaders("'none'");

  /** `isKnown` says whether a request carries a token or a session that is good. */
  constructor(clock: DoorClock, isKnown: (request: IncomingMessage) => boolean) {
    this.#clock = clock;
    this.#isKnown = isKnown;
    this.#requests = new TokenBucket(REQUESTS_PER_SECOND, REQUESTS_BURST, clock.monotonic());
    this.crowd = new Crowd(clock, (socket) => this.answer(socket, { status: 408, text: 'The request did not come in time.' }));
  }

  /** The headers of every answer. */
  get headers(): Readonly<Record<string, string>> {
    return this.#headers;
  }

  open(port: number): void {
    this.#hosts = allowedHosts(port);
    this.#headers = consoleHeaders(`'self' ws://127.0.0.1:${port} ws://localhost:${port}`);
  }

  /** The server of all sockets. Whoever is refused is answered here; `route` gets the others. */
  server(route: RequestListener): Server {
    const server = createServer({
      headersTimeout: HEADERS_MS,
      requestTimeout: HEADERS_MS,
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: 16 * 1024,
      // Judged here, so that the refusal carries the policy.
      requireHostHeader: false,
    });
    server.on('connection', (socket: Socket) => this.crowd.enter(socket));
    server.on('request', (request, response) => {
      this.crowd.asked(request.socket);
      for (const [name, value] of Object.entries(this.#headers)) response.setHeader(name, value);
      const refusal = this.#refusal(request, false);
      if (refusal === null) {
        route(request, response);
        return;
      }
      response.writeHead(refusal.status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
      response.end(refusal.text);
    });
    server.on('checkExpectation', (request, response) => {
      this.crowd.asked(request.socket);
      response.writeHead(417, { ...this.#headers, 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
      response.end('Nothing can be expected here.');
    });
    server.on('upgrade', (request, socket, head) => {
      this.crowd.asked(request.socket);
      const refusal = this.#refusal(request, true) ?? handshakeRefusal(request);
      if (refusal === null) this.upgrades.emit('upgrade', request, socket, head);
      else this.answer(socket, refusal);
    });
    return server;
  }

  /** An answer to who is no request, or no longer one. */
  answer(socket: Duplex, { status, text }: Answer): void {
    if (socket.destroyed) return;
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    const lines = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`,
      ...Object.entries(this.#headers).map(([name, value]) => `${name}: ${value}`),
      'content-type: text/plain; charset=utf-8',
      `content-length: ${Buffer.byteLength(text)}`,
      'connection: close',
    ];
    socket.on('error', () => undefined);
    socket.end(`${lines.join('\r\n')}\r\n\r\n${text}`, () => socket.destroy());
  }

  /** What a peer gets that broke HTTP itself; `code` is Node's. */
  brokenRequest(code: string | undefined, socket: Duplex): void {
    if (code === 'ECONNRESET') socket.destroy();
    else if (code === 'HPE_HEADER_OVERFLOW') this.answer(socket, { status: 431, text: 'The head of the request is too large.' });
    else if (code === 'ERR_HTTP_REQUEST_TIMEOUT') this.answer(socket, { status: 408, text: 'The request did not come in time.' });
    else this.answer(socket, { status: 400, text: 'This is no request.' });
  }

  /** Why the request is not looked at, or null when it is. Strangers share a budget; who is known has one of its own further in. */
  #refusal(request: IncomingMessage, upgrade: boolean): Answer | null {
    const refusal = judge(knockOf(request, upgrade), this.#hosts);
    if (refusal !== null) return refusal;
    if (this.#isKnown(request)) return this.crowd.know(request.socket) ? null : { status: 503, text: 'Too many consoles are open.' };
    return this.#requests.take(this.#clock.monotonic()) ? null : { status: 429, text: 'Too many requests.' };
  }
}

/** A handshake is for the stream alone, and has to be one: what the WebSocket library refuses it refuses without our headers. */
function handshakeRefusal(request: IncomingMessage): Answer | null {
  if (request.url !== '/stream') return { status: 404, text: 'Not found.' };
  const { headers } = request;
  const sound =
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['sec-websocket-version'] === '13' &&
    /^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '');
  return sound ? null : { status: 400, text: 'This is no handshake of a WebSocket.' };
}
