import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect, test, type Browser, type Page } from '@playwright/test';
import { buildHarness } from '../renderer/harness/build.mjs';
import { serve } from '../renderer/harness/serve.mjs';
import { rows } from './operator.ts';
import { chromiumPath } from './place.ts';

// What a hand does at the console, over an invented desk that writes down what it is asked.

let browser: Browser;
let folder: string;
let server: Awaited<ReturnType<typeof serve>>;

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'triggerdesk-hands-'));
  await buildHarness(folder);
  server = await serve(folder);
  browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox', '--disable-background-networking'] });
});

test.afterAll(async () => {
  await browser.close();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(viewport = { width: 1440, height: 900 }): Promise<Page> {
  const context = await browser.newContext({ viewport, reducedMotion: 'reduce' });
  const page = await context.newPage();
  // Each tone that the page plays, in Hz.
  await page.addInitScript(`
    window.tones = [];
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (at) { window.tones.push(this.frequency.value); return start.call(this, at); };
  `);
  await page.goto(`${server.url}?scene=busy&still`);
  await expect(rows(page, 'Watchers').first()).toBeVisible();
  return page;
}

interface Call {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What the desk was asked so far of this name. */
async function asked(page: Page, name: string): Promise<readonly Call['input'][]> {
  const calls = await page.evaluate<readonly Call[]>('fakeDesk.calls');
  return calls.filter((call) => call.name === name).map(({ input }) => input);
}

interface Watcher {
  readonly id: string;
  readonly name: string;
  readonly symbol: string;
  readonly life: string;
  readonly version: number;
}

const watchers = (page: Page): Promise<readonly Watcher[]> => page.evaluate<readonly Watcher[]>(`fakeDesk.tables.rows('watchers')`);

/** Whether the keyboard stands in this table. */
const keyboardIn = (page: Page, table: string): Promise<boolean> =>
  page.evaluate<boolean>(`document.activeElement?.closest('[role="grid"]')?.getAttribute('aria-label') === ${JSON.stringify(table)}`);

test('the keyboard stays in the table when the row whose button had it vanishes, and the next key moves there', async () => {
  const page = await open();
  const row = rows(page, 'Watchers').nth(2);
  await row.click();
  const key = (await row.getAttribute('data-key')) ?? '';
  await row.getByRole('button', { name: /^Edit / }).focus();
  await page.evaluate(`fakeDesk.tables.remove('watchers', ${JSON.stringify(key)}); fakeDesk.flush();`);
  await expect(page.locator(`[data-key="${key}"]`)).toHaveCount(0);
  await expect.poll(() => keyboardIn(page, 'Watchers')).toBe(true);
  await page.keyboard.press('Home');
  await expect(rows(page, 'Watchers').first()).toHaveAttribute('data-active', 'true');
  await page.context().close();
});

test('disarming all of one symbol asks the desk once for each of its rows, in the version that was shown, and for no other', async () => {
  const page = await open();
  // Each row has a version of its own.
  await page.evaluate(
    `fakeDesk.tables.rows('watchers').forEach(({ id }, i) => fakeDesk.tables.patch('watchers', id, { version: 10 + i })); fakeDesk.flush();`,
  );
  const all = (await watchers(page)).filter(({ life }) => life === 'armed' || life === 'paused');
  const symbol = all.find((one) => all.filter((other) => other.symbol === one.symbol).length > 1)?.symbol ?? '';
  const wanted = all.filter((one) => one.symbol === symbol);
  expect(wanted.length).toBeGreaterThan(1);
  await rows(page, 'Watchers').filter({ hasText: symbol }).first().click();
  await page.getByRole('grid', { name: 'Watchers' }).press('Shift+Delete');
  const dialog = page.getByTestId('bulk-dialog');
  await expect(dialog).toContainText(`Disarm ${String(all.length)} watchers?`);
  expect(await asked(page, 'trigger.disarm')).toEqual([]);
  await dialog.getByRole('radio', { name: `All of ${symbol}` }).check();
  await expect(dialog).toContainText(`Disarm ${String(wanted.length)} watchers?`);
  await dialog.getByRole('button', { name: /^Disarm / }).click();
  await expect(dialog).toBeHidden();
  const ids = (await asked(page, 'trigger.disarm')).toSorted((a, b) => String(a['id']).localeCompare(String(b['id'])));
  expect(ids).toEqual(wanted.map(({ id, version }) => ({ id, expectedVersion: version })).toSorted((a, b) => a.id.localeCompare(b.id)));
  await page.context().close();
});

test('what the desk refuses of a bulk act is said by name, the rest is done, and the dialog stays', async () => {
  const page = await open();
  const armed = (await watchers(page)).filter(({ life }) => life === 'armed');
  await rows(page, 'Watchers').first().click();
  await page.getByRole('grid', { name: 'Watchers' }).press('Shift+P');
  const dialog = page.getByTestId('bulk-dialog');
  await page.evaluate(`fakeDesk.refusal = 'It changed meanwhile; look at it again.'`);
  await dialog.getByRole('button', { name: /^Pause / }).click();
  await expect(dialog.getByRole('alert')).toHaveText(/^\S+: It changed meanwhile; look at it again\.$/);
  expect((await asked(page, 'trigger.pause')).length).toBe(armed.length);
  const left = (await watchers(page)).filter(({ life }) => life === 'armed').map(({ name }) => name);
  expect(left).toHaveLength(1);
  await expect(dialog.getByRole('alert')).toContainText(`${left[0] ?? '?'}:`);
  await page.context().close();
});

test('a duplicate is a trigger of its own under a name of its own: the one it was made from is not edited', async () => {
  const page = await open();
  const row = rows(page, 'Watchers').filter({ hasText: 'AIG' }).first();
  await row.click();
  const key = (await row.getAttribute('data-key')) ?? '';
  const from = (await watchers(page)).find(({ id }) => id === key);
  await page.getByRole('grid', { name: 'Watchers' }).press('d');
  await expect(page.getByRole('textbox', { name: 'Trigger price', exact: true })).toBeFocused();
  await expect(page.getByTestId('verdict')).toContainText('Risk approves.');
  await page.keyboard.press('Control+Enter');
  await expect.poll(async () => (await asked(page, 'trigger.arm')).length).toBe(1);
  const [armed] = await asked(page, 'trigger.arm');
  const spec = armed?.['spec'] as { readonly name: string; readonly condition: unknown };
  const source = await page.evaluate<{ readonly name: string; readonly condition: unknown }>(
    `fakeDesk.tables.row('watchers', ${JSON.stringify(key)}).spec`,
  );
  expect(spec.name).not.toBe(from?.name);
  expect((await watchers(page)).filter(({ name }) => name === spec.name)).toHaveLength(1);
  expect(spec.condition).toEqual(source.condition);
  expect(await asked(page, 'trigger.edit')).toEqual([]);
  await page.context().close();
});

/** A fill that IB tells now, or told so many seconds ago, and that the console has noticed: it stands in its line, and what is to sound sounds. */
async function fill(page: Page, id: string, secondsAgo = 0): Promise<void> {
  await page.evaluate(`{
    const [one] = fakeDesk.tables.rows('fills');
    const now = fakeDesk.tables.value('status').exchangeTime;
    fakeDesk.tables.put('fills', { ...one, execId: ${JSON.stringify(id)}, originText: ${JSON.stringify(id)}, at: now - ${String(secondsAgo * 1_000)} });
    fakeDesk.flush();
  }`);
  await expect(page.getByTestId('last-fill')).toContainText(id);
  await drawn(page);
}

/** What was told has been drawn, and what follows from it has happened. */
async function drawn(page: Page): Promise<void> {
  await page.evaluate(`(async () => { for (let i = 0; i < 3; i += 1) await new Promise(requestAnimationFrame); })()`);
}

const tones = (page: Page): Promise<readonly number[]> => page.evaluate<readonly number[]>('window.tones');

/** The settings say whether it is heard. */
async function heard(page: Page, sound: boolean): Promise<void> {
  await page.evaluate(`{
    const { settings } = fakeDesk.tables.value('settings');
    fakeDesk.tables.set('settings', { settings: { ...settings, screen: { ...settings.screen, sound: ${String(sound)} } } });
    fakeDesk.flush();
  }`);
  await rows(page, 'Watchers').first().click();
}

test('a fill is heard once, where the settings say so: not one told again, and not one of a minute ago', async () => {
  const page = await open();
  await heard(page, true);
  expect(await tones(page)).toEqual([]);
  await fill(page, 'new.1');
  expect(await tones(page)).toEqual([880, 880]);
  await page.evaluate(`fakeDesk.tables.patch('fills', 'new.1', { originText: 'told again' }); fakeDesk.flush();`);
  await expect(page.getByTestId('last-fill')).toContainText('told again');
  await drawn(page);
  expect(await tones(page)).toEqual([880, 880]);
  await page.evaluate(
    `{ const now = fakeDesk.tables.value('status').exchangeTime; fakeDesk.tables.set('status', { exchangeTime: now + 60_000 }); fakeDesk.flush(); }`,
  );
  await fill(page, 'new.2', 30);
  // Looked at before the next fill: a tone of this one must not be taken for that of the next.
  expect(await tones(page)).toEqual([880, 880]);
  await fill(page, 'new.3');
  expect(await tones(page)).toEqual([880, 880, 880, 880]);
  await page.context().close();
});

test('nothing is heard where the settings do not say so', async () => {
  const page = await open();
  await heard(page, false);
  await fill(page, 'new.1');
  expect(await tones(page)).toEqual([]);
  await heard(page, true);
  await fill(page, 'new.2');
  expect(await tones(page)).toEqual([880, 880]);
  await page.context().close();
});

/** The desk keeps its answers to changes of orders until `answer`. */
async function holdChanges(page: Page): Promise<void> {
  await page.evaluate(`{
    const real = fakeDesk.call.bind(fakeDesk);
    window.held = [];
    fakeDesk.call = (name, input) => name === 'order.modify' ? new Promise((done) => window.held.push({ input, done })) : real(name, input);
  }`);
}

const changes = (page: Page): Promise<readonly Call['input'][]> =>
  page.evaluate<readonly Call['input'][]>('window.held.map(({ input }) => input)');

/** The desk takes the change that it holds, or refuses it. */
async function answer(page: Page, at: number, refusal?: string): Promise<void> {
  await page.evaluate(`{
    const { input, done } = window.held[${String(at)}];
    const { key, expectedVersion, ...terms } = input;
    const refusal = ${JSON.stringify(refusal ?? null)};
    if (refusal === null) {
      fakeDesk.tables.patch('orders', key, { ...terms, version: expectedVersion + 1 });
      fakeDesk.tables.commitSeq += 1;
      fakeDesk.flush();
      done({ ok: true, value: { seq: fakeDesk.tables.commitSeq } });
    } else done({ ok: false, error: { code: 'conflict', text: refusal } });
  }`);
}

interface Order {
  readonly key: string;
  readonly version: number;
  readonly limit: number;
}

/** The keyboard on a working order with a limit. */
async function onOrder(page: Page): Promise<Order> {
  const order = await page.evaluate<Order>(`fakeDesk.tables.rows('orders').find((one) => one.modifiable && one.limit !== null)`);
  await holdChanges(page);
  await page.locator(`[data-key="${order.key}"]`).first().click();
  await page.getByRole('grid', { name: 'Orders' }).focus();
  return order;
}

const TICK = 10_000;

test('presses of + and − while a change is on its way wait for it and go together, against the version that it made', async () => {
  const page = await open();
  const { key, version, limit } = await onOrder(page);
  for (const press of ['+', '+', '+', '-']) await page.keyboard.press(press);
  await expect.poll(() => changes(page)).toEqual([{ key, expectedVersion: version, limit: limit + TICK }]);
  await answer(page, 0);
  await expect.poll(async () => (await changes(page))[1]).toEqual({ key, expectedVersion: version + 1, limit: limit + 2 * TICK });
  await answer(page, 1);
  await page.keyboard.press('-');
  await expect.poll(async () => (await changes(page))[2]).toEqual({ key, expectedVersion: version + 2, limit: limit + TICK });
  await page.context().close();
});

test('presses that undo each other send nothing more, and a refusal drops what waited', async () => {
  const page = await open();
  const { key, version, limit } = await onOrder(page);
  for (const press of ['+', '+', '-']) await page.keyboard.press(press);
  await expect.poll(async () => (await changes(page)).length).toBe(1);
  await answer(page, 0);
  await expect(rows(page, 'Orders').locator(`[data-key="${key}"] .spin`)).toHaveCount(0);
  for (const press of ['-', '-']) await page.keyboard.press(press);
  await expect.poll(async () => (await changes(page))[1]).toEqual({ key, expectedVersion: version + 1, limit });
  await answer(page, 1, 'IB 105: Order being modified does not match original order.');
  await expect(page.getByText('IB 105: Order being modified')).toBeVisible();
  await page.keyboard.press('+');
  await expect.poll(async () => (await changes(page)).slice(2)).toEqual([{ key, expectedVersion: version + 1, limit: limit + 2 * TICK }]);
  await page.context().close();
});

for (const viewport of [
  { width: 1440, height: 900 },
  { width: 1920, height: 1080 },
])
  test(`at ${String(viewport.width)}×${String(viewport.height)} the ticket shows target and stop whole, with what they mean`, async () => {
    const page = await open(viewport);
    await rows(page, 'Watchers').filter({ hasText: 'AIG' }).first().click();
    await page.getByRole('grid', { name: 'Watchers' }).press('d');
    for (const [label, text] of [
      ['Take-profit target', '2%'],
      ['Protective stop', '1%'],
    ] as const) {
      const field = page.getByRole('textbox', { name: label, exact: true });
      await field.fill(text);
      await expect(field).toHaveValue(text);
      const cut = await page.evaluate<readonly string[]>(`faults.cutField(${JSON.stringify(label)})`);
      expect(cut, label).toEqual([]);
    }
    await page.context().close();
  });
