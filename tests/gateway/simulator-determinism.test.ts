import { expect, test } from 'vitest';
import { startSimulator } from '#simulator/simulator';
import { placeFields } from '../support/simulator/core-on-simulator.ts';
import { rawClient } from '../support/simulator/raw.ts';

/** One client's conversation with a market that is stepped between its words; every byte it hears. */
async function conversation(seed: number, market: 'tape' | 'synthetic'): Promise<Buffer> {
  const simulator = await startSimulator({
    port: 0,
    market: market === 'tape' ? { kind: 'tapes', tapes: [{ path: 'resources/demo-tape.csv.gz' }] } : { kind: 'synthetic' },
    speed: 'max',
    autostart: false,
    seed,
  });
  const client = await rawClient(simulator.port);
  let asked = 0;
  const settled = async (): Promise<void> => {
    asked++;
    let answers = 0;
    client.send(49, 1);
    await client.frame((fields) => fields[0] === '49' && ++answers === asked);
  };
  client.hello();
  await client.frame(() => true);
  client.send(71, 2, 1, '');
  await client.frame((fields) => fields[3] === '2158');
  simulator.symbols.forEach((symbol, id) =>
    client.send(1, 11, id, 0, symbol, 'STK', '', 0, '', '', 'SMART', '', 'USD', '', '', 0, '', 0, 0, ''),
  );
  client.send(92, 50, 'DU1234567', '');
  client.send(61, 1);
  client.send(20, 60, 0, 'AAPL', 'STK', '', '', '', '', 'SMART', '', 'USD', '', '', 0, '', '1 min', '2 D', 1, 'TRADES', 1, 0, '');
  await settled();
  for (let id = 1; id <= 30; id += 3) {
    await simulator.market.step(500);
    const [symbol = 'AAPL'] = simulator.symbols;
    client.send(...placeFields(symbol, { id, side: 'BUY', size: 700, type: 'MKT', transmit: false }));
    client.send(...placeFields(symbol, { id: id + 1, side: 'SELL', size: 700, type: 'LMT', limit: 247.4, parentId: id, transmit: false }));
    client.send(...placeFields(symbol, { id: id + 2, side: 'SELL', size: 700, type: 'STP', stop: 247.1, parentId: id }));
    await settled();
  }
  client.send(99, 0);
  client.send(58, '', 0);
  await settled();
  const heard = client.bytes();
  client.destroy();
  await simulator.close();
  return heard;
}

test.each(['tape', 'synthetic'] as const)('same seed, same %s, same words: the same bytes', async (market) => {
  const [first, second, other] = [await conversation(5, market), await conversation(5, market), await conversation(6, market)];
  expect(first.length).toBeGreaterThan(200_000);
  expect(second.equals(first)).toBe(true);
  expect(other.equals(first)).toBe(false);
});
