import { expect, test } from 'vitest';
import type { Caller, WindowsPort } from '#desk/entrance/door';
import { windowQueries } from '#desk/handlers/window-queries';
import { allows } from '#protocol/access';
import { QUERIES } from '#protocol/commands';

const caller = (windows?: WindowsPort): Caller => {
  return { id: 'w1', by: 'console window', scope: 'operate', atDesk: true, session: null, windows, closed: false, stream: () => null };
};

test('the desk opens panels for its own window, and says to a browser that the page does', () => {
  const opened: unknown[] = [];
  const own = caller({ open: (panel, place) => void opened.push([panel, place]), closePanels: () => void opened.push('closed') });
  expect(windowQueries['window.open']({ panel: 'orders' }, own)).toEqual({ ok: true, value: {} });
  expect(opened).toEqual([['orders', undefined]]);
  expect(windowQueries['window.open']({ panel: 'orders' }, caller())).toMatchObject({ ok: false, error: { code: 'not-allowed-now' } });
  expect(windowQueries['window.close-panels']({}, own)).toEqual({ ok: true, value: {} });
  expect(opened.at(-1)).toBe('closed');
  expect(windowQueries['window.close-panels']({}, caller())).toMatchObject({ ok: false, error: { code: 'not-allowed-now' } });
  expect(allows('read', 'window.open')).toBe(true);
});

test('only a panel, in a place that a screen can have, is opened', () => {
  const place = { x: 0, y: 0, width: 900, height: 500 };
  const sound = (input: unknown): boolean => QUERIES['window.open'].safeParse(input).success;
  expect([{ panel: 'log' }, { panel: 'console' }, { panel: 'chart', place }].map(sound)).toEqual([true, true, true]);
  const odd = [{}, { panel: 'ticket' }, { panel: 'https://example.invalid/' }, { panel: 'log', url: 'x' }];
  const places = [{ width: 1 }, { height: 1e9 }, { x: 0.5 }, { y: Number.NaN }, { more: 1 }];
  for (const input of [...odd, ...places.map((side) => ({ panel: 'log', place: { ...place, ...side } }))]) expect(sound(input)).toBe(false);
});
