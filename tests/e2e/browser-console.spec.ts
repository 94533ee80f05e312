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

test('without a token there is no session, and the page says where to find one', async () => {
  const other = await desk.browser.newPage();
  await other.goto(new URL('/', desk.url).href);
  await expect(other.getByTestId('link-banner')).toContainText('Open the address that the desk printed');
  await expect(engineState(other)).not.toHaveText('IDLE');
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
