import { type ConId, triggerIdOf } from '#domain/ids';
import { type Price, trustedPrice } from '#domain/price';
import type { QuoteField } from '#domain/quote';
import { minuteOfDay } from '#domain/session-time';
import type { TriggerSpec } from '#domain/trigger';
import type { QuoteBoard } from '#core/market/quote-board';
import { QuoteBook } from '#core/market/quote-book';
import { evaluate, TRUE, UNKNOWN } from './evaluate.ts';
import { compile, isBeyond, levelIfArmedNow, newWatch, newWatcher, type Watcher, writtenLevel } from './watcher.ts';

/** `true`: armed now it fires with the next quote that may decide anything. `unknown`: a price that it looks at is. */
export type RuleTruth = 'true' | 'false' | 'unknown';

/** Where a contract will stand when the rule comes true: its own level, which it has still to reach. */
export interface LevelAhead {
  readonly field: QuoteField;
  readonly level: Price;
}

export interface RuleNow {
  readonly truth: RuleTruth;
  /** Undefined where the rule is true, or looks at no level of the contract that is still ahead. */
  readonly ahead: LevelAhead | undefined;
}

const NOBODY = triggerIdOf('NOBODY00');

/**
 * What a watcher that is armed at this moment would find, from the same compiled form and the same evaluation, and without watching anything.
 * `conId` is the contract that the order trades, `now` epoch ms of the exchange. The quality of the quotes is not asked: it delays a
 * firing, and does not make a rule false.
 */
export function ruleNow(spec: TriggerSpec, conId: ConId, board: QuoteBoard, now: number): RuleNow {
  const watcher = newWatcher(NOBODY, spec, { serial: 0, gen: 0, armedAt: now, armedBy: undefined, sentence: '' });
  compile(watcher, (contract) => newWatch(contract, board.book(contract.conId) ?? new QuoteBook(contract)));
  for (const leaf of watcher.leaves) leaf.level = levelIfArmedNow(leaf);
  // No crossing has been seen by a rule that begins to watch.
  const found = evaluate(watcher.root, minuteOfDay(now), false);
  const truth = found === TRUE ? 'true' : found === UNKNOWN ? 'unknown' : 'false';
  return { truth, ahead: truth === 'true' ? undefined : levelAhead(watcher, conId) };
}

function levelAhead(watcher: Watcher, conId: ConId): LevelAhead | undefined {
  // A price beyond the level is beyond it also while it is not trusted to decide.
  const leaf = watcher.leaves.find(
    (candidate) => candidate.source.contract.conId === conId && (candidate.crossing || !isBeyond(candidate)),
  );
  if (leaf === undefined || Number.isNaN(leaf.level)) return undefined;
  return { field: leaf.source.field, level: trustedPrice(writtenLevel(leaf)) };
}
