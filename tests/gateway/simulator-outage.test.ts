import type { Order } from '@stoqey/ib';
import { describe, expect, test } from 'vitest';
import { lastOpenOrder, type OpenOrder, order, stockContract, story, type TestClient } from '../support/simulator/client.ts';
import { OPEN } from '../support/simulator/tape.ts';
import { quotedStage, settled, type Stage } from '../support/simulator/stage.ts';

/** What TWS knows and does not tell, and what it says while IB is out of its reach. */

const IBM = stockContract('IBM');

let stage: Stage;

async function open(...how: Parameters<typeof quotedStage>): Promise<TestClient> {
  stage = await quotedStage(...how);
  return stage.join(1);
}

describe('what TWS does not tell', () => {
  test('permId 0 for the first seconds, of two orders at once; then an order state tells it', async () => {
    const client = await open();
    stage.faults.permIdsLate(5000);
    for (const id of [1, 2]) client.api.placeOrder(id, IBM, order('BUY', 'LMT', 100, { lmtPrice: 179 }));
    client.api.reqAllOpenOrders();
    await client.when('openOrderEnd');
    const permIds = (): unknown[] => client.all('orderStatus').map((args) => args[5]);
    expect([new Set(permIds()), new Set(client.all('openOrder').map((args) => (args[2] as Order).permId))]).toEqual([
      new Set([0]),
      new Set([0]),
    ]);
    await stage.later(5000);
    await settled(client);
    expect(permIds().slice(-2)).toEqual(stage.simulator.ledger.orders.map((one) => one.permId));
  });

  test('commissions that are not known, and other accounts than before', async () => {
    const client = await open();
    stage.faults.withheld.commissionsUnset = true;
    client.api.placeOrder(1, IBM, order('BUY', 'MKT', 100));
    const told = await client.when('commissionReport');
    stage.faults.managedAccounts = 'DU1234567,DU7654321';
    const other = await stage.join(2);
    expect([told.args[0], other.all('managedAccounts'), client.decodeErrors]).toMatchObject([
      { commission: undefined },
      [['DU1234567,DU7654321']],
      [],
    ]);
  });

  test('lists of orders without their references, or with the beginnings of them, and order id 0 for those of others', async () => {
    const client = await open();
    const other = await stage.join(2);
    client.api.placeOrder(1, IBM, order('BUY', 'LMT', 100, { lmtPrice: 179, orderRef: 'a long reference' }));
    await settled(client);
    stage.faults.withheld.listedRef = 'empty';
    stage.faults.withheld.foreignIdsZero = true;
    other.api.reqAllOpenOrders();
    client.api.reqAllOpenOrders();
    await client.when('openOrderEnd');
    await other.when('openOrderEnd');
    const seen = ([id, , one]: OpenOrder): unknown[] => [id, one.orderRef, one.permId, one.clientId];
    const permId = stage.simulator.ledger.orders[0]?.permId;
    expect([seen(lastOpenOrder(other)), seen(lastOpenOrder(client))]).toEqual([
      [0, '', permId, 1],
      [1, '', permId, 1],
    ]);
    stage.faults.withheld.listedRef = 6;
    client.api.reqOpenOrders();
    await settled(client);
    expect([lastOpenOrder(client)[2].orderRef, stage.simulator.ledger.orders[0]?.orderRef]).toEqual(['a long', 'a long reference']);
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
    stage.faults.outage({ ms: 12_000, fills, back });
    await stage.later(0);
    client.api.placeOrder(2, IBM, order('BUY', 'MKT', 50, { orderRef: 'kept' }));
    await stage.later(11_000);
    await settled(client);
    const told = fills === 'told' ? ['fill 100 @ 179', 'open Filled', 'status Filled 100 0', 'open Filled 1'] : [];
    expect([stage.simulator.ledger.fills.length, story(client, 1).slice(4), story(client, 2), client.all('tickPrice').length]).toEqual([
      1,
      told.map((word) => word.replace('179', '178.9')),
      [],
      quiet,
    ]);
    await stage.later(1000);
    await settled(client);
    await stage.later(30_000);
    await settled(client);
    expect([story(client, 1).slice(4).length, story(client, 2).length, stage.simulator.ledger.fills.length]).toEqual([
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
    stage.faults.outage({ ms: 60_000 });
    client.api.placeOrder(1, IBM, order('BUY', 'MKT', 50, { orderRef: 'kept' }));
    await settled(client);
    await stage.faults.goDown();
    await client.when('disconnected');
    await stage.faults.comeBack();
    const back = await stage.join(1);
    await settled(back);
    await stage.later(60_000);
    await settled(back);
    expect([
      stage.simulator.ledger.orders,
      back
        .all('info')
        .map((args) => args[1])
        .slice(0, 4),
      back.all('info').at(-1)?.[1],
    ]).toEqual([[], [2104, 2106, 2158, 2110], 1102]);
  });
});
