import { openingPlace, panelQuery, type PanelId, type Place } from '#protocol/panels';

/** Asks the program around the page to open a window; the text is its refusal, null: it did. */
export type ThroughDesk = (panel: PanelId | 'console', place: Place | null) => Promise<string | null>;

const BLOCKED = 'The browser did not open the window. Allow pop-ups for this address.';

/**
 * Opens a panel in a window of its own, or leads to the one that shows it: in the program's own window the program does it, in a browser the page.
 * Returns why not.
 */
export async function openWindow(panel: PanelId | 'console', place: Place | null, throughDesk: ThroughDesk | null): Promise<string | null> {
  return throughDesk === null ? openInBrowser(panel, place) : throughDesk(panel, place);
}

/** The new page takes the session along, because this page opens it. */
function openInBrowser(panel: PanelId | 'console', place: Place | null): string | null {
  const { width, height, x, y } = openingPlace(place);
  const corner = x === undefined || y === undefined ? '' : `,left=${String(x)},top=${String(y)}`;
  const how = panel === 'console' ? '' : `popup,width=${String(width)},height=${String(height)}${corner}`;
  // An address would load a page anew that is there already.
  const opened = window.open('', windowName(panel), how);
  if (opened === null) return BLOCKED;
  if (opened.location.href === 'about:blank') opened.location.replace(panel === 'console' ? '/' : `/${panelQuery(panel)}`);
  opened.focus();
  return null;
}

export function windowName(panel: PanelId | 'console'): string {
  return `triggerdesk-${panel}`;
}

/** Where this window stands now. Its inner size, because that is what a window is opened with. */
export function ownPlace(): Record<keyof Place, number> {
  return { x: window.screenX, y: window.screenY, width: window.innerWidth, height: window.innerHeight };
}
