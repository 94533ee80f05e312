import { expect, test } from 'vitest';
import type { PanelId, Place } from '#protocol/panels';
import { PanelWindows, visiblePlace } from '#desktop/panel-windows';

const PLACE: Place = { x: 100, y: 50, width: 900, height: 500 };
const SCREEN: Place = { x: 0, y: 0, width: 1920, height: 1040 };

test('each panel has at most one window: asked again it comes forward, closed it may be opened anew', () => {
  const said: string[] = [];
  const closers = new Map<PanelId, () => void>();
  const windows = new PanelWindows({
    showConsole: () => said.push('console'),
    create: (panel, place, onClosed) => {
      said.push(`create ${panel} ${place === undefined ? 'anywhere' : place.x}`);
      closers.set(panel, onClosed);
      return { show: () => said.push(`show ${panel}`), reload: () => said.push(`reload ${panel}`), close: onClosed };
    },
  });
  windows.open('orders', PLACE);
  windows.open('orders', undefined);
  windows.open('fills', undefined);
  windows.open('console', undefined);
  windows.reload();
  closers.get('orders')?.();
  windows.reload();
  windows.open('orders', undefined);
  windows.closePanels();
  windows.reload();
  const before = ['create orders 100', 'show orders', 'create fills anywhere', 'console', 'reload orders', 'reload fills'];
  expect(said).toEqual([...before, 'reload fills', 'create orders anywhere']);
});

test('a window opens where it was when a screen is still there, and is never larger than that screen', () => {
  const second: Place = { x: -1600, y: -200, width: 1600, height: 900 };
  expect(visiblePlace(PLACE, [SCREEN])).toEqual(PLACE);
  expect(visiblePlace({ ...PLACE, x: -1500, y: -100 }, [SCREEN, second])).toEqual({ ...PLACE, x: -1500, y: -100 });
  // The second screen is gone: the size stays, the system chooses the place.
  expect(visiblePlace({ ...PLACE, x: -1500, y: -100 }, [SCREEN])).toEqual({ width: 900, height: 500 });
  expect(visiblePlace({ ...PLACE, y: 2000 }, [SCREEN])).toEqual({ width: 900, height: 500 });
  expect(visiblePlace({ ...PLACE, width: 5000, height: 3000 }, [SCREEN])).toEqual({ ...PLACE, width: 1920, height: 1040 });
});
