import { hashCell, seedOf } from '#core/commit/digest';
import type { RuleTruth } from '#core/trigger/rule-now';
import type { AccountId } from '#domain/ids';
import type { TriggerSpec } from '#domain/trigger';

/** What an operator has read before he arms, without any figure that moves with the quote. */
export interface Seen {
  readonly account: AccountId | undefined;
  readonly spec: TriggerSpec;
  readonly truth: RuleTruth;
  /** The control that denies the order now, or why it has no size; empty when nothing does. */
  readonly denial: string;
}

/** In the order of the fingerprint; the words stand in the refusal. */
const PARTS: readonly (readonly [words: string, of: (seen: Seen) => unknown])[] = [
  ['the contract', ({ spec }) => spec.action.contract],
  ['the account', ({ account }) => account ?? ''],
  ['the side', ({ spec }) => spec.action.side],
  ['the rule', ({ spec }) => [spec.condition, spec.rthOnly, spec.expiresAt ?? 0]],
  ['the exits', ({ spec }) => [spec.action.target ?? '', spec.action.stop ?? '']],
  ['quantity, order type or prices', ({ spec: { action } }) => [action.quantity, action.entry, action.tif, action.outsideRth]],
  ['whether the rule is true now', ({ truth }) => truth],
  ['what risk says', ({ denial }) => denial],
];

/** One hash a part, so that a difference can be named. Equal for equal meanings, whatever the order of an object's keys. */
export function fingerprintOf(seen: Seen): string {
  return PARTS.map(([words, of]) => hashOf(words, of(seen))).join('.');
}

/** The parts in which `shown` differs from `now`, in words; a text that is no fingerprint differs in all of them. */
export function differences(shown: string, now: string): readonly string[] {
  const before = shown.split('.');
  const after = now.split('.');
  if (before.length !== after.length) return PARTS.map(([words]) => words);
  return PARTS.flatMap(([words], at) => (before[at] === after[at] ? [] : [words]));
}

function hashOf(name: string, value: unknown): string {
  const { low, high } = hashCell(seedOf(name), '', canonical(value));
  return `${(high >>> 0).toString(36)}${(low >>> 0).toString(36).padStart(7, '0')}`;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return typeof value === 'undefined' ? '' : JSON.stringify(value);
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return `{${entries
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, part]) => `${key}:${canonical(part)}`)
    .join(',')}}`;
}
