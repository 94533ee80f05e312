import { expect, test } from 'vitest';
import { startDesk, stopDesk } from '#core/engine/operator-commands';
import { sentBracket } from '../../support/core/bracket.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { cancelled } from '../../support/core/left.ts';
import { IBM } from '../../support/core/trigger-fixtures.ts';

test('fills that keep coming do not put off the comparison of positions: it comes every few seconds', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  const before = desk.broker.positionRequests;
  for (let second = 0; second < 20; second += 1) {
    desk.wait(1_000);
    desk.fill(entry, 1, 180.02);
  }
  expect(desk.broker.positionRequests - before).toBeGreaterThanOrEqual(4);
});

test('the fill of a stop that only a list tells, after a reconnect, ends the rest of its entry as one told live does', () => {
  const { desk, entry, stop } = sentBracket();
  desk.fill(entry, 30, 180.02);
  desk.disconnect();
  desk.connect();
  desk.openOrder(entry);
  desk.fill(stop, 30, 178.98, {}, false);
  desk.ends();
  expect(cancelled(desk)).toEqual([entry]);
});

test('what a price did while market data was away is no crossing', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.core.sink.baseline(IBM.conId, true);
  desk.quote(180.02);
  expect([desk.broker.frames, desk.trigger(id).life]).toEqual([[], 'armed']);
});

test('a desk that was stopped watches nothing: started again it scans, and the trigger can be armed anew', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  expect(stopDesk(desk.deskState, 'the test').ok).toBe(true);
  expect(startDesk(desk.deskState, 'the test').ok).toBe(true);
  expect([desk.state, desk.trigger(id).life]).toEqual(['SCANNING', 'draft']);
  desk.quote(179.9);
  desk.rearmTrigger(id);
  expect([desk.state, desk.trigger(id).life]).toEqual(['SIGNAL_WAIT', 'armed']);
});
