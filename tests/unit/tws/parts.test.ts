import { IBApi } from '@stoqey/ib';
import { expect, test } from 'vitest';
import { units, trustedQuantity } from '#domain/quantity';
import { shieldErrorFrame } from '#tws/socket/error-shield';
import { FrameRing } from '#tws/socket/frame-ring';
import { Heartbeat } from '#tws/session/heartbeat';
import { libraryInternals, tapWrites } from '#tws/socket/library-internals';
import { LinkLamps } from '#tws/link/link-state';
import { fromIbContract, toIbContract } from '#tws/contract/contract-translation';
import { fromOpenOrder, toWireOrder } from '#tws/order/order-translation';
import { OutboundTap, type PlaceFrame } from '#tws/socket/outbound-tap';
import { SlidingWindow } from '#tws/pacing/sliding-window';
import { checkOptions } from '#tws/tws-options';
import { approve, bracket, IBM, intent, leg } from '../../support/tws/approved.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { frame } from '../../support/tws/fake-gateway.ts';
import { trustedPrice } from '#domain/price';

test('the library has the inner parts the adapter reaches for', () => {
  const ib = new IBApi({ host: '127.0.0.1', port: 1, clientId: 0, maxReqPerSec: 100_000 });
  expect(() => libraryInternals(ib)).not.toThrow();
  expect(() => libraryInternals({ controller: {} } as never)).toThrow('@stoqey/ib has changed inside');
});

test('the tap counts what was written, however the buffers are cut, and tells a change from a first order', () => {
  const frames: string[] = [];
  const placed: PlaceFrame[] = [];
  const tap = new OutboundTap(
    new Set(),
    (bytes) => frames.push(bytes.toString()),
    (one) => placed.push(one),
  );
  const place = (id: number, quantity: string, ref: string): Buffer => {
    const fields = Array.from({ length: 30 }, () => '');
    fields[0] = '3';
    fields[1] = String(id);
    fields[17] = quantity;
    fields[26] = ref;
    return frame(...fields);
  };
  const greeting = Buffer.concat([Buffer.from('API\0'), Buffer.from([0, 0, 0, 9]), Buffer.from('v100..193')]);
  const bytes = Buffer.concat([
    frame(71, 2, 0, ''),
    place(5, '100', 'TD1-A'),
    frame(4, 5),
    place(5, '0.5', 'TD1-A'),
    place(6, 'Infinity', ''),
  ]);
  tap.wrote(greeting);
  for (let i = 0; i < bytes.length; i += 7) tap.wrote(bytes.subarray(i, i + 7));
  expect(placed).toEqual([
    { orderId: 5, quantity: units(100), ref: 'TD1-A', modify: false },
    { orderId: 5, quantity: 5_000, ref: 'TD1-A', modify: true },
    { orderId: 6, quantity: 0, ref: undefined, modify: false },
  ]);
  expect({ place: tap.placeFrames, frames: frames.length }).toEqual({ place: 3, frames: 6 });
});

test.each([
  ['good JSON', '4\x002\x007\x00201\x00text\x00{"a":1}\x00', '4\x002\x007\x00201\x00text\x00{"a":1}\x00'],
  ['no JSON', '4\x002\x007\x00201\x00text\x00\x00', '4\x002\x007\x00201\x00text\x00\x00'],
  ['no JSON field', '4\x002\x007\x00201\x00text\x00', '4\x002\x007\x00201\x00text\x00'],
  ['bad JSON', '4\x002\x007\x00201\x00text\x00{"a\x00', '4\x002\x007\x00201\x00text\x00\x00'],
  ['JSON that is bad once unescaped', '4\x002\x007\x00201\x00text\x00{"a":"\\u0022"}\x00', '4\x002\x007\x00201\x00text\x00\x00'],
  [
    'an endless text',
    `4\x002\x007\x00201\x00${'\\u0041'.repeat(9_000)}\x00\x00`,
    `4\x002\x007\x00201\x00${'\\u0041'.repeat(9_000).slice(0, 16_384)}\x00\x00`,
  ],
])('the error shield leaves or blanks: %s', (_, given, expected) => {
  expect(shieldErrorFrame(given)).toBe(expected);
});

test('the frame ring keeps the last frames, cut and masked', () => {
  const ring = new FrameRing(3);
  ring.record(1, 0, 'in', 'first\0');
  ring.record(2, 0, 'in', '15\x001\x00DU1234567,U7654321\0');
  ring.record(3, 2, 'out', '3\x007\0');
  ring.record(4, 0, 'out', 'x'.repeat(5_000));
  expect(
    ring.read().map(({ at, clientId, direction, text }) => ({ at, clientId, direction, text: text.slice(0, 40), length: text.length })),
  ).toEqual([
    { at: 2, clientId: 0, direction: 'in', text: '15|1|DU*****67,U*****21|', length: 24 },
    { at: 3, clientId: 2, direction: 'out', text: '3|7|', length: 4 },
    { at: 4, clientId: 0, direction: 'out', text: 'x'.repeat(40), length: 2_048 },
  ]);
});

test('after 1100 only 1101 or 1102 bring IB back, and each connection tells its own story', () => {
  const lamps = new LinkLamps();
  const told = [
    lamps.notice(0, 1100, 'lost', 1),
    lamps.notice(1, 1100, 'lost', 2),
    lamps.notice(0, 2104, 'Market data farm connection is OK:usfarm', 3),
  ];
  expect({ told, upstream: lamps.upstream, since: lamps.upstreamSince }).toEqual({
    told: ['changed', 'none', 'changed'],
    upstream: 'down',
    since: 1,
  });
  lamps.notice(0, 1102, 'restored', 4);
  expect(lamps.upstream).toBe('down');
  expect(lamps.notice(1, 1101, 'restored', 5)).toBe('data-lost');
  expect({ upstream: lamps.upstream, since: lamps.upstreamSince }).toEqual({ upstream: 'up', since: 5 });
});

test('what a closed connection said about IB is forgotten', () => {
  const lamps = new LinkLamps();
  lamps.notice(0, 1100, 'lost', 1);
  lamps.closed(0, 2);
  expect(lamps.upstream).toBe('unknown');
});

test('a farm that comes back is told as such, once', () => {
  const lamps = new LinkLamps();
  const text = (word: string): string => `Market data farm connection is ${word}:usfarm`;
  expect([lamps.notice(1, 2103, text('broken'), 1), lamps.notice(1, 2104, text('OK'), 2), lamps.notice(1, 2104, text('OK'), 3)]).toEqual([
    'changed',
    'farm-back',
    'none',
  ]);
});

test('the sliding window says when there is room', () => {
  const window = new SlidingWindow(3, 1_000);
  for (const at of [0, 100, 200]) window.add(at);
  expect([window.roomAt(300, 3, 1), window.roomAt(300, 3, 2), window.roomAt(300, 2, 1), window.roomAt(1_000, 3, 1)]).toEqual([
    1_000, 1_100, 1_100, 1_000,
  ]);
});

test('an order says everything, so that no preset of TWS fills anything in', () => {
  const request = intent({
    legs: [
      leg({
        type: 'STP LMT',
        side: 'SELL',
        limit: trustedPrice(184_999_999),
        stop: trustedPrice(185_000_000),
        quantity: trustedQuantity(2_500),
        outsideRth: true,
        tif: 'GTC',
      }),
    ],
  });
  expect(toWireOrder(request)).toEqual({
    ok: true,
    value: {
      contract: {
        conId: 8314,
        symbol: 'IBM',
        secType: 'STK',
        exchange: 'SMART',
        currency: 'USD',
        primaryExch: 'NYSE',
        localSymbol: 'IBM',
        tradingClass: 'IBM',
      },
      legs: [
        {
          ref: request.legs[0].ref,
          order: {
            action: 'SELL',
            totalQuantity: '0.25',
            orderType: 'STP LMT',
            lmtPrice: '184.999999',
            auxPrice: '185',
            tif: 'GTC',
            account: 'DU1234567',
            orderRef: request.legs[0].ref,
            outsideRth: true,
            transmit: true,
          },
        },
      ],
    },
  });
});

test.each([
  ['no quantity', { quantity: 0 }, 'The quantity is not a positive number.'],
  ['a negative quantity', { quantity: -10_000 }, 'The quantity is not a positive number.'],
  ['a quantity that is no number', { quantity: Number.NaN }, 'The quantity is not a positive number.'],
  ['a fraction of a ten-thousandth', { quantity: 0.5 }, 'The quantity is not a positive number.'],
  ['a limit order without a limit', { type: 'LMT' }, 'A LMT order needs a limit price.'],
  ['an infinite limit', { type: 'LMT', limit: Infinity }, 'A LMT order needs a limit price.'],
  ['a stop without its price', { type: 'STP' }, 'A STP order needs a stop price.'],
  ['a type the desk does not send', { type: 'MOC' }, 'The order type "MOC" is not one the desk sends.'],
  ['a trailing stop without its distance', { type: 'TRAIL', stop: 1_000_000 }, 'A TRAIL order needs a distance and a stop to begin with.'],
  [
    'an OCA group that would inject a field',
    { ocaGroup: 'OCA\0' },
    'The name of the OCA group is empty, too long or carries characters that must not reach the wire.',
  ],
  ['a time in force the desk does not send', { tif: 'GTD' }, 'The time in force "GTD" is not one the desk sends.'],
  ['no side', { side: 'HOLD' }, 'The order is neither BUY nor SELL.'],
  ['silence about regular hours', { outsideRth: undefined }, 'The order does not say whether it may fill outside regular hours.'],
])('%s is refused before the wire', (_, changes, error) => {
  expect(toWireOrder(intent({ legs: [leg(changes as never)] }))).toEqual({ ok: false, error });
});

test('one bad leg refuses the whole bracket', () => {
  const good = bracket({ entry: 185, target: 190, stop: 180 });
  expect(toWireOrder({ ...good, legs: [good.legs[0], good.legs[1]!, { ...good.legs[2]!, quantity: trustedQuantity(0) }] }).ok).toBe(false);
});

test('options and futures keep what identifies them, there and back', () => {
  const option = {
    ...IBM,
    conId: 111 as never,
    secType: 'OPT' as const,
    expiry: '20241220',
    strike: 185_500_000 as never,
    right: 'P' as const,
    multiplier: 100,
  };
  const wire = toIbContract(option);
  const { primaryExchange, ...rest } = option;
  expect(wire.ok && { strike: wire.value.strike, right: wire.value.right, multiplier: wire.value.multiplier }).toEqual({
    strike: '185.5',
    right: 'P',
    multiplier: 100,
  });
  expect(wire.ok && fromIbContract({ ...wire.value, strike: 185.5 })).toEqual({ ...rest, primaryExchange });
});

test('a contract without a number is none', () => {
  expect(
    [0, -1, Number.NaN, undefined].map((conId) => fromIbContract({ ...(conId === undefined ? {} : { conId }), symbol: 'IBM' })),
  ).toEqual([undefined, undefined, undefined, undefined]);
});

test('an order of another program is shown as it is, with unset figures missing', () => {
  const news = fromOpenOrder(
    -3,
    IBM,
    {
      action: 'SELL',
      totalQuantity: 10,
      orderType: 'TRAIL',
      auxPrice: 1.5,
      lmtPrice: 0,
      tif: 'GTC',
      account: 'DU1234567',
      permId: 99,
      clientId: 2_147_483_647,
      parentId: 0,
      ocaGroup: '',
    } as never,
    { status: 'PreSubmitted' } as never,
  );
  expect(news).toEqual({
    orderId: -3,
    permId: 99,
    clientId: 0,
    account: 'DU1234567',
    contract: IBM,
    side: 'SELL',
    type: 'TRAIL',
    quantity: units(10),
    trail: { kind: 'amount', amount: 1_500_000 },
    tif: 'GTC',
    outsideRth: false,
    ibStatus: 'PreSubmitted',
    whatIf: false,
  });
});

test.each([
  [{ port: 0 }, 'The TWS port 0 is not between 1 and 65535.'],
  [{ clientIdBase: -1 }, 'The client id base -1 is not a whole number of 0 or more.'],
  [{ rates: () => ({ messagesPerSecond: 100, reserved: 10 }) }, 'The message limit 100 is not between 15 and 45 per second.'],
])('options %j are refused with the reason', (changes, error) => {
  expect(checkOptions({ host: '127.0.0.1', port: 4002, allowLive: false, ...changes })).toEqual({ ok: false, error });
});

test('the support’s approvals are frozen', () => {
  expect(Object.isFrozen(approve(intent()))).toBe(true);
});

test('what is written to a dead socket is not counted as sent', () => {
  const seen: number[] = [];
  const socket = { writable: true, destroyed: false, write: () => true };
  tapWrites(socket as never, (bytes) => seen.push(bytes.length));
  (socket.write as (bytes: Buffer) => boolean)(Buffer.alloc(3));
  socket.destroyed = true;
  (socket.write as (bytes: Buffer) => boolean)(Buffer.alloc(5));
  socket.destroyed = false;
  socket.writable = false;
  (socket.write as (bytes: Buffer) => boolean)(Buffer.alloc(7));
  expect(seen).toEqual([3]);
});

test('a second heartbeat within 1.1 s waits, however often it is asked for', () => {
  const clock = new FakeClock();
  const sent: number[] = [];
  const heartbeat = new Heartbeat(
    { clock, scheduler: clock },
    {
      request: (left) => {
        left();
        sent.push(clock.monotonic());
      },
      answered: () => undefined,
      missed: () => undefined,
      dead: () => undefined,
    },
  );
  heartbeat.start();
  clock.advance(10);
  heartbeat.answer(1);
  for (let i = 0; i < 3; i += 1) heartbeat.probe();
  clock.advance(1_089);
  heartbeat.probe();
  clock.advance(1);
  expect(sent).toEqual([0, 1_100]);
});
