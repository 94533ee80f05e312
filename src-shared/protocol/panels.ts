/**
 * Panels that may stand alone in a window of their own, with their names. The ticket is not among them: what it arms is read beside the quote,
 * the watchers and the banners of the whole console.
 */
export const PANELS = {
  watchers: 'Watchers',
  quotes: 'Quotes',
  chart: 'Chart',
  orders: 'Orders',
  positions: 'Positions',
  fills: 'Fills',
  pnl: 'P&L',
  system: 'System',
  log: 'Alarms and log',
} as const;

export type PanelId = keyof typeof PANELS;
export const PANEL_IDS = Object.keys(PANELS) as [PanelId, ...PanelId[]];

/** Where a window stands on the operator's screens, px; a second screen may lie left of the first or above it. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Bounds of a place that makes sense on any desk of screens; narrower, and the way out would not fit into the header. */
export const PLACE_BOUNDS = { x: [-32_000, 32_000], y: [-32_000, 32_000], width: [860, 16_000], height: [320, 16_000] } as const;

const DEFAULT_PLACE: Pick<Place, 'width' | 'height'> = { width: 960, height: 480 };

export function isPanel(value: unknown): value is PanelId {
  return typeof value === 'string' && Object.hasOwn(PANELS, value);
}

/** The panel that an address asks for; null: the whole console. */
export function panelOf(query: string): PanelId | null {
  const asked = /[?&]panel=([a-z]+)(?:&|$)/.exec(query)?.[1];
  return isPanel(asked) ? asked : null;
}

/** The query of an address that shows one panel alone. */
export function panelQuery(panel: PanelId): string {
  return `?panel=${panel}`;
}

/** The size that a window opens with, and its corner where one is known. */
export function openingPlace(place: Place | null | undefined): Pick<Place, 'width' | 'height'> & Partial<Place> {
  return place ?? DEFAULT_PLACE;
}
