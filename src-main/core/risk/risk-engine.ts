import type { OrderIntent, OrderRequest } from '#domain/order';
import type { Approved } from './approved.ts';
import { CHANGE_CONTROLS, CHANGE_EXIT_CONTROLS, type Control, ENTRY_CONTROLS, REDUCE_CONTROLS } from './controls.ts';
import type { Denied, RiskContext } from './risk-context.ts';
import { seal } from './seal.ts';

export interface Verdict {
  readonly kind: 'approved';
  /** The figures that were measured, for the operator. */
  readonly text: string;
}

function controlsOf({ purpose, changes }: OrderIntent): readonly Control[] {
  if (changes === undefined) return purpose === 'reduce' ? REDUCE_CONTROLS : ENTRY_CONTROLS;
  return purpose === 'reduce' ? CHANGE_EXIT_CONTROLS : CHANGE_CONTROLS;
}

/** Runs every control of the intent's purpose, first denial wins. Fail closed: a control that cannot tell denies. */
export function judge(intent: OrderIntent, context: RiskContext): Verdict | Denied {
  const texts: string[] = [];
  for (const control of controlsOf(intent)) {
    const finding = control(intent, context);
    if (finding?.kind === 'denied') return finding;
    if (finding !== undefined) texts.push(finding.text);
  }
  return { kind: 'approved', text: texts.join(' · ') };
}

/**
 * OrderIntent → Approved<OrderRequest> | Denied. The only place that makes an Approved; the value is frozen through and through,
 * so that what was approved is what is sent.
 */
export function approve(intent: OrderIntent, context: RiskContext, seq: number): Approved<OrderRequest> | Denied {
  const verdict = judge(intent, context);
  if (verdict.kind === 'denied') return verdict;
  const value = deepFreeze(structuredCopy(intent));
  const approved = { value, seq, verdict: verdict.text, approvedAt: context.now };
  // The journal holds the legs already, as the orders of the same commit; the effect only names them.
  Object.defineProperty(approved, 'toJSON', { value: () => ({ seq, refs: value.legs.map((leg) => leg.ref) }) });
  return seal(Object.freeze(approved)) as unknown as Approved<OrderRequest>;
}

function structuredCopy(intent: OrderIntent): OrderIntent {
  const [first, ...rest] = intent.legs;
  return { ...intent, contract: { ...intent.contract }, legs: [{ ...first }, ...rest.map((leg) => ({ ...leg }))] };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
