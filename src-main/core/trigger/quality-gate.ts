import type { ContractDetails } from '#domain/contract';
import type { ConId } from '#domain/ids';
import type { QuoteFault } from '#domain/quote';
import { sessionAt } from '#domain/session-time';
import type { TriggerSpec } from '#domain/trigger';
import { CONFIRMING, SUSPECT } from '#core/market/quote-book';
import { quoteFault } from '#core/market/quote-fault';
import { conIdOf, type ContractWatch, type WatchedContract, type Watcher } from './watcher.ts';

export interface GateContext {
  /** Epoch ms. */
  readonly now: number;
  readonly maxAgeMs: number;
  readonly detailsOf: (conId: ConId) => ContractDetails | undefined;
  /** What else keeps a rule that has come true from firing; a sentence. */
  readonly holdReason?: (spec: TriggerSpec) => string | undefined;
}

export interface Refusal {
  readonly fault: QuoteFault;
  readonly watch: ContractWatch;
}

/** The first contract whose quote must not decide anything now; undefined when all that the watcher looks at may. */
export function refusal(watcher: Watcher, context: GateContext): Refusal | undefined {
  for (const watched of watcher.contracts) {
    const fault = faultOf(watched, watcher.spec.rthOnly, context);
    if (fault !== undefined) return { fault, watch: watched.watch };
  }
  return undefined;
}

function faultOf({ watch, fields }: WatchedContract, rthOnly: boolean, context: GateContext): QuoteFault | undefined {
  const { book } = watch;
  return quoteFault(book.view(), {
    now: context.now,
    maxAgeMs: context.maxAgeMs,
    mayBeNegative: book.mayBeNegative,
    farmUp: book.farmUp,
    baselined: !fields.some((field) => book.phase[field] === SUSPECT || book.phase[field] === CONFIRMING),
    ...(rthOnly ? { session: sessionAt(context.now, context.detailsOf(conIdOf(watch)) ?? watch.noDetails).session } : {}),
  });
}
