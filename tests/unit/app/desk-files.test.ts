import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OrderIds } from '#tws/order/order-ids';
import { openIdHighWater } from '../../../src-main/app/desk-files.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

function nothing(): void {
  // Not listened to here.
}

/** A run of the desk over this folder: TWS offers 1 as its next number, as after a reinstallation. It may die at any moment. */
function run(folder: string, warn: (text: string) => void = nothing): OrderIds {
  const ids = new OrderIds(openIdHighWater(folder, warn));
  ids.nextValid(0, 1);
  return ids;
}

/** Orders of `legs` legs, as many as that; their numbers. */
function sent(ids: OrderIds, orders: number, legs = 3): readonly number[] {
  return Array.from({ length: orders }, () => ids.take(legs) ?? []).flat();
}

test.each([1, 2, 100, 170, 400])('no number is used twice, although a run dies after %i orders without a word', (orders) => {
  const folder = temporaryDirectory();
  const used = new Set<number>();
  for (let life = 0; life < 3; life += 1)
    for (const id of sent(run(folder), orders)) {
      expect(used.has(id), `life ${String(life)}, number ${String(id)}`).toBe(false);
      used.add(id);
    }
});

test('a file that was torn costs numbers, never one that was used: the copy is a block behind', () => {
  const folder = temporaryDirectory();
  const last = Math.max(...sent(run(folder), 400));
  writeFileSync(join(folder, 'order-ids.json'), '{"highest": 1');
  const said: string[] = [];
  const [first] = sent(
    run(folder, (text) => said.push(text)),
    1,
  );
  expect(first).toBeGreaterThan(last);
  expect(said[0]).toMatch(/order-ids\.json .*order ids go on above everything the broker knows/);
});

test('a file that is gone beside its copy is no new beginning either', () => {
  const folder = temporaryDirectory();
  const last = Math.max(...sent(run(folder), 400));
  rmSync(join(folder, 'order-ids.json'));
  expect(sent(run(folder), 1)[0]).toBeGreaterThan(last);
});
