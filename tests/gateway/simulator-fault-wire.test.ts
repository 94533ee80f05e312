import { describe, expect, test } from 'vitest';
import { openClient, order, stockContract, story, type TestClient } from '../support/simulator/client.ts';
import { OPEN } from '../support/simulator/tape.ts';
import { quotedStage, settled, type Stage } from '../support/simulator/stage.ts';

/** Faults of messages and of connections, heard by a real client over a real socket. */

const IBM = stockContract('IBM');

let stage: Stage;

async function open(...how: Parameters<typeof quotedStage>): Promise<TestClient> {
  stage = await quotedStage(...how);
  return stage.join(1);
}

/** Until the gateway has seen so many placements; a witness asks meanwhile, for the one who placed may be cut off. */
async function placements(witness: TestClient, count: number): Promise<void> {
  while (stage.simulator.ledger.placements.length < count) await settled(witness);
}

function kinds(client: TestClient): string[] {
  return client.heard.map((one) => one.name).filter((name) => /^(openOrder|orderStatus|execDetails|commissionReport)$/.test(name));
}

describe('messages', () => {
  test('dropped: so many of one class to one client and no more', async () => {
    const client = await open();
    stage.faults.drop('orderStatus', 2, 1);
    stage.faults.drop('execDetails', 1, 1);
    client.api.placeOrder(1, IBM, order('BUY', 'MKT', 100));
    client.api.placeOrder(2, IBM, order('BUY', 'MKT', 100));
    await settled(client);
    expect([story(client, 1), story(client, 2)]).toEqual([
      ['open PreSubmitted', 'status PreSubmitted 0 100', 'open Filled', 'status Filled 100 0', 'open Filled 1'],
      ['open PreSubmitted', 'status PreSubmitted 0 100', 'fill 100 @ 180.02', 'open Filled', 'status Filled 100 0', 'open Filled 1'],
    ]);
  });

  test('delayed: other messages pass them, and their own order stays', async () => {
    const client = await open();
    stage.faults.delay('execDetails', 4000, 1, 2);
    stage.faults.delay('commission', 5000, 1, 1);
    client.api.placeOrder(1, IBM, order('BUY', 'MKT', 100));
    client.api.placeOrder(2, IBM, order('BUY', 'MKT', 100));
    await settled(client);
    expect([client.all('execDetails').length, client.all('commissionReport').length]).toEqual([0, 1]);
    await stage.later(3999);
    await settled(client);
    expect(client.all('execDetails').length).toBe(0);
    await stage.later(1);
    await settled(client);
    expect(client.all('execDetails').map((args) => (args[2] as { readonly orderId: number }).orderId)).toEqual([1, 2]);
    await stage.later(1000);
    await settled(client);
    expect([client.all('commissionReport').length, client.decodeErrors]).toEqual([2, []]);
  });

  test('delayed messages are gone with the connection they were for', async () => {
    const client = await open();
    stage.faults.delay('execDetails', 1000, 1, 1);
    client.api.placeOrder(1, IBM, order('BUY', 'MKT', 100));
    await settled(client);
    stage.faults.rst(1);
    await client.when('disconnected');
    const back = await stage.join(1);
    await stage.later(2000);
    await settled(back);
    expect(back.all('execDetails')).toEqual([]);
  });

  test('duplicated: five order states for one', async () => {
    const client = await open();
    stage.faults.duplicate('orderStatus', 5, 1, 1);
    client.api.placeOrder(1, IBM, order('BUY', 'LMT', 100, { lmtPrice: 170 }));
    await settled(client);
    expect(story(client, 1)).toEqual([
      'open PreSubmitted',
      ...Array<string>(5).fill('status PreSubmitted 0 100'),
      'open Submitted',
      'status Submitted 0 100',
    ]);
  });

  test('a stream that lags is overtaken by another client, and keeps its own order', async () => {
    const client = await open();
    const other = await stage.join(2);
    stage.faults.lag(1, 2000);
    client.api.placeOrder(1, IBM, order('BUY', 'MKT', 100));
    await placements(other, 1);
    other.api.placeOrder(1, IBM, order('BUY', 'MKT', 100));
    await settled(other);
    expect([kinds(client), kinds(other).length]).toEqual([[], 7]);
    await stage.later(2000);
    await settled(client);
    expect(kinds(client)).toEqual(kinds(other));
  });

  test('openOrderEnd may never come', async () => {
    const client = await open();
    stage.faults.drop('openOrderEnd', 1);
    client.api.reqAllOpenOrders();
    await settled(client);
    expect(client.all('openOrderEnd')).toEqual([]);
    client.api.reqAllOpenOrders();
    await settled(client);
    expect(client.all('openOrderEnd').length).toBe(1);
  });

  test.each([
    ['execution first', ['openOrder', 'orderStatus', 'execDetails', 'openOrder', 'orderStatus', 'openOrder', 'commissionReport']],
    ['state first', ['openOrder', 'orderStatus', 'openOrder', 'orderStatus', 'execDetails', 'openOrder', 'commissionReport']],
    ['execution only', ['openOrder', 'orderStatus', 'execDetails', 'commissionReport']],
  ] as const)('a fill may be told %s', async (how, told) => {
    const client = await open();
    stage.faults.fillsTold = how;
    client.api.placeOrder(1, IBM, order('BUY', 'MKT', 100));
    await settled(client);
    expect(kinds(client)).toEqual(told);
  });
});

describe('connections', () => {
  test('half-open: bytes are accepted, nothing comes of them, nothing is answered', async () => {
    const client = await open();
    const witness = await stage.join(2);
    stage.faults.halfOpen(1, 60_000);
    client.api.placeOrder(1, IBM, order('BUY', 'MKT', 100));
    await settled(witness);
    await settled(witness);
    expect([stage.simulator.ledger.inbound.filter((one) => one.messageId === 3), kinds(client)]).toEqual([[], []]);
    await stage.later(60_000);
    client.api.placeOrder(2, IBM, order('BUY', 'MKT', 100));
    await client.when('commissionReport');
    expect([story(client, 1), story(client, 2).length]).toEqual([[], 6]);
  });

  test('reset as the second order arrives: it is lost with the connection', async () => {
    const client = await open();
    const witness = await stage.join(2);
    stage.faults.run({ steps: [{ when: { event: 'place', n: 2 }, do: { do: 'rst', client: 1 } }] });
    for (const id of [1, 2, 3]) client.api.placeOrder(id, IBM, order('BUY', 'LMT', 100, { lmtPrice: 170, orderRef: `leg ${String(id)}` }));
    await client.when('disconnected');
    await placements(witness, 2);
    expect([
      stage.simulator.ledger.placements.map((one) => [one.orderRef, one.kind]),
      stage.simulator.ledger.orders.map((one) => one.orderRef),
    ]).toEqual([
      [
        ['leg 1', 'new'],
        ['leg 2', 'lost'],
      ],
      ['leg 1'],
    ]);
  });

  test('reset after the order is accepted: it works, its owner was never told', async () => {
    const client = await open();
    stage.faults.run({ steps: [{ when: { event: 'accepted', n: 1 }, do: { do: 'rst', client: 1 } }] });
    client.api.placeOrder(1, IBM, order('BUY', 'LMT', 100, { lmtPrice: 170, orderRef: 'unheard' }));
    await client.when('disconnected');
    expect([kinds(client), stage.simulator.ledger.ordersByRef('unheard')[0]?.status]).toEqual([[], 'Submitted']);
    const back = await stage.join(1);
    back.api.reqOpenOrders();
    await back.when('openOrderEnd');
    expect(story(back, 1)).toEqual(['status Submitted 0 100', 'open Submitted', 'status Submitted 0 100']);
  });

  test('a restart gives ids out again that were used before, and takes them', async () => {
    const client = await open();
    for (const id of [1, 2, 3]) client.api.placeOrder(id, IBM, order('BUY', 'MKT', 10, { orderRef: `before ${String(id)}` }));
    client.api.placeOrder(4, IBM, order('BUY', 'LMT', 100, { lmtPrice: 170, orderRef: 'still works' }));
    await settled(client);
    const going = stage.faults.run({ steps: [{ when: { after: 1000 }, do: { do: 'restart', ms: 30_000, idsBack: 3 } }] });
    await stage.later(1000);
    await client.when('disconnected');
    const refused = openClient(stage.simulator.port, 1);
    stage.add(refused);
    await refused.when('error', (_: unknown, code: number) => code === 502);
    await stage.later(30_000);
    while (!(await listens())) await new Promise((resolve) => setImmediate(resolve));
    const back = await stage.join(1);
    expect([back.nextId, going.finished, going.trouble]).toEqual([2, true, []]);
    back.api.placeOrder(2, IBM, order('SELL', 'MKT', 10, { orderRef: 'after' }));
    await back.when('commissionReport');
    // The id of an order that works is still that order's: the placement changes it.
    back.api.placeOrder(4, IBM, order('BUY', 'LMT', 200, { lmtPrice: 170, orderRef: 'meant to be new' }));
    await settled(back);
    expect(stage.simulator.ledger.orders.map((one) => [one.orderId, one.orderRef, one.quantity / 10_000])).toEqual([
      [1, 'before 1', 10],
      [2, 'before 2', 10],
      [3, 'before 3', 10],
      [4, 'still works', 200],
      [2, 'after', 10],
    ]);
  });

  async function listens(): Promise<boolean> {
    const probe = openClient(stage.simulator.port, 99);
    const first = await Promise.race([probe.when('nextValidId'), probe.when('error', (_: unknown, code: number) => code === 502)]);
    await probe.close();
    return first.name === 'nextValidId';
  }

  test('an id that a dead session holds is free again after its time', async () => {
    const client = await open();
    stage.faults.run({
      steps: [
        { when: { after: 0 }, do: { do: 'hold-id', client: 1, ms: 90_000 } },
        { when: { after: 10 }, do: { do: 'rst', client: 1 } },
      ],
    });
    await stage.later(10);
    await client.when('disconnected');
    const tooSoon = openClient(stage.simulator.port, 1);
    stage.add(tooSoon);
    await tooSoon.when('info', (_: unknown, code: number) => code === 326);
    await tooSoon.when('disconnected');
    await stage.later(90_000);
    expect((await stage.join(1)).nextId).toBe(1);
  });

  test('the parent of a bracket arrives, its children vanish with the connection', async () => {
    const client = await open([['IBM', 'last', '179.00', 100]]);
    stage.faults.loseChildren(1);
    client.api.placeOrder(1, IBM, order('BUY', 'MKT', 100, { transmit: false, orderRef: 'entry' }));
    client.api.placeOrder(2, IBM, order('SELL', 'LMT', 100, { parentId: 1, lmtPrice: 181, transmit: false, orderRef: 'target' }));
    client.api.placeOrder(3, IBM, order('SELL', 'STP', 100, { parentId: 1, auxPrice: 179, orderRef: 'stop' }));
    await client.when('disconnected');
    await stage.simulator.market.step(1);
    expect([
      stage.simulator.ledger.orders.map((one) => [one.orderRef, one.status]),
      stage.simulator.ledger.placements.map((one) => [one.orderRef, one.kind]),
      stage.simulator.ledger.positions.map((one) => one.quantity / 10_000),
    ]).toEqual([
      [['entry', 'Filled']],
      [
        ['entry', 'new'],
        ['target', 'new'],
        ['stop', 'new'],
      ],
      [100],
    ]);
    const back = await stage.join(1);
    back.api.reqAllOpenOrders();
    await back.when('openOrderEnd');
    back.api.cancelOrder(3);
    await back.when('error', (_: unknown, code: number) => code === 10147);
    expect(back.all('openOrder')).toEqual([]);
  });

  test('a placement may be swallowed: never acknowledged, never listed, its id still free', async () => {
    const client = await open();
    stage.faults.swallowNext(1);
    client.api.placeOrder(1, IBM, order('BUY', 'LMT', 100, { lmtPrice: 170, orderRef: 'silent' }));
    client.api.reqAllOpenOrders();
    client.api.reqCompletedOrders(false);
    client.api.reqExecutions(7, {});
    await client.when('execDetailsEnd');
    expect([kinds(client), client.all('completedOrder'), stage.simulator.ledger.placements]).toEqual([
      [],
      [],
      [{ clientId: 1, orderId: 1, orderRef: 'silent', kind: 'lost', at: OPEN + 200 }],
    ]);
    client.api.placeOrder(1, IBM, order('BUY', 'LMT', 100, { lmtPrice: 170 }));
    await settled(client);
    expect(story(client, 1).at(-1)).toBe('status Submitted 0 100');
  });

  test('calm undoes everything at once', async () => {
    const client = await open();
    const witness = await stage.join(2);
    stage.faults.mute(1);
    stage.faults.lag(2, 1e9);
    stage.faults.drop('openOrder', 'all', 99);
    stage.faults.holdClientId(3);
    stage.faults.noNextValidId = true;
    stage.faults.refuseNext('new', 110);
    stage.faults.outage({ ms: 1e9, fills: 'late' });
    await stage.faults.goDown();
    await client.when('disconnected');
    await witness.when('disconnected');
    await stage.faults.calm();
    const back = await stage.join(3);
    back.api.placeOrder(1, IBM, order('BUY', 'MKT', 100));
    await back.when('commissionReport');
    expect([story(back, 1).length, back.all('info').map((args) => args[1])]).toEqual([6, [2104, 2106, 2158]]);
  });
});
