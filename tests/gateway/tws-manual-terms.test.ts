import { afterEach, expect, test } from 'vitest';
import type { ClientId, OrderId, PermId } from '#domain/ids';
import type { OrderLeg } from '#domain/order';
import { type Price, priceOf } from '#domain/price';
import { units } from '#domain/quantity';
import type { OrderView } from '#simulator/model/order-view';
import type { ManualOrder } from '#simulator/fault/manual-trader';
import type { Simulator } from '#simulator/simulator';
import { approve, freshRef, intent, leg } from '../support/tws/approved.ts';
import { quotedStage } from '../support/simulator/stage.ts';
import { TwsDesk } from '../support/tws/desk.ts';

/** A change replaces the whole order at IB. What a person typed into TWS and this desk has no field for must be there afterwards. */

let simulator: Simulator;
let desk: TwsDesk;

const dollars = (price: number): Price => priceOf(price);
/** IBM at or above 190: the market of these tests stands at 180. */
const ABOVE_190 = {
  list: [{ join: 'and', kind: 'price', more: true, value: '190', conId: 8314, exchange: 'SMART', triggerMethod: 0 }],
  ignoreRth: true,
  cancels: false,
} as const;
const BUY_LOW = { symbol: 'IBM', action: 'BUY', type: 'LMT', quantity: units(100), limit: dollars(170) } as const;

/** An order typed into TWS before the desk came, known to it by its number. */
async function typed(order: ManualOrder): Promise<OrderView> {
  ({ simulator } = await quotedStage());
  const placed = simulator.manual.place(order);
  desk = await new TwsDesk(simulator.port).ready();
  desk.adapter.broker.reconcile();
  await desk.first('end', ({ of }) => of === 'open-orders');
  return placed;
}

function change(order: OrderView, terms: Partial<OrderLeg>) {
  const address = { clientId: 0 as ClientId, orderId: order.orderId as OrderId, permId: order.permId as PermId };
  return desk.adapter.broker.modify(
    address,
    approve(
      intent({
        origin: 'operator',
        legs: [leg({ ref: freshRef(), side: 'BUY', type: 'LMT', quantity: order.quantity, ...terms })],
      }),
    ),
  );
}

/** The order as the simulator holds it, once it has the new limit. */
async function changed(order: OrderView, limit: Price): Promise<void> {
  await desk.first('open-order', (news) => news.order.permId === order.permId && news.order.limit === limit);
}

afterEach(async () => {
  await desk.stop();
});

test.each([
  ['an iceberg', { extras: { displaySize: '20' } }],
  ['a hidden order', { extras: { hidden: true } }],
  ['all or none', { extras: { allOrNone: true } }],
  ['a least quantity', { extras: { minQty: '40' } }],
  ['a time to begin', { extras: { goodAfterTime: '20261006 15:00:00 US/Eastern' } }],
  ['a date to end', { tif: 'GTD', extras: { goodTillDate: '20261106 16:00:00 US/Eastern' } }],
  ['good till cancelled', { tif: 'GTC' }],
  ['an algorithm', { extras: { algoStrategy: 'Adaptive', algoParams: ['adaptivePriority', 'Patient'] } }],
  ['a condition', { conditions: ABOVE_190 }],
  [
    'everything at once',
    {
      tif: 'GTC',
      conditions: {
        list: [
          { join: 'or', kind: 'price', more: false, value: '170.5', conId: 8314, exchange: 'SMART', triggerMethod: 2 },
          { join: 'and', kind: 'time', more: true, value: '20261006 15:30:00 US/Eastern' },
          { join: 'and', kind: 'margin', more: true, value: '30' },
          { join: 'and', kind: 'volume', more: true, value: '1000000', conId: 8314, exchange: 'SMART' },
          { join: 'and', kind: 'percentChange', more: true, value: '2.5', conId: 8314, exchange: 'SMART' },
          { join: 'and', kind: 'execution', secType: 'STK', exchange: 'SMART', symbol: 'BAC' },
        ],
        ignoreRth: false,
        cancels: true,
      },
      extras: { displaySize: '20', goodAfterTime: '20261006 15:00:00 US/Eastern' },
    },
  ],
] as const satisfies readonly (readonly [string, Partial<ManualOrder>])[])(
  'a new limit leaves %s of an order typed into TWS as it was',
  async (_what, terms) => {
    const order = await typed({ ...BUY_LOW, ...terms });
    const before = { tif: order.tif, extras: order.extras, conditions: order.conditions, quantity: order.quantity };
    expect(change(order, { limit: dollars(171) }).kind).toBe('sent');
    await changed(order, dollars(171));
    expect(order.limit).toBe(dollars(171));
    expect({ tif: order.tif, extras: order.extras, conditions: order.conditions, quantity: order.quantity }).toEqual(before);
  },
);

test('an order that waits for its condition does not go to the market because its quantity was changed', async () => {
  const order = await typed({ ...BUY_LOW, limit: dollars(185), conditions: ABOVE_190 });
  change(order, { limit: dollars(185), quantity: units(60) });
  await desk.first('open-order', (news) => news.order.permId === order.permId && news.order.quantity === units(60));
  expect({ filled: order.filled, status: order.status, quantity: order.quantity }).toEqual({
    filled: 0,
    status: 'PreSubmitted',
    quantity: units(60),
  });
});

test('the frame of the change carries the condition, the size shown and the date, field by field', async () => {
  const order = await typed({
    ...BUY_LOW,
    tif: 'GTD',
    conditions: ABOVE_190,
    extras: { displaySize: '20', goodTillDate: '20261106 16:00:00 US/Eastern' },
  });
  change(order, { limit: dollars(171) });
  await changed(order, dollars(171));
  const frame = desk.adapter.frames().find(({ direction, text }) => direction === 'out' && text.startsWith('3|'))!.text;
  const fields = frame.split('|');
  // id, limit, time in force, size shown, good till date.
  expect([1, 19, 21, 31, 38].map((at) => fields[at])).toEqual(['-2', '171', 'GTD', '20', '20261106 16:00:00 US/Eastern']);
  expect(frame).toContain('|1|1|a|1|190|8314|SMART|0|1||');
});

test('an order with terms that this desk does not know is not changed at all, and the refusal names them', async () => {
  const order = await typed({ ...BUY_LOW, extras: { adjustedOrderType: 'TRAIL' } });
  expect(change(order, { limit: dollars(171) })).toEqual({
    kind: 'refused',
    reason: 'The order has terms this desk does not know (adjustedOrderType); change it in TWS.',
  });
  expect(simulator.ledger.placements).toEqual([]);
  expect(order.limit).toBe(dollars(170));
});

test('an order whose terms TWS has not told is not changed from what the desk happens to know', async () => {
  const order = await typed(BUY_LOW);
  const nobody = { ...order, orderId: -77, permId: 77 } as OrderView;
  expect(change(nobody, { limit: dollars(171), quantity: units(100) })).toEqual({
    kind: 'refused',
    reason: 'TWS has not told the terms of this order yet; try again in a moment.',
  });
});
