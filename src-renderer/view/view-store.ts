import { create } from 'zustand';
import type { Contract } from '#domain/contract';
import type { ConId } from '#domain/ids';
import type { RowKey } from '#protocol/stream';
import type { Sorting } from '../ui/table.ts';
import type { Toast } from '../ui/toasts.tsx';
import { canTake } from './focus.ts';

export type BottomTab = 'orders' | 'positions' | 'fills' | 'pnl' | 'system';
export type SideTab = 'alarms' | 'log';
export type TableId = 'watchers' | 'quotes' | 'orders' | 'positions' | 'fills' | 'log';

export type OpenDialog =
  | { readonly kind: 'why'; readonly key: string }
  | { readonly kind: 'watcher'; readonly key: string }
  | { readonly kind: 'cancel-order'; readonly key: string }
  | { readonly kind: 'disarm'; readonly key: string }
  | { readonly kind: 'resume'; readonly key: string }
  | { readonly kind: 'settle'; readonly key: string }
  | { readonly kind: 'close'; readonly key: string; readonly percent: 25 | 50 | 100 }
  /** Several watchers at once; of one symbol when `conId` is known and the operator says so. */
  | { readonly kind: 'bulk'; readonly act: 'pause' | 'disarm'; readonly conId: ConId | null; readonly symbol: string }
  | { readonly kind: 'flatten-all' }
  | { readonly kind: 'adopt' }
  | { readonly kind: 'audit' }
  | { readonly kind: 'execution'; readonly seq: number }
  | { readonly kind: 'settings' }
  | { readonly kind: 'cheat-sheet' }
  | { readonly kind: 'windows' }
  | { readonly kind: 'stop-engine' }
  | { readonly kind: 'live-confirm' };

export interface Selection {
  readonly conId: ConId;
  readonly symbol: string;
  /** Null until the contract behind the row is known. */
  readonly contract: Contract | null;
}

export interface ViewState {
  readonly selection: Selection | null;
  readonly active: Readonly<Record<TableId, RowKey | null>>;
  readonly sorting: Readonly<Record<TableId, Sorting | null>>;
  readonly bottomTab: BottomTab;
  readonly sideTab: SideTab;
  readonly dialog: OpenDialog | null;
  readonly toasts: readonly Toast[];
}

/** What this screen looks at: never what the desk holds. */
export const useView = create<ViewState>()(() => ({
  selection: null,
  active: { watchers: null, quotes: null, orders: null, positions: null, fills: null, log: null },
  sorting: { watchers: null, quotes: null, orders: null, positions: null, fills: null, log: null },
  bottomTab: 'orders',
  sideTab: 'alarms',
  dialog: null,
  toasts: [],
}));

export function select(selection: Selection): void {
  const now = useView.getState().selection;
  if (now?.conId === selection.conId && (selection.contract === null || now.contract !== null)) return;
  useView.setState({ selection });
}

export function setActive(table: TableId, key: RowKey | null): void {
  useView.setState((state) => ({ active: { ...state.active, [table]: key } }));
}

/** Same column: turn round, then back to the panel's own order. */
export function toggleSort(table: TableId, column: string): void {
  useView.setState((state) => {
    const now = state.sorting[table];
    const next = now?.column !== column ? { column, down: false } : now.down ? null : { column, down: true };
    return { sorting: { ...state.sorting, [table]: next } };
  });
}

export function showTab(tab: BottomTab): void {
  useView.setState({ bottomTab: tab });
}

export function showSideTab(tab: SideTab): void {
  useView.setState({ sideTab: tab });
}

/** Where the keyboard stood before the dialog; a button in a row may be gone afterwards, its table is not. */
let stood: { readonly element: HTMLElement; readonly grid: HTMLElement | null } | null = null;

export function openDialog(dialog: OpenDialog): void {
  const { activeElement } = document;
  if (useView.getState().dialog === null && activeElement instanceof HTMLElement && activeElement !== document.body)
    stood = { element: activeElement, grid: activeElement.closest<HTMLElement>('[role="grid"]') };
  useView.setState({ dialog });
}

/** What is below a dialog is inert while it is open and loses the focus by that, so the focus is brought back once it is not. */
export function closeDialog(): void {
  useView.setState({ dialog: null });
  const before = stood;
  stood = null;
  if (before === null) return;
  requestAnimationFrame(() => {
    if (useView.getState().dialog !== null || document.activeElement !== document.body) return;
    (canTake(before.element) ? before.element : before.grid)?.focus();
  });
}

const TOAST_MS = { refused: 8_000, warning: 6_000, done: 3_000 } as const;
const MOST_TOASTS = 3;
let lastToast = 0;

/** A message about `key`, in the place of an earlier one about the same. */
export function toast(tone: Toast['tone'], text: string, key = text): void {
  lastToast += 1;
  const id = lastToast;
  useView.setState((state) => ({
    toasts: [...state.toasts.filter((other) => other.key !== key && other.text !== text), { id, tone, text, key }].slice(-MOST_TOASTS),
  }));
  setTimeout(() => closeToast(id), TOAST_MS[tone]);
}

export function closeToast(id: number): void {
  useView.setState((state) => ({ toasts: state.toasts.filter((other) => other.id !== id) }));
}

/** A refusal of the command `key`; null: it is asked again, so that the old one is no longer true. */
export function refused(text: string | null, key?: string): void {
  if (text !== null) toast('refused', text, key);
  else useView.setState((state) => ({ toasts: state.toasts.filter((other) => other.tone !== 'refused' || other.key !== key) }));
}
