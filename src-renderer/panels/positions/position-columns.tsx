import { ZERO } from '#domain/quantity';
import { abs, max, min, minus } from '#domain/scaled';
import type { ReactNode } from 'react';
import { type Amount, ZERO_AMOUNT } from '#domain/money';
import type { PositionRow } from '#protocol/topics';
import { UNKNOWN, amountText, averageText, pnlText, priceText, quantityText } from '../../format/figure.ts';
import { ageText } from '../../format/time.ts';
import { ByScope } from '../../hook/scope.tsx';
import { Age } from '../../ui/age.tsx';
import type { Column } from '../../ui/table.ts';
import { useField } from '../../hook/rows.ts';
import { openDialog, refused } from '../../view/view-store.ts';
import { offerSign } from './offer-words.ts';
import { averageSource, commissionSource, markSource, quantitySource, realizedSource, unrealizedSource, withoutFills } from './sources.ts';

function Pnl({ amount }: { readonly amount: Amount | null }): ReactNode {
  return <span className={amount === null || amount === 0 ? 'dim' : amount > 0 ? 'up' : 'down'}>{pnlText(amount)}</span>;
}

/** Covered by stops that the broker confirmed working; anything less is said in words, and below the table what is offered for it. */
function Protected({ row }: { readonly row: PositionRow }): ReactNode {
  const held = abs(row.quantity);
  if (held === 0) return <span className="dim">{UNKNOWN}</span>;
  if (row.offer !== null || row.unprotected !== 0) return <span className="amber">{offerSign(row)}</span>;
  const covered = min(held, abs(row.protectedQuantity));
  const awake = max(ZERO, minus(covered, row.asleep));
  if (row.asleep > 0)
    return (
      <span className="amber" title="IB resets its systems; stops that IB simulates do not act until it is over.">
        NOT NOW · {quantityText(awake)} of {quantityText(held)}
      </span>
    );
  return <span className="good">{`${quantityText(covered)} of ${quantityText(held)}`}</span>;
}

export interface RowActs {
  readonly breakeven: (key: string) => void;
  readonly trail: (key: string) => void;
}

const SHARES = [25, 50, 100] as const;

function Acts({
  row,
  active,
  breakeven,
  trail,
}: {
  readonly row: PositionRow;
  readonly active: boolean;
  readonly breakeven: RowActs['breakeven'];
  readonly trail: RowActs['trail'];
}): ReactNode {
  const tabIndex = active ? 0 : -1;
  const shut = useField('status', 'reduceRefusal') ?? null;
  const unless = (act: () => void) => (): void => (shut === null ? act() : refused(shut));
  return (
    <>
      <button
        type="button"
        className="button"
        data-size="small"
        tabIndex={tabIndex}
        aria-disabled={shut !== null}
        aria-label={`B/E: stop of ${row.symbol} to breakeven`}
        title={shut ?? 'Move its stops to the average price (B)'}
        onClick={unless(() => breakeven(row.key))}
      >
        B/E
      </button>
      <button
        type="button"
        className="button"
        data-size="small"
        tabIndex={tabIndex}
        aria-disabled={shut !== null}
        aria-label={`Trail: stop of ${row.symbol}`}
        title={shut ?? 'Let its stop trail behind the market at the broker (T)'}
        onClick={unless(() => trail(row.key))}
      >
        Trail
      </button>
      <span className="close-shares" role="group" aria-label={`Close ${row.symbol}`}>
        {SHARES.map((percent) => (
          <button
            key={percent}
            type="button"
            className="button"
            data-size="small"
            tabIndex={tabIndex}
            aria-disabled={shut !== null}
            aria-label={`${String(percent)} %: close of ${row.symbol}`}
            title={
              shut ??
              (percent === 100
                ? 'Close the whole position at market (C or Delete): asks first'
                : `Close ${String(percent)} % at market: asks first`)
            }
            onClick={unless(() => openDialog({ kind: 'close', key: row.key, percent }))}
          >
            {percent} %
          </button>
        ))}
      </span>
    </>
  );
}

/** What does not depend on who acts. */
const FIGURE_COLUMNS: readonly Column<PositionRow>[] = [
  {
    id: 'symbol',
    header: 'Symbol',
    width: 'minmax(58px, 0.3fr)',
    sortable: true,
    cell: (row) => row.symbol,
    title: (row) => row.account,
  },
  {
    id: 'quantity',
    header: 'Quantity',
    width: '60px',
    align: 'right',
    sortable: true,
    cell: (row) => (
      <span className={row.quantity < 0 ? 'side-sell' : row.quantity > 0 ? 'side-buy' : 'dim'}>{quantityText(row.quantity)}</span>
    ),
    flash: (row) => row.quantity,
    title: quantitySource,
  },
  {
    id: 'average',
    spare: 3,
    header: 'Average',
    width: '68px',
    align: 'right',
    cell: (row) => (row.quantity === 0 ? UNKNOWN : averageText(row.averagePrice, row.decimals)),
    title: averageSource,
  },
  {
    id: 'mark',
    header: 'Mark',
    width: '56px',
    align: 'right',
    cell: (row) => priceText(row.mark, row.decimals),
    flash: (row) => row.mark,
    title: markSource,
  },
  {
    id: 'age',
    spare: 2,
    header: 'Age',
    width: '42px',
    align: 'right',
    cell: (row) => <Age at={row.markAt} text={ageText} limitMs={10_000} />,
  },
  {
    id: 'unrealized',
    header: 'Unrealised',
    width: '68px',
    align: 'right',
    sortable: true,
    cell: (row) => <Pnl amount={row.quantity === 0 ? ZERO_AMOUNT : row.unrealized} />,
    title: unrealizedSource,
  },
  {
    id: 'realized',
    header: 'Realised',
    width: '68px',
    align: 'right',
    sortable: true,
    cell: (row) => (
      <>
        <Pnl amount={row.realized} />
        {row.realized !== null && withoutFills(row) > 0 && <span className="amber"> +?</span>}
      </>
    ),
    title: realizedSource,
  },
  {
    id: 'commission',
    spare: 1,
    header: 'Comm.',
    width: '54px',
    align: 'right',
    cell: (row) => (
      <span className="dim">{row.commission === null ? UNKNOWN : `${withoutFills(row) > 0 ? '≥ ' : ''}${amountText(row.commission)}`}</span>
    ),
    title: commissionSource,
  },
  {
    id: 'protected',
    header: 'Protected',
    width: 'minmax(132px, 1fr)',
    cell: (row) => <Protected row={row} />,
    flash: (row) => row.unprotected,
    title: (row) => `${quantityText(row.protectedQuantity)} covered by stops that work at the broker`,
  },
];

export function columnsOf({ breakeven, trail }: RowActs): readonly Column<PositionRow>[] {
  return [
    ...FIGURE_COLUMNS,
    {
      id: 'actions',
      header: '',
      width: '204px',
      className: 'actions',
      cell: (row, active) =>
        row.quantity === 0 ? null : row.closing === null ? (
          <ByScope call="position.close">
            <Acts row={row} active={active} breakeven={breakeven} trail={trail} />
          </ByScope>
        ) : (
          <span className="amber clipped" title={row.closing}>
            {row.closing}
          </span>
        ),
    },
  ];
}
