import { z } from 'zod';
import { exportAuditFile } from '#journal/export-audit';
import { readOrderHistory } from '#journal/order-history';
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
  /** Everything the journal's runs say about one order, oldest first. */
  'order-history': job(z.object({ directory: z.string().min(1), key: z.string().min(1) }), ({ directory, key }) =>
    readOrderHistory(directory, key),
  ),
  /** The audit trail of a time (epoch ms) into a file. */
  'export-audit': job(
    z.object({ directory: z.string().min(1), path: z.string().min(1), from: z.number(), to: z.number(), format: z.enum(['csv', 'json']) }),
    ({ directory, path, ...options }) => exportAuditFile(directory, path, options),
  ),
  /** Trades to OHLCV bars, by minute unless told otherwise. */
  'aggregate-bars': job(
    z.object({ trades: z.array(trade), periodMs: z.number().int().positive().default(60_000) }),
    ({ trades, periodMs }) => aggregateBars(trades, periodMs),
  ),
};

export type DeskJobs = JobsOf<typeof jobs>;
