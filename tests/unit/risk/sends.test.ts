import { expect, test } from 'vitest';
import { units } from '#domain/quantity';
import { CoreDesk } from '../../support/core/desk.ts';
import { rulesOf } from '../../support/core/fixtures.ts';
import { BAC, IBM, px } from '../../support/core/trigger-fixtures.ts';
import type { Contract } from '#domain/contract';

let names = 0;

/** A desk that watches IBM at 179.90 and BAC at 13.90; nothing else is in the way of what it sends. */
function watching(limits: Parameters<typeof rulesOf>[0]): CoreDesk {
  const desk = new CoreDesk().started([IBM, BAC]);
  desk.rules = rulesOf({ firingsPerTenMinutes: 100, maxWorkingPerSide: 100, maxPositionShares: 100_000, ...limits });
  desk.quote(179.9);
  desk.quote(13.9, BAC);
  return desk;
}

/** A trigger for so many of the contract that is true already and fires now: the control that denies it, or `sent`. */
function fires(desk: CoreDesk, shares: number, contract: Contract = IBM): string {
  names += 1;
  const { frames } = desk.broker;
  const before = frames.length;
  const [level, last] = contract === IBM ? [179, 179.9] : [13, 13.9];
  const wanted = desk.spec(level, { name: `T${String(names)}` }, { contract, quantity: units(shares) });
  desk.quote(last, contract);
  desk.arm({ ...wanted, condition: { kind: 'price', contract, field: 'last', test: 'at-or-above', level: px(level) } });
  desk.quote(last, contract);
  if (frames.length > before) return 'sent';
  const denied = desk.logs.findLast(({ text }) => text.startsWith('Risk denied'))?.text ?? 'nothing happened';
  return /\((C-\d\d)\)/.exec(denied)?.[1] ?? denied;
}

test.each([
  [2, 1_900, 'C-10'],
  [2, 2_100, 'sent'],
  [10, 1_500, 'C-10'],
  [10, 9_900, 'C-10'],
  [10, 10_100, 'sent'],
  [60, 59_900, 'C-10'],
  [60, 60_100, 'sent'],
])('C-10: with a window of %i s the same order %i ms later: %s', (duplicateWindowSeconds, later, said) => {
  const desk = watching({ duplicateWindowSeconds });
  expect(fires(desk, 7)).toBe('sent');
  desk.wait(later);
  expect(fires(desk, 7)).toBe(said);
});

test('C-10: once a send of long ago is forgotten, the later ones are still known by what they were', () => {
  const desk = watching({ duplicateWindowSeconds: 60 });
  expect(fires(desk, 7)).toBe('sent');
  desk.wait(700_000);
  expect(fires(desk, 8)).toBe('sent');
  desk.wait(5_000);
  expect(fires(desk, 8)).toBe('C-10');
  expect(fires(desk, 7)).toBe('sent');
});

test('C-10: a send is remembered through its whole window, whatever was sent since, and however much', () => {
  const desk = watching({ duplicateWindowSeconds: 60, ordersPerSecond: 1_000, ordersPerSecondPerSymbol: 1_000 });
  expect(fires(desk, 7)).toBe('sent');
  for (let shares = 10; shares < 40; shares += 1) {
    desk.wait(500);
    expect(fires(desk, shares)).toBe('sent');
  }
  desk.wait(30_000);
  expect(fires(desk, 50)).toBe('sent');
  desk.wait(5_000);
  expect(fires(desk, 7)).toBe('C-10');
});

test.each([1, 0.25])('C-08: six a second are six, also with a window of %f s for twins', (duplicateWindowSeconds) => {
  const desk = watching({ ordersPerSecond: 6, ordersPerSecondPerSymbol: 100, duplicateWindowSeconds });
  const said: string[] = [];
  for (let shares = 1; shares <= 7; shares += 1) {
    said.push(fires(desk, shares));
    desk.wait(100);
  }
  expect(said).toEqual(['sent', 'sent', 'sent', 'sent', 'sent', 'sent', 'C-08']);
  desk.wait(900);
  expect(fires(desk, 8)).toBe('sent');
});

test('C-08: orders of another symbol count for the desk and not for this one', () => {
  const desk = watching({ ordersPerSecond: 3, ordersPerSecondPerSymbol: 2 });
  expect([fires(desk, 1), fires(desk, 2, BAC), fires(desk, 3), fires(desk, 4)]).toEqual(['sent', 'sent', 'sent', 'C-08']);
  const one = watching({ ordersPerSecond: 10, ordersPerSecondPerSymbol: 2 });
  expect([fires(one, 1), fires(one, 2), fires(one, 3), fires(one, 4, BAC)]).toEqual(['sent', 'sent', 'C-08', 'sent']);
});
