import { afterEach, expect, test } from 'vitest';
import type { ClientId, OrderId } from '#domain/ids';
import { priceOf } from '#domain/price';
import { units } from '#domain/quantity';
import type { Simulator } from '#simulator/simulator';
import { quotedStage } from '../support/simulator/stage.ts';
import { approve, intent } from '../support/tws/approved.ts';
import { TwsDesk } from '../support/tws/desk.ts';

/** Orders of a person at TWS, over the real adapter: K-45, tws-wire.md §4.2 (f). */

let simulator: Simulator;
let desk: TwsDesk | undefined;

async function open(): Promise<void> {
  ({ simulator } = await quotedStage());
}

async function connect(): Promise<TwsDesk> {
  desk = await new TwsDesk(simulator.port).ready();
  return desk;
}

function typed(limit: number): number {
  return simulator.manual.place({ symbol: 'IBM', action: 'BUY', type: 'LMT', quantity: units(100), limit: priceOf(limit) }).permId;
}

/** The number under which the adapter told an order last. */
function numberOf(from: TwsDesk, permId: number): number | undefined {
  return from.of('open-order').findLast(({ order }) => order.permId === permId)?.order.orderId;
}

afterEach(async () => {
  await desk?.stop();
  desk = undefined;
});

test('orders typed into TWS before the desk came get their numbers before the book is compared, and are cancelled by them', async () => {
  await open();
  const [first, second] = [typed(170), typed(169)];
  const { adapter } = await connect();
  adapter.broker.reconcile();
  await desk!.first('end', ({ of }) => of === 'open-orders');
  expect([first, second].map((permId) => numberOf(desk!, permId))).toEqual([-2, -3]);
  expect(desk!.of('order-bound').map(({ permId, clientId, orderId }) => [permId, clientId, orderId])).toEqual([
    [first, 0, -2],
    [second, 0, -3],
  ]);
  adapter.broker.cancel({ clientId: 0 as ClientId, orderId: -3 as OrderId });
  await desk!.first('order-status', ({ status }) => status.permId === second && status.ibStatus === 'Cancelled');
  expect(simulator.ledger.orders.map(({ status }) => status)).toEqual(['Submitted', 'Cancelled']);
});

test('the end of the desk’s own open orders is not taken for the end of everybody’s', async () => {
  await open();
  const { adapter } = await connect();
  adapter.broker.reconcile();
  await desk!.first('end', ({ of }) => of === 'positions');
  expect(desk!.of('end').filter(({ of }) => of === 'open-orders')).toHaveLength(1);
  adapter.broker.requestOpenOrders();
  await desk!.until(() => desk!.of('end').filter(({ of }) => of === 'open-orders').length === 2);
});

test('an order that is listed without a number all the same makes the desk ask for one, once and not for ever', async () => {
  await open();
  simulator.gateway.orders.binding = 'never';
  const permId = typed(170);
  const { adapter } = await connect();
  const asked = (): number => simulator.ledger.inbound.filter(({ messageId }) => messageId === 5).length;
  for (let lists = 1; lists <= 4; lists += 1) {
    adapter.broker.requestOpenOrders();
    await desk!.until(() => desk!.of('end').filter(({ of }) => of === 'open-orders').length === lists);
  }
  expect({ number: numberOf(desk!, permId), asked: asked() }).toEqual({ number: 0, asked: 1 });
});

test('with TWS set to positive numbers a bound order takes the next one, and the desk counts on above it', async () => {
  await open();
  simulator.gateway.exchange.register.bindsNegative = false;
  const permId = typed(170);
  const { adapter } = await connect();
  adapter.broker.reconcile();
  const { orderId } = await desk!.first('order-bound', (news) => news.permId === permId);
  const placed = adapter.broker.place(approve(intent({ origin: 'operator' })));
  expect([orderId, placed.kind === 'sent' ? placed.legs.map((leg) => leg.orderId) : placed]).toEqual([1, [2]]);
});

test('an order typed while the desk is connected is numbered as it comes', async () => {
  await open();
  const { adapter } = await connect();
  adapter.broker.reconcile();
  await desk!.first('end', ({ of }) => of === 'positions');
  const permId = typed(171);
  const bound = await desk!.first('order-bound', (news) => news.permId === permId);
  expect(bound.orderId).toBe(-2);
});
