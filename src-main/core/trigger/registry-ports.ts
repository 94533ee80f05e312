import type { ContractDetails } from '#domain/contract';
import type { ConId } from '#domain/ids';
import type { TriggerSpec } from '#domain/trigger';
import type { QuoteBoard } from '#core/market/quote-board';

/** What the registry of watchers asks of the desk. */
export interface RegistryPorts {
  readonly board: QuoteBoard;
  readonly clock: { now(): number };
  /** Milliseconds; read at each test, so that a changed setting holds at once. */
  readonly maxQuoteAgeMs: () => number;
  readonly detailsOf: (conId: ConId) => ContractDetails | undefined;
  /**
   * False while the desk may fire nothing (paused, reconciling, killed): quotes go on, no token is spent, and what crosses
   * meanwhile is not made up for. Always true without it.
   */
  readonly mayFire?: () => boolean;
  /** Why a rule that has come true may not fire now; it then holds as for the quality of a quote. A sentence. */
  readonly holdReason?: (spec: TriggerSpec) => string | undefined;
}
