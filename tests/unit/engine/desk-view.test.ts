import { expect, test } from 'vitest';
import { type DeskAccess, deskCommands } from '#core/engine/desk-commands';
import { kill } from '#core/safety/kill';
import type { DeskView } from '#core/state/desk-view';
import { CoreDesk } from '../../support/core/desk.ts';

/** What the compiler refuses; each line that it took would be an error here. Never run. */
function forbidden(view: DeskView): readonly unknown[] {
  // @ts-expect-error only a re-arming clears the latch
  const clear: unknown = view.latch.clear;
  // @ts-expect-error only a kill sets it
  const set: unknown = view.latch.set;
  // @ts-expect-error stores are written in commits
  const write: unknown = view.stores.orders.set;
  // @ts-expect-error the same, past the transaction
  const put: unknown = view.stores.engine.put;
  // @ts-expect-error commits belong to the core
  const submit: unknown = view.coordinator.submit;
  // @ts-expect-error orders reach the broker through the gate alone
  const broker: unknown = view.broker;
  // @ts-expect-error the file of the latch is the kill's
  const file: unknown = view.killLatchFile;
  // @ts-expect-error market data lines are counted by the core
  const subscribe: unknown = view.market.subscribe;
  // @ts-expect-error the lines are counted there too
  const want: unknown = view.subscriptions.want;
  // @ts-expect-error watchers are armed and fired by commands
  const fireNow: unknown = view.registry.fireNow;
  // @ts-expect-error what is derived from orders follows the commits
  const note: unknown = view.index.note;
  // @ts-expect-error details are learnt by a command
  const learn: unknown = view.details.set;
  // @ts-expect-error counters count in the core
  const count: unknown = view.counters.set;
  // @ts-expect-error the picture of the link is the adapter's
  view.link = { ...view.link, ready: true };
  // @ts-expect-error a function that writes the state does not take a view for it
  kill(view, 'own', 'a handler', 'never');
  return [clear, set, write, put, submit, broker, file, subscribe, want, fireNow, note, learn, count];
}

test('a view has no writing hand', () => {
  expect(forbidden).toBeTypeOf('function');
});

test('a view is the state itself: what a command does is seen at once', () => {
  const desk = new CoreDesk().started();
  const { view, commands }: DeskAccess = desk.core;
  expect([view.latch.isSet(), view.link.ready]).toEqual([false, true]);
  desk.disconnect();
  expect(view.link.ready).toBe(false);
  commands.kill('own', 'the test', 'seen');
  expect([view.latch.isSet(), view.latch.reason(), view.stores.engine.get('desk')?.state]).toEqual([true, 'seen', 'EMERGENCY']);
});

test('what an arming or a resumed watcher has made fire is sent in the same call; a refused arming sends nothing', () => {
  const desk = new CoreDesk().started();
  desk.quote(179.9);
  let drains = 0;
  const commands = deskCommands(desk.deskState, () => {
    drains += 1;
  });
  const word = { fingerprint: commands.dryRun(desk.spec()).fingerprint, confirmed: [] };
  const armed = commands.armTrigger(desk.spec(), 'the test', word);
  expect([armed.ok, drains]).toEqual([true, 1]);
  expect(commands.armTrigger(desk.spec(), 'the test', word)).toMatchObject({ ok: false, error: { code: 'invalid-input' } });
  expect(drains).toBe(1);
  if (!armed.ok) return;
  expect(commands.changeTrigger(armed.value.id, desk.trigger(armed.value.id).updatedAt, 'pause', 'the test').ok).toBe(true);
  expect(drains).toBe(2);
});
