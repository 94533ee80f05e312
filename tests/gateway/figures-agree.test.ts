import { expect, onTestFinished, test } from 'vitest';
import { Agreement } from '#desk/projection/agreement';
import { fillRow } from '#desk/projection/fill-row';
import { positionRow } from '#desk/projection/position-row';
import { execIdRoot } from '#domain/execution';
import { priceOf } from '#domain/price';
import { units } from '#domain/quantity';
import type { FigureCheckView } from '#protocol/figures';
import { Random } from '#simulator/model/random';
import { type Simulator, startSimulator } from '#simulator/simulator';
import { type LiveDesk, openLiveDesk } from '../support/core/live-desk.ts';

/** Day figures of the simulator's ledger, of IB's messages and of the desk, over random days with positions carried from the day before. */

const CENT = 10_000;
const SYMBOLS = ['AAPL', 'MSFT', 'NVDA'] as const;
/** Account values come every three minutes of the tape. */
const SETTLED_MS = 181_000;

interface Day {
  readonly simulator: Simulator;
  readonly live: LiveDesk;
  readonly chance: Random;
  readonly carried: Readonly<Record<string, number>>;
}

async function day(seed: number): Promise<Day> {
  const chance = new Random(seed);
  const holdings = [
    { symbol: SYMBOLS[0], quantity: units(chance.between(1, 300)), averageCost: priceOf(chance.between(2_000, 40_000) / 100) },
    { symbol: SYMBOLS[1], quantity: units(-chance.between(1, 300)), averageCost: priceOf(chance.between(2_000, 40_000) / 100) },
  ];
  const simulator = await startSimulator({
    port: 0,
    market: { kind: 'synthetic' },
    seed,
    speed: 'max',
    sessions: 'ignored',
    autostart: false,
    holdings,
  });
  onTestFinished(() => simulator.close());
  const live = await openLiveDesk(simulator);
  onTestFinished(() => live.close());
  // As the handlers do for what is held.
  for (const symbol of SYMBOLS) expect(live.core.commands.followContract(symbol, await live.contract(symbol), 'position').ok).toBe(true);
  await simulator.market.step(30);
  return { simulator, live, chance, carried: { start: simulator.gateway.account.netLiquidation } };
}

/** Market orders typed into TWS, corrections and busts between them; resolves when every fill is booked. */
async function trade({ simulator, live, chance }: Day, orders: number): Promise<void> {
  for (let i = 0; i < orders; i += 1) {
    const symbol = SYMBOLS[chance.between(0, 2)]!;
    simulator.manual.place({
      symbol,
      action: chance.chance(0.5) ? 'BUY' : 'SELL',
      type: 'MKT',
      quantity: units(chance.between(1, 200)),
    });
    await simulator.market.step(chance.between(10, 60));
    if (chance.chance(0.2)) simulator.faults.correctByTicks(chance.between(1, 5));
  }
  await simulator.market.step(100);
  await live.until(
    'every fill is booked',
    () => live.stores.fills.size === new Set(ledgerOf(simulator).fills.map((fill) => root(fill.execId))).size,
  );
}

function ledgerOf(simulator: Simulator): Simulator['gateway']['ledger'] {
  return simulator.gateway.ledger;
}

function root(execId: string): string {
  return execIdRoot(execId as never);
}

/** The tape's clock goes on without a tick; the desk has what TWS says of it. */
async function settle(
  { simulator, live }: Day,
  what: (checks: readonly FigureCheckView[]) => boolean,
): Promise<readonly FigureCheckView[]> {
  const agreement = new Agreement();
  await simulator.market.advanceTo(simulator.clock.now() + SETTLED_MS);
  let checks: readonly FigureCheckView[] = [];
  await live.until('the figures have settled', () => {
    checks = agreement.checks(live.core.view, 0);
    return what(checks);
  });
  return checks;
}

function agrees({ unexplained, missing }: FigureCheckView): boolean {
  return missing.length === 0 && unexplained !== null && Math.abs(unexplained) <= CENT;
}

test.each([1, 2, 3, 4, 5, 6])(
  'day %i: net liquidation, day P&L, realised and unrealised agree to the cent, or the difference has its name',
  async (seed) => {
    const run = await day(seed);
    const { simulator, live } = run;
    const { account } = simulator.gateway;
    const before = { nlv: account.netLiquidation, ...account.pnl };
    await trade(run, 14);
    const checks = await settle(run, (all) => all.length === 4 && all.every(agrees));
    // The ledger: NLV change = day P&L = realised + change of the unrealised, commissions inside.
    const after = { nlv: account.netLiquidation, ...account.pnl };
    expect(after.nlv - before.nlv).toBe(after.daily - before.daily);
    expect(after.daily - before.daily).toBe(after.realized - before.realized + after.unrealized - before.unrealized);
    // The screen: broker = here + the named parts.
    for (const { broker, here, parts } of checks)
      expect(Math.abs(broker! - here! - parts.reduce((sum, { amount }) => sum + amount, 0))).toBeLessThanOrEqual(CENT);
    const { view } = live.core;
    const rows = [...view.stores.positions.entries()].map(([key, position]) => positionRow(view, key, position));
    const fills = [...view.stores.fills.entries()].map(([key, fill]) => ({ conId: fill.conId, row: fillRow(view, key, fill) }));
    for (const { conId, realized, commission, unreported } of rows) {
      const of = fills.filter((fill) => fill.conId === conId).map(({ row }) => row);
      expect({ realized, commission, unreported }).toEqual({
        realized: of.reduce((sum, row) => sum + (row.realized ?? 0), 0),
        commission: of.reduce((sum, row) => sum + (row.commission ?? 0), 0),
        unreported: 0,
      });
      expect(realized).toBe(ledgerOf(simulator).position(conId)?.realizedNet);
    }
    expect(rows.reduce((sum, { realized }) => sum + (realized ?? 0), 0)).toBe(after.realized);
  },
);

test('a commission that is not reported is no zero: the sums name what they are without', async () => {
  const run = await day(7);
  const { simulator, live } = run;
  await trade(run, 4);
  await settle(run, (all) => all.every(agrees));
  simulator.faults.withheld.commissionsUnset = true;
  await trade(run, 6);
  const checks = await settle(run, (all) => all.some(({ missing }) => missing.length > 0));
  expect(checks.filter(({ missing }) => missing.length > 0).map(({ figure, unexplained }) => ({ figure, unexplained }))).toEqual([
    { figure: 'realized', unexplained: null },
    { figure: 'day', unexplained: null },
  ]);
  const { view } = live.core;
  const unknown = [...view.stores.fills.values()].filter(({ commission }) => commission === undefined).length;
  expect(unknown).toBeGreaterThan(0);
  const rows = [...view.stores.positions.entries()].map(([key, position]) => positionRow(view, key, position));
  expect(rows.reduce((sum, { unreported }) => sum + unreported, 0)).toBe(unknown);
});
