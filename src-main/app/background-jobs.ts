import type { DeskAccess } from '#core/engine/desk-commands';
import type { MarketDataPort } from '#core/ports/market-data';
import type { Workers } from '#core/ports/workers';
import type { Bar } from '#domain/bar';
import type { ConId } from '#domain/ids';
import { ok } from '#domain/result';
import type { DeskJobs } from '#workers/jobs';
import type { JournalTrust } from './journal-trust.ts';

const TRADES_KEPT = 20_000;
const VERIFY_EVERY_MS = 15 * 60_000;

interface Trade {
  readonly at: number;
  readonly price: number;
  readonly size: number;
}

/** Trades of the contracts that are followed, in a ring each: what bars are made of when the history farm does not answer. */
export class TradeRecorder {
  readonly #rings = new Map<ConId, Trade[]>();

  note(conId: ConId, trade: Trade): void {
    const ring = this.#rings.get(conId);
    if (ring === undefined) this.#rings.set(conId, [trade]);
    else {
      ring.push(trade);
      // Halving now and then is cheaper than shifting at every trade.
      if (ring.length > TRADES_KEPT * 2) ring.splice(0, TRADES_KEPT);
    }
  }

  of(conId: ConId): readonly Trade[] {
    return this.#rings.get(conId) ?? [];
  }
}

/** Bars from the broker; when it has none to give, from the trades seen since the desk started. */
export function barsWithFallback(market: MarketDataPort, recorder: TradeRecorder, workers: Workers<DeskJobs>): MarketDataPort {
  return {
    subscribe: (contract) => market.subscribe(contract),
    unsubscribe: (conId) => market.unsubscribe(conId),
    search: (pattern) => market.search(pattern),
    details: (contract) => market.details(contract),
    bars: async (contract, count) => {
      const asked = await market.bars(contract, count);
      const trades = recorder.of(contract.conId);
      if (asked.ok || trades.length === 0) return asked;
      const made = await workers.submit(
        'aggregate-bars',
        { trades: trades.map((trade) => ({ ...trade })) },
        { key: `bars ${contract.conId}`, timeoutMs: 5_000 },
      ).outcome;
      return made.kind === 'completed' ? ok(made.value.slice(-count) as readonly Bar[]) : asked;
    },
  };
}

/** Replays the journal on another thread at the start and every quarter of an hour; a fault is an alarm, and waits for the operator's word. */
export function verifyJournal(
  { view, commands }: DeskAccess,
  workers: Workers<DeskJobs>,
  directory: string,
  trust: JournalTrust,
): () => void {
  let cancel: () => void = () => undefined;
  const verify = (first: boolean): void => {
    const { outcome } = workers.submit('replay-verify', { directory }, { key: 'journal', priority: 'low', timeoutMs: 120_000 });
    void outcome.then((result) => {
      if (result.kind === 'completed' && result.value.ok) {
        trust.verified();
        if (first)
          commands.log(
            'info',
            `Journal verified: ${result.value.value.verified.commits} commits of ${result.value.value.runs.length} runs replay to their digests.`,
          );
      } else if (result.kind === 'completed') {
        const { error } = result.value as { readonly error: { readonly text: string } };
        trust.doubt(`The journal does not verify: ${error.text}.`);
        commands.log('alarm', `The journal does not verify: ${error.text}. Keep the files and look before you trade.`);
      } else if (result.kind !== 'cancelled') {
        trust.doubt(`The journal could not be verified: ${result.text}.`);
        commands.log('warning', `The journal could not be verified: ${result.text}`);
      }
    });
    cancel = view.scheduler.after(VERIFY_EVERY_MS, () => verify(false));
  };
  verify(true);
  return () => cancel();
}
