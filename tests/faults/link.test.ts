import { expect, test } from 'vitest';
import { engineState } from '#core/state/desk-state';
import { resumeDesk } from '#core/engine/operator-commands';
import type { ClientId } from '#domain/ids';
import { units } from '#domain/quantity';
import type { Simulator } from '#simulator/simulator';
import { Notices } from '#tws/notice/notices';
import { CoreDesk } from '../support/core/desk.ts';
import { FakeClock } from '../support/fake-clock.ts';
import type { LiveDesk } from '../support/core/live-desk.ts';
import { simulatedDesk } from '../support/simulator/simulated-desk.ts';
import { action, price } from '../support/core/trigger-fixtures.ts';
import { approve, freshRef, intent, leg } from '../support/tws/approved.ts';
import { errorMessage, orderStatus } from '../support/tws/messages.ts';
import { deskAt, listening, settledLine } from '../support/tws/gateway-line.ts';
import { tell } from '../support/core/told.ts';
import { trustedPrice } from '#domain/price';

/** The whole desk on the simulator with a watcher far from the market. */
async function watching(): Promise<{ simulator: Simulator; live: LiveDesk }> {
  const { simulator, live } = await simulatedDesk();
  const contract = await live.contract(simulator.symbols[0]!);
  live.arm({
    name: 'far',
    condition: price(contract, 'last', 'crosses-above', 100_000),
    action: action(contract),
    rthOnly: false,
  });
  await live.until('the desk watches', () => engineState(live.core.deskState) === 'SIGNAL_WAIT');
  return { simulator, live };
}

test('N-02: a peer that says nothing is given up after ten seconds and tried again until it speaks', async () => {
  const clock = new FakeClock();
  const gateway = await listening({ silent: true });
  const desk = deskAt(gateway.port, clock);
  desk.adapter.start();
  await gateway.until(() => gateway.peers.length === 3);
  await desk.until(() => desk.link.connections.every(({ socket }) => socket === 'handshaking'));
  clock.advance(10_000);
  expect(desk.link.problem?.code).toBe('no-handshake');
  gateway.manners.silent = false;
  clock.advance(2_000);
  await desk.until(() => desk.link.ready);
  expect(gateway.peers).toHaveLength(6);
});

test('N-04: a connection that ends in order pauses the desk within a second, is rebuilt, and the book is compared', async () => {
  const { simulator, live } = await watching();
  const epoch = live.core.deskState.link.epoch;
  const began = live.clock.monotonic();
  simulator.faults.end(2);
  await live.until('paused', () => engineState(live.core.deskState) === 'PAUSED');
  expect(live.clock.monotonic() - began).toBeLessThan(1_000);
  await live.until('compared again', () => live.core.deskState.link.ready && live.core.deskState.reconciliation.done());
  expect(live.core.deskState.link.epoch).toBeGreaterThan(epoch);
  expect(engineState(live.core.deskState)).toBe('PAUSED');
  expect(resumeDesk(live.core.deskState, 'the test').ok).toBe(true);
});

test('N-05: a reset with an order on the way makes it UNKNOWN; the next connection finds it and nothing is sent twice', async () => {
  const { simulator, live } = await watching();
  const { deskState } = live.core;
  const contract = await live.contract(simulator.symbols[0]!);
  void simulator.market.step(300);
  await live.until('there is a quote', () => deskState.board.quote(contract.conId)?.ask !== undefined);
  const { ask } = deskState.board.quote(contract.conId)!;
  simulator.faults.mute(2);
  const id = live.arm({
    name: 'now',
    condition: price(contract, 'last', 'at-or-above', 0.01),
    action: action(contract, {
      entry: { type: 'LMT', limitOffset: trustedPrice(-Math.round(ask! / 50 / 10_000) * 10_000) },
      quantity: units(1),
    }),
    rthOnly: false,
  });
  void simulator.market.step(300);
  await live.until('the order left', () =>
    [...live.stores.orders.values()].some(({ triggerId, state }) => triggerId === id && state === 'SUBMITTED'),
  );
  await live.until('it arrived', () => simulator.ledger.inbound.some(({ messageId }) => messageId === 3));
  simulator.faults.rst(2);
  const mine = () => [...live.stores.orders.values()].filter(({ triggerId }) => triggerId === id);
  await live.until('it is UNKNOWN', () => mine().some(({ state }) => state === 'UNKNOWN'));
  await live.until('it is found', () => deskState.reconciliation.done() && mine().every(({ state }) => state === 'ACCEPTED'));
  expect(mine()).toHaveLength(1);
  expect(simulator.ledger.inbound.filter(({ messageId }) => messageId === 3)).toHaveLength(1);
});

test('N-08: what a peer says on a connection that was given up is heard by nobody', async () => {
  const { gateway, desk, clock } = await settledLine();
  gateway.manners.answersTime = false;
  const old = gateway.client(2);
  clock.advance(10_000);
  await gateway.until(() => old.of('49').length === 2);
  clock.advance(9_500);
  expect(desk.link.connections.map(({ socket }) => socket)).toEqual(['down', 'down', 'down']);
  gateway.manners.answersTime = true;
  old.send(...orderStatus(7, 'Filled', { filled: '100', remaining: '0' }));
  clock.advance(2_000);
  await desk.until(() => desk.link.ready);
  await desk.pass(clock, 60_000);
  old.send(...orderStatus(7, 'Filled', { filled: '100', remaining: '0' }));
  gateway.client(2).send(...orderStatus(8, 'Submitted'));
  await desk.first('order-status');
  expect(desk.of('order-status').map(({ status }) => status.orderId)).toEqual([8]);
});

test(
  'N-19: a hundred lost connections leave no timer, no order that was not asked for, and one connection per client id',
  { timeout: 120_000 },
  async () => {
    const { gateway, desk, clock } = await settledLine();
    const timers = clock.pending;
    for (let i = 0; i < 100; i += 1) {
      gateway.client(2).socket.destroy();
      await desk.until(() => desk.link.connections[2]?.socket !== 'up');
      expect(desk.adapter.broker.place(approve(intent())).kind).toBe('refused');
      while (!desk.link.ready) await desk.pass(clock, 2_000);
      await desk.until(() => desk.link.connections.every(({ roundTripMs }) => roundTripMs !== undefined));
    }
    clock.advance(1_000);
    const marker = freshRef();
    desk.adapter.broker.place(approve(intent({ legs: [leg({ ref: marker })] })));
    await gateway.until(() => gateway.placed.length > 0);
    // A listener of an earlier connection would tell this status more than once.
    gateway.client(2).send(...orderStatus(8, 'Submitted'));
    await desk.first('order-status');
    gateway.client(2).send(...orderStatus(9, 'Submitted'));
    await desk.first('order-status', ({ status }) => status.orderId === 9);
    expect({
      placed: gateway.placed.map((fields) => fields[26]),
      heard: desk.of('order-status').map(({ status }) => status.orderId),
      timers: clock.pending - timers,
      open: gateway.peers.filter(({ socket }) => !socket.destroyed).length,
    }).toEqual({ placed: [marker], heard: [8, 9], timers: 0, open: 3 });
  },
);

test('N-28: a storm of 502 and 504 is told once each, however long it lasts', () => {
  const notices = new Notices(() => false);
  let told = 0;
  for (let at = 0; at < 600_000; at += 50)
    for (const code of [502, 504])
      if (notices.classify({ clientId: ((at / 50) % 3) as ClientId, id: -1, code, text: 'no connection' }, at) !== undefined) told += 1;
  expect(told).toBe(2);
});

test('N-29: a nightly reset, with positions that come late: nothing leaves and nothing fires until the last end is in', () => {
  const night = new CoreDesk();
  const { entry } = night.fired();
  night.openOrder(entry);
  const other = night.arm(night.spec(190, { name: 'B' }));
  night.upstream('down');
  night.disconnect();
  night.wait(120_000);
  night.connect();
  night.pnl();
  resumeDesk(night.deskState, 'the test');
  for (const part of ['open-orders', 'completed-orders', 'executions'] as const) {
    if (part === 'open-orders') night.openOrder(entry);
    night.end(part);
  }
  for (const last of [189.9, 189.91, 190.1, 189.9, 190.2]) night.quote(last);
  expect([night.deskState.reconciliation.done(), night.broker.frames.length]).toEqual([false, 1]);
  night.end('positions');
  expect([night.deskState.reconciliation.done(), night.trigger(other).life]).toEqual([true, 'armed']);
  night.quote(189.9);
  night.quote(189.91);
  night.quote(190.1);
  expect(night.broker.frames).toHaveLength(2);
});

test('N-36: error 100 and then the end of the connection: the rate halves, the operator hears it, every waiting order is reported', async () => {
  const { gateway, desk } = await settledLine();
  gateway.client(2).send(...errorMessage(-1, 100, 'Max rate of messages per second has been exceeded.'));
  await desk.first('notice');
  expect(desk.link.messageLimit).toBe(20);
  const refs = Array.from({ length: 30 }, () => freshRef());
  const outcomes = refs.map((ref) => desk.adapter.broker.place(approve(intent({ legs: [leg({ ref })] }))));
  const waiting = refs.filter((_, at) => outcomes[at]?.kind === 'queued');
  expect(waiting.length).toBeGreaterThan(0);
  gateway.client(2).socket.destroy();
  await desk.until(() => desk.of('order-not-sent').length === waiting.length);
  expect(desk.of('order-not-sent').flatMap((news) => news.refs)).toEqual(waiting);
});

test('N-36: the operator is alarmed by error 100, and no order moves', () => {
  const rated = new CoreDesk();
  const { entry } = rated.fired();
  for (const orderId of [100, -1]) tell(rated, 100, 'Max rate of messages per second has been exceeded.', { orderId });
  expect(rated.alarms().filter((text) => text.includes('Max rate of messages'))).toHaveLength(1);
  expect(rated.order(entry).state).toBe('SUBMITTED');
});

test('O-08: a commission and a profit that IB left unset are unknown, not numbers', async () => {
  const { gateway, desk } = await settledLine();
  const unset = '1.7976931348623157E308';
  gateway.client(2).send(59, 1, 'e.1.01', unset, 'USD', unset, '', '');
  gateway.client(2).send(59, 1, 'e.2.01', '1.05', 'USD', unset, '', '');
  await desk.first('commission', ({ execId }) => execId === 'e.2.01');
  expect(desk.of('commission').map(({ execId, commission, realizedPnl }) => [execId, commission, realizedPnl])).toEqual([
    ['e.1.01', undefined, undefined],
    ['e.2.01', 1_050_000, undefined],
  ]);
});
