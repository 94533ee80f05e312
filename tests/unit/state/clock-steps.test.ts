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

test('corrections of one moment are one step: however many there are, no earlier moment is forgotten for them', () => {
  const steps = new ClockSteps();
  steps.note(1_000, 50);
  steps.note(9_000, 0);
  // The machine's clock was set back by hours: until it has caught up, each word of the broker corrects the same moment.
  for (let word = 0; word < 24_000; word += 1) steps.note(2_000 + word / 4, word % 2 === 0 ? 10 : 20);
  expect([steps.timeOf(1_500), steps.timeOf(9_000)]).toEqual([1_550, 9_020]);
});

test('a bounded number of doubts is remembered, and what a forgotten one was about is not told either', () => {
  const steps = new ClockSteps();
  // Each minute the clock goes on and is set back by a second.
  for (let minute = 1; minute <= 1_000; minute += 1) {
    steps.note(minute * 60_000, minute);
    steps.note(minute * 60_000 - 1_000, minute + 0.5);
  }
  const inDoubt = (minute: number): number | undefined => steps.timeOf(minute * 60_000 - 500);
  const certain = (minute: number): number | undefined => steps.timeOf(minute * 60_000 + 30_000);
  expect([inDoubt(1_000), inDoubt(901), certain(1_000), certain(950)]).toEqual([undefined, undefined, 60_031_001, 57_030_951]);
  expect([1, 2, 500, 899].map(inDoubt)).toEqual([undefined, undefined, undefined, undefined]);
  // Nobody knows any more which moments of that time were told twice.
  expect([1, 2, 500, 899].map(certain)).toEqual([undefined, undefined, undefined, undefined]);
});
