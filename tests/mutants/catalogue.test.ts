import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCatalogues, wrongEntries, type Entry } from './catalogue.ts';
import { sampleOf, turnOf } from './sample.ts';

const ROOT = join(import.meta.dirname, '../..');

const good: Entry = {
  ...{ id: 'house/main', catalogue: 'house', file: 'tests/mutants/mutant.ts', old: 'export interface Mutant', new: 'interface Mutant' },
  ...{ does: 'Nobody can name a mutant.', tests: ['tests/mutants/catalogue.test.ts'] },
};

describe('the catalogues of mutants', () => {
  it('hold entries that still apply, each once, with a sentence, with tests that exist, and with few equivalents', async () => {
    expect(wrongEntries(await readCatalogues(ROOT), ROOT)).toEqual([]);
  });

  it('are refused by name for whatever an entry has wrong', () => {
    const wrong = (change: Partial<Entry>): readonly string[] => wrongEntries([{ ...good, ...change }], ROOT);
    expect(wrong({})).toEqual([]);
    expect(wrong({ old: 'interface Mutants' })).toEqual([expect.stringContaining('stands 0 times')]);
    expect(wrong({ old: 'readonly' })).toEqual([expect.stringMatching(/stands \d+ times/)]);
    expect(wrong({ file: 'tests/mutants/gone.ts' })).toEqual([expect.stringContaining('tests/mutants/gone.ts is missing')]);
    expect(wrong({ new: good.old })).toEqual([expect.stringContaining('changes nothing')]);
    expect(wrong({ id: 'alone' })).toEqual([expect.stringContaining('is no id of the form room/what')]);
    expect(wrong({ does: 'Nobody can name a mutant' })).toEqual([expect.stringContaining('full stop')]);
    expect(wrong({ tests: ['tests/mutants/gone.test.ts'] })).toEqual([expect.stringContaining('names tests/mutants/gone.test.ts')]);
    expect(wrong({ harmless: ' ' })).toEqual([expect.stringContaining('harmless without a reason')]);
    expect(wrong({ equivalent: 'It is.' })).toContainEqual(expect.stringContaining('equivalent without a proof'));
  });

  it('hold no id and no fault twice, and at most one equivalent in twenty', () => {
    const many = Array.from({ length: 20 }, (_, at) => ({ ...good, id: `house/${at}`, new: `interface Other${at}` }));
    const proven = { equivalent: 'A type is gone before anything runs, so nothing can tell.' };
    expect(wrongEntries([{ ...many[0]!, ...proven }, ...many.slice(1)], ROOT)).toEqual([]);
    expect(wrongEntries([{ ...many[0]!, ...proven }, { ...many[1]!, ...proven }, ...many.slice(2)], ROOT)).toEqual([
      '2 of 20 mutants are called equivalent; at most 5 % may be',
    ]);
    expect(wrongEntries([many[0]!, { ...many[1]!, id: 'house/0' }], ROOT)).toEqual([expect.stringContaining('house/0 stands twice')]);
    expect(wrongEntries([many[0]!, { ...many[1]!, new: many[0]!.new }], ROOT)).toEqual([
      expect.stringContaining('is the same fault as house/0'),
    ]);
  });
});

describe('the sample of a run', () => {
  const many = Array.from({ length: 200 }, (_, at) => ({ ...good, id: `house/${at}` }));
  const ids = (turn: string): readonly string[] => sampleOf(many, 10, turn).map(({ id }) => id);

  it('is the same for the same turn, and another on another day and at another commit', () => {
    const day = Date.UTC(2026, 2, 2, 15);
    const turn = turnOf(day, 'a1b2c3d4e5f6');
    expect(ids(turn)).toHaveLength(10);
    expect(ids(turn)).toEqual(ids(turnOf(day + 3_600_000, 'a1b2c3d4e5f6')));
    expect(ids(turn)).not.toEqual(ids(turnOf(day + 86_400_000, 'a1b2c3d4e5f6')));
    expect(ids(turn)).not.toEqual(ids(turnOf(day, 'b1b2c3d4e5f6')));
  });

  it('comes to every mutant in time', () => {
    const seen = new Set(Array.from({ length: 200 }, (_, turn) => ids(String(turn))).flat());
    expect(seen.size).toBe(200);
  });

  it('leaves out what only unnamed storms can see, and what nothing can', () => {
    const proven = { ...good, equivalent: 'A type is gone before anything runs, so nothing can tell.' };
    expect(sampleOf([{ ...good, tests: [] }, proven], 10, 'any')).toEqual([]);
    expect(sampleOf([{ ...good, tests: [], seeds: [7] }], 10, 'any')).toHaveLength(1);
  });
});
