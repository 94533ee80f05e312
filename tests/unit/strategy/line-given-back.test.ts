import { followContract, unfollowContract } from '#core/engine/follow-contract';
import { modifyOrder } from '#core/execution/modify';
import { orderKeyOf } from '#domain/ids';
import { expect, test } from 'vitest';
import { CoreDesk } from '../../support/core/desk.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

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

test('after a firing gave the line back, its order can be changed at the last price while that is fresh, and not once it is old', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired({ entry: { type: 'LMT', limit: px(179.5) } });
  desk.openOrder(entry);
  expect(desk.market.subscribed.has(IBM.conId)).toBe(false);
  const change = (limit: number) =>
    modifyOrder(desk.deskState, orderKeyOf(entry), desk.order(entry).updatedAt, { limit: px(limit) }, 'the test');
  expect(change(179.4)).toMatchObject({ ok: true });
  desk.openOrder(entry, 'Submitted', { limit: px(179.4) });
  desk.wait(60_000);
  expect(change(179.3)).toMatchObject({ ok: false, error: { text: expect.stringContaining('C-05') as string } });
});

test('a price that was heard on the old stream is forgotten when a new one begins, also when it is fresh', () => {
  const desk = new CoreDesk().started();
  followContract(desk.deskState, 'the screen', IBM, 'screen');
  desk.quote(179.9);
  unfollowContract(desk.deskState, 'the screen');
  expect(desk.deskState.board.quote(IBM.conId)?.last).toBe(px(179.9));
  followContract(desk.deskState, 'the screen', IBM, 'screen');
  expect(desk.deskState.board.quote(IBM.conId)?.last).toBeUndefined();
});
