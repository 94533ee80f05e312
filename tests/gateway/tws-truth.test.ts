import { expect, test } from 'vitest';
import type { OrderId } from '#domain/ids';
import { FakeClock } from '../support/fake-clock.ts';
import { approve, bracket, IBM, intent } from '../support/tws/approved.ts';
import { frame } from '../support/tws/fake-gateway.ts';
import { deskAt, heartbeatsAnswered, listening, settle, settledLine } from '../support/tws/gateway-line.ts';
import { execution, orderStatus, tickPrice } from '../support/tws/messages.ts';

const [PORTFOLIO, DATA, ORDERS] = [0, 1, 2];

test('an account that TWS manages no more is as much news as a new one', async () => {
  const gateway = await listening({ accounts: 'DU1234567,DU7654321' });
  const clock = new FakeClock();
  const desk = await deskAt(gateway.port, clock).ready();
  gateway.manners.accounts = 'DU1234567';
  gateway.client(ORDERS).socket.destroy();
  await desk.until(() => !desk.link.ready);
  clock.advance(2_000);
  await desk.until(() => desk.link.problem?.code === 'account-changed');
  expect(desk.adapter.broker.place(approve(intent())).kind).toBe('refused');
});

test('one paper account beside a live one makes no paper login', async () => {
  const gateway = await listening({ accounts: 'DU1234567,U7654321' });
  const desk = deskAt(gateway.port);
  desk.adapter.start();
  await desk.until(() => desk.link.problem?.code === 'live-not-allowed');
  expect(desk.adapter.broker.place(approve(intent())).kind).toBe('refused');
});

test('a login that names no account is no login', async () => {
  const gateway = await listening({ accounts: '' });
  const clock = new FakeClock();
  const desk = deskAt(gateway.port, clock);
  desk.adapter.start();
  await gateway.until(() => gateway.peers.length === 3 && gateway.peers.every(({ frames }) => frames.length > 0));
  await new Promise<void>((done) => setImmediate(done));
  expect([desk.link.ready, desk.link.accounts]).toEqual([false, []]);
  clock.advance(10_000);
  await desk.until(() => desk.link.problem?.code === 'no-ids');
});

test.each(['DU', 'DU123456', 'DU12345678', 'du1234567'])(
  'an order for the account %s does not leave where TWS manages DU1234567',
  async (account) => {
    const { desk } = await settledLine();
    expect(desk.adapter.broker.place(approve(intent({ account: account as never }))).kind).toBe('refused');
  },
);

test('the late answer to a heartbeat that was missed proves life and measures nothing', async () => {
  const gateway = await listening();
  const clock = new FakeClock();
  const desk = await deskAt(gateway.port, clock).ready();
  await heartbeatsAnswered(desk);
  const measured = desk.link.connections.map(({ roundTripMs }) => roundTripMs);
  gateway.manners.answersTime = false;
  clock.advance(15_000);
  await gateway.until(() => [0, 1, 2].every((id) => gateway.client(id).of('49').length === 3));
  clock.advance(700);
  for (const id of [0, 1, 2]) gateway.client(id).send(49, 1, 1_381_242_610);
  await desk.until(() => desk.link.ready);
  expect(desk.link.connections.map(({ roundTripMs }) => roundTripMs)).toEqual(measured);
});

test('an execution with letters in any of its figures is booked from none of them', async () => {
  const { gateway, desk } = await settledLine();
  const peer = gateway.client(ORDERS);
  peer.bytes(
    frame(...execution(7, { shares: '100x' })),
    frame(...execution(7, { price: '185.27x' })),
    frame(...execution(7, { price: '' })),
  );
  peer.send(...orderStatus(7, 'Filled', { filled: '100', remaining: '0' }));
  await desk.first('order-status');
  expect(desk.of('execution')).toEqual([]);
});

test('the book keeps what is asked for apart from what happens: an execution of a list is no news of this moment', async () => {
  const { gateway, desk } = await settledLine();
  desk.adapter.broker.reconcile();
  await gateway.until(() => gateway.client(ORDERS).of('7').length === 1);
  const reqId = Number(gateway.client(ORDERS).of('7')[0]?.[2]);
  gateway.client(ORDERS).send(...execution(7, { reqId, execId: '0001.7.01' }));
  gateway.client(ORDERS).send(...execution(7, { execId: '0001.7.02' }));
  await desk.until(() => desk.of('execution').length === 2);
  expect(desk.of('execution').map(({ live }) => live)).toEqual([false, true]);
});

test('questions that a lost connection took with it do not take the answers of the next one', async () => {
  const { gateway, desk, clock } = await settledLine();
  desk.adapter.broker.requestPositions();
  desk.adapter.broker.requestOpenOrders();
  await gateway.until(() => gateway.client(PORTFOLIO).of('16').length === 1);
  gateway.client(PORTFOLIO).socket.destroy();
  await desk.until(() => !desk.link.ready);
  clock.advance(2_000);
  await settle(desk, clock);
  desk.adapter.broker.requestPositions();
  desk.adapter.broker.requestOpenOrders();
  await gateway.until(() => gateway.client(PORTFOLIO).of('16').length === 1);
  gateway.client(PORTFOLIO).send(62, 1);
  gateway.client(PORTFOLIO).send(53, 1);
  await desk.until(() => desk.of('end').length === 2);
  expect(desk.of('end').map(({ of, epoch }) => [of, epoch])).toEqual([
    ['positions', desk.link.epoch],
    ['open-orders', desk.link.epoch],
  ]);
});

test('the one frame that cancels everything of the account is in the journal', async () => {
  const { gateway, desk } = await settledLine();
  desk.adapter.broker.globalCancel();
  desk.adapter.broker.cancel({ clientId: ORDERS as never, orderId: 7 as OrderId });
  await gateway.until(() => gateway.client(ORDERS).of('4').length === 1);
  const out = desk.orderFrames.filter(({ direction }) => direction === 'out').map(({ text }) => text.split('|')[0]);
  expect(out).toEqual(['58', '4']);
});

test('while client 0 is down the cancel of everything leaves on client 2', async () => {
  const { gateway, desk } = await settledLine();
  gateway.client(PORTFOLIO).socket.destroy();
  await desk.until(() => !desk.link.ready);
  expect(desk.adapter.broker.globalCancel().kind).toBe('sent');
  await gateway.until(() => gateway.client(ORDERS).of('58').length === 1);
});

test('an order is as old as its wish: what it waited for a sign of life counts against its two seconds', async () => {
  const { gateway, desk, clock } = await settledLine();
  gateway.manners.answersTime = false;
  clock.advance(6_000);
  expect(desk.adapter.broker.place(approve(intent()))).toEqual({ kind: 'queued' });
  for (let cancel = 0; cancel < 200; cancel += 1) desk.adapter.broker.cancel({ clientId: PORTFOLIO as never, orderId: 9 as OrderId });
  clock.advance(400);
  const before = desk.link.connections[2]?.lastByteAt ?? 0;
  gateway.client(ORDERS).send(49, 1, 1_381_242_606);
  await desk.until(() => (desk.link.connections[2]?.lastByteAt ?? 0) > before);
  clock.advance(1_600);
  expect(desk.of('order-not-sent')).toHaveLength(1);
  expect(gateway.placed).toEqual([]);
});

test('the chosen type of market data is asked for again with every connection', async () => {
  const gateway = await listening();
  const clock = new FakeClock();
  const desk = await deskAt(gateway.port, clock, { marketDataType: 3 }).ready();
  desk.adapter.market.subscribe(IBM);
  await gateway.until(() => gateway.client(DATA).of('1').length === 1);
  gateway.client(DATA).socket.destroy();
  await desk.until(() => !desk.link.ready);
  clock.advance(2_000);
  await gateway.until(() => gateway.clients(DATA).length === 2 && gateway.client(DATA).of('1').length === 1);
  const asked = gateway.client(DATA).frames.map(([id]) => id);
  expect(asked.indexOf('59')).toBeGreaterThanOrEqual(0);
  expect(asked.indexOf('59')).toBeLessThan(asked.indexOf('1'));
});

test('delayed prices stand on their own sides', async () => {
  const { gateway, desk } = await settledLine();
  desk.adapter.market.subscribe(IBM);
  await gateway.until(() => gateway.client(DATA).of('1').length === 1);
  const reqId = gateway.client(DATA).of('1')[0]?.[2] ?? '';
  for (const [type, price] of [
    [66, '185.1'],
    [67, '185.2'],
    [68, '185.15'],
  ] as const)
    gateway.client(DATA).send(...tickPrice(reqId, type, price));
  await desk.until(() => desk.sink.ticks().length === 3);
  expect(desk.sink.ticks().map(({ field, price }) => [field, price])).toEqual([
    ['bid', 185_100_000],
    ['ask', 185_200_000],
    ['last', 185_150_000],
  ]);
});

test('behind two hundred cancels the kill of everything still leaves at once', async () => {
  const { gateway, desk } = await settledLine();
  const cancels = Array.from({ length: 200 }, () => desk.adapter.broker.cancel({ clientId: ORDERS as never, orderId: 7 as OrderId }));
  expect(cancels.at(-1)?.kind).toBe('queued');
  expect(desk.adapter.broker.globalCancel().kind).toBe('sent');
  await gateway.until(() => gateway.client(PORTFOLIO).of('58').length === 1);
});

test('a kill drops a change that waits in the message rate, says so, and it never leaves', async () => {
  const { gateway, desk, clock } = await settledLine();
  const request = bracket({ entry: 185, target: 190, stop: 180 });
  desk.adapter.broker.place(approve(request));
  for (let order = 0; order < 30; order += 1) desk.adapter.broker.place(approve(intent()));
  const stop = request.legs[2] ?? request.legs[0];
  const address = { clientId: ORDERS as never, orderId: 102 as OrderId };
  expect(desk.adapter.broker.modify(address, approve({ ...request, legs: [stop] }))).toEqual({ kind: 'queued' });
  expect(desk.adapter.broker.purge('kill')).toContain(stop.ref);
  expect(desk.of('order-not-sent')).toContainEqual({ kind: 'order-not-sent', refs: [stop.ref], reason: 'kill' });
  const sent = gateway.placed.length;
  clock.advance(1_500);
  await settle(desk, clock);
  expect(gateway.placed.slice(sent).filter((fields) => fields[1] === '102')).toEqual([]);
});

test('a text longer than its class may have is cut and named, also in a message that is short enough as a whole', async () => {
  const { gateway, desk } = await settledLine();
  const peer = gateway.client(ORDERS);
  peer.bytes(frame(...execution(7).with(4, 'I'.repeat(3_000))), frame(...orderStatus(7, 'Filled')));
  await desk.first('order-status');
  expect(desk.of('notice').map(({ notice }) => notice.code)).toEqual([90_005]);
  expect(desk.of('execution').map(({ contract }) => contract.symbol.length)).toEqual([64]);
});

test.each(['purge', 'drop'] as const)(
  'an order that %s has told as not sent never leaves, also when the sign of life comes that it waited for',
  async (how) => {
    const { gateway, desk, clock } = await settledLine();
    gateway.manners.answersTime = false;
    clock.advance(6_000);
    const request = intent();
    expect(desk.adapter.broker.place(approve(request))).toEqual({ kind: 'queued' });
    const [{ ref }] = request.legs;
    expect(how === 'purge' ? desk.adapter.broker.purge('kill') : desk.adapter.broker.drop([ref], 'by hand')).toEqual([ref]);
    const before = desk.link.connections[2]?.lastByteAt ?? 0;
    gateway.client(ORDERS).send(49, 1, 1_381_242_606);
    await desk.until(() => (desk.link.connections[2]?.lastByteAt ?? 0) > before);
    // Whatever left would have left by now: the frame is told before the socket has it.
    expect([desk.of('place-frame'), desk.of('order-sent')]).toEqual([[], []]);
    expect(desk.of('order-not-sent')).toHaveLength(1);
  },
);

test('a cancel while the line of its order is down is refused, also while a new line is being made: nobody believes it sent', async () => {
  const { gateway, desk, clock } = await settledLine();
  gateway.client(ORDERS).socket.destroy();
  await desk.until(() => !desk.link.ready);
  const cancel = () => desk.adapter.broker.cancel({ clientId: ORDERS as never, orderId: 7 as OrderId }).kind;
  expect(cancel()).toBe('refused');
  gateway.manners.silent = true;
  clock.advance(2_000);
  expect(desk.link.connections[2]?.socket).toBe('connecting');
  expect(cancel()).toBe('refused');
});

test('how long a message is counts in bytes: letters of three bytes do not make it a third as long', async () => {
  const { gateway, desk } = await settledLine();
  const peer = gateway.client(ORDERS);
  peer.bytes(frame(...execution(7), ...Array.from({ length: 25 }, () => '€'.repeat(2_000))), frame(...orderStatus(7, 'Filled')));
  await desk.first('order-status');
  expect(desk.of('execution')).toEqual([]);
  expect(desk.of('notice').at(-1)?.notice.text).toContain('it was not read');
});
