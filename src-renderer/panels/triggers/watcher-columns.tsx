import type { ReactNode } from 'react';
import { abs } from '#domain/scaled';
import { conditionParts } from '#domain/sentence';
import type { WatcherRow } from '#protocol/topics';
import { UNKNOWN, basisPointsText, priceText, quantityText, signed } from '../../format/figure.ts';
import { triggerWord } from '../../format/order-word.ts';
import { ageText, clockText } from '../../format/time.ts';
import { Age } from '../../ui/age.tsx';
import { Chip } from '../../ui/controls.tsx';
import type { Column } from '../../ui/table.ts';
import type { WatcherActions } from './watcher-actions.ts';
import { isNear } from './watcher-order.ts';
import { ByScope } from '../../hook/scope.tsx';
import { RowActions } from './row-actions.tsx';

export function columnsOf(actions: WatcherActions, limitMs: number | undefined): readonly Column<WatcherRow>[] {
  return [
    {
      id: 'state',
      header: 'State',
      width: '80px',
      sortable: true,
      cell: (row) => <Chip word={triggerWord(row.life, row.holding)} title={row.reason} />,
      flash: (row) => row.life,
    },
    { id: 'symbol', header: 'Symbol', width: '50px', sortable: true, cell: (row) => row.symbol, title: (row) => row.name },
    {
      id: 'rule',
      header: 'Rule',
      width: 'minmax(140px, 1fr)',
      sortable: true,
      cell: (row) => <Rule row={row} />,
      title: (row) => [row.sentence, ...partLines(row), ...(isHeld(row) ? [row.reason] : [])].join('\n'),
    },
    {
      id: 'does',
      header: 'Does',
      width: 'minmax(120px, 0.3fr)',
      sortable: true,
      cell: (row) => <Does row={row} />,
      title: (row) => row.sentence,
    },
    {
      id: 'last',
      header: 'Last',
      width: '58px',
      align: 'right',
      sortable: true,
      cell: (row) => <span className={row.holding ? 'amber' : undefined}>{priceText(row.last, row.decimals)}</span>,
      flash: (row) => row.last,
    },
    {
      id: 'distance',
      header: 'Distance',
      width: '140px',
      align: 'right',
      sortable: true,
      cell: (row) => <Distance row={row} />,
      title: distanceTitle,
    },
    {
      id: 'age',
      header: 'Age',
      width: '46px',
      spare: 2,
      align: 'right',
      sortable: true,
      cell: (row) => <Age at={row.quoteAt} text={ageText} limitMs={row.life === 'armed' ? limitMs : undefined} />,
    },
    {
      id: 'survives',
      header: 'Survives',
      width: 'minmax(90px, 0.3fr)',
      cell: (row) => <Survives row={row} />,
      title: (row) => row.reason,
      spare: 1,
    },
    {
      id: 'actions',
      header: '',
      width: '108px',
      className: 'actions',
      cell: (row, active) => (
        <ByScope call="trigger.disarm">
          <RowActions row={row} active={active} actions={actions} />
        </ByScope>
      ),
    },
  ];
}

function Does({ row }: { readonly row: WatcherRow }): ReactNode {
  const units = quantityText(row.quantity);
  const prefix = `${row.side} ${units}`;
  // `does` repeats side and quantity in some desks' words; the colour belongs to them only.
  const rest = row.does.startsWith(prefix) ? row.does.slice(prefix.length).trim() : row.does.replace(/^(BUY|SELL)\s+[\d\s.,]+/i, '').trim();
  return (
    <>
      <span className={row.side === 'BUY' ? 'side-buy' : 'side-sell'}>
        {row.side} {units}
      </span>{' '}
      <span className="dim">{rest}</span>
    </>
  );
}

function distanceTitle(row: WatcherRow): string {
  if (row.distance === null || row.distanceTicks === null) return 'No distance: the rule has no single price level, or there is no quote';
  const level = priceText(row.level, row.decimals);
  const ticks = `${String(Math.abs(row.distanceTicks))} ticks`;
  if (row.comesBackFirst) return `Past the level ${level} by ${ticks}: the price must come back and cross it again`;
  if (row.distance === 0) return `At the level ${level}`;
  return `The price has to ${row.distance > 0 ? 'rise' : 'fall'} to the level ${level}: ${ticks}`;
}

/** The closer, the longer the bar; half its length is half a percent away. */
function closeness(basisPoints: number): number {
  return Math.round(100 * Math.exp(-Math.abs(basisPoints) / 72));
}

function Distance({ row }: { readonly row: WatcherRow }): ReactNode {
  const { distance, distanceBasisPoints: points } = row;
  if (distance === null || points === null) return UNKNOWN;
  const percent = basisPointsText(Math.abs(points));
  if (row.comesBackFirst)
    return (
      <span className="dim">
        past {priceText(abs(distance), row.decimals)} · {percent}
      </span>
    );
  const quiet = row.life !== 'armed' || row.holding;
  return (
    <span className="distance">
      <i aria-hidden="true">
        <b data-tone={quiet ? 'quiet' : isNear(row) ? 'near' : undefined} style={{ width: `${String(closeness(points))}%` }} />
      </i>
      {signed(priceText(distance, row.decimals))} · {percent}
    </span>
  );
}

const MARKS = { t: '✓', f: '○', u: '?' } as const;
const TRUTH_WORDS = { t: 'holds', f: 'does not hold', u: 'unknown' } as const;

/** Armed, and yet it would not fire now. */
function isHeld(row: WatcherRow): boolean {
  return row.life === 'armed' && row.holding;
}

/**
 * The rule; one of several parts begins with a mark for each: which hold now, and which it still waits for. Why a held one does not fire stands here,
 * because this column has its place at every width.
 */
function Rule({ row }: { readonly row: WatcherRow }): ReactNode {
  const letters = truthLetters(row);
  return (
    <>
      {letters.length > 0 && (
        <span className="truths" role="img" aria-label={partLines(row).join('; ')}>
          {letters.map((letter, i) => (
            <i key={String(i)} data-truth={letter}>
              {MARKS[letter]}
            </i>
          ))}
        </span>
      )}
      {letters.length > 0 && ' '}
      {row.rule}
      {isHeld(row) && <span className="amber"> · {row.reason}</span>}
    </>
  );
}

type TruthLetter = keyof typeof MARKS;

function truthLetters(row: WatcherRow): readonly TruthLetter[] {
  return Array.from(row.truths).filter((letter): letter is TruthLetter => letter in MARKS);
}

/** `last ↓ 179.40: does not hold`, one for each part; none for a rule of one part. */
function partLines(row: WatcherRow): readonly string[] {
  const letters = truthLetters(row);
  if (letters.length === 0) return [];
  return conditionParts(row.spec.condition, row.decimals).map((text, i) => `${text}: ${TRUTH_WORDS[letters[i] ?? 'u']}`);
}

function Survives({ row }: { readonly row: WatcherRow }): ReactNode {
  if (row.life === 'fired') return <span className="dim">fired {clockText(row.firedTime).slice(0, 5)}</span>;
  if (row.life !== 'armed' && row.life !== 'firing') return <span className="dim">{row.reason}</span>;
  return <span className={row.survives === 'no' ? 'dim' : 'good'}>{row.survives}</span>;
}
