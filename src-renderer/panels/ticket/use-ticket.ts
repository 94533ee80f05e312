import { useEffect, useMemo, useState, type RefObject } from 'react';
import { tickDecimals, type Price } from '#domain/price';
import type { Confirmation } from '#protocol/inputs';
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
import { usePreview, type PreviewState } from './use-preview.ts';

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
  const preview = usePreview(reading.spec, draft);
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
  /** Out of the form, and to the row that was edited: a keyboard that stayed in a field would type the next N into it. */
  readonly leave: () => void;
  readonly busy: boolean;
  readonly error: string | null;
  readonly clear: () => void;
  /** What the operator has confirmed of this very preview. */
  readonly said: readonly Confirmation[];
  readonly say: (kind: Confirmation, isSaid: boolean) => void;
}

const NOTHING_SAID = { fingerprint: '', kinds: [] as readonly Confirmation[] };

/** What was confirmed of one preview; another preview has to be confirmed anew. */
function useSaid(fingerprint: string | undefined): Pick<Arming, 'said' | 'say'> {
  const [state, setState] = useState(NOTHING_SAID);
  const said = state.fingerprint === fingerprint ? state.kinds : NOTHING_SAID.kinds;
  const say = (kind: Confirmation, isSaid: boolean): void => {
    const others = said.filter((other) => other !== kind);
    setState({ fingerprint: fingerprint ?? '', kinds: isSaid ? [...others, kind] : others });
  };
  return { said, say };
}

/** Arms the draft, or saves the trigger that is edited; the form is empty once the desk has taken it. */
export function useArming({ draft, reading, preview: state }: TicketView, form: RefObject<HTMLElement | null>): Arming {
  const arm = useCommand('trigger.arm', refused);
  const edit = useCommand('trigger.edit', refused);
  const { preview, fresh, ask } = state;
  const { said, say } = useSaid(preview?.fingerprint);
  const busy = arm.pending || edit.pending;
  const leave = (): void => {
    if (draft.editing !== null) setActive('watchers', draft.editing.id);
    if (form.current?.contains(document.activeElement) === true) focusGrid('Watchers');
  };
  /** The first thing that keeps it from being armed is brought before the operator; true when there is one. */
  const isHeldUp = (): boolean => {
    if (reading.spec === null) {
      toast('warning', Object.values(reading.faults)[0] ?? reading.missing ?? 'The trigger is not complete.');
      return true;
    }
    if (!fresh || preview === null) {
      toast('warning', 'The desk has not said yet what this would do; read it, then arm it.');
      ask();
      return true;
    }
    const need = preview.blocked === null ? preview.needs.find(({ kind }) => !said.includes(kind)) : undefined;
    if (need === undefined) return false;
    form.current?.querySelector<HTMLElement>(`[data-need="${need.kind}"]`)?.focus();
    return true;
  };
  const done = (): void => {
    clearDraft();
    leave();
  };
  const submit = async (): Promise<void> => {
    if (busy || isHeldUp() || reading.spec === null || preview === null) return;
    const seen = { spec: reading.spec, fingerprint: preview.fingerprint, confirmed: [...said] };
    const { editing } = draft;
    if (editing !== null) {
      const reply = await edit.run({ id: editing.id, expectedVersion: editing.version, ...seen });
      if (reply.ok) done();
      else ask();
      return;
    }
    const reply = await arm.run(seen);
    if (!reply.ok) {
      // What stands here is older than what the desk has just compared it with.
      ask();
      return;
    }
    done();
    setActive('watchers', reply.value.id);
    toast('done', `${reading.spec.name} is armed.`);
  };
  return { submit, leave, busy, error: arm.error ?? edit.error, clear: draft.editing === null ? arm.clear : edit.clear, said, say };
}

/** A trigger that has been brought into the form is changed at its price most often. */
export function useFocusOnEdit({ editing }: Draft, form: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    if (editing === null) return;
    const price = form.current?.querySelector<HTMLInputElement>('[aria-label="Trigger price"]');
    price?.focus();
    price?.select();
  }, [editing, form]);
}
