import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import websocket from '@fastify/websocket';
import { fastify, type FastifyInstance, type FastifyReply } from 'fastify';
import { err, ok, type Result } from '#domain/result';
import type { ConsoleAsset, ConsoleAssets } from '#desk/entrance/console-assets';
import type { DeskDoor, DoorClock, DoorLog } from '#desk/entrance/door';
import { TokenBucket } from '#desk/entrance/token-bucket';
import { SESSION_ENDS, type Scope } from '#protocol/session';
import { Entrance } from './entrance.ts';
import { LastScreen } from './last-screen.ts';
import { withSession } from './page.ts';
import { attachScreen, type SocketLimits } from './screen-socket.ts';
import type { Sessions } from './sessions.ts';
import { invitationOf, sessionOf, TOKEN_PREFIX } from './token-of.ts';

export interface ControlOptions {
  readonly door: DeskDoor;
  readonly assets: ConsoleAssets;
  /** 0 takes any free port. */
  readonly port: number;
  readonly log: DoorLog;
  readonly clock: DoorClock;
  readonly sessions: Sessions;
  /** A line for the terminal. */
  readonly say: (line: string) => void;
  /** Bytes that may wait in a socket whose screen does not read. */
  readonly maxBuffered?: number;
}

export interface Control {
  /** Opens the console, once. */
  readonly url: string;
  readonly port: number;
  /** Another address that opens the console, once, with what its session may do. */
  issueUrl(scope?: Scope): string;
  close(): Promise<void>;
}

const ADDRESS = '127.0.0.1';
const MAX_MESSAGE = 64 * 1024;
const DEFAULT_MAX_BUFFERED = 8 * 1024 * 1024;
const PROTOCOL = 'desk';
const CLOSE_MS = 500;
const MAY: Readonly<Record<Scope, string>> = { read: 'may only look', kill: 'may look and kill', operate: 'may operate' };

/** Serves the console and its stream on this machine's own address only. */
export async function startControl(options: ControlOptions): Promise<Result<Control>> {
  const { door, clock, sessions, say } = options;
  const entrance = new Entrance(clock, (request) => isKnown(sessions, request));
  const refuseToken = tokenRefusal(options.log, clock);
  const app = fastify({
    bodyLimit: MAX_MESSAGE,
    forceCloseConnections: true,
    serverFactory: (route) => entrance.server(route),
    clientErrorHandler: (error, socket) => entrance.brokenRequest(error.code, socket),
  });
  await registerSockets(app, entrance, options.log);
  app.setNotFoundHandler((_request, reply) => plain(reply, 404, 'Not found.'));
  const lastScreen = new LastScreen(clock, () => tellLastClosed(door, say, issueUrl));
  servePage(app, { options, refuseToken });
  serveStream(app, { options, refuseToken, lastScreen });

  const listening = await listen(app, options.port);
  if (!listening.ok) return listening;
  const { port } = listening.value;
  entrance.open(port);
  const issueUrl = (scope: Scope = 'operate'): string => `http://${ADDRESS}:${port}/?token=${sessions.invite(scope)}`;

  return ok({
    url: issueUrl(),
    port,
    issueUrl,
    async close() {
      lastScreen.stop();
      for (const socket of app.websocketServer.clients) {
        socket.close(1001, 'the desk stops');
        setTimeout(() => socket.terminate(), CLOSE_MS).unref();
      }
      await app.close();
    },
  });
}

function isKnown(sessions: Sessions, request: IncomingMessage): boolean {
  const invitation = invitationOf(request);
  if (invitation !== null && sessions.isInvitation(invitation)) return true;
  const token = sessionOf(request);
  return token !== null && typeof sessions.find(token) === 'object';
}

/** Whoever closed the tab finds the way back in the terminal, and in the log what was going on meanwhile. */
function tellLastClosed(door: DeskDoor, say: (line: string) => void, issueUrl: () => string): void {
  const armed = door.armed();
  if (armed) door.alarm('The last console was closed while the desk is armed; it goes on. A fresh address is in the terminal.');
  say(`${armed ? 'ALARM: the' : 'The'} last console was closed${armed ? ' while the desk is ARMED' : ''}; the desk goes on.`);
  say(`Console, opens once: ${issueUrl()}`);
}

async function registerSockets(app: FastifyInstance, entrance: Entrance, log: DoorLog): Promise<void> {
  await app.register(websocket, {
    errorHandler: (error, socket) => {
      log.warn('a browser console broke the protocol', { error });
      socket.close();
    },
    options: {
      // Only handshakes that the entrance has let in are heard; the plugin does nothing but listen here.
      server: entrance.upgrades as unknown as Server,
      maxPayload: MAX_MESSAGE,
      perMessageDeflate: false,
      handleProtocols: (offered) =>
        offered.has(PROTOCOL) ? PROTOCOL : ([...offered].find((name) => name.startsWith(TOKEN_PREFIX)) ?? false),
    },
  });
  app.websocketServer.on('wsClientError', (_error, socket) =>
    entrance.answer(socket, { status: 400, text: 'This is no handshake of a WebSocket.' }),
  );
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(entrance.headers);
    done();
  });
}

interface Served {
  readonly options: ControlOptions;
  readonly refuseToken: TokenRefusal;
}

function servePage(app: FastifyInstance, { options, refuseToken }: Served): void {
  const { assets, log, sessions, say } = options;
  app.get('/', (request, reply) => {
    const { token } = request.query as Readonly<Record<string, unknown>>;
    if (token === undefined) return serve(reply, assets.find('/'));
    // A browser that looks ahead, or a program that only looks, must not use up the operator's address.
    if (request.method === 'HEAD' || request.headers['sec-purpose'] !== undefined)
      return plain(reply, 503, 'Open this address in a window.');
    const accepted = typeof token === 'string' ? sessions.accept(token) : null;
    if (accepted === null) return refuseToken.answer(reply);
    const page = assets.find('/');
    if (page === null) return plain(reply, 404, 'Not found.');
    const { id, scope } = accepted.session;
    log.info('a browser console was opened', { session: id, scope });
    say(`Console ${id} was opened; it ${MAY[scope]}.`);
    return reply.type(page.type).send(withSession(new TextDecoder().decode(page.body), accepted.token));
  });
  app.get('/*', (request, reply) => serve(reply, assets.find(`/${(request.params as Readonly<Record<string, string>>)['*'] ?? ''}`)));
}

function serveStream(app: FastifyInstance, served: Served & { readonly lastScreen: LastScreen }): void {
  const { options, refuseToken, lastScreen } = served;
  const { door, log, sessions } = options;
  const limits: SocketLimits = { maxBuffered: options.maxBuffered ?? DEFAULT_MAX_BUFFERED };
  let screens = 0;
  app.get(
    '/stream',
    {
      websocket: true,
      preValidation: async (request, reply) => {
        if (request.ws && sessionOf(request.raw) === null) await refuseToken.answer(reply);
      },
    },
    (socket, request) => {
      const session = sessions.find(sessionOf(request.raw) ?? '');
      if (typeof session === 'string') {
        // Answered inside the handshake's end, because a browser shows a page nothing of a refused handshake.
        socket.close(SESSION_ENDS[session], refuseToken.counts() ? `${session} session` : 'too many wrong tokens');
        return;
      }
      screens += 1;
      const { id, scope } = session;
      const operates = scope === 'operate';
      let detach = (): void => undefined;
      const onClose = (): void => {
        detach();
        if (operates) lastScreen.closed();
      };
      const screen = { id: `browser-${screens}`, session: { id, scope }, onWord: () => sessions.saw(session), onClose };
      detach = sessions.attach(session, attachScreen(socket, door, screen, limits, log));
      if (operates) lastScreen.opened();
    },
  );
}

interface TokenRefusal {
  readonly answer: (reply: FastifyReply) => FastifyReply;
  /** One wrong token more; false when there were too many of late. */
  readonly counts: () => boolean;
}

function tokenRefusal(log: DoorLog, clock: DoorClock): TokenRefusal {
  const wrongTokens = new TokenBucket(10 / 60, 10, clock.monotonic());
  const counts = (): boolean => wrongTokens.take(clock.monotonic());
  return {
    counts,
    answer: (reply) => {
      log.warn('a wrong or used token was refused');
      if (!counts()) return plain(reply, 429, 'Too many wrong tokens. Wait a minute.');
      return plain(
        reply,
        401,
        'This address was used already or is wrong. Open the address that the desk printed last; Enter in its terminal prints another.',
      );
    },
  };
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
