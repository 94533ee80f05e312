import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MAX_STRANGERS, STRANGER_MS } from '#control/crowd';
import { startControl } from '#control/start-control';
import { contentSecurityPolicy } from '#desk/entrance/console-policy';
import type { DeskDoor } from '#desk/entrance/door';
import { loadConsoleAssets } from '#system/console-assets';
import type { QuoteRow } from '#protocol/topics';
import { ControlBench, PAGE, tokenOf } from './control-bench.ts';
import { get, rawHttp, RawSocket } from './control-raw-client.ts';

const UPGRADE = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';

let bench: ControlBench;

beforeEach(async () => {
  bench = await ControlBench.open();
});

afterEach(() => bench.close());

test('the address from the terminal opens the console once, with a session in it', async () => {
  const path = `/?token=${tokenOf(bench.control.url)}`;
  const first = await get(bench.port, path);
  expect(first.status).toBe(200);
  expect(first.body).toMatch(/<head><meta name="desk-session" content="[A-Za-z0-9_-]{43}"><title>/);
  expect(first.headers.get('cache-control')).toBe('no-store');
  const again = await get(bench.port, path);
  expect([again.status, again.body]).toEqual([
    401,
    'This address was used already or is wrong. Open the address that the desk printed last; Enter in its terminal prints another.',
  ]);
});

test('a look ahead does not use up the address', async () => {
  const path = `/?token=${tokenOf(bench.control.url)}`;
  expect((await get(bench.port, path, {}, 'HEAD')).status).toBe(503);
  expect((await get(bench.port, path, { 'sec-purpose': 'prefetch;prerender' })).status).toBe(503);
  expect((await get(bench.port, path)).status).toBe(200);
});

test('without a token the page is served without a session, its files too, and nothing else', async () => {
  expect((await get(bench.port, '/')).body).toBe(PAGE);
  expect((await get(bench.port, '/assets/app.js')).body).toBe('export {};');
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
    expect([path, (await get(bench.port, path)).status]).toEqual([path, 404]);
  }
  expect((await get(bench.port, '/%')).status).toBeGreaterThanOrEqual(400);
});

test('guessing tokens is refused, and slowed without locking out who holds the right one', async () => {
  const statuses: number[] = [];
  for (let i = 0; i < 12; i += 1) statuses.push((await get(bench.port, `/?token=guess${i}`)).status);
  expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
  expect((await get(bench.port, '/?token=a&token=b')).status).toBe(429);
  expect((await get(bench.port, `/?token=${tokenOf(bench.control.url)}`)).status).toBe(200);
});

test('every answer carries the policy, refusals too, and no answer a CORS header', async () => {
  const connect_ = `'self' ws://127.0.0.1:${bench.port} ws://localhost:${bench.port}`;
  for (const answer of [await get(bench.port, '/'), await get(bench.port, '/nothing'), await get(bench.port, '/', { host: 'evil.com' })]) {
    expect(answer.headers.get('content-security-policy')).toBe(contentSecurityPolicy(connect_));
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
});

test.each([
  ['no request at all', 'NONSENSE\r\n\r\n', 400],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', 421],
  ['a head that is too large', `GET / HTTP/1.1\r\nHost: HOST\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
  ['an expectation', 'GET / HTTP/1.1\r\nHost: HOST\r\nExpect: miracles\r\n\r\n', 417],
  ['a path that cannot be decoded', 'GET /% HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n', 400],
  [
    'a handshake without a key',
    `GET /stream HTTP/1.1\r\nHost: HOST\r\nOrigin: http://HOST\r\n${UPGRADE}Sec-WebSocket-Version: 13\r\n\r\n`,
    400,
  ],
  [
    'a handshake of an old version',
    `GET /stream HTTP/1.1\r\nHost: HOST\r\nOrigin: http://HOST\r\n${UPGRADE}Sec-WebSocket-Version: 7\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Protocol: desk.${'A'.repeat(43)}\r\n\r\n`,
    400,
  ],
  ['an undecodable path and a handshake', `GET /% HTTP/1.1\r\nHost: HOST\r\nOrigin: http://HOST\r\n${UPGRADE}\r\n`, 404],
])('the answer to %s carries the policy too', async (_what, text, status) => {
  const answer = await rawHttp(bench.port, text.replaceAll('HOST', `127.0.0.1:${bench.port}`));
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('x-frame-options')).toBe('DENY');
  expect(answer.headers.get('cache-control')).toBe('no-store');
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
  const path = `/?token=${tokenOf(bench.control.url)}`;
  expect((await get(bench.port, path, headers)).status).toBe(status);
  expect((await get(bench.port, path)).status).toBe(200);
});

test('a file of this machine may hand the address over to a window of its own, and nothing else may come from elsewhere', async () => {
  const window = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  const path = `/?token=${tokenOf(bench.control.url)}`;
  expect((await get(bench.port, path, { ...window, 'sec-fetch-dest': 'iframe' })).status).toBe(403);
  expect((await get(bench.port, path, { ...window, 'sec-fetch-mode': 'no-cors' })).status).toBe(403);
  expect((await get(bench.port, path, { ...window, origin: 'null' })).status).toBe(403);
  expect((await get(bench.port, '/', window)).status).toBe(403);
  expect((await get(bench.port, '/assets/app.js', window)).status).toBe(403);
  expect((await get(bench.port, '/?token=guess', window)).status).toBe(401);
  expect((await get(bench.port, path, window)).status).toBe(200);
});

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'])('%s is not allowed', async (method) => {
  expect((await get(bench.port, '/', {}, method)).status).toBe(405);
});

test('smuggled and malformed requests are bad requests', async () => {
  const host = `Host: 127.0.0.1:${bench.port}`;
  expect(
    (await rawHttp(bench.port, `GET / HTTP/1.1\r\n${host}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)).status,
  ).toBe(400);
  expect((await rawHttp(bench.port, `GET / HTTP/1.1\r\n${host}\r\n${host}\r\n\r\n`)).status).toBe(400);
  expect((await rawHttp(bench.port, 'NONSENSE\r\n\r\n')).status).toBe(400);
  expect((await rawHttp(bench.port, `GET / HTTP/1.1\r\n${host}\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`)).status).toBe(431);
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
  expect(await RawSocket.open(bench.port, `desk.${await bench.session()}`, headers)).toBe(status);
  expect(bench.publisher.stats().subscribers).toBe(0);
});

test('a session of an earlier run is closed with a code that a page can show', async () => {
  const socket = (await RawSocket.open(bench.port, `desk.${'A'.repeat(43)}`)) as RawSocket;
  expect(await socket.closed()).toBe(4401);
  expect(bench.calls).toEqual([]);
});

test('the address itself is no session', async () => {
  const socket = (await RawSocket.open(bench.port, `desk.${tokenOf(bench.control.url)}`)) as RawSocket;
  expect(await socket.closed()).toBe(4401);
});

test('a console calls and follows over one socket, as it does in the window', async () => {
  const socket = await bench.screen();
  bench.publisher.table('quotes').set(1, { conId: 1, bid: 5 } as unknown as QuoteRow);
  expect(await socket.call(1, 'engine.pause', {})).toEqual({ ok: true, value: { seq: 1 } });
  expect(await socket.call(2, 'engine.pause', { force: true })).toMatchObject({ ok: false, error: { code: 'invalid-input' } });
  expect(bench.calls).toEqual([{ name: 'engine.pause', by: 'browser console 1' }]);
  socket.send({ t: 'subscribe', topics: ['quotes'] });
  expect(await socket.call(3, 'engine.pause', {})).toMatchObject({ ok: true });
  bench.publisher.flush(1_000, 9);
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
  bench.publisher.flush(2_000, 9);
  expect(await socket.until((all) => all.filter((message) => message['t'] === 'frame')[1])).toMatchObject({
    frame: { number: 2, updates: [{ kind: 'table' }] },
  });
  socket.socket.destroy();
});

test('a page that offers the plain protocol is answered with it, never with its token', async () => {
  const socket = (await RawSocket.open(bench.port, `desk, desk.${await bench.session()}`)) as RawSocket;
  expect(socket.protocol).toBe('desk');
});

test('the stream ends with its socket', async () => {
  const socket = await bench.screen();
  socket.send({ t: 'subscribe', topics: ['quotes'] });
  await socket.call(1, 'engine.pause', {});
  expect(bench.publisher.stats().subscribers).toBe(1);
  socket.socket.destroy();
  const other = await bench.screen();
  for (let i = 0; bench.publisher.stats().subscribers > 0; i += 1) await other.call(i, 'kill', { scope: 'own', reason: '' });
  expect(bench.publisher.stats().subscribers).toBe(0);
});

test.each([
  ['no JSON', 'hello'],
  ['an array', '[]'],
  ['an unknown kind', '{"t":"eval"}'],
  ['a call without a number', '{"t":"call","id":"1","name":"kill"}'],
  ['topics that do not exist', '{"t":"subscribe","topics":["orders","secrets"]}'],
  ['topics that are no list', '{"t":"subscribe","topics":{"length":1}}'],
])('%s ends the connection with 1008', async (_what, text) => {
  const socket = await bench.screen();
  socket.sendText(text);
  expect(await socket.closed()).toBe(1008);
  expect(bench.calls).toEqual([]);
});

test('a message over 64 KB ends the connection with 1009', async () => {
  const socket = await bench.screen();
  socket.sendText(JSON.stringify({ t: 'call', id: 1, name: 'kill', input: { scope: 'own', reason: 'x'.repeat(70_000) } }));
  expect(await socket.closed()).toBe(1009);
  expect(bench.calls).toEqual([]);
});

test('a polluting or endlessly deep input is refused in words', async () => {
  const socket = await bench.screen();
  socket.sendText('{"t":"call","id":1,"name":"engine.start","input":{"__proto__":{"polluted":1}}}');
  socket.sendText(`{"t":"call","id":2,"name":"engine.start","input":${'['.repeat(10_000)}${']'.repeat(10_000)}}`);
  const replies = await socket.until((all) => (all.length >= 3 ? all : undefined));
  expect(replies.slice(1)).toEqual([
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
  const flooder = await bench.screen();
  const operator = await bench.screen();
  for (let i = 0; i < 5_000; i += 1) flooder.send({ t: 'call', id: i, name: 'kill.preview', input: {} });
  expect(await operator.call(1, 'kill', { scope: 'own', reason: 'now' })).toMatchObject({ ok: true });
  expect(await flooder.closed()).toBe(1008);
  expect(bench.calls.filter((call) => call.name === 'kill.preview').length).toBeLessThanOrEqual(150);
});

test('a screen that does not read keeps two frames waiting, not thousands', async () => {
  const socket = await bench.screen();
  socket.send({ t: 'subscribe', topics: ['quotes'] });
  await socket.call(1, 'engine.pause', {});
  socket.socket.pause();
  for (let i = 0; i < 1_000; i += 1) {
    bench.publisher.table('quotes').set(1, { conId: 1, bid: i } as unknown as QuoteRow);
    bench.publisher.flush(i * 100, i);
  }
  expect(bench.publisher.stats()).toMatchObject({ subscribers: 1, frames: 2, conflated: 998 });
  socket.socket.resume();
  await socket.call(2, 'stream.ack', { number: 2 });
  bench.publisher.flush(200_000, 1_000);
  const last = await socket.until((all) => all.filter((message) => message['t'] === 'frame')[2]);
  expect(last).toMatchObject({ frame: { number: 3, updates: [{ kind: 'table', rows: [[1, 999]] }] } });
});

test('a screen that asks much and reads nothing is cut off', async () => {
  await bench.close();
  bench = await ControlBench.open(300_000);
  const socket = await bench.screen();
  socket.socket.pause();
  const contract = { conId: 1, symbol: 'IBM', secType: 'STK', exchange: 'SMART', currency: 'USD', multiplier: 1 };
  for (let i = 0; i < 100; i += 1) socket.send({ t: 'call', id: i, name: 'chart.bars', input: { contract, count: 1 } });
  const other = await bench.screen();
  for (let i = 0; !bench.logged.some((line) => line.includes('1013')); i += 1) await other.call(i, 'kill', { scope: 'own', reason: '' });
  expect(bench.logged.filter((line) => line.includes('cut off'))).toEqual([
    'a browser console was cut off {"id":"browser-1","code":1013,"reason":"too slow"}',
  ]);
  socket.socket.destroy();
});

test('a request whose head never ends is answered 408 at the deadline, with the policy, and ended', async () => {
  const [socket] = await bench.hanging(1);
  // The server has seen it when it answers a later one.
  await get(bench.port, '/');
  bench.clock.advance(STRANGER_MS - 1);
  expect(socket!.destroyed).toBe(false);
  bench.clock.advance(1);
  const [answer] = (await once(socket!, 'data')) as [Buffer];
  expect(answer.toString('latin1')).toMatch(/^HTTP\/1.1 408 /);
  expect(answer.toString('latin1')).toContain('content-security-policy: ');
  await once(socket!, 'close');
});

test('the operator gets in while 200 sockets without a session hang', async () => {
  const inside = await bench.screen();
  const sockets = await bench.hanging(200);
  expect(await inside.call(1, 'kill', { scope: 'own', reason: 'inside before the crowd' })).toMatchObject({ ok: true });
  const socket = await bench.screen();
  expect(await socket.call(1, 'kill', { scope: 'own', reason: 'through the crowd' })).toMatchObject({ ok: true });
  expect((await get(bench.port, '/assets/app.js')).status).toBe(200);
  for (const other of sockets) other.destroy();
});

test('strangers have a small room: who has waited longest in it is put out', async () => {
  const [first, ...sockets] = await bench.hanging(MAX_STRANGERS);
  await get(bench.port, '/');
  if (!first!.destroyed) await once(first!, 'close');
  expect(sockets.filter((socket) => socket.destroyed)).toEqual([]);
  for (const socket of sockets) socket.destroy();
});

test('who is known is not slowed by the requests of strangers', async () => {
  const path = `/?token=${tokenOf(bench.control.issueUrl())}`;
  let refused = 0;
  for (let i = 0; i < 420; i += 1) if ((await get(bench.port, '/nothing')).status === 429) refused += 1;
  expect(refused).toBeGreaterThan(0);
  expect((await get(bench.port, path)).status).toBe(200);
});

test('a taken port is said in words', async () => {
  const assets = loadConsoleAssets(bench.folder);
  if (!assets.ok) throw new Error(assets.error);
  const nothing = () => undefined;
  const second = await startControl({
    door: {} as DeskDoor,
    assets: assets.value,
    port: bench.port,
    log: { info: nothing, warn: nothing, error: nothing },
    clock: bench.clock,
    sessions: bench.sessions,
    say: nothing,
  });
  expect(second).toEqual({
    ok: false,
    error: `Port ${bench.port} on this machine is taken by another program. Choose another: --http-port N, or 0 for any.`,
  });
});

test('a console that was not built is said in words', () => {
  expect(loadConsoleAssets(join(bench.folder, 'none'))).toMatchObject({
    ok: false,
    error: expect.stringContaining('npm run build') as unknown,
  });
  expect(loadConsoleAssets(join(bench.folder, 'assets'))).toMatchObject({
    ok: false,
    error: expect.stringContaining('there is no index.html') as unknown,
  });
});

test('closing ends open consoles with 1001', async () => {
  const socket = await bench.screen();
  const [code] = await Promise.all([socket.closed(), bench.control.close()]);
  expect(code).toBe(1001);
  bench = await ControlBench.open();
});

test('tokens never reach the log', async () => {
  await bench.session();
  await get(bench.port, '/?token=guessguessguessguess');
  expect(bench.logged.join('\n')).not.toMatch(/[A-Za-z0-9_-]{40}|guess/);
});
