import { expect, test } from 'vitest';
import { quantityFromNumber } from '#domain/quantity';
import { trustedPrice } from '#domain/price';
import type { Trail } from '#domain/order';
import { toIbContract } from '#tws/contract/contract-translation';
import { fromExecution } from '#tws/order/execution-translation';
import { goodTillOf } from '#tws/order/good-till-date';
import { fromOpenOrder, fromOrderStatus, toWireOrder } from '#tws/order/order-translation';
import { termsOf } from '#tws/order/resent-terms';
import { bracket, IBM, intent, leg } from '../../support/tws/approved.ts';

const STOP = trustedPrice(178_000_000);

function wireOf(trail: Trail): object {
  const wire = toWireOrder(intent({ legs: [leg({ type: 'TRAIL', side: 'SELL', stop: STOP, trail })] }));
  if (!wire.ok) throw new Error(wire.error);
  const [first] = wire.value.legs;
  return first?.order ?? {};
}

test.each([
  [
    { kind: 'percent', basisPoints: 200 },
    { trailingPercent: '2', trailStopPrice: '178' },
  ],
  [
    { kind: 'percent', basisPoints: 125 },
    { trailingPercent: '1.25', trailStopPrice: '178' },
  ],
  [
    { kind: 'percent', basisPoints: 1 },
    { trailingPercent: '0.01', trailStopPrice: '178' },
  ],
  [
    { kind: 'amount', amount: trustedPrice(1_500_000) },
    { auxPrice: '1.5', trailStopPrice: '178' },
  ],
] as const)('a stop that trails by %j says so in percent or in dollars, and is read back as it was', (trail, fields) => {
  const wire = wireOf(trail) as Readonly<Record<string, string>>;
  expect(wire).toMatchObject(fields);
  const told = Object.fromEntries(
    ['trailingPercent', 'auxPrice', 'trailStopPrice'].map((name) => [name, Number(wire[name] ?? Number.NaN)]),
  );
  const order = { action: 'SELL', totalQuantity: 100, orderType: 'TRAIL', tif: 'GTC', ...told };
  expect(fromOpenOrder(7, IBM, order as never, { status: 'Submitted' } as never)).toMatchObject({ trail, stop: STOP });
});

test('of a bracket only the last leg transmits, and its exits shrink each other instead of both filling', () => {
  const wire = toWireOrder(bracket({ entry: 185, target: 190, stop: 180 }));
  if (!wire.ok) throw new Error(wire.error);
  expect(wire.value.legs.map(({ order }) => [order.transmit, order.ocaType])).toEqual([
    [false, undefined],
    [false, 2],
    [true, 2],
  ]);
});

test('a stop-limit triggers at its stop and rests at its limit', () => {
  const wire = toWireOrder(intent({ legs: [leg({ type: 'STP LMT', side: 'SELL', stop: STOP, limit: trustedPrice(177_500_000) })] }));
  expect(wire).toMatchObject({ ok: true, value: { legs: [{ order: { auxPrice: '178', lmtPrice: '177.5' } }] } });
});

test.each([1, 10, 50, 100, 1_000])('a contract of multiplier %d is named by it; one share has none', (multiplier) => {
  const wire = toIbContract({ ...IBM, secType: multiplier === 1 ? 'STK' : 'FUT', multiplier });
  expect(wire.ok && wire.value.multiplier).toBe(multiplier === 1 ? undefined : multiplier);
});

test('each part of a fill is booked at its own price', () => {
  const ib = { execId: '1', side: 'BOT', shares: 60, price: 185.3, avgPrice: 185.2, cumQty: 100, orderId: 7, permId: 9, clientId: 2 };
  expect(fromExecution(IBM.conId, ib as never, 0)).toMatchObject({
    price: 185_300_000,
    avgPrice: 185_200_000,
    quantity: quantityFromNumber(60),
  });
});

test('ids that IB leaves unset are none, whatever number stands for that', () => {
  const ib = { execId: '1', side: 'BOT', shares: 1, price: 1, orderId: 2_147_483_647, permId: 9, clientId: 2_147_483_647 };
  expect(fromExecution(IBM.conId, ib as never, 0)).toMatchObject({ orderId: 0, clientId: 0, permId: 9 });
  const status = fromOrderStatus([7, 'Submitted', 0, 100, 0, 2_147_483_647, 2_147_483_647, 0, 2, undefined]);
  expect(status).toMatchObject({ permId: 0, parentId: 0 });
});

test('the average of an order and the price of its last part stand each in its own place', () => {
  const status = fromOrderStatus([7, 'Filled', 100, 0, 185.2, 9, 0, 185.3, 2, '']);
  expect(status).toMatchObject({ avgFillPrice: 185_200_000, lastFillPrice: 185_300_000, filled: quantityFromNumber(100), remaining: 0 });
});

test.each([
  ['BUY', 'BUY'],
  ['BOT', 'BUY'],
  ['SELL', 'SELL'],
  ['SLD', 'SELL'],
  ['SSHORT', 'SELL'],
  ['SLONG', 'SELL'],
  ['HOLD', undefined],
  ['', undefined],
] as const)('an order of another program that says %j is a %s', (action, side) => {
  const order = { action, totalQuantity: 100, orderType: 'MKT', tif: 'DAY' };
  expect(fromOpenOrder(7, IBM, order as never, { status: 'Submitted' } as never)?.side).toBe(side);
});

test.each([
  ['20261106-21:00:00', Date.UTC(2026, 10, 6, 21)],
  ['20261106 16:00:00 US/Eastern', Date.UTC(2026, 10, 6, 21)],
  ['20261106 16:00:00', Date.UTC(2026, 10, 6, 21)],
  ['20261106', Date.UTC(2026, 10, 6, 21)],
  ['20260706-21:00:30', Date.UTC(2026, 6, 6, 21, 0, 30)],
])('%s is good until that moment, wherever it was written', (text, at) => {
  expect(goodTillOf(text)).toBe(at);
});

test('a change repeats what a person has set, also that something is off, and nothing that is unset', () => {
  const order = {
    action: 'SELL',
    orderType: 'LMT',
    outsideRth: false,
    tif: 'GTC',
    discretionaryAmt: Number.MAX_VALUE,
    minQty: 2_147_483_647,
  };
  expect(termsOf(order as never)).toEqual({ repeat: { outsideRth: false, tif: 'GTC' }, unknown: [] });
  expect(termsOf({ ...order, outsideRth: true, displaySize: 10 } as never).repeat).toEqual({
    outsideRth: true,
    tif: 'GTC',
    displaySize: 10,
  });
});
