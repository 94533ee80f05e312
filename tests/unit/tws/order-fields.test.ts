import { expect, test } from 'vitest';
import { quantityFromNumber, trustedQuantity } from '#domain/quantity';
import { trustedPrice } from '#domain/price';
import type { Trail } from '#domain/order';
import { toIbContract } from '#tws/contract/contract-translation';
import { fromCommission, fromExecution } from '#tws/order/execution-translation';
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
    { kind: 'amount', amount: trustedPrice(2_000_000) },
    { auxPrice: '2', trailStopPrice: '178' },
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

test('a market order carries no price, also when its leg names some; a limit order carries no stop', () => {
  const prices = { limit: trustedPrice(177_500_000), stop: STOP, trail: { kind: 'percent', basisPoints: 100 } } as const;
  const wire = (['MKT', 'LMT', 'STP', 'TRAIL'] as const).map((type) => toWireOrder(intent({ legs: [leg({ type, ...prices })] })));
  const named = wire.map((one) =>
    one.ok
      ? Object.keys(one.value.legs[0]?.order ?? {}).filter((name) =>
          ['lmtPrice', 'auxPrice', 'trailStopPrice', 'trailingPercent'].includes(name),
        )
      : one.error,
  );
  expect(named).toEqual([[], ['lmtPrice'], ['auxPrice'], ['trailingPercent', 'trailStopPrice']]);
});

test.each([
  [{ kind: 'amount', amount: 0 }, false],
  [{ kind: 'amount', amount: 1 }, true],
  [{ kind: 'amount', amount: 0.5 }, false],
  [{ kind: 'percent', basisPoints: -1 }, false],
  [{ kind: 'percent', basisPoints: 0 }, false],
  [{ kind: 'percent', basisPoints: 0.5 }, false],
  [{ kind: 'percent', basisPoints: 9_999 }, true],
  [{ kind: 'percent', basisPoints: 10_000 }, false],
])('a stop that trails by %j leaves: %j', (trail, ok) => {
  expect(toWireOrder(intent({ legs: [leg({ type: 'TRAIL', side: 'SELL', stop: STOP, trail: trail as Trail })] })).ok).toBe(ok);
});

const told = (more: object): object => ({ action: 'SELL', totalQuantity: 100, orderType: 'LMT', tif: 'GTC', ...more });

test.each([
  ['LMT', { limit: 185_000_000 }],
  ['REL', { limit: 185_000_000 }],
  ['STP LMT', { limit: 185_000_000, stop: 178_000_000 }],
  ['STP', { stop: 178_000_000 }],
  ['MIT', { stop: 178_000_000 }],
  ['LIT', { stop: 178_000_000 }],
  ['MKT', {}],
  ['MOC', {}],
])('of an order of the type %s those prices are read that it makes use of', (orderType, prices) => {
  const order = told({ orderType, lmtPrice: 185, auxPrice: 178, trailStopPrice: 170, trailingPercent: 2 });
  const news = fromOpenOrder(7, IBM, order as never, { status: 'Submitted' } as never);
  expect([news?.limit, news?.stop, news?.trail]).toEqual([
    ...(['limit', 'stop'] as const).map((name) => (prices as never)[name]),
    undefined,
  ]);
});

test.each([
  [{ trailingPercent: 0 }, undefined],
  [{ trailingPercent: 0.01 }, { kind: 'percent', basisPoints: 1 }],
  [{ trailingPercent: 99.99 }, { kind: 'percent', basisPoints: 9_999 }],
  [{ trailingPercent: 100 }, undefined],
  [
    { auxPrice: 0, trailingPercent: 2 },
    { kind: 'percent', basisPoints: 200 },
  ],
  [
    { auxPrice: 0.000_001, trailingPercent: 2 },
    { kind: 'amount', amount: 1 },
  ],
  [{}, undefined],
])('the distance of a stop of another program that says %j is %j', (fields, trail) => {
  const news = fromOpenOrder(7, IBM, told({ orderType: 'TRAIL', ...fields }) as never, { status: 'Submitted' } as never);
  expect(news?.trail).toEqual(trail);
});

test.each([
  ['no number', Number.NaN, {}],
  ['no quantity', 7, { totalQuantity: undefined }],
  ['a negative quantity', 7, { totalQuantity: -1 }],
  ['no side', 7, { action: 'HOLD' }],
])('an order of another program with %s is not usable', (_what, id, fields) => {
  expect(fromOpenOrder(id, IBM, told(fields) as never, { status: 'Submitted' } as never)).toBeUndefined();
});

test('a date is read of an order that is good until one, bonds of one that has some', () => {
  const read = (fields: object): unknown => fromOpenOrder(7, IBM, told(fields) as never, { status: 'Submitted' } as never);
  expect(read({ tif: 'GTD', goodTillDate: '20261106-21:00:00' })).toMatchObject({ goodTill: Date.UTC(2026, 10, 6, 21) });
  expect(read({ goodTillDate: '20261106-21:00:00' })).not.toHaveProperty('goodTill');
  expect(read({ parentId: 5, ocaGroup: 'G', ocaType: 2 })).toMatchObject({ parentId: 5, ocaGroup: 'G', ocaType: 2 });
  const none = read({ parentId: 0, ocaGroup: '', ocaType: 2, orderRef: '' });
  for (const name of ['parentId', 'ocaGroup', 'ocaType', 'orderRef']) expect(none).not.toHaveProperty(name);
  expect(read({ ocaGroup: 'G', ocaType: 0 })).not.toHaveProperty('ocaType');
  expect(read({ outsideRth: true, whatIf: true, orderRef: 'R' })).toMatchObject({ outsideRth: true, whatIf: true, orderRef: 'R' });
});

const FILL = { execId: '1', side: 'BOT', shares: 60, price: 185.3, orderId: 7, permId: 9, clientId: 2 };

test.each([{ execId: undefined }, { execId: '' }, { side: 'HOLD' }, { shares: undefined }, { shares: -1 }, { price: undefined }])(
  'an execution with %j is not booked',
  (fields) => {
    expect(fromExecution(IBM.conId, { ...FILL, ...fields } as never, 0)).toBeUndefined();
  },
);

test('what an execution leaves out is what it says itself, and a time that names no zone is none', () => {
  const plain = fromExecution(IBM.conId, FILL, 5);
  expect(plain).toMatchObject({ cumQuantity: quantityFromNumber(60), avgPrice: 185_300_000, at: 5, time: '' });
  expect(plain).not.toHaveProperty('orderRef');
  const at = (time: string): unknown => fromExecution(IBM.conId, { ...FILL, time, orderRef: 'R' }, 5)?.brokerAt;
  expect(
    ['20131008 09:35:00 US/Eastern', '20131008-13:35:00', '20131008 09:35:00', '20131008 09:35:00 Nowhere/Land', 'now'].map(at),
  ).toEqual([Date.UTC(2013, 9, 8, 13, 35), Date.UTC(2013, 9, 8, 13, 35), undefined, undefined, undefined]);
});

test('a commission that IB leaves unset is unknown, and one of no execution is none', () => {
  expect(fromCommission({ execId: '1', commission: 1.25, realizedPNL: Number.MAX_VALUE, currency: 'USD' })).toEqual({
    ...{ kind: 'commission', execId: '1', commission: 1_250_000, currency: 'USD', realizedPnl: undefined },
  });
  expect([fromCommission({ commission: 1 }), fromCommission({ execId: '', commission: 1 })]).toEqual([undefined, undefined]);
});

test('a status of no order, or without a word, is none', () => {
  const status = (id: number, word: string, filled?: number): unknown => fromOrderStatus([id, word, filled, 100, 0, 9, 0, 0, 2, undefined]);
  expect([status(Number.NaN, 'Submitted'), status(7, '')]).toEqual([undefined, undefined]);
  expect(status(7, 'Submitted', -1)).toMatchObject({ filled: undefined, avgFillPrice: undefined, lastFillPrice: undefined, whyHeld: '' });
});

test('a tier of commissions that somebody chose is a term that the desk does not know, an empty one is none', () => {
  const order = { action: 'SELL', orderType: 'LMT', softDollarTier: { name: '', value: '' }, algoParams: [] };
  expect(termsOf(order as never).unknown).toEqual([]);
  expect(termsOf({ ...order, softDollarTier: { name: 'T', value: '' } } as never).unknown).toEqual(['softDollarTier']);
});

test('the smallest part of a share leaves, nothing does not', () => {
  const quantity = (amount: number): boolean => toWireOrder(intent({ legs: [leg({ quantity: trustedQuantity(amount) })] })).ok;
  expect([quantity(1), quantity(0)]).toEqual([true, false]);
});

test('a contract without a good number, symbol or figure does not leave', () => {
  const ok = (more: object): boolean => toIbContract({ ...IBM, ...more }).ok;
  expect([ok({}), ok({ conId: 0 }), ok({ conId: -1 }), ok({ conId: 1.5 }), ok({ conId: Number.NaN })]).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(toWireOrder(intent({ contract: { ...IBM, conId: 0 as never } }))).toEqual({
    ok: false,
    error: 'The contract has no valid contract id.',
  });
});
