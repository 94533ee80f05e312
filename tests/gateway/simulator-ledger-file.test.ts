import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LedgerLine } from '#simulator/ledger-file';
import { openSimulator } from '#simulator/simulator';
import { connectClient, order, stockContract } from '../support/simulator/client.ts';
import { simulatorOn } from '../support/simulator/tape.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const IBM = stockContract('IBM');

function linesOf(file: string): readonly LedgerLine[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LedgerLine);
}

test('the ledger file has every order, execution and end by the time a client hears of it, and goes on after a restart', async () => {
  const ledgerFile = join(temporaryDirectory(), 'ledger.jsonl');
  for (let starts = 0; starts < 2; starts += 1) {
    const run = await simulatorOn(
      [
        ['IBM', 'bid', '180.00', 300],
        ['IBM', 'ask', '180.02', 300],
        ['IBM', 'last', '180.01', 100],
      ],
      { ledgerFile },
    );
    const { simulator } = run;
    await simulator.market.step(3);
    const client = await connectClient(simulator.port, 2);
    client.api.placeOrder(client.nextId, IBM, order('BUY', 'MKT', 100, { orderRef: 'TD1-AAAAAAAA-1-1-E' }));
    await client.when('orderStatus', (id: number, status: string) => id === client.nextId && status === 'Filled');
    client.api.placeOrder(client.nextId + 1, IBM, order('SELL', 'LMT', 100, { lmtPrice: 190, orderRef: 'TD1-AAAAAAAA-1-1-T' }));
    await client.when('orderStatus', (id: number, status: string) => id === client.nextId + 1 && status === 'Submitted');
    client.api.cancelOrder(client.nextId + 1);
    await client.when('orderStatus', (id: number, status: string) => id === client.nextId + 1 && status === 'Cancelled');
    client.api.placeOrder(client.nextId, IBM, order('BUY', 'MKT', 100, { orderRef: 'TD1-BBBBBBBB-1-1-E' }));
    await client.when('error', (_: unknown, __: number, id: number) => id === client.nextId);
    await client.close();
    await run.stop();
  }
  const lines = linesOf(ledgerFile);
  expect(lines).toHaveLength(16);
  expect(lines.slice(0, 8)).toMatchObject([
    { event: 'placed', clientId: 2, orderId: 1, orderRef: 'TD1-AAAAAAAA-1-1-E', kind: 'new' },
    { event: 'accepted', permId: 1_100_000_001, orderRef: 'TD1-AAAAAAAA-1-1-E', symbol: 'IBM', action: 'BUY', quantity: 1_000_000 },
    { event: 'executed', permId: 1_100_000_001, orderRef: 'TD1-AAAAAAAA-1-1-E', side: 'BUY', quantity: 1_000_000, price: 180_020_000 },
    { event: 'ended', permId: 1_100_000_001, status: 'Filled', filled: 1_000_000 },
    { event: 'placed', orderRef: 'TD1-AAAAAAAA-1-1-T', kind: 'new' },
    { event: 'accepted', orderRef: 'TD1-AAAAAAAA-1-1-T', action: 'SELL' },
    { event: 'ended', orderRef: 'TD1-AAAAAAAA-1-1-T', status: 'Cancelled', filled: 0 },
    { event: 'placed', orderId: 1, orderRef: 'TD1-BBBBBBBB-1-1-E', kind: 'refused' },
  ]);
  expect(lines.every(({ at, wall }) => Number.isFinite(at) && Math.abs(wall - Date.now()) < 60_000)).toBe(true);
});

test('a ledger file that cannot be written is said in one sentence, and nothing is left listening', async () => {
  const folder = temporaryDirectory();
  const opened = await openSimulator({ port: 0, market: { kind: 'synthetic' }, speed: 1, autostart: false, ledgerFile: folder });
  expect(opened.ok ? '' : opened.error).toMatch(/^The ledger file .* cannot be written: EISDIR/);
});
