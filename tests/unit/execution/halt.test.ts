import { expect, test } from 'vitest';
import { resumeDesk } from '#core/engine/operator-commands';
import { pauseDesk } from '#core/execution/halt';
import { requestLists, requestPositions } from '#core/execution/request-lists';
import { changeOrder } from '#core/execution/modify';
import { cancelBrokenBrackets } from '#core/execution/lost-brackets';
import { units } from '#domain/quantity';
import { acknowledged, BRACKET, heldBracket, sentBracket } from '../../support/core/bracket.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { earlier } from '../../support/core/earlier-run.ts';
import { cancelled } from '../../support/core/left.ts';
import { px } from '../../support/core/trigger-fixtures.ts';

test('an entry that waited for a message slot does not leave after a pause, also when the desk is resumed at once', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.broker.mode = 'queue';
  desk.quote(180.02);
  pauseDesk(desk.deskState, 'a look', 'the test');
  desk.broker.mode = 'wire';
  expect(resumeDesk(desk.deskState, 'the test').ok).toBe(true);
  desk.broker.releaseWaiting();
  expect([desk.broker.frames, desk.order(desk.ref(id)).state]).toEqual([[], 'DENIED']);
});

test('an order that is written as the connection goes is UNKNOWN, whatever accounts were told', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.broker.onFrame = () => {
    desk.broker.onFrame = () => undefined;
    desk.disconnect();
  };
  desk.quote(180.02);
  expect(desk.order(desk.ref(id)).state).toBe('UNKNOWN');
});

test('the stop of a bracket that leaves in the moment of a kill is called back with its entry', () => {
  const desk = new CoreDesk();
  const id = desk.waiting(BRACKET);
  let legs = 0;
  desk.broker.onFrame = () => {
    legs += 1;
    if (legs === 3) desk.deskState.latch.set('just now', 'own', 'keep');
  };
  desk.quote(180.02);
  expect(new Set(cancelled(desk))).toEqual(new Set([desk.ref(id), desk.ref(id, 'T'), desk.ref(id, 'S')]));
});

test('an exit made larger in TWS than this desk knows is told with both figures', () => {
  const { desk, stop } = heldBracket();
  acknowledged(desk, stop, 'PreSubmitted', { quantity: units(150) });
  expect(desk.alarms().filter((text) => text.includes('quantity 100 → 150'))).toHaveLength(1);
});

test('a stop counts as moved only when IB lists it at its new price', () => {
  const { desk, stop } = heldBracket();
  expect(changeOrder(desk.deskState, desk.order(stop), { stop: px(179.5) }, 'the test').ok).toBe(true);
  acknowledged(desk, stop, 'PreSubmitted', { stop: px(179) });
  expect(desk.order(stop)).toMatchObject({ state: 'PENDING_REPLACE', stop: px(179) });
  acknowledged(desk, stop, 'PreSubmitted', { stop: px(179.5) });
  expect(desk.order(stop)).toMatchObject({ state: 'ACCEPTED', stop: px(179.5) });
});

test('the lists of a look-up answer their own request, not the next one', () => {
  const desk = new CoreDesk();
  desk.core.start();
  const asked = desk.clock.now();
  requestLists(desk.deskState);
  desk.clock.advance(400);
  requestPositions(desk.deskState);
  expect(desk.deskState.reconciliation.positionsEnded(desk.clock.now()).askedAt).toBe(asked);
});

test('the exits of an entry that has filled in part are not cancelled as lost after a reconnect', () => {
  const { desk, entry, target, stop } = sentBracket();
  desk.fill(entry, 40, 180.02);
  desk.status(entry, 'Cancelled', 40);
  desk.disconnect();
  desk.connect();
  desk.ends();
  desk.wait(3_000);
  expect([entry, target, stop].map((ref) => desk.order(ref).state)).toEqual(['CANCELLED', 'UNKNOWN', 'UNKNOWN']);
  cancelBrokenBrackets(desk.deskState);
  expect(desk.broker.cancels).toEqual([]);
});

test('a firing whose reference IB knows already is denied, and the row of that order stays as IB tells it', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  const ref = desk.ref(id);
  desk.news({ kind: 'open-order', order: earlier(ref) });
  desk.quote(180.02);
  expect([desk.broker.frames, desk.trigger(id).life]).toEqual([[], 'failed']);
  expect(desk.order(ref)).toMatchObject({ state: 'ACCEPTED', permId: 501 });
});
