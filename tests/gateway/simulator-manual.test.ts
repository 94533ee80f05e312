import { expect, test } from 'vitest';
import { type Price, priceOf } from '#domain/price';
import { units } from '#domain/quantity';
import { type ManualAction, randomManualScript } from '#simulator/fault/manual-trader';
import type { Step } from '#simulator/fault/script-run';
import type { Simulator } from '#simulator/simulator';
import { type OpenOrder, order, stockContract, story, type TestClient } from '../support/simulator/client.ts';
import { quotedStage, settled, type Stage } from '../support/simulator/stage.ts';

/** A person at TWS's own screen, as API clients hear of it. */

const IBM = stockContract('IBM');
const dollars = (price: number): Price => priceOf(price);

let stage: Stage;

async function open(...how: Parameters<typeof quotedStage>): Promise<Simulator> {
  stage = await quotedStage(...how);
  return stage.simulator;
}

test('orders typed by hand come to client 0 under id 0, one from the other told by permId, and get negative ids when it asks', async () => {
  const { manual } = await open();
  const desk = await stage.join(0);
  const other = await stage.join(1);
  for (const limit of [179, 178]) manual.place({ symbol: 'IBM', action: 'BUY', type: 'LMT', quantity: units(100), limit: dollars(limit) });
  await settled(desk);
  const permIds = stage.simulator.ledger.orders.map((one) => one.permId);
  const seen = (client: TestClient): unknown[] =>
    client.all('openOrder').map((args) => [args[0], (args as unknown as OpenOrder)[2].permId, (args as unknown as OpenOrder)[2].clientId]);
  expect(seen(desk)).toEqual(
    permIds.flatMap((permId) => [
      [0, permId, 0],
      [0, permId, 0],
    ]),
  );
  other.api.reqAllOpenOrders();
  await other.when('openOrderEnd');
  expect(seen(other)).toEqual(permIds.map((permId) => [0, permId, 0]));
  desk.api.reqOpenOrders();
  await desk.when('openOrderEnd');
  expect(desk.all('orderBound')).toEqual([
    [permIds[0], 0, -2],
    [permIds[1], 0, -3],
  ]);
  // Bound, client 0 may change and cancel it as its own.
  desk.api.placeOrder(-2, IBM, order('BUY', 'LMT', 100, { lmtPrice: 177 }));
  desk.api.cancelOrder(-3);
  await settled(desk);
  expect(stage.simulator.ledger.orders.map((one) => [one.orderId, one.status, one.limit])).toEqual([
    [-2, 'Submitted', dollars(177)],
    [-3, 'Cancelled', dollars(178)],
  ]);
});

test('with automatic binding they are bound as they come; their fills are in the ledger and in everybody’s executions', async () => {
  const { manual } = await open();
  const desk = await stage.join(0);
  const other = await stage.join(1);
  desk.api.reqAutoOpenOrders(true);
  await settled(desk);
  const bought = manual.place({ symbol: 'IBM', action: 'BUY', type: 'LMT', quantity: units(200), limit: dollars(180.02) });
  stage.simulator.faults.withheld.manualIdsUnset = true;
  manual.place({ symbol: 'IBM', action: 'BUY', type: 'LMT', quantity: units(50), limit: dollars(170) });
  await settled(desk);
  other.api.reqExecutions(7, {});
  await other.when('execDetailsEnd');
  const [, , execution] = other.all('execDetails')[0] ?? [];
  expect([desk.all('orderBound').at(-1)?.[2], bought.status, stage.simulator.ledger.position(8314)?.quantity]).toEqual([
    -2,
    'Filled',
    units(200),
  ]);
  expect(execution).toMatchObject({ clientId: 0, permId: bought.permId, shares: 200, price: 180.02, orderId: 2_147_483_647 });
});

test("the master client hears of everybody's orders and executions unasked, the others of their own alone", async () => {
  await open([], { masterClientId: 0 });
  const desk = await stage.join(0);
  const other = await stage.join(7);
  const third = await stage.join(8);
  other.api.placeOrder(1, IBM, order('BUY', 'LMT', 100, { lmtPrice: 179 }));
  other.api.placeOrder(2, IBM, order('BUY', 'MKT', 50));
  other.api.placeOrder(3, IBM, order('BUY', 'MKT', -1));
  for (const client of [other, desk, third]) await settled(client);
  const heard = (client: TestClient): readonly string[] => [...story(client, 1), ...story(client, 2)];
  expect(heard(desk)).toEqual(heard(other));
  expect(heard(desk)).toContain('fill 50 @ 180.02');
  expect(heard(third)).toEqual([]);
  expect(desk.all('commissionReport')).toHaveLength(1);
  // What is said about a request is said to who asked.
  expect([story(desk, 3), story(other, 3).length > 0]).toEqual([[], true]);
});

test('a person closes a position, or a part of it, from either side, in whole units', async () => {
  const { manual } = await open([], { holdings: [{ symbol: 'IBM', quantity: units(101), averageCost: dollars(170) }] });
  const held = (): number => (stage.simulator.ledger.position(8314)?.quantity ?? 0) / 10_000;
  expect(manual.close('IBM', 50)?.quantity).toBe(units(50));
  expect(held()).toBe(51);
  manual.close('IBM');
  expect([held(), manual.close('IBM'), manual.close('NOPE')]).toEqual([0, undefined, undefined]);
  manual.place({ symbol: 'IBM', action: 'SELL', type: 'MKT', quantity: units(30) });
  expect(manual.close('IBM')?.action).toBe('BUY');
  expect(held()).toBe(0);
});

test('a person changes and cancels the order of a client, and the client hears of it', async () => {
  const { manual } = await open([['IBM', 'ask', '179.50', 100]]);
  const client = await stage.join(1);
  client.api.placeOrder(1, IBM, order('BUY', 'LMT', 100, { lmtPrice: 179 }));
  client.api.placeOrder(2, IBM, order('BUY', 'LMT', 100, { lmtPrice: 178 }));
  await settled(client);
  const [first, second] = stage.simulator.ledger.orders.map((one) => one.permId);
  expect(manual.modify({ permId: first ?? 0 }, { limit: dollars(179.5), quantity: units(40) })).toBe(true);
  expect(manual.cancel({ permId: second ?? 0 })).toBe(true);
  expect([manual.cancel({ permId: second ?? 0 }), manual.modify({ permId: 1 }, {})]).toEqual([false, false]);
  await stage.simulator.market.step(1);
  await settled(client);
  expect([story(client, 1).slice(4), story(client, 2).slice(4)]).toEqual([
    ['open Submitted', 'status Submitted 0 40', 'fill 40 @ 179.5', 'open Filled', 'status Filled 40 0', 'open Filled 1'],
    ['status PendingCancel 0 100', 'status Cancelled 0 100', 'error 202'],
  ]);
});

test('a script acts at its times and moments, and passes over what cannot be done', async () => {
  const { manual } = await open([['IBM', 'last', '180.05', 100]]);
  const client = await stage.join(1);
  const script: readonly Step<ManualAction>[] = [
    { when: { event: 'accepted', n: 1, client: 1 }, do: { do: 'move', which: { by: 'api', newest: 0 }, cents: -25 } },
    { when: { event: 'fill', n: 1, client: 1 }, do: { do: 'close', symbol: 'IBM', percent: 100 } },
    {
      when: { after: 50 },
      do: { do: 'place', order: { symbol: 'IBM', action: 'SELL', type: 'LMT', quantity: units(10), limit: dollars(190) } },
    },
    { when: { after: 60 }, do: { do: 'resize', which: { by: 'hand', newest: 0 }, units: 20 } },
    { when: { after: 70 }, do: { do: 'cancel', which: { by: 'hand', newest: 5 } } },
  ];
  const going = manual.run(script);
  client.api.placeOrder(1, IBM, order('BUY', 'LMT', 100, { lmtPrice: 179 }));
  await settled(client);
  client.api.placeOrder(2, IBM, order('BUY', 'MKT', 100));
  await settled(client);
  await stage.simulator.market.step(1);
  expect([going.finished, going.log.map((one) => one.step)]).toEqual([true, [0, 1, 2, 3, 4]]);
  expect(stage.simulator.ledger.orders.map((one) => [one.clientId, one.type, one.quantity / 10_000, one.limit, one.status])).toEqual([
    [1, 'LMT', 100, dollars(178.75), 'Submitted'],
    [1, 'MKT', 100, undefined, 'Filled'],
    [0, 'MKT', 100, undefined, 'Filled'],
    [0, 'LMT', 20, dollars(190), 'Submitted'],
  ]);
});

test('a restless person comes from a seed', () => {
  const scope = { symbols: [{ symbol: 'IBM', price: dollars(180) }] };
  expect(randomManualScript(3, 40, scope)).toEqual(randomManualScript(3, 40, scope));
  expect(randomManualScript(4, 40, scope)).not.toEqual(randomManualScript(3, 40, scope));
  expect(new Set(randomManualScript(3, 400, scope).map((step) => step.do.do))).toEqual(
    new Set(['place', 'move', 'resize', 'cancel', 'cancel-all', 'close']),
  );
});
