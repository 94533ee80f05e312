import { useHotkeys } from 'react-hotkeys-hook';
import { BOTTOM_TABS } from './bottom-tabs.tsx';
import { focusGrid } from '../view/focus-grid.ts';
import { openDialog, showTab } from '../view/view-store.ts';

/** Keys that only move the view. They are off while typing; a dialog keeps its own keys. */
export function useViewKeys(): void {
  useHotkeys('shift+slash, ?', () => openDialog({ kind: 'cheat-sheet' }), { useKey: true, preventDefault: true });
  useHotkeys('1, 2, 3, 4, 5, 6', (event) => {
    const tab = BOTTOM_TABS[Number(event.key) - 1];
    if (tab !== undefined) showTab(tab.id);
  });
  useHotkeys('g>w', () => focusGrid('Watchers'));
  useHotkeys('g>q', () => focusGrid('Quotes'));
  useHotkeys('g>o', () => {
    showTab('orders');
    focusGrid('Orders');
  });
}
