import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cell, TablePatch, TableSnapshot } from '#protocol/stream';
import { holds } from '../../support/property.ts';
import { TableReplica } from '../../../src-renderer/replica/table-replica.ts';

interface Thing {
  readonly id: number;
  readonly a: number | null;
  readonly b: string;
  readonly c: readonly number[];
}

const COLUMNS = ['id', 'a', 'b', 'c'] as const;

function cellsOf(row: Thing): readonly Cell[] {
  return [row.id, row.a, row.b, row.c];
}

function snapshotOf(rows: readonly Thing[], seq: number): TableSnapshot {
  return { kind: 'table', topic: 'orders', seq, columns: COLUMNS, rows: rows.map(cellsOf) };
}

function shown(replica: TableReplica<Thing>): readonly Thing[] {
  return replica.keys.map((key) => replica.row(key)!);
}

const thing = (id: number): fc.Arbitrary<Thing> =>
  fc.record({
    id: fc.constant(id),
    a: fc.option(fc.integer({ min: -3, max: 3 })),
    b: fc.constantFrom('x', 'y'),
    c: fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 2 }),
  });

/** One step of the desk: some rows as they are afterwards, some gone. */
const step = fc.record({
  put: fc.uniqueArray(fc.integer({ min: 0, max: 7 }).chain(thing), { selector: (row) => row.id, maxLength: 4 }),
  del: fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { maxLength: 3 }),
});

/** What the desk would send: whole rows for new keys, changed cells for known ones. */
function patchBetween(before: ReadonlyMap<number, Thing>, after: ReadonlyMap<number, Thing>, fromSeq: number): TablePatch {
  const put: (readonly Cell[])[] = [];
  const cells: Cell[] = [];
  for (const [key, row] of after) {
    const old = before.get(key);
    if (old === undefined) put.push(cellsOf(row));
    else {
      const pairs = COLUMNS.flatMap((column, i) =>
        JSON.stringify(old[column]) === JSON.stringify(row[column]) ? [] : [i, row[column] as Cell],
      );
      if (pairs.length > 0) cells.push(key, pairs.length / 2, ...pairs);
    }
  }
  const del = [...before.keys()].filter((key) => !after.has(key));
  return { kind: 'table-patch', topic: 'orders', fromSeq, seq: fromSeq + 1, put, cells, del };
}

describe('a table replica', () => {
  test('after any patches equals the snapshot of the same moment, row for row, and unchanged rows are the same objects', async () => {
    await holds(
      'patches equal the snapshot',
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 7 }).chain(thing), { selector: (row) => row.id }),
        fc.array(step, { maxLength: 12 }),
        (first, steps) => {
          let desk = new Map(first.map((row) => [row.id, row]));
          const replica = new TableReplica<Thing>('id');
          expect(replica.apply(snapshotOf(first, 0))).toBe('applied');
          steps.forEach(({ put, del }, i) => {
            const next = new Map(desk);
            for (const key of del) next.delete(key);
            for (const row of put) next.set(row.id, row);
            const before = new Map(replica.keys.map((key) => [key, replica.row(key)]));
            expect(replica.apply(patchBetween(desk, next, i))).toBe('applied');
            for (const [key, row] of next) {
              const same = JSON.stringify(desk.get(key)) === JSON.stringify(row);
              if (same) expect(replica.row(key)).toBe(before.get(key));
            }
            desk = next;
          });
          const rebuilt = new TableReplica<Thing>('id');
          rebuilt.apply(snapshotOf([...desk.values()], 99));
          expect(new Map(shown(replica).map((row) => [row.id, row]))).toEqual(new Map(shown(rebuilt).map((row) => [row.id, row])));
          expect(replica.seq).toBe(steps.length);
        },
      ),
    );
  });

  test('a stamp rises exactly when a cell of its columns changes or a row comes or goes, by patches and by snapshots', async () => {
    await holds(
      'stamps tell what changed',
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 7 }).chain(thing), { selector: (row) => row.id }),
        fc.array(fc.tuple(step, fc.boolean()), { maxLength: 12 }),
        (first, steps) => {
          let desk = new Map(first.map((row) => [row.id, row]));
          const replica = new TableReplica<Thing>('id');
          replica.apply(snapshotOf(first, 0));
          replica.publish();
          const seen = (columns: readonly (keyof Thing)[]): string =>
            JSON.stringify(shown(replica).map((row) => [row.id, ...columns.map((column) => row[column])]));
          const watched = [[], ['a'], ['b'], ['a', 'c']] as const;
          let seq = 0;
          for (const [{ put, del }, whole] of steps) {
            const next = new Map(desk);
            for (const key of del) next.delete(key);
            for (const row of put) next.set(row.id, row);
            const before = watched.map((columns) => ({ stamp: replica.stamp(columns), text: seen(columns) }));
            replica.apply(whole ? snapshotOf([...next.values()], seq + 1) : patchBetween(desk, next, seq));
            replica.publish();
            seq += 1;
            watched.forEach((columns, i) => {
              const changed = seen(columns) !== before[i]!.text;
              expect(replica.stamp(columns) > before[i]!.stamp).toBe(changed);
            });
            desk = next;
          }
        },
      ),
    );
  });

  test('refuses a patch that skips a number and changes nothing, not even a part of it', () => {
    const replica = new TableReplica<Thing>('id');
    replica.apply(snapshotOf([{ id: 1, a: 1, b: 'x', c: [] }], 4));
    const row = replica.row(1);
    const skipped: TablePatch = { kind: 'table-patch', topic: 'orders', fromSeq: 5, seq: 6, cells: [1, 1, 1, 2], del: [] };
    expect(replica.apply(skipped)).toBe('gap');
    expect({ seq: replica.seq, row: replica.row(1), same: replica.row(1) === row }).toEqual({
      seq: 4,
      row: { id: 1, a: 1, b: 'x', c: [] },
      same: true,
    });
  });

  test('refuses cells of a row it does not hold, because then the copies already differ', () => {
    const replica = new TableReplica<Thing>('id');
    replica.apply(snapshotOf([{ id: 1, a: 1, b: 'x', c: [] }], 4));
    const strange: TablePatch = { kind: 'table-patch', topic: 'orders', fromSeq: 4, seq: 5, put: [[2, 1, 'x', []]], cells: [3, 1, 1, 2] };
    expect(replica.apply(strange)).toBe('gap');
    expect(shown(replica)).toEqual([{ id: 1, a: 1, b: 'x', c: [] }]);
  });

  test('refuses every patch before the first snapshot', () => {
    const replica = new TableReplica<Thing>('id');
    expect(replica.apply({ kind: 'table-patch', topic: 'orders', fromSeq: 0, seq: 1 })).toBe('gap');
    expect(replica.seq).toBeNull();
  });

  test('calls the listeners of changed rows once per publish, and nobody else', () => {
    const replica = new TableReplica<Thing>('id');
    const rows: readonly Thing[] = [
      { id: 1, a: 1, b: 'x', c: [] },
      { id: 2, a: 2, b: 'x', c: [] },
    ];
    replica.apply(snapshotOf(rows, 0));
    replica.publish();
    const calls: string[] = [];
    replica.subscribeRow(1, () => calls.push('row 1'));
    replica.subscribeRow(2, () => calls.push('row 2'));
    replica.subscribeKeys(() => calls.push('keys'));
    replica.subscribeAny(() => calls.push('any'));
    replica.apply({ kind: 'table-patch', topic: 'orders', fromSeq: 0, seq: 1, cells: [2, 1, 1, 5] });
    replica.apply({ kind: 'table-patch', topic: 'orders', fromSeq: 1, seq: 2, cells: [2, 2, 1, 6, 2, 'y'] });
    replica.publish();
    expect(calls).toEqual(['row 2', 'any']);
    calls.length = 0;
    replica.apply({ kind: 'table-patch', topic: 'orders', fromSeq: 2, seq: 3, del: [1] });
    replica.publish();
    expect(calls).toEqual(['row 1', 'keys', 'any']);
    calls.length = 0;
    replica.apply({ kind: 'table-patch', topic: 'orders', fromSeq: 3, seq: 4, cells: [2, 1, 1, 6] });
    replica.publish();
    expect(calls).toEqual([]);
  });

  test('keeps rows and the list of keys through a snapshot that says the same', () => {
    const replica = new TableReplica<Thing>('id');
    replica.apply(snapshotOf([{ id: 1, a: 1, b: 'x', c: [1, 0] }], 0));
    const { keys } = replica;
    const row = replica.row(1);
    replica.apply(snapshotOf([{ id: 1, a: 1, b: 'x', c: [1, 0] }], 7));
    expect({ sameKeys: replica.keys === keys, sameRow: replica.row(1) === row, seq: replica.seq }).toEqual({
      sameKeys: true,
      sameRow: true,
      seq: 7,
    });
  });

  test('a listener that leaves while others are called is not called any more', () => {
    const replica = new TableReplica<Thing>('id');
    replica.apply(snapshotOf([{ id: 1, a: 1, b: 'x', c: [] }], 0));
    replica.publish();
    const calls: string[] = [];
    let leave: () => void = () => undefined;
    replica.subscribeRow(1, () => {
      calls.push('first');
      leave();
    });
    leave = replica.subscribeRow(1, () => calls.push('second'));
    replica.apply({ kind: 'table-patch', topic: 'orders', fromSeq: 0, seq: 1, cells: [1, 1, 1, 5] });
    replica.publish();
    expect(calls).toEqual(['first']);
  });
});
