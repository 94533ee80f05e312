import { expect, test } from 'vitest';
import type { ConId } from '#domain/ids';
import { units } from '#domain/quantity';
import { IBM } from '../support/tws/approved.ts';
import type { TwsDesk, MarketEvent } from '../support/tws/desk.ts';
import { frame, type FakePeer } from '../support/tws/fake-gateway.ts';
import { errorMessage, tickPrice, tickSize } from '../support/tws/messages.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { deskAt, type GatewayLine, listening, readyLine } from '../support/tws/gateway-line.ts';

async function streaming(): Promise<GatewayLine & { readonly data: FakePeer; readonly reqId: string }> {
  const line = await readyLine();
  const { gateway, desk, clock } = line;
  clock.advance(1_000);
  desk.adapter.market.subscribe(IBM);
  await gateway.until(() => gateway.client(1).of('1').length === 1);
  desk.sink.events.length = 0;
  return { ...line, data: gateway.client(1), reqId: gateway.client(1).of('1')[0]![2]! };
}

/** What a message becomes, with a last good tick behind it as the sign that all was read. */
async function becomes(of: TwsDesk, data: FakePeer, reqId: string, fields: readonly (string | number)[]): Promise<readonly MarketEvent[]> {
  data.bytes(frame(...fields), frame(...tickPrice(reqId, 4, '99.99')));
  await of.until(() => of.sink.of('chunk-end').length > 0 && of.sink.ticks().some(({ price }) => price === 99_990_000));
  return of.sink.events.filter((event) => event.kind !== 'chunk-end').slice(0, -1);
}

test.each(['NaN', 'Infinity', '-Infinity', '1e400', '12abc', '0abc', '1,234.5', '0x1f', '1e300'])(
  'the price %j is no tick; it is counted (F7)',
  async (text) => {
    const { desk, data, reqId } = await streaming();
    expect(await becomes(desk, data, reqId, tickPrice(reqId, 4, text))).toEqual([{ kind: 'malformed', conId: IBM.conId, raw: text }]);
  },
);

test.each(['', '0', '0.0', '-1', '-1.0', '1.7976931348623157E308'])('the price %j says that there is none (M-02)', async (text) => {
  const { desk, data, reqId } = await streaming();
  expect(await becomes(desk, data, reqId, tickPrice(reqId, 1, text))).toEqual([
    { kind: 'info', conId: IBM.conId, info: { kind: 'no-data', field: 'bid' } },
  ]);
});

test.each([
  ['231.4', 231_400_000],
  ['-37.63', -37_630_000],
  ['1.0E-4', 100],
  ['0.1', 100_000],
])('the price %s is %i millionths', async (text, price) => {
  const { desk, data, reqId, clock } = await streaming();
  expect(await becomes(desk, data, reqId, tickPrice(reqId, 4, text))).toEqual([
    { kind: 'tick', tick: { conId: IBM.conId, field: 'last', price, size: units(300), at: clock.now() } },
  ]);
});

test('a bid keeps the size that the library drops, and the sizes it derives are not told twice', async () => {
  const { desk, data, reqId, clock } = await streaming();
  const at = clock.now();
  expect(await becomes(desk, data, reqId, tickPrice(reqId, 1, '185.1', '700'))).toEqual([
    { kind: 'tick', tick: { conId: IBM.conId, field: 'bid', price: 185_100_000, size: units(700), at } },
  ]);
});

test.each<[string, readonly (string | number)[], readonly unknown[]]>([
  ['a bid size', tickSize('ID', 0, '200'), [{ kind: 'size', field: 'bid', size: units(200) }]],
  ['a size of zero', tickSize('ID', 3, '0'), [{ kind: 'size', field: 'ask', size: units(0) }]],
  ['a fractional size', tickSize('ID', 5, '0.25'), [{ kind: 'size', field: 'last', size: 2_500 }]],
  ['a volume', tickSize('ID', 8, '123456'), [{ kind: 'volume', volume: units(123_456) }]],
  ['an unset size', tickSize('ID', 0, ''), []],
  ['a delayed last price', tickPrice('ID', 68, '185.2', ''), ['tick']],
  ['the close', tickPrice('ID', 9, '184.5'), [{ kind: 'close', price: 184_500_000 }]],
  ['a close IB does not know', tickPrice('ID', 9, '0'), []],
  ['a halt', [45, 6, 'ID', 49, '1.0'], [{ kind: 'halted', halted: true }]],
  ['a halt for volatility', [45, 6, 'ID', 49, '2'], [{ kind: 'halted', halted: true }]],
  ['the end of a halt', [45, 6, 'ID', 49, '0.0'], [{ kind: 'halted', halted: false }]],
  ['a halt IB does not know', [45, 6, 'ID', 49, '-1'], []],
  ['the time of the last trade', [46, 6, 'ID', 45, '1381242600'], [{ kind: 'last-time', time: 1_381_242_600_000 }]],
  ['delayed data', [58, 1, 'ID', 3], [{ kind: 'live-type', liveType: 'delayed' }]],
  ['a data type from the future', [58, 1, 'ID', 9], []],
  ['a tick type the desk does not use', tickPrice('ID', 37, '185.2'), []],
])('%s is translated', async (_, fields, expected) => {
  const { desk, data, reqId } = await streaming();
  const events = await becomes(
    desk,
    data,
    reqId,
    fields.map((field) => (field === 'ID' ? reqId : field)),
  );
  expect(events.map((event) => (event.kind === 'info' ? event.info : event.kind))).toEqual(expected);
});

test.each(['abc', 'NaN', '-5'])('the size %j is counted as malformed', async (text) => {
  const { desk, data, reqId } = await streaming();
  expect(await becomes(desk, data, reqId, tickSize(reqId, 0, text))).toEqual([{ kind: 'malformed', conId: IBM.conId, raw: text }]);
});

test('ticks of a number nobody asked for are dropped', async () => {
  const { desk, data, reqId } = await streaming();
  expect(await becomes(desk, data, reqId, tickPrice(1, 4, '5.00'))).toEqual([]);
});

test('the end of the bytes follows the ticks in them', async () => {
  const { desk, data, reqId } = await streaming();
  data.bytes(frame(...tickPrice(reqId, 1, '185.1')), frame(...tickPrice(reqId, 2, '185.2')), frame(...tickPrice(reqId, 4, '185.1')));
  await desk.until(() => desk.sink.ticks().length === 3);
  await desk.until(() => desk.sink.of('chunk-end').length > 0);
  expect(desk.sink.events.at(-1)).toEqual({ kind: 'chunk-end' });
});

test('an unsubscribed stream is cancelled and heard no more; subscribing again uses a new number', async () => {
  const { gateway, desk, data, reqId } = await streaming();
  desk.adapter.market.unsubscribe(IBM.conId);
  desk.adapter.market.unsubscribe(IBM.conId);
  await gateway.until(() => data.of('2').length === 1);
  desk.adapter.market.subscribe(IBM);
  await gateway.until(() => data.of('1').length === 2);
  data.send(...tickPrice(reqId, 4, '1.00'));
  data.send(...tickPrice(data.of('1')[1]![2]!, 4, '185.00'));
  await desk.until(() => desk.sink.ticks().length > 0);
  expect({ cancelled: data.of('2').map((fields) => fields[2]), prices: desk.sink.ticks().map(({ price }) => price) }).toEqual({
    cancelled: [reqId],
    prices: [185_000_000],
  });
});

test('more subscriptions than the rate allows at once all arrive, in order, and leave room for orders', async () => {
  const { gateway, desk, clock, data } = await streaming();
  for (let i = 1; i <= 99; i += 1) desk.adapter.market.subscribe({ ...IBM, conId: (IBM.conId + i) as ConId, symbol: `S${String(i)}` });
  await gateway.until(() => data.of('1').length === 24);
  for (let second = 0; second < 4; second += 1) clock.advance(1_000);
  await gateway.until(() => data.of('1').length === 100);
  expect(data.of('1').map((fields) => fields[4])).toEqual(['IBM', ...Array.from({ length: 99 }, (_, i) => `S${String(i + 1)}`)]);
});

test.each<[string, string]>([
  ['', 'Type one to 64 plain characters of the symbol or name.'],
  ['a\0b', 'Type one to 64 plain characters of the symbol or name.'],
])('the search for %j is answered without asking TWS', async (pattern, error) => {
  const { desk } = await streaming();
  expect(await desk.adapter.market.search(pattern)).toEqual({ ok: false, error });
});

test('a search that TWS does not answer ends with its deadline', async () => {
  const { gateway, desk, clock } = await streaming();
  const answer = desk.adapter.market.search('IBM');
  await gateway.until(() => gateway.client(1).of('81').length === 1);
  clock.advance(10_000);
  expect(await answer).toEqual({ ok: false, error: 'The symbol search was not answered within 10 s.' });
});

test('a question dies with its connection', async () => {
  const { gateway, desk } = await streaming();
  const answer = desk.adapter.market.details(IBM);
  await gateway.until(() => gateway.client(1).of('9').length === 1);
  gateway.client(1).socket.destroy();
  expect(await answer).toEqual({ ok: false, error: 'The connection to TWS was lost before the answer came.' });
  expect(await desk.adapter.market.bars(IBM, 10)).toEqual({
    ok: false,
    error: 'The chart of IBM needs TWS, and there is no connection to it.',
  });
});

test('IB’s refusal of a question is its answer, with the advice', async () => {
  const { gateway, desk } = await streaming();
  const answer = desk.adapter.market.bars(IBM, 10);
  await gateway.until(() => gateway.client(1).of('20').length === 1);
  gateway
    .client(1)
    .send(
      ...errorMessage(
        Number(gateway.client(1).of('20')[0]![1]),
        162,
        'Historical Market Data Service error message:HMDS query returned no data',
      ),
    );
  expect(await answer).toEqual({
    ok: false,
    error:
      'Historical Market Data Service error message:HMDS query returned no data Historical data were refused. Wait ten minutes if many charts were opened; otherwise check the data subscription.',
  });
});

test('the same chart within 15 s is asked for once, and too long ones never', async () => {
  const { gateway, desk } = await streaming();
  const answers = [desk.adapter.market.bars(IBM, 3), desk.adapter.market.bars(IBM, 3)];
  await gateway.until(() => gateway.client(1).of('20').length === 1);
  const reqId = gateway.client(1).of('20')[0]![1]!;
  const row = (minute: number): (string | number)[] => [
    1_381_242_600 + minute * 60,
    '185.1',
    '185.3',
    '185',
    '185.2',
    '1200',
    '185.15',
    40,
  ];
  gateway.client(1).send(17, reqId, '20131008 09:30:00', '20131008 10:30:00', 2, ...row(0), ...row(1));
  expect(await Promise.all(answers)).toEqual(
    Array.from({ length: 2 }, () => ({
      ok: true,
      value: [0, 1].map((minute) => ({
        at: (1_381_242_600 + minute * 60) * 1_000,
        open: 185_100_000,
        high: 185_300_000,
        low: 185_000_000,
        close: 185_200_000,
        volume: units(1_200),
      })),
    })),
  );
  expect(gateway.client(1).of('20')).toHaveLength(1);
  expect(await desk.adapter.market.bars(IBM, 5_001)).toEqual({ ok: false, error: 'Ask for 1 to 5000 bars.' });
});

test.each([
  [1, []],
  [2, ['2']],
  [3, ['3']],
  [4, ['4']],
] as const)(
  'market data of kind %i are asked for by its own number before any stream, live ones by none',
  async (marketDataType, asked) => {
    const gateway = await listening();
    const clock = new FakeClock();
    const desk = await deskAt(gateway.port, clock, { marketDataType }).ready();
    clock.advance(1_000);
    desk.adapter.market.subscribe(IBM);
    await gateway.until(() => gateway.client(1).of('1').length === 1);
    expect(
      gateway
        .client(1)
        .of('59')
        .map((fields) => fields[2]),
    ).toEqual(asked);
  },
);
