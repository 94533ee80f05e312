import { expect, test } from 'vitest';
import { ThresholdIndex } from '#core/trigger/threshold-index';

interface Level {
  readonly name: string;
  readonly up: boolean;
  level: number;
  slot: number;
}

const make = (name: string, up: boolean, level: number): Level => ({ name, up, level, slot: 0 });

function recorder(): { readonly told: string[]; flip(level: Level, on: boolean): void } {
  const told: string[] = [];
  return { told, flip: (level, on) => void told.push(`${level.name}:${on ? 'on' : 'off'}`) };
}

test('a move tells exactly the levels that it passes, the level itself included', () => {
  const index = new ThresholdIndex<Level>();
  const sink = recorder();
  index.seek(100);
  for (const level of [
    make('u101', true, 101),
    make('u103', true, 103),
    make('d99', false, 99),
    make('d100', false, 100),
    make('u101b', true, 101),
  ]) {
    index.insert(level, 100);
  }
  const move = (price: number): readonly string[] => {
    sink.told.length = 0;
    index.moveTo(price, sink);
    return [...sink.told];
  };
  expect(move(101)).toEqual(['u101:on', 'u101b:on', 'd100:off']);
  expect(move(102)).toEqual([]);
  expect(move(103)).toEqual(['u103:on']);
  expect(move(103)).toEqual([]);
  expect(move(98)).toEqual(['u103:off', 'u101b:off', 'u101:off', 'd100:on', 'd99:on']);
});

test('what is removed is told of no more, also after many removals and insertions', () => {
  const index = new ThresholdIndex<Level>();
  const sink = recorder();
  index.seek(0);
  const levels = Array.from({ length: 400 }, (_, i) => make(String(i), i % 2 === 0, i + 1));
  for (const level of levels) index.insert(level, 0);
  for (const level of levels.slice(0, 390)) index.remove(level);
  expect(index.size).toBe(10);
  index.moveTo(350, sink);
  const late = make('late', true, 351);
  index.insert(late, 350);
  index.moveTo(500, sink);
  expect(sink.told).toEqual([
    'late:on',
    '390:on',
    '392:on',
    '394:on',
    '396:on',
    '398:on',
    '391:off',
    '393:off',
    '395:off',
    '397:off',
    '399:off',
  ]);
  expect(() => index.insert(late, 500)).toThrow('indexed already');
});

test('removal finds its own among equals', () => {
  const index = new ThresholdIndex<Level>();
  const equals = ['a', 'b', 'c', 'd'].map((name) => make(name, true, 7));
  for (const level of equals) index.insert(level, 0);
  index.remove(equals[1]!);
  index.remove(equals[3]!);
  const sink = recorder();
  index.moveTo(7, sink);
  expect(sink.told).toEqual(['a:on', 'c:on']);
});
