import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { type Price, priceOf } from '#domain/price';
import { units } from '#domain/quantity';
import { startSimulator, type Simulator } from '#simulator/simulator';
import { connectClient, order, stockContract, type TestClient } from '../support/simulator/client.ts';
import { expectAccessible } from './accessible.ts';
import { launchDaemon, type DaemonDesk } from './daemon-launch.ts';
import { arm, rows, startEngine, tabTo, type, writeRule } from './operator.ts';
import { CALM, WAVE, waveTape } from './wave-tape.ts';

// A gateway in this process, so that the test is the hand in TWS; the desk is the program beside it.
test.describe.configure({ mode: 'serial' });

/** The issue asks for 500 ms from the gateway to the screen. */
const SEEN_WITHIN_MS = 500;
const SAMPLES = 30;

let simulator: Simulator;
let desk: DaemonDesk;
let other: TestClient;
let folder: string;

const dollars = (price: number): Price => priceOf(price);

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'triggerdesk-manual-'));
  const [, path] = waveTape(folder);
  simulator = await startSimulator({ port: 0, market: { kind: 'tapes', tapes: [{ path: path ?? '' }] }, speed: 1, masterClientId: 0 });
  desk = await launchDaemon({ source: ['--no-simulator', '--port', String(simulator.port)], dataDir: folder });
  other = await connectClient(simulator.port, 7);
  await startEngine(desk.page);
});

test.afterAll(async () => {
  await other.close();
  await desk.close();
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

const orderRow = (words: string): Locator => rows(desk.page, 'Orders').filter({ hasText: words });

/** Notes when each order of BAC has been painted with a badge, by its quantity, on the clock that this process reads too. */
async function watchBadges(page: Page): Promise<void> {
  await page.evaluate(`{
    const seen = (window.__seen = {});
    const look = () => {
      for (const row of document.querySelectorAll('[data-testid=orders] [data-key]')) {
        const words = /(MANUAL|FOREIGN) (?:BUY|SELL) (\\d+) BAC/.exec(row.textContent);
        if (words === null || seen[words[2]] !== undefined) continue;
        seen[words[2]] = { badge: words[1], at: 0 };
        requestAnimationFrame(() => setTimeout(() => (seen[words[2]].at = performance.timeOrigin + performance.now())));
      }
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
    look();
  }`);
}

interface Seen {
  readonly badge: string;
  /** 0 until it is painted. */
  readonly at: number;
}

async function painted(page: Page, quantity: number): Promise<Seen> {
  let seen: Seen | null = null;
  await expect
    .poll(async () => {
      seen = await page.evaluate<Seen | null>(`window.__seen[${quantity}] ?? null`);
      return (seen?.at ?? 0) > 0;
    })
    .toBe(true);
  return seen as unknown as Seen;
}

const now = (): number => performance.timeOrigin + performance.now();

test('orders placed by hand and by another program are on the screen within half a second, each with its badge', async ({}, info) => {
  const { page } = desk;
  await watchBadges(page);
  const took: number[] = [];
  for (let n = 0; n < SAMPLES; n += 1) {
    const quantity = 10 + n;
    const byHand = n % 2 === 0;
    const since = now();
    if (byHand) simulator.manual.place({ symbol: CALM.symbol, action: 'BUY', type: 'LMT', quantity: units(quantity), limit: dollars(10) });
    else other.api.placeOrder(other.nextId + n, stockContract(CALM.symbol), order('BUY', 'LMT', quantity, { lmtPrice: 10 }));
    const { badge, at } = await painted(page, quantity);
    expect(badge).toBe(byHand ? 'MANUAL' : 'FOREIGN');
    took.push(at - since);
    simulator.manual.cancel({ by: byHand ? 'hand' : 'api', newest: 0 });
    await expect(orderRow(`BUY ${quantity} BAC`)).toContainText('CANCELLED');
  }
  const sorted = [...took].sort((a, b) => a - b).map((ms) => Math.round(ms));
  const [p50 = NaN, p90 = NaN] = [sorted[SAMPLES / 2], sorted[Math.floor(SAMPLES * 0.9)]];
  const figures = `from the gateway to the painted row, ${SAMPLES} orders: p50 ${p50} ms, p90 ${p90} ms, most ${sorted.at(-1) ?? NaN} ms`;
  info.annotations.push({ type: 'measured', description: figures });
  process.stdout.write(`    ${figures}\n`);
  // The slowest ones belong to the machine that runs this.
  expect(p50).toBeLessThan(SEEN_WITHIN_MS);
});

const ORDER_OF = { symbol: CALM.symbol, action: 'BUY', type: 'LMT' } as const;
const ledgerOrder = (permId: number) => simulator.ledger.orders.find((one) => one.permId === permId);

/** Goes to a row of the blotter with the keyboard alone, from wherever the focus is. */
async function goTo(page: Page, row: Locator): Promise<void> {
  await page.keyboard.press('Escape');
  await tabTo(page, page.getByRole('grid', { name: 'Orders' }));
  await page.keyboard.press('Home');
  for (let presses = 0; presses < 60; presses += 1) {
    if ((await row.getAttribute('data-active')) === 'true') return;
    await page.keyboard.press('ArrowDown');
  }
  throw new Error('the arrow keys do not lead to the row');
}

test('a working manual order counts in the exposure that the next order is judged by', async () => {
  const { page } = desk;
  const placed = simulator.manual.place({ ...ORDER_OF, quantity: units(700), limit: dollars(12) });
  await expect(orderRow('BUY 700 BAC LMT').getByTitle('MANUAL in TWS')).toHaveText('MANUAL');
  await writeRule(page, { symbol: CALM.symbol, test: 'At or below', price: '13.00', quantity: '200' });
  await expect(page.getByTestId('verdict')).toContainText(/position after 900 of 1\s?000/);
  simulator.manual.cancel({ permId: placed.permId });
  await expect(page.getByTestId('verdict')).toContainText(/position after 200 of 1\s?000/);
});

test('a manual order is cancelled, and another changed by key and by the dialog, from the keyboard alone', async () => {
  const { page } = desk;
  const first = simulator.manual.place({ ...ORDER_OF, quantity: units(110), limit: dollars(12) });
  const second = simulator.manual.place({ ...ORDER_OF, quantity: units(120), limit: dollars(13.6) });
  const row = orderRow('BUY 120 BAC LMT');
  await expect(row).toContainText('WORKING');
  await goTo(page, orderRow('BUY 110 BAC LMT'));
  await page.keyboard.press('Delete');
  await expect(page.getByTestId('cancel-order-dialog')).toContainText('Cancel BUY 110 BAC LMT?');
  await tabTo(page, page.getByRole('button', { name: 'Cancel order', exact: true }));
  await page.keyboard.press('Enter');
  await expect(orderRow('BUY 110 BAC LMT')).toContainText('CANCELLED');
  expect(ledgerOrder(first.permId)?.status).toBe('Cancelled');

  await goTo(page, row);
  // Sorted with the keyboard: a column, its other direction, and no column again.
  const status = page.getByRole('grid', { name: 'Orders' }).getByRole('columnheader', { name: /^Status/ });
  for (const [key, sort] of [
    ['z', 'ascending'],
    ['Shift+Z', 'descending'],
    ['Shift+Z', null],
  ] as const) {
    await page.keyboard.press(key);
    await (sort === null ? expect(status).not.toHaveAttribute('aria-sort') : expect(status).toHaveAttribute('aria-sort', sort));
  }
  await page.keyboard.press('+');
  await expect(row).toContainText('13.61');
  await expect(row).toContainText('WORKING');
  await page.keyboard.press('-');
  await expect(row).toContainText('13.60');
  // The broker has answered: until then the desk refuses the next change.
  await expect(row).toContainText('WORKING');
  expect(ledgerOrder(second.permId)?.limit).toBe(dollars(13.6));

  await page.keyboard.press('m');
  const strip = page.getByTestId('modify-strip');
  await expect(strip).toContainText('Change BUY 120 BAC LMT 13.60');
  await type(page, 'New limit price', '13.50');
  await type(page, 'New quantity', '90');
  await expect(strip).toContainText('limit 13.60 → 13.50');
  await expectAccessible(page, 'a change of a manual order');
  await page.keyboard.press('Enter');
  await expect(strip).toBeHidden();
  const changed = orderRow('BUY 90 BAC LMT');
  await expect(changed.getByTitle('MANUAL in TWS')).toHaveText('MANUAL');
  await expect(changed).toContainText('13.50');
  await expect(changed).toContainText('WORKING');
  expect(ledgerOrder(second.permId)).toMatchObject({ limit: dollars(13.5), quantity: units(90), status: 'Submitted' });
  // One order all the while: nothing was placed beside it.
  expect(simulator.ledger.orders.filter((one) => one.quantity === units(120) || one.quantity === units(90))).toHaveLength(1);
  simulator.manual.cancel({ permId: second.permId });
});

test('an order of another program is cancelled where it was placed: the console says so and sends nothing', async () => {
  const { page } = desk;
  other.api.placeOrder(other.nextId + 1_000, stockContract(CALM.symbol), order('BUY', 'LMT', 130, { lmtPrice: 10 }));
  const row = orderRow('BUY 130 BAC LMT');
  await expect(row.getByTitle('FOREIGN client 7')).toHaveText('FOREIGN');
  await goTo(page, row);
  const said = page.getByRole('region', { name: 'Messages' });
  await page.keyboard.press('m');
  await expect(said).toContainText('BUY 130 BAC cannot be changed from here: another program placed it.');
  await page.keyboard.press('Delete');
  await expect(said).toContainText('BUY 130 BAC cannot be cancelled from here: another program placed it.');
  await expect(row.getByRole('button', { name: /^Cancel/ })).toHaveCount(0);
  expect(simulator.ledger.orders.at(-1)).toMatchObject({ quantity: units(130), status: 'Submitted' });
  other.api.cancelOrder(other.nextId + 1_000);
  await expect(row).toContainText('CANCELLED');
});

test("a working order of the desk's own is changed with a key, and the broker has its new price", async () => {
  const { page } = desk;
  await writeRule(page, { symbol: WAVE.symbol, test: 'Crosses above', price: '180.30', quantity: '100', target: '185', stop: '175' });
  await arm(page);
  await expect(orderRow('BUY 100 IBM MKT')).toContainText('FILLED', { timeout: 20_000 });
  const stop = orderRow('SELL 100 IBM STP');
  await expect(stop).toContainText('STP 175.00');
  await goTo(page, stop);
  await page.keyboard.press('+');
  await expect(stop).toContainText('STP 175.01');
  expect(simulator.ledger.orders.find((one) => one.type === 'STP')?.stop).toBe(dollars(175.01));
});

test('a fill by hand counts in position and P&L, and one that flattens the position takes its exits away', async () => {
  const { page } = desk;
  simulator.manual.place({ symbol: WAVE.symbol, action: 'BUY', type: 'MKT', quantity: units(60) });
  await page.keyboard.press('2');
  const position = rows(page, 'Positions').filter({ hasText: WAVE.symbol });
  await expect(position).toContainText('IBM160');
  await expect(position).toContainText('UNPROTECTED 60');
  await page.keyboard.press('3');
  await expect(rows(page, 'Fills').filter({ hasText: '60' }).first()).toContainText('MANUAL');
  await page.keyboard.press('1');
  simulator.manual.close(WAVE.symbol);
  for (const type of ['STP', 'LMT']) await expect(orderRow(`SELL 100 IBM ${type}`)).toContainText('CANCELLED');
  await page.keyboard.press('2');
  await expect(position).toContainText('IBM0');
  await expect(position.getByRole('gridcell').nth(6)).toHaveText(/^[+−]\d/);
  await expect(page.getByRole('list', { name: 'Alarms' })).toContainText('after a fill from outside');
  expect(simulator.ledger.position(8314)?.quantity).toBe(0);
  expect(simulator.ledger.orders.filter((one) => one.status === 'Submitted' || one.status === 'PreSubmitted')).toEqual([]);
});
