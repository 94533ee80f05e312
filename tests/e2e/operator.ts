import { expect, type Locator, type Page } from '@playwright/test';

/** What an operator does and sees, in the words of the screen; the same in the window and in the browser. */

export const engineState = (page: Page): Locator => page.getByTestId('engine-state');

/** Rows of a table in their order on the screen, without its head. */
export const rows = (page: Page, table: string): Locator => page.getByRole('grid', { name: table }).locator('[data-key]');

/** Goes on with Tab, or back with Shift+Tab, until `target` has the focus, as somebody without a pointer would. */
export async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const focused = target.and(page.locator(':focus'));
  for (let presses = 0; presses < 120; presses += 1) {
    if ((await focused.count()) === 1) return;
    await page.keyboard.press(key);
  }
  throw new Error(`the Tab key does not lead to ${String(target)}`);
}

/** Like `tabTo`, for radio groups: Tab to the group, then the arrow keys to the choice. */
export async function chooseRadio(page: Page, group: string, choice: string): Promise<void> {
  const radios = page.getByRole('radiogroup', { name: group, exact: true }).getByRole('radio');
  const wanted = page.getByRole('radiogroup', { name: group, exact: true }).getByRole('radio', { name: choice, exact: true });
  await tabTo(page, radios.and(page.locator(':checked')));
  for (let presses = 0; presses < 8; presses += 1) {
    if (await wanted.isChecked()) return;
    await page.keyboard.press('ArrowRight');
  }
  throw new Error(`the arrow keys do not lead to ${choice} of ${group}`);
}

export async function type(page: Page, label: string, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: label, exact: true });
  await tabTo(page, field);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(text);
  await expect(field).toHaveValue(text);
}

export async function startEngine(page: Page): Promise<void> {
  await expect(engineState(page)).toHaveText('IDLE');
  await tabTo(page, page.getByRole('button', { name: 'Start', exact: true }));
  await page.keyboard.press('Enter');
  await expect(engineState(page)).toHaveText('SCANNING');
}

export interface Rule {
  readonly symbol: string;
  readonly test: 'Crosses above' | 'Crosses below' | 'At or above' | 'At or below';
  readonly price: string;
  readonly side?: 'Buy' | 'Sell';
  readonly quantity: string;
  readonly target?: string;
  readonly stop?: string;
}

/** Fills the ticket with the keyboard alone; the figures are typed in the order in which the Tab key reaches them. */
export async function writeRule(page: Page, rule: Rule): Promise<void> {
  const symbol = page.getByRole('combobox', { name: 'Symbol', exact: true });
  await page.keyboard.press('n');
  await expect(symbol).toBeFocused();
  await page.keyboard.type(rule.symbol);
  await expect(page.getByRole('option', { name: rule.symbol }).first()).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(symbol).toHaveValue(rule.symbol);
  await chooseRadio(page, 'Test', rule.test);
  await type(page, 'Trigger price', rule.price);
  await chooseRadio(page, 'Side', rule.side ?? 'Buy');
  await type(page, 'Quantity', rule.quantity);
  if (rule.target !== undefined) await type(page, 'Take-profit target', rule.target);
  if (rule.stop !== undefined) await type(page, 'Protective stop', rule.stop);
}

/**
 * Arms what the ticket holds, and waits until the keyboard has left the form: the orders may have filled before, and a key
 * pressed that early is typed into a field. The name on the screen says which watcher it became. What the desk asks for besides is
 * confirmed; beside its level a rule turns true and untrue again, and each time it is read anew.
 */
export async function arm(page: Page): Promise<void> {
  await expect(page.getByTestId('verdict')).toContainText('Risk approves.');
  const need = page.getByTestId('needs').getByRole('checkbox').and(page.locator(':focus'));
  await expect(async () => {
    await page.keyboard.press('ControlOrMeta+Enter');
    if ((await need.count()) === 1) {
      await page.keyboard.press('Space');
      await page.keyboard.press('ControlOrMeta+Enter');
    }
    await expect(page.getByRole('grid', { name: 'Watchers' })).toBeFocused({ timeout: 1_500 });
  }).toPass({ timeout: 20_000 });
}

/** Holds a key, `Shift+F12` with its Shift, until `done` holds; how long it was down, in ms. */
export async function holdKey(page: Page, keys: string, done: () => Promise<void>): Promise<number> {
  const pressed = keys.split('+');
  const began = performance.now();
  for (const key of pressed) await page.keyboard.down(key);
  await done();
  const held = performance.now() - began;
  for (const key of pressed.toReversed()) await page.keyboard.up(key);
  return held;
}

export async function kill(page: Page): Promise<number> {
  return holdKey(page, 'F12', () => expect(engineState(page)).toHaveText('EMERGENCY'));
}

/** The last price of the symbol once there is one. */
export async function knownPrice(page: Page, symbol: string): Promise<number> {
  let price = Number.NaN;
  await expect
    .poll(async () => {
      price = await lastPrice(page, symbol);
      return price;
    })
    .toBeGreaterThan(0);
  return price;
}

/** The last price of the symbol in the quotes panel, as a number; NaN while it is not known. */
export async function lastPrice(page: Page, symbol: string): Promise<number> {
  const row = rows(page, 'Quotes').filter({ has: page.getByRole('gridcell', { name: symbol, exact: true }) });
  const text = await row.getByRole('gridcell').nth(3).innerText();
  return Number(text.replace(/\s/g, ''));
}
