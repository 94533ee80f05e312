import type { IBApi } from '@stoqey/ib';
import { expect, test } from 'vitest';
import type { ContractDetails } from '#domain/contract';
import type { Result } from '#domain/result';
import { ContractBook } from '#tws/contract/contract-translation';
import { MarketRequests } from '#tws/market/requests';
import type { Session } from '#tws/session/session';
import { RequestIds } from '#tws/socket/request-ids';
import type { Listen } from '#tws/socket/wire-events';
import { FakeClock } from '../../support/fake-clock.ts';
import { IBM } from '../../support/tws/approved.ts';

type Row = readonly [conId: number, symbol: string, more?: object];

/** Asks for the details of IBM and answers with these rows of IB. */
async function answered(rows: readonly Row[]): Promise<{ readonly details: Result<ContractDetails>; readonly book: ContractBook }> {
  const clock = new FakeClock();
  const book = new ContractBook();
  const requests = new MarketRequests({ clock, scheduler: clock, requestIds: new RequestIds(), contracts: book });
  const heard = new Map<string, (...args: readonly unknown[]) => void>();
  requests.attach(((event: string, listener: never) => void heard.set(event, listener)) as unknown as Listen);
  let asked = 0;
  const ib = { reqContractDetails: (reqId: number) => (asked = reqId) } as unknown as IBApi;
  requests.opened({
    request: (_lane: string, send: (api: IBApi) => void) => {
      send(ib);
      return true;
    },
  } as unknown as Session);
  const details = requests.details(IBM);
  for (const [conId, symbol, more] of rows)
    heard.get('contractDetails')?.(asked, { contract: { conId, symbol, secType: 'STK', currency: 'USD', ...more }, minTick: 0.01 });
  heard.get('contractDetailsEnd')?.(asked);
  return { details: await details, book };
}

test('one contract that fits is the answer, and what IB says of it counts from now on', async () => {
  const { details, book } = await answered([[8314, 'IBM', { exchange: 'SMART', multiplier: 10 }]]);
  expect(details).toMatchObject({ ok: true, value: { contract: { conId: 8314, multiplier: 10 }, minTick: 10_000 } });
  book.learn({ ...IBM, multiplier: 1 });
  expect(book.get(IBM.conId)?.multiplier).toBe(10);
});

test('where several contracts fit none is chosen, though all have the same name', async () => {
  const { details } = await answered([
    [8314, 'IBM'],
    [8315, 'IBM'],
  ]);
  expect(details).toEqual({ ok: false, error: 'More than one contract fits. Choose it from the symbol search.' });
});

test('the same contract told twice is one', async () => {
  const { details } = await answered([
    [8314, 'IBM'],
    [8314, 'IBM'],
  ]);
  expect(details.ok).toBe(true);
});
