import { expect, test } from 'vitest';
import { confirmRearm, resumeDesk, startDesk, pauseByOperator } from '#core/engine/operator-commands';
import { fireNow } from '#core/strategy/trigger/fire-now';
import { armAsSeen } from '../../support/core/arm-as-seen.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { restartedAfter } from '../../support/core/earlier-run.ts';
import { MemoryLatchFile } from '../../support/core/fixtures.ts';

const WHY = 'kill-latch.json is gone';

/** A run that left a working order and a draft, and whose latch nobody can read. */
function restartedInDoubt() {
  const dead = new CoreDesk();
  const { entry } = dead.fired();
  dead.openOrder(entry);
  const latchFile = new MemoryLatchFile();
  latchFile.doubt = WHY;
  const desk = restartedAfter(dead, undefined, latchFile);
  desk.news({ kind: 'open-order', order: dead.openOrderOf(entry) });
  desk.ends();
  desk.wait(30_000);
  return { dead, desk, entry, latchFile };
}

test('A5: a latch in doubt at the start shuts the gate and cancels nothing, whatever the broker lists', () => {
  const { dead, desk, entry } = restartedInDoubt();
  expect([desk.state, desk.deskState.latch.isSet(), desk.kill?.phase]).toEqual(['EMERGENCY', true, 'doubt']);
  desk.disconnect();
  desk.connect();
  desk.news({ kind: 'open-order', order: dead.openOrderOf(entry) });
  desk.ends();
  desk.wait(30_000);
  expect([desk.broker.cancels, desk.broker.frames, desk.deskState.unsentGlobalCancel]).toEqual([[], [], false]);
  expect(desk.order(entry).state).toBe('ACCEPTED');
  expect(desk.alarms().some((text) => text.includes(WHY) && text.includes('Nothing was cancelled'))).toBe(true);
  expect(startDesk(desk.deskState, 'the test')).toMatchObject({ ok: false });
});

test('A5: out of a doubt the operator chooses: acknowledge and re-arm, or kill', () => {
  const first = restartedInDoubt();
  first.desk.rearm();
  expect([first.desk.state, first.desk.deskState.latch.isSet(), first.latchFile.doubt, first.desk.broker.cancels]).toEqual([
    'IDLE',
    false,
    undefined,
    [],
  ]);

  const { desk } = restartedInDoubt();
  desk.killBy();
  expect([desk.kill?.phase, desk.kill?.by, desk.broker.cancels.length]).toEqual(['cancelling', 'the test', 1]);
  desk.wait(30_000);
  expect(desk.kill?.phase).not.toBe('doubt');
});

test('A4: the latch is read again before anything is armed: one that another program has set keeps it from being armed', () => {
  const desk = new CoreDesk().started();
  desk.latchFile.stored = 'the other desk: too fast';
  expect(armAsSeen(desk.deskState, desk.spec(), 'the test')).toMatchObject({ ok: false, error: { code: 'not-allowed-now' } });
  expect([desk.state, desk.deskState.latch.isSet(), desk.kill?.phase]).toEqual(['EMERGENCY', true, 'doubt']);
  expect(desk.alarms().at(-1)).toContain('kill-latch.json says that it is set (the other desk: too fast)');
});

test('A4: the latch is read again before the operator fires a trigger by hand: nothing leaves under the kill of another program', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.latchFile.stored = 'the other desk: too fast';
  expect(fireNow(desk.deskState, id, desk.trigger(id).updatedAt, 'the test')).toMatchObject({
    ok: false,
    error: { code: 'not-allowed-now' },
  });
  expect([desk.state, desk.deskState.latch.isSet(), desk.kill?.phase]).toEqual(['EMERGENCY', true, 'doubt']);
  expect([desk.broker.frames, desk.stores.orders.size, desk.trigger(id).fires]).toEqual([[], 0, 0]);
});

test.each([
  ['started', (desk: CoreDesk) => startDesk(desk.deskState, 'the test')],
  ['resumed', (desk: CoreDesk) => resumeDesk(desk.deskState, 'the test')],
] as const)('A4: the latch is read again before the desk is %s', (how, act) => {
  const desk = new CoreDesk();
  if (how === 'resumed') {
    desk.started();
    pauseByOperator(desk.deskState, 'the test', 'x');
  } else {
    desk.core.start();
    desk.connect();
    desk.ends();
  }
  desk.latchFile.stored = 'the other desk: too fast';
  expect(act(desk).ok).toBe(false);
  expect([desk.state, desk.deskState.latch.isSet()]).toEqual(['EMERGENCY', true]);
});

test('A4: the latch is read again when the link becomes ready: what was armed is disarmed, and what fires then sends nothing', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.disconnect();
  desk.latchFile.doubt = 'desk.lock was removed or replaced while this desk ran';
  desk.connect();
  desk.ends();
  desk.wait(5_000);
  desk.quote(180.02);
  expect([desk.state, desk.trigger(id).life, desk.broker.frames, desk.broker.cancels]).toEqual(['EMERGENCY', 'draft', [], []]);
});

test('A5: a kill by the operator during a doubt makes the earlier phrase of re-arming void', () => {
  const { desk } = restartedInDoubt();
  desk.killBy();
  expect(confirmRearm(desk.deskState, 'the test', 'REARM DU1234567 K7QX').ok).toBe(false);
});
