import { useCallback, useMemo, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { OrderKey } from '#domain/ids';
import type { RowKey } from '#protocol/stream';
import type { OrderRow } from '#protocol/topics';
import { UNKNOWN, averageText, exactPrice, priceText, quantityText } from '../../format/figure.ts';
import { isProtective, orderWord } from '../../format/order-word.ts';
import { ageText, preciseTime } from '../../format/time.ts';
import { useDesk } from '../../hook/desk-context.ts';
import { useArranged, useField, useRow, useRowSource } from '../../hook/rows.ts';
import { useCommand } from '../../hook/use-command.ts';
import { byFigure, useTableView } from '../../view/table-view.ts';
import { openDialog, refused, select } from '../../view/view-store.ts';
import { Age } from '../../ui/age.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import type { Column } from '../../ui/table.ts';
import { CrossIcon, EditIcon, WhyIcon } from '../../ui/icons.tsx';
import { Chip, Empty, NO_BROKER, Notice, Spin } from '../../ui/controls.tsx';
import { ModifyStrip } from './modify-strip.tsx';
import { cancelRefusal, changeRefusal, nudge, orderName, orderTerms, originBadge, tickOf, typeTerms } from '../../draft/order-change.ts';
import { ARRANGED, arrangeOrders } from './order-tree.ts';
import './orders.css';

/** What the rows may be sorted by beside. */
const SORTED = [...ARRANGED, 'symbol', 'filled', 'originText'] as const satisfies readonly (keyof OrderRow)[];
type Sorted = Pick<OrderRow, (typeof SORTED)[number]>;
const FIGURES: Readonly<Record<string, (row: Sorted) => number | string | null>> = {
  status: (row) => row.state,
  order: (row) => row.symbol,
  filled: (row) => row.filled,
  age: (row) => -row.createdAt,
  origin: (row) => row.originText,
};

const STOP_WORDS = {
  none: '',
  native: ' · rests at the exchange',
  simulated: ' · held at IB, simulated: IB watches the price and sends it when it is reached; in IB’s resets it does not act',
} as const;

export function Orders(): ReactNode {
  const view = useTableView('orders');
  const { sorting, onActive } = view;
  const keys = useArranged(
    'orders',
    useCallback(
      (rows: readonly Sorted[]) => {
        const figure = sorting === null ? undefined : FIGURES[sorting.column];
        return arrangeOrders(rows, figure === undefined ? undefined : byFigure(figure, sorting?.down ?? false));
      },
      [sorting],
    ),
    view.still,
    // What changes all the time counts only while the rows are sorted by it.
    sorting === null ? (ARRANGED as readonly (keyof Sorted)[]) : SORTED,
  );
  const source = useRowSource('orders');
  const problem = useField('status', 'problem') ?? null;
  const cancel = useCommand('order.cancel', refused);
  const run = cancel.run;
  const ask = useCallback(
    (row: OrderRow) => {
      // Losing a stop raises the risk, so it is asked; everything else goes at once.
      if (isProtective(row)) openDialog({ kind: 'cancel-order', key: row.key });
      else void run({ key: row.key, expectedVersion: row.version });
    },
    [run],
  );
  const [editing, setEditing] = useState<OrderKey | null>(null);
  const edit = useCallback((row: OrderRow) => {
    const refusal = changeRefusal(row);
    if (refusal === null) setEditing(row.key);
    else refused(refusal);
  }, []);
  const { link } = useDesk();
  const modify = useCommand('order.modify', refused);
  const [moving, setMoving] = useState<OrderKey | null>(null);
  /** One press, one change: the next one waits until this screen shows the first. */
  const step = (row: OrderRow, ticks: 1 | -1): void => {
    if (moving !== null) return;
    const refusal = changeRefusal(row);
    const change = nudge(row, ticks, tickOf(link.replicas.tables.quotes.row(row.conId), row.decimals));
    if (refusal !== null || change === null) {
      refused(refusal ?? `${orderName(row)} has no price that could be moved.`);
      return;
    }
    setMoving(row.key);
    void modify.run({ key: row.key, expectedVersion: row.version, ...change }).finally(() => setMoving(null));
  };
  const columns = useMemo(() => columnsOf({ cancel: ask, edit, moving }), [ask, edit, moving]);
  const activate = useCallback(
    (key: RowKey) => {
      onActive(key);
      const row = source.get(key);
      if (row !== undefined) select({ conId: row.conId, symbol: row.symbol, contract: null });
    },
    [onActive, source],
  );
  const why = (key: RowKey): void => openDialog({ kind: 'why', key: String(key) });
  const onKey = (key: RowKey, event: KeyboardEvent): boolean => {
    const row = source.get(key);
    if (row === undefined || event.repeat) return false;
    if (event.key === 'w') why(key);
    else if (event.key === 'm' || event.key === 'M') edit(row);
    else if (event.key === '+' || event.key === '-') step(row, event.key === '+' ? 1 : -1);
    else if ((event.key === 's' || event.key === 'S') && row.settleable) openDialog({ kind: 'settle', key: row.key });
    else if (event.key === 'Delete' || event.key === 'Backspace') {
      const refusal = cancelRefusal(row);
      if (refusal === null) openDialog({ kind: 'cancel-order', key: row.key });
      else refused(refusal);
    } else return false;
    return true;
  };
  return (
    <>
      <Notice
        text={cancel.error ?? modify.error}
        onClose={() => {
          cancel.clear();
          modify.clear();
        }}
      />
      <DataTable
        label="Orders"
        testId="orders"
        keys={keys}
        source={source}
        columns={columns}
        active={view.active}
        onActive={activate}
        tone={(row) => (row.state === 'UNKNOWN' ? 'unknown' : undefined)}
        onOpen={why}
        onKey={onKey}
        sorting={sorting}
        onSort={view.onSort}
        onAim={view.onAim}
        empty={
          <Empty title="No orders today.">
            {problem === null ? 'An armed trigger that fires sends its orders here; orders placed by hand in TWS appear too.' : NO_BROKER}
          </Empty>
        }
      />
      {editing !== null && <ModifyStrip key={editing} orderKey={editing} onClose={() => setEditing(null)} />}
    </>
  );
}

interface RowActs {
  readonly cancel: (row: OrderRow) => void;
  readonly edit: (row: OrderRow) => void;
  /** The order whose price a key has just moved, until this screen shows it. */
  readonly moving: OrderKey | null;
}

function columnsOf({ cancel, edit, moving }: RowActs): readonly Column<OrderRow>[] {
  return [
    {
      id: 'status',
      header: 'Status',
      width: '104px',
      sortable: true,
      cell: (row) => (
        <span className={row.parentKey === null ? undefined : 'child-status'}>
          <Chip
            word={orderWord(row.state, row.ibStatus)}
            title={`IB says ${row.ibStatus ?? 'nothing yet'}${STOP_WORDS[row.stopKind ?? 'none']}`}
          />
        </span>
      ),
      flash: (row) => row.state,
    },
    {
      id: 'order',
      header: 'Order',
      width: 'minmax(204px, 1.3fr)',
      sortable: true,
      cell: (row) => (
        <>
          {row.parentKey !== null && <span className="branch">└ </span>}
          <span className={row.side === 'BUY' ? 'side-buy' : 'side-sell'}>{row.side}</span> {quantityText(row.quantity)} {row.symbol}{' '}
          {typeTerms(row)}
          {row.parentKey !== null && row.tif === 'DAY' ? '' : ` ${row.tif}`}
          {row.stopKind === 'simulated' && (
            <span className="dim" title={STOP_WORDS.simulated}>
              {' '}
              sim
            </span>
          )}
        </>
      ),
      title: (row) => [row.ref, row.permId === null ? null : `permId ${String(row.permId)}`].filter((part) => part !== null).join(' · '),
    },
    {
      id: 'filled',
      header: 'Filled',
      width: '66px',
      align: 'right',
      sortable: true,
      // What was filled of an order nobody has heard of is not zero, it is not known.
      cell: (row) => `${row.state === 'UNKNOWN' && row.filled === 0 ? '?' : quantityText(row.filled)} / ${quantityText(row.quantity)}`,
      flash: (row) => row.filled,
      title: (row) => (row.avgFillPrice === null ? 'No fill yet' : `Average ${averageText(row.avgFillPrice, row.decimals)}`),
    },
    {
      id: 'limit',
      header: 'Limit',
      width: '54px',
      align: 'right',
      cell: (row) => (row.limit === null ? UNKNOWN : exactPrice(row.limit, row.decimals)),
    },
    { id: 'market', header: 'Market', width: '54px', align: 'right', cell: (row) => <MarketPrice row={row} /> },
    {
      id: 'age',
      header: 'Age',
      width: '46px',
      align: 'right',
      sortable: true,
      cell: (row) => <Age at={row.createdAt} text={row.isOlder ? olderText : ageText} />,
      title: (row) =>
        row.isOlder ? `Older than the desk’s first look, ${preciseTime(row.createdAt)}` : `Created ${preciseTime(row.createdAt)}`,
    },
    {
      id: 'origin',
      header: 'Origin',
      width: 'minmax(114px, 0.5fr)',
      sortable: true,
      cell: (row) => <Origin row={row} />,
      title: (row) => row.originText,
    },
    {
      id: 'why',
      header: 'Why',
      width: 'minmax(110px, 0.9fr)',
      cell: (row, active) =>
        row.settleable ? (
          <button
            type="button"
            className="button settle-button"
            data-size="small"
            data-tone="amber"
            tabIndex={active ? 0 : -1}
            aria-label={`Not at IB — settle ${orderTerms(row)}…`}
            onClick={() => openDialog({ kind: 'settle', key: row.key })}
          >
            Not at IB — settle…
          </button>
        ) : (
          <span className={row.state === 'UNKNOWN' ? 'amber' : 'dim'}>{row.note ?? row.why}</span>
        ),
      title: (row) => [row.why, row.note].filter((part) => part !== null && part !== '').join(' · '),
    },
    {
      id: 'actions',
      header: '',
      width: '68px',
      className: 'actions',
      cell: (row, active) => (
        <>
          {row.working && <EditButton row={row} active={active} edit={edit} isMoving={row.key === moving} />}
          <button
            type="button"
            className="icon-button"
            tabIndex={active ? 0 : -1}
            aria-label={`Why ${row.side} ${quantityText(row.quantity)} ${row.symbol}?`}
            title="Why? (W)"
            onClick={() => openDialog({ kind: 'why', key: row.key })}
          >
            <WhyIcon />
          </button>
          {!row.cancellable && row.working && <span className="icon-gap" />}
          {row.cancellable && (
            <button
              type="button"
              className="icon-button"
              tabIndex={active ? 0 : -1}
              aria-label={`Cancel ${row.side} ${quantityText(row.quantity)} ${row.symbol}`}
              title="Cancel (Delete)"
              onClick={() => cancel(row)}
            >
              <CrossIcon />
            </button>
          )}
        </>
      ),
    },
  ];
}

/** Of an order that was there before the desk looked, only a lower bound is known. */
function olderText(ms: number | null): string {
  return ms === null ? ageText(ms) : `≥ ${ageText(ms)}`;
}

function Origin({ row }: { readonly row: OrderRow }): ReactNode {
  const { badge, rest } = originBadge(row);
  if (badge === null) return <span className={row.parentKey === null ? 'mono dim' : 'dim'}>{rest}</span>;
  return (
    <>
      <span className="origin-badge">{badge}</span> <span className="dim">{rest}</span>
    </>
  );
}

function EditButton(props: {
  readonly row: OrderRow;
  readonly active: boolean;
  readonly edit: (row: OrderRow) => void;
  readonly isMoving: boolean;
}): ReactNode {
  const { row, active, edit } = props;
  const refusal = changeRefusal(row);
  return (
    <button
      type="button"
      className="icon-button"
      tabIndex={active ? 0 : -1}
      aria-label={`Change ${orderName(row)}`}
      aria-disabled={refusal !== null}
      title={refusal ?? 'Change (M); + and − move it one tick'}
      onClick={() => edit(row)}
    >
      {props.isMoving ? <Spin /> : <EditIcon />}
    </button>
  );
}

function MarketPrice({ row }: { readonly row: OrderRow }): ReactNode {
  const quote = useRow('quotes', row.conId);
  return priceText(quote?.last, row.decimals);
}
