import { afterEach, expect, test } from 'vitest';
import { decide } from '#core/reconciliation/adoption';
import type { Price } from '#domain/price';
import { units } from '#domain/quantity';
import { type LiveDesk, openLiveDesk } from '../support/core/live-desk.ts';
import { OPEN, simulatorOn, type TapeRun } from '../support/simulator/tape.ts';
import { action, price, px, spec } from '../support/core/trigger-fixtures.ts';

/** The whole way: the simulator's exchange closes, TWS's words over the socket, the adapter, the row in the book. */

const CLOSE = OPEN + 6.5 * 3_600_000;

let run: TapeRun | undefined;
let desk: LiveDesk | undefined;

afterEach(async () => {
  await desk?.close();
  await run?.stop();
});

test('at the close of the day its orders expire, in part or unfilled, by hand or by the desk; those without an end go on', async () => {
  run = await simulatorOn([
    ['IBM', 'bid', '180.00', 300],
    ['IBM', 'ask', '180.02', 300],
    ['IBM', 'last', '180.01', 100],
    ['IBM', 'bid', '180.10', 300, OPEN + 30_000],
    ['IBM', 'ask', '180.12', 300, OPEN + 30_000],
    ['IBM', 'last', '180.11', 100, OPEN + 30_000],
    ['IBM', 'last', '180.11', 100, CLOSE - 2_000],
  ]);
  const { simulator } = run;
  await simulator.market.step(3);
  const typed = (tif: 'DAY' | 'GTC', more: { readonly limit?: Price; readonly outsideRth?: boolean } = {}) =>
    simulator.manual.place({ symbol: 'IBM', action: 'BUY', type: 'LMT', quantity: units(50), limit: px(170), tif, ...more });
  const [day, gtc, late] = [typed('DAY'), typed('GTC'), typed('DAY', { outsideRth: true })];
  desk = await openLiveDesk(simulator);
  for (const found of desk.stores.found.values()) decide(desk.core.deskState, found.key, 'adopt', 'the test');
  const ibm = await desk.contract('IBM');
  desk.arm(
    spec(price(ibm, 'last', 'at-or-above', 180.05), {
      action: action(ibm, { entry: { type: 'LMT', limit: px(178) }, quantity: units(100) }),
    }),
  );
  await simulator.market.step(3);
  const own = () => [...desk!.stores.orders.values()].find(({ origin }) => origin === 'trigger');
  await desk.until('the desk’s own order works', () => own()?.state === 'ACCEPTED');
  const truth = simulator.ledger.orders.find(({ orderRef }) => orderRef !== '')!;
  simulator.gateway.exchange.executeAnyway(truth.permId, units(30));
  await desk.until('a part of it filled', () => own()?.state === 'PARTIALLY_FILLED');
  await simulator.market.step(1);
  const before = desk.core.deskState.exchange;
  await desk.until('the desk’s clock is at the last trade', () => before.now() >= CLOSE - 5_000);
  simulator.gateway.advance(CLOSE);
  await desk.until('the desk’s own order has ended', () => own()?.state === 'EXPIRED');
  const stateOf = (permId: number) => [...desk!.stores.orders.values()].find((order) => order.permId === permId)?.state;
  await desk.until('the manual order of the day has ended', () => stateOf(day.permId) === 'EXPIRED');
  expect({ own: own()?.filled, gtc: stateOf(gtc.permId), late: stateOf(late.permId) }).toEqual({
    own: units(30),
    gtc: 'ACCEPTED',
    late: 'ACCEPTED',
  });
  expect(simulator.ledger.orders.filter(({ completedStatus }) => completedStatus === 'Expired').map(({ permId }) => permId)).toEqual(
    expect.arrayContaining([day.permId, truth.permId]),
  );
  expect(simulator.ledger.position(8314)?.quantity).toBe(units(30));
  expect(desk.bugs).toEqual([]);
});
