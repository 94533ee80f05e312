import { expect, test } from 'vitest';
import { CoreDesk } from '../support/core/desk.ts';
import { MemoryLatchFile } from '../support/core/fixtures.ts';
import { restartedAfter } from '../support/core/earlier-run.ts';
import { placed } from '../support/core/left.ts';

test('P-07: a death during a kill: the next run is latched and disarmed, and nothing fires or leaves', () => {
  const latchFile = new MemoryLatchFile();
  const dead = new CoreDesk({ latchFile });
  const { entry } = dead.fired();
  dead.openOrder(entry);
  dead.arm(dead.spec(190, { name: 'B' }));
  dead.killBy();
  const desk = restartedAfter(dead, [], latchFile);
  desk.news({ kind: 'open-order', order: dead.openOrderOf(entry) });
  desk.ends();
  desk.wait(5_000);
  desk.quote(180.1);
  desk.quote(190.1);
  expect([desk.state, desk.deskState.latch.isSet(), desk.deskState.registry.size]).toEqual(['EMERGENCY', true, 0]);
  expect([...desk.stores.triggers.values()].filter(({ life }) => life === 'armed' || life === 'paused')).toEqual([]);
  expect(placed(desk)).toEqual([]);
  expect(desk.broker.cancels).toMatchObject([{ clientId: 2, orderId: 100 }]);
});
