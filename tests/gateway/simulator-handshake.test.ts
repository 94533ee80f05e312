import { describe, expect, test } from 'vitest';
import type { Simulator } from '#simulator/simulator';
import { connectClient, openClient, order, stockContract } from '../support/simulator/client.ts';
import { rawClient } from '../support/simulator/raw.ts';
import type { TapeLine } from '../support/simulator/tape.ts';
import { QUOTE, stageOn } from '../support/simulator/stage.ts';

const LINES: readonly TapeLine[] = [...QUOTE, ['IBM', 'ask', '180.03', 500]];

async function open(more: Parameters<typeof stageOn>[1] = {}): Promise<Simulator> {
  return (await stageOn(LINES, more)).simulator;
}

describe('greeting', () => {
  test('the server takes the lower of both versions and says its time, then waits for START_API', async () => {
    const simulator = await open();
    const client = await rawClient(simulator.port);
    client.hello('v100..178');
    const [version, time] = await client.frame(() => true);
    expect([version, time]).toEqual(['178', '20261006 09:30:00 EST']);
    client.send(71, 2, 5, '');
    await client.frame((fields) => fields[0] === '4' && fields[3] === '2158');
    expect(client.frames().slice(1)).toEqual([
      ['15', '1', 'DU1234567'],
      ['9', '1', '1'],
      ['4', '2', '-1', '2104', 'Market data farm connection is OK:usfarm', ''],
      ['4', '2', '-1', '2106', 'HMDS data farm connection is OK:ushmds', ''],
      ['4', '2', '-1', '2158', 'Sec-def data farm connection is OK:secdefil', ''],
    ]);
    client.destroy();
  });

  test('a client that is too old or only too new is closed', async () => {
    const simulator = await open();
    for (const range of ['v100..176', 'v194..222']) {
      const client = await rawClient(simulator.port);
      client.hello(range);
      await client.closed;
      expect(client.bytes().length).toBe(0);
    }
  });

  test('a taken client id gets error 326 and the end, its owner stays', async () => {
    const simulator = await open();
    const owner = await connectClient(simulator.port, 7);
    const second = await rawClient(simulator.port);
    second.hello();
    await second.frame(() => true);
    second.send(71, 2, 7, '');
    await second.closed;
    expect(second.frames().slice(1)).toEqual([
      ['4', '2', '-1', '326', 'Unable to connect as the client id is already in use. Retry with a unique client id.', ''],
    ]);
    owner.api.reqCurrentTime();
    await owner.when('currentTime');
    expect(simulator.clients()).toEqual([7]);
    await owner.close();
    const heir = await connectClient(simulator.port, 7);
    expect(heir.nextId).toBe(1);
    await heir.close();
  });

  test('a message before START_API is answered with 504 and does nothing', async () => {
    const simulator = await open();
    const client = await rawClient(simulator.port);
    client.hello();
    await client.frame(() => true);
    client.send(58, '', 0);
    expect(await client.frame((fields) => fields[0] === '4')).toEqual(['4', '2', '-1', '504', 'Not connected', '']);
    expect(simulator.ledger.inbound).toEqual([{ clientId: -1, messageId: 58 }]);
    client.destroy();
  });
});

test('a request with fields too many or too few is served and kept in mind', async () => {
  const simulator = await open();
  const client = await rawClient(simulator.port);
  client.hello('v100..178');
  client.send(71, 2, 5);
  client.send(8, 1, 1, 'more');
  client.send(49);
  await client.frame((fields) => fields[0] === '49');
  expect(client.frames().filter((fields) => fields[0] === '9').length).toBe(2);
  expect(simulator.ledger.odd).toEqual([
    { clientId: 5, messageId: 71, version: 178, surplus: -1 },
    { clientId: 5, messageId: 8, version: 178, surplus: 1 },
    { clientId: 5, messageId: 49, version: 178, surplus: -1 },
  ]);
  client.destroy();
});

// Every layout change between the oldest and the newest version, spoken through the strict decoder of the library.
describe.each([177, 178, 179, 182, 183, 184, 185, 186, 187, 188, 189, 190, 191, 192, 193])('at server version %i', (version) => {
  test('every message the simulator sends is decoded without an error, and orders are read right', async () => {
    const simulator = await open({ serverVersion: version, duplicates: 1, holdings: [] });
    const client = await connectClient(simulator.port, 3);
    const { api } = client;
    expect(client.all('server')[0]?.[0]).toBe(version);
    api.reqMktData(1, stockContract('IBM'), '', false, false);
    api.reqContractDetails(2, stockContract('IBM'));
    api.reqMatchingSymbols(3, 'IB');
    api.reqAccountSummary(4, 'All', 'NetLiquidation,BuyingPower,AccountType');
    api.reqAccountUpdates(true, '');
    api.reqPositions();
    api.reqPnL(5, 'DU1234567');
    api.reqPnLSingle(6, 'DU1234567', '', 8314);
    await simulator.market.step(3);
    const first = order('BUY', 'MKT', 200, { orderRef: 'entry', transmit: false });
    api.placeOrder(1, stockContract('IBM'), first);
    api.placeOrder(
      2,
      stockContract('IBM'),
      order('SELL', 'LMT', 200, { orderRef: 'target', lmtPrice: 181.5, parentId: 1, transmit: false, ocaType: 2 }),
    );
    api.placeOrder(3, stockContract('IBM'), order('SELL', 'STP', 200, { orderRef: 'stop', auxPrice: 179.5, parentId: 1 }));
    api.placeOrder(
      4,
      stockContract('IBM'),
      order('BUY', 'STP LMT', 100, { orderRef: 'breakout', auxPrice: 190.1, lmtPrice: 190.2, outsideRth: true, triggerMethod: 2 }),
    );
    api.placeOrder(5, stockContract('IBM'), order('BUY', 'LMT', 100, { orderRef: 'preview', lmtPrice: 180, whatIf: true }));
    await client.when('openOrder', (id: number) => id === 5);
    api.cancelOrder(4);
    await client.when('error', (_: unknown, code: number, id: number) => code === 202 && id === 4);
    await simulator.market.step(1);
    api.reqOpenOrders();
    api.reqAllOpenOrders();
    api.reqCompletedOrders(false);
    api.reqExecutions(7, {});
    api.reqIds();
    api.reqGlobalCancel();
    api.reqCurrentTime();
    await client.when('currentTime');
    expect([client.decodeErrors, simulator.ledger.odd]).toEqual([[], []]);
    expect(
      simulator.ledger.orders.map((one) => [
        one.orderRef,
        one.type,
        one.limit,
        one.stop,
        one.parentId,
        one.outsideRth,
        one.ocaType,
        one.status,
      ]),
    ).toEqual([
      ['entry', 'MKT', undefined, undefined, 0, false, 3, 'Filled'],
      ['target', 'LMT', 181_500_000, undefined, 1, false, 2, 'Cancelled'],
      ['stop', 'STP', undefined, 179_500_000, 1, false, 3, 'Cancelled'],
      ['breakout', 'STP LMT', 190_200_000, 190_100_000, 0, true, 3, 'Cancelled'],
    ]);
    expect(simulator.ledger.placements.map((one) => one.kind)).toEqual(['new', 'new', 'new', 'new', 'what-if']);
    await client.close();
  });
});

test('the versions that the library refuses can be announced', async () => {
  const simulator = await open();
  for (const version of [99, 222]) {
    simulator.faults.serverVersion = version;
    const client = openClient(simulator.port, 1);
    const refused = await client.when('error', (_: unknown, code: number) => code === 506 || code === 503);
    expect(String(refused.args[0])).toContain(String(version));
    await client.when('disconnected');
  }
});
