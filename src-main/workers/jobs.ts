import { z } from 'zod';
import { replayJournal } from './replay-journal.ts';
import { aggregateBars } from './aggregate-bars.ts';
import { job, type JobsOf } from './job-table.ts';

const trade = z.object({ at: z.number().int(), price: z.number().int(), size: z.number().int().nonnegative() });

/** Every job that worker threads can do. */
export const jobs = {
  /** Checks a journal line by line, replays its runs and returns the digests at every `every`-th number, or the first fault. */
  'replay-verify': job(
    z.object({ directory: z.string().min(1), every: z.number().int().positive().default(1_000) }),
    ({ directory, every }) => replayJournal(directory, every),
  ),
  /** Trades to OHLCV bars, by minute unless told otherwise. */
  'aggregate-bars': job(
    z.object({ trades: z.array(trade), periodMs: z.number().int().positive().default(60_000) }),
    ({ trades, periodMs }) => aggregateBars(trades, periodMs),
  ),
};

export type DeskJobs = JobsOf<typeof jobs>;
