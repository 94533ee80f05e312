import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { LinkProblem } from '#core/ports/broker';
import { approve, intent } from '../support/tws/approved.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { MemoryHighWater, TwsDesk } from '../support/tws/desk.ts';
import type { GatewayManners } from '../support/tws/fake-gateway.ts';
import { deskAt, type GatewayLine, heartbeatsAnswered, listening } from '../support/tws/gateway-line.ts';

async function facing(manners: GatewayManners, clock = new FakeClock()): Promise<GatewayLine> {
  const gateway = await listening(manners);
  const desk = deskAt(gateway.port, clock);
  desk.adapter.start();
  return { gateway, desk, clock };
}

/** A port at which nothing listens any more. */
async function closedPort(): Promise<number> {
  const gateway = await listening();
  await gateway.close();
  return gateway.port;
}

async function problem(of: TwsDesk, code: LinkProblem): Promise<string> {
  await of.until(() => of.link.problem?.code === code);
  return of.link.problem?.text ?? '';
}

test('nothing listens at the port: the operator reads what to start and what to switch on', async () => {
  const port = await closedPort();
  const desk = deskAt(port, new FakeClock());
  desk.adapter.start();
  expect(await problem(desk, 'port-closed')).toBe(
    `Nothing answers at 127.0.0.1:${String(port)} (connect ECONNREFUSED 127.0.0.1:${String(port)}). Start TWS or IB Gateway; in its settings under API switch on "Enable ActiveX and Socket Clients" and compare the port (TWS 7497 paper, 7496 live; Gateway 4002 paper, 4001 live).`,
  );
  await desk.until(() => desk.link.connections.every(({ socket }) => socket === 'down'));
  expect(desk.link.connections.map(({ socket, retryAt }) => ({ socket, waits: retryAt !== undefined }))).toEqual(
    Array.from({ length: 3 }, () => ({ socket: 'down', waits: true })),
  );
});

/** The waits of the first client id between so many attempts that fail. */
async function waitsOf(desk: TwsDesk, clock: FakeClock, attempts: number): Promise<readonly number[]> {
  const waits: number[] = [];
  for (let i = 0; i < attempts; i += 1) {
    await desk.until(() => desk.link.connections.every(({ socket, retryAt }) => socket === 'down' && retryAt !== undefined));
    const wait = desk.link.connections[0]!.retryAt! - clock.now();
    waits.push(wait);
    clock.advance(wait);
  }
  return waits;
}

test('a port at which nothing listens is asked every two seconds, and the desk is found when it starts at last', async () => {
  const port = await closedPort();
  const clock = new FakeClock();
  const desk = deskAt(port, clock);
  desk.adapter.start();
  expect(await waitsOf(desk, clock, 8)).toEqual(Array.from({ length: 8 }, () => 2_000));
  await desk.until(() => desk.link.connections.every(({ retryAt }) => retryAt !== undefined));
  await listening({}, port);
  clock.advance(2_000);
  await desk.until(() => desk.link.ready);
});

test('attempts that somebody answers and ends grow from one second to a minute', async () => {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const clock = new FakeClock();
  const desk = deskAt(typeof address === 'object' && address !== null ? address.port : 0, clock);
  desk.adapter.start();
  expect(await waitsOf(desk, clock, 8)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  await desk.stop();
  await new Promise((done) => server.close(done));
});

test('an HTTP server at the port is named as such', async () => {
  const server = createHttpServer((_, response) => response.end('hello'));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const desk = deskAt(port, new FakeClock());
  desk.adapter.start();
  expect(await problem(desk, 'not-tws')).toMatch(
    /^The program at 127\.0\.0\.1:\d+ is not TWS: a frame claims a length of 1213486160 bytes\./,
  );
  await desk.stop();
  await new Promise((done) => server.close(done));
});

test.each([
  [99, 'unsupported-version', 'speaks API version 99; this program knows 145 to 193. Update TWS or IB Gateway.'],
  [144, 'unsupported-version', 'speaks API version 144; this program knows 145 to 193. Update TWS or IB Gateway.'],
  [
    222,
    'unsupported-version',
    'speaks API version 222; this program knows 145 to 193. Use an older TWS or IB Gateway, or update this program.',
  ],
] as const)('server version %i is refused before anything is sent', async (version, code, text) => {
  const { gateway, desk } = await facing({ version });
  expect(await problem(desk, code)).toContain(text);
  expect(gateway.peers.flatMap(({ frames }) => frames)).toEqual([]);
});

test('a peer whose first message is no version is not TWS', async () => {
  const { gateway, desk } = await facing({ silent: true });
  await gateway.until(() => gateway.peers.length === 3);
  for (const peer of gateway.peers) peer.send('hello', 'world');
  expect(await problem(desk, 'not-tws')).toContain('is not TWS: its first message is no version.');
});

test('a peer that accepts and says nothing is given up after ten seconds', async () => {
  const { gateway, desk, clock } = await facing({ silent: true });
  await gateway.until(() => gateway.peers.length === 3);
  await desk.until(() => desk.link.connections.every(({ socket }) => socket === 'handshaking'));
  clock.advance(9_999);
  expect(desk.link.connections.map(({ socket }) => socket)).toEqual(['handshaking', 'handshaking', 'handshaking']);
  clock.advance(1);
  expect(await problem(desk, 'no-handshake')).toContain('accepted the connection but said nothing for 10 s.');
});

test('a peer that accepts and closes at once is told apart from a closed port', async () => {
  const { desk } = await facing({ closeOnAccept: true });
  expect(await problem(desk, 'no-handshake')).toContain('accepted the connection and closed it without an answer.');
});

test.each(['both', 'ids', 'accounts'] as const)('a handshake without order number or accounts is no connection (%s)', async (withhold) => {
  const { gateway, desk, clock } = await facing({ withhold });
  await gateway.until(() => [0, 1, 2].every((id) => gateway.clients(id).length === 1));
  expect(desk.adapter.broker.place(approve(intent())).kind).toBe('refused');
  clock.advance(10_000);
  expect(await problem(desk, 'no-ids')).toContain('did not send its order number and accounts within 10 s.');
});

test('a taken client id: the same id again, later, until it is free', async () => {
  const taken = new Set([2]);
  const { gateway, desk, clock } = await facing({ taken });
  expect(await problem(desk, 'client-id-taken')).toBe(
    'TWS says that client id 2 is in use by another program. Close that program, or choose another client id base in the settings. If none is running, restart TWS: it can hold an id after a crash.',
  );
  taken.clear();
  clock.advance(1_000);
  await desk.until(() => desk.link.ready);
  const ids = gateway.peers.flatMap((peer) => peer.of('71').map((fields) => Number(fields[2])));
  expect(ids.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 2]);
});

test('an end of file right after the start is read as a taken id', async () => {
  const { desk } = await facing({ taken: new Set([1]), takenSilently: true });
  expect(await problem(desk, 'client-id-taken')).toContain(
    'TWS closed the connection right after the start; most often client id 1 is in use',
  );
});

test('one dropped connection is rebuilt alone; the others and their epochs stay', async () => {
  const { gateway, desk, clock } = await facing({});
  await heartbeatsAnswered(desk);
  const before = desk.link;
  gateway.client(1).socket.destroy();
  await desk.until(() => !desk.link.ready);
  expect(desk.link.problem?.code).toBe('connection-lost');
  clock.advance(2_000);
  await heartbeatsAnswered(desk);
  expect(desk.link.connections.map(({ epoch }) => epoch)).toEqual([1, 2, 1]);
  expect(desk.link.epoch).toBe(before.epoch + 2);
});

test('a mute gateway is noticed within 15 s and given up after the second missed heartbeat (F4)', async () => {
  const { gateway, desk, clock } = await facing({});
  await heartbeatsAnswered(desk);
  gateway.manners.answersTime = false;
  // The worst case: it falls silent right after an answer.
  clock.advance(10_000);
  await gateway.until(() => gateway.client(2).of('49').length === 2);
  expect(desk.link.ready).toBe(true);
  clock.advance(4_999);
  expect(desk.link.ready).toBe(true);
  clock.advance(1);
  expect(desk.link.problem?.code).toBe('half-open');
  expect(desk.adapter.broker.place(approve(intent())).kind).toBe('refused');
  expect(desk.link.connections.map(({ socket }) => socket)).toEqual(['up', 'up', 'up']);
  clock.advance(5_000);
  expect(desk.link.connections.map(({ socket }) => socket)).toEqual(['down', 'down', 'down']);
  expect(desk.link.problem?.text).toContain('did not answer 2 heartbeats');
  gateway.manners.answersTime = true;
  clock.advance(2_000);
  await desk.until(() => desk.link.ready);
});

test('one missed heartbeat and an answer: the desk is ready again on the same connection', async () => {
  const { gateway, desk, clock } = await facing({});
  await heartbeatsAnswered(desk);
  gateway.manners.answersTime = false;
  clock.advance(15_000);
  expect(desk.link.problem?.code).toBe('half-open');
  gateway.manners.answersTime = true;
  await gateway.until(() => [0, 1, 2].every((id) => gateway.client(id).of('49').length === 3));
  for (const id of [0, 1, 2]) gateway.client(id).send(49, 1, 1_381_242_615);
  await desk.until(() => desk.link.ready);
  expect(desk.link.connections.map(({ epoch }) => epoch)).toEqual([1, 1, 1]);
});

test('heartbeats come every ten seconds and never two within 1.1 s', async () => {
  const { gateway, desk, clock } = await facing({});
  const sent: number[] = [];
  const record = (): void => {
    const now = desk.adapter
      .frames()
      .filter(({ clientId, direction, text }) => clientId === 2 && direction === 'out' && text.startsWith('49|'));
    sent.splice(0, sent.length, ...now.map(({ at }) => at));
  };
  await heartbeatsAnswered(desk);
  const start = clock.now();
  for (let i = 0; i < 6; i += 1) {
    clock.advance(5_000);
    // Orders on a quiet line ask for signs of life in between.
    desk.adapter.broker.place(approve(intent()));
    desk.adapter.broker.place(approve(intent()));
    record();
    const answers = sent.length;
    await gateway.until(() => gateway.client(2).of('49').length === answers);
    await desk.until(() => desk.link.connections[2]?.heartbeatAt === sent.at(-1));
  }
  const gaps = sent.slice(1).map((at, i) => at - sent[i]!);
  expect({ first: sent[0] === start, shortest: Math.min(...gaps) >= 1_100, longest: Math.max(...gaps) }).toEqual({
    first: true,
    shortest: true,
    longest: 10_000,
  });
});

test('the second connection is a new library object: nothing of the first is heard', async () => {
  const { gateway, desk, clock } = await facing({});
  await heartbeatsAnswered(desk);
  const old = gateway.client(2);
  old.socket.destroy();
  await desk.until(() => !desk.link.ready);
  clock.advance(2_000);
  await heartbeatsAnswered(desk);
  const frames = gateway.client(2).frames.map(([id]) => id);
  expect(frames.slice(0, 2)).toEqual(['71', '49']);
});

test('the managed accounts change after a reconnect: orders wait for the operator', async () => {
  const { gateway, desk, clock } = await facing({});
  await heartbeatsAnswered(desk);
  gateway.manners.accounts = 'DU7654321';
  gateway.client(2).socket.destroy();
  await desk.until(() => !desk.link.ready);
  clock.advance(2_000);
  expect(await problem(desk, 'account-changed')).toBe(
    'TWS now manages DU*****21; before it was DU*****67. Confirm the account, or log in to TWS with the right user.',
  );
  expect(desk.adapter.broker.place(approve(intent())).kind).toBe('refused');
  desk.adapter.acceptAccounts();
  // The connections that heard the old list are built anew.
  expect(desk.link.connections.map(({ socket }) => socket)).toEqual(['down', 'down', 'up']);
  clock.advance(2_000);
  await desk.until(() => desk.link.ready);
  expect(desk.of('accounts').map(({ accounts }) => accounts)).toEqual([['DU1234567'], ['DU7654321']]);
});

test('a live account is only watched until it is allowed and confirmed', async () => {
  const gateway = await listening({ accounts: 'U7654321' });
  const desk = deskAt(gateway.port, new FakeClock(), { allowLive: true });
  desk.adapter.start();
  expect(await problem(desk, 'live-not-allowed')).toBe(
    'U*****21 is a live account. Confirm live trading in the console; until then the desk only watches.',
  );
  await desk.until(() => desk.link.connections.every(({ roundTripMs }) => roundTripMs !== undefined));
  const order = approve(intent({ account: 'U7654321' as never }));
  expect(desk.adapter.broker.place(order).kind).toBe('refused');
  await gateway.until(() => gateway.client(0).of('62').length === 1);
  expect(gateway.client(0).of('15')).toEqual([]);
  desk.live = true;
  desk.adapter.recheckLive();
  await gateway.until(() => gateway.client(0).of('15').length === 1);
  expect(desk.link.ready).toBe(true);
  expect(desk.adapter.broker.place(order).kind).toBe('sent');
  desk.live = false;
  expect(desk.adapter.broker.place(order).kind).toBe('refused');
});

test('a live account is never traded without --live, whatever the operator types', async () => {
  const gateway = await listening({ accounts: 'U7654321' });
  const desk = deskAt(gateway.port, new FakeClock());
  desk.live = true;
  desk.adapter.start();
  expect(await problem(desk, 'live-not-allowed')).toBe(
    'U*****21 is a live account and the desk was started for paper trading. Log in to a paper account, or start with --live.',
  );
  expect(desk.adapter.broker.place(approve(intent({ account: 'U7654321' as never }))).kind).toBe('refused');
});

test('a host that is not this computer is refused', () => {
  expect(() => new TwsDesk(4002, new FakeClock(), { host: '192.168.1.5' })).toThrow('The TWS host "192.168.1.5" is not this computer.');
});

test('a .env file and environment variables of the library change nothing (F12)', { timeout: 60_000 }, async () => {
  const gateway = await listening();
  const folder = await mkdtemp(join(tmpdir(), 'tws-env-'));
  await writeFile(join(folder, '.env'), 'IB_HOST=127.0.0.2\nIB_PORT=1\nMAX_REQ_PER_SECOND=1\nENV_CONFIG_TEST=read\n');
  const probe = `
    const { TwsDesk } = await import(${JSON.stringify(pathToFileURL(resolve(import.meta.dirname, '../support/tws/desk.ts')).href)});
    const desk = await new TwsDesk(${String(gateway.port)}).ready();
    console.info(JSON.stringify({ ready: desk.link.ready, leaked: process.env.ENV_CONFIG_TEST ?? 'nothing' }));
    await desk.stop();
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', probe], {
    cwd: folder,
    env: { ...process.env, IB_PORT: '1', IB_HOST: '127.0.0.2', MAX_REQ_PER_SECOND: '1' },
  });
  await rm(folder, { recursive: true });
  expect(JSON.parse(stdout.trim())).toEqual({ ready: true, leaked: 'nothing' });
});

test('stopped is stopped: no socket, no further attempt, no order', async () => {
  const clock = new FakeClock();
  const gateway = await listening();
  const desk = await deskAt(gateway.port, clock, {}, new MemoryHighWater(50)).ready();
  await desk.stop();
  const connections = gateway.peers.length;
  clock.advance(120_000);
  expect({
    pending: clock.pending,
    connections,
    link: desk.link.problem?.code,
    order: desk.adapter.broker.place(approve(intent())).kind,
  }).toEqual({
    pending: 0,
    connections: 3,
    link: 'stopped',
    order: 'refused',
  });
});
