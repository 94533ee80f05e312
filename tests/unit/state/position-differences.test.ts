import { expect, test } from 'vitest';
import { ComparisonProgress } from '#core/state/comparison-progress';
import { PositionDifferences } from '#core/state/position-differences';

test('a difference that moves between two lists is a new one: fills are on their way, and it counts from then', () => {
  const differences = new PositionDifferences();
  const looks = ([difference, at]: readonly [number, number]) => differences.listed('IBM', difference, at, at);
  expect(
    [
      [50, 0],
      [70, 3_000],
      [70, 6_000],
    ].map((look) => looks(look as [number, number])),
  ).toEqual([false, false, true]);
});

test('a list of positions over a new connection answers no request of the old one', () => {
  const progress = new ComparisonProgress();
  progress.start(1, 1_000, 1);
  progress.reset();
  progress.start(2, 30_000, 2);
  expect(progress.positionsEnded(31_000).askedAt).toBe(30_000);
});
