import type { Contract, Order, OrderState } from '@stoqey/ib';
import { afterEach, describe, expect, test } from 'vitest';
import { Faults } from '#simulator/faults';
import type { Simulator } from '#simulator/simulator';
import { connectClient, order, stockContract, story, type TestClient } from '../support/simulator-client.ts';
import { OPEN, simulatorOn, type TapeLine, type TapeRun } from '../support/simulator-tape.ts';

/** What TWS knows and does not tell, and what it says while IB is out of its reach. */

const QUOTE: readonly TapeLine[] = [
  ['IBM', 'bid', '180.00', 300],
  ['IBM', 'ask', '180.02', 300],
  ['IBM', 'last', '180.01', 100],
];

const IBM = stockContract('IBM');

let run: TapeRun | undefined;
let simulator: Simulator;
let faults: Faults;
const clients: TestClient[] = [];

async function open(lines: readonly TapeLine[] = [], more: Parameters<typeof simulatorOn>[1] = {}): Promise<TestClient> {
  run = await simulatorOn([...QUOTE, ...lines], more);
  simulator = run.simulator;
  faults = simulator.faults;
  await simulator.market.step(3);
  return join(1);
}

async function join(clientId: number): Promise<TestClient> {
  const client = await connectClient(simulator.port, clientId);
  clients.push(client);
  return client;
}

async function settled(client: TestClient): Promise<void> {
  const before = client.all('currentTime').length;
  client.api.reqCurrentTime();
  await client.when('currentTime', () => client.all('currentTime').length > before);
}

async function later(ms: number): Promise<void> {
  await simulator.market.advanceTo(simulator.clock.now() + ms);
}

type OpenOrder = readonly [orderId: number, contract: Contract, order: Order, state: OrderState];

function lastOpenOrder(client: TestClient): OpenOrder {
  return client.all('openOrder').at(-1) as unknown as OpenOrder;
}

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await run?.stop();
});

describe('what TWS does not tell', () => {
  test('permId 0 for the first seconds, of two orders at once; then an order state tells it', async () => {
    const client = await open();
    faults.permIdsLate(5000);
    for (const id of [1, 2]) client.api.placeOrder(id, IBM, order('BUY', 'LMT', 100, { lmtPrice: 179 }));
    client.api.reqAllOpenOrders();
    await client.when('openOrderEnd');
    const permIds = (): unknown[] => client.all('orderStatus').map((args) => args[5]);
    expect([new Set(permIds()), new Set(client.all('openOrder').map((args) => (args[2] as Order).permId))]).toEqual([
      new Set([0]),
      new Set([0]),
    ]);
    await later(5000);
    await settled(client);
    expect(permIds().slice(-2)).toEqual(simulator.ledger.orders.map((one) => one.permId));
  });

  test('commissions that are not known, and other accounts than before', async () => {
    const client = await open();
    faults.disguise.commissionsUnset = true;
    client.api.placeOrder(1, IBM, order('BUY', 'MKT', 100));
    const told = await client.when('commissionReport');
    faults.managedAccounts = 'DU1234567,DU7654321';
    const other = await join(2);
    expect([told.args[0], other.all('managedAccounts'), client.decodeErrors]).toMatchObject([
      { commission: undefined },
      [['DU1234567,DU7654321']],
      [],
    ]);
  });

  test('lists of orders without their references, or with the beginnings of them, and order id 0 for those of others', async () => {
    const client = await open();
    const other = await join(2);
    client.api.placeOrder(1, IBM, order('BUY', 'LMT', 100, { lmtPrice: 179, orderRef: 'a long reference' }));
    await settled(client);
    faults.disguise.listedRef = 'empty';
    faults.disguise.foreignIdsZero = true;
    other.api.reqAllOpenOrders();
    client.api.reqAllOpenOrders();
    await client.when('openOrderEnd');
    await other.when('openOrderEnd');
    const seen = ([id, , one]: OpenOrder): unknown[] => [id, one.orderRef, one.permId, one.clientId];
    const permId = simulator.ledger.orders[0]?.permId;
    expect([seen(lastOpenOrder(other)), seen(lastOpenOrder(client))]).toEqual([
      [0, '', permId, 1],
      [1, '', permId, 1],
    ]);
    faults.disguise.listedRef = 6;
    client.api.reqOpenOrders();
    await settled(client);
    expect([lastOpenOrder(client)[2].orderRef, simulator.ledger.orders[0]?.orderRef]).toEqual(['a long', 'a long reference']);
  });
});

describe('an outage between TWS and IB', () => {
  test.each([
    { fills: 'told' as const, back: 1102 as const },
    { fills: 'late' as const, back: 1101 as const },
    { fills: 'lost' as const, back: 1102 as const },
  ])('fills of that time are $fills, it ends with $back', async ({ fills, back }) => {
    const client = await open([
      ['IBM', 'ask', '178.90', 300, OPEN + 10_000],
      ['IBM', 'bid', '178.80', 300, OPEN + 40_000],
    ]);
    client.api.reqMktData(9, IBM, '', false, false);
    client.api.placeOrder(1, IBM, order('BUY', 'LMT', 100, { lmtPrice: 179, orderRef: 'rests' }));
    await settled(client);
    const quiet = client.all('tickPrice').length;
    faults.outage({ ms: 12_000, fills, back });
    await later(0);
    client.api.placeOrder(2, IBM, order('BUY', 'MKT', 50, { orderRef: 'kept' }));
    await later(11_000);
    await settled(client);
    const told = fills === 'told' ? ['fill 100 @ 179', 'open Filled', 'status Filled 100 0', 'open Filled 1'] : [];
    expect([simulator.ledger.fills.length, story(client, 1).slice(4), story(client, 2), client.all('tickPrice').length]).toEqual([
      1,
      told.map((word) => word.replace('179', '178.9')),
      [],
      quiet,
    ]);
    await later(1000);
    await settled(client);
    await later(30_000);
    await settled(client);
    expect([story(client, 1).slice(4).length, story(client, 2).length, simulator.ledger.fills.length]).toEqual([
      fills === 'lost' ? 0 : 4,
      6,
      2,
    ]);
    expect(client.all('info').map((args) => args[1])).toEqual([2104, 2106, 2158, 1100, 1100, 1100, back]);
    expect(client.all('tickPrice').length).toBe(back === 1101 ? quiet : quiet + 1);
    client.api.reqExecutions(7, {});
    await client.when('execDetailsEnd');
    expect([client.all('execDetails').filter((args) => args[0] === 7).length, client.decodeErrors]).toEqual([2, []]);
  });

  test('a restart in the middle of it forgets the orders that were kept, and greets with 2110', async () => {
    const client = await open();
    faults.outage({ ms: 60_000 });
    client.api.placeOrder(1, IBM, order('BUY', 'MKT', 50, { orderRef: 'kept' }));
    await settled(client);
    await faults.goDown();
    await client.when('disconnected');
    await faults.comeBack();
    const back = await join(1);
    await settled(back);
    await later(60_000);
    await settled(back);
    expect([
      simulator.ledger.orders,
      back
        .all('info')
        .map((args) => args[1])
        .slice(0, 4),
      back.all('info').at(-1)?.[1],
    ]).toEqual([[], [2104, 2106, 2158, 2110], 1102]);
  });
});
