import { request as ask } from 'node:http';
import { expect, test } from '@playwright/test';
import { expectAccessible } from './accessible.ts';
import { launchDaemon, type DaemonDesk } from './daemon-launch.ts';
import { arm, engineState, holdKey, kill, knownPrice, rows, startEngine, type, writeRule } from './operator.ts';

// The same desk without Electron, on the demo tape that the program brings along: one sitting in a browser, in order.
test.describe.configure({ mode: 'serial' });

let desk: DaemonDesk;
const faults: string[] = [];

test.beforeAll(async () => {
  desk = await launchDaemon();
  desk.page.on('pageerror', (error) => faults.push(error.message));
  desk.page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
});

test.afterAll(() => desk.close());

/** The status that a program gets which chooses its own headers, as no page can. */
function knock(path: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const { hostname, port } = new URL(desk.url);
  return new Promise((resolve, reject) => {
    const asked = ask({ hostname, port, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.once('error', reject);
    asked.end();
  });
}

test('the address opens the console, once', async () => {
  await expect(engineState(desk.page)).toHaveText('IDLE');
  await expect(desk.page.getByTestId('account-band')).toContainText('DU1234567');
  const second = await desk.browser.newPage();
  const answer = await second.goto(desk.url);
  expect(answer?.status()).toBe(401);
  await expect(second.locator('body')).toContainText('This address was used already or is wrong.');
  await second.close();
  // The page keeps its session and not the used address, so that it can be loaded anew.
  expect(desk.page.url()).toBe(new URL('/', desk.url).href);
  await desk.page.reload();
  await expect(engineState(desk.page)).toHaveText('IDLE');
});

test('a page without a session shows that it has none, how to get one, and nothing else', async () => {
  const other = await desk.browser.newPage();
  await other.goto(new URL('/', desk.url).href);
  await expect(other.getByTestId('no-session')).toContainText('This page has no session');
  await expect(other.getByTestId('no-session')).toContainText('press Enter');
  await expect(other.getByText('No orders today')).toHaveCount(0);
  await expect(other.getByText('No alarms')).toHaveCount(0);
  await expect(other.getByRole('grid')).toHaveCount(0);
  await expect(other.getByRole('button')).toHaveCount(0);
  await expect(engineState(other)).toHaveCount(0);
  await expectAccessible(other, 'a page without a session');
  await other.close();
});

test('requests under another name or of another page are refused', async () => {
  const { host, port } = new URL(desk.url);
  expect(await knock('/', { host })).toBe(200);
  expect(await knock('/', { host: `rebound.example:${port}` })).toBe(421);
  expect(await knock('/', { host, origin: 'https://example.invalid' })).toBe(403);
  expect(await knock('/', { host, 'sec-fetch-site': 'cross-site' })).toBe(403);
  expect(await knock('/?token=guess', { host })).toBe(401);
});

test('a trigger is armed, fires on the demo tape and fills', async () => {
  const { page } = desk;
  await startEngine(page);
  const price = (await knownPrice(page, 'SPY')) + 2;
  await writeRule(page, { symbol: 'SPY', test: 'At or below', price: price.toFixed(2), quantity: '40', target: '2%', stop: '1%' });
  await expect(page.getByTestId('sentence')).toContainText("When SPY's last price is at or below");
  await page.getByRole('checkbox', { name: 'It fires at once, arm it' }).check();
  await arm(page);
  await expect(rows(page, 'Watchers').filter({ hasText: 'SPY' })).toContainText('FIRED');
  const orders = rows(page, 'Orders');
  await expect(orders).toHaveCount(3);
  await expect(orders.nth(0)).toContainText('FILLED');
  await expect(orders.nth(0)).toContainText('40 / 40');
  await page.keyboard.press('2');
  await expect(rows(page, 'Positions').filter({ hasText: 'SPY' })).toContainText('40 of 40');
  await page.keyboard.press('1');
  await expectAccessible(page, 'the console in a browser');
});

test('a second console is open at the same time, opened by an address that Enter prints', async () => {
  const second = await desk.browser.newPage({ viewport: { width: 1440, height: 900 } });
  await second.goto(await desk.freshAddress(() => desk.type('')));
  await expect(engineState(second)).toHaveText('MANAGING');
  await expect(rows(second, 'Orders')).toHaveCount(3);
  await expect(engineState(desk.page)).toHaveText('MANAGING');
  await second.getByRole('button', { name: 'Pause F5' }).click();
  await expect(engineState(desk.page)).toHaveText('PAUSED');
  await desk.page.getByRole('button', { name: 'Resume', exact: true }).click();
  await expect(engineState(second)).toHaveText('MANAGING');
  await second.close();
});

test('a console that may only look says so, and its buttons do not pretend', async () => {
  const looking = await desk.browser.newPage({ viewport: { width: 1440, height: 900 } });
  await looking.goto(await desk.freshAddress(() => desk.type('read')));
  await expect(looking.getByTestId('scope-band')).toContainText('READ ONLY');
  await expect(rows(looking, 'Orders')).toHaveCount(3);
  for (const name of ['KILL F12', 'Cancel all F7', 'Pause F5']) await expect(looking.getByRole('button', { name })).toBeDisabled();
  await expect(looking.getByRole('combobox', { name: 'Symbol', exact: true })).toBeDisabled();
  await expect(looking.getByRole('group', { name: 'This console is read only' }).first()).toBeAttached();
  await looking.keyboard.press('F5');
  await expect(looking.getByText('This console is read only').first()).toBeVisible();
  await expect(engineState(desk.page)).toHaveText('MANAGING');
  await expectAccessible(looking, 'a console that may only look');
  await looking.getByRole('button', { name: 'Settings' }).click();
  await expect(looking.getByTestId('settings-dialog').getByRole('button', { name: 'Save' })).toBeDisabled();
  await expect(looking.getByRole('region', { name: 'Sessions' })).toHaveCount(0);

  const { page } = desk;
  await page.getByRole('button', { name: 'Settings' }).click();
  const sessions = page.getByRole('region', { name: 'Sessions' });
  const last = sessions.getByRole('listitem').last();
  await expect(last).toContainText('read only');
  await last.getByRole('button', { name: /^Revoke session/ }).click();
  await expect(looking.getByTestId('no-session')).toContainText('was ended');
  await expect(looking.getByRole('grid')).toHaveCount(0);
  await expect(sessions.getByText('read only')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await looking.close();
});

test('a limit is raised from a browser with a word at the terminal alone', async () => {
  const { page } = desk;
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('textbox', { name: 'Largest order, shares' }).fill('2000');
  await page.getByRole('button', { name: 'Save: loosens limits…' }).click();
  const hold = page.getByRole('button', { name: 'Hold: loosen the limits' });
  await hold.hover();
  await page.mouse.down();
  const asked = page.getByTestId('settings-dialog').getByRole('alert');
  await expect(asked).toContainText('Confirm at the terminal to loosen maxOrderShares from 1000 to 2000: type yes');
  await page.mouse.up();
  const code = /yes (\d{4})/.exec(await asked.innerText())?.[1] ?? '';
  expect(desk.output()).not.toContain(code);
  expect(desk.output()).toContain('browser console 1 asks to loosen maxOrderShares from 1000 to 2000.');
  desk.type(`yes ${code}`);
  await expect.poll(() => desk.output()).toContain('Done: loosen maxOrderShares from 1000 to 2000.');
  await page.keyboard.press('Escape');
});

test('kill and the way back work as in the window', async () => {
  const { page } = desk;
  await kill(page);
  const banner = page.getByTestId('kill-banner');
  await expect(banner).toContainText('browser console');
  await expect(banner).toContainText('0 cancels sent, 0 confirmed, 2 protective orders kept');
  await expect(banner).toContainText('Verified');
  await expect(banner).toContainText('stays open: 40 SPY, protected 40 of 40');
  await type(page, 'Reason of the kill', 'browser test');
  await page.keyboard.press('Enter');
  await expect(engineState(page)).toHaveText('STOPPED');
});

test('the desk is re-armed from a browser with a word at the terminal alone', async () => {
  const { page } = desk;
  await page.getByRole('button', { name: 'Re-arm…' }).click();
  const phrase = await page.getByTestId('rearm-phrase').innerText();
  await page.getByRole('textbox', { name: 'Re-arm phrase' }).fill(phrase);
  await page.getByRole('button', { name: 'Re-arm', exact: true }).click();
  const asked = page.getByTestId('kill-banner').getByText('Confirm at the terminal');
  await expect(asked).toBeVisible();
  await expect(engineState(page)).toHaveText('STOPPED');
  desk.type(`yes ${/yes (\d{4})/.exec(await asked.innerText())?.[1] ?? ''}`);
  await expect(engineState(page)).toHaveText('IDLE');
  await expect.poll(() => desk.output()).toContain('Done: re-arm after the kill.');
});

test('the last tab is closed while armed: an address in the terminal, an alarm in the log', async () => {
  const { page } = desk;
  await startEngine(page);
  const price = (await knownPrice(page, 'SPY')) - 40;
  await writeRule(page, { symbol: 'SPY', test: 'At or below', price: price.toFixed(2), quantity: '10', target: '2%', stop: '1%' });
  await arm(page);
  await expect(rows(page, 'Watchers').filter({ hasText: 'ARMED' })).toHaveCount(1);
  const address = await desk.freshAddress(() => void page.close());
  expect(desk.output()).toContain('ALARM: the last console was closed while the desk is ARMED; the desk goes on.');
  const again = await desk.browser.newPage({ viewport: { width: 1440, height: 900 } });
  await again.goto(address);
  await expect(rows(again, 'Watchers').filter({ hasText: 'ARMED' })).toHaveCount(1);
  await expect(again.getByRole('list', { name: 'Alarms' })).toContainText('The last console was closed while the desk is armed');
  // Without a terminal, a signal does what Enter does.
  const third = await desk.browser.newPage();
  await third.goto(await desk.freshAddress(() => desk.signal('SIGUSR2')));
  await expect(engineState(third)).not.toHaveText('—');
  desk.page = again;
});

test('a kill held while the desk stands still waits, says so, and is carried out when it wakes', async () => {
  const { page } = desk;
  const banner = page.getByTestId('link-banner');
  desk.freeze();
  try {
    await expect(banner).toContainText('The desk does not answer.', { timeout: 20_000 });
    await expect(banner).not.toContainText('cannot be sent');
    await holdKey(page, 'F12', () =>
      expect(banner).toContainText('KILL waits: the desk does not answer; it is carried out when it wakes.'),
    );
  } finally {
    desk.thaw();
  }
  await expect(engineState(page)).toHaveText('EMERGENCY', { timeout: 20_000 });
  await expect(banner).toHaveCount(0);
});

test('the page met no fault in all that', () => {
  expect(faults).toEqual([]);
});

test('SIGTERM stops it in order, and the page says that what it shows is old', async () => {
  expect(await desk.stop('SIGTERM')).toBe(0);
  expect(desk.output()).toContain('Stopped.');
  await expect(desk.page.getByTestId('link-banner')).toContainText('Connection to the desk lost.');
});
