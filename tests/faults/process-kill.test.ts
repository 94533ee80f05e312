import { expect, test } from 'vitest';
import type { OrderRef } from '#domain/ids';
import type { OpenOrderNews } from '#core/ports/broker';
import { CoreDesk } from '../support/core-desk.ts';
import { MemoryLatchFile } from '../support/core-fixtures.ts';
import { IBM } from '../support/trigger-fixtures.ts';

/** What a kill -9 leaves behind: the files, and whatever reached the broker. The dead desk is never used again. */
function after(dead: CoreDesk, latchFile = new MemoryLatchFile()): CoreDesk {
  const desk = new CoreDesk({ latchFile, drafts: dead.saved, startAfter: (dead.journal.records.at(-1)?.seq ?? 0) + 1_000 });
  desk.core.start();
  desk.know(IBM);
  desk.connect();
  return desk;
}

/** How TWS lists an order that the dead desk sent. */
function listed(dead: CoreDesk, ref: OrderRef, ibStatus = 'Submitted', more: Partial<OpenOrderNews> = {}): OpenOrderNews {
  return dead.openOrderOf(ref, ibStatus, more);
}

function placed(desk: CoreDesk): readonly string[] {
  return desk.broker.left.filter((what) => what.startsWith('place'));
}

test('P-07: a death during a kill: the next run is latched and disarmed, and nothing fires or leaves', () => {
  const latchFile = new MemoryLatchFile();
  const dead = new CoreDesk({ latchFile });
  const { entry } = dead.fired();
  dead.openOrder(entry);
  dead.arm(dead.spec(190, { name: 'B' }));
  dead.killBy();
  const desk = after(dead, latchFile);
  desk.news({ kind: 'open-order', order: listed(dead, entry) });
  desk.ends();
  desk.wait(5_000);
  desk.quote(180.1);
  desk.quote(190.1);
  expect([desk.state, desk.hall.latch.isSet(), desk.hall.registry.size]).toEqual(['EMERGENCY', true, 0]);
  expect([...desk.stores.triggers.values()].filter(({ life }) => life === 'armed' || life === 'paused')).toEqual([]);
  expect(placed(desk)).toEqual([]);
  expect(desk.broker.cancels).toMatchObject([{ clientId: 2, orderId: 100 }]);
});
