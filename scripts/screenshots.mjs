// node scripts/run.mjs --build scripts/screenshots.mjs
// Drives the daemon with the embedded simulator into a busy day and writes resources/screenshots/*.png, the pictures of the README.
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { launchDaemon } from '../tests/e2e/daemon-launch.ts';
import { arm, chooseRadio, engineState, kill, knownPrice, rows, startEngine, type, writeRule } from '../tests/e2e/operator.ts';
import { ensureChromium } from './lib/chromium.mjs';
import { ROOT } from './lib/node.mjs';
import { Failure, main, note, step } from './lib/say.mjs';
import { smallPng } from './lib/small-png.mjs';

const OUT = join(ROOT, 'resources/screenshots');
const MOST_BYTES = 250_000;

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {Parameters<typeof writeRule>[1] & { window?: string, limit?: string, tif?: string }} Wish */

/** @param {Page} page @param {Wish} wish */
async function write(page, wish) {
  await writeRule(page, wish);
  if (wish.limit !== undefined) {
    await chooseRadio(page, 'Order type', 'Limit');
    await type(page, 'Limit price', wish.limit);
  }
  if (wish.tif !== undefined) await chooseRadio(page, 'Time in force', wish.tif);
  if (wish.window !== undefined) await type(page, 'Only between, New York time', wish.window);
}

/** A rule `away` from the market. @param {Page} page @param {Omit<Wish, 'price'> & { away: number }} wish @returns {Promise<Wish>} */
async function fromMarket(page, { away, ...wish }) {
  return { ...wish, price: ((await knownPrice(page, wish.symbol)) + away).toFixed(2) };
}

/** @param {Page} page */
async function busyDay(page) {
  /** @param {Omit<Wish, 'price'> & { away: number }} wish */
  const watch = async (wish) => {
    await write(page, await fromMarket(page, wish));
    await arm(page);
    await expect(page.getByText(`${wish.symbol}-1 is armed.`)).toBeVisible();
  };
  await startEngine(page);
  await watch({ symbol: 'SPY', test: 'At or above', away: -2, quantity: '60', target: '1.5%', stop: '0.8%' });
  await watch({ symbol: 'MSFT', test: 'At or below', away: 2, side: 'Sell', quantity: '45', target: '2%', stop: '1%' });
  await watch({ symbol: 'AMZN', test: 'At or above', away: -2, quantity: '120', limit: '-0.90' });
  await watch({
    symbol: 'AAPL',
    test: 'Crosses above',
    away: 0.45,
    quantity: '100',
    target: '1.5%',
    stop: '0.5%',
    window: '09:45 - 15:30',
  });
  await watch({ symbol: 'NVDA', test: 'Crosses below', away: -0.12, side: 'Sell', quantity: '150', target: '2%', stop: '1%' });
  await watch({ symbol: 'TSLA', test: 'Crosses above', away: 0.6, quantity: '40', limit: '+0.05' });
  await watch({ symbol: 'BAC', test: 'At or below', away: -0.1, quantity: '800', stop: '1%', tif: 'GTC' });
  // The keyboard goes to the row that was armed, once that is there.
  await expect(page.getByRole('grid', { name: 'Watchers' })).toBeFocused();
  await expect(rows(page, 'Watchers').filter({ hasText: 'BAC' })).toHaveAttribute('data-active', 'true');
  await page.keyboard.press('p');
  await expect(rows(page, 'Watchers').filter({ hasText: 'BAC' })).toContainText('PAUSED');
  await expect(
    rows(page, 'Positions')
      .or(rows(page, 'Orders').filter({ hasText: 'FILLED' }))
      .first(),
  ).toBeVisible();
}

/** Sizes of the panels, as the console keeps them; undefined for its own. @param {Page} page @param {Record<string, number> | undefined} sizes */
async function layout(page, sizes) {
  const kept = JSON.stringify(sizes === undefined ? null : { layout: sizes, locked: false });
  await page.evaluate(`localStorage.setItem('triggerdesk.layout', ${JSON.stringify(kept)})`);
  await page.reload();
  await expect(rows(page, 'Watchers').first()).toBeVisible();
}

/** @typedef {(name: string, part?: import('@playwright/test').Locator) => Promise<void>} Shoot */

/** Takes a picture of the page or of a part of it. @param {Page} page @returns {Shoot} */
function camera(page) {
  return async (name, part) => {
    const picture = smallPng(await (part ?? page).screenshot());
    writeFileSync(join(OUT, `${name}.png`), picture);
    note(`${name}, ${Math.round(picture.length / 1024)} kB`);
  };
}

/** @param {Page} page @param {string} label */
function tab(page, label) {
  return page.getByRole('tab', { name: label }).click();
}

/** @param {Page} page */
async function openBusyDesk(page) {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await expect(engineState(page)).toHaveText('IDLE');
  step('Arming a day of triggers');
  await busyDay(page);

  step('Letting the market go on until 09:33');
  await expect(page.getByTestId('exchange-clock')).toContainText(/09:3[3-9]|09:[45]|1\d:/, { timeout: 300_000 });
  await rows(page, 'Watchers').filter({ hasText: 'AAPL' }).click();
  await expect(page.getByRole('region', { name: 'Chart' })).toContainText('AAPL');
  await write(
    page,
    await fromMarket(page, { symbol: 'IBM', test: 'Crosses below', away: -0.6, side: 'Sell', quantity: '100', target: '2%', stop: '1%' }),
  );
  await expect(page.getByTestId('verdict')).toContainText('Risk approves.');
  await page.mouse.move(700, 20);
}

/** @param {Page} page @param {Shoot} shoot */
async function shootPanels(page, shoot) {
  const blotter = page.getByRole('region', { name: 'Blotter' });
  await shoot('main');
  await shoot('ticket', page.getByRole('region', { name: 'New trigger' }));
  await shoot('watchers', page.getByRole('region', { name: 'Watchers' }));
  await shoot('orders', blotter);
  await page.keyboard.press('Escape');
  await rows(page, 'Watchers').filter({ hasText: 'AAPL' }).click();
  await expect(page.getByRole('region', { name: 'Chart' })).toContainText('AAPL');
  await shoot('chart', page.getByRole('region', { name: 'Chart' }));
  for (const [name, label] of /** @type {const} */ ([
    ['positions', 'Positions'],
    ['fills', 'Fills'],
    ['pnl', 'P&L'],
  ])) {
    await tab(page, label);
    await shoot(name, blotter);
  }
  // The technical panels need more room than a trader gives them.
  await layout(page, { left: 318, right: 306, chart: 120, bottom: 480, quotes: 252 });
  await tab(page, 'System');
  await expect(page.getByRole('tabpanel', { name: 'System' })).toContainText('Worker pool');
  await shoot('system', blotter);
  await layout(page, undefined);
  await tab(page, 'Orders');
  await tab(page, 'Log');
  await expect(rows(page, 'Log').first()).toBeVisible();
  await shoot('log', page.getByRole('region', { name: 'Alarms and log' }));
}

/** @param {Page} page @param {Shoot} shoot */
async function shootDialogs(page, shoot) {
  await rows(page, 'Orders').filter({ hasText: 'FILLED' }).first().dblclick();
  await expect(page.getByTestId('why-dialog')).toContainText('seq');
  await shoot('why');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await expect(page.getByTestId('cheat-sheet')).toBeVisible();
  await shoot('shortcuts');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await expect(page.getByTestId('settings-dialog')).toBeVisible();
  // The picture shows any machine: the folder of this run is nobody's.
  await page.getByTestId('settings-dialog').evaluate((dialog) => {
    for (const code of dialog.querySelectorAll('code, .mono'))
      code.textContent = (code.textContent ?? '').replace(/\/.*\/(?=settings\.json)/, '…/');
  });
  await shoot('settings');
  await page.keyboard.press('Escape');
}

await main(async () => {
  process.env['TRIGGERDESK_CHROMIUM'] ??= await ensureChromium();
  mkdirSync(OUT, { recursive: true });
  step('Starting the daemon with the simulator');
  const desk = await launchDaemon();
  const { page } = desk;
  const shoot = camera(page);
  try {
    await openBusyDesk(page);
    step('Taking the pictures');
    await shootPanels(page, shoot);
    await shootDialogs(page, shoot);
    await tab(page, 'Alarms');
    await kill(page);
    await expect(page.getByTestId('kill-banner')).toContainText('Verified');
    await shoot('kill');
  } catch (error) {
    await page.screenshot({ path: join(ROOT, 'test-results/screenshots-failed.png') });
    note(`what was on the screen then: test-results/screenshots-failed.png; the daemon said:\n${desk.output()}`);
    throw error;
  } finally {
    await desk.close();
  }
  const large = readdirSync(OUT).filter((name) => statSync(join(OUT, name)).size > MOST_BYTES);
  if (large.length > 0) throw new Failure(`Too large for a README: ${large.join(', ')}.`, 'take less of the window into these pictures.');
  return 0;
});
