import { expect, test } from 'vitest';
import { approve, IBM, intent } from '../support/tws/approved.ts';
import type { FakeClock } from '../support/fake-clock.ts';
import type { TwsDesk } from '../support/tws/desk.ts';
import type { FakeGateway } from '../support/tws/fake-gateway.ts';
import { settledLine } from '../support/tws/gateway-line.ts';

/** P-17: a laptop that slept, a process that was stopped, a turn that took seconds. */

const DATA = 1;
let gateway: FakeGateway;
let desk: TwsDesk;
let clock: FakeClock;

async function watching(): Promise<number> {
  ({ gateway, desk, clock } = await settledLine());
  desk.adapter.market.subscribe(IBM);
  await gateway.until(() => gateway.client(DATA).of('1').length > 0);
  return Number(gateway.client(DATA).of('1')[0]![2]);
}

function isDead(): boolean {
  return desk.link.connections.every(({ socket }) => socket === 'down');
}

test.each([
  ['stopped', () => clock.stall(3_000)],
  ['asleep, and its monotonic clock with it', () => clock.sleep(600_000)],
])('whoever was %s takes every socket for dead at the first byte, and hears nothing of what lay in them', async (_how, away) => {
  const request = await watching();
  gateway.client(DATA).send(1, 6, request, 4, 180.01, 100, 0);
  await desk.until(() => desk.sink.ticks().length === 1);
  away();
  gateway.client(DATA).send(1, 6, request, 4, 250.01, 100, 0);
  await desk.until(isDead);
  expect(desk.sink.ticks()).toHaveLength(1);
  expect(desk.link).toMatchObject({ ready: false, problem: { code: 'stood-still' } });
  expect(desk.link.problem?.text).toMatch(
    /^This program stood still for (3|600) s: .* the connection is built anew and the book compared\.$/,
  );
  clock.advance(2_000);
  await desk.until(() => desk.link.ready);
  expect(gateway.clients(DATA)).toHaveLength(2);
  await gateway.until(() => gateway.client(DATA).of('1').length === 1);
  expect(desk.sink.ticks()).toHaveLength(1);
});

test('without a byte it is noticed by the next pulse', async () => {
  await watching();
  clock.stall(2_000);
  expect(desk.link.ready).toBe(true);
  clock.advance(0);
  expect(isDead()).toBe(true);
});

test('an order that is the first to look is refused, and nothing leaves, not even later', async () => {
  await watching();
  clock.stall(2_500);
  const outcome = desk.adapter.broker.place(approve(intent()));
  expect(outcome).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/^This program stood still for 3 s/) as string });
  clock.advance(2_000);
  await desk.until(() => desk.link.ready);
  expect(gateway.placed).toEqual([]);
});

test('a turn that takes less than quotes may be old changes nothing', async () => {
  const request = await watching();
  clock.stall(1_400);
  clock.sleep(90);
  gateway.client(DATA).send(1, 6, request, 4, 180.01, 100, 0);
  await desk.until(() => desk.sink.ticks().length === 1);
  clock.advance(0);
  expect(desk.link).toMatchObject({ ready: true, connections: [{ epoch: 1 }, { epoch: 1 }, { epoch: 1 }] });
});

test('what lay in the sockets meanwhile is not written down as heard: nobody acted on it', async () => {
  await watching();
  const before = desk.orderFrames.length;
  clock.stall(3_000);
  gateway.client(2).send(3, 7, 'Filled', '100', '0', '180.0', 707, 0, '180.0', 2, '', '0.0');
  await desk.until(isDead);
  await new Promise<void>((done) => setImmediate(done));
  expect([desk.orderFrames.length - before, desk.of('order-status')]).toEqual([0, []]);
});
