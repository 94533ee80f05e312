import { PANELS, panelOf, type PanelId } from '#protocol/panels';
import { toast } from './view-store.ts';

/** The one panel that this window shows; null: the whole console. The address says it, and it stays so for the life of the page. */
export function shownPanel(): PanelId | null {
  return typeof location === 'undefined' ? null : panelOf(location.search);
}

/** Says so, when what a key or a button leads to is not in this window. */
export function isElsewhere(wanted: PanelId | 'ticket'): boolean {
  const shown = shownPanel();
  if (shown === null || shown === wanted) return false;
  const what = wanted === 'ticket' ? 'The ticket is' : `${PANELS[wanted]} ${wanted.endsWith('s') ? 'are' : 'is'}`;
  toast('warning', `${what} not in this window. Shift W leads to the others.`, 'elsewhere');
  return true;
}
