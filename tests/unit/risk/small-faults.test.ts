import { expect, test } from 'vitest';
import { RecentSends } from '#core/risk/recent-sends';
import type { RecentSend } from '#core/risk/risk-context';

/** Behaviour that drawn faults of this room showed to be held by no test. */

const MINUTE = 60_000;

function send(at: number): RecentSend {
  return { at } as RecentSend;
}

test('sends are given up by age alone, the oldest first, and none that a control may still ask for', () => {
  const sends = new RecentSends();
  for (const minute of [0, 1, 2]) sends.note(minute, send(minute * MINUTE));
  expect(sends.surplus(2 * MINUTE)).toEqual([]);
  expect(sends.surplus(10 * MINUTE - 1)).toEqual([]);
  expect(sends.surplus(10 * MINUTE)).toEqual([0]);
  expect(sends.surplus(11 * MINUTE)).toEqual([0, 1]);
  expect(sends.surplus(60 * MINUTE)).toEqual([0, 1, 2]);
  sends.note(0, undefined);
  expect([sends.surplus(10 * MINUTE), sends.since(-1).map(({ at }) => at)]).toEqual([[], [MINUTE, 2 * MINUTE]]);
  expect(sends.since(MINUTE).map(({ at }) => at)).toEqual([2 * MINUTE]);
});
