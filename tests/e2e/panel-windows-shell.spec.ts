import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { launchDesk, type Desk } from './launch.ts';
import { engineState, rows, startEngine } from './operator.ts';

// Panel windows of the program itself: the desk opens them, behind the walls of the first.
test.describe.configure({ mode: 'serial' });

let folder: string;
let desk: Desk;
let orders: Page;

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'triggerdesk-windows-'));
  desk = await launchDesk({ dataDir: folder });
  await startEngine(desk.page);
});

test.afterAll(async () => {
  await desk.close();
  rmSync(folder, { recursive: true, force: true });
});

const urls = (): Promise<readonly string[]> =>
  desk.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((window) => window.webContents.getURL()));

async function openPanel(name: string): Promise<Page> {
  await desk.page.bringToFront();
  await desk.page.getByRole('grid', { name: 'Watchers' }).focus();
  await desk.page.keyboard.press('Shift+W');
  const opened = desk.app.waitForEvent('window');
  await desk.page.getByTestId('windows-dialog').getByRole('button', { name, exact: true }).click();
  return opened;
}

test('a panel opens in a second window, live, with the kill cluster; asked again it comes forward', async () => {
  orders = await openPanel('Orders');
  await expect(engineState(orders)).toHaveText('SCANNING');
  await expect(orders.getByRole('grid')).toHaveCount(1);
  await expect(orders.getByRole('grid', { name: 'Orders' })).toBeVisible();
  const both = ['app://triggerdesk/index.html', 'app://triggerdesk/index.html?panel=orders'];
  expect(await urls()).toEqual(both);
  const call = `window.desk.call('window.open', { panel: 'orders' }).then((reply) => reply.ok)`;
  expect(await desk.page.evaluate(call)).toBe(true);
  expect(await urls()).toEqual(both);
});

test('the second window has the walls of the first', async () => {
  expect(
    await orders.evaluate(`({
      globals: ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer', 'electron'].filter((name) => name in globalThis),
      bridge: Object.getOwnPropertyNames(window.desk).sort(),
      frozen: Object.isFrozen(window.desk),
      opened: window.open('https://example.invalid/'),
    })`),
  ).toEqual({ globals: [], bridge: ['call', 'subscribe'], frozen: true, opened: null });
  const code = (input: string): Promise<unknown> =>
    orders.evaluate(`window.desk.call('window.open', ${input}).then((reply) => reply.ok ? 'ok' : reply.error.code)`);
  expect(await code(`{ panel: 'https://example.invalid/' }`)).toBe('invalid-input');
  expect(await code(`{ panel: 'fills', place: { x: 0, y: 0, width: 1, height: 1 } }`)).toBe('invalid-input');
  expect(await urls()).toHaveLength(2);
});

test('what is done in one window shows in the other, under the name of the window that did it', async () => {
  await orders
    .getByTestId('kill-cluster')
    .getByRole('button', { name: /^Pause/ })
    .click();
  await expect(engineState(desk.page)).toHaveText('PAUSED');
  await desk.page.getByRole('grid', { name: 'Watchers' }).focus();
  await desk.page.keyboard.press('l');
  await expect(rows(desk.page, 'Log').filter({ hasText: 'console window, orders' }).first()).toBeVisible();
});

test('a panel window closes without a question and is opened anew', async () => {
  await desk.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[1]!.close());
  await expect.poll(urls).toEqual(['app://triggerdesk/index.html']);
  await expect(engineState(desk.page)).toHaveText('PAUSED');
  orders = await openPanel('Orders');
  await expect(engineState(orders)).toHaveText('PAUSED');
});

test('what was open when the layout was last kept opens again with the console, in its size', async () => {
  const kept = JSON.stringify({ orders: null, fills: { x: 10, y: 20, width: 1010, height: 444 }, ticket: null });
  await desk.page.evaluate(`localStorage.setItem('triggerdesk.windows', ${JSON.stringify(kept)})`);
  const opened = desk.app.waitForEvent('window');
  await desk.page.reload();
  const fills = await opened;
  await expect(fills.getByRole('grid', { name: 'Fills' })).toBeVisible();
  const console_ = 'app://triggerdesk/index.html';
  // The orders are there already: nothing is opened twice.
  expect(await urls()).toEqual([console_, `${console_}?panel=orders`, `${console_}?panel=fills`]);
  expect(await desk.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[2]!.getBounds())).toMatchObject({
    width: 1010,
    height: 444,
  });
});

test('resetting the layout closes the panel windows, and the console stays', async () => {
  await desk.page.bringToFront();
  await desk.page.getByRole('button', { name: 'Reset layout' }).click();
  await expect.poll(urls).toEqual(['app://triggerdesk/index.html']);
  expect(await desk.page.evaluate(`localStorage.getItem('triggerdesk.windows')`)).toBe('{}');
  await expect(engineState(desk.page)).toHaveText('PAUSED');
});
