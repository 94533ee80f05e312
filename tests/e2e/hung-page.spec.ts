import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { launchDesk, type Desk } from './launch.ts';
import { arm, engineState, startEngine, writeRule } from './operator.ts';
import { CALM, waveTape } from './wave-tape.ts';

// P-12: the page is in an endless loop. What the operator has besides it must not wait for it.

const HUNG_MS = 20_000;
let folder: string;
let desk: Desk;

test.beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'triggerdesk-hung-'));
  desk = await launchDesk({ args: waveTape(folder), dataDir: join(folder, 'data'), recordShell: true });
  await startEngine(desk.page);
  await writeRule(desk.page, { symbol: CALM.symbol, test: 'Crosses above', price: '14.20', quantity: '300' });
  await arm(desk.page);
  await expect(engineState(desk.page)).toHaveText('SIGNAL_WAIT');
});

test.afterEach(async () => {
  await desk.close();
  rmSync(folder, { recursive: true, force: true });
});

async function killsBesideHungPage(way: 'tray' | 'global key'): Promise<void> {
  const order: string[] = [];
  // `evaluate` ends when the page answers again.
  const hung = desk.page
    .evaluate((ms) => {
      const end = performance.now() + ms;
      while (performance.now() < end);
    }, HUNG_MS)
    .then(() => order.push('the page answers again'));
  const tookMs = await desk.app.evaluate(async (_electron, by) => {
    interface Shell {
      readonly shortcuts: Record<string, () => void>;
      readonly trayMenu: { getMenuItemById(id: string): { click(): void } | null };
      readonly tooltip: string;
    }
    const shell = (globalThis as unknown as { __shell: Shell }).__shell;
    const began = performance.now();
    if (by === 'tray') shell.trayMenu.getMenuItemById('kill')!.click();
    else shell.shortcuts['CommandOrControl+Alt+Shift+K']!();
    // The tooltip follows the committed state of the desk.
    while (!shell.tooltip.includes('EMERGENCY') && performance.now() - began < 15_000) await new Promise((done) => setTimeout(done, 1));
    return shell.tooltip.includes('EMERGENCY') ? performance.now() - began : undefined;
  }, way);
  order.push('killed');
  expect(tookMs).toBeDefined();
  test.info().annotations.push({ type: 'measured', description: `kill by the ${way} beside a hung page: ${tookMs!.toFixed(1)} ms` });
  console.log(`kill by the ${way} beside a hung page: ${tookMs!.toFixed(1)} ms until the tray says EMERGENCY`);
  await hung;
  expect(order).toEqual(['killed', 'the page answers again']);
  await expect(engineState(desk.page)).toHaveText('EMERGENCY');
}

test('P-12: while the page hangs, a kill by the tray is carried out', () => killsBesideHungPage('tray'));

test('P-12: while the page hangs, a kill by the global key is carried out', () => killsBesideHungPage('global key'));
