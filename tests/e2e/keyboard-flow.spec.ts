import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { expectAccessible } from './accessible.ts';
import { launchDesk, type Desk } from './launch.ts';
import { arm, engineState, holdKey, kill, knownPrice, lastPrice, rows, startEngine, tabTo, type, writeRule } from './operator.ts';
import { CALM, WAVE, waveTape } from './wave-tape.ts';

// One day of an operator without a pointer: each test goes on where the one before it ended.
test.describe.configure({ mode: 'serial' });

let desk: Desk;
let folder: string;
const faults: string[] = [];

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'triggerdesk-wave-'));
  desk = await launchDesk({ args: waveTape(folder) });
  desk.page.on('pageerror', (error) => faults.push(error.message));
  desk.page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
});

test.afterAll(async () => {
  await desk.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the desk starts disarmed, says why its panels are empty, and is started with the keyboard', async () => {
  const { page } = desk;
  await expect(engineState(page)).toHaveText('IDLE');
  await expect(page.getByTestId('account-band')).toContainText('DU1234567');
  await expect(page.getByTestId('account-band')).toContainText(/paper/i);
  await expect(page.getByRole('region', { name: 'Watchers' })).toContainText('No watchers.');
  await expect(page.getByRole('tabpanel', { name: 'Orders' })).toContainText('No orders today.');
  await knownPrice(page, WAVE.symbol);
  await expectAccessible(page, 'an empty desk');
  await startEngine(page);
});

test('a rule far from the market is armed and watched', async () => {
  const { page } = desk;
  await writeRule(page, { symbol: CALM.symbol, test: 'Crosses above', price: '14.20', quantity: '300' });
  await expect(page.getByTestId('sentence')).toContainText("When BAC's last price crosses above 14.20");
  await expect(page.getByTestId('sentence')).toContainText('Now below the level by 0.37');
  await arm(page);
  const watcher = rows(page, 'Watchers').filter({ hasText: CALM.symbol });
  await expect(watcher).toContainText('ARMED');
  await expect(watcher).toContainText('13.83');
  await expect(watcher).toContainText('0.37 · 2.68 %');
  await expect(engineState(page)).toHaveText('SIGNAL_WAIT');
});

test('a bracket is written, judged, armed, fires on the tape and fills', async () => {
  const { page } = desk;
  await writeRule(page, { symbol: WAVE.symbol, test: 'Crosses above', price: '180.30', quantity: '100', target: '185', stop: '175' });
  await expect(page.getByTestId('sentence')).toContainText("When IBM's last price crosses above 180.30");
  await expect(page.getByTestId('sentence')).toContainText('buy 100 at the market');
  await expect(page.getByRole('list', { name: 'Orders it would send' }).getByRole('listitem')).toHaveCount(3);
  await expect(page.getByTestId('verdict')).toContainText(/notional 18\s?\d{3} of 50\s?000/);
  await arm(page);
  const watcher = rows(page, 'Watchers').filter({ hasText: WAVE.symbol });
  await expect(watcher).toContainText('ARMED');
  await expect(watcher).toContainText('FIRED', { timeout: 15_000 });

  const orders = rows(page, 'Orders');
  await expect(orders).toHaveCount(3);
  await expect(orders.nth(0)).toContainText('FILLED');
  await expect(orders.nth(0)).toContainText('BUY 100 IBM MKT');
  await expect(orders.nth(0)).toContainText('100 / 100');
  await expect(orders.nth(1)).toContainText('└ SELL 100 IBM STP 175.00');
  await expect(orders.nth(1)).toContainText('HELD AT IB');
  await expect(orders.nth(2)).toContainText('└ SELL 100 IBM LMT');
  await expect(orders.nth(2)).toContainText('WORKING');
  await expect(engineState(page)).toHaveText('MANAGING');
  await expectAccessible(page, 'a busy desk');
});

test('"Why?" shows the chain from the tick to the fill', async () => {
  const { page } = desk;
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  await expect(page.getByRole('grid', { name: 'Orders' })).toBeFocused();
  await page.keyboard.press('Home');
  await page.keyboard.press('w');
  const why = page.getByTestId('why-dialog');
  await expect(why).toContainText('180.28 → 180.30');
  await expect(why).toContainText('crosses above 180.30');
  await expect(why).toContainText('notional');
  await expect(why).toContainText('100 at 180.');
  await expectAccessible(page, 'the Why? dialog');
  await page.keyboard.press('Escape');
  await expect(why).toBeHidden();
});

test('the position and its protection are shown, and closing it asks first', async () => {
  const { page } = desk;
  await page.keyboard.press('2');
  const position = rows(page, 'Positions').filter({ hasText: WAVE.symbol });
  await expect(position).toContainText('100 of 100');
  await expect(position).not.toContainText('UNPROTECTED');
  await tabTo(page, page.getByRole('grid', { name: 'Positions' }));
  await page.keyboard.press('Home');
  await page.keyboard.press('Delete');
  await expect(page.getByTestId('flatten-dialog')).toContainText('SELL 100 IBM');
  await expectAccessible(page, 'a confirmation');
  await page.keyboard.press('Escape');
  await page.keyboard.press('3');
  await expect(rows(page, 'Fills')).toHaveCount(1);
  await page.keyboard.press('1');
});

test('while paused a crossing fires nothing; after resuming the next one does', async () => {
  const { page } = desk;
  await writeRule(page, { symbol: WAVE.symbol, test: 'Crosses below', price: '180.10', quantity: '50' });
  await expect(page.getByTestId('verdict')).toContainText('Risk approves.');
  // The wave has just passed the level upwards: five seconds until it comes down through it again.
  let before = Number.NaN;
  await expect
    .poll(
      async () => {
        const now = await lastPrice(page, WAVE.symbol);
        const rising = before < now && now > 180.12 && now < 180.3;
        before = now;
        return rising;
      },
      { intervals: [50], timeout: 15_000 },
    )
    .toBe(true);
  await arm(page);
  const watcher = rows(page, 'Watchers').filter({ hasText: '↓ 180.10' });
  await expect(watcher).toContainText('ARMED');
  await page.keyboard.press('F5');
  await expect(engineState(page)).toHaveText('PAUSED');
  await expect.poll(() => lastPrice(page, WAVE.symbol), { intervals: [50], timeout: 15_000 }).toBeLessThan(180.1);
  await expect.poll(() => lastPrice(page, WAVE.symbol), { intervals: [50], timeout: 15_000 }).toBeGreaterThan(180.1);
  await expect(watcher).toContainText('the desk is PAUSED; nothing fires');
  await expect(rows(page, 'Orders')).toHaveCount(3);
  await expect(rows(page, 'Orders').nth(1)).toContainText('HELD AT IB');

  await tabTo(page, page.getByRole('button', { name: 'Resume', exact: true }));
  await page.keyboard.press('Enter');
  await expect(engineState(page)).toHaveText('MANAGING');
  await expect(watcher).toContainText('FIRED', { timeout: 15_000 });
  await expect(rows(page, 'Orders').filter({ hasText: 'BUY 50 IBM MKT' })).toContainText('FILLED');
});

test('a short press of the kill key does nothing but say so', async () => {
  const { page } = desk;
  const button = page.getByRole('button', { name: 'KILL F12', exact: true });
  const held = await holdKey(page, 'F12', () => expect(button).toHaveAttribute('data-holding', 'true'));
  expect(held).toBeLessThan(1_500);
  await expect(page.getByRole('status').filter({ hasText: 'KILL: aborted, nothing was sent.' })).toHaveCount(1);
  await expect(button).toHaveAttribute('data-holding', 'false');
  await expect(engineState(page)).toHaveText('MANAGING');
});

test('the kill key held stops the desk, keeps the exits of what is held and tells what it did', async () => {
  const { page } = desk;
  // From inside a field: risk keys know no focus in which they do not work.
  await page.keyboard.press('n');
  await expect(page.getByTestId('F12-counts')).toHaveText('0 entries, keeps 2');
  const held = await kill(page);
  expect(held).toBeGreaterThanOrEqual(1_500);
  const banner = page.getByTestId('kill-banner');
  await expect(banner).toContainText('0 cancels sent, 0 confirmed, 2 protective orders kept');
  await expect(banner).toContainText('Verified: nothing that could raise exposure works');
  await expect(banner).toContainText(/stays open: \d+ IBM, protected \d+ of \d+/);
  await expect(rows(page, 'Orders').filter({ hasText: 'STP 175.00' })).not.toContainText('CANCELLED');
  await expect(rows(page, 'Watchers').filter({ hasText: CALM.symbol })).not.toContainText('ARMED');
  await expectAccessible(page, 'the banner of a kill');
});

test('the second choice takes the exits too', async () => {
  const { page } = desk;
  const banner = page.getByTestId('kill-banner');
  const took = await holdKey(page, 'Shift+F12', () => expect(banner).toContainText('2 cancels sent, 2 confirmed, protective orders too'));
  expect(took).toBeGreaterThanOrEqual(1_500);
  await expect(banner).toContainText('Verified: nothing works');
  await expect(banner).toContainText('not protected');
  await expect(rows(page, 'Orders').filter({ hasText: 'STP 175.00' })).toContainText('CANCELLED');
});

test('the way back is to acknowledge, to ask and to type the words; nothing is armed then', async () => {
  const { page } = desk;
  await type(page, 'Reason of the kill', 'end-to-end test');
  await page.keyboard.press('Enter');
  await expect(engineState(page)).toHaveText('STOPPED');
  await tabTo(page, page.getByRole('button', { name: 'Re-arm…' }));
  await page.keyboard.press('Enter');
  const phrase = await page.getByTestId('rearm-phrase').innerText();
  expect(phrase).toContain('DU1234567');
  await type(page, 'Re-arm phrase', phrase.slice(0, -1));
  await page.keyboard.press('Enter');
  await expect(engineState(page)).toHaveText('STOPPED');
  await type(page, 'Re-arm phrase', phrase);
  await page.keyboard.press('Enter');
  await expect(engineState(page)).toHaveText('IDLE');
  await expect(page.getByTestId('kill-banner')).toBeHidden();
  await expect(rows(page, 'Watchers').filter({ hasText: /\bARMED/ })).toHaveCount(0);
  await expect(rows(page, 'Watchers').filter({ hasText: CALM.symbol })).toContainText('DRAFT');
});

test('shortcuts and settings open and close without a pointer', async () => {
  const { page } = desk;
  await page.keyboard.press('g');
  await page.keyboard.press('w');
  await expect(page.getByRole('grid', { name: 'Watchers' })).toBeFocused();
  await page.keyboard.press('?');
  const sheet = page.getByTestId('cheat-sheet');
  await expect(sheet).toContainText('Hold 1.5 s: KILL');
  await expectAccessible(page, 'the cheat sheet');
  await page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();
  await tabTo(page, page.getByRole('button', { name: 'Settings', exact: true }), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('settings-dialog')).toBeVisible();
  await expectAccessible(page, 'the settings');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('settings-dialog')).toBeHidden();
});

test('the page met no fault in all that', () => {
  expect(faults).toEqual([]);
});
