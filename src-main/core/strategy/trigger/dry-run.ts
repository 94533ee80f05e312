import type { Unsized } from '#core/order/sizing';
import { riskContext } from '#core/pretrade/read-risk-context';
import { mayPass } from '#core/risk/denials';
import { judge } from '#core/risk/risk-engine';
import { commit, type Slice } from '#core/state/desk-state';
import type { Refusal } from '#core/state/refusal';
import type { RuleTruth } from '#core/trigger/rule-now';
import { type TriggerId, triggerIdOf } from '#domain/ids';
import type { OrderIntent } from '#domain/order';
import type { Price } from '#domain/price';
import type { Result } from '#domain/result';
import type { TriggerSpec } from '#domain/trigger';
import { armRefusal } from './arm-refusal.ts';
import { fingerprintOf } from './fingerprint.ts';
import { nextGeneration } from './generation.ts';
import { type FiringOf, type MarketAhead, marketAhead, sizeFiring } from './size-firing.ts';

type Desk = Slice<
  | 'accounts'
  | 'board'
  | 'clock'
  | 'coordinator'
  | 'details'
  | 'exchange'
  | 'index'
  | 'journal'
  | 'latch'
  | 'link'
  | 'recentSends'
  | 'rules'
  | 'startRefusal'
  | 'stores'
  | 'triggerIndex'
>;

const DRAFT = triggerIdOf('DRAFT000');

/** What is said besides the arming itself: each needs its own act. */
export type Confirmation = 'fires-at-once' | 'denied';

/** Why the order would not leave if the rule came true now. */
export interface Denial {
  /** The control, or what the order lacks. */
  readonly code: string;
  /** The operator may arm it although it would be denied now: by itself it may be allowed later. */
  readonly mayPass: boolean;
  readonly text: string;
}

export interface DryRun {
  /** Why the draft cannot be armed now, whatever risk says. */
  readonly blocked: Refusal | undefined;
  /** The order as it would leave, or why it has no price. */
  readonly sized: Result<OrderIntent, Unsized>;
  /** What the controls say of that order. Missing where none was judged. */
  readonly verdict: ReturnType<typeof judge> | undefined;
  readonly denial: Denial | undefined;
  readonly truth: RuleTruth;
  /** The level that the figures are measured from; undefined when it is the market now. */
  readonly level: Price | undefined;
  /** What arming needs besides. */
  readonly needs: readonly Confirmation[];
  readonly fingerprint: string;
}

/**
 * The draft sized and judged as if it fired: now, when its rule is true now, else when the market stands at its level. `id` is the trigger
 * that is edited or armed again. Nothing is written but the read itself; nothing is approved.
 */
export function dryRun(desk: Desk, spec: TriggerSpec, id?: TriggerId): DryRun {
  const ahead = marketAhead(desk, spec);
  const known = id === undefined ? undefined : desk.stores.triggers.get(id);
  const firing = { id: known?.id ?? DRAFT, gen: known === undefined ? 1 : nextGeneration(desk, known.id), fire: 1, spec };
  const sized = sizeFiring(desk, firing, ahead.quote);
  const verdict = sized.ok ? judged(desk, sized.value, firing, ahead) : undefined;
  const denial = denialOf(sized, verdict);
  const { truth } = ahead.rule;
  return {
    blocked: armRefusal(desk, spec, known?.id),
    sized,
    verdict,
    denial,
    truth,
    level: ahead.level,
    needs: [...(truth === 'false' ? [] : (['fires-at-once'] as const)), ...(denial?.mayPass === true ? (['denied'] as const) : [])],
    fingerprint: fingerprintOf({ account: desk.accounts.current()?.id, spec, truth, denial: denial?.code ?? '' }),
  };
}

function judged(desk: Desk, intent: OrderIntent, { id }: FiringOf, { quote }: MarketAhead): DryRun['verdict'] {
  const recent = desk.stores.triggers.get(id)?.recentFires ?? [];
  return commit(desk, 'housekeeping', 'trigger.preview', { kind: 'command', text: 'preview' }, (tx) =>
    judge(intent, riskContext(desk, tx, intent, { id, recent, tickAt: undefined }, quote)),
  );
}

/** An order that could not be judged counts as denied: what was not asked has not said yes. */
function denialOf(sized: DryRun['sized'], verdict: DryRun['verdict']): Denial | undefined {
  if (!sized.ok) return { code: sized.error.kind, mayPass: sized.error.kind === 'no-market', text: sized.error.text };
  if (verdict === undefined) return { code: 'not-judged', mayPass: false, text: 'Risk could not be asked in this moment; try again.' };
  return verdict.kind === 'denied' ? { code: verdict.control, mayPass: mayPass(verdict.control), text: verdict.text } : undefined;
}
