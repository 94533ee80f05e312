import type { CommitNews } from '#core/commit/work';
import type { EngineStep } from '#core/state/records';
import type { Judge } from './judge.ts';
import type { JudgedLife } from './judged.ts';

/** while a part of a position that no fill explains waits for the operator's word, the desk is neither started nor resumed. */
export class Externals implements Judge {
  readonly #fail: (text: string) => void;

  constructor(fail: (text: string) => void) {
    this.#fail = fail;
  }

  committed({ stores }: JudgedLife, { changes }: CommitNews): void {
    for (const { store, value } of changes) {
      const step = store === 'engine-history' ? (value as EngineStep | undefined) : undefined;
      if (step?.event !== 'start' && step?.event !== 'resume') continue;
      for (const { contract, external } of stores.positions.values())
        if (external !== undefined && external.acknowledgedBy === undefined)
          this.#fail(
            `R-14: the desk went from ${step.from} to ${step.to} while ${external.quantity / 10_000} ${contract.symbol} wait for the operator's word`,
          );
    }
  }
}
