import { useCallback, useEffect, useRef, useState } from 'react';
import type { OrderKey } from '#domain/ids';
import type { OrderRow } from '#protocol/topics';
import { changeRefusal, nudge, orderName, tickOf } from '../../draft/order-change.ts';
import { isProtective } from '../../format/order-word.ts';
import { useDesk } from '../../hook/desk-context.ts';
import { useCommand } from '../../hook/use-command.ts';
import { useRowRefusal } from '../../hook/use-row-refusal.ts';
import { openDialog, refused } from '../../view/view-store.ts';

export interface OrderActions {
  readonly cancel: (row: OrderRow) => void;
  readonly edit: (row: OrderRow) => void;
  /** Moves the order's prices by one tick. */
  readonly step: (row: OrderRow, ticks: 1 | -1) => void;
  /** The order whose terms are edited below the table. */
  readonly editing: OrderKey | null;
  readonly leaveEdit: () => void;
  /** The order whose price a key has just moved, until this screen shows it. */
  readonly moving: OrderKey | null;
  readonly error: string | null;
  readonly clearError: () => void;
}

/** Cancel, change and nudge; `cancel` and `edit` keep their identity, so that rows that did not change stay as they are. */
export function useOrderActions(): OrderActions {
  const { run: runCancel } = useCommand('order.cancel');
  const { text, say, clear } = useRowRefusal('orders');
  const latest = useRef(say);
  useEffect(() => {
    latest.current = say;
  });
  const ask = useCallback(
    (row: OrderRow) => {
      clear();
      // Losing a stop raises the risk, so it is asked; everything else goes at once.
      if (isProtective(row)) openDialog({ kind: 'cancel-order', key: row.key });
      else
        void runCancel({ key: row.key, expectedVersion: row.version }).then((reply) => {
          if (!reply.ok) latest.current(row, reply.error.text);
        });
    },
    [runCancel, clear],
  );
  const [editing, setEditing] = useState<OrderKey | null>(null);
  const edit = useCallback((row: OrderRow) => {
    const refusal = changeRefusal(row);
    if (refusal === null) setEditing(row.key);
    else refused(refusal);
  }, []);
  const { link } = useDesk();
  const modify = useCommand('order.modify');
  const [moving, setMoving] = useState<OrderKey | null>(null);
  const waiting = useRef<{ readonly key: OrderKey; readonly ticks: number } | null>(null);
  /** One press, one change: the next ones wait until this screen shows the first, and go together then. */
  const step = (row: OrderRow, ticks: number): void => {
    if (moving !== null) {
      const before = waiting.current?.key === row.key ? waiting.current.ticks : 0;
      waiting.current = { key: row.key, ticks: before + ticks };
      return;
    }
    send(row, ticks);
  };
  const send = (row: OrderRow, ticks: number): void => {
    const refusal = changeRefusal(row);
    const change = nudge(row, ticks, tickOf(link.replicas.tables.quotes.row(row.conId), row.decimals));
    if (refusal !== null || change === null) {
      refused(refusal ?? `${orderName(row)} has no price that could be moved.`);
      return;
    }
    setMoving(row.key);
    clear();
    void modify.run({ key: row.key, expectedVersion: row.version, ...change }).then((reply) => {
      setMoving(null);
      const next = waiting.current;
      waiting.current = null;
      if (!reply.ok) latest.current(row, reply.error.text);
      const now = next === null ? undefined : link.replicas.tables.orders.row(next.key);
      if (reply.ok && next !== null && next.ticks !== 0 && now !== undefined) send(now, next.ticks);
    });
  };
  return {
    cancel: ask,
    edit,
    step,
    editing,
    leaveEdit: () => setEditing(null),
    moving,
    error: text,
    clearError: clear,
  };
}
