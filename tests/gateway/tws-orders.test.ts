import { IBApi } from '@stoqey/ib';
import { expect, test } from 'vitest';
import { FakeClock } from '../support/fake-clock.ts';
import type { ClientId, OrderId } from '#domain/ids';
import { units } from '#domain/quantity';
import { ACCOUNT, approve, bracket, freshRef, intent, leg } from '../support/tws/approved.ts';
import type { FakeGateway, Fields } from '../support/tws/fake-gateway.ts';
import { orderStatus } from '../support/tws/messages.ts';
import { deskAt, listening, settle, settledLine } from '../support/tws/gateway-line.ts';

const PORTFOLIO = 0;
const ORDERS = 2;
const REF = 26;

/** Frames of the order connection that speak of orders. */
function orderFrames(from: FakeGateway): readonly Fields[] {
  return from.client(ORDERS).frames.filter(([id]) => id === '3' || id === '4' || id === '58');
}

test('an order placed before the connection is refused and never reaches the gateway (F1)', async () => {
  const clock = new FakeClock();
  const gateway = await listening();
  const desk = deskAt(gateway.port, clock);
  const early = desk.adapter.broker.place(approve(intent()));
  desk.adapter.start();
  const connecting = desk.adapter.broker.place(approve(intent()));
  await settle(desk, clock);
  const last = desk.adapter.broker.place(approve(intent()));
  expect([early, connecting]).toEqual([
    { kind: 'refused', reason: 'The connection to TWS has not been started.' },
    { kind: 'refused', reason: `Connecting to TWS at 127.0.0.1:${String(gateway.port)}.` },
  ]);
  await gateway.until(() => gateway.placed.length > 0);
  expect(last.kind === 'sent' ? last.legs.map(({ ref }) => ref) : last).toEqual(gateway.placed.map((fields) => fields[REF]));
});

test('an order placed while TWS is down never leaves on the next connection (F1)', async () => {
  const { gateway, desk, clock } = await settledLine();
  gateway.client(ORDERS).socket.destroy();
  await desk.until(() => !desk.link.ready);
  const outcome = desk.adapter.broker.place(approve(intent()));
  clock.advance(2_000);
  await settle(desk, clock);
  const marker = freshRef();
  desk.adapter.broker.place(approve(intent({ legs: [leg({ ref: marker })] })));
  await gateway.until(() => gateway.placed.length > 0);
  expect(outcome.kind).toBe('refused');
  expect(gateway.placed.map((fields) => fields[REF])).toEqual([marker]);
});

test('orders waiting in the message rate are dropped with their connection, not flushed onto the next (F2)', async () => {
  const { gateway, desk, clock } = await settledLine();
  const outcomes = Array.from({ length: 60 }, () => desk.adapter.broker.place(approve(intent())));
  const sent = outcomes.filter(({ kind }) => kind === 'sent').length;
  expect({ sent, queued: outcomes.filter(({ kind }) => kind === 'queued').length }).toEqual({ sent: 30, queued: 30 });
  await gateway.until(() => gateway.placed.length === 30);
  gateway.client(ORDERS).socket.destroy();
  await desk.until(() => desk.of('order-not-sent').length === 30);
  clock.advance(2_000);
  await settle(desk, clock);
  const marker = freshRef();
  desk.adapter.broker.place(approve(intent({ legs: [leg({ ref: marker })] })));
  await gateway.until(() => gateway.placed.length > 30);
  expect(gateway.placed.slice(30).map((fields) => fields[REF])).toEqual([marker]);
  expect(desk.of('order-sent')).toEqual([]);
  expect(new Set(desk.of('order-not-sent').map(({ reason }) => reason))).toEqual(
    new Set(['The connection to TWS was lost before it could be sent.']),
  );
});

test('a kill with 100 orders queued: the cancels leave at once and no order follows them (F3)', async () => {
  const { gateway, desk, clock } = await settledLine();
  const outcomes = Array.from({ length: 130 }, () => desk.adapter.broker.place(approve(intent())));
  const working = outcomes.flatMap((outcome) => (outcome.kind === 'sent' ? outcome.legs : []));
  expect(outcomes.filter(({ kind }) => kind === 'queued')).toHaveLength(100);

  const dropped = desk.adapter.broker.purge('kill');
  const cancels = working.slice(0, 5).map(({ orderId, clientId }) => desk.adapter.broker.cancel({ orderId, clientId }).kind);
  const all = desk.adapter.broker.globalCancel().kind;
  clock.advance(10_000);
  await gateway.until(() => gateway.client(PORTFOLIO).of('58').length === 1);

  expect(dropped).toHaveLength(100);
  expect({ cancels, all }).toEqual({ cancels: ['sent', 'sent', 'sent', 'sent', 'sent'], all: 'sent' });
  await gateway.until(() => gateway.client(ORDERS).of('4').length === 5);
  expect(
    orderFrames(gateway)
      .map(([id]) => id)
      .join(''),
  ).toBe(`${'3'.repeat(30)}${'4'.repeat(5)}`);
  expect(desk.of('order-not-sent').flatMap(({ refs }) => refs)).toEqual(dropped);
});

test('a queued order that finds no place within two seconds is reported as not sent', async () => {
  const { desk, clock } = await settledLine();
  for (let i = 0; i < 120; i += 1) desk.adapter.broker.place(approve(intent()));
  clock.advance(10_000);
  expect({ late: desk.of('order-sent').length, dropped: desk.of('order-not-sent').length }).toEqual({ late: 30, dropped: 60 });
  expect(desk.of('order-not-sent')[0]?.reason).toBe('It waited too long for a place in the message rate and was not sent.');
});

test('the gate is asked in the moment an order leaves, also for one that waited', async () => {
  const { gateway, desk, clock } = await settledLine();
  let shut = false;
  desk.adapter.setGate(() => (shut ? 'The kill switch is set.' : undefined));
  const outcomes = Array.from({ length: 31 }, () => desk.adapter.broker.place(approve(intent())));
  expect(outcomes.at(-1)).toEqual({ kind: 'queued' });
  shut = true;
  clock.advance(1_500);
  expect(desk.adapter.broker.place(approve(intent()))).toEqual({ kind: 'refused', reason: 'The kill switch is set.' });
  expect(desk.of('order-not-sent').map(({ reason }) => reason)).toEqual(['The kill switch is set.']);
  await gateway.until(() => gateway.placed.length === 30);
  expect(desk.of('place-frame')).toHaveLength(30);
});

test('a gate that turns between two legs takes the untransmitted legs back', async () => {
  const { gateway, desk } = await settledLine();
  let asked = 0;
  // Once by place itself, then before each leg.
  desk.adapter.setGate(() => ((asked += 1) > 2 ? 'The desk was paused.' : undefined));
  const outcome = desk.adapter.broker.place(approve(bracket({ entry: 185, target: 190, stop: 180 })));
  await gateway.until(() => gateway.client(ORDERS).of('4').length === 1);
  expect(outcome).toEqual({ kind: 'refused', reason: 'The desk was paused.' });
  const [placed, cancelled] = orderFrames(gateway);
  expect({ transmit: placed?.[27], cancels: cancelled?.[2] === placed?.[1], frames: orderFrames(gateway).length }).toEqual({
    transmit: '0',
    cancels: true,
    frames: 2,
  });
});

test('a bracket leaves as one: parent held back, children tied to it and to each other, the last one transmits', async () => {
  const { gateway, desk } = await settledLine();
  const request = bracket({ entry: 185.5, target: 190.25, stop: 180 });
  const outcome = desk.adapter.broker.place(approve(request));
  await gateway.until(() => gateway.placed.length === 3);
  const oca = `OCA-${request.legs[0].ref}`;
  // id, action, quantity, type, limit, stop, tif, OCA group, account, reference, transmit, parent, outside hours.
  const shape = gateway.placed.map((f) => [f[1], f[16], f[17], f[18], f[19], f[20], f[21], f[22], f[23], f[26], f[27], f[28], f[33]]);
  expect(shape).toEqual([
    ['100', 'BUY', '100', 'LMT', '185.5', '', 'DAY', '', 'DU1234567', request.legs[0].ref, '0', '', '0'],
    ['101', 'SELL', '100', 'LMT', '190.25', '', 'GTC', oca, 'DU1234567', request.legs[1]!.ref, '0', '100', '0'],
    ['102', 'SELL', '100', 'STP', '', '180', 'GTC', oca, 'DU1234567', request.legs[2]!.ref, '1', '100', '0'],
  ]);
  expect(gateway.placed.map((fields) => fields[46])).toEqual(['', '2', '2']);
  expect(outcome.kind === 'sent' ? outcome.legs.map(({ orderId }) => orderId) : outcome).toEqual([100, 101, 102]);
  expect(desk.of('place-frame').map(({ ref, modify, quantity }) => ({ ref, modify, quantity }))).toEqual(
    request.legs.map(({ ref }) => ({ ref, modify: false, quantity: units(100) })),
  );
});

test('news of the frames comes only after the whole bracket left', async () => {
  const { gateway, desk } = await settledLine();
  const seen: number[] = [];
  desk.adapter.onNews((news) => {
    if (news.kind === 'place-frame' && seen.length === 0)
      seen.push(desk.adapter.frames().filter(({ text }) => text.startsWith('3|')).length);
  });
  desk.adapter.broker.place(approve(bracket({ entry: 185, target: 190, stop: 180 })));
  await gateway.until(() => gateway.placed.length === 3);
  expect(seen).toEqual([3]);
});

test('text with a NUL or any other control character is refused before the wire (F7)', async () => {
  const { gateway, desk } = await settledLine();
  const nasty = ['TD1\0-X', 'TD1\u001b', 'TD1\u202e', 'größe', 'x'.repeat(41), ''];
  const refused = nasty.map((ref) => desk.adapter.broker.place(approve(intent({ legs: [leg({ ref: ref as never })] }))).kind);
  const account = desk.adapter.broker.place(approve(intent({ account: 'DU1234567\0' as never }))).kind;
  const exchange = desk.adapter.broker.place(approve(intent({ contract: { ...intent().contract, exchange: 'SMART\x001' } }))).kind;
  const marker = freshRef();
  desk.adapter.broker.place(approve(intent({ legs: [leg({ ref: marker })] })));
  await gateway.until(() => gateway.placed.length > 0);
  expect([...refused, account, exchange]).toEqual(Array.from({ length: 8 }, () => 'refused'));
  expect(gateway.placed.map((fields) => ({ ref: fields[REF], fields: fields.length }))).toEqual([{ ref: marker, fields: 114 }]);
});

test('an order for an account TWS does not manage is refused', async () => {
  const { desk } = await settledLine();
  expect(desk.adapter.broker.place(approve(intent({ account: 'DU7654321' as never })))).toEqual({
    kind: 'refused',
    reason: 'The account of the order is not one that TWS manages.',
  });
});

test('ids rise over a gateway that went backwards, over every id seen and over restarts of the desk (F9)', async () => {
  const clock = new FakeClock();
  const gateway = await listening({ nextValidId: 500 });
  let desk = await deskAt(gateway.port, clock).ready();
  clock.advance(1_000);
  const place = (): readonly OrderId[] => {
    const outcome = desk.adapter.broker.place(approve(intent()));
    return outcome.kind === 'sent' ? outcome.legs.map(({ orderId }) => orderId) : [];
  };
  const first = place();
  gateway.client(ORDERS).send(...orderStatus(800, 'Submitted'));
  await desk.first('order-status');
  const afterSeen = place();
  gateway.manners.nextValidId = 3;
  gateway.client(ORDERS).socket.destroy();
  await desk.until(() => !desk.link.ready);
  clock.advance(2_000);
  await desk.until(() => desk.link.ready);
  clock.advance(1_000);
  const afterRegression = place();
  const notice = await desk.first('notice', (news) => news.notice.code === 90_004);
  await desk.stop();
  desk = await deskAt(gateway.port, clock, {}, desk.ids).ready();
  clock.advance(1_000);
  expect({ first, afterSeen, afterRegression, restarted: place() }).toEqual({
    first: [500],
    afterSeen: [801],
    afterRegression: [802],
    restarted: [803],
  });
  expect(notice.notice.text).toBe('TWS now counts orders from 3, before from 500.');
});

test('an order on a quiet line waits for a sign of life and then leaves', async () => {
  const { gateway, desk, clock } = await settledLine();
  gateway.manners.answersTime = false;
  clock.advance(6_000);
  expect(desk.adapter.broker.place(approve(intent()))).toEqual({ kind: 'queued' });
  await gateway.until(() => gateway.client(ORDERS).of('49').length === 2);
  expect(gateway.placed).toEqual([]);
  gateway.client(ORDERS).send(49, 1, 1_381_242_606);
  await desk.first('order-sent');
  await gateway.until(() => gateway.placed.length === 1);
});

test('without a sign of life within half a second the order is not sent, also when the line wakes later', async () => {
  const { gateway, desk, clock } = await settledLine();
  gateway.manners.answersTime = false;
  clock.advance(6_000);
  desk.adapter.broker.place(approve(intent()));
  clock.advance(500);
  expect(desk.of('order-not-sent').map(({ reason }) => reason)).toEqual([
    'TWS gave no sign of life within 500 ms; the order was not sent.',
  ]);
  gateway.client(ORDERS).send(49, 1, 1_381_242_606);
  const before = desk.link.connections[2]?.lastByteAt ?? 0;
  await desk.until(() => (desk.link.connections[2]?.lastByteAt ?? 0) > before);
  expect(desk.of('order-sent')).toEqual([]);
  expect(gateway.placed).toEqual([]);
});

test('one order of many that wait is dropped by its reference, with all its legs; the others leave', async () => {
  const { gateway, desk, clock } = await settledLine();
  for (let i = 0; i < 30; i += 1) desk.adapter.broker.place(approve(intent()));
  const [first, second] = [intent(), intent()];
  expect([first, second].map((request) => desk.adapter.broker.place(approve(request)).kind)).toEqual(['queued', 'queued']);
  const refs = first.legs.map(({ ref }) => ref);
  expect(desk.adapter.broker.drop(refs.slice(-1), 'cancelled by hand')).toEqual(refs);
  expect(desk.of('order-not-sent')).toEqual([{ kind: 'order-not-sent', refs, reason: 'cancelled by hand' }]);
  expect(desk.adapter.broker.drop(refs, 'again')).toEqual([]);
  clock.advance(1_500);
  await gateway.until(() => gateway.placed.some((fields) => fields[REF] === second.legs[0].ref));
  expect(gateway.placed.some((fields) => refs.some((ref) => fields[REF] === ref))).toBe(false);
});

test('an order that waits for a sign of life is dropped by its reference', async () => {
  const { gateway, desk, clock } = await settledLine();
  gateway.manners.answersTime = false;
  clock.advance(6_000);
  const request = intent();
  desk.adapter.broker.place(approve(request));
  expect(desk.adapter.broker.drop([request.legs[0].ref], 'by hand')).toEqual(request.legs.map(({ ref }) => ref));
  gateway.client(ORDERS).send(49, 1, 1_381_242_606);
  const before = desk.link.connections[2]?.lastByteAt ?? 0;
  await desk.until(() => (desk.link.connections[2]?.lastByteAt ?? 0) > before);
  expect(gateway.placed).toEqual([]);
});

test('a kill drops an order that waits for a sign of life', async () => {
  const { gateway, desk, clock } = await settledLine();
  gateway.manners.answersTime = false;
  clock.advance(6_000);
  const request = intent();
  desk.adapter.broker.place(approve(request));
  expect(desk.adapter.broker.purge('kill')).toEqual([request.legs[0].ref]);
  gateway.client(ORDERS).send(49, 1, 1_381_242_606);
  const before = desk.link.connections[2]?.lastByteAt ?? 0;
  await desk.until(() => (desk.link.connections[2]?.lastByteAt ?? 0) > before);
  expect(gateway.placed).toEqual([]);
  expect(desk.of('order-not-sent')).toEqual([{ kind: 'order-not-sent', refs: [request.legs[0].ref], reason: 'kill' }]);
});

test('orders of the operator leave on client 0, those of triggers on client 2', async () => {
  const { gateway, desk } = await settledLine();
  desk.adapter.broker.place(approve(intent({ origin: 'operator' })));
  desk.adapter.broker.place(approve(intent({ origin: 'trigger' })));
  await gateway.until(() => gateway.placed.length === 2);
  expect([gateway.client(PORTFOLIO).of('3').length, gateway.client(ORDERS).of('3').length]).toEqual([1, 1]);
});

test('a change keeps its id, repeats its bonds, and its frame is told apart from a first one', async () => {
  const { gateway, desk } = await settledLine();
  const request = bracket({ entry: 185, target: 190, stop: 180 });
  desk.adapter.broker.place(approve(request));
  const target = request.legs[1]!;
  const outcome = desk.adapter.broker.modify(
    { clientId: ORDERS as never, orderId: 101 as OrderId },
    approve({ ...request, legs: [{ ...target, quantity: units(50) }] }),
  );
  await gateway.until(() => gateway.placed.length === 4);
  const change = gateway.placed[3]!;
  expect({ outcome: outcome.kind, id: change[1], quantity: change[17], oca: change[22], transmit: change[27], parent: change[28] }).toEqual(
    {
      outcome: 'sent',
      id: '101',
      quantity: '50',
      oca: `OCA-${request.legs[0].ref}`,
      transmit: '1',
      parent: '100',
    },
  );
  expect(desk.of('place-frame').at(-1)).toEqual({
    kind: 'place-frame',
    ref: target.ref,
    orderId: 101,
    clientId: 2,
    quantity: units(50),
    modify: true,
  });
});

test('a child of a filled parent is changed without naming its parent', async () => {
  const { gateway, desk } = await settledLine();
  const request = bracket({ entry: 185, target: 190, stop: 180 });
  desk.adapter.broker.place(approve(request));
  await gateway.until(() => gateway.placed.length === 3);
  gateway.client(ORDERS).send(...orderStatus(100, 'Filled', { filled: '100', remaining: '0' }));
  await desk.first('order-status');
  desk.adapter.broker.modify({ clientId: ORDERS as never, orderId: 102 as OrderId }, approve({ ...request, legs: [request.legs[2]!] }));
  await gateway.until(() => gateway.placed.length === 4);
  expect(gateway.placed[3]?.[28]).toBe('');
});

test('a cancel of an order of another program is refused with the way out', async () => {
  const { desk } = await settledLine();
  expect(desk.adapter.broker.cancel({ clientId: 7 as never, orderId: 5 as OrderId })).toEqual({
    kind: 'refused',
    reason:
      'The order belongs to client id 7, which is not one of this desk. Only a cancel of everything reaches it, or its own program can cancel it.',
  });
});

test('manual orders are cancelled on client 0 by the number TWS bound them to', async () => {
  const { gateway, desk } = await settledLine();
  desk.adapter.broker.cancel({ clientId: PORTFOLIO as never, orderId: -3 as OrderId });
  await gateway.until(() => gateway.client(PORTFOLIO).of('4').length === 1);
  expect(gateway.client(PORTFOLIO).of('4')[0]?.slice(0, 3)).toEqual(['4', '1', '-3']);
  expect(
    gateway
      .client(PORTFOLIO)
      .of('15')
      .map((fields) => fields.slice(0, 3)),
  ).toEqual([['15', '1', '1']]);
});

test('without a gate no order leaves', async () => {
  const clock = new FakeClock();
  const gateway = await listening();
  const desk = deskAt(gateway.port, clock);
  desk.adapter.setGate(() => 'shut');
  await desk.ready();
  expect(desk.adapter.broker.place(approve(intent({ account: ACCOUNT })))).toEqual({ kind: 'refused', reason: 'shut' });
});

test('an order the library keeps instead of writing costs the connection, so that it cannot leave later', async () => {
  const { gateway, desk, clock } = await settledLine();
  const placeOrder = Reflect.get<typeof IBApi.prototype, 'placeOrder'>(IBApi.prototype, 'placeOrder');
  IBApi.prototype.placeOrder = function keep(this: IBApi, ...order: Parameters<IBApi['placeOrder']>): IBApi {
    setImmediate(() => placeOrder.apply(this, order));
    return this;
  };
  const outcome = desk.adapter.broker.place(approve(intent()));
  IBApi.prototype.placeOrder = placeOrder;
  expect(outcome).toEqual({
    kind: 'refused',
    reason: 'The TWS library did not write the order; the connection was dropped so that it cannot leave later.',
  });
  expect(desk.link.problem?.code).toBe('connection-lost');
  clock.advance(2_000);
  await settle(desk, clock);
  const marker = freshRef();
  desk.adapter.broker.place(approve(intent({ legs: [leg({ ref: marker })] })));
  await gateway.until(() => gateway.placed.length > 0);
  expect(gateway.placed.map((fields) => fields[REF])).toEqual([marker]);
});

test('thirty lost connections leave no timer, no order and no noise behind', { timeout: 60_000 }, async () => {
  const { gateway, desk, clock } = await settledLine();
  const timers = clock.pending;
  for (let i = 0; i < 30; i += 1) {
    desk.adapter.broker.place(approve(intent()));
    gateway.client(ORDERS).socket.destroy();
    await desk.until(() => desk.link.connections[2]?.socket !== 'up');
    expect(desk.adapter.broker.place(approve(intent())).kind).toBe('refused');
    while (!desk.link.ready) await desk.pass(clock, 2_000);
    await settle(desk, clock);
  }
  expect({ sent: desk.of('place-frame').length, timers: clock.pending - timers, notices: desk.of('notice').length }).toEqual({
    sent: 30,
    timers: 0,
    notices: 0,
  });
});

test('a cancel that waits for its place in the message rate is told as sent when it leaves, one that leaves at once is not told twice', async () => {
  const { gateway, desk, clock } = await settledLine();
  for (let i = 0; i < 30; i += 1) desk.adapter.broker.place(approve(intent()));
  const cancel = (orderId: number): string =>
    desk.adapter.broker.cancel({ clientId: ORDERS as ClientId, orderId: orderId as OrderId }).kind;
  const told = Array.from({ length: 11 }, (_, at) => cancel(101 + at));
  // The reserve is ten; two of it are the kill's.
  expect(told).toEqual([...Array<string>(8).fill('sent'), ...Array<string>(3).fill('queued')]);
  expect(desk.of('cancel-sent')).toEqual([]);
  clock.advance(1_500);
  await gateway.until(() => gateway.client(ORDERS).of('4').length === 11);
  expect(desk.of('cancel-sent').map(({ clientId, orderId }) => [clientId, orderId])).toEqual(
    [109, 110, 111].map((orderId) => [ORDERS, orderId]),
  );
});
