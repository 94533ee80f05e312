import { expect, test } from 'vitest';
import { units } from '#domain/quantity';
import { approve, IBM, intent } from '../support/tws/approved.ts';
import { frame, rawFrame, type FakePeer } from '../support/tws/fake-gateway.ts';
import { errorMessage, execution, orderStatus, tickPrice } from '../support/tws/messages.ts';
import { type GatewayLine, settledLine } from '../support/tws/gateway-line.ts';

const ORDERS = 2;

async function connected(): Promise<GatewayLine & { readonly peer: FakePeer }> {
  const line = await settledLine();
  return { ...line, peer: line.gateway.client(ORDERS) };
}

const filled = frame(...orderStatus(7, 'Filled', { filled: '100', remaining: '0' }));

test.each([
  ['a negative length', rawFrame(-4), 'a frame claims a length of -4 bytes'],
  ['a length of zero', rawFrame(0), 'a frame claims a length of 0 bytes'],
  ['a length of one byte more than four MiB', rawFrame(4_194_305), 'a frame claims a length of 4194305 bytes'],
  ['a length of 16 MB', rawFrame(16_777_216), 'a frame claims a length of 16777216 bytes'],
  ['a frame without its closing NUL', rawFrame(4, Buffer.from('3\x007x')), 'a frame does not end with NUL'],
  ['text that is not UTF-8', rawFrame(4, Buffer.from([0x34, 0, 0xff, 0])), 'a frame is not valid UTF-8'],
  ['a frame of too many fields', rawFrame(50_000, Buffer.alloc(50_000)), 'a frame has 50000 fields'],
])('%s closes the connection at once, names the damage and the next connection works (F6)', async (_, bytes, fault) => {
  const { gateway, desk, clock, peer } = await connected();
  peer.bytes(bytes, filled);
  await desk.until(() => !desk.link.ready);
  expect(desk.link.problem).toEqual({
    code: 'malformed-data',
    text: `The data from 127.0.0.1:${String(gateway.port)} are damaged (${fault}). The connection was closed and is built anew.`,
  });
  // What came behind the damage is nobody's.
  expect(desk.of('order-status')).toEqual([]);
  clock.advance(2_000);
  await desk.until(() => desk.link.ready);
  gateway.client(ORDERS).bytes(filled);
  expect((await desk.first('order-status')).status.ibStatus).toBe('Filled');
});

test('what came before the damage in the same bytes is kept', async () => {
  const { desk, peer } = await connected();
  peer.bytes(filled, rawFrame(-1));
  await desk.until(() => !desk.link.ready);
  expect(desk.of('order-status').map(({ status }) => status.ibStatus)).toEqual(['Filled']);
});

test('bytes that come one at a time are read like any others', async () => {
  const { desk, peer } = await connected();
  const bytes = Buffer.concat([frame(...errorMessage(7, 399, 'Größe')), filled]);
  for (let i = 0; i < bytes.length; i += 1) {
    peer.bytes(bytes.subarray(i, i + 1));
    // Let each byte travel alone.
    await new Promise<void>((done) => setImmediate(done));
  }
  await desk.first('order-status');
  expect(desk.of('notice').at(-1)?.notice.text).toBe('Größe');
});

test('bad JSON in a rejection keeps the notice and the fill behind it (F6)', async () => {
  const { desk, peer } = await connected();
  peer.bytes(frame(...errorMessage(7, 201, 'Order rejected - reason: margin', '{"rejects":[{')), frame(...execution(7)), filled);
  await desk.first('order-status');
  expect(desk.of('notice').at(-1)?.notice).toEqual({
    code: 201,
    id: 7,
    clientId: 2,
    text: 'Order rejected - reason: margin',
    severity: 'error',
    disposition: 'reject',
    orderId: 7,
    advice: 'IB names its reason; change the order, or free buying power, before firing again.',
  });
  expect(desk.of('execution').map(({ execution: { quantity } }) => quantity)).toEqual([units(100)]);
  expect(desk.of('order-status').map(({ status }) => status.ibStatus)).toEqual(['Filled']);
  expect(desk.link.ready).toBe(true);
});

test('good JSON in a rejection passes, also when TWS escapes it', async () => {
  const { desk, peer } = await connected();
  peer.bytes(frame(...errorMessage(7, 201, 'Order rejected', '{"a":"\\u00fc"}')), filled);
  await desk.first('order-status');
  expect(desk.of('notice').at(-1)?.notice.code).toBe(201);
});

test('a listener that throws loses nothing: the others hear it, the next messages are read, the desk reconciles (F6)', async () => {
  const { desk, peer } = await connected();
  const epoch = desk.link.epoch;
  let calm = false;
  const heard: string[] = [];
  desk.adapter.onNews((news) => {
    if (news.kind === 'order-status' && !calm) {
      calm = true;
      throw new Error('a defect of the desk');
    }
  });
  desk.adapter.onNews((news) => {
    if (news.kind === 'order-status') heard.push(news.status.ibStatus);
  });
  peer.bytes(frame(...orderStatus(7, 'Submitted')), filled);
  await desk.until(() => desk.of('order-status').length === 2);
  expect(heard).toEqual(['Submitted', 'Filled']);
  const { notice } = await desk.first('notice', (news) => news.notice.code === 90_001);
  expect(notice.text).toBe('A listener of order-status failed: a defect of the desk');
  expect(desk.link.epoch).toBe(epoch + 1);
});

test('a sink that throws does not stop the ticks', async () => {
  const { gateway, desk } = await connected();
  desk.adapter.market.subscribe(IBM);
  await gateway.until(() => gateway.client(1).of('1').length === 1);
  const reqId = gateway.client(1).of('1')[0]![2]!;
  const { onEvent } = desk.sink;
  let thrown = 0;
  desk.sink.onEvent = (event) => {
    if (event.kind === 'tick' && thrown === 0) {
      thrown += 1;
      throw new Error('a defect of the market room');
    }
    onEvent(event);
  };
  gateway.client(1).bytes(frame(...tickPrice(reqId, 1, '185.1')), frame(...tickPrice(reqId, 2, '185.2')));
  await desk.until(() => desk.sink.ticks().length === 2);
  expect((await desk.first('notice', (news) => news.notice.code === 90_001)).notice.text).toBe(
    'The listener of tickPrice failed: a defect of the market room',
  );
});

test.each([
  ['a short order status', frame(3, 7, 'Filled')],
  ['a long order status', frame(...orderStatus(7, 'Filled'), 'surplus')],
  ['a fill whose quantity is no number', frame(...execution(7, { shares: '12abc' }))],
  ['a fill without a price', frame(...execution(7, { price: 'NaN' }))],
  ['an order status without a number', frame(3, 'seven', 'Filled', '100', '0', '1', '2', '0', '1', '2', '', '0')],
])('%s is never guessed: the desk is told to reconcile and the line stays (K-19)', async (_, bytes) => {
  const { desk, peer } = await connected();
  const { epoch } = desk.link;
  peer.bytes(bytes, filled);
  await desk.first('notice', (news) => news.notice.code === 90_002);
  await desk.until(() => desk.of('order-status').some(({ status }) => status.filled === units(100)));
  expect(desk.of('execution')).toEqual([]);
  expect({ epochs: desk.link.epoch - epoch, ready: desk.link.ready }).toEqual({ epochs: 1, ready: true });
});

test('a second unreadable order message within a minute stops orders until a new connection', async () => {
  const { desk, peer } = await connected();
  peer.bytes(frame(3, 7, 'Filled'), frame(3, 8, 'Filled'));
  await desk.until(() => !desk.link.ready);
  expect(desk.link.problem?.code).toBe('malformed-data');
  expect(desk.adapter.broker.place(approve(intent())).kind).toBe('refused');
});

test('an unknown message is noticed once and changes nothing', async () => {
  const { desk, peer } = await connected();
  const { epoch } = desk.link;
  peer.bytes(frame(999, 1, 2), frame(999, 1, 2), filled);
  await desk.first('order-status');
  expect(desk.of('notice').map(({ notice }) => notice.code)).toEqual([90_002]);
  expect({ epoch: desk.link.epoch, ready: desk.link.ready }).toEqual({ epoch, ready: true });
});

test('account ids are masked in the recorded frames', async () => {
  const { desk } = await connected();
  const frames = desk.adapter.frames();
  expect(frames.filter(({ text }) => text.includes('DU1234567'))).toEqual([]);
  expect(frames.find(({ text }) => text.startsWith('15|'))?.text).toBe('15|1|DU*****67|');
});

test('a frame of four MiB is the longest that is read', async () => {
  const { desk, peer } = await connected();
  const head = ['19', '1', ''].join('\x00');
  peer.bytes(rawFrame(4_194_304, Buffer.from(`${head}${'x'.repeat(4_194_304 - head.length - 1)}\0`)), filled);
  expect((await desk.first('order-status')).status.ibStatus).toBe('Filled');
  expect(desk.link.ready).toBe(true);
});
