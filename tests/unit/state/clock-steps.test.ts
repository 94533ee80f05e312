import { expect, test } from 'vitest';
import { ClockSteps } from '#core/state/clock-steps';

test('a moment has the offset of its time, whatever came later', () => {
  const steps = new ClockSteps();
  steps.note(1_000, 50);
  steps.note(2_000, 50);
  steps.note(3_000, -500);
  expect([999, 1_000, 2_500, 3_000, 9_000].map((at) => steps.timeOf(at))).toEqual([undefined, 1_050, 2_550, 2_500, 8_500]);
});

test('where the machine’s clock was set back, a time of it means two moments and neither is told', () => {
  const steps = new ClockSteps();
  steps.note(1_000, 0);
  steps.note(5_000, 0);
  steps.note(2_000, 3_000);
  expect([1_500, 2_000, 4_999].map((at) => steps.timeOf(at))).toEqual([1_500, undefined, undefined]);
  expect([5_000, 6_000].map((at) => steps.timeOf(at))).toEqual([8_000, 9_000]);
});

test('behind what earlier runs knew nothing is known until this run’s broker speaks', () => {
  const steps = new ClockSteps();
  steps.learn([
    [1_000, undefined],
    [2_000, 12_000],
    [3_000, 13_000],
  ]);
  expect([1_500, 2_500, 3_000, 4_000].map((at) => steps.timeOf(at))).toEqual([undefined, 12_500, 13_000, undefined]);
  steps.note(5_000, 20_000);
  expect([2_500, 4_000, 5_000].map((at) => steps.timeOf(at))).toEqual([12_500, undefined, 25_000]);
});

test('remembers a bounded number of steps, the newest', () => {
  const steps = new ClockSteps();
  for (let at = 0; at < 50_000; at += 1) steps.note(at, at);
  expect(steps.timeOf(49_999)).toBe(99_998);
  expect(steps.timeOf(1)).toBeUndefined();
});

test('news of an earlier moment is no step back: a later step is in doubt up to the newest moment that was noted', () => {
  const steps = new ClockSteps();
  steps.note(1_000, 0);
  steps.note(5_000, 0);
  steps.note(2_000, 0);
  steps.note(3_000, 50);
  expect([2_500, 3_500, 4_999, 5_000].map((at) => steps.timeOf(at))).toEqual([2_500, undefined, undefined, 5_050]);
});

test('a time is a whole millisecond, whatever the offset is', () => {
  const steps = new ClockSteps();
  steps.note(1_000, 0.4);
  expect(steps.timeOf(1_000)).toBe(1_000);
});
