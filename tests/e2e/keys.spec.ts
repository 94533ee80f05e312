import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { launchDaemon, type DaemonDesk } from './daemon-launch.ts';
import { Hands, expectFocus } from './hands.ts';
import { launchDesk } from './launch.ts';
import { arm, chooseRadio, engineState, lastPrice, rows, type, writeRule } from './operator.ts';
import { root } from './place.ts';
import { CALM, WAVE, waveTape } from './wave-tape.ts';

// The twelve standard tasks at the real desk with the simulator, by keyboard alone, counted. `npm run keys` prints the table.
test.describe.configure({ mode: 'serial' });

/** Keys that the task took before, and at most now. Where a promise of safety needs more than the goal of 60 %, that is the bound. */
interface Task {
  readonly name: string;
  readonly before: number | null;
  readonly most: number;
}

const TASKS = {
  arm: { name: 'arm a bracket', before: 49, most: 29 },
  why: { name: 'why', before: 4, most: 2 },
  pause: { name: 'pause and resume', before: 8, most: 2 },
  limit: { name: 'change a limit by a tick', before: 5, most: 3 },
  edit: { name: 'edit the price of a watcher', before: 32, most: 8 },
  half: { name: 'close half', before: 13, most: 3 },
  trail: { name: 'trail the stop', before: 1, most: 2 },
  fill: { name: 'find a fill', before: null, most: 2 },
  breakeven: { name: 'stop to breakeven', before: 3, most: 2 },
  cancel: { name: 'cancel all', before: 1, most: 1 },
  adopt: { name: 'adopt what was found (three)', before: 13, most: 6 },
  kill: { name: 'kill and re-arm', before: 32, most: 30 },
} as const satisfies Readonly<Record<string, Task>>;

const counted = new Map<keyof typeof TASKS, number>();

let gateway: ChildProcess;
let desk: DaemonDesk;
let folder: string;
let source: readonly string[];

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'triggerdesk-keys-'));
  const port = await freePort();
  gateway = spawn(
    process.execPath,
    [
      ...(process.features.typescript === false ? ['--experimental-strip-types'] : []),
      join(root, 'src-main/simulator/main.ts'),
      '--port',
      String(port),
      ...waveTape(folder),
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await new Promise((resolve) => gateway.stdout?.once('data', resolve));
  source = ['--no-simulator', '--port', String(port)];
  desk = await launchDaemon({ source, dataDir: folder });
});

test.afterAll(async () => {
  await desk.close();
  gateway.kill();
  rmSync(folder, { recursive: true, force: true });
  console.log(table());
});

/** Does a task with counted hands; its figure must not grow. The keyboard is somewhere afterwards. */
async function task(id: keyof typeof TASKS, act: (hands: Hands, page: Page) => Promise<void>, page = desk.page): Promise<void> {
  const hands = new Hands(page);
  await act(hands, page);
  counted.set(id, hands.count);
  await expectFocus(page, `after the task: ${TASKS[id].name}`);
  expect(hands.count, TASKS[id].name).toBeLessThanOrEqual(TASKS[id].most);
}

function table(): string {
  const lines = Object.entries<Task>(TASKS).map(([id, { name, before }]) => {
    const now = counted.get(id as keyof typeof TASKS);
    const share = before === null || now === undefined ? '–' : `${String(Math.round((now / before) * 100))} %`;
    const goal = before === null || now === undefined ? '' : now <= before * 0.6 ? 'met' : 'missed';
    return `| ${name.padEnd(30)} | ${String(before ?? '–').padStart(6)} | ${String(now ?? '–').padStart(3)} | ${share.padStart(5)} | ${goal.padEnd(6)} |`;
  });
  return [
    '',
    `| ${'task'.padEnd(30)} | before | now | share | 60 %   |`,
    `| ${'-'.repeat(30)} | -----: | --: | ----: | ------ |`,
    ...lines,
  ].join('\n');
}

test('F5 starts an idle desk, and the keyboard is somewhere', async () => {
  const { page } = desk;
  await expect(engineState(page)).toHaveText('IDLE');
  await page.keyboard.press('6');
  await page.keyboard.press('F5');
  await expect(engineState(page)).toHaveText('SCANNING');
  await expectFocus(page, 'after Start');
});

test('arm a bracket', async () => {
  await task('arm', async (hands, page) => {
    const symbol = page.getByRole('combobox', { name: 'Symbol', exact: true });
    await hands.press('n');
    await expect(symbol).toBeFocused();
    await hands.type(WAVE.symbol);
    await expect(page.getByRole('option', { name: WAVE.symbol }).first()).toBeVisible();
    await hands.press('Enter');
    await expect(symbol).toHaveValue(WAVE.symbol);
    await hands.fill('Trigger price', '180.30');
    await hands.next('Quantity', '100');
    await hands.next('Take-profit target', '2%');
    await hands.next('Protective stop', '1%');
    await expect(page.getByTestId('verdict')).toContainText('Risk approves.');
    await hands.press('Control+Enter');
    await expect(page.getByRole('grid', { name: 'Watchers' })).toBeFocused();
  });
  const { page } = desk;
  await expect(rows(page, 'Orders').filter({ hasText: 'BUY 100 IBM MKT' })).toContainText('FILLED', { timeout: 20_000 });
});

test('why', async () => {
  await task('why', async (hands, page) => {
    await hands.press('1', 'w');
    await expect(page.getByTestId('why-dialog')).toContainText('crosses above 180.30');
  });
  const { page } = desk;
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('why-dialog')).toBeHidden();
  await expectFocus(page, 'after closing Why?');
});

test('pause and resume', async () => {
  await task('pause', async (hands, page) => {
    await hands.press('F5');
    await expect(engineState(page)).toHaveText('PAUSED');
    // A second press that comes at once is the fright of the first; the key rests for a moment.
    await expect(page.getByRole('button', { name: 'Resume', exact: true })).toHaveAttribute('data-resting', 'false');
    await hands.press('F5');
    await expect(engineState(page)).toHaveText('MANAGING');
  });
});

test('change a limit', async () => {
  const { page } = desk;
  await page.keyboard.press('6');
  const target = rows(page, 'Orders').filter({ hasText: 'SELL 100 IBM LMT' });
  const limit = target.getByRole('gridcell').nth(3);
  const before = Number(await limit.innerText());
  await task('limit', async (hands) => {
    await hands.press('1', 'End', '+');
    await expect(limit).toHaveText((before + 0.01).toFixed(2));
  });
});

test('edit the price of a watcher', async () => {
  const { page } = desk;
  await writeRule(page, { symbol: CALM.symbol, test: 'Crosses above', price: '14.20', quantity: '300' });
  await arm(page);
  await task('edit', async (hands) => {
    await hands.press('e');
    const price = page.getByRole('textbox', { name: 'Trigger price', exact: true });
    await hands.tabTo(price);
    await hands.type('14.30');
    await expect(price).toHaveValue('14.30');
    await expect(page.getByTestId('sentence')).toContainText('14.30');
    await expect(page.getByTestId('verdict')).toContainText('Risk approves.');
    await hands.press('Control+Enter');
    await expect(rows(page, 'Watchers').filter({ hasText: '↑ 14.30' })).toContainText('ARMED');
    await expect(page.getByRole('grid', { name: 'Watchers' })).toBeFocused();
  });
});

test('close half', async () => {
  await task('half', async (hands, page) => {
    await hands.press('2', 'h');
    const dialog = page.getByTestId('flatten-dialog');
    await expect(dialog).toContainText('SELL 50 IBM');
    await expect(dialog.getByRole('button', { name: /^Hold: SELL 50/ })).toBeFocused();
    await hands.hold('Enter', () => expect(dialog).toBeHidden());
  });
  await expect(rows(desk.page, 'Positions').filter({ hasText: WAVE.symbol })).toContainText('50 of 50', { timeout: 20_000 });
});

test('trail the stop, from the row of the position', async () => {
  const { page } = desk;
  await expect(page.getByRole('grid', { name: 'Positions' })).toBeFocused();
  await task('trail', async (hands) => {
    await hands.press('t');
    await expect(page.getByTestId('stop-strip')).toContainText('TRAIL 1 %');
    await hands.press('Enter');
    await expect(page.getByTestId('stop-strip')).toBeHidden();
  });
});

test('find a fill', async () => {
  await task('fill', async (hands, page) => {
    await hands.press('3', 'Enter');
    await expect(page.getByTestId('why-dialog')).toContainText('IBM');
  });
  await desk.page.keyboard.press('Escape');
  await expectFocus(desk.page, 'after closing Why?');
});

test('adopt what was found at the broker, after a death of the desk', async () => {
  await desk.stop('SIGTERM');
  await desk.browser.close();
  desk = await launchDaemon({ source, dataDir: folder });
  const { page } = desk;
  await expect(engineState(page)).toHaveText('IDLE');
  await page.keyboard.press('F5');
  await expect(page.getByTestId('adopt-banner')).toContainText('3', { timeout: 15_000 });
  await page.keyboard.press('6');
  await task('adopt', async (hands) => {
    await hands.press('g', 'b', 'Enter');
    const dialog = page.getByTestId('adopt-dialog');
    await expect(page.getByRole('grid', { name: 'Found at the broker' })).toBeFocused();
    for (const left of [2, 1]) {
      await hands.press('a');
      await expect(dialog).toContainText(`${String(left)} left to decide`);
      // The row below takes the place of the one that went; until then a press would be aimed at a row that is gone.
      const found = rows(page, 'Found at the broker');
      await expect(found).toHaveCount(left);
      await expect(found.and(page.locator('[data-active="true"]'))).toHaveCount(1);
    }
    await hands.press('a');
    await expect(dialog).toBeHidden();
  });
});

test('stop to breakeven, from the row of the position', async () => {
  const { page } = desk;
  // A trailing stop has no level to move; another bracket brings a plain one.
  await writeRule(page, { symbol: WAVE.symbol, test: 'Crosses above', price: '180.20', quantity: '50', stop: '175' });
  await arm(page);
  await expect(rows(page, 'Orders').filter({ hasText: 'BUY 50 IBM MKT' })).toContainText('FILLED', { timeout: 20_000 });
  await page.keyboard.press('2');
  await expect(rows(page, 'Positions').filter({ hasText: WAVE.symbol })).toContainText('100 of 100', { timeout: 20_000 });
  await task('breakeven', async (hands) => {
    // A long's stop can go to its average only while the market is above it.
    await expect.poll(() => lastPrice(page, WAVE.symbol), { intervals: [50], timeout: 15_000 }).toBeGreaterThan(180.5);
    await hands.press('b');
    await expect(page.getByTestId('stop-strip')).toBeVisible();
    await hands.press('Enter');
    await expect(page.getByTestId('stop-strip')).toBeHidden();
  });
});

test('cancel all', async () => {
  const { page } = desk;
  await writeRule(page, { symbol: WAVE.symbol, test: 'Crosses above', price: '180.30', quantity: '30' });
  await chooseRadio(page, 'Order type', 'Limit');
  await type(page, 'Limit price', '-0.60');
  await expect(page.getByTestId('verdict')).toContainText('Risk approves.');
  await arm(page);
  const entry = rows(page, 'Orders').filter({ hasText: 'BUY 30 IBM LMT' });
  await page.keyboard.press('1');
  await expect(entry).toContainText('WORKING', { timeout: 20_000 });
  await task('cancel', async (hands) => {
    await hands.hold('F7', () => expect(entry).toContainText('CANCELLED'));
  });
});

test('kill and re-arm', async () => {
  // In the window: from a browser somebody at the desk's terminal has to say yes as well.
  const place = mkdtempSync(join(tmpdir(), 'triggerdesk-keys-'));
  const window = await launchDesk({ args: waveTape(place) });
  const { page } = window;
  await expect(engineState(page)).toHaveText('IDLE');
  await page.keyboard.press('F5');
  await expect(engineState(page)).toHaveText('SCANNING');
  await page.keyboard.press('6');
  const rearm = async (hands: Hands): Promise<void> => {
    await hands.hold('F12', () => expect(engineState(page)).toHaveText('EMERGENCY'));
    await expect(page.getByTestId('kill-banner')).toContainText('Verified');
    await hands.press('g', 'b');
    await expect(page.getByRole('textbox', { name: 'Reason of the kill' })).toBeFocused();
    await hands.type('test');
    await hands.press('Enter');
    await expect(engineState(page)).toHaveText('STOPPED');
    await expectFocus(page, 'after Acknowledge');
    await expect(page.getByRole('button', { name: 'Re-arm…' })).toBeFocused();
    await hands.press('Enter');
    await expect(page.getByRole('textbox', { name: 'Re-arm phrase' })).toBeFocused();
    await hands.type(await page.getByTestId('rearm-phrase').innerText());
    await expect(page.getByRole('textbox', { name: 'Re-arm phrase' })).toHaveValue(await page.getByTestId('rearm-phrase').innerText());
    await hands.press('Enter');
    await expect(engineState(page)).toHaveText('IDLE');
  };
  try {
    await task('kill', rearm, page);
  } finally {
    await window.close();
    rmSync(place, { recursive: true, force: true });
  }
});
