import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect, test, type Browser, type Page } from '@playwright/test';
import { buildHarness } from '../renderer/harness/build.mjs';
import { serve } from '../renderer/harness/serve.mjs';
import { expectAccessible } from './accessible.ts';
import { rows } from './operator.ts';
import { chromiumPath } from './place.ts';

// The console over an invented desk, so that each moment of a day is one address: what fits, what is cut, what lies over what.

const SIZES = [
  { width: 1280, height: 720 },
  { width: 1440, height: 900 },
  { width: 1920, height: 1080 },
] as const;

const SCENES = ['busy', 'kill', 'standing', 'unknown', 'many'] as const;
const TABS = ['Orders', 'Positions', 'Fills', 'P&L', 'System'] as const;

let browser: Browser;
let folder: string;
let server: Awaited<ReturnType<typeof serve>>;

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'triggerdesk-layout-'));
  await buildHarness(folder);
  server = await serve(folder);
  browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox', '--disable-background-networking'] });
});

test.afterAll(async () => {
  await browser.close();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(scene: string, viewport: { readonly width: number; readonly height: number }): Promise<Page> {
  // Axe is put into the page, which the page's own policy forbids.
  const context = await browser.newContext({ viewport, bypassCSP: true, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(`${server.url}?scene=${scene}&still`);
  await expect(rows(page, 'Watchers').first()).toBeVisible();
  return page;
}

/** What the page finds wrong with its own picture. */
function ask(page: Page, what: 'hiddenActions' | 'overprints' | 'cutInHeader'): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(`faults.${what}()`);
}

for (const size of SIZES) {
  const name = `${String(size.width)}×${String(size.height)}`;

  for (const scene of SCENES) {
    test(`at ${name} nothing of the scene "${scene}" is cut or overprinted`, async () => {
      const page = await open(scene, size);
      for (const tab of TABS) {
        await page.getByRole('tab', { name: tab }).click();
        await expect(page.getByRole('tabpanel', { name: tab })).toBeVisible();
        expect(await ask(page, 'hiddenActions'), `${tab}: acts of a row that cannot be reached`).toEqual([]);
        expect(await ask(page, 'overprints'), `${tab}: texts over each other`).toEqual([]);
      }
      await page.context().close();
    });
  }

  test(`at ${name} every lamp is in sight, and no figure of the header is cut`, async () => {
    for (const scene of [...SCENES, 'live', 'error'] as const) {
      const page = await open(scene, size);
      expect(await ask(page, 'cutInHeader'), scene).toEqual([]);
      await page.context().close();
    }
  });

  test(`at ${name} a row says why it holds, and whose order it is`, async () => {
    const page = await open('busy', size);
    await expect(rows(page, 'Watchers').filter({ hasText: 'HOLDING' })).toContainText('quote is old');
    await expect(rows(page, 'Orders').filter({ hasText: 'BUY 50 SPY' })).toContainText('FOREIGN');
    await page.context().close();
  });

  test(`at ${name} axe finds nothing in the console, its tabs and its dialogs`, async () => {
    const page = await open('busy', size);
    for (const tab of TABS) {
      await page.getByRole('tab', { name: tab }).click();
      await expectAccessible(page, `${tab} at ${name}`);
    }
    for (const [key, dialog] of [
      ['?', 'cheat-sheet'],
      [',', 'settings-dialog'],
    ] as const) {
      await page.keyboard.press(key);
      await expect(page.getByTestId(dialog)).toBeVisible();
      await expectAccessible(page, `${dialog} at ${name}`);
      await page.keyboard.press('Escape');
      await expect(page.getByTestId(dialog)).toBeHidden();
    }
    await page.keyboard.press('6');
    await page.keyboard.press('Shift+Delete');
    await expect(page.getByTestId('bulk-dialog')).toBeVisible();
    await expectAccessible(page, `disarming several at ${name}`);
    await page.context().close();
  });
}

test('a refusal moves no row, stands once, and is gone when its row has changed', async () => {
  const page = await open('busy', SIZES[1]);
  const first = rows(page, 'Watchers').filter({ hasText: '13.84' });
  const before = await first.boundingBox();
  // The desk refuses a version that is not the newest: somebody else was faster.
  await page.evaluate(`fakeDesk.refusal = 'It changed meanwhile; look at it again.'`);
  await first.click();
  await page.getByRole('grid', { name: 'Watchers' }).press('p');
  const notice = page.getByRole('alert').filter({ hasText: 'It changed meanwhile' });
  await expect(notice).toHaveCount(1);
  await expect(page.getByText('It changed meanwhile')).toHaveCount(1);
  expect(await first.boundingBox()).toEqual(before);
  await page.getByRole('grid', { name: 'Watchers' }).press('p');
  await expect(first).toContainText('PAUSED');
  await expect(notice).toHaveCount(0);
  await page.context().close();
});

test('a banner takes its room from the chart: the rows of watchers and orders stay where they are', async () => {
  const page = await open('busy', SIZES[1]);
  const places = async (): Promise<readonly (number | undefined)[]> => [
    (await rows(page, 'Watchers').first().boundingBox())?.y,
    (await rows(page, 'Orders').first().boundingBox())?.y,
  ];
  const before = await places();
  await page.evaluate(`fakeDesk.tables.set('status', { problem: { code: 'port-closed', text: 'Nothing listens at 127.0.0.1:7497.' } })`);
  await expect(page.getByTestId('problem-banner')).toBeVisible();
  await expect.poll(places).toEqual(before);
  await page.context().close();
});
