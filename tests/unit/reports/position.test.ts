import { expect, test } from 'vitest';
import { breakeven, protectPosition } from '#core/protection/place-stop';
import type { Contract } from '#domain/contract';
import { units } from '#domain/quantity';
import { acknowledged } from '../../support/core/bracket.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU } from '../../support/core/fixtures.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

const CALL: Contract = { ...IBM, secType: 'OPT', multiplier: 100, expiry: '20131018', strike: px(180), right: 'C' };
const MINI: Contract = { ...IBM, symbol: 'ES', secType: 'FUT', multiplier: 50, expiry: '201312' };

/** Opened on a position of the contract that IB says cost so much each. */
function opened(contract: Contract, quantity: number, cost: number): CoreDesk {
  const desk = new CoreDesk();
  desk.core.start();
  desk.connect();
  desk.position(quantity, contract, cost);
  desk.ends();
  desk.pnl();
  desk.know(contract);
  return desk;
}

test.each([
  ['a stock', IBM, 180.02, 180.02],
  ['an option on a hundred', CALL, 250, 2.5],
  ['a future of fifty a point', MINI, 83_512.5, 1_670.25],
] as const)('IB tells what one contract of %s cost in all; the average is a price a unit', (_what, contract, cost, average) => {
  const desk = opened(contract, 2, cost);
  expect(desk.stores.positions.get(`${DU}:${contract.conId}`)).toMatchObject({
    quantity: units(2),
    averagePrice: px(average),
    brokerAverageCost: px(average),
  });
});

test('the breakeven of an option that was there at the start is its price, not a hundred times that', () => {
  const desk = opened(CALL, 2, 250);
  desk.quote(3, CALL);
  expect(protectPosition(desk.deskState, DU, CALL.conId, px(2), 'the test')).toMatchObject({ ok: true });
  acknowledged(desk, desk.broker.frames.at(-1)?.ref ?? expect.fail('no stop left'), 'PreSubmitted');
  expect(breakeven(desk.deskState, DU, CALL.conId, 'the test')).toMatchObject({ ok: true });
  expect(desk.broker.changes.at(-1)?.leg).toMatchObject({ stop: px(2.5), quantity: units(2) });
});
