import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect, test, type Browser, type Locator, type Page } from '@playwright/test';
import { buildHarness } from '../renderer/harness/build.mjs';
import { serve } from '../renderer/harness/serve.mjs';
import { tabTo } from './operator.ts';
import { chromiumPath } from './place.ts';

/** The ticket alone, on an invented desk whose answers a test may hold back. */
let browser: Browser;
let site: Awaited<ReturnType<typeof serve>>;
const folder = mkdtempSync(join(tmpdir(), 'ticket-harness-'));

test.beforeAll(async () => {
  await buildHarness(folder, { minify: false });
  site = await serve(folder);
  browser = await chromium.launch({ executablePath: chromiumPath() });
});

test.afterAll(async () => {
  await browser.close();
  site.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(size = { width: 1280, height: 720 }): Promise<Page> {
  const page = await browser.newPage({ viewport: size });
  await page.goto(`${site.url}?scene=busy&still`);
  await expect(page.getByRole('grid', { name: 'Watchers' }).locator('[data-key]').first()).toBeVisible();
  return page;
}

/** What the desk was asked, by name; `symbols.search` waits until `answer` is called. */
async function holdSearch(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(`
    const bridge = window.desk, call = bridge.call.bind(bridge);
    window.release = [];
    window.sent = [];
    bridge.call = (name, input) => {
      window.sent.push(name);
      return name === 'symbols.search'
        ? new Promise((resolve) => window.release.push(() => resolve(call(name, input))))
        : call(name, input);
    };`);
  return async () => {
    await expect.poll(() => page.evaluate('window.release.length')).toBeGreaterThan(0);
    await page.evaluate('window.release.splice(0).forEach((go) => go())');
  };
}

const symbol = (page: Page): Locator => page.getByRole('combobox', { name: 'Symbol', exact: true });
const field = (page: Page, name: string): Locator => page.getByRole('textbox', { name, exact: true });
const focused = (page: Page): Locator => page.locator(':focus');

for (const key of ['Enter', 'Tab'])
  test(`${key} before the broker has answered holds: the typed contract is taken, with what was typed meanwhile`, async () => {
    const page = await open();
    await expect(symbol(page)).not.toHaveValue('');
    const answer = await holdSearch(page);
    await page.keyboard.press('n');
    await page.keyboard.type('AIG');
    await page.keyboard.press(key);
    await field(page, 'Trigger price').fill('48.50');
    await expect(page.getByTestId('ticket-guide')).toHaveText('Waits for the broker to name the contract of “AIG”.');
    await expect(symbol(page)).toHaveValue('AIG');
    await answer();
    await expect(page.getByTestId('ticket-quote')).toContainText('48.41');
    await expect(symbol(page)).toHaveValue('AIG');
    await expect(field(page, 'Trigger price')).toHaveValue('48.50');
    await page.close();
  });

test('a symbol that nobody knows is said beside its field, and nothing is armed with the old contract', async () => {
  const page = await open();
  const answer = await holdSearch(page);
  await page.keyboard.press('n');
  await page.keyboard.type('AMZNX');
  await page.keyboard.press('Tab');
  await answer();
  await expect(page.locator('[data-field="symbol"] [role="alert"]')).toHaveText('The broker knows no contract like “AMZNX”.');
  await expect(symbol(page)).toHaveValue('AMZNX');
  await field(page, 'Trigger price').fill('180');
  await field(page, 'Quantity').fill('10');
  await page.keyboard.press('Control+Enter');
  expect(await page.evaluate('window.sent')).not.toContain('trigger.arm');
  await symbol(page).focus();
  await page.keyboard.press('Escape');
  await expect(symbol(page)).not.toHaveValue('AMZNX');
  await page.close();
});

test('a condition on a symbol that was not found is not one on the traded contract', async () => {
  const page = await open();
  await field(page, 'Trigger price').fill('14');
  await field(page, 'Quantity').fill('10');
  await page.getByRole('button', { name: 'Add price condition' }).click();
  const other = page.getByRole('combobox', { name: 'Symbol of the condition' });
  await other.fill('QQQX');
  await page.keyboard.press('Tab');
  await field(page, 'Level').fill('100');
  await expect(page.locator('.condition [role="alert"]')).toHaveText('The broker knows no contract like “QQQX”.');
  await expect(page.getByTestId('sentence')).toHaveCount(0);
  await other.fill('');
  await page.keyboard.press('Tab');
  await field(page, 'Level').fill('100');
  await expect(page.getByTestId('sentence')).toBeVisible();
  await page.close();
});

test('a rule that fires at once is armed with two acts of the keyboard, and never with one', async () => {
  const page = await open();
  await holdSearch(page);
  await page.getByRole('radio', { name: 'At or above' }).check({ force: true });
  await field(page, 'Trigger price').fill('10');
  await field(page, 'Quantity').fill('10');
  await expect(page.getByTestId('verdict')).toContainText('Risk approves.');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('checkbox', { name: 'It fires at once, arm it' })).toBeFocused();
  expect(await page.evaluate('window.sent')).not.toContain('trigger.arm');
  await page.keyboard.press('Space');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('grid', { name: 'Watchers' })).toBeFocused();
  expect(await page.evaluate('window.sent')).toContain('trigger.arm');
  await page.close();
});

test('from the price to the quantity are at most five tab stops', async () => {
  const page = await open();
  await field(page, 'Trigger price').focus();
  const quantity = field(page, 'Quantity').and(focused(page));
  let stops = 0;
  while ((await quantity.count()) === 0 && stops < 20) {
    await page.keyboard.press('Tab');
    stops += 1;
  }
  expect(stops).toBeLessThanOrEqual(5);
  await page.close();
});

test('a removed condition leaves the keyboard in the form', async () => {
  const page = await open();
  for (const kind of ['price', 'time', 'group'])
    await page
      .getByRole('button', { name: `Add ${kind} condition` })
      .first()
      .click();
  for (let left = 3; left > 0; left -= 1) {
    await page.getByRole('button', { name: 'Remove condition' }).first().focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'Remove condition' })).toHaveCount(left - 1);
    expect(await page.evaluate(`document.querySelector('.conditions').contains(document.activeElement)`)).toBe(true);
  }
  await page.close();
});

test('E edits at the price, the button saves, and Escape goes back to the row', async () => {
  const page = await open();
  const row = page.getByRole('grid', { name: 'Watchers' }).locator('[data-key]').filter({ hasText: 'IBM' }).first();
  await row.click();
  const key = await row.getAttribute('data-key');
  await page.keyboard.press('e');
  await expect(field(page, 'Trigger price')).toBeFocused();
  await expect(page.getByRole('button', { name: /^Save Ctrl/ })).toBeVisible();
  await expect(page.getByTestId('blocked')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('grid', { name: 'Watchers' })).toBeFocused();
  await expect(page.getByRole('grid', { name: 'Watchers' }).locator('[data-active="true"]')).toHaveAttribute('data-key', key ?? '');
  await page.keyboard.press('e');
  await expect(page.getByTestId('verdict')).toBeVisible();
  await tabTo(page, page.getByRole('button', { name: 'Leave edit' }), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('grid', { name: 'Watchers' })).toBeFocused();
  await page.close();
});

for (const [width, height] of [
  [1280, 720],
  [1440, 900],
  [1920, 1080],
] as const)
  test(`at ${width}×${height} target and stop stand beside the preview and the button`, async () => {
    const page = await open({ width, height });
    await page.getByRole('radio', { name: 'Limit', exact: true }).check({ force: true });
    await field(page, 'Limit price').fill('+0.02 from ask');
    await field(page, 'Trigger price').fill('14');
    await field(page, 'Quantity').fill('10');
    await field(page, 'Take-profit target').fill('2%');
    await field(page, 'Protective stop').fill('1%');
    await expect(page.getByTestId('verdict')).toBeVisible();
    for (const part of [
      field(page, 'Trigger price'),
      field(page, 'Take-profit target'),
      field(page, 'Protective stop'),
      page.getByTestId('verdict'),
      page.getByRole('button', { name: /^Arm trigger/ }),
    ])
      await expect(part).toBeInViewport({ ratio: 1 });
    await expect(page.getByTestId('sentence')).toBeInViewport({ ratio: 0.9 });
    await page.close();
  });
