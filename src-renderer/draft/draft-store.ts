import { create } from 'zustand';
import type { Contract } from '#domain/contract';
import type { TriggerId } from '#domain/ids';
import type { Price } from '#domain/price';
import type { TriggerSpec } from '#domain/trigger';
import { select } from '../view/view-store.ts';
import { loadDraft, loadSpec } from './load-draft.ts';
import { EMPTY_DRAFT, withContract, withoutSymbol, withSymbol, type ConditionBody, type ConditionDraft, type Draft } from './draft.ts';

/** The form's text: the operator's, not yet the desk's. */
export const useDraft = create<{ readonly draft: Draft }>()(() => ({ draft: EMPTY_DRAFT }));

export function changeDraft(change: Partial<Draft>): void {
  useDraft.setState((state) => ({ draft: { ...state.draft, ...change } }));
}

export function chooseContract(contract: Contract): void {
  useDraft.setState((state) => ({ draft: withContract(state.draft, contract) }));
  select({ conId: contract.conId, symbol: contract.symbol, contract });
}

export function typeSymbol(text: string): void {
  useDraft.setState((state) => ({ draft: withSymbol(state.draft, text) }));
}

export function abandonSymbol(): void {
  useDraft.setState((state) => ({ draft: withoutSymbol(state.draft) }));
}

/** Why the text stands for no contract. An answer to an older text says nothing. */
export function blameSymbol(text: string, trouble: string): void {
  useDraft.setState((state) =>
    state.draft.symbol?.text.trim() === text ? { draft: { ...state.draft, symbol: { text, trouble } } } : state,
  );
}

/** Prices and conditions belong to a contract: what was typed of them must not vanish because the eye, or the Tab key, went elsewhere. */
function begun({ level, limit, entryStop, target, stop, extras }: Draft): boolean {
  return extras.length > 0 || [level, limit, entryStop, target, stop].some((text) => text !== '');
}

/** The selection moved to another row: a draft under way is kept, an empty one follows. */
export function followContract(contract: Contract): void {
  useDraft.setState((state) =>
    state.draft.editing === null && state.draft.symbol === null && !begun(state.draft)
      ? { draft: withContract(state.draft, contract) }
      : state,
  );
}

export function learnDetails(conId: number, minTick: Price, longName: string): void {
  useDraft.setState((state) => (state.draft.contract?.conId === conId ? { draft: { ...state.draft, minTick, longName } } : state));
}

export function editTrigger(spec: TriggerSpec, id: TriggerId, version: number): void {
  useDraft.setState({ draft: loadDraft(spec, id, version) });
  select({ conId: spec.action.contract.conId, symbol: spec.action.contract.symbol, contract: spec.action.contract });
}

/** A copy that is armed as a trigger of its own; left without a name, it gets the next free one of its symbol. */
export function duplicateTrigger(spec: TriggerSpec): void {
  const copy = loadSpec(spec);
  useDraft.setState({ draft: { ...copy, name: '' } });
  select({ conId: spec.action.contract.conId, symbol: spec.action.contract.symbol, contract: spec.action.contract });
}

/** After arming: same contract and habits, empty rule. */
export function clearDraft(): void {
  useDraft.setState(({ draft }) => ({
    draft: {
      ...EMPTY_DRAFT,
      contract: draft.contract,
      minTick: draft.minTick,
      longName: draft.longName,
      tif: draft.tif,
      rthOnly: draft.rthOnly,
    },
  }));
}

let lastExtra = 1_000;

export function newExtra(body: ConditionBody): ConditionDraft {
  lastExtra += 1;
  return { id: lastExtra, negated: false, body };
}

export function mapExtras(
  extras: readonly ConditionDraft[],
  id: number,
  change: (extra: ConditionDraft) => ConditionDraft | null,
): readonly ConditionDraft[] {
  return extras.flatMap((extra) => {
    if (extra.id === id) {
      const next = change(extra);
      return next === null ? [] : [next];
    }
    if (extra.body.kind !== 'group') return [extra];
    return [{ ...extra, body: { ...extra.body, of: mapExtras(extra.body.of, id, change) } }];
  });
}
