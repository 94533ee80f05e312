import { isPanel, PANEL_IDS, PLACE_BOUNDS, type PanelId, type Place } from '#protocol/panels';
import { isLayoutLocked } from './layout-store.ts';

/** Panel windows that were open when they were last seen, and where. Null: its place is not known. */
export type SavedWindows = Readonly<Partial<Record<PanelId, Place | null>>>;

const STORED = 'triggerdesk.windows';
const SIDES = Object.keys(PLACE_BOUNDS) as (keyof Place)[];

/** A place as it may be used; null for anything else. */
export function soundPlace(value: unknown): Place | null {
  if (typeof value !== 'object' || value === null) return null;
  const given = value as Partial<Record<keyof Place, unknown>>;
  const sound = SIDES.every((side) => {
    const [least, most] = PLACE_BOUNDS[side];
    const figure = given[side];
    return typeof figure === 'number' && Number.isInteger(figure) && figure >= least && figure <= most;
  });
  return sound ? (({ x, y, width, height }) => ({ x, y, width, height }))(value as Place) : null;
}

/** What the storage holds, freed of everything that is no panel and no place: a broken entry costs its place, not the windows beside it. */
export function windowsOf(text: string | null): SavedWindows {
  let value: unknown;
  try {
    value = JSON.parse(text ?? 'null');
  } catch {
    return {};
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const held = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(PANEL_IDS.filter((panel) => Object.hasOwn(held, panel)).map((panel) => [panel, soundPlace(held[panel])]));
}

/** Read anew each time: every window of the console writes here. */
export function savedWindows(): SavedWindows {
  try {
    return windowsOf(localStorage.getItem(STORED));
  } catch {
    return {};
  }
}

function save(windows: SavedWindows): void {
  try {
    localStorage.setItem(STORED, JSON.stringify(windows));
  } catch {
    // Storage may be switched off; nothing is then opened again.
  }
}

/** The window is open and stands there. A locked layout keeps what it holds. */
export function rememberWindow(panel: PanelId, place: Place | null): void {
  if (isPanel(panel) && !isLayoutLocked()) save({ ...savedWindows(), [panel]: place });
}

/** The operator has closed it. A locked layout keeps it. */
export function forgetWindow(panel: PanelId): void {
  if (isLayoutLocked()) return;
  const { [panel]: _closed, ...others } = savedWindows();
  save(others);
}

export function forgetAllWindows(): void {
  save({});
}
