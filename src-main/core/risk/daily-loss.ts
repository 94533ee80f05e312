import { type Amount, formatAmount, MONEY_SCALE } from '#domain/money';
import { negate } from '#domain/scaled';

/**
 * IB tells an account's profit and loss about once a second. A minute without a figure while prices of what is held move is sixty that
 * did not come: what stands there is no measure of the loss any more.
 */
const DAILY_PNL_MAX_AGE_MS = 60_000;

/** C-13: a known figure at or beyond the limit (whole units of the account's currency). What is no figure reaches no limit. */
export function isLossReached(daily: Amount | undefined, limit: number): daily is Amount {
  return daily !== undefined && Number.isSafeInteger(daily) && Number.isFinite(limit) && limit > 0 && daily <= -limit * MONEY_SCALE;
}

/**
 * C-13: why no order that raises exposure may leave; a sentence, undefined when it may. An unknown figure blocks, unknown is not zero; so
 * does one that is out of date. `ageMs` is given only while something is held that may have changed the figure since.
 */
export function dailyLossRefusal(daily: Amount | undefined, ageMs: number | undefined, limit: number): string | undefined {
  if (daily === undefined || !Number.isFinite(daily))
    return "The day's profit and loss is not known yet, so the loss limit cannot be checked; it comes from TWS within seconds of connecting.";
  if (!(daily > -limit * MONEY_SCALE))
    return `The day's loss of ${formatAmount(negate(daily))} reached the limit of ${limit}; only reducing orders leave today.`;
  if (ageMs !== undefined && !(ageMs <= DAILY_PNL_MAX_AGE_MS))
    return `The day's profit and loss is ${Math.round(ageMs / 1_000)} s old while positions are held, so the loss limit cannot be checked; more than ${DAILY_PNL_MAX_AGE_MS / 1_000} s is too old. Look whether TWS still updates it.`;
  return undefined;
}
