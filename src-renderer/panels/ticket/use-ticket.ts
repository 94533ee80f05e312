import { useMemo, type RefObject } from 'react';
import { tickDecimals, type Price } from '#domain/price';
import type { Settings } from '#protocol/settings';
import type { PositionRow, QuoteRow, WatcherRow } from '#protocol/topics';
import { clearDraft, useDraft } from '../../draft/draft-store.ts';
import type { Draft } from '../../draft/draft.ts';
import { readDraft, type DraftReading } from '../../draft/read-draft.ts';
import { useField, useRow, useSummary } from '../../hook/rows.ts';
import { useCommand } from '../../hook/use-command.ts';
import { focusGrid } from '../../view/focus.ts';
import { refused, setActive, toast } from '../../view/view-store.ts';
import { referencePrice } from './hints.ts';
import { usePreview, type PreviewState } from './preview.tsx';

const NAMES = ['name'] as const;

function names(rows: readonly Pick<WatcherRow, 'name'>[]): readonly string[] {
  return rows.map((row) => row.name);
}

function held(rows: readonly PositionRow[]): readonly Pick<PositionRow, 'conId' | 'quantity'>[] {
  return rows.map(({ conId, quantity }) => ({ conId, quantity }));
}

/** What the ticket is drawn from: the draft, what was understood of it, and what the desk says about its contract. */
export interface TicketView {
  readonly draft: Draft;
  readonly reading: DraftReading;
  readonly preview: PreviewState;
  /** Names in use on the desk. */
  readonly taken: ReadonlySet<string>;
  readonly quote: QuoteRow | undefined;
  /** Held of the contract, in quantity units; below zero when short. */
  readonly position: number;
  readonly tick: Price | null;
  readonly decimals: number;
  /** About where the entry would trade. */
  readonly entry: Price | null;
  /** Undefined until the desk has sent its settings: nothing is barred by what is not known. */
  readonly allowed: Settings['allowed'] | undefined;
  readonly maxNotional: number | null;
}

export function useTicketView(): TicketView {
  const draft = useDraft((state) => state.draft);
  const { contract, minTick } = draft;
  const quote = useRow('quotes', contract?.conId ?? null);
  const positions = useSummary('positions', held);
  const position = positions.find((row) => row.conId === contract?.conId)?.quantity ?? 0;
  const takenList = useSummary('watchers', names, NAMES);
  const taken = useMemo(() => new Set(takenList), [takenList]);
  const reading = useMemo(() => readDraft(draft, taken), [draft, taken]);
  const preview = usePreview(reading.spec);
  const settings = useField('settings', 'settings');
  return {
    draft,
    reading,
    preview,
    taken,
    quote,
    position,
    tick: minTick ?? quote?.minTick ?? null,
    decimals: minTick === null ? (quote?.decimals ?? 2) : tickDecimals(minTick),
    entry: referencePrice(draft, quote),
    allowed: settings?.allowed,
    maxNotional: settings?.limits.maxOrderNotional ?? null,
  };
}

export interface Arming {
  readonly submit: () => Promise<void>;
  /** Takes the keyboard out of the form: one that stayed in a field would type the next N into it. */
  readonly leave: () => void;
  readonly busy: boolean;
  readonly error: string | null;
  readonly clear: () => void;
}

/** Arms the draft, or saves the trigger that is edited; the form is empty once the desk has taken it. */
export function useArming({ draft, reading }: TicketView, form: RefObject<HTMLElement | null>): Arming {
  const arm = useCommand('trigger.arm', refused);
  const edit = useCommand('trigger.edit', refused);
  const busy = arm.pending || edit.pending;
  const leave = (): void => {
    if (form.current?.contains(document.activeElement) === true) focusGrid('Watchers');
  };
  const submit = async (): Promise<void> => {
    if (busy) return;
    if (reading.spec === null) {
      toast('warning', Object.values(reading.faults)[0] ?? reading.missing ?? 'The trigger is not complete.');
      return;
    }
    if (draft.editing !== null) {
      const { id, version } = draft.editing;
      const reply = await edit.run({ id, expectedVersion: version, spec: reading.spec });
      if (!reply.ok) return;
      clearDraft();
      leave();
      return;
    }
    const reply = await arm.run({ spec: reading.spec });
    if (!reply.ok) return;
    clearDraft();
    setActive('watchers', reply.value.id);
    leave();
    toast('done', `${reading.spec.name} is armed.`);
  };
  return { submit, leave, busy, error: arm.error ?? edit.error, clear: draft.editing === null ? arm.clear : edit.clear };
}
