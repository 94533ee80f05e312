import { useEffect } from 'react';
import { keyAct, leads, spelled, type KeyAct } from '#protocol/keys';
import type { PanelId } from '#protocol/panels';
import { isElsewhere } from '../view/shown-panel.ts';
import { focusGrid, focusPart } from '../view/focus.ts';
import { openDialog, showSideTab, showTab, useView } from '../view/view-store.ts';

/** After this long the second press of a pair is a press of its own again, ms. */
const PAIR_MS = 1_200;

const ACTS: Readonly<Record<Exclude<KeyAct<'view'>, 'new'>, () => void>> = {
  orders: () => {
    showTab('orders');
    focusGrid('Orders');
  },
  positions: () => {
    showTab('positions');
    focusGrid('Positions');
  },
  fills: () => {
    showTab('fills');
    focusGrid('Fills');
  },
  pnl: () => {
    showTab('pnl');
    focusPart('[role="tabpanel"].tab-page, .tab-page[data-page="pnl"]');
  },
  system: () => {
    showTab('system');
    focusPart('.facts-scroll');
  },
  watchers: () => focusGrid('Watchers'),
  quotes: () => focusGrid('Quotes'),
  alarms: () => {
    showSideTab('alarms');
    focusPart('[aria-label="Alarms and log"]');
  },
  log: () => {
    showSideTab('log');
    focusPart('[aria-label="Alarms and log"]');
  },
  banner: () => focusPart('.banners'),
  windows: () => openDialog({ kind: 'windows' }),
  settings: () => openDialog({ kind: 'settings' }),
  help: () => openDialog({ kind: 'cheat-sheet' }),
};

/** In which panel an act ends; the others end in every window. */
const PLACES: Readonly<Partial<Record<KeyAct<'view'>, PanelId | 'ticket'>>> = {
  new: 'ticket',
  orders: 'orders',
  positions: 'positions',
  fills: 'fills',
  pnl: 'pnl',
  system: 'system',
  watchers: 'watchers',
  quotes: 'quotes',
  alarms: 'log',
  log: 'log',
};

const LEADS = leads('view');

/** Keys that only move the view. They are off while something is typed; a dialog keeps its own keys. */
export function useViewKeys(): void {
  useEffect(() => {
    let lead: { readonly said: string; readonly at: number } | null = null;
    const act = (event: KeyboardEvent, before?: string): boolean => {
      const name = keyAct('view', event, before);
      // The ticket takes its own key: it knows its field.
      if (name === undefined) return false;
      const place = PLACES[name];
      if (place !== undefined && isElsewhere(place)) {
        event.preventDefault();
        return true;
      }
      if (name === 'new') return false;
      event.preventDefault();
      ACTS[name]();
      return true;
    };
    const off = (event: KeyboardEvent): boolean => isTyping(event.target) || useView.getState().dialog !== null;
    // The second press of a pair belongs to the pair alone, whatever the row below the keyboard would make of it.
    const second = (event: KeyboardEvent): void => {
      const first = lead;
      if (first === null || isModifier(event.key)) return;
      lead = null;
      if (event.timeStamp - first.at > PAIR_MS || off(event)) return;
      event.preventDefault();
      event.stopPropagation();
      act(event, first.said);
    };
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.repeat || off(event)) return;
      if (LEADS.includes(spelled(event))) lead = { said: spelled(event), at: event.timeStamp };
      else act(event);
    };
    window.addEventListener('keydown', second, true);
    window.addEventListener('keydown', press);
    return () => {
      window.removeEventListener('keydown', second, true);
      window.removeEventListener('keydown', press);
    };
  }, []);
}

function isModifier(key: string): boolean {
  return key === 'Shift' || key === 'Control' || key === 'Alt' || key === 'Meta';
}

/** A radio button takes no letters, so a letter on it is not typed. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['radio', 'checkbox', 'button', 'submit'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}
