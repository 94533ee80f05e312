import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import websocket from '@fastify/websocket';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { err, ok, type Result } from '#domain/result';
import type { ConsoleAsset, ConsoleAssets } from '#desk/entrance/console-assets';
import { consoleHeaders } from '#desk/entrance/console-policy';
import type { DeskDoor, DoorLog } from '#desk/entrance/door';
import { TokenBucket } from '#desk/entrance/token-bucket';
import { allowedHosts, judge, knockOf } from './gate.ts';
import { withSession } from './page.ts';
import { attachScreen, type SocketLimits, UNKNOWN_SESSION } from './screen-socket.ts';
import { Tokens } from './tokens.ts';

export interface ControlOptions {
  readonly door: DeskDoor;
  readonly assets: ConsoleAssets;
  /** 0 takes any free port. */
  readonly port: number;
  readonly log: DoorLog;
  /** Bytes that may wait in a socket whose screen does not read. */
  readonly maxBuffered?: number;
}

export interface Control {
  /** Opens the console, once. */
  readonly url: string;
  readonly port: number;
  /** Another address that opens the console, once. */
  issueUrl(): string;
  close(): Promise<void>;
}

const ADDRESS = '127.0.0.1';
const MAX_MESSAGE = 64 * 1024;
const MAX_CONNECTIONS = 32;
const DEFAULT_MAX_BUFFERED = 8 * 1024 * 1024;
const PROTOCOL = 'desk';
const TOKEN_PREFIX = 'desk.';
const CLOSE_MS = 500;

/** Serves the console and its stream on this machine's own address only. */
export async function startControl(options: ControlOptions): Promise<Result<Control>> {
  const { door, assets, log } = options;
  const tokens = new Tokens();
  const entrance = new Entrance();
  const refuseToken = tokenRefusal(log);
  const app = fastify({ bodyLimit: MAX_MESSAGE, forceCloseConnections: true, serverFactory: (route) => newServer(entrance, route) });
  await registerSockets(app, entrance, log);
  app.setNotFoundHandler((_request, reply) => plain(reply, 404, 'Not found.'));
  servePage(app, { tokens, assets, log, refuseToken });
  serveStream(app, { tokens, door, log, refuseToken, limits: { maxBuffered: options.maxBuffered ?? DEFAULT_MAX_BUFFERED } });

  const listening = await listen(app, options.port);
  if (!listening.ok) return listening;
  const { port } = listening.value;
  entrance.open(port);
  const issueUrl = (): string => `http://${ADDRESS}:${port}/?token=${tokens.invite()}`;

  return ok({
    url: issueUrl(),
    port,
    issueUrl,
    async close() {
      for (const socket of app.websocketServer.clients) {
        socket.close(1001, 'the desk stops');
        setTimeout(() => socket.terminate(), CLOSE_MS).unref();
      }
      await app.close();
    },
  });
}

/** Judges who comes before anything is served. Until the port is known nobody is let in. */
class Entrance {
  readonly #requests = new TokenBucket(200, 400, performance.now());
  #hosts: ReadonlySet<string> = new Set();
  #headers = consoleHeaders("'none'");

  /** The headers of every answer. */
  get headers(): Readonly<Record<string, string>> {
    return this.#headers;
  }

  open(port: number): void {
    this.#hosts = allowedHosts(port);
    this.#headers = consoleHeaders(`'self' ws://127.0.0.1:${port} ws://localhost:${port}`);
  }

  /** Why the request is not looked at, or null when it is. */
  refusal(request: IncomingMessage, upgrade: boolean): { readonly status: number; readonly text: string } | null {
    const refusal = judge(knockOf(request, upgrade), this.#hosts);
    return refusal ?? (this.#requests.take(performance.now()) ? null : { status: 429, text: 'Too many requests.' });
  }
}

function newServer(entrance: Entrance, route: RequestListener): Server {
  const server = createServer({
    headersTimeout: 5_000,
    requestTimeout: 10_000,
    keepAliveTimeout: 5_000,
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: 16 * 1024,
  });
  server.maxConnections = MAX_CONNECTIONS;
  return server.on('request', (request, response) => {
    const refusal = entrance.refusal(request, false);
    if (refusal === null) {
      route(request, response);
      return;
    }
    response.writeHead(refusal.status, { ...entrance.headers, 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
    response.end(refusal.text);
  });
}

async function registerSockets(app: FastifyInstance, entrance: Entrance, log: DoorLog): Promise<void> {
  await app.register(websocket, {
    errorHandler: (error, socket) => {
      log.warn('a browser console broke the protocol', { error });
      socket.close();
    },
    options: {
      maxPayload: MAX_MESSAGE,
      perMessageDeflate: false,
      handleProtocols: (offered) =>
        offered.has(PROTOCOL) ? PROTOCOL : ([...offered].find((name) => name.startsWith(TOKEN_PREFIX)) ?? false),
    },
  });
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers(entrance.headers);
    // A handshake does not pass the server's own listener; it is judged here.
    if (!request.ws) return;
    const refusal = entrance.refusal(request.raw, true);
    if (refusal !== null) await plain(reply, refusal.status, refusal.text);
  });
}

interface Served {
  readonly tokens: Tokens;
  readonly log: DoorLog;
  readonly refuseToken: TokenRefusal;
}

function servePage(app: FastifyInstance, { tokens, assets, log, refuseToken }: Served & { readonly assets: ConsoleAssets }): void {
  app.get('/', (request, reply) => {
    const { token } = request.query as Readonly<Record<string, unknown>>;
    if (token === undefined) return serve(reply, assets.find('/'));
    // A browser that looks ahead, or a program that only looks, must not use up the operator's address.
    if (request.method === 'HEAD' || request.headers['sec-purpose'] !== undefined)
      return plain(reply, 503, 'Open this address in a window.');
    const session = typeof token === 'string' ? tokens.accept(token) : null;
    if (session === null) return refuseToken.answer(reply);
    const page = assets.find('/');
    if (page === null) return plain(reply, 404, 'Not found.');
    log.info('a browser console was opened');
    return reply.type(page.type).send(withSession(new TextDecoder().decode(page.body), session));
  });
  app.get('/*', (request, reply) => serve(reply, assets.find(`/${(request.params as Readonly<Record<string, string>>)['*'] ?? ''}`)));
}

function serveStream(app: FastifyInstance, served: Served & { readonly door: DeskDoor; readonly limits: SocketLimits }): void {
  const { tokens, door, log, refuseToken, limits } = served;
  let screens = 0;
  app.get(
    '/stream',
    {
      websocket: true,
      preValidation: async (request, reply) => {
        if (request.ws && sessionOf(request) === null) await refuseToken.answer(reply);
      },
    },
    (socket, request) => {
      if (!tokens.isSession(sessionOf(request) ?? '')) {
        // Answered inside the handshake's end, because a browser shows a page nothing of a refused handshake.
        socket.close(UNKNOWN_SESSION, refuseToken.counts() ? 'unknown session' : 'too many wrong tokens');
        return;
      }
      screens += 1;
      attachScreen(socket, door, `browser-${screens}`, limits, log);
    },
  );
}

interface TokenRefusal {
  readonly answer: (reply: FastifyReply) => FastifyReply;
  /** One wrong token more; false when there were too many of late. */
  readonly counts: () => boolean;
}

function tokenRefusal(log: DoorLog): TokenRefusal {
  const wrongTokens = new TokenBucket(10 / 60, 10, performance.now());
  const counts = (): boolean => wrongTokens.take(performance.now());
  return {
    counts,
    answer: (reply) => {
      log.warn('a wrong or used token was refused');
      if (!counts()) return plain(reply, 429, 'Too many wrong tokens. Wait a minute.');
      return plain(reply, 401, 'This address was used already or is wrong. Open the address that the desk printed last.');
    },
  };
}

function sessionOf(request: FastifyRequest): string | null {
  const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
  const carrier = offered.find((name) => name.startsWith(TOKEN_PREFIX) && name.length > TOKEN_PREFIX.length);
  return carrier === undefined ? null : carrier.slice(TOKEN_PREFIX.length);
}

function serve(reply: FastifyReply, asset: ConsoleAsset | null): FastifyReply {
  return asset === null ? plain(reply, 404, 'Not found.') : reply.type(asset.type).send(asset.body);
}

function plain(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).type('text/plain; charset=utf-8').send(text);
}

async function listen(app: FastifyInstance, port: number): Promise<Result<AddressInfo>> {
  try {
    await app.listen({ host: ADDRESS, port });
  } catch (error) {
    await app.close();
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE')
      return err(`Port ${port} on this machine is taken by another program. Choose another: --http-port N, or 0 for any.`);
    if (code === 'EACCES') return err(`Port ${port} may not be opened by this user. Choose one above 1023: --http-port N.`);
    return err(`The console's port ${port} could not be opened: ${error instanceof Error ? error.message : String(error)}`);
  }
  const address = app.server.address();
  return address === null || typeof address === 'string' ? err('The console has no port.') : ok(address);
}
