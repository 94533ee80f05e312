import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { RowKey } from '#protocol/stream';
import { TABLES, type TableName, type TableTopics, type ValueName, type ValueTopics } from '#protocol/topics';
import type { LinkState, UrgentCall } from '../link/desk-link.ts';
import { useDesk } from './desk-context.ts';
import { sameValue } from '../replica/same-value.ts';
import type { TableReplica } from '../replica/table-replica.ts';
import type { ValueReplica } from '../replica/value-replica.ts';

function useTable<T extends TableName>(topic: T): TableReplica<TableTopics[T]> {
  return useDesk().link.replicas.tables[topic];
}

function useValueReplica<V extends ValueName>(topic: V): ValueReplica<ValueTopics[V]> {
  return useDesk().link.replicas.values[topic];
}

/** Keys in the desk's order; a new array only when a row comes or goes. */
export function useKeys(topic: TableName): readonly RowKey[] {
  const table = useTable(topic);
  return useSyncExternalStore(
    useCallback((listener) => table.subscribeKeys(listener), [table]),
    () => table.keys,
  );
}

/** One row; the component is called again only when this row changes. */
export function useRow<T extends TableName>(topic: T, key: RowKey | null): TableTopics[T] | undefined {
  const table = useTable(topic);
  return useSyncExternalStore(
    useCallback((listener) => (key === null ? () => undefined : table.subscribeRow(key, listener)), [table, key]),
    () => (key === null ? undefined : table.row(key)),
  );
}

export function useValue<V extends ValueName>(topic: V): ValueTopics[V] | undefined {
  const replica = useValueReplica(topic);
  return useSyncExternalStore(
    useCallback((listener) => replica.subscribe(listener), [replica]),
    () => replica.value,
  );
}

/** One field of a value topic; undefined until the first snapshot. */
export function useField<V extends ValueName, F extends keyof ValueTopics[V]>(topic: V, field: F): ValueTopics[V][F] | undefined {
  const replica = useValueReplica(topic);
  return useSyncExternalStore(
    useCallback((listener) => replica.subscribe(listener), [replica]),
    () => replica.value?.[field],
  );
}

export interface RowSource<R> {
  get(key: RowKey): R | undefined;
  subscribe(key: RowKey, listener: () => void): () => void;
}

/** The rows of a topic in the form a DataTable wants. */
export function useRowSource<T extends TableName>(topic: T): RowSource<TableTopics[T]> {
  const table = useTable(topic);
  const [source] = useState(() => ({
    get: (key: RowKey) => table.row(key),
    subscribe: (key: RowKey, listener: () => void) => table.subscribeRow(key, listener),
  }));
  return source;
}

/**
 * Keys chosen and put in order by figures that change all the time. Rows that come and go show at once; the order follows at
 * most once a second, and not while `still()` says that somebody is aiming at a row. With `columns`, `arrange` sees these alone
 * and is called only when one of them has changed: of thousands of rows most changes are of no consequence.
 */
export function useArranged<T extends TableName, K extends keyof TableTopics[T] & string = keyof TableTopics[T] & string>(
  topic: T,
  arrange: (rows: readonly Pick<TableTopics[T], K>[]) => readonly Pick<TableTopics[T], K>[],
  still: () => boolean,
  columns?: readonly K[],
): readonly RowKey[] {
  const table = useTable(topic);
  const keys = useKeys(topic);
  const compute = useCallback((): readonly RowKey[] => {
    const column = TABLES[topic].key as K;
    return arrange(rowsOf(table)).map((row) => row[column] as RowKey);
  }, [table, topic, arrange]);
  const [arranged, setArranged] = useState<readonly RowKey[]>(compute);
  const shown = useRef(arranged);
  useEffect(() => {
    let dirty = false;
    let stamp: number | undefined;
    const show = (): void => {
      dirty = false;
      if (columns !== undefined) {
        const now = table.stamp(columns);
        if (now === stamp) return;
        stamp = now;
      }
      const next = compute();
      if (next.length === shown.current.length && next.every((key, i) => key === shown.current[i])) return;
      shown.current = next;
      setArranged(next);
    };
    show();
    const end = table.subscribeAny(() => {
      dirty = true;
    });
    const timer = setInterval(() => {
      if (dirty && !still()) show();
    }, 1_000);
    return () => {
      end();
      clearInterval(timer);
    };
  }, [table, compute, keys, still, columns]);
  return arranged;
}

/** A figure computed over a whole table, at most four times a second; with `columns`, of these alone, and only when one of them has changed. */
export function useSummary<T extends TableName, S>(topic: T, summarize: (rows: readonly TableTopics[T][]) => S): S;
export function useSummary<T extends TableName, S, K extends keyof TableTopics[T] & string>(
  topic: T,
  summarize: (rows: readonly Pick<TableTopics[T], K>[]) => S,
  columns: readonly K[],
): S;
export function useSummary<T extends TableName, S>(
  topic: T,
  summarize: (rows: readonly TableTopics[T][]) => S,
  columns?: readonly string[],
): S {
  const table = useTable(topic);
  const compute = useCallback((): S => summarize(rowsOf(table)), [table, summarize]);
  const [summary, setSummary] = useState<S>(compute);
  useEffect(() => {
    let stamp: number | undefined;
    const show = (): void => {
      if (columns !== undefined) {
        const now = table.stamp(columns);
        if (now === stamp) return;
        stamp = now;
      }
      const next = compute();
      setSummary((old) => (sameValue(next, old) ? old : next));
    };
    show();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = table.subscribeAny(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        show();
      }, 250);
    });
    return () => {
      end();
      clearTimeout(timer);
    };
  }, [table, compute, columns]);
  return summary;
}

function rowsOf<R extends object>(table: TableReplica<R>): readonly R[] {
  const rows: R[] = [];
  for (const key of table.keys) {
    const row = table.row(key);
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

/** What waits at a desk that does not answer; undefined while the connection itself is gone, for then nothing does. */
export function useFrozen(): readonly UrgentCall[] | undefined {
  const { link } = useDesk();
  return useSyncExternalStore(
    useCallback((listener) => link.onState(listener), [link]),
    () => (link.isFrozen ? link.waiting : undefined),
  );
}

export function useLinkState(): LinkState {
  const { link } = useDesk();
  return useSyncExternalStore(
    useCallback((listener) => link.onState(listener), [link]),
    () => link.state,
  );
}

/** Text made of the desk's clock; the component is called again only when the text changes. */
export function useTicking<S extends string | number | boolean>(read: (now: number) => S): S {
  const { clock } = useDesk().link;
  return useSyncExternalStore(
    useCallback((listener) => clock.subscribe(listener), [clock]),
    () => read(clock.shown),
  );
}

/** The broker's time of a moment of the desk's clock that only this screen knows, epoch ms; by the difference told last. */
export function useBrokerTime(at: number | null): number | null {
  const exchangeTime = useField('status', 'exchangeTime') ?? null;
  const clockAt = useField('status', 'clockAt') ?? null;
  return at === null || exchangeTime === null || clockAt === null ? null : at + exchangeTime - clockAt;
}
