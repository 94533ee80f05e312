import { describe, expect, test } from 'vitest';
import { openClient, order, stockContract, story, type TestClient } from '../support/simulator/client.ts';
import { rawClient } from '../support/simulator/raw.ts';
import { quotedStage, settled, type Stage } from '../support/simulator/stage.ts';

let stage: Stage;

async function open(...how: Parameters<typeof quotedStage>): Promise<TestClient> {
  stage = await quotedStage(...how);
  return stage.join(1);
}

describe('bytes that no client would send', () => {
  const frame = (length: number, body = ''): Buffer => {
    const head = Buffer.alloc(4);
    head.writeInt32BE(length);
    return Buffer.concat([head, Buffer.from(body)]);
  };
  test.each([
    ['a web browser', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['noise', Buffer.from([0xff, 0, 0x13, 0x37, 0xde, 0xad])],
    ['a version that is none', Buffer.concat([Buffer.from('API\0'), frame(5, 'hello')])],
    ['a negative length', Buffer.concat([Buffer.from('API\0'), frame(-4)])],
    ['an empty frame', Buffer.concat([Buffer.from('API\0'), frame(0)])],
    ['a huge frame', Buffer.concat([Buffer.from('API\0'), frame(0x7fffffff)])],
  ])('%s closes its connection and nobody else notices', async (_name, bytes) => {
    const client = await open();
    const stranger = await rawClient(stage.simulator.port);
    stranger.write(bytes);
    await stranger.closed;
    await settled(client);
    expect([stranger.bytes().length, stage.simulator.clients()]).toEqual([0, [1]]);
  });

  test.each([
    ['a negative length', frame(-1)],
    ['a frame without its NUL', frame(4, '49\u00001')],
  ])('%s after the greeting closes that client alone, its orders live on', async (_name, bytes) => {
    const client = await open();
    const stranger = await rawClient(stage.simulator.port);
    stranger.hello();
    await stranger.frame(() => true);
    stranger.send(71, 2, 9, '');
    await stranger.frame((fields) => fields[0] === '9');
    stranger.write(bytes);
    await stranger.closed;
    await settled(client);
    expect(stage.simulator.clients()).toEqual([1]);
  });

  test('ids that do not exist and fields that make no sense are answered with 320', async () => {
    await open();
    const stranger = await rawClient(stage.simulator.port);
    stranger.hello();
    await stranger.frame(() => true);
    stranger.send(71, 2, 9, '');
    stranger.send('nonsense');
    stranger.send(999, 1, 2);
    stranger.send(3, 'abc');
    stranger.send(1);
    stranger.send(4, 12);
    stranger.send(49, 1);
    await stranger.frame((fields) => fields[0] === '49');
    expect(
      stranger
        .frames()
        .filter((fields) => fields[0] === '4' && !/^21/.test(fields[3] ?? ''))
        .map((fields) => [fields[2], fields[3]]),
    ).toEqual([
      ['-1', '320'],
      ['-1', '320'],
      ['0', '320'],
      ['-1', '200'],
      ['12', '10147'],
    ]);
    stranger.destroy();
  });

  test('a frame in single bytes is a frame', async () => {
    await open();
    const slow = await rawClient(stage.simulator.port);
    const hello = Buffer.concat([
      Buffer.from('API\0'),
      frame(9, 'v100..193'),
      frame(8, '71\u00002\u00009\u0000\u0000'),
      frame(5, '49\u00001\u0000'),
    ]);
    for (const byte of hello) {
      slow.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await slow.frame((fields) => fields[0] === '49'))[1]).toBe('1');
    slow.destroy();
  });
});

describe('the connection under a script', () => {
  test('mute: silence, while orders still arrive and act', async () => {
    const client = await open();
    stage.simulator.faults.mute(1);
    client.api.placeOrder(1, stockContract('IBM'), order('BUY', 'MKT', 100, { orderRef: 'lost ack' }));
    const witness = await stage.join(2);
    while (stage.simulator.ledger.fills.length === 0) await settled(witness);
    expect([story(client, 1), stage.simulator.ledger.ordersByRef('lost ack')[0]?.status]).toEqual([[], 'Filled']);
    stage.simulator.faults.recover();
    await settled(client);
    expect(story(client, 1)).toEqual([]);
  });

  test('deaf: nothing the client sends is heard, and it hears the market', async () => {
    const client = await open([['IBM', 'bid', '180.01', 100]]);
    client.api.reqMktData(1, stockContract('IBM'), '', false, false);
    await settled(client);
    stage.simulator.faults.deafen(1);
    client.api.placeOrder(1, stockContract('IBM'), order('BUY', 'MKT', 100));
    await stage.simulator.market.step(1);
    await client.when('tickPrice', (_: number, type: number, price: number) => type === 1 && price === 180.01);
    stage.simulator.faults.recover(1);
    await settled(client);
    expect(stage.simulator.ledger.placements).toEqual([]);
  });

  test('a paused reader acts on everything once it goes on', async () => {
    const client = await open();
    stage.simulator.faults.pauseReading(1);
    client.api.placeOrder(1, stockContract('IBM'), order('BUY', 'MKT', 100));
    const witness = await stage.join(2);
    await settled(witness);
    await settled(witness);
    expect(stage.simulator.ledger.placements).toEqual([]);
    stage.simulator.faults.resumeReading(1);
    await client.when('commissionReport');
    expect(stage.simulator.ledger.fills.length).toBe(1);
  });

  test('reset and end cut a client, its id is free again', async () => {
    const first = await open();
    stage.simulator.faults.rst(1);
    await first.when('disconnected');
    const second = await stage.join(1);
    stage.simulator.faults.end(1);
    await second.when('disconnected');
    await stage.join(1);
  });

  test('no answer to the greeting; no next valid id; an id that was used', async () => {
    const client = await open();
    stage.simulator.faults.noHandshakeAnswer = true;
    const mute = await rawClient(stage.simulator.port);
    mute.hello();
    await settled(client);
    stage.simulator.faults.noHandshakeAnswer = false;
    stage.simulator.faults.noNextValidId = true;
    const idless = openClient(stage.simulator.port, 5);
    await idless.when('managedAccounts');
    await idless.when('info', (_: string, code: number) => code === 2158);
    expect([mute.bytes().length, idless.all('nextValidId')]).toEqual([0, []]);
    await idless.close();
    stage.simulator.faults.nextValidId = 3;
    client.api.placeOrder(40, stockContract('IBM'), order('BUY', 'MKT', 100));
    client.api.reqIds();
    await client.when('nextValidId', (id: number) => id === 3);
    stage.simulator.faults.nextValidId = undefined;
    client.api.reqIds();
    await client.when('nextValidId', (id: number) => id === 41);
    mute.destroy();
  });

  test('a restart cuts everybody off, refuses the port, forgets what was not transmitted, and comes back with the rest', async () => {
    const client = await open();
    client.api.placeOrder(1, stockContract('IBM'), order('BUY', 'LMT', 100, { lmtPrice: 170 }));
    client.api.placeOrder(2, stockContract('IBM'), order('BUY', 'LMT', 100, { lmtPrice: 170, transmit: false }));
    await settled(client);
    await stage.simulator.faults.goDown();
    await client.when('disconnected');
    const refused = openClient(stage.simulator.port, 1);
    expect(String((await refused.when('error')).args[0])).toContain('ECONNREFUSED');
    await stage.simulator.faults.comeBack();
    const back = await stage.join(1);
    back.api.cancelOrder(2);
    back.api.cancelOrder(1);
    await settled(back);
    expect([back.nextId, story(back, 1), story(back, 2)]).toEqual([
      3,
      ['status Submitted 0 100', 'status PendingCancel 0 100', 'status Cancelled 0 100', 'error 202'],
      ['error 10147'],
    ]);
  });

  test('a client id that a dead session holds is refused until released', async () => {
    await open();
    stage.simulator.faults.holdClientId(4);
    const refused = openClient(stage.simulator.port, 4);
    await refused.when('info', (_: string, code: number) => code === 326);
    await refused.when('disconnected');
    stage.simulator.faults.releaseClientId(4);
    await stage.join(4);
  });
});

describe('what clients hear under a script', () => {
  test('notices reach everyone, raw bytes and frames their target', async () => {
    const client = await open();
    const other = await stage.join(2);
    stage.simulator.faults.notice(1100);
    stage.simulator.faults.notice(2103, { farm: 'eufarm', target: 2 });
    stage.simulator.faults.injectFrame(1, [9, 1, 77]);
    stage.simulator.faults.injectBytes(2, Buffer.from([0, 0, 0, 7, 57, 0, 49, 0, 56, 56, 0]));
    await client.when('nextValidId', (id: number) => id === 77);
    await other.when('nextValidId', (id: number) => id === 88);
    expect([
      client
        .all('info')
        .slice(3)
        .map((args) => args[1]),
      other.all('info').slice(3),
    ]).toEqual([
      [1100],
      [
        ['Connectivity between IB and Trader Workstation has been lost.', 1100],
        ['Market data farm connection is broken:eufarm', 2103],
      ],
    ]);
  });

  test('ticks that are no prices reach the client and no order', async () => {
    const client = await open();
    client.api.reqMktData(1, stockContract('IBM'), '', false, false);
    client.api.placeOrder(1, stockContract('IBM'), order('BUY', 'LMT', 100, { lmtPrice: 170 }));
    await settled(client);
    const before = client.all('tickPrice').length;
    for (const text of ['NaN', '-1', '1e400', '12abc', '']) stage.simulator.faults.injectTick('IBM', 'ask', text);
    await settled(client);
    expect(
      client
        .all('tickPrice')
        .slice(before)
        .map((args) => args[2]),
    ).toEqual([NaN, -1, Infinity, 12, 0]);
    expect(stage.simulator.ledger.fills).toEqual([]);
  });

  test('a halt is told and stops trading; a forced data type is told on every line', async () => {
    const client = await open();
    client.api.reqMktData(1, stockContract('IBM'), '', false, false);
    await settled(client);
    stage.simulator.faults.halted('IBM', true);
    stage.simulator.faults.marketDataType(3);
    client.api.placeOrder(1, stockContract('IBM'), order('BUY', 'MKT', 100));
    await settled(client);
    expect([client.all('tickGeneric'), client.all('marketDataType'), stage.simulator.ledger.fills]).toEqual([
      [
        [1, 49, 0],
        [1, 49, 1],
      ],
      [
        [1, 1],
        [1, 3],
      ],
      [],
    ]);
    stage.simulator.faults.halted('IBM', false);
    await client.when('commissionReport');
  });

  test('a lost acknowledgement, a late one, a rejection and errors that change nothing', async () => {
    const client = await open();
    stage.simulator.faults.dropNextAck();
    client.api.placeOrder(1, stockContract('IBM'), order('BUY', 'LMT', 100, { lmtPrice: 170 }));
    await settled(client);
    client.api.cancelOrder(1);
    await settled(client);
    expect(story(client, 1)).toEqual(['status PendingCancel 0 100', 'status Cancelled 0 100', 'error 202']);
    stage.simulator.faults.holdOrderNews();
    client.api.placeOrder(2, stockContract('IBM'), order('BUY', 'MKT', 100));
    await settled(client);
    expect(story(client, 2)).toEqual([]);
    stage.simulator.faults.releaseOrderNews();
    await client.when('commissionReport');
    expect(story(client, 2).slice(0, 3)).toEqual(['open PreSubmitted', 'status PreSubmitted 0 100', 'fill 100 @ 180.02']);
    stage.simulator.faults.rejectNext('we do not like it: über');
    client.api.placeOrder(3, stockContract('IBM'), order('BUY', 'MKT', 100));
    await settled(client);
    expect(story(client, 3).slice(2)).toEqual(['error 201', 'open Inactive', 'status Inactive 0 100']);
    stage.simulator.faults.orderError(1, 3, 404, 'held', '{"8229":"why"}');
    await settled(client);
    const errors = client
      .all('error')
      .slice(-2)
      .map((args) => [(args[0] as Error).message, args[1], args[2], args[3]]);
    expect(errors).toEqual([
      ['Order rejected - reason:we do not like it: über', 201, 3, undefined],
      ['held', 404, 3, { 8229: 'why' }],
    ]);
  });

  test('TWS repeats itself: with duplicates on, every pair comes twice and nothing else changes', async () => {
    const client = await open([], { duplicates: 1 });
    client.api.placeOrder(1, stockContract('IBM'), order('BUY', 'MKT', 100));
    await settled(client);
    expect(story(client, 1)).toEqual([
      'open PreSubmitted',
      'status PreSubmitted 0 100',
      'open PreSubmitted',
      'status PreSubmitted 0 100',
      'fill 100 @ 180.02',
      'open Filled',
      'status Filled 100 0',
      'open Filled',
      'status Filled 100 0',
      'open Filled 1',
    ]);
  });

  test('a what-if with a warning comes twice, first without figures', async () => {
    const client = await open();
    stage.simulator.faults.previewWarning('think twice');
    client.api.placeOrder(1, stockContract('IBM'), order('BUY', 'MKT', 100, { whatIf: true }));
    await settled(client);
    expect(client.all('openOrder').map((args) => args[3])).toMatchObject([
      { warningText: 'think twice', initMarginAfter: undefined },
      { warningText: '', initMarginAfter: 4500.5 },
    ]);
  });
});
