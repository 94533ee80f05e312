import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Crowd, MAX_STRANGERS, STRANGER_MS } from '#control/crowd';
import { judge } from '#control/gate';
import { GONE_MS, LastScreen } from '#control/last-screen';
import { withSession } from '#control/page';
import { invitationOf, sessionOf } from '#control/token-of';
import { readMessage } from '#control/wire-message';
import { FakeClock } from '../../support/fake-clock.ts';

const request = (url: string | undefined, protocol?: string): IncomingMessage =>
  ({ url, headers: { 'sec-websocket-protocol': protocol } }) as unknown as IncomingMessage;

test.each([
  ['/?token=abc', 'abc'],
  ['/?x=1&token=abc', 'abc'],
  ['/?token=', ''],
  ['/?token=abc&token=abc', null],
  ['/', null],
  ['/?x=1', null],
  ['/stream?token=abc', null],
  ['?token=abc', null],
  ['token=abc', null],
  [undefined, null],
])('the address %j carries the token %j', (url, token) => {
  expect(invitationOf(request(url))).toBe(token);
});

test.each([
  [undefined, null],
  ['desk', null],
  ['desk.', null],
  ['desk.abc', 'abc'],
  ['desk, desk.abc', 'abc'],
  ['desk., desk.abc', 'abc'],
  ['other.abc', null],
])('a handshake that offers %j is of the session %j', (protocol, session) => {
  expect(sessionOf(request('/stream', protocol))).toBe(session);
});

test.each([
  ['{"t":"call","id":1,"name":"kill","input":{}}', { t: 'call', id: 1, name: 'kill', input: {} }],
  ['{"t":"call","id":1.5,"name":"kill"}', null],
  ['{"t":"call","name":"kill"}', null],
  ['{"t":"subscribe","topics":["quotes"]}', { t: 'subscribe', topics: ['quotes'] }],
  ['{"t":"unsubscribe"}', { t: 'unsubscribe' }],
  ['{"t":"other"}', null],
  ['[{"t":"unsubscribe"}]', null],
  ['null', null],
  ['"call"', null],
  ['{', null],
])('the words %s of a screen are %j', (text, message) => {
  expect(readMessage(text)).toEqual(message);
});

test('the page carries its session where its head begins, once', () => {
  expect(withSession('<html><head lang="en"><title>x</title></head></html>', 'abc')).toBe(
    '<html><head lang="en"><meta name="desk-session" content="abc"><title>x</title></head></html>',
  );
});

/** What is asked for, as the gate sees it. */
function status(headers: Readonly<Record<string, string>>, more: object = {}): number {
  const own = { host: '127.0.0.1:4000', ...headers };
  return judge({ method: 'GET', url: '/', headers: own, hosts: 1, upgrade: false, ...more }, new Set(['127.0.0.1:4000']))?.status ?? 200;
}

test('a request without a body passes, one with a body of any kind does not', () => {
  expect([status({}), status({ 'content-length': '0' }), status({ 'content-length': '1' })]).toEqual([200, 200, 400]);
  expect([
    status({ 'content-length': '65536' }),
    status({ 'content-length': '65537' }),
    status({ 'transfer-encoding': 'chunked' }),
  ]).toEqual([400, 413, 400]);
  expect([status({}, { hosts: 2 }), status({}, { method: 'HEAD' }), status({}, { method: 'POST' }), status({}, { upgrade: true })]).toEqual(
    [400, 200, 405, 403],
  );
});

test('only a whole window with a token may be handed over by another site', () => {
  const window = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  const url = '/?token=abc';
  expect(status(window, { url })).toBe(200);
  expect([status(window), status(window, { url, method: 'HEAD' }), status({ ...window, 'sec-fetch-mode': 'cors' }, { url })]).toEqual([
    403, 403, 403,
  ]);
  expect(status({ ...window, 'sec-fetch-dest': 'iframe' }, { url })).toBe(403);
  expect(status({ ...window, origin: 'http://127.0.0.1:4000' }, { url, upgrade: true })).toBe(403);
  expect(['none', 'same-origin', 'same-site'].map((site) => status({ 'sec-fetch-site': site }))).toEqual([200, 200, 403]);
});

function lastScreen() {
  const clock = new FakeClock();
  const said: number[] = [];
  return { clock, said, screens: new LastScreen(clock, () => said.push(clock.monotonic())) };
}

test('the last screen is missed after five seconds, not while another is open, and not when it comes back', () => {
  const { clock, said, screens } = lastScreen();
  screens.opened();
  screens.opened();
  screens.closed();
  clock.advance(10 * GONE_MS);
  expect(said).toEqual([]);
  screens.closed();
  clock.advance(GONE_MS - 1);
  screens.opened();
  clock.advance(10 * GONE_MS);
  expect(said).toEqual([]);
  screens.closed();
  clock.advance(GONE_MS);
  expect(said.length).toBe(1);
});

test('a desk that stops misses nobody', () => {
  const { clock, said, screens } = lastScreen();
  screens.opened();
  screens.closed();
  screens.stop();
  screens.opened();
  screens.closed();
  clock.advance(10 * GONE_MS);
  expect(said).toEqual([]);
});

class FakeSocket extends EventEmitter {
  destroyed = false;
  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

function crowd() {
  const clock = new FakeClock();
  const late: Socket[] = [];
  const made = new Crowd(clock, (socket) => late.push(socket));
  const as = (socket: FakeSocket | undefined): Socket => socket as unknown as Socket;
  const enter = (): FakeSocket => {
    const socket = new FakeSocket();
    made.enter(as(socket));
    return socket;
  };
  return { clock, late, made, enter, as };
}

test('a stranger that asks nothing in five seconds is too late; who has asked, is known or has left is not', () => {
  const { clock, late, made, enter, as } = crowd();
  const [silent, asked, known, left] = [enter(), enter(), enter(), enter()];
  made.asked(as(asked));
  made.know(as(known));
  left.destroy();
  expect(made.strangers).toBe(2);
  clock.advance(STRANGER_MS - 1);
  expect(late).toEqual([]);
  clock.advance(1);
  expect([late.length, late[0] === as(silent)]).toEqual([1, true]);
});

test('the room holds sixteen strangers: the one that waits longest without a word makes place, and the first when all have asked', () => {
  const { made, enter, as } = crowd();
  const sockets = Array.from({ length: MAX_STRANGERS }, () => enter());
  made.asked(as(sockets[0]));
  enter();
  expect(sockets.map(({ destroyed }) => destroyed).indexOf(true)).toBe(1);
  expect(made.strangers).toBe(MAX_STRANGERS);
});

test('sixty-four sockets may be known, each counts once, and one that closes makes place', () => {
  const { made, enter, as } = crowd();
  const sockets = Array.from({ length: 64 }, () => {
    const socket = enter();
    expect([made.know(as(socket)), made.know(as(socket))]).toEqual([true, true]);
    return socket;
  });
  const next = enter();
  expect([made.know(as(next)), made.strangers]).toEqual([false, 1]);
  sockets[5]?.destroy();
  expect([made.know(as(next)), made.strangers]).toEqual([true, 0]);
});
