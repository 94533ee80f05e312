import fc from 'fast-check';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Bar } from '#domain/bar';
import { priceFromText } from '#domain/price';
import { units } from '#domain/quantity';
import { SystemClock } from '#system/clock';
import { WorkerScheduler } from '#workers/worker-scheduler';
import { aggregateBars, type Trade } from '#workers/aggregate-bars';
import { journalDesk, tamper } from '../../support/journal/journal-desk.ts';
import { holds } from '../../support/property.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const file = new URL('../../../src-main/workers/worker.ts', import.meta.url);

function workers(): WorkerScheduler {
  const pool = new WorkerScheduler({ file, clock: new SystemClock(), threads: 1 });
  onTestFinished(() => pool.shutdown('abort'));
  return pool;
}

describe('replay-verify', () => {
  test('gives back the digests of the live run, computed on another thread', async () => {
    const directory = temporaryDirectory();
    const desk = journalDesk(directory);
    for (let value = 1; value <= 50; value += 1) desk.commit(value);
    const outcome = await workers().submit('replay-verify', { directory, every: 10 }).outcome;
    expect(outcome).toMatchObject({
      kind: 'completed',
      value: { ok: true, value: { verified: { commits: 50 }, digests: [10, 20, 30, 40, 50].map((seq) => [seq, desk.digests.get(seq)]) } },
    });
  });

  test('names the fault of a damaged journal, and refuses a payload without a directory', async () => {
    const directory = temporaryDirectory();
    const desk = journalDesk(directory);
    for (let value = 1; value <= 5; value += 1) desk.commit(value);
    tamper(directory, (text) => text.replace('key 3', 'key 4'));
    const pool = workers();
    expect(await pool.submit('replay-verify', { directory }).outcome).toMatchObject({
      kind: 'completed',
      value: { ok: false, error: { code: 'altered', line: 5 } },
    });
    expect(await pool.submit('replay-verify', { directory: '' }).outcome).toMatchObject({ kind: 'refused', reason: 'bad-payload' });
  });
});

describe('aggregate-bars', () => {
  test('makes one bar a minute, leaves empty minutes out and puts a late trade into its own bar', async () => {
    const at = Date.UTC(2013, 9, 8, 13, 30);
    const trades: readonly Trade[] = [
      { at: at + 5, price: 100, size: 1 },
      { at: at + 59_999, price: 90, size: 2 },
      { at: at + 180_000, price: 120, size: 4 },
      { at: at + 30_000, price: 95, size: 8 },
    ];
    expect(await workers().submit('aggregate-bars', { trades: [...trades] }).outcome).toEqual({
      kind: 'completed',
      value: [
        { at, open: 100, high: 100, low: 90, close: 95, volume: 11 },
        { at: at + 180_000, open: 120, high: 120, low: 120, close: 120, volume: 4 },
      ],
    });
  });

  test('agrees with a naive reference on any trades', async () => {
    const trade = fc.record({ at: fc.integer({ min: 0, max: 600_000 }), price: fc.integer({ min: 1, max: 50 }), size: fc.nat(100) });
    await holds(
      'bars',
      fc.property(fc.array(trade, { maxLength: 60 }), (trades) => {
        expect(aggregateBars(trades, 60_000)).toEqual(naiveBars(trades));
      }),
    );
  });

  const recorded = new URL('../../../../shared/market-data/', import.meta.url);
  const missing = existsSync(new URL('ticks-SPY-2013-10-08.csv.gz', recorded))
    ? ''
    : ' (skipped: the recorded market data is not beside the project)';

  test.skipIf(missing !== '')(
    `makes the recorded minute bars of SPY from its recorded trades${missing}`,
    async () => {
      // Until 11:00 in New York: a third of the day is enough for the comparison.
      const until = Date.UTC(2013, 9, 8, 15);
      const morning = async (name: string) => (await rowsOf(new URL(name, recorded))).filter((row) => Number(row[0]) < until);
      const trades = (await morning('ticks-SPY-2013-10-08.csv.gz')).map((row) => ({
        at: Number(row[0]),
        price: scaled(row[2]),
        size: units(Number(row[3])),
      }));
      const expected = new Map((await morning('bars-SPY-2013-10-08.csv.gz')).map((row) => [Number(row[0]), units(Number(row[5]))]));
      const outcome = await workers().submit('aggregate-bars', { trades }, { timeoutMs: 110_000 }).outcome;
      if (outcome.kind !== 'completed') throw new Error(outcome.text);
      expect(outcome.value.map(({ at }) => at)).toEqual([...expected.keys()]);
      // The recording keeps the opening auction out of the bar of 09:30 and odd prints out of prices; volumes agree everywhere else.
      const different = outcome.value
        .filter(({ at, volume }) => expected.get(at) !== volume)
        .map(({ at }) => new Date(at).toISOString().slice(11, 16));
      expect(different).toEqual(['13:30']);
    },
    120_000,
  );
});

function naiveBars(trades: readonly Trade[]): readonly Bar[] {
  const starts = [...new Set(trades.map(({ at }) => at - (at % 60_000)))].sort((a, b) => a - b);
  return starts.map((at) => {
    const own = trades.filter((trade) => trade.at >= at && trade.at < at + 60_000);
    const prices = own.map(({ price }) => price);
    return {
      at,
      open: prices[0],
      high: Math.max(...prices),
      low: Math.min(...prices),
      close: prices.at(-1),
      volume: own.reduce((sum, { size }) => sum + size, 0),
    } as unknown as Bar;
  });
}

async function rowsOf(url: URL): Promise<readonly string[][]> {
  const text = gunzipSync(await readFile(url)).toString('utf8');
  return text.trim().split('\n').slice(1).map((line) => line.split(',')); // prettier-ignore
}

function scaled(text: string | undefined): number {
  const price = priceFromText(text ?? '');
  if (!price.ok) throw new Error(price.error);
  return price.value;
}
