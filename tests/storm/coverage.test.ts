import { expect, test } from 'vitest';
import { isTooLittle, shareOf } from './coverage-share.ts';
import { CELLS } from './reachable.ts';
import { storm } from './storm.ts';
import { World } from './world.ts';

/** A commit that changes nothing. */
const NOTHING = { seq: 1, at: 0, lane: 'kill', cause: { kind: 'kill', text: 'the test' }, changes: [] } as const;

test('a storm that visits a cell which cannot be is violated, and says which and why', () => {
  const world = new World(1);
  const life = world.boot();
  expect(world.invariants.violations).toEqual([]);
  // Nothing was killed, and a kill is looked at all the same.
  world.coverage.committed(life, { ...NOTHING, name: 'kill.poll' });
  expect(world.invariants.violations).toEqual([
    'the cell none × kill is looked at × lost × standing was visited, and it cannot be: nothing was killed',
  ]);
});

test('a storm that visits what may be is not violated by it, and the visit is counted', () => {
  const world = new World(1);
  const life = world.boot();
  for (const name of ['kill', 'kill']) world.coverage.committed(life, { ...NOTHING, name });
  expect([world.coverage.cells.get('none × kill × lost × standing'), world.invariants.violations]).toEqual([2, []]);
});

test('a commit of the life of the desk that moved nothing is no event', () => {
  const world = new World(1);
  const life = world.boot();
  const before = new Map(world.coverage.cells);
  world.coverage.committed(life, { ...NOTHING, name: 'engine.pause' });
  expect(world.coverage.cells).toEqual(before);
});

test('every cell that cannot be says why; of every event, link and engine something may be, and of every order but one that never left', () => {
  expect([...CELLS.values()].filter((why) => why === '')).toEqual([]);
  for (const at of [0, 1, 2, 3]) {
    const all = new Set([...CELLS.keys()].map((cell) => cell.split(' × ')[at]));
    const reachable = new Set([...CELLS].flatMap(([cell, why]) => (why === undefined ? [cell.split(' × ')[at]] : [])));
    expect([...all].filter((name) => !reachable.has(name))).toEqual(at === 0 ? ['not sent'] : []);
  }
});

test('the share counts what may be and was visited, and what cannot be is in neither number', () => {
  const cells = new Map([
    ['a', undefined],
    ['b', undefined],
    ['c', 'it cannot be'],
  ]);
  const visited = new Map([
    ['a', 7],
    ['c', 1],
  ]);
  expect(shareOf(visited, cells)).toEqual({ cells: 3, reachable: 2, visited: 1, percent: 50, missed: ['b'] });
});

test('less than 95 % is too little for two thousand storms; fewer storms are not judged', () => {
  const share = (percent: number) => ({ ...shareOf(new Map()), percent });
  expect([isTooLittle(share(94.9), 2_000), isTooLittle(share(95), 2_000), isTooLittle(share(10), 1_999)]).toEqual([true, false, false]);
});

test('the cells of a storm are those of its table', () => {
  expect([...storm(7).cells.keys()].filter((cell) => !CELLS.has(cell))).toEqual([]);
});
