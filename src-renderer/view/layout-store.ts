import { create } from 'zustand';

export interface Layout {
  readonly left: number;
  readonly right: number;
  readonly chart: number;
  readonly bottom: number;
  readonly quotes: number;
}

const DEFAULT: Layout = { left: 318, right: 306, chart: 292, bottom: 218, quotes: 252 };
const PLACE = 'triggerdesk.layout';

interface LayoutState {
  readonly layout: Layout;
  readonly locked: boolean;
}

function isLayoutState(value: unknown): value is LayoutState {
  if (typeof value !== 'object' || value === null) return false;
  const { layout, locked } = value as Partial<Record<string, unknown>>;
  if (typeof layout !== 'object' || layout === null || typeof locked !== 'boolean') return false;
  return Object.keys(DEFAULT).every((part) => Number.isFinite((layout as Record<string, unknown>)[part]));
}

function saved(): LayoutState {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(PLACE) ?? 'null');
    return isLayoutState(value) ? value : { layout: DEFAULT, locked: false };
  } catch {
    return { layout: DEFAULT, locked: false };
  }
}

/** Sizes in px. Beside the places of panel windows the only thing this console keeps in the browser's storage. */
export const useLayout = create<LayoutState>()(() => saved());

function change(state: Partial<LayoutState>): void {
  useLayout.setState(state);
  try {
    localStorage.setItem(PLACE, JSON.stringify(useLayout.getState()));
  } catch {
    // Storage may be switched off; the layout then lives as long as the window.
  }
}

/** As every window of the console sees it: the lock may have been set in another one. */
export function isLayoutLocked(): boolean {
  return saved().locked;
}

/** Another window of the console has changed what is stored. */
export function readLayoutAnew(): void {
  useLayout.setState(saved());
}

/** Where it is stored, as the browser's event names it. */
export const LAYOUT_STORED = PLACE;

export function resize(part: keyof Layout, size: number): void {
  change({ layout: { ...useLayout.getState().layout, [part]: size } });
}

export function lockLayout(locked: boolean): void {
  change({ locked });
}

export function resetLayout(): void {
  change({ layout: DEFAULT });
}
