import { EventName, IBApi, MarketDataType } from '@stoqey/ib';
import { readFileSync, existsSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { startSimulator, type Simulator } from '#simulator/simulator';
import { connectClient, stockContract, type TestClient } from '../support/simulator/client.ts';
import { rawClient } from '../support/simulator/raw.ts';
import type { TapeLine } from '../support/simulator/tape.ts';
import { stageOn } from '../support/simulator/stage.ts';

const PRICE_TYPES: Readonly<Record<number, string>> = { 1: 'bid', 2: 'ask', 4: 'last', 66: 'bid', 67: 'ask', 68: 'last' };
const RECORDED = '../shared/market-data';

let free: Simulator | undefined;

async function open(...how: Parameters<typeof stageOn>): Promise<Simulator> {
  return (await stageOn(...how)).simulator;
}

afterEach(async () => {
  await free?.close();
  free = undefined;
});

/** `field price` of every tickPrice of these requests, in order of arrival. */
function prices(client: TestClient, reqId: number): string[] {
  return client.all('tickPrice').flatMap(([id, type, price]) => {
    const field = PRICE_TYPES[type as number];
    return id === reqId && field !== undefined ? [`${field} ${String(price)}`] : [];
  });
}

const LINES: readonly TapeLine[] = [
  ['IBM', 'bid', '180', 300],
  ['IBM', 'ask', '180.02', 200],
  ['BAC', 'bid', '13.8', 1000],
  ['IBM', 'last', '180.0101', 100],
  ['IBM', 'last', '180.0101', 100],
  ['IBM', 'bid', '0', 0],
  ['BAC', 'last', '13.81', 700],
];

describe('market data', () => {
  test('a line is told its type and terms first, then every tick of the tape with size and time', async () => {
    const simulator = await open(LINES);
    const client = await connectClient(simulator.port, 1);
    const from = client.heard.length;
    client.api.reqMktData(11, stockContract('IBM'), '', false, false);
    client.api.reqCurrentTime();
    await client.when('currentTime');
    await simulator.market.step(4);
    await client.when('tickPrice', (_: number, type: number) => type === 7);
    const told = client.heard.slice(from).filter(({ name }) => name.startsWith('tick') || name === 'marketDataType');
    expect(told.map(({ name, args }) => `${name} ${args.slice(0, 3).join(' ')}`)).toEqual([
      'marketDataType 11 1',
      'tickReqParams 11 0 9c0001',
      'tickGeneric 11 49 0',
      'tickPrice 11 9 180.0101',
      'tickPrice 11 1 180',
      'tickSize 11 0 300',
      'tickPrice 11 2 180.02',
      'tickSize 11 3 200',
      'tickSize 11 3 200',
      'tickString 11 45 1791293400',
      'tickPrice 11 4 180.0101',
      'tickSize 11 5 100',
      'tickSize 11 5 100',
      'tickPrice 11 14 180.0101',
      'tickPrice 11 6 180.0101',
      'tickPrice 11 7 180.0101',
    ]);
    expect(client.decodeErrors).toEqual([]);
    await client.close();
  });

  test('who subscribes in mid-tape hears the present quote, a snapshot hears it and ends', async () => {
    const simulator = await open(LINES);
    const client = await connectClient(simulator.port, 1);
    await simulator.market.step(5);
    client.api.reqMktData(1, stockContract('IBM'), '', true, false);
    client.api.reqMktData(2, stockContract('BAC'), '', false, false);
    await client.when('tickSnapshotEnd', (id: number) => id === 1);
    await simulator.market.step(2);
    await client.when('tickPrice', (id: number, type: number) => id === 2 && type === 4);
    expect([prices(client, 1), prices(client, 2)]).toEqual([
      ['bid 180', 'ask 180.02', 'last 180.0101'],
      ['bid 13.8', 'last 13.81'],
    ]);
    await client.close();
  });

  test('lines end when cancelled; unknown, doubled and too many ones are refused', async () => {
    const simulator = await open(LINES);
    const client = await connectClient(simulator.port, 1);
    const { api } = client;
    api.reqMktData(1, stockContract('IBM'), '', false, false);
    api.reqMktData(1, stockContract('BAC'), '', false, false);
    api.reqMktData(2, stockContract('NONE'), '', false, false);
    api.cancelMktData(3);
    for (let id = 100; id < 200; id++) api.reqMktData(id, stockContract('BAC'), '', false, false);
    api.cancelMktData(1);
    api.reqCurrentTime();
    await client.when('currentTime');
    await simulator.market.step(7);
    await client.when('tickPrice', (id: number, type: number) => id === 198 && type === 4);
    expect(client.all('error').map((args) => [args[2], args[1]])).toEqual([
      [1, 102],
      [2, 200],
      [3, 300],
      [199, 101],
    ]);
    expect([prices(client, 1), prices(client, 100)]).toEqual([[], ['bid 13.8', 'last 13.81']]);
    await client.close();
  });

  test('without live permission live is refused and delayed comes on its own tick types', async () => {
    const simulator = await open(LINES, { permission: 'delayed' });
    const client = await connectClient(simulator.port, 1);
    client.api.reqMktData(1, stockContract('IBM'), '', false, false);
    client.api.reqMarketDataType(MarketDataType.DELAYED);
    client.api.reqMktData(2, stockContract('IBM'), '', false, false);
    client.api.reqCurrentTime();
    await client.when('currentTime');
    await simulator.market.step(3);
    await client.when('tickPrice', (_: number, type: number) => type === 67);
    expect(client.all('error').map((args) => [args[2], args[1]])).toEqual([
      [1, 354],
      [2, 10_167],
    ]);
    expect(client.all('marketDataType')).toEqual([[2, 3]]);
    expect(client.all('tickPrice').map((args) => args[1])).toEqual([75, 66, 67]);
    await client.close();
  });

  test('after hours frozen data is frozen, and delayed data of a live account is live', async () => {
    const night = await open(LINES, {}, Date.UTC(2026, 9, 7, 3));
    const client = await connectClient(night.port, 1);
    for (const type of [MarketDataType.REALTIME, MarketDataType.FROZEN, MarketDataType.DELAYED, MarketDataType.DELAYED_FROZEN]) {
      client.api.reqMarketDataType(type);
      client.api.reqMktData(type, stockContract('IBM'), '', true, false);
    }
    await client.when('tickSnapshotEnd', (id: number) => id === 4);
    expect(client.all('marketDataType')).toEqual([
      [1, 1],
      [2, 2],
      [3, 1],
      [4, 2],
    ]);
    await client.close();
  });
});

/** The tape's lines as tickPrices, read from the file by other means than the simulator's. */
function expected(path: string, symbol: string | undefined): string[] {
  const rows = gunzipSync(readFileSync(path)).toString('utf8').trim().split('\n');
  const several = rows[0]?.includes('symbol') === true;
  return rows.slice(1).flatMap((row) => {
    const cells = row.split(',');
    if (several && cells[1] !== symbol) return [];
    const [field, price] = several ? [cells[2], cells[3]] : [cells[1], cells[2]];
    return [`${String(field)} ${String(Number(price))}`];
  });
}

/** Plays a tape at full speed to a client that keeps nothing but prices; decoder errors come under their own name. */
async function replay(path: string, symbols: readonly string[]): Promise<ReadonlyMap<string, string[]>> {
  free = await startSimulator({ port: 0, market: { kind: 'tapes', tapes: [{ path }] }, speed: 'max', autostart: false });
  const heard = new Map<string, string[]>(symbols.map((symbol) => [symbol, []]));
  const api = new IBApi({ host: '127.0.0.1', port: free.port, clientId: 1, maxReqPerSec: 100_000 });
  const answered = (): Promise<unknown> => {
    api.reqCurrentTime();
    return new Promise((resolve) => api.once(EventName.currentTime, resolve));
  };
  api.on(EventName.error, (error, code) => heard.set(`error ${String(code)}`, [String(error)]));
  api.on(EventName.tickPrice, (id, type, price) => {
    const field = PRICE_TYPES[type];
    if (field !== undefined) heard.get(symbols[id] ?? '')?.push(`${field} ${String(price)}`);
  });
  api.connect();
  symbols.forEach((symbol, id) => api.reqMktData(id, stockContract(symbol), '', false, false));
  await answered();
  free.market.start();
  await free.market.ended;
  await answered();
  api.disconnect();
  return heard;
}

describe('a whole tape at full speed', () => {
  test('the demo tape arrives line for line, three symbols in one connection', { timeout: 20_000 }, async () => {
    const path = 'resources/demo-tape.csv.gz';
    const symbols = ['SPY', 'IBM', 'BAC'];
    const heard = await replay(path, symbols);
    expect([...heard.keys()]).toEqual(symbols);
    for (const symbol of symbols) expect(heard.get(symbol), symbol).toEqual(expected(path, symbol));
  });

  const ibm = `${RECORDED}/ticks-IBM-2013-10-08.csv.gz`;
  test.skipIf(!existsSync(ibm))(
    'the recorded IBM day arrives line for line (skipped where the recorded market data is absent)',
    async () => {
      const heard = await replay(ibm, ['IBM']);
      expect([...heard]).toEqual([['IBM', expected(ibm, undefined)]]);
    },
  );

  test('a client that does not read holds the market up instead of filling memory', async () => {
    free = await startSimulator({
      port: 0,
      market: { kind: 'tapes', tapes: [{ path: 'resources/demo-tape.csv.gz' }] },
      speed: 'max',
      autostart: false,
    });
    const client = await rawClient(free.port);
    client.hello();
    await client.frame(() => true);
    client.send(71, 2, 1, '');
    await client.frame((fields) => fields[0] === '9');
    free.symbols.forEach((symbol, id) =>
      client.send(1, 11, id, 0, symbol, 'STK', '', 0, '', '', 'SMART', '', 'USD', '', '', 0, '', 0, 0, ''),
    );
    client.send(49, 1);
    await client.frame((fields) => fields[0] === '49');
    client.socket.pause();
    free.market.start();
    // The market stands still once the buffers are full: many turns of the event loop bring nothing more.
    let before = -1;
    while (free.market.played !== before) {
      before = free.market.played;
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(before).toBeGreaterThan(1000);
    expect(before).toBeLessThan(138_148);
    expect(process.memoryUsage().external).toBeLessThan(200e6);
    client.socket.resume();
    await free.market.ended;
    expect(free.market.played).toBe(138_148);
    client.destroy();
  });
});

describe('pace', () => {
  test('at a set speed the clock follows real time and a loop goes on the next trading day', async () => {
    const path = 'resources/demo-tape.csv.gz';
    free = await startSimulator({ port: 0, market: { kind: 'tapes', tapes: [{ path }], loop: true }, speed: 'max', autostart: false });
    await free.market.step(138_148);
    expect([free.market.state, free.clock.now()]).toEqual(['ready', Date.UTC(2026, 9, 6, 14, 29, 59, 924)]);
    await free.market.step(1);
    expect([free.market.state, free.clock.now()]).toEqual(['ready', Date.UTC(2026, 9, 7, 13, 30)]);
    const client = await connectClient(free.port, 1);
    client.api.reqMktData(1, stockContract('AAPL'), '', false, false);
    await client.when('tickPrice', (_: number, type: number) => type === 9);
    // Yesterday's last trade is today's close.
    expect(client.all('tickPrice')[0]).toEqual([1, 9, 248.96, false]);
    free.market.setSpeed(1000);
    free.market.start();
    await client.when('tickPrice', (_: number, type: number) => type === 4);
    free.market.pause();
    const still = free.market.played;
    client.api.reqCurrentTime();
    await client.when('currentTime');
    expect(free.market.played).toBe(still);
    await client.close();
  });
});
