import { expect, test } from 'vitest';
import { flattenAll } from '#core/protection/flatten-all';
import { heldBare } from '../../support/core/bracket.ts';
import { closes } from '../../support/core/left.ts';
import { AIG, BAC } from '../../support/core/trigger-fixtures.ts';

test('every position is closed, the log says who did it and what was held; what cannot be closed is named and stops nothing', () => {
  for (const gone of [false, true]) {
    const desk = heldBare();
    const held = [...desk.stores.positions.values()];
    const [first] = held;
    if (first === undefined) throw new Error('nothing is held');
    // Seen by the operator, and flat by the time the close is asked for.
    const seen = gone ? [{ ...first, contract: BAC }, first] : [first];
    const done = flattenAll(desk.deskState, seen, 'the test');
    expect(done).toEqual(
      gone
        ? { ok: false, error: { code: 'not-allowed-now', text: '1 of 2 are being closed. BAC: There is no such position.' } }
        : { ok: true, value: desk.coordinator.seq },
    );
    expect(closes(desk).length).toBe(1);
    expect(desk.logs.map(({ text }) => text)).toContainEqual(expect.stringMatching(/^the test flattens all: .*\d+ IBM\.$/));
  }
});

test('two positions that cannot be closed keep the third from nothing', () => {
  const desk = heldBare();
  const [first] = [...desk.stores.positions.values()];
  const done = flattenAll(desk.deskState, [{ ...first!, contract: BAC }, { ...first!, contract: AIG }, first!], 'the test');
  expect([done.ok ? '' : done.error.text.slice(0, 26), closes(desk).length]).toEqual(['1 of 3 are being closed. B', 1]);
});
