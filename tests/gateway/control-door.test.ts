import { once } from 'node:events';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startControl, type Control } from '#control/start-control';
import { contentSecurityPolicy } from '#desk/entrance/console-policy';
import type { DeskDoor } from '#desk/entrance/door';
import { createRouter, type Handlers } from '#desk/entrance/router';
import { createPublisher, type Publisher } from '#desk/stream/publisher';
import { streamHandlers } from '#desk/stream/stream-handlers';
import { loadConsoleAssets } from '#system/console-assets';
import { COMMANDS, QUERIES } from '#protocol/commands';
import type { QuoteRow } from '#protocol/topics';
import { get, RawSocket, rawHttp } from './control-raw-client.ts';

const PAGE = '<!doctype html><html><head><title>TriggerDesk</title></head><body><script src="/assets/app.js"></script></body></html>';

let folder: string;
let control: Control;
let publisher: Publisher;
let calls: { readonly name: string; readonly by: string }[];
let logged: string[];

async function open(maxBuffered?: number): Promise<Control> {
  publisher = createPublisher();
  calls = [];
  logged = [];
  const names = [...Object.keys(COMMANDS), ...Object.keys(QUERIES)];
  const record = (name: string) => (_input: unknown, caller: { readonly by: string }) => {
    calls.push({ name, by: caller.by });
    return { ok: true, value: name === 'chart.bars' ? { bars: 'x'.repeat(100_000) } : { seq: calls.length } };
  };
  const handlers = { ...Object.fromEntries(names.map((name) => [name, record(name)])), ...streamHandlers } as unknown as Handlers;
  const router = createRouter(handlers, { monotonic: () => performance.now(), fault: () => 'F-1' });
  const door: DeskDoor = {
    call: (name, input, caller) => router.call(name, input, caller),
    subscribe: (topics, send) => publisher.subscribe(topics, send),
    armed: () => false,
    quitSummary: () => ({ continues: [], stops: [] }),
    kill: () => undefined,
    pause: () => undefined,
    reportHotkeys: () => undefined,
    onStatus: () => () => undefined,
  };
  const assets = loadConsoleAssets(folder);
  if (!assets.ok) throw new Error(assets.error);
  const log = (text: string, detail?: unknown) => void logged.push(`${text} ${JSON.stringify(detail)}`);
  const started = await startControl({
    door,
    assets: assets.value,
    port: 0,
    log: { info: log, warn: log, error: log },
    ...(maxBuffered === undefined ? {} : { maxBuffered }),
  });
  if (!started.ok) throw new Error(started.error);
  return started.value;
}

const tokenOf = (url: string): string => new URL(url).searchParams.get('token') ?? '';

async function session(): Promise<string> {
  const answer = await get(control.port, `/?token=${tokenOf(control.issueUrl())}`);
  return /<meta name="desk-session" content="([A-Za-z0-9_-]{43})">/.exec(answer.body)![1]!;
}

async function screen(headers: Readonly<Record<string, string>> = {}): Promise<RawSocket> {
  const socket = await RawSocket.open(control.port, `desk.${await session()}`, headers);
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`);
  return socket;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'console-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), PAGE);
  writeFileSync(join(folder, 'assets', 'app.js'), 'export {};');
  writeFileSync(join(folder, 'assets', 'app.js.map'), '{}');
  control = await open();
});

afterEach(async () => {
  await control.close();
  rmSync(folder, { recursive: true });
});

test('the address from the terminal opens the console once, with a session in it', async () => {
  const path = `/?token=${tokenOf(control.url)}`;
  const first = await get(control.port, path);
  expect(first.status).toBe(200);
  expect(first.body).toMatch(/<head><meta name="desk-session" content="[A-Za-z0-9_-]{43}"><title>/);
  expect(first.headers.get('cache-control')).toBe('no-store');
  const again = await get(control.port, path);
  expect([again.status, again.body]).toEqual([
    401,
    'This address was used already or is wrong. Open the address that the desk printed last.',
  ]);
});

test('a look ahead does not use up the address', async () => {
  const path = `/?token=${tokenOf(control.url)}`;
  expect((await get(control.port, path, {}, 'HEAD')).status).toBe(503);
  expect((await get(control.port, path, { 'sec-purpose': 'prefetch;prerender' })).status).toBe(503);
  expect((await get(control.port, path)).status).toBe(200);
});

test('without a token the page is served without a session, its files too, and nothing else', async () => {
  expect((await get(control.port, '/')).body).toBe(PAGE);
  expect((await get(control.port, '/assets/app.js')).body).toBe('export {};');
  for (const path of [
    '/assets/app.js.map',
    '/assets/',
    '/../index.html',
    '/..%2f..%2fetc%2fpasswd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '//etc/passwd',
    '/stream',
    '/constructor',
  ]) {
    expect([path, (await get(control.port, path)).status]).toEqual([path, 404]);
  }
  expect((await get(control.port, '/%')).status).toBeGreaterThanOrEqual(400);
});

test('guessing tokens is refused, and slowed without locking out who holds the right one', async () => {
  const statuses: number[] = [];
  for (let i = 0; i < 12; i += 1) statuses.push((await get(control.port, `/?token=guess${i}`)).status);
  expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
  expect((await get(control.port, '/?token=a&token=b')).status).toBe(429);
  expect((await get(control.port, `/?token=${tokenOf(control.url)}`)).status).toBe(200);
});

test('every answer carries the policy, refusals too, and no answer a CORS header', async () => {
  const connect_ = `'self' ws://127.0.0.1:${control.port} ws://localhost:${control.port}`;
  for (const answer of [
    await get(control.port, '/'),
    await get(control.port, '/nothing'),
    await get(control.port, '/', { host: 'evil.com' }),
  ]) {
    expect(answer.headers.get('content-security-policy')).toBe(contentSecurityPolicy(connect_));
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
});

test.each([
  ['a rebound name', { host: 'evil.com' }, 421],
  ['a rebound name with our port', { host: 'evil.com:1' }, 421],
  ['another port of ours', { host: '127.0.0.1:1' }, 421],
  ['a foreign origin', { origin: 'https://evil.com' }, 403],
  ['an opaque origin', { origin: 'null' }, 403],
  ['a cross-site request', { 'sec-fetch-site': 'cross-site' }, 403],
  ['a same-site page on another port', { 'sec-fetch-site': 'same-site' }, 403],
  ['a body', { 'content-length': '5' }, 400],
  ['a large body', { 'content-length': '50000000' }, 413],
])('%s is refused before it is routed, and does not use up the address', async (_what, headers, status) => {
  const path = `/?token=${tokenOf(control.url)}`;
  expect((await get(control.port, path, headers)).status).toBe(status);
  expect((await get(control.port, path)).status).toBe(200);
});

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'])('%s is not allowed', async (method) => {
  expect((await get(control.port, '/', {}, method)).status).toBe(405);
});

test('smuggled and malformed requests are bad requests', async () => {
  const host = `Host: 127.0.0.1:${control.port}`;
  expect(
    (await rawHttp(control.port, `GET / HTTP/1.1\r\n${host}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)).status,
  ).toBe(400);
  expect((await rawHttp(control.port, `GET / HTTP/1.1\r\n${host}\r\n${host}\r\n\r\n`)).status).toBe(400);
  expect((await rawHttp(control.port, 'NONSENSE\r\n\r\n')).status).toBe(400);
  expect((await rawHttp(control.port, `GET / HTTP/1.1\r\n${host}\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`)).status).toBe(431);
});

test.each([
  ['no session', { 'sec-websocket-protocol': '' }, 401],
  ['no session but a protocol', { 'sec-websocket-protocol': 'desk' }, 401],
  ['a foreign origin', { origin: 'http://evil.com' }, 403],
  ['no origin', { origin: '' }, 403],
  ['a https origin of the same name', { origin: 'https://127.0.0.1' }, 403],
  ['a rebound name', { host: 'evil.com' }, 421],
  ['a cross-site page', { 'sec-fetch-site': 'cross-site' }, 403],
])('a WebSocket with %s is refused at the handshake', async (_what, headers, status) => {
  expect(await RawSocket.open(control.port, `desk.${await session()}`, headers)).toBe(status);
  expect(publisher.stats().subscribers).toBe(0);
});

test('a session of an earlier run is closed with a code that a page can show', async () => {
  const socket = (await RawSocket.open(control.port, `desk.${'A'.repeat(43)}`)) as RawSocket;
  expect(await socket.closed()).toBe(4401);
  expect(calls).toEqual([]);
});

test('the address itself is no session', async () => {
  const socket = (await RawSocket.open(control.port, `desk.${tokenOf(control.url)}`)) as RawSocket;
  expect(await socket.closed()).toBe(4401);
});

test('a console calls and follows over one socket, as it does in the window', async () => {
  const socket = await screen();
  publisher.table('quotes').set(1, { conId: 1, bid: 5 } as unknown as QuoteRow);
  expect(await socket.call(1, 'engine.pause', {})).toEqual({ ok: true, value: { seq: 1 } });
  expect(await socket.call(2, 'engine.pause', { force: true })).toMatchObject({ ok: false, error: { code: 'invalid-input' } });
  expect(calls).toEqual([{ name: 'engine.pause', by: 'browser console' }]);
  socket.send({ t: 'subscribe', topics: ['quotes'] });
  expect(await socket.call(3, 'engine.pause', {})).toMatchObject({ ok: true });
  publisher.flush(1_000, 9);
  const frame = await socket.until((all) => all.find((message) => message['t'] === 'frame'));
  expect(frame).toEqual({
    t: 'frame',
    frame: {
      number: 1,
      commitSeq: 9,
      at: 1_000,
      updates: [{ kind: 'table', topic: 'quotes', seq: 1, columns: ['conId', 'bid'], rows: [[1, 5]] }],
    },
  });
  expect(await socket.call(4, 'stream.ack', { number: 1 })).toEqual({ ok: true, value: {} });
  expect(await socket.call(5, 'stream.resync', { topics: ['quotes'] })).toEqual({ ok: true, value: {} });
  publisher.flush(2_000, 9);
  expect(await socket.until((all) => all.filter((message) => message['t'] === 'frame')[1])).toMatchObject({
    frame: { number: 2, updates: [{ kind: 'table' }] },
  });
  socket.socket.destroy();
});

test('a page that offers the plain protocol is answered with it, never with its token', async () => {
  const socket = (await RawSocket.open(control.port, `desk, desk.${await session()}`)) as RawSocket;
  expect(socket.protocol).toBe('desk');
});

test('the stream ends with its socket', async () => {
  const socket = await screen();
  socket.send({ t: 'subscribe', topics: ['quotes'] });
  await socket.call(1, 'engine.pause', {});
  expect(publisher.stats().subscribers).toBe(1);
  socket.socket.destroy();
  const other = await screen();
  for (let i = 0; publisher.stats().subscribers > 0; i += 1) await other.call(i, 'kill', { scope: 'own', reason: '' });
  expect(publisher.stats().subscribers).toBe(0);
});

test.each([
  ['no JSON', 'hello'],
  ['an array', '[]'],
  ['an unknown kind', '{"t":"eval"}'],
  ['a call without a number', '{"t":"call","id":"1","name":"kill"}'],
  ['topics that do not exist', '{"t":"subscribe","topics":["orders","secrets"]}'],
  ['topics that are no list', '{"t":"subscribe","topics":{"length":1}}'],
])('%s ends the connection with 1008', async (_what, text) => {
  const socket = await screen();
  socket.sendText(text);
  expect(await socket.closed()).toBe(1008);
  expect(calls).toEqual([]);
});

test('a message over 64 KB ends the connection with 1009', async () => {
  const socket = await screen();
  socket.sendText(JSON.stringify({ t: 'call', id: 1, name: 'kill', input: { scope: 'own', reason: 'x'.repeat(70_000) } }));
  expect(await socket.closed()).toBe(1009);
  expect(calls).toEqual([]);
});

test('a polluting or endlessly deep input is refused in words', async () => {
  const socket = await screen();
  socket.sendText('{"t":"call","id":1,"name":"engine.start","input":{"__proto__":{"polluted":1}}}');
  socket.sendText(`{"t":"call","id":2,"name":"engine.start","input":${'['.repeat(10_000)}${']'.repeat(10_000)}}`);
  const replies = await socket.until((all) => (all.length >= 2 ? all : undefined));
  expect(replies).toEqual([
    { t: 'reply', id: 1, reply: { ok: false, error: { code: 'invalid-input', text: 'engine.start: the key __proto__ is not allowed.' } } },
    {
      t: 'reply',
      id: 2,
      reply: { ok: false, error: { code: 'invalid-input', text: 'engine.start: it is nested deeper than 16 levels.' } },
    },
  ]);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('a flood ends its own connection and leaves the kill of another alone', async () => {
  const flooder = await screen();
  const operator = await screen();
  for (let i = 0; i < 5_000; i += 1) flooder.send({ t: 'call', id: i, name: 'kill.preview', input: {} });
  expect(await operator.call(1, 'kill', { scope: 'own', reason: 'now' })).toMatchObject({ ok: true });
  expect(await flooder.closed()).toBe(1008);
  expect(calls.filter((call) => call.name === 'kill.preview').length).toBeLessThanOrEqual(150);
});

test('a screen that does not read keeps two frames waiting, not thousands', async () => {
  const socket = await screen();
  socket.send({ t: 'subscribe', topics: ['quotes'] });
  await socket.call(1, 'engine.pause', {});
  socket.socket.pause();
  for (let i = 0; i < 1_000; i += 1) {
    publisher.table('quotes').set(1, { conId: 1, bid: i } as unknown as QuoteRow);
    publisher.flush(i * 100, i);
  }
  expect(publisher.stats()).toMatchObject({ subscribers: 1, frames: 2, conflated: 998 });
  socket.socket.resume();
  await socket.call(2, 'stream.ack', { number: 2 });
  publisher.flush(200_000, 1_000);
  const last = await socket.until((all) => all.filter((message) => message['t'] === 'frame')[2]);
  expect(last).toMatchObject({ frame: { number: 3, updates: [{ kind: 'table', rows: [[1, 999]] }] } });
});

test('a screen that asks much and reads nothing is cut off', async () => {
  await control.close();
  control = await open(300_000);
  const socket = await screen();
  socket.socket.pause();
  const contract = { conId: 1, symbol: 'IBM', secType: 'STK', exchange: 'SMART', currency: 'USD', multiplier: 1 };
  for (let i = 0; i < 100; i += 1) socket.send({ t: 'call', id: i, name: 'chart.bars', input: { contract, count: 1 } });
  const other = await screen();
  for (let i = 0; !logged.some((line) => line.includes('1013')); i += 1) await other.call(i, 'kill', { scope: 'own', reason: '' });
  expect(logged.filter((line) => line.includes('cut off'))).toEqual([
    'a browser console was cut off {"id":"browser-1","code":1013,"reason":"too slow"}',
  ]);
  socket.socket.destroy();
});

test('a request whose head never ends is ended by the server', { timeout: 20_000 }, async () => {
  const socket = connect(control.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const started = performance.now();
  socket.write('GET / HTTP/1.1\r\nHost:');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString('latin1')).toMatch(/^HTTP\/1.1 408 /);
  expect(performance.now() - started).toBeLessThan(8_000);
  socket.destroy();
});

test('more than 32 connections at once are not held', async () => {
  const sockets = await Promise.all(
    Array.from({ length: 40 }, async () => {
      const socket = connect(control.port, '127.0.0.1');
      const closed = once(socket, 'close').then(() => 'closed');
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      return { socket, closed };
    }),
  );
  const dropped: string[] = [];
  for (const { closed } of sockets) void closed.then((word) => dropped.push(word));
  while (dropped.length < 8) await Promise.race(sockets.filter(({ socket }) => !socket.destroyed).map(({ closed }) => closed));
  expect(dropped.length).toBe(8);
  expect(sockets.filter(({ socket }) => !socket.destroyed).length).toBe(32);
  for (const { socket } of sockets) socket.destroy();
});

test('a taken port is said in words', async () => {
  const assets = loadConsoleAssets(folder);
  if (!assets.ok) throw new Error(assets.error);
  const nothing = () => undefined;
  const second = await startControl({
    door: {} as DeskDoor,
    assets: assets.value,
    port: control.port,
    log: { info: nothing, warn: nothing, error: nothing },
  });
  expect(second).toEqual({
    ok: false,
    error: `Port ${control.port} on this machine is taken by another program. Choose another: --http-port N, or 0 for any.`,
  });
});

test('a console that was not built is said in words', () => {
  expect(loadConsoleAssets(join(folder, 'none'))).toMatchObject({ ok: false, error: expect.stringContaining('npm run build') as unknown });
  expect(loadConsoleAssets(join(folder, 'assets'))).toMatchObject({
    ok: false,
    error: expect.stringContaining('there is no index.html') as unknown,
  });
});

test('closing ends open consoles with 1001', async () => {
  const socket = await screen();
  const [code] = await Promise.all([socket.closed(), control.close()]);
  expect(code).toBe(1001);
  control = await open();
});

test('tokens never reach the log', async () => {
  await session();
  await get(control.port, '/?token=guessguessguessguess');
  expect(logged.join('\n')).not.toMatch(/[A-Za-z0-9_-]{40}|guess/);
});
