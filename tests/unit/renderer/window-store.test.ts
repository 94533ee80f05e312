import { beforeEach, expect, test, vi } from 'vitest';
import { openingPlace, PANEL_IDS, PANELS, panelOf, panelQuery } from '#protocol/panels';
import { lockLayout, resetLayout, useLayout } from '../../../src-renderer/view/layout-store.ts';
import {
  forgetAllWindows,
  forgetWindow,
  rememberWindow,
  savedWindows,
  soundPlace,
  windowsOf,
} from '../../../src-renderer/view/window-store.ts';
import { wordOf } from '../../../src-renderer/view/window-word.ts';

const stored = new Map<string, string>();
const storage = {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, text: string) => void stored.set(key, text),
};
const PLACE = { x: -1200, y: 40, width: 900, height: 500 };

beforeEach(() => {
  stored.clear();
  vi.stubGlobal('localStorage', storage);
  lockLayout(false);
  resetLayout();
});

test('an address shows one panel alone, and anything that is no panel shows the whole console', () => {
  expect(PANEL_IDS.map((panel) => panelOf(panelQuery(panel)))).toEqual(PANEL_IDS);
  for (const query of ['', '?panel=', '?panel=ticket', '?panel=__proto__', '?panel=toString', '?scene=orders', '?xpanel=orders'])
    expect(panelOf(query), query).toBeNull();
  expect(panelOf('?scene=busy&panel=orders&still')).toBe('orders');
  expect(Object.keys(PANELS)).not.toContain('ticket');
});

test('which windows are open, their size and their place are kept until one is closed or the layout is reset', () => {
  rememberWindow('orders', PLACE);
  rememberWindow('chart', null);
  expect(savedWindows()).toEqual({ orders: PLACE, chart: null });
  forgetWindow('chart');
  expect(savedWindows()).toEqual({ orders: PLACE });
  forgetAllWindows();
  expect(savedWindows()).toEqual({});
});

test('a locked layout keeps its windows: none is added, moved or taken out, whichever window set the lock', () => {
  rememberWindow('orders', PLACE);
  lockLayout(true);
  // Another window's page does not know of the lock but by what is stored.
  useLayout.setState({ locked: false });
  rememberWindow('orders', { ...PLACE, x: 5 });
  rememberWindow('fills', PLACE);
  forgetWindow('orders');
  expect(savedWindows()).toEqual({ orders: PLACE });
});

test('what is stored and makes no sense costs its place, or itself, and nothing beside it', () => {
  for (const text of [null, '', '{', 'null', '[]', '7', '"orders"']) expect(windowsOf(text), String(text)).toEqual({});
  const held = {
    orders: PLACE,
    fills: { ...PLACE, width: 10 },
    chart: 'left',
    ticket: PLACE,
    __proto__x: PLACE,
    quotes: { ...PLACE, more: 1 },
  };
  expect(windowsOf(JSON.stringify(held))).toEqual({ orders: PLACE, fills: null, chart: null, quotes: PLACE });
  for (const bad of [null, 1, {}, { ...PLACE, x: '0' }, { ...PLACE, y: 0.5 }, { ...PLACE, height: 1e9 }, { ...PLACE, x: null }])
    expect(soundPlace(bad), JSON.stringify(bad)).toBeNull();
  expect(openingPlace(null)).toEqual({ width: 960, height: 480 });
});

test('without storage windows open and nothing is kept', () => {
  vi.stubGlobal('localStorage', {
    getItem: () => {
      throw new Error('switched off');
    },
    setItem: () => {
      throw new Error('switched off');
    },
  });
  rememberWindow('orders', PLACE);
  expect(savedWindows()).toEqual({});
});

test('windows hear from each other only words that they know', () => {
  const sound = [{ kind: 'who' }, { kind: 'reset' }, { kind: 'here', panel: 'orders' }, { kind: 'selection', conId: 7, symbol: 'BAC' }];
  expect(sound.map(wordOf)).toEqual(sound);
  const odd = [null, 'who', {}, { kind: 'kill' }, { kind: 'gone', panel: 'ticket' }, { kind: 'here' }];
  const selections = [{ conId: -1, symbol: 'A' }, { conId: 1.5, symbol: 'A' }, { conId: 1, symbol: 'A'.repeat(41) }, { conId: 1 }];
  for (const word of [...odd, ...selections.map((one) => ({ kind: 'selection', ...one }))]) expect(wordOf(word)).toBeNull();
});
