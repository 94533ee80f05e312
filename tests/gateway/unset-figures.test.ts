import { afterEach, expect, test } from 'vitest';
import { fillRow } from '#desk/projection/fill-row';
import { positionRow } from '#desk/projection/position-row';
import { priceOf } from '#domain/price';
import { units } from '#domain/quantity';
import { type LiveDesk, openLiveDesk } from '../support/core/live-desk.ts';
import { simulatorOn, type TapeLine, type TapeRun } from '../support/simulator/tape.ts';

const QUOTE: readonly TapeLine[] = [
  ['IBM', 'bid', '180.00', 300],
  ['IBM', 'ask', '180.02', 300],
  ['IBM', 'last', '180.01', 100],
];

let run: TapeRun | undefined;
let desk: LiveDesk | undefined;

afterEach(async () => {
  await desk?.close();
  await run?.stop();
});

test('commissions and realised P&L that TWS leaves unset (1.797e308) stay unknown in the row and out of every sum, until a true one comes', async () => {
  run = await simulatorOn(QUOTE);
  await run.simulator.market.step(3);
  desk = await openLiveDesk(run.simulator);
  const { deskState } = desk.core;
  const { faults, manual } = run.simulator;
  const fills = (): readonly ReturnType<typeof fillRow>[] =>
    [...desk!.stores.fills.entries()].map(([root, fill]) => fillRow(deskState, root, fill));
  const position = (): ReturnType<typeof positionRow> => {
    const [[key, held] = []] = [...desk!.stores.positions.entries()];
    if (key === undefined || held === undefined) throw new Error('nothing is held');
    return positionRow(deskState, key, held);
  };
  faults.withheld.commissionsUnset = true;
  manual.place({ symbol: 'IBM', action: 'BUY', type: 'MKT', quantity: units(100) });
  await desk.until('the fill is booked', () => fills().length === 1);
  // What is said after it has been heard when this is answered.
  faults.withheld.commissionsUnset = false;
  manual.place({ symbol: 'IBM', action: 'SELL', type: 'LMT', quantity: units(40), limit: priceOf(180) });
  await desk.until('the second one is, with its report', () => fills().some((fill) => fill.commission !== null));
  const [first, second] = fills();
  expect([first?.commission, first?.realized]).toEqual([null, null]);
  expect(second?.commission).toBeGreaterThan(0);
  expect(position()).toMatchObject({ quantity: units(60), commission: second?.commission });
  const figures = [position(), ...fills()]
    .flatMap((row) => Object.values(row) as readonly unknown[])
    .filter((value) => typeof value === 'number');
  expect(figures.filter((figure) => !Number.isSafeInteger(figure))).toEqual([]);
  expect(desk.bugs).toEqual([]);
});
