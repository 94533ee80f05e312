import { describe, expect, test } from 'vitest';
import type { Frame } from '#protocol/stream';
import { ReplicaSet } from '../../../src-renderer/replica/replica-set.ts';
import { ValueReplica } from '../../../src-renderer/replica/value-replica.ts';

function frame(number: number, commitSeq: number, updates: Frame['updates']): Frame {
  return { number, commitSeq, at: 0, updates };
}

describe('a value replica', () => {
  test('merges changed fields and leaves the others the same objects', () => {
    const replica = new ValueReplica<{ readonly lamps: readonly string[]; readonly n: number }>();
    replica.apply({ kind: 'value', topic: 'status', seq: 3, value: { lamps: ['a'], n: 1 } });
    const { lamps } = replica.value!;
    expect(replica.apply({ kind: 'value-patch', topic: 'status', fromSeq: 3, seq: 4, set: { n: 2, lamps: ['a'] } })).toBe('applied');
    expect(replica.value).toEqual({ lamps: ['a'], n: 2 });
    expect(replica.value!.lamps).toBe(lamps);
  });

  test('refuses a gap and rests when nothing changed', () => {
    const replica = new ValueReplica<{ readonly n: number }>();
    let calls = 0;
    replica.subscribe(() => {
      calls += 1;
    });
    replica.apply({ kind: 'value', topic: 'status', seq: 3, value: { n: 1 } });
    replica.publish();
    expect(replica.apply({ kind: 'value-patch', topic: 'status', fromSeq: 4, seq: 5, set: { n: 9 } })).toBe('gap');
    replica.apply({ kind: 'value-patch', topic: 'status', fromSeq: 3, seq: 4, set: { n: 1 } });
    replica.publish();
    expect({ value: replica.value, seq: replica.seq, calls }).toEqual({ value: { n: 1 }, seq: 4, calls: 1 });
  });

  test('a snapshot forgets fields that are gone', () => {
    const replica = new ValueReplica<{ readonly n: number; readonly old?: number }>();
    replica.apply({ kind: 'value', topic: 'status', seq: 3, value: { n: 1, old: 2 } });
    replica.apply({ kind: 'value', topic: 'status', seq: 4, value: { n: 1 } });
    expect(replica.value).toEqual({ n: 1 });
  });
});

describe('the set of replicas', () => {
  test('applies a whole frame before anybody hears of it, and names the topics that refused', () => {
    const set = new ReplicaSet();
    set.apply(
      frame(1, 10, [
        { kind: 'table', topic: 'pnl', seq: 0, columns: ['at', 'day'], rows: [[1, 5]] },
        { kind: 'value', topic: 'status', seq: 0, value: { queue: 0 } },
      ]),
    );
    const heard: unknown[] = [];
    set.tables.pnl.subscribeAny(() => heard.push([set.values.status.value, set.commitSeq]));
    const gaps = set.apply(
      frame(2, 11, [
        { kind: 'table-patch', topic: 'pnl', fromSeq: 0, seq: 1, put: [[2, 6]] },
        { kind: 'table-patch', topic: 'orders', fromSeq: 4, seq: 5 },
        { kind: 'value-patch', topic: 'status', fromSeq: 0, seq: 1, set: { queue: 3 } },
      ]),
    );
    expect({ gaps, heard }).toEqual({ gaps: ['orders'], heard: [[{ queue: 3 }, 11]] });
  });

  test('ignores a topic that this console does not know', () => {
    const set = new ReplicaSet();
    const strange = { kind: 'table', topic: 'weather', seq: 0, columns: [], rows: [] } as unknown as Frame['updates'][number];
    expect(set.apply(frame(1, 1, [strange]))).toEqual([]);
  });
});
