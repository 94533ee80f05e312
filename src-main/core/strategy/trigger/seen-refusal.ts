import type { Refusal } from '#core/state/refusal';
import type { RuleTruth } from '#core/trigger/rule-now';
import type { Confirmation, DryRun } from './dry-run.ts';
import { differences } from './fingerprint.ts';

/** What the operator has read and said when he arms. */
export interface Word {
  /** Of the preview that he has read. */
  readonly fingerprint: string;
  readonly confirmed: readonly Confirmation[];
}

/** Why what would be armed is not what was read, or needs one more word of the operator; undefined when it may be armed. */
export function seenRefusal(run: DryRun, { fingerprint, confirmed }: Word): Refusal | undefined {
  const changed = differences(fingerprint, run.fingerprint);
  if (changed.length > 0) return { code: 'preview-differs', text: differenceText(changed, run) };
  const barred = barredBy(run);
  if (barred !== undefined) return barred;
  const missing = run.needs.find((need) => !confirmed.includes(need));
  return missing === undefined ? undefined : { code: 'confirmation-needed', text: needText(missing, run) };
}

/** What no confirmation helps against. */
export function barredBy({ denial }: DryRun): Refusal | undefined {
  if (denial === undefined || denial.mayPass) return undefined;
  return {
    code: 'denied-by-risk',
    text: `It would be denied whenever it fires, so it cannot be armed. ${denial.text}`,
    control: denial.code,
  };
}

/** Why a need is one; the preview says the same. */
export function needText(need: Confirmation, { truth, denial }: DryRun): string {
  if (need === 'denied')
    return `It would be denied now (${denial?.code ?? ''}); confirm that it is armed all the same. ${denial?.text ?? ''}`;
  return truthText(truth);
}

/** Why a rule that is not plainly false needs a word. */
export function truthText(truth: RuleTruth): string {
  return truth === 'true'
    ? 'The rule is true now: it fires at once. Confirm that this is meant.'
    : 'Whether the rule is true now is not known, because a price that it looks at is not: it may fire at once. Confirm that this is meant.';
}

function differenceText(changed: readonly string[], { truth, denial }: DryRun): string {
  const last = changed.at(-1) ?? '';
  const list = changed.length === 1 ? last : `${changed.slice(0, -1).join(', ')} and ${last}`;
  const now = [
    changed.includes('whether the rule is true now')
      ? ` The rule is ${truth === 'unknown' ? 'of unknown truth' : `${truth === 'true' ? '' : 'not '}true`} now.`
      : '',
    changed.includes('what risk says')
      ? denial === undefined
        ? ' Risk approves it now.'
        : ` It would be denied now (${denial.code}): ${denial.text}`
      : '',
  ].join('');
  return `Not armed, because since the preview this has changed: ${list}.${now} Read it again, then arm it.`;
}
