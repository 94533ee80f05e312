import type { Order } from '@stoqey/ib';
import { describe, expect, test } from 'vitest';
import { order, stockContract, story, type TestClient } from '../support/simulator/client.ts';
import { quotedStage, settled, type Stage } from '../support/simulator/stage.ts';

let stage: Stage;
let client: TestClient;

async function open(...how: Parameters<typeof quotedStage>): Promise<void> {
  stage = await quotedStage(...how);
  client = await stage.join(2);
}

async function place(id: number, what: Order): Promise<void> {
  client.api.placeOrder(id, stockContract('IBM'), what);
  await settled(client);
}

/** Parent 1, target 2 at 181, stop 3 at 179; the stop transmits all three. */
async function bracket(quantity: number, entry: Partial<Order> = {}): Promise<void> {
  const { orderType, ...more } = entry;
  await place(1, { ...order('BUY', 'MKT', quantity, { transmit: false, ...more }), ...(orderType === undefined ? {} : { orderType }) });
  await place(2, order('SELL', 'LMT', quantity, { parentId: 1, lmtPrice: 181, transmit: false }));
  expect(client.heard.filter(({ name }) => name === 'openOrder' || name === 'orderStatus')).toEqual([]);
  await place(3, order('SELL', 'STP', quantity, { parentId: 1, auxPrice: 179 }));
}

describe('a bracket', () => {
  test('is silent until its last leg transmits it, then the target closes it and the stop is cancelled', async () => {
    await open([['IBM', 'bid', '181.00', 500]]);
    await bracket(300);
    await stage.step(1);
    expect(story(client, 1)).toEqual([
      'open PreSubmitted',
      'status PreSubmitted 0 300',
      'fill 300 @ 180.02',
      'open Filled',
      'status Filled 300 0',
      'open Filled 1.5',
    ]);
    expect(story(client, 2)).toEqual([
      'open PreSubmitted',
      'status PreSubmitted 0 300',
      'open Submitted',
      'status Submitted 0 300',
      'fill 300 @ 181',
      'open Filled',
      'status Filled 300 0',
      'open Filled 1.5',
    ]);
    expect(story(client, 3)).toEqual([
      'open PreSubmitted',
      'status PreSubmitted 0 300',
      'open PreSubmitted',
      'status PreSubmitted 0 300',
      'status Cancelled 0 300',
      'error 202',
    ]);
    expect(
      client
        .all('orderStatus')
        .filter((args) => args[0] === 3)
        .map((args) => args[9]),
    ).toEqual(['child,trigger', 'trigger', '']);
    expect(stage.simulator.ledger.position(8314)).toMatchObject({ quantity: 0, realizedGross: 294_000_000, realizedNet: 291_000_000 });
  });

  test('its stop closes it when a trade reaches the stop', async () => {
    await open([
      ['IBM', 'bid', '178.98', 500],
      ['IBM', 'last', '178.99', 100],
    ]);
    await bracket(300);
    await stage.step(2);
    expect(story(client, 3).slice(4)).toEqual([
      'open Submitted',
      'status Submitted 0 300',
      'fill 300 @ 178.98',
      'open Filled',
      'status Filled 300 0',
      'open Filled 1.5',
    ]);
    expect(story(client, 2).slice(4)).toEqual(['status Cancelled 0 300', 'error 202']);
  });

  test('a child never trades more than its parent has filled, and a part of the target shrinks the stop', async () => {
    await open([
      ['IBM', 'bid', '181.00', 1000],
      ['IBM', 'ask', '180.02', 700],
      ['IBM', 'bid', '181.00', 200],
      ['IBM', 'bid', '181.00', 900],
    ]);
    await bracket(1000, {}); // 300 of the parent are filled
    await stage.step(1);
    expect(story(client, 2).slice(4)).toEqual(['fill 300 @ 181', 'open Submitted', 'status Submitted 300 700']);
    expect(story(client, 3).slice(4)).toEqual(['open PreSubmitted', 'status PreSubmitted 0 700']);
    await stage.step(1); // the parent gets its other 700; the bid still shows 700
    expect(story(client, 2).slice(7)).toEqual(['fill 700 @ 181', 'open Filled', 'status Filled 1000 0', 'open Filled 5']);
    expect(story(client, 3).slice(6)).toEqual(['status Cancelled 0 700', 'error 202']);
    expect(stage.simulator.ledger.position(8314)?.quantity).toBe(0);
  });

  test('cancelling a parent that has filled nothing cancels its children', async () => {
    await open([]);
    await bracket(300, { orderType: order('BUY', 'LMT', 1).orderType, lmtPrice: 170 });
    client.api.cancelOrder(1);
    await settled(client);
    expect([story(client, 1).slice(-3), story(client, 2).slice(-2), story(client, 3).slice(-2)]).toEqual([
      ['status PendingCancel 0 300', 'status Cancelled 0 300', 'error 202'],
      ['status Cancelled 0 300', 'error 202'],
      ['status Cancelled 0 300', 'error 202'],
    ]);
  });

  test('cancelling the rest of a parent leaves protection for what it filled', async () => {
    await open([]);
    await bracket(500);
    client.api.cancelOrder(1);
    await settled(client);
    expect([story(client, 1).slice(-2), story(client, 3).slice(-2)]).toEqual([
      ['status Cancelled 300 200', 'error 202'],
      ['open PreSubmitted', 'status PreSubmitted 0 300'],
    ]);
    expect(stage.simulator.ledger.orders.map((one) => [one.status, one.quantity])).toEqual([
      ['Cancelled', 5_000_000],
      ['Submitted', 3_000_000],
      ['PreSubmitted', 3_000_000],
    ]);
  });

  test('a rejected parent takes its children with it', async () => {
    await open([]);
    stage.simulator.faults.rejectNext('no');
    await bracket(300);
    expect([1, 2, 3].map((id) => story(client, id).slice(2))).toEqual(
      Array(3).fill(['error 201', 'open Inactive', 'status Inactive 0 300']),
    );
    expect(stage.simulator.ledger.fills).toEqual([]);
  });

  test('a child of a filled parent is modified without its parentId; with it TWS says 135', async () => {
    await open([]);
    await bracket(300);
    await place(3, order('SELL', 'STP', 300, { parentId: 1, auxPrice: 179.5 }));
    await place(3, order('SELL', 'STP', 300, { auxPrice: 179.6 }));
    expect(story(client, 3).slice(4)).toEqual(['error 135', 'open PreSubmitted', 'status PreSubmitted 0 300']);
    expect(stage.simulator.ledger.orders[2]).toMatchObject({ stop: 179_600_000, parentId: 1 });
  });

  test('an untransmitted order can be cancelled and appears in no list', async () => {
    await open([]);
    await place(1, order('BUY', 'MKT', 100, { transmit: false }));
    client.api.reqAllOpenOrders();
    await client.when('openOrderEnd');
    expect(story(client, 1)).toEqual([]);
    client.api.cancelOrder(1);
    await settled(client);
    expect(story(client, 1)).toEqual(['status Cancelled 0 100', 'error 202']);
  });
});

describe('one cancels all', () => {
  test.each([
    { ocaType: 1, rest: ['status Cancelled 0 200', 'error 202'] },
    { ocaType: 2, rest: ['open Submitted', 'status Submitted 0 100'] },
    { ocaType: 3, rest: ['open Submitted', 'status Submitted 0 100'] },
  ])('type $ocaType: a part filled changes the other to %o', async ({ ocaType, rest }) => {
    await open([
      ['IBM', 'ask', '179.00', 100],
      ['IBM', 'ask', '178.99', 100],
    ]);
    const group = { ocaGroup: 'g', ocaType };
    await place(1, order('BUY', 'LMT', 200, { lmtPrice: 179, ...group }));
    await place(2, order('BUY', 'LMT', 200, { lmtPrice: 178, ...group }));
    await place(3, order('BUY', 'LMT', 200, { lmtPrice: 177 }));
    await stage.step(1);
    expect(story(client, 2).slice(4)).toEqual(rest);
    await stage.step(1);
    expect([story(client, 1).at(-1), story(client, 2).at(-1), story(client, 3).length]).toEqual(['open Filled 1', 'error 202', 4]);
    client.api.reqAllOpenOrders();
    await client.when('openOrderEnd');
    expect(stage.simulator.ledger.orders.map((one) => one.status)).toEqual(['Filled', 'Cancelled', 'Submitted']);
  });
});
