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

/** The questions, a clock, and what IB was asked: the name of the call and its arguments. */
function asking() {
  const clock = new FakeClock();
  const book = new ContractBook();
  const requests = new MarketRequests({ clock, scheduler: clock, requestIds: new RequestIds(), contracts: book });
  const heard = new Map<string, (...args: readonly unknown[]) => void>();
  requests.attach(((event: string, listener: never) => void heard.set(event, listener)) as unknown as Listen);
  const asked: { readonly name: string; readonly reqId: number; readonly args: readonly unknown[] }[] = [];
  const ib = new Proxy(
    {},
    {
      get:
        (_, name) =>
        (reqId: number, ...args: readonly unknown[]) =>
          asked.push({ name: String(name), reqId, args }),
    },
  );
  const line = { takes: true, unsent: (_reason: string): void => undefined };
  requests.opened({
    request: (_lane: string, send: (api: IBApi) => void, unsent: (reason: string) => void) => {
      line.unsent = unsent;
      if (line.takes) send(ib as unknown as IBApi);
      return line.takes;
    },
  } as unknown as Session);
  const say = (event: string, ...args: readonly unknown[]): void => heard.get(event)?.(...args);
  /** Ends the chart that was asked for last, with so many bars. */
  const chart = (bars: number): void => {
    const reqId = asked.at(-1)?.reqId;
    for (let minute = 0; minute < bars; minute += 1) say('historicalData', reqId, String(1_381_242_600 + minute * 60), 1, 2, 0.5, 1.5, 10);
    say('historicalData', reqId, 'finished-x-y', -1, -1, -1, -1, -1);
  };
  return { clock, book, requests, asked, line, say, chart };
}

/** Asks for the details of IBM and answers with these rows of IB. */
async function answered(rows: readonly Row[]): Promise<{ readonly details: Result<ContractDetails>; readonly book: ContractBook }> {
  const { requests, asked, say, book } = asking();
  const details = requests.details(IBM);
  const reqId = asked[0]?.reqId;
  for (const [conId, symbol, more] of rows)
    say('contractDetails', reqId, { contract: { conId, symbol, secType: 'STK', currency: 'USD', ...more }, minTick: 0.01 });
  say('contractDetailsEnd', reqId);
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

test('the same chart is asked for again after 15 s, another one at once', async () => {
  const { clock, requests, asked, chart } = asking();
  clock.advance(100_000);
  const first = requests.bars(IBM, 3);
  chart(5);
  expect(await first).toMatchObject({ ok: true, value: [{ at: 1_381_242_720_000 }, {}, { at: 1_381_242_840_000, high: 2_000_000 }] });
  clock.advance(14_999);
  expect(await requests.bars(IBM, 3)).toEqual(await first);
  expect(asked.length).toBe(1);
  clock.advance(1);
  void requests.bars(IBM, 3);
  void requests.bars(IBM, 4);
  void requests.bars({ ...IBM, conId: 8315 as never }, 4);
  expect(asked.length).toBe(4);
});

test('of charts 55 in ten minutes are asked for, then none until the first of them is old', async () => {
  const { clock, requests, asked } = asking();
  for (let count = 1; count <= 55; count += 1) void requests.bars(IBM, count);
  expect(await requests.bars(IBM, 60)).toMatchObject({ ok: false, error: expect.stringContaining('60 charts in ten minutes') as string });
  clock.advance(599_999);
  expect((await requests.bars(IBM, 60)).ok).toBe(false);
  clock.advance(1);
  void requests.bars(IBM, 60);
  expect(asked.length).toBe(56);
});

test('a chart asks for one day more than its bars fill, of stocks in regular hours, of futures around the clock', () => {
  const { requests, asked } = asking();
  for (const count of [1, 390, 391, 5_000]) void requests.bars(IBM, count);
  const future = { ...IBM, conId: 8315 as never, secType: 'FUT' as const, multiplier: 50 };
  for (const count of [1, 1_380, 1_381, 5_000]) void requests.bars(future, count);
  void requests.bars({ ...IBM, secType: 'CASH' as const }, 7);
  expect(asked.map(({ args }) => [args[2], args[4]])).toEqual([
    ...['2 D', '2 D', '3 D', '12 D'].map((days) => [days, 'TRADES']),
    ...['2 D', '2 D', '3 D', '3 D'].map((days) => [days, 'TRADES']),
    ['2 D', 'MIDPOINT'],
  ]);
});

test.each([0, 1.5, 5_001])('a chart of %d bars is not asked for', async (count) => {
  const { requests, asked } = asking();
  expect((await requests.bars(IBM, count)).ok).toBe(false);
  expect(asked).toEqual([]);
});

test('details are asked for once an hour, and again at once when they were refused', async () => {
  const { clock, requests, asked, say } = asking();
  const refused = requests.details(IBM);
  expect(requests.failed(asked[0]?.reqId ?? 0, 'No security definition.')).toBe(true);
  expect(await refused).toEqual({ ok: false, error: 'No security definition.' });
  const details = requests.details(IBM);
  say('contractDetails', asked[1]?.reqId, { contract: { conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD' }, minTick: 0.01 });
  say('contractDetailsEnd', asked[1]?.reqId);
  expect((await details).ok).toBe(true);
  clock.advance(3_599_999);
  expect(await requests.details(IBM)).toEqual(await details);
  clock.advance(1);
  void requests.details(IBM);
  expect(asked.length).toBe(3);
});

test('a refusal that comes late does not make the desk forget the answer that came since', async () => {
  const { clock, requests, asked, say } = asking();
  const first = requests.details(IBM);
  clock.advance(3_600_000);
  expect(await first).toMatchObject({ error: 'The question for IBM was not answered within 10 s.' });
  const second = requests.details(IBM);
  expect(requests.failed(asked[0]?.reqId ?? 0, 'late')).toBe(false);
  say('contractDetails', asked[1]?.reqId, { contract: { conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD' }, minTick: 0.01 });
  say('contractDetailsEnd', asked[1]?.reqId);
  expect((await second).ok).toBe(true);
  expect((await requests.details(IBM)).ok).toBe(true);
  expect(asked.length).toBe(2);
});

test('each question has its deadline: ten seconds, a chart twenty', async () => {
  const { clock, requests } = asking();
  const said: unknown[] = [];
  for (const answer of [requests.search('IBM'), requests.bars(IBM, 1)]) void answer.then((one) => said.push(one));
  const turn = async (ms: number): Promise<number> => {
    clock.advance(ms);
    for (let at = 0; at < 9; at += 1) await Promise.resolve();
    return said.length;
  };
  expect([await turn(9_999), await turn(1), await turn(9_999), await turn(1)]).toEqual([0, 1, 1, 2]);
  expect(said).toMatchObject([
    { error: 'The symbol search was not answered within 10 s.' },
    { error: 'The chart of IBM was not answered within 20 s.' },
  ]);
});

test('a question that cannot leave, or is dropped on the way, ends with its reason', async () => {
  const { requests, line } = asking();
  const dropped = requests.search('IBM');
  line.unsent('The line closed.');
  expect(await dropped).toEqual({ ok: false, error: 'The line closed.' });
  line.takes = false;
  expect(await requests.search('IBM')).toEqual({ ok: false, error: 'The symbol search could not be sent: too much waits already.' });
});

test('no usable details are no answer', async () => {
  expect((await answered([])).details).toEqual({ ok: false, error: 'IB sent no usable details of this contract.' });
});

test('what is found names where it would be routed, and at most fifty are shown', async () => {
  const { requests, asked, say } = asking();
  const found = requests.search(' ibm ');
  expect(asked[0]).toMatchObject({ name: 'reqMatchingSymbols', args: ['ibm'] });
  const one = (conId: number, secType: string, primaryExch = 'NYSE') => ({
    contract: { conId, symbol: 'IBM', secType, currency: 'USD', primaryExch },
  });
  const rows = [one(1, 'STK'), {}, one(2, 'CASH'), one(3, 'FUT', 'CME'), one(4, 'IND', 'CBOE')];
  say('symbolSamples', asked[0]?.reqId, [...rows, ...Array.from({ length: 60 }, (_, at) => one(10 + at, 'STK'))]);
  const answer = await found;
  expect(answer.ok && answer.value.slice(0, 4).map(({ exchange }) => exchange)).toEqual(['SMART', 'IDEALPRO', 'CME', 'CBOE']);
  expect(answer.ok && answer.value.length).toBe(49);
});

test.each(['', ' ', 'x'.repeat(65), 'a\u0000b'])('the search for %j is not sent', async (text) => {
  const { requests, asked } = asking();
  expect((await requests.search(text)).ok).toBe(false);
  expect(asked).toEqual([]);
});

test('a bar without a price or without a time is left out, and a volume that is none is 0', async () => {
  const { requests, asked, say } = asking();
  const answer = requests.bars(IBM, 10);
  const reqId = asked[0]?.reqId;
  const rows: readonly (readonly [string, number, number, number, number, (number | undefined)?])[] = [
    ['1381242600', 1, 2, 0.5, 1.5, -1],
    ['1381242660', Number.NaN, 2, 0.5, 1.5, 1],
    ['1381242660', 1, Number.NaN, 0.5, 1.5, 1],
    ['1381242660', 1, 2, Number.NaN, 1.5, 1],
    ['1381242660', 1, 2, 0.5, Number.NaN, 1],
    ['0', 1, 2, 0.5, 1.5, 1],
    ['20131008', 1, 2, 0.5, 1.5, undefined],
    ['soon', 1, 2, 0.5, 1.5, 1],
  ];
  for (const row of rows) say('historicalData', reqId, ...row);
  say('historicalData', 999, 'finished');
  say('historicalData', reqId, 'finished');
  expect(await answer).toMatchObject({
    ok: true,
    value: [
      { at: 1_381_242_600_000, volume: 0 },
      { at: 20_131_008_000, volume: 0 },
    ],
  });
});
