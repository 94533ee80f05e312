import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '#protocol/settings';
import { Crowd, MAX_STRANGERS } from '#control/crowd';
import { IDLE_MS, INVITATION_MS, LIFE_MS } from '#control/sessions';
import { ControlBench, tokenOf } from './control-bench.ts';
import { get, rawHttp } from './control-raw-client.ts';

let bench: ControlBench;

beforeEach(async () => {
  bench = await ControlBench.open();
});

afterEach(() => bench.close());

/** Names that begin or end like ours and are not ours. */
const alike = (name: string): readonly string[] => [
  `${name}0`,
  `${name}.example.org`,
  `${name}@example.org`,
  `x${name}`,
  name.slice(0, -1),
  name.toUpperCase(),
];

test('a Host or an Origin that only begins or ends like ours is somebody else’s', async () => {
  const path = `/?token=${tokenOf(bench.control.url)}`;
  for (const host of alike(`localhost:${bench.port}`)) expect([host, (await get(bench.port, path, { host })).status]).toEqual([host, 421]);
  for (const name of alike(`localhost:${bench.port}`)) {
    const origin = `http://${name}`;
    expect([origin, (await get(bench.port, path, { origin })).status]).toEqual([origin, 403]);
  }
  expect((await get(bench.port, path, { host: `localhost:${bench.port}` })).status).toBe(200);
});

/** Tokens that differ from this one in a single letter, in the case of one, or in their length. */
function mistyped(token: string): readonly string[] {
  const at = [0, 15, 16, token.length - 2].map((index) => {
    const letter = token.charAt(index);
    return token.slice(0, index) + (letter === 'A' ? 'B' : 'A') + token.slice(index + 1);
  });
  const swapped = token.replace(/[a-z]/, (letter) => letter.toUpperCase());
  return [...at, swapped, token.slice(0, -1), `${token}A`];
}

test('a token is itself to the last letter: neither an address nor a session opens with one that is nearly it', async () => {
  const session = await bench.session();
  for (const wrong of mistyped(session)) {
    const socket = await bench.connect(wrong);
    expect([wrong, await socket.closed()]).toEqual([wrong, 4401]);
  }
  const invitation = tokenOf(bench.control.issueUrl());
  for (const wrong of mistyped(invitation).slice(0, 3)) expect((await get(bench.port, `/?token=${wrong}`)).status).toBe(401);
  expect((await get(bench.port, `/?token=${invitation}`)).status).toBe(200);
});

test('a session ends after its life though somebody speaks through it all the time', () => {
  const { session } = bench.sessions.accept(tokenOf(bench.control.issueUrl()))!;
  for (let gone = 0; gone < LIFE_MS; gone += IDLE_MS / 2) {
    expect(bench.sessions.list()).toHaveLength(1);
    bench.clock.advance(IDLE_MS / 2);
    bench.sessions.saw(session);
  }
  expect(bench.sessions.list()).toEqual([]);
});

test('an address that nobody opened within a quarter of an hour opens nothing', async () => {
  const path = `/?token=${tokenOf(bench.control.url)}`;
  bench.clock.advance(INVITATION_MS);
  expect(INVITATION_MS).toBe(15 * 60_000);
  expect((await get(bench.port, path)).status).toBe(401);
});

test('a ninth session takes the place of one that nobody looks at, not of the operator’s own', async () => {
  const operator = await bench.screen();
  for (let other = 0; other < 8; other += 1) await bench.session('read');
  expect(bench.sessions.list().map(({ id, screens }) => [id, screens])[0]).toEqual([1, 1]);
  expect(operator.closeCode).toBeNull();
});

test('the console is served to this machine’s own address and to no other of its networks', async () => {
  const socket = connect(bench.port, '127.0.0.2');
  const outcome = await Promise.race([once(socket, 'connect').then(() => 'connected'), once(socket, 'error').then(() => 'refused')]).catch(
    () => 'refused',
  );
  socket.destroy();
  expect(outcome).toBe('refused');
});

test.each(['/stream2', '/stream/', '/stream?x', '/streams/stream'])('a handshake at %s is no handshake with the stream', async (path) => {
  const host = `127.0.0.1:${bench.port}`;
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    `Origin: http://${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    `Sec-WebSocket-Protocol: desk.${await bench.session()}`,
  ];
  const answer = await rawHttp(bench.port, `${lines.join('\r\n')}\r\n\r\n`);
  expect([answer.status, answer.headers.get('x-content-type-options')]).toEqual([404, 'nosniff']);
  expect(bench.screens()).toBe(0);
});

test('who only looks on does not keep the alarm away when the last console that may act is closed', async () => {
  bench.armed = true;
  await bench.screen('read');
  const operator = await bench.screen('operate');
  await bench.gone(operator);
  bench.clock.advance(60_000);
  expect(bench.alarms).toEqual([expect.stringContaining('The last console was closed while the desk is armed')]);
});

test('what a session may do is what its invitation said, over the stream as well', async () => {
  for (const [scope, code] of [
    ['read', 'out-of-scope'],
    ['kill', 'out-of-scope'],
    ['operate', undefined],
  ] as const) {
    const screen = await bench.screen(scope);
    const reply = (await screen.call(1, 'engine.pause', {})) as { readonly error?: { readonly code: string } };
    expect([scope, reply.error?.code]).toEqual([scope, code]);
  }
});

test('a browser undoes no kill and loosens no limit alone, whatever its session may do: a person at the desk is asked', async () => {
  const screen = await bench.screen('operate');
  const calls = [
    ['engine.rearm.confirm', { phrase: 'ABCD' }],
    ['settings.update', { patch: { limits: { maxOrderShares: DEFAULT_SETTINGS.limits.maxOrderShares + 1 } } }],
  ] as const;
  for (const [index, [name, input]] of calls.entries())
    expect(await screen.call(index, name, input)).toMatchObject({ ok: false, error: { code: 'confirm-at-terminal' } });
  expect(bench.calls).toEqual([]);
  expect(bench.asked).toEqual(['re-arm after the kill', 'loosen maxOrderShares from 1000 to 1001']);
});

test('of a full room of strangers the one goes that has waited longest without asking; who is being answered stays', () => {
  const crowd = new Crowd(bench.clock, () => undefined);
  const put: string[] = [];
  const stranger = (name: string): Socket => Object.assign(new EventEmitter(), { destroy: () => put.push(name) }) as unknown as Socket;
  const operator = stranger('operator');
  crowd.enter(operator);
  crowd.asked(operator);
  for (let other = 1; other < MAX_STRANGERS; other += 1) crowd.enter(stranger(`stranger ${other}`));
  crowd.enter(stranger('late'));
  expect(put).toEqual(['stranger 1']);
});
