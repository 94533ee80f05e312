import type { ReactNode } from 'react';
import type { OrderKey } from '#domain/ids';
import type { OrderRow } from '#protocol/topics';
import { changeRefusal, orderName, orderTerms, originBadge, shortTerms, toFill } from '../../draft/order-change.ts';
import { UNKNOWN, averageText, exactPrice, priceText, quantityText, signed } from '../../format/figure.ts';
import { orderWord } from '../../format/order-word.ts';
import { ageText, preciseTime } from '../../format/time.ts';
import { useRow } from '../../hook/rows.ts';
import { ByScope } from '../../hook/scope.tsx';
import { Age } from '../../ui/age.tsx';
import { Chip, Spin } from '../../ui/controls.tsx';
import { CrossIcon, EditIcon, WhyIcon } from '../../ui/icons.tsx';
import type { Column } from '../../ui/table.ts';
import { openDialog } from '../../view/view-store.ts';

const STOP_WORDS = {
  none: '',
  native: ' · rests at the exchange',
  simulated: ' · held at IB, simulated: IB watches the price and sends it when it is reached; in IB’s resets it does not act',
} as const;

export interface RowActs {
  readonly cancel: (row: OrderRow) => void;
  readonly edit: (row: OrderRow) => void;
  /** The order whose price a key has just moved, until this screen shows it. */
  readonly moving: OrderKey | null;
}

/** What does not depend on who acts. The cells are functions, not components: a row of thousands is drawn often. */
const FIGURE_COLUMNS: readonly Column<OrderRow>[] = [
  {
    id: 'status',
    header: 'Status',
    width: '112px',
    sortable: true,
    cell: statusCell,
    flash: (row) => row.state,
  },
  {
    id: 'order',
    header: 'Order',
    width: 'minmax(196px, 1.3fr)',
    sortable: true,
    cell: orderCell,
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
  {
    id: 'stop',
    header: 'Stop',
    width: '54px',
    align: 'right',
    cell: (row) => (row.stop === null ? UNKNOWN : exactPrice(row.stop, row.decimals)),
    title: stopTitle,
    flash: (row) => row.stop,
  },
  { id: 'market', header: 'Market', width: '54px', align: 'right', cell: (row) => <MarketPrice row={row} />, spare: 3 },
  {
    id: 'away',
    header: 'To fill',
    width: '58px',
    align: 'right',
    cell: (row) => <ToFill row={row} />,
    title: () => 'How far the price that decides is from filling the order, or from waking its stop: above zero it has to rise',
  },
  {
    id: 'age',
    header: 'Age',
    width: '46px',
    align: 'right',
    sortable: true,
    spare: 2,
    cell: (row) => <Age at={row.createdAt} text={row.isOlder ? olderText : ageText} />,
    title: (row) =>
      row.isOlder ? `Older than the desk’s first look, ${preciseTime(row.createdTime)}` : `Created ${preciseTime(row.createdTime)}`,
  },
  {
    id: 'origin',
    header: 'Origin',
    width: 'minmax(114px, 0.5fr)',
    sortable: true,
    spare: 1,
    cell: (row) => <Origin row={row} />,
    title: (row) => row.originText,
  },
  {
    id: 'why',
    header: 'Why',
    width: 'minmax(92px, 0.9fr)',
    cell: whyCell,
    title: (row) => [row.why, row.note].filter((part) => part !== null && part !== '').join(' · '),
  },
];

export function columnsOf(acts: RowActs): readonly Column<OrderRow>[] {
  return [
    ...FIGURE_COLUMNS,
    {
      id: 'actions',
      header: '',
      width: '68px',
      className: 'actions',
      cell: (row, active) => actionsCell(row, active, acts),
    },
  ];
}

/** Of an order that was there before the desk looked, only a lower bound is known. */
function olderText(ms: number | null): string {
  return ms === null ? ageText(ms) : `≥ ${ageText(ms)}`;
}

/** Whose order it is stands in its own cell: this column is the first to go where the table is narrow. */
function Origin({ row }: { readonly row: OrderRow }): ReactNode {
  const { badge, rest } = originBadge(row);
  return <span className={badge === null && row.parentKey === null ? 'mono dim' : 'dim'}>{rest}</span>;
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

function ToFill({ row }: { readonly row: OrderRow }): ReactNode {
  const quote = useRow('quotes', row.conId);
  const away = toFill(row, quote);
  if (away === null) return UNKNOWN;
  return <span className={away === 0 ? 'amber' : undefined}>{away === 0 ? 'at it' : signed(priceText(away, row.decimals))}</span>;
}

function stopTitle(row: OrderRow): string {
  if (row.stop === null) return row.trail === null ? 'No stop price' : 'IB has not said yet where the trailing stop stands';
  return row.trail === null ? 'It wakes at this price' : `Where IB last said that the stop stands; it stays ${row.trail} behind`;
}

function statusCell(row: OrderRow): ReactNode {
  return (
    <span className={row.parentKey === null ? undefined : 'child-status'}>
      <Chip
        word={orderWord(row.state, row.ibStatus)}
        title={`IB says ${row.ibStatus ?? 'nothing yet'}${STOP_WORDS[row.stopKind ?? 'none']}`}
      />
    </span>
  );
}

function orderCell(row: OrderRow): ReactNode {
  const { badge } = originBadge(row);
  return (
    <>
      {badge !== null && (
        <span className="origin-badge" title={row.originText}>
          {badge}
        </span>
      )}
      {badge !== null && ' '}
      {row.parentKey !== null && <span className="branch">└ </span>}
      <span className={row.side === 'BUY' ? 'side-buy' : 'side-sell'}>{row.side}</span> {quantityText(row.quantity)} {row.symbol}{' '}
      {shortTerms(row)}
      {row.parentKey !== null && row.tif === 'DAY' ? '' : ` ${row.tif}`}
      {row.stopKind === 'simulated' && (
        <span className="dim" title={STOP_WORDS.simulated}>
          {' '}
          sim
        </span>
      )}
    </>
  );
}

/** What the desk says about the order, or the way to settle one that is proven not to be at IB. */
function whyCell(row: OrderRow, active: boolean): ReactNode {
  if (!row.settleable) return <span className={row.state === 'UNKNOWN' ? 'amber' : 'dim'}>{row.note ?? row.why}</span>;
  return (
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
  );
}

function actionsCell(row: OrderRow, active: boolean, { cancel, edit, moving }: RowActs): ReactNode {
  return (
    <>
      {row.working && (
        <ByScope call="order.modify">
          <EditButton row={row} active={active} edit={edit} isMoving={row.key === moving} />
        </ByScope>
      )}
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
        <ByScope call="order.cancel">
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
        </ByScope>
      )}
    </>
  );
}
