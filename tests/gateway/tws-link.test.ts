import { expect, test } from 'vitest';
import type { NoticeDisposition } from '#core/ports/broker';
import { units } from '#domain/quantity';
import { approve, IBM, intent } from '../support/tws/approved.ts';
import type { FakeGateway } from '../support/tws/fake-gateway.ts';
import { errorMessage, execution, orderStatus, tickPrice } from '../support/tws/messages.ts';
import { settledLine } from '../support/tws/gateway-line.ts';

const CLIENTS = [0, 1, 2];

function tellAll(from: FakeGateway, code: number, text: string): void {
  for (const id of CLIENTS) from.client(id).send(...errorMessage(-1, code, text));
}

const LOST = 'Connectivity between IB and Trader Workstation has been lost.';
const DATA_LOST = 'Connectivity between IB and Trader Workstation has been restored - data lost.';
const DATA_KEPT = 'Connectivity between IB and Trader Workstation has been restored - data maintained.';

test('1100 on the info event shuts the gate, keeps the sockets and is told once however often it comes (F8)', async () => {
  const { gateway, desk } = await settledLine();
  for (let i = 0; i < 50; i += 1) tellAll(gateway, 1100, LOST);
  await desk.until(() => desk.link.upstream === 'down');
  expect(desk.adapter.broker.place(approve(intent()))).toEqual({
    kind: 'refused',
    reason: 'TWS has lost its connection to IB. Orders at IB keep working; new ones wait until it is back, usually within minutes.',
  });
  expect(desk.link.connections.map(({ socket }) => socket)).toEqual(['up', 'up', 'up']);
  tellAll(gateway, 1102, DATA_KEPT);
  await desk.until(() => desk.link.ready);
  const told = desk.of('notice').map(({ notice: { code, disposition, severity } }) => ({ code, disposition, severity }));
  expect(told).toEqual([
    { code: 1100, disposition: 'link', severity: 'error' },
    { code: 1102, disposition: 'link', severity: 'info' },
  ]);
  expect(desk.adapter.broker.place(approve(intent())).kind).toBe('sent');
});

test('fills inside an outage are delivered like any others (F9)', async () => {
  const { gateway, desk } = await settledLine();
  tellAll(gateway, 1100, LOST);
  await desk.until(() => desk.link.upstream === 'down');
  gateway.client(2).send(...execution(7));
  gateway.client(2).send(...orderStatus(7, 'Filled', { filled: '100', remaining: '0' }));
  await desk.first('order-status');
  expect(desk.of('execution').map(({ execution: { orderId, quantity }, live }) => ({ orderId, quantity, live }))).toEqual([
    { orderId: 7, quantity: units(100), live: true },
  ]);
});

test('cancels leave during an outage', async () => {
  const { gateway, desk } = await settledLine();
  tellAll(gateway, 1100, LOST);
  await desk.until(() => desk.link.upstream === 'down');
  expect([desk.adapter.broker.cancel({ clientId: 2 as never, orderId: 7 as never }).kind, desk.adapter.broker.globalCancel().kind]).toEqual(
    ['sent', 'sent'],
  );
});

test('2110 means the same as 1100, and a data farm that answers again ends it', async () => {
  const { gateway, desk } = await settledLine();
  tellAll(gateway, 2110, 'Connectivity between Trader Workstation and server is broken. It will be restored automatically.');
  await desk.until(() => CLIENTS.length === 3 && !desk.link.ready);
  expect(desk.link.problem?.code).toBe('upstream-down');
  tellAll(gateway, 2104, 'Market data farm connection is OK:usfarm');
  await desk.until(() => desk.link.ready);
});

test('a farm that breaks is a lamp of its own: no socket closes and orders still leave', async () => {
  const { gateway, desk, clock } = await settledLine();
  tellAll(gateway, 2103, 'Market data farm connection is broken:usfarm');
  tellAll(gateway, 2107, 'HMDS data farm connection is inactive but should be available upon demand.ushmds');
  tellAll(gateway, 2158, 'Sec-def data farm connection is OK:secdefil');
  await desk.until(() => desk.link.farms.length === 3);
  expect(desk.link.farms).toEqual([
    { name: 'usfarm', kind: 'market', state: 'broken', since: clock.now() },
    { name: 'ushmds', kind: 'history', state: 'idle', since: clock.now() },
    { name: 'secdefil', kind: 'secdef', state: 'ok', since: clock.now() },
  ]);
  expect({ ready: desk.link.ready, upstream: desk.link.upstream, order: desk.adapter.broker.place(approve(intent())).kind }).toEqual({
    ready: true,
    upstream: 'up',
    order: 'sent',
  });
});

test('1101 asks for every stream again under a new number, and says that the next tick is only a baseline', async () => {
  const { gateway, desk } = await settledLine();
  desk.adapter.market.subscribe(IBM);
  await gateway.until(() => gateway.client(1).of('1').length === 1);
  const first = gateway.client(1).of('1')[0]![2];
  tellAll(gateway, 1101, DATA_LOST);
  await gateway.until(() => gateway.client(1).of('1').length === 2);
  const second = gateway.client(1).of('1')[1]![2];
  expect(
    gateway
      .client(1)
      .of('2')
      .map((fields) => fields[2]),
  ).toEqual([first]);
  expect(Number(second)).toBeGreaterThan(Number(first));
  expect(desk.sink.of('baseline')).toEqual([
    { kind: 'baseline', conId: IBM.conId, again: false },
    { kind: 'baseline', conId: IBM.conId, again: true },
  ]);
  gateway.client(1).send(...tickPrice(first!, 1, '1.00'));
  gateway.client(1).send(...tickPrice(second!, 1, '185.10'));
  await desk.until(() => desk.sink.ticks().length > 0);
  expect(desk.sink.ticks().map(({ price }) => price)).toEqual([185_100_000]);
});

test('after 1102 a stream that stays silent is asked for again, one that ticks is left alone', async () => {
  const { gateway, desk, clock } = await settledLine();
  const other = { ...IBM, conId: 265598 as never, symbol: 'AAPL' };
  desk.adapter.market.subscribe(IBM);
  desk.adapter.market.subscribe(other);
  await gateway.until(() => gateway.client(1).of('1').length === 2);
  tellAll(gateway, 1102, DATA_KEPT);
  await desk.first('notice', (news) => news.notice.code === 1102);
  // The data connection has heard it too once this tick is through.
  gateway.client(1).send(...tickPrice(gateway.client(1).of('1')[1]![2]!, 1, '250.00'));
  await desk.until(() => desk.sink.ticks().length === 1);
  gateway.client(1).send(...tickPrice(gateway.client(1).of('1')[1]![2]!, 2, '250.01'));
  await desk.until(() => desk.sink.ticks().length === 2);
  clock.advance(10_000);
  await gateway.until(() => gateway.client(1).of('1').length === 3);
  expect(
    gateway
      .client(1)
      .of('1')
      .map((fields) => fields[4]),
  ).toEqual(['IBM', 'AAPL', 'IBM']);
  expect(desk.sink.of('baseline').at(-1)).toEqual({ kind: 'baseline', conId: IBM.conId, again: true });
});

test('a lost data connection starts its streams again by itself', async () => {
  const { gateway, desk, clock } = await settledLine();
  desk.adapter.market.subscribe(IBM);
  desk.adapter.market.subscribe(IBM);
  await gateway.until(() => gateway.client(1).of('1').length === 1);
  gateway.client(1).socket.destroy();
  await desk.until(() => !desk.link.ready);
  desk.adapter.market.subscribe({ ...IBM, conId: 265598 as never, symbol: 'AAPL' });
  clock.advance(2_000);
  await gateway.until(() => gateway.clients(1).length === 2 && gateway.client(1).of('1').length === 2);
  expect(
    gateway
      .client(1)
      .of('1')
      .map((fields) => fields[4]),
  ).toEqual(['IBM', 'AAPL']);
  expect(desk.sink.of('baseline').map(({ conId, again }) => ({ conId, again }))).toEqual([
    { conId: IBM.conId, again: false },
    { conId: IBM.conId, again: true },
    { conId: 265598, again: false },
  ]);
});

test.each<[code: number, text: string, disposition: NoticeDisposition]>([
  [399, 'Order Message: Warning: your order will not be placed at the exchange until 2013-10-09 09:30:00 US/Eastern', 'held'],
  [399, 'Order Message: Warning: price deviates', 'warning'],
  [404, 'Shares for this order are not immediately available for short sale.', 'held'],
  [10_349, 'Order TIF was set to DAY based on order preset.', 'warning'],
  [2109, 'Attribute Outside Regular Trading Hours is ignored.', 'warning'],
  [10_147, 'OrderId 7 that needs to be cancelled is not found.', 'look-up'],
  [10_148, 'OrderId 7 that needs to be cancelled cannot be cancelled, state: Filled.', 'look-up'],
  [161, 'Cancel attempted when order is not in a cancellable state.', 'look-up'],
  [99_999, 'Something new.', 'look-up'],
])('code %i is not the end of an order: %s (F10)', async (code, text, disposition) => {
  const { gateway, desk } = await settledLine();
  gateway.client(2).send(...errorMessage(7, code, text));
  gateway.client(2).send(...orderStatus(7, 'Submitted'));
  await desk.first('order-status');
  const { notice } = await desk.first('notice');
  expect({ code: notice.code, orderId: notice.orderId, disposition: notice.disposition }).toEqual({ code, orderId: 7, disposition });
});

test('110 rejects a new order and only refuses the change of an old one', async () => {
  const { gateway, desk } = await settledLine();
  const request = intent();
  const outcome = desk.adapter.broker.place(approve(request));
  const orderId = outcome.kind === 'sent' ? outcome.legs[0]!.orderId : (0 as never);
  gateway.client(2).send(...errorMessage(orderId, 110, 'The price does not conform to the minimum price variation.'));
  await desk.first('notice');
  desk.adapter.broker.modify({ clientId: 2 as never, orderId }, approve(request));
  gateway.client(2).send(...errorMessage(orderId, 110, 'The price does not conform to the minimum price variation.'));
  await desk.until(() => desk.of('notice').length === 2);
  expect(desk.of('notice').map(({ notice }) => notice.disposition)).toEqual(['reject', 'refused-change']);
});

test('the rejection of an order with the number of a request kills no stream, and the other way round (C8)', async () => {
  const { gateway, desk } = await settledLine();
  desk.adapter.market.subscribe(IBM);
  await gateway.until(() => gateway.client(1).of('1').length === 1);
  const reqId = Number(gateway.client(1).of('1')[0]![2]);
  gateway.client(2).send(...errorMessage(1, 201, 'Order rejected - reason: simulated'));
  gateway.client(1).send(...errorMessage(reqId, 354, 'Requested market data is not subscribed.'));
  await desk.until(() => desk.of('notice').length === 2);
  const told = new Map(desk.of('notice').map(({ notice }) => [notice.code, { orderId: notice.orderId, disposition: notice.disposition }]));
  expect(told).toEqual(
    new Map([
      [201, { orderId: 1, disposition: 'reject' }],
      [354, { orderId: undefined, disposition: 'request-failed' }],
    ]),
  );
  expect(desk.sink.of('failed')).toEqual([
    { kind: 'failed', conId: IBM.conId, code: 354, text: 'Requested market data is not subscribed.' },
  ]);
});

test('a stream that another session of the user took is asked for again after a minute', async () => {
  const { gateway, desk, clock } = await settledLine();
  desk.adapter.market.subscribe(IBM);
  await gateway.until(() => gateway.client(1).of('1').length === 1);
  const text = 'No market data during competing live session';
  for (let i = 0; i < 15; i += 1) gateway.client(1).send(...errorMessage(Number(gateway.client(1).of('1')[0]![2]), 10_197, text));
  // All of them are read once this tick is.
  gateway.client(1).send(...tickPrice(gateway.client(1).of('1')[0]![2]!, 4, '185.10'));
  await desk.until(() => desk.sink.ticks().length > 0);
  await desk.pass(clock, 60_000);
  await gateway.until(() => gateway.client(1).of('1').length === 2);
  expect(desk.sink.of('failed')).toEqual([{ kind: 'failed', conId: IBM.conId, code: 10_197, text }]);
  expect(desk.sink.of('baseline').map(({ again }) => again)).toEqual([false, true]);
});

test('error 100 halves the message rate', async () => {
  const { gateway, desk, clock } = await settledLine();
  gateway.client(2).send(...errorMessage(-1, 100, 'Max rate of messages per second has been exceeded.'));
  await desk.first('notice');
  expect(desk.link.messageLimit).toBe(20);
  const sent = Array.from({ length: 40 }, () => desk.adapter.broker.place(approve(intent()))).filter(({ kind }) => kind === 'sent');
  expect(sent).toHaveLength(10);
  clock.advance(3_000);
  gateway.manners.answersTime = true;
  clock.advance(0);
  expect(desk.link.messageLimit).toBe(20);
});

test('1300 ends the knocking at the old port and says what to do', async () => {
  const { gateway, desk, clock } = await settledLine();
  tellAll(gateway, 1300, 'TWS socket port has been reset and this connection is being dropped. Please reconnect on the new port - 7496');
  await desk.until(() => !desk.link.ready);
  clock.advance(120_000);
  expect(desk.link.connections.map(({ socket, retryAt }) => ({ socket, retryAt }))).toEqual(
    Array.from({ length: 3 }, () => ({ socket: 'down', retryAt: undefined })),
  );
  expect(desk.link.problem?.text).toContain('TWS moved its API to another port');
});

test('reconciliation ends per epoch; an end that belongs to an older epoch is not told', async () => {
  const { gateway, desk, clock } = await settledLine();
  const portfolio = (): (typeof gateway.peers)[number] => gateway.client(0);
  desk.adapter.broker.reconcile();
  await gateway.until(
    () => portfolio().of('7').length === 1 && gateway.client(2).of('7').length === 1 && portfolio().of('61').length === 1,
  );
  const [ofPortfolio, ofOrders] = [portfolio().of('7')[0]![2]!, gateway.client(2).of('7')[0]![2]!];
  // First the end of client 0's own orders, which were asked for to have manual orders numbered; then that of everybody's.
  portfolio().send(53, 1);
  portfolio().send(53, 1);
  portfolio().send(102);
  portfolio().send(55, 1, ofPortfolio);
  await desk.until(() => desk.of('end').length === 2);
  // Executions are complete when both connections have told theirs.
  gateway.client(2).send(55, 1, ofOrders);
  portfolio().send(62, 1);
  await desk.until(() => desk.of('end').length === 4);
  const epoch = 3;
  expect(
    desk
      .of('end')
      .map(({ of, epoch: at }) => ({ of, at }))
      .toSorted((a, b) => a.of.localeCompare(b.of)),
  ).toEqual(['completed-orders', 'executions', 'open-orders', 'positions'].map((of) => ({ of, at: epoch })));
  desk.adapter.broker.requestOpenOrders();
  await gateway.until(() => portfolio().of('16').length === 2);
  gateway.client(1).socket.destroy();
  await desk.until(() => !desk.link.ready);
  portfolio().send(53, 1);
  clock.advance(2_000);
  await desk.until(() => desk.link.ready);
  desk.adapter.broker.requestOpenOrders();
  await gateway.until(() => portfolio().of('16').length === 3);
  portfolio().send(53, 1);
  await desk.until(() => desk.of('end').length > 4);
  expect(desk.of('end').slice(4)).toEqual([{ kind: 'end', of: 'open-orders', epoch: 5, request: 3 }]);
});

test(
  'the day’s figure is asked for anew with every link that is ready again: TWS tells none twice, and the desk forgets it with the link (M-11)',
  { timeout: 30_000 },
  async () => {
    const { gateway, desk, clock } = await settledLine();
    const asked = (): readonly (string | undefined)[] =>
      gateway
        .client(0)
        .of('92')
        .map((fields) => fields[1]);
    expect(asked()).toHaveLength(1);
    const figures = (): readonly (number | undefined)[] => desk.of('pnl').map(({ daily }) => daily);
    const told = async (daily: number): Promise<void> => {
      gateway.client(0).send(94, asked().at(-1)!, daily, 0, 0);
      await desk.until(() => figures().at(-1) === daily * 1_000_000);
    };
    await told(1);
    gateway.client(0).send(...errorMessage(-1, 1100, LOST));
    await desk.until(() => !desk.link.ready);
    gateway.client(0).send(...errorMessage(-1, 1102, DATA_KEPT));
    await gateway.until(() => asked().length === 2);
    await told(2);
    expect(
      gateway
        .client(0)
        .of('93')
        .map((fields) => fields[1]),
    ).toEqual(asked().slice(0, -1));
    // The answer to the question that was taken back is none.
    gateway.client(0).send(94, asked()[0]!, 99, 0, 0);
    await told(3);
    for (const lost of [1, 0, 2, 0, 1] as const) {
      const before = lost === 0 ? 0 : asked().length;
      gateway.client(lost).socket.destroy();
      await desk.until(() => !desk.link.ready);
      clock.advance(2_000);
      await desk.until(() => desk.link.ready);
      await gateway.until(() => asked().length === before + 1);
    }
    await told(4);
    expect(figures()).not.toContain(99_000_000);
  },
);

test('a stream that another session took once is not asked for again when that session takes another', async () => {
  const { gateway, desk, clock } = await settledLine();
  for (const contract of [IBM, { ...IBM, conId: 4_391 as typeof IBM.conId, symbol: 'AMD' }]) desk.adapter.market.subscribe(contract);
  const asked = (conId: string): number =>
    gateway
      .client(1)
      .of('1')
      .filter((fields) => fields[3] === conId).length;
  await gateway.until(() => asked('8314') === 1 && asked('4391') === 1);
  const taken = async (conId: string): Promise<void> => {
    const reqId = Number(
      gateway
        .client(1)
        .of('1')
        .findLast((fields) => fields[3] === conId)?.[2],
    );
    const before = desk.sink.of('failed').length;
    gateway.client(1).send(...errorMessage(reqId, 10_197, 'No market data during competing live session'));
    await desk.until(() => desk.sink.of('failed').length > before);
    await desk.pass(clock, 60_000);
  };
  await taken('8314');
  await gateway.until(() => asked('8314') === 2);
  await taken('4391');
  await gateway.until(() => asked('4391') === 2);
  expect(asked('8314')).toBe(2);
});
