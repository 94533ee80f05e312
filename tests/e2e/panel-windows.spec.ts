import { expect, test, type Page } from '@playwright/test';
import { PLACE_BOUNDS } from '#protocol/panels';
import { expectAccessible } from './accessible.ts';
import { launchDaemon, type DaemonDesk } from './daemon-launch.ts';
import { arm, engineState, kill, knownPrice, rows, startEngine, writeRule } from './operator.ts';

// One panel in a second window of the same session, in a browser.
test.describe.configure({ mode: 'serial' });

let desk: DaemonDesk;
let orders: Page;

test.beforeAll(async () => {
  desk = await launchDaemon();
});

test.afterAll(() => desk.close());

/** Opens a panel as the operator does, and gives its window. */
async function openPanel(from: Page, name: string): Promise<Page> {
  await from.keyboard.press('Shift+W');
  const opened = from.context().waitForEvent('page');
  await from.getByTestId('windows-dialog').getByRole('button', { name, exact: true }).click();
  const page = await opened;
  await page.waitForURL(/\?panel=/);
  return page;
}

const windows = (page: Page): Promise<unknown> => page.evaluate(`JSON.parse(localStorage.getItem('triggerdesk.windows') ?? '{}')`);

test('Shift W shows the orders alone in a window of their own, of the same session, live, with the way out', async () => {
  const { page } = desk;
  await startEngine(page);
  await page.getByRole('grid', { name: 'Watchers' }).focus();
  orders = await openPanel(page, 'Orders');
  await expect(engineState(orders)).not.toHaveText('—');
  await expect(orders).toHaveTitle('Orders · TriggerDesk');
  await expect(orders.getByTestId('account-band')).toContainText('DU1234567');
  await expect(orders.getByRole('grid')).toHaveCount(1);
  await expect(orders.getByRole('grid', { name: 'Orders' })).toBeVisible();
  // The smallest that a panel window opens with: what stops the desk gives way to nothing.
  await orders.setViewportSize({ width: PLACE_BOUNDS.width[0], height: PLACE_BOUNDS.height[0] });
  for (const button of await orders.getByTestId('kill-cluster').getByRole('button').all())
    await expect(button).toBeInViewport({ ratio: 1 });
  await expect(engineState(orders)).toBeInViewport({ ratio: 1 });
  await orders.setViewportSize({ width: 960, height: 480 });
  await expect(orders.getByTestId('status-line')).toBeVisible();
  await expect(page.getByTestId('windows-dialog')).toHaveCount(0);

  const price = (await knownPrice(page, 'SPY')) + 2;
  await writeRule(page, { symbol: 'SPY', test: 'At or below', price: price.toFixed(2), quantity: '40', target: '2%', stop: '1%' });
  await page.getByRole('checkbox', { name: 'It fires at once, arm it' }).check();
  await arm(page);
  await expect(rows(orders, 'Orders')).toHaveCount(3);
  await expect(rows(orders, 'Orders').first()).toContainText('40 / 40');
  await expectAccessible(orders, 'the orders in a window of their own');
});

test('a key that leads to what is not in this window says so and changes nothing', async () => {
  await orders.getByRole('grid', { name: 'Orders' }).focus();
  for (const [key, text] of [
    ['2', 'Positions are not in this window.'],
    ['n', 'The ticket is not in this window.'],
    ['l', 'Alarms and log is not in this window.'],
  ] as const) {
    await orders.keyboard.press(key);
    await expect(orders.getByRole('region', { name: 'Messages' })).toContainText(text);
  }
  await expect(orders.getByRole('grid', { name: 'Orders' })).toBeFocused();
});

test('a panel that is open already is led to, not loaded anew and not opened twice', async () => {
  await orders.evaluate(`window.stays = true`);
  const { page } = desk;
  await page.bringToFront();
  await page.getByRole('grid', { name: 'Watchers' }).focus();
  await page.keyboard.press('Shift+W');
  await page.getByTestId('windows-dialog').getByRole('button', { name: 'Orders', exact: true }).click();
  await expect(page.getByTestId('windows-dialog')).toHaveCount(0);
  expect(page.context().pages()).toHaveLength(2);
  expect(await orders.evaluate(`window.stays`)).toBe(true);
});

test('a chart alone follows what is chosen in the other windows', async () => {
  const { page } = desk;
  const chart = await openPanel(page, 'Chart');
  const head = chart.getByRole('region', { name: 'Chart' }).getByRole('heading');
  await rows(page, 'Quotes').filter({ hasText: 'SPY' }).click();
  await expect(head).toHaveText('SPY');
  const other = rows(page, 'Quotes').filter({ hasNotText: 'SPY' }).first();
  const symbol = await other.getByRole('gridcell').first().innerText();
  await other.click();
  await expect(head).toHaveText(symbol);
  await expect(chart.getByText(/Looking up/)).toHaveCount(0);
  expect(Object.keys((await windows(page)) as object).sort()).toEqual(['chart', 'orders']);
  await chart.close();
  await expect.poll(() => windows(page)).not.toHaveProperty('chart');
});

test('closing a panel window is not closing the last console, and a locked layout keeps it to be opened again', async () => {
  const { page } = desk;
  await page.bringToFront();
  await page.getByRole('button', { name: 'Lock layout' }).click();
  await orders.close();
  // A window that is opened and closed unlocked is forgotten by then; the locked one stays.
  await page.reload();
  await expect(page.getByRole('region', { name: 'Messages' })).toContainText('Panel windows were open here: Orders.');
  expect(await windows(page)).toHaveProperty('orders');
  await page.getByRole('grid', { name: 'Watchers' }).focus();
  orders = await openPanel(page, 'All that were open: Orders');
  await expect(rows(orders, 'Orders')).toHaveCount(3);
  expect(desk.output()).not.toContain('last console was closed');
});

test('a second window of a session that may only look may only look', async () => {
  const looking = await desk.browser.newPage({ viewport: { width: 1440, height: 900 } });
  await looking.goto(await desk.freshAddress(() => desk.type('read')));
  await expect(looking.getByTestId('scope-band')).toContainText('READ ONLY');
  await looking.getByRole('grid', { name: 'Watchers' }).focus();
  const alone = await openPanel(looking, 'Positions');
  await expect(alone.getByTestId('scope-band')).toContainText('READ ONLY');
  await expect(rows(alone, 'Positions').filter({ hasText: 'SPY' })).toContainText('40 of 40');
  await expect(alone.getByTestId('kill-cluster').getByRole('button', { name: /^KILL/ }).first()).toBeDisabled();
  await looking.context().close();
});

test('KILL in the second window kills', async () => {
  await orders.bringToFront();
  await kill(orders);
  await expect(orders.getByTestId('kill-banner')).toContainText('browser console');
  await expect(engineState(desk.page)).toHaveText('EMERGENCY');
});

test('the panel window goes on when the whole console is closed, and leads back to it', async () => {
  // As the operator closes a tab: closing the page from here would take its whole context along.
  const closed = desk.page.waitForEvent('close');
  await (await desk.page.context().newCDPSession(desk.page)).send('Page.close');
  await closed;
  await expect(engineState(orders)).toHaveText('EMERGENCY');
  const opened = orders.context().waitForEvent('page');
  await orders.getByRole('button', { name: 'Windows', exact: true }).click();
  await orders.getByTestId('windows-dialog').getByRole('button', { name: 'The whole console' }).click();
  desk.page = await opened;
  await expect(rows(desk.page, 'Watchers').first()).toBeVisible();
  await expect(engineState(desk.page)).toHaveText('EMERGENCY');
  expect(desk.output()).not.toContain('last console was closed');
});

test('resetting the layout closes the panel windows and forgets them', async () => {
  const { page } = desk;
  await page.getByRole('button', { name: 'Lock layout' }).click();
  const closed = orders.waitForEvent('close');
  await page.getByRole('button', { name: 'Reset layout' }).click();
  await closed;
  expect(await windows(page)).toEqual({});
});
