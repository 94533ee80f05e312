import { afterEach, expect, test } from 'vitest';
import { startSimulator, type Simulator } from '#simulator/simulator';
import type { Contract } from '#domain/contract';
import { type Price, priceOf, trustedPrice } from '#domain/price';
import { units } from '#domain/quantity';
import { plus } from '#domain/scaled';
import { approve, bracket, freshRef, intent, leg } from '../support/tws/approved.ts';
import { TwsDesk } from '../support/tws/desk.ts';

let simulator: Simulator | undefined;
let desk: TwsDesk | undefined;

afterEach(async () => {
  await desk?.stop();
  await simulator?.close();
  simulator = undefined;
  desk = undefined;
});

async function trading(serverVersion: number): Promise<{ simulator: Simulator; desk: TwsDesk; contract: Contract }> {
  simulator = await startSimulator({
    port: 0,
    market: { kind: 'synthetic' },
    speed: 'max',
    sessions: 'ignored',
    autostart: false,
    serverVersion,
  });
  desk = await new TwsDesk(simulator.port).ready();
  const symbol = simulator.symbols[0]!;
  const found = await desk.adapter.market.search(symbol);
  const contract = found.ok ? found.value.find((one) => one.symbol === symbol) : undefined;
  if (contract === undefined) throw new Error('the simulator does not know its own symbol');
  desk.adapter.market.subscribe(contract);
  await desk.until(() => desk!.sink.of('info').some(({ info }) => info.kind === 'live-type'));
  void simulator.market.step(200);
  await desk.until(() => ['bid', 'ask'].every((field) => desk!.sink.ticks().some((tick) => tick.field === field)));
  return { simulator, desk, contract };
}

function lastOf(of: TwsDesk, field: 'bid' | 'ask'): Price {
  return of.sink.ticks().findLast((tick) => tick.field === field)!.price;
}

test.each([177, 178, 193])('a market order fills and every message about it is read, server version %i', async (version) => {
  const { simulator, desk, contract } = await trading(version);
  const ref = freshRef();
  const outcome = desk.adapter.broker.place(approve(intent({ contract, legs: [leg({ ref, quantity: units(50) })] })));
  expect(outcome.kind).toBe('sent');
  await desk.first('open-order');
  void simulator.market.step(300);
  const { execution } = await desk.first('execution');
  await desk.first('commission', ({ execId }) => execId === execution.execId);
  await desk.first('order-status', ({ status }) => status.ibStatus === 'Filled');
  expect({ ref: execution.orderRef, quantity: execution.cumQuantity, side: execution.side, conId: execution.conId }).toEqual({
    ref,
    quantity: units(50),
    side: 'BUY',
    conId: contract.conId,
  });
  desk.adapter.broker.reconcile();
  await desk.until(() => desk.of('end').length === 4);
  expect(desk.of('position').at(-1)).toMatchObject({ quantity: units(50), contract: { symbol: contract.symbol, exchange: 'SMART' } });
  expect(
    desk.of('completed-order').map(({ order, completedStatus }) => ({ ref: order.orderRef, filled: completedStatus.startsWith('Filled') })),
  ).toEqual([{ ref, filled: true }]);
  // The same fill is told live and once for each connection that asked.
  expect(new Set(desk.of('execution').map((news) => news.execution.execId))).toEqual(new Set([execution.execId]));
  expect(desk.of('notice').filter(({ notice }) => notice.code >= 90_000)).toEqual([]);
});

test('a bracket rests as one: the parent works, the exits wait; a cancel of the parent ends all', async () => {
  const { desk, contract } = await trading(193);
  const bid = lastOf(desk, 'bid') / 1_000_000;
  const request = bracket(
    { entry: Number((bid * 0.9).toFixed(2)), target: Number((bid * 1.1).toFixed(2)), stop: Number((bid * 0.8).toFixed(2)) },
    { contract },
  );
  const outcome = desk.adapter.broker.place(approve(request));
  await desk.until(() => request.legs.every(({ ref }) => desk.of('open-order').some(({ order }) => order.orderRef === ref)));
  const newest = request.legs.map(({ ref }) => desk.of('open-order').findLast(({ order }) => order.orderRef === ref)!.order);
  const [parent] = outcome.kind === 'sent' ? outcome.legs : [];
  expect(newest.map(({ type, parentId, ocaGroup }) => ({ type, parentId, grouped: ocaGroup !== undefined }))).toEqual([
    { type: 'LMT', parentId: undefined, grouped: false },
    { type: 'LMT', parentId: parent?.orderId, grouped: true },
    { type: 'STP', parentId: parent?.orderId, grouped: true },
  ]);
  desk.adapter.broker.cancel({ clientId: parent!.clientId, orderId: parent!.orderId });
  const ids = outcome.kind === 'sent' ? outcome.legs.map(({ orderId }) => orderId) : [];
  await desk.until(() =>
    ids.every((id) => desk.of('order-status').some(({ status }) => status.orderId === id && status.ibStatus === 'Cancelled')),
  );
});

test('a change of price is accepted under the same id', async () => {
  const { desk, contract } = await trading(193);
  const bid = lastOf(desk, 'bid');
  const far = trustedPrice(Math.round((bid * 0.9) / 10_000) * 10_000);
  const order = intent({ contract, legs: [leg({ type: 'LMT', limit: far })] });
  const outcome = desk.adapter.broker.place(approve(order));
  const [sent] = outcome.kind === 'sent' ? outcome.legs : [];
  await desk.first('open-order');
  const nearer = plus(far, priceOf(0.01));
  desk.adapter.broker.modify(
    { clientId: sent!.clientId, orderId: sent!.orderId },
    approve({ ...order, legs: [{ ...order.legs[0], limit: nearer }] }),
  );
  expect((await desk.first('open-order', (news) => news.order.limit === nearer)).order.orderId).toBe(sent!.orderId);
  expect(desk.of('place-frame').map(({ modify }) => modify)).toEqual([false, true]);
});

test('a cancel of everything also takes orders placed by hand in TWS', async () => {
  const { simulator, desk, contract } = await trading(193);
  const bid = lastOf(desk, 'bid');
  const far = trustedPrice(Math.round((bid * 0.9) / 10_000) * 10_000);
  const manual = simulator.placeManualOrder({ symbol: contract.symbol, action: 'BUY', type: 'LMT', quantity: units(10), limit: far });
  desk.adapter.broker.place(approve(intent({ contract, legs: [leg({ type: 'LMT', limit: far })] })));
  await desk.until(
    () =>
      desk.of('open-order').some(({ order }) => order.permId === manual.permId) &&
      desk.of('open-order').some(({ order }) => order.clientId === 2),
  );
  desk.adapter.broker.globalCancel();
  await desk.until(
    () =>
      new Set(
        desk
          .of('order-status')
          .filter(({ status }) => status.ibStatus === 'Cancelled')
          .map(({ status }) => status.permId),
      ).size === 2,
  );
});

test('details are asked for once and complete what positions leave out', async () => {
  const { desk, contract } = await trading(193);
  const [first, second] = await Promise.all([desk.adapter.market.details(contract), desk.adapter.market.details(contract)]);
  expect(first).toBe(second);
  expect(first.ok && { tick: first.value.minTick, zone: first.value.timeZoneId, symbol: first.value.contract.localSymbol }).toEqual({
    tick: 10_000,
    zone: 'US/Eastern',
    symbol: contract.symbol,
  });
});

test('a connection cut by a reset is rebuilt and the orders are found again', async () => {
  const { simulator, desk, contract } = await trading(193);
  const bid = lastOf(desk, 'bid');
  const order = intent({ contract, legs: [leg({ type: 'LMT', limit: trustedPrice(Math.round((bid * 0.9) / 10_000) * 10_000) })] });
  desk.adapter.broker.place(approve(order));
  await desk.first('open-order');
  simulator.faults.rst(2);
  await desk.until(() => !desk.link.ready);
  await desk.until(() => desk.link.ready);
  const before = desk.news.length;
  desk.adapter.broker.reconcile();
  await desk.until(() => desk.of('end').length === 4);
  const found = desk.news
    .slice(before)
    .filter((news) => news.kind === 'open-order')
    .map((news) => news.order.orderRef);
  expect(new Set(found)).toEqual(new Set([order.legs[0].ref]));
});
