import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecentSends } from '#core/risk/recent-sends';
import type { RecentSend } from '#core/risk/risk-context';
import { units } from '#domain/quantity';
import { DU } from '../support/core/fixtures.ts';
import { NOW } from '../support/core/risk.ts';
import { IBM } from '../support/core/trigger-fixtures.ts';
import { holds } from '../support/property.ts';

/** The longest window that the settings allow (C-10), in ms. */
const LONGEST = 600_000;

function send(at: number, count: number): RecentSend {
  return { at, account: DU, conId: IBM.conId, side: 'BUY', quantity: units(count), type: 'MKT', price: null };
}

/** What the desk does with each send: what is surplus goes, the new one comes. */
function sent(sends: RecentSends, key: number, one: RecentSend): void {
  for (const gone of sends.surplus(one.at)) sends.note(gone, undefined);
  sends.note(key, one);
}

test('whatever the pace, every send inside the window is found, and none outside (C-08, C-10)', async () => {
  const steps = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 60 });
  const paces = fc.constantFrom(50, 1_000, 15_000);
  await holds(
    'sends of the window',
    fc.property(steps, paces, fc.integer({ min: 1, max: LONGEST }), (gaps, pace, window) => {
      const sends = new RecentSends();
      const all: RecentSend[] = [];
      let now = NOW;
      for (const [key, gap] of gaps.entries()) {
        now += gap * pace;
        const one = send(now, key + 1);
        sent(sends, key + 1, one);
        all.push(one);
      }
      expect(sends.since(now - window)).toEqual(all.filter(({ at }) => now - at < window));
    }),
  );
}, 300_000);

test('at twenty orders a second none of the last ten minutes is forgotten, and what is older goes', () => {
  const sends = new RecentSends();
  const count = 14_000;
  for (let key = 1; key <= count; key += 1) sent(sends, key, send(NOW + key * 50, key));
  const now = NOW + count * 50;
  expect(sends.since(now - LONGEST)).toHaveLength(LONGEST / 50);
  // Memory is bounded: nothing is kept that no window can ask for.
  expect(sends.since(0)).toHaveLength(LONGEST / 50);
});

test('a clock that was set back hides no send: those of before it seem to lie ahead, and still count', () => {
  const sends = new RecentSends();
  sent(sends, 1, send(NOW - 30_000, 1));
  sent(sends, 2, send(NOW, 2));
  sent(sends, 3, send(NOW - 20_000, 3));
  sent(sends, 4, send(NOW - 19_000, 4));
  expect(sends.since(NOW - 29_000).map(({ quantity }) => quantity)).toEqual([2, 3, 4].map((n) => units(n)));
});

test('a send that is changed or taken back is judged by what it is now', () => {
  const sends = new RecentSends();
  for (const key of [1, 2, 3]) sends.note(key, send(NOW + key, key));
  sends.note(1, undefined);
  sends.note(2, send(NOW + 500, 20));
  expect(sends.since(NOW + 2).map(({ quantity }) => quantity)).toEqual([units(20), units(3)]);
  expect(sends.since(NOW + 3).map(({ quantity }) => quantity)).toEqual([units(20)]);
});
