import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { environment, launchDesk, programArguments, type Desk } from './launch.ts';
import { arm, engineState, rows, startEngine, tabTo, type, writeRule } from './operator.ts';
import { root, within } from './place.ts';
import { CALM, waveTape } from './wave-tape.ts';

// Everything of the program that is not the page: second instance, crash, quit, tray, menu, shortcuts, restart. In order.
test.describe.configure({ mode: 'serial' });

interface Shell {
  readonly shortcuts: Record<string, () => void>;
  readonly trayMenu: { getMenuItemById(id: string): { readonly click: () => void } | null };
  readonly tooltip: string;
}

const TAKEN = 'CommandOrControl+Alt+Shift+P';
let folder: string;
let desk: Desk;

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'triggerdesk-shell-'));
  desk = await launchDesk({ args: waveTape(folder), dataDir: join(folder, 'data'), recordShell: true, takenKeys: TAKEN });
  await startEngine(desk.page);
  await writeRule(desk.page, { symbol: CALM.symbol, test: 'Crosses above', price: '14.20', quantity: '300' });
  await arm(desk.page);
  await expect(engineState(desk.page)).toHaveText('SIGNAL_WAIT');
});

test.afterAll(async () => {
  await desk.close();
  rmSync(folder, { recursive: true, force: true });
});

const shell = <T>(read: (shell: Shell) => T): Promise<T> =>
  desk.app.evaluate(
    (_electron, code) => (eval(code) as (shell: unknown) => T)((globalThis as unknown as { __shell: Shell }).__shell),
    `(${String(read)})`,
  );

const menu = (id: string): Promise<void> =>
  desk.app.evaluate(({ Menu }, item) => (Menu.getApplicationMenu()!.getMenuItemById(item)!.click as () => void)(), id);

/** Asks the page through the main process, which also reaches a page that has crashed and come back. */
const ask = (code: string): Promise<unknown> =>
  desk.app.evaluate(
    ({ BrowserWindow }, text) => BrowserWindow.getAllWindows()[0]!.webContents.executeJavaScript(text) as Promise<unknown>,
    code,
  );

/** Whether the program asks the system not to sleep; its ids are small numbers. */
const awake = (): Promise<boolean> =>
  desk.app.evaluate(({ powerSaveBlocker }) => [0, 1, 2, 3, 4].some((id) => powerSaveBlocker.isStarted(id)));

test('while armed the machine is kept awake, and the tray says in what state the desk is', async () => {
  expect(await awake()).toBe(true);
  expect(await shell((it) => it.tooltip)).toContain('SIGNAL_WAIT');
  expect(await shell((it) => it.tooltip)).toContain('DU1234567');
});

test('which global keys work is shown, also the one that another program holds', async () => {
  await tabTo(desk.page, desk.page.getByRole('grid', { name: 'Watchers' }));
  await desk.page.keyboard.press('?');
  const sheet = desk.page.getByTestId('cheat-sheet');
  await expect(sheet).toContainText('CommandOrControl+Alt+Shift+K');
  await expect(sheet.locator('div').filter({ hasText: TAKEN }).last()).toContainText('another program holds it');
  await desk.page.keyboard.press('Escape');
});

test('a second instance shows the first one’s window and ends itself', async () => {
  await desk.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.minimize());
  const program = createRequire(import.meta.url)('electron') as unknown as string;
  const second = spawn(program, programArguments(desk.dataDir), { cwd: root, env: environment(desk.dataDir), stdio: 'ignore' });
  const gone = new Promise<number | null>((resolve) => second.once('exit', (code) => resolve(code)));
  try {
    await expect
      .poll(() => desk.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((window) => window.isMinimized())), {
        timeout: 30_000,
      })
      .toEqual([false]);
    expect(await within(20_000, gone)).toBe(true);
    expect(await gone).toBe(0);
  } finally {
    second.kill('SIGKILL');
  }
  await expect(engineState(desk.page)).toHaveText('SIGNAL_WAIT');
});

test('quitting while armed asks, says what goes on and what stops, and stays when refused', async () => {
  await desk.app.evaluate(({ app, dialog }) => {
    const asked: unknown[] = [];
    Object.assign(globalThis, { asked });
    dialog.showMessageBox = (...of: unknown[]) => {
      asked.push(of.at(-1));
      return Promise.resolve({ response: 0, checkboxChecked: false });
    };
    app.quit();
  });
  const asked = (): Promise<readonly { readonly message: string; readonly detail: string; readonly buttons: readonly string[] }[]> =>
    desk.app.evaluate(() => (globalThis as unknown as { asked: { message: string; detail: string; buttons: string[] }[] }).asked);
  await expect.poll(async () => (await asked()).length).toBe(1);
  const [question] = await asked();
  expect(question!.message).toBe('Triggers are armed. Quit TriggerDesk?');
  expect(question!.detail).toContain('BAC-1');
  expect(question!.buttons).toEqual(['Stay', 'Quit']);
  await desk.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.close());
  await expect.poll(async () => (await asked()).length).toBe(2);
  await expect(engineState(desk.page)).toHaveText('SIGNAL_WAIT');
  expect(desk.app.process().exitCode).toBeNull();
});

test('pause works from the menu and from the tray', async () => {
  const { page } = desk;
  const resume = async (): Promise<void> => {
    await expect(engineState(page)).toHaveText('PAUSED');
    await tabTo(page, page.getByRole('button', { name: 'Resume', exact: true }));
    await page.keyboard.press('Enter');
    await expect(engineState(page)).toHaveText('SIGNAL_WAIT');
  };
  await menu('pause');
  await resume();
  await shell((it) => it.trayMenu.getMenuItemById('pause')!.click());
  await resume();
});

test('a page that crashes comes back with everything it showed', async () => {
  const text = `document.body.innerText.replace(/\\s+/g, ' ')`;
  const back = desk.app.evaluate(
    ({ BrowserWindow }) =>
      new Promise<string>((resolve) => {
        const { webContents } = BrowserWindow.getAllWindows()[0]!;
        webContents.once('render-process-gone', (_event, { reason }) => webContents.once('did-finish-load', () => resolve(reason)));
        webContents.forcefullyCrashRenderer();
      }),
  );
  expect(await back).toMatch(/crashed|killed/);
  await expect.poll(() => ask(text)).toMatch(/SIGNAL_WAIT/);
  await expect.poll(() => ask(text)).toMatch(/ARMED BAC last ↑ 14\.20 BUY 300/);
  await expect.poll(() => ask(text)).toMatch(/BAC 13\.82 13\.84 13\.83/);
});

test('the global kill key kills', async () => {
  await shell((it) => it.shortcuts['CommandOrControl+Alt+Shift+K']!());
  await expect
    .poll(() => ask(`document.querySelector('[data-testid="kill-banner"]')?.innerText ?? ''`))
    .toMatch(/global shortcut[\s\S]*Verified/);
  expect(await ask(`document.querySelector('[data-testid="engine-state"]').innerText`)).toBe('EMERGENCY');
  expect(await awake()).toBe(false);
});

test('with nothing armed it quits without a question, in order', async () => {
  const child = desk.app.process();
  const gone = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  await desk.app.evaluate(({ app }) => app.quit()).catch(() => undefined);
  expect(await within(15_000, gone)).toBe(true);
  expect(await gone).toBe(0);
});

test('a restart after a kill without re-arm is latched, and arms nothing before the words are typed', async () => {
  desk = await launchDesk({ args: waveTape(folder), dataDir: join(folder, 'data'), recordShell: true });
  const { page } = desk;
  await expect(engineState(page)).toHaveText('EMERGENCY');
  await expect(page.getByTestId('kill-banner')).toContainText('global shortcut');
  await expect(page.getByRole('button', { name: 'Start', exact: true })).toBeHidden();
  expect(await page.evaluate(`window.desk.call('engine.start', {}).then((reply) => reply.ok ? 'ok' : reply.error.code)`)).toBe(
    'not-allowed-now',
  );
  await expect(rows(page, 'Watchers').filter({ hasText: CALM.symbol })).toContainText('DRAFT');
  await type(page, 'Reason of the kill', 'restart');
  await page.keyboard.press('Enter');
  await expect(engineState(page)).toHaveText('STOPPED');
  await tabTo(page, page.getByRole('button', { name: 'Re-arm…' }));
  await page.keyboard.press('Enter');
  await type(page, 'Re-arm phrase', await page.getByTestId('rearm-phrase').innerText());
  await page.keyboard.press('Enter');
  await expect(engineState(page)).toHaveText('IDLE');
});

test('the menu and the tray kill as well', async () => {
  const { page } = desk;
  await menu('kill');
  await expect(page.getByTestId('kill-banner')).toContainText('by menu');
  await shell((it) => it.trayMenu.getMenuItemById('kill')!.click());
  await expect(page.getByTestId('kill-banner')).toContainText('by tray');
});
