import { expect, test } from 'vitest';
import { CoreDesk } from '../../support/core/desk.ts';
import { heldBracket } from '../../support/core/bracket.ts';
import { DU } from '../../support/core/fixtures.ts';
import { IBM } from '../../support/core/trigger-fixtures.ts';

test('a machine’s clock that is ten seconds off is told, ahead as well as behind (C-40)', () => {
  for (const [off, word] of [
    [10_000, 'behind'],
    [-10_000, 'ahead of'],
    [4_000, undefined],
  ] as const) {
    const desk = new CoreDesk().started();
    desk.core.onServerTime((desk.clock.now() + off) / 1_000, 0);
    const told = desk.logs.filter(({ text }) => text.includes('(C-40)')).map(({ text }) => text);
    expect([off, told]).toEqual([off, word === undefined ? [] : [expect.stringContaining(`10.0 s ${word} the broker's`)]]);
  }
});

test('a trail by nothing, or by all of the price, is refused before any stop is touched', () => {
  for (const basisPoints of [0, 10_000]) {
    const { desk } = heldBracket();
    const done = desk.core.commands.trailPosition(DU, IBM.conId, { kind: 'percent', basisPoints }, 'the test');
    expect([basisPoints, done.ok ? 'done' : done.error.code]).toEqual([basisPoints, 'invalid-input']);
    expect(desk.broker.frames).toHaveLength(3);
  }
});
