import { expect, test } from 'vitest';
import type { ClientId, OrderId, PermId } from '#domain/ids';
import { CoreDesk } from '../../support/core/desk.ts';
import { manualOrder, MemoryLatchFile } from '../../support/core/fixtures.ts';
import { IBM } from '../../support/core/trigger-fixtures.ts';

const FOREIGN = manualOrder({ clientId: 9 as ClientId, orderId: 5 as OrderId, permId: 555 as PermId });

test('a kill of everything into a socket that is half open goes out again whole with the next connection, and until nothing works', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.news({ kind: 'open-order', order: FOREIGN });
  desk.wait(1_000);
  // The first heartbeat was missed: not ready, and what is written now goes nowhere.
  desk.news({ kind: 'link', link: desk.link({ ready: false, problem: { code: 'half-open', text: 'No heartbeat.' } }) });
  desk.killBy('all', 'the test says so', 'cancel');
  desk.epoch += 1;
  desk.disconnect();
  desk.wait(3_000);
  const before = desk.broker.left.length;
  desk.connect();
  expect(desk.broker.left.slice(before, before + 2).toSorted()).toEqual(['cancel 2:100', 'global-cancel']);
  const list = (): void => {
    desk.openOrder(entry);
    desk.news({ kind: 'open-order', order: FOREIGN });
    desk.ends();
  };
  const globals = desk.broker.globalCancels;
  for (let second = 0; second < 60; second += 1) {
    desk.wait(1_000);
    list();
  }
  const again = desk.broker.globalCancels - globals;
  expect([again >= 2, again <= 4]).toEqual([true, true]);
  expect(desk.kill).toMatchObject({ phase: 'residuals', residuals: [entry, 'perm:555'] });
  desk.status(entry, 'Cancelled');
  desk.news({ kind: 'completed-order', order: { ...FOREIGN, ibStatus: 'Cancelled' }, completedStatus: 'Cancelled' });
  desk.wait(2_000);
  desk.ends();
  desk.wait(2_000);
  expect(desk.kill?.phase).toBe('verified');
  const verified = desk.broker.globalCancels;
  desk.wait(120_000);
  expect(desk.broker.globalCancels).toBe(verified);
});

test('a kill’s cancel that IB takes no note of is sent again, ever more seldom; one that is pending at IB is not', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.killBy();
  const cancels = (seconds: number, listed = 'Submitted'): number => {
    const before = desk.broker.cancels.length;
    for (let second = 0; second < seconds; second += 1) {
      desk.wait(1_000);
      desk.openOrder(entry, listed);
      desk.ends();
    }
    return desk.broker.cancels.length - before;
  };
  expect([cancels(25), cancels(20), cancels(40), cancels(60)]).toEqual([2, 1, 1, 1]);
  desk.status(entry, 'PendingCancel');
  expect(cancels(180, 'PendingCancel')).toBe(0);
});

test('a kill of everything that a run did not finish is finished by the next one, which reaches what was placed by hand', () => {
  const latchFile = new MemoryLatchFile();
  const dead = new CoreDesk({ latchFile });
  dead.fired();
  dead.killBy('all', 'the test says so', 'cancel');
  expect(latchFile.scope).toBe('all');
  const desk = new CoreDesk({ latchFile, startAfter: 5_000 });
  desk.core.start();
  desk.know(IBM);
  desk.connect();
  expect(desk.broker.left[0]).toBe('global-cancel');
  const byHand = manualOrder({ orderId: -5 as OrderId, permId: 556 as PermId });
  desk.news({ kind: 'open-order', order: byHand });
  desk.news({ kind: 'open-order', order: FOREIGN });
  desk.ends();
  desk.wait(3_000);
  expect(desk.broker.cancels).toMatchObject([{ clientId: 0, orderId: -5 }]);
  expect(desk.kill).toMatchObject({ scope: 'all', phase: 'residuals' });
  for (const order of [byHand, FOREIGN])
    desk.news({ kind: 'completed-order', order: { ...order, ibStatus: 'Cancelled' }, completedStatus: 'Cancelled' });
  desk.ends();
  desk.wait(3_000);
  desk.ends();
  desk.wait(2_000);
  expect(desk.kill).toMatchObject({ scope: 'all', phase: 'verified' });
  expect(desk.state).toBe('EMERGENCY');
  // What is placed by hand from now on is not for the run after it to cancel.
  expect([latchFile.stored !== undefined, latchFile.scope]).toEqual([true, 'own']);
});

test('a narrower kill after one of everything takes nothing back, in memory and in the file', () => {
  const desk = new CoreDesk().started();
  desk.killBy('all', 'the test says so', 'cancel');
  desk.killBy('own', 'again');
  expect([desk.deskState.latch.scope(), desk.latchFile.scope, desk.kill?.scope]).toEqual(['all', 'all', 'all']);
  expect([desk.deskState.latch.exits(), desk.latchFile.exits, desk.kill?.exits]).toEqual(['cancel', 'cancel', 'cancel']);
});

test('looks of different connections prove nothing together', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.disconnect();
  for (let i = 0; i < 3; i += 1) {
    desk.connect();
    desk.ends();
    desk.wait(6_000);
    desk.disconnect();
    expect(desk.order(entry).absence).toBeUndefined();
  }
  desk.connect();
  for (let i = 0; i < 8; i += 1) {
    desk.ends();
    desk.wait(2_500);
  }
  expect(desk.order(entry)).toMatchObject({ state: 'UNKNOWN', absence: { isProven: true } });
});

test('an order that was sent while the connections were being built anew is UNKNOWN with the next of them', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.news({ kind: 'link', link: desk.link({ ready: false }) });
  expect(desk.order(entry).state).toBe('UNKNOWN');
  const other = new CoreDesk();
  const fired = other.fired();
  other.epoch += 1;
  other.news({ kind: 'link', link: other.link() });
  expect(other.order(fired.entry).state).toBe('UNKNOWN');
});
