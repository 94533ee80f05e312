import { unfollowContract, followContract } from '#core/engine/follow-contract';
import { expect, test } from 'vitest';
import { CoreDesk } from '../../support/core/desk.ts';
import { IBM } from '../../support/core/trigger-fixtures.ts';

/** Crosses above 180; the market data line of the contract was given back at 179.90 and the market has gone to 180.05 since. */
function armedAfterAPause(): CoreDesk {
  const desk = new CoreDesk();
  desk.started();
  expect(followContract(desk.deskState, 'the screen', IBM, 'screen').ok).toBe(true);
  desk.quote(179.9);
  unfollowContract(desk.deskState, 'the screen');
  desk.clock.advance(3_600_000);
  desk.arm(desk.spec(180));
  return desk;
}

test('a crossing that happened while nobody had a market data line fires nothing when the line is there again', () => {
  const desk = armedAfterAPause();
  desk.quote(180.05);
  expect(desk.broker.frames).toEqual([]);
  desk.quote(179.95);
  desk.quote(180.01);
  expect(desk.broker.frames).toHaveLength(1);
});

test('what a contract cost when its line was given back is not shown as its price', () => {
  const desk = armedAfterAPause();
  expect(desk.deskState.board.quote(IBM.conId)).toMatchObject({ updatedAt: 0 });
  expect(desk.deskState.board.quote(IBM.conId)?.last).toBeUndefined();
});
