import type { Condition } from '#domain/condition';
import type { TriggerId } from '#domain/ids';
import { formatQuantity } from '#domain/quantity';
import { formatPrice, trustedPrice } from '#domain/price';
import type { ExitLevel, TriggerSpec } from '#domain/trigger';
import { minuteText } from '../format/time.ts';
import { EMPTY_DRAFT, type ConditionBody, type ConditionDraft, type Draft } from './draft.ts';

/** A trigger back into the form, so that reading the form gives the same trigger again. */
export function loadDraft(spec: TriggerSpec, id: TriggerId, version: number): Draft {
  return { ...loadSpec(spec), editing: { id, version, name: spec.name } };
}

/** The same without the trigger it came from: arming it makes another one. */
export function loadSpec(spec: TriggerSpec): Draft {
  const { action } = spec;
  const { entry } = action;
  return {
    ...EMPTY_DRAFT,
    contract: action.contract,
    name: spec.name,
    ...conditionParts(spec.condition, action.contract.conId),
    side: action.side,
    quantity: formatQuantity(action.quantity),
    type: entry.type,
    limit: entry.limit === undefined ? (entry.limitOffset === undefined ? '' : signedPrice(entry.limitOffset)) : formatPrice(entry.limit),
    entryStop: entry.stop === undefined ? '' : formatPrice(entry.stop),
    tif: action.tif,
    rthOnly: spec.rthOnly,
    outsideRth: action.outsideRth,
    target: exitText(action.target),
    stop: exitText(action.stop),
  };
}

function signedPrice(offset: number): string {
  const text = formatPrice(trustedPrice(offset));
  return offset < 0 ? text : `+${text}`;
}

function exitText(exit: ExitLevel | undefined): string {
  if (exit === undefined) return '';
  return exit.kind === 'price' ? formatPrice(exit.price) : percentText(exit.basisPoints);
}

function percentText(basisPoints: number): string {
  return `${String(basisPoints / 100)}%`;
}

function windowText(condition: Extract<Condition, { kind: 'time-window' }>): string {
  return `${minuteText(condition.fromMinute)} - ${minuteText(condition.toMinute)}`;
}

type Parts = Pick<Draft, 'field' | 'test' | 'level' | 'window' | 'join' | 'extras'>;

function conditionParts(condition: Condition, conId: number): Parts {
  let window = '';
  let join: 'and' | 'or' = 'and';
  let parts: readonly Condition[] = [condition];
  if (condition.kind === 'and') {
    const last = condition.of.at(-1);
    const narrowed = last?.kind === 'time-window' && condition.of.length > 1;
    if (narrowed) window = windowText(last);
    parts = narrowed ? condition.of.slice(0, -1) : condition.of;
    const [only] = parts;
    if (narrowed && parts.length === 1 && only?.kind === 'or') {
      join = 'or';
      parts = only.of;
    }
  } else if (condition.kind === 'or') {
    join = 'or';
    parts = condition.of;
  }
  const main = parts.find((part) => part.kind === 'price' && part.contract.conId === conId);
  const counter = { next: 1 };
  const rest = parts.filter((part) => part !== main).map((part) => extraOf(part, conId, counter));
  if (main?.kind === 'price') return { field: main.field, test: main.test, level: formatPrice(main.level), window, join, extras: rest };
  return { field: 'last', test: 'crosses-above', level: '', window, join, extras: rest };
}

function extraOf(condition: Condition, conId: number, counter: { next: number }): ConditionDraft {
  const id = counter.next++;
  if (condition.kind === 'not') return { id, negated: true, body: bodyOf(condition.of, conId, counter) };
  return { id, negated: false, body: bodyOf(condition, conId, counter) };
}

function bodyOf(condition: Condition, conId: number, counter: { next: number }): ConditionBody {
  switch (condition.kind) {
    case 'price': {
      const contract = condition.contract.conId === conId ? null : condition.contract;
      return { kind: 'price', contract, field: condition.field, test: condition.test, level: formatPrice(condition.level) };
    }
    case 'percent-change': {
      const contract = condition.contract.conId === conId ? null : condition.contract;
      const { field, basis, test } = condition;
      return { kind: 'percent', contract, field, basis, test, percent: percentText(condition.basisPoints) };
    }
    case 'time-window':
      return { kind: 'time', window: windowText(condition) };
    case 'not':
      // A doubled negation is the only thing the form has no row for; a group of one carries it.
      return { kind: 'group', join: 'and', of: [extraOf(condition, conId, counter)] };
    default:
      return { kind: 'group', join: condition.kind, of: condition.of.map((part) => extraOf(part, conId, counter)) };
  }
}
