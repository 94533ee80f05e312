import { afterEach, beforeEach, expect, test } from 'vitest';
import { GONE_MS } from '#control/last-screen';
import { IDLE_MS, INVITATION_MS, LIFE_MS } from '#control/sessions';
import { ControlBench, tokenOf } from './control-bench.ts';
import { get, RawSocket } from './control-raw-client.ts';

let bench: ControlBench;

beforeEach(async () => {
  bench = await ControlBench.open();
});

afterEach(() => bench.close());

test('two consoles are open at the same time, and a third that may only look', async () => {
  const [one, two] = [await bench.screen(), await bench.screen()];
  const looking = await bench.screen('read');
  expect(await one.call(1, 'engine.pause', {})).toMatchObject({ ok: true });
  expect(await two.call(1, 'engine.pause', {})).toMatchObject({ ok: true });
  expect(await looking.call(1, 'kill.preview', {})).toMatchObject({ ok: true });
  expect(await looking.call(2, 'engine.pause', {})).toMatchObject({ ok: false, error: { code: 'out-of-scope' } });
  expect(await looking.call(3, 'kill', { scope: 'own', reason: '' })).toMatchObject({ ok: false, error: { code: 'out-of-scope' } });
  expect(bench.calls.map(({ name, by }) => [name, by])).toEqual([
    ['engine.pause', 'browser console 1'],
    ['engine.pause', 'browser console 2'],
    ['kill.preview', 'browser console 3'],
  ]);
  expect(looking.messages[0]).toEqual({ t: 'session', session: { id: 3, scope: 'read' } });
  expect(bench.sessions.list().map(({ id, scope, screens }) => [id, scope, screens])).toEqual([
    [1, 'operate', 1],
    [2, 'operate', 1],
    [3, 'read', 1],
  ]);
});

test('a kill-only console may kill and nothing else', async () => {
  const socket = await bench.screen('kill');
  expect(await socket.call(1, 'engine.start', {})).toMatchObject({ ok: false, error: { code: 'out-of-scope' } });
  expect(await socket.call(2, 'kill', { scope: 'own', reason: 'deck' })).toMatchObject({ ok: true });
  expect(bench.calls.map(({ name }) => name)).toEqual(['kill']);
});

test('a revoked session is cut off at once, and told so when it comes again', async () => {
  const token = await bench.session();
  const socket = (await RawSocket.open(bench.port, `desk.${token}`)) as RawSocket;
  await socket.call(1, 'engine.pause', {});
  expect([bench.sessions.revoke(1), bench.sessions.revoke(1)]).toEqual([true, false]);
  socket.send({ t: 'call', id: 2, name: 'engine.start', input: {} });
  expect(await socket.closed()).toBe(4403);
  expect(bench.calls.map(({ name }) => name)).toEqual(['engine.pause']);
  expect(await ((await RawSocket.open(bench.port, `desk.${token}`)) as RawSocket).closed()).toBe(4403);
});

test('a session ends when nobody has had a screen of it open for a while, and not before', async () => {
  const token = await bench.session();
  const socket = (await RawSocket.open(bench.port, `desk.${token}`)) as RawSocket;
  await socket.call(1, 'engine.pause', {});
  bench.clock.advance(IDLE_MS * 3);
  expect(await socket.call(2, 'engine.pause', {})).toMatchObject({ ok: true });
  await bench.gone(socket);
  bench.clock.advance(IDLE_MS - 1);
  const again = (await RawSocket.open(bench.port, `desk.${token}`)) as RawSocket;
  expect(await again.call(1, 'engine.pause', {})).toMatchObject({ ok: true });
  await bench.gone(again);
  bench.clock.advance(IDLE_MS);
  expect(await ((await RawSocket.open(bench.port, `desk.${token}`)) as RawSocket).closed()).toBe(4402);
});

test('a session ends after its life, an open screen with it', async () => {
  const socket = await bench.screen();
  await socket.call(1, 'engine.pause', {});
  bench.clock.advance(LIFE_MS);
  expect(await socket.closed()).toBe(4402);
  expect(bench.sessions.list()).toEqual([]);
});

test('an address that nobody opened is no address any more', async () => {
  const path = `/?token=${tokenOf(bench.control.issueUrl())}`;
  bench.clock.advance(INVITATION_MS);
  expect((await get(bench.port, path)).status).toBe(401);
});

test('the last console that closes prints a fresh address, with an alarm while armed', async () => {
  const [one, two] = [await bench.screen(), await bench.screen()];
  const looking = await bench.screen('read');
  await looking.call(1, 'kill.preview', {});
  bench.armed = true;
  bench.said.length = 0;
  await bench.gone(one);
  bench.clock.advance(GONE_MS);
  expect([bench.said, bench.alarms]).toEqual([[], []]);
  // A page that is loaded anew comes back within the time.
  await bench.gone(two);
  bench.clock.advance(GONE_MS - 1);
  const again = await bench.screen();
  await again.call(1, 'engine.pause', {});
  bench.clock.advance(GONE_MS);
  expect(bench.alarms).toEqual([]);
  bench.said.length = 0;
  await bench.gone(again);
  bench.clock.advance(GONE_MS);
  expect(bench.alarms).toEqual(['The last console was closed while the desk is armed; it goes on. A fresh address is in the terminal.']);
  expect(bench.said[0]).toBe('ALARM: the last console was closed while the desk is ARMED; the desk goes on.');
  expect((await get(bench.port, `/?token=${tokenOf(bench.said[1]!.replace('Console, opens once: ', ''))}`)).status).toBe(200);
});

test('the last console that closes on a disarmed desk prints an address and raises no alarm', async () => {
  const socket = await bench.screen();
  await socket.call(1, 'engine.pause', {});
  bench.said.length = 0;
  await bench.gone(socket);
  bench.clock.advance(GONE_MS);
  expect([bench.said.length, bench.said[0], bench.alarms]).toEqual([2, 'The last console was closed; the desk goes on.', []]);
});
