import type { Account, NetLiquidationChange, PositionPnl } from '#domain/account';
import { type Amount, amountOf, notional, ZERO_AMOUNT } from '#domain/money';
import type { Position } from '#domain/position';
import type { Price } from '#domain/price';
import { abs, minus, negate, plus } from '#domain/scaled';
import { unrealized } from './fill-arithmetic.ts';
import type { ReportedFigures } from './reported-figures.ts';

/** A position with what is known beside it: the mark of this desk, IB's own figures, the reports of its fills. */
export interface PositionFigures {
  readonly position: Position;
  readonly mark: Price | undefined;
  readonly broker: PositionPnl | undefined;
  readonly reported: ReportedFigures;
}

export interface NamedPart {
  readonly text: string;
  readonly amount: Amount;
}

/** One figure as IB reports it and as it follows from what this desk knows. broker = here + parts + unexplained, where all are known. */
export interface FigureCheck {
  readonly figure: 'realized' | 'unrealized' | 'day' | 'net-liquidation';
  readonly broker: Amount | undefined;
  readonly here: Amount | undefined;
  readonly parts: readonly NamedPart[];
  /** What no part explains; missing while something is not known. */
  readonly unexplained: Amount | undefined;
  /** What is not known or not added, in words. */
  readonly missing: readonly string[];
}

/** Figures are shown to the cent; less than one is rounding. */
export const CENT = amountOf(0.01);

interface Sums {
  readonly realized: Amount;
  readonly unrealized: Amount;
  /** IB's unrealised when the day began: what it reports now less what of the day is not realised. */
  readonly before: Amount;
  readonly marks: Amount;
  readonly costs: Amount;
  readonly missingRealized: readonly string[];
  readonly missingUnrealized: readonly string[];
}

const MARKS = "at IB's own marks";
const COSTS = 'commissions of what is open';

/**
 * Where IB's day figures and this desk's differ, and by what. In the account's currency; other currencies are named, not added. `earlierFills`:
 * fills of this run that are older than the broker's day. IB begins its day figures anew, so no sum with them can be compared.
 */
export function pnlAgreement(
  account: Account,
  positions: readonly PositionFigures[],
  change: NetLiquidationChange | undefined,
  earlierFills: number,
): readonly FigureCheck[] {
  const own = positions.filter(({ position }) => position.account === account.id);
  const same = own.filter(({ position }) => position.contract.currency === account.currency);
  const foreign = own.length - same.length;
  const sums = sumsOf(same, foreign === 0 ? [] : [`${String(foreign)} position${foreign === 1 ? '' : 's'} in another currency`]);
  const parts = [
    { text: MARKS, amount: sums.marks },
    { text: COSTS, amount: sums.costs },
  ].filter(({ amount }) => abs(amount) >= CENT);
  const day = minus(plus(sums.realized, sums.unrealized), sums.before);
  const missingRealized =
    earlierFills === 0 ? sums.missingRealized : [...sums.missingRealized, `${fillsText(earlierFills)} of an earlier day`];
  return [
    check('realized', account.realizedPnl, sums.realized, [], missingRealized),
    check('unrealized', account.unrealizedPnl, sums.unrealized, parts, sums.missingUnrealized),
    check('day', account.dailyPnl, day, parts, [...new Set([...missingRealized, ...sums.missingUnrealized])]),
    ...(change === undefined ? [] : [check('net-liquidation', change.netLiquidation, change.dailyPnl, [], [])]),
  ];
}

function check(
  figure: FigureCheck['figure'],
  broker: Amount | undefined,
  here: Amount,
  parts: readonly NamedPart[],
  missing: readonly string[],
): FigureCheck {
  const explained = parts.reduce((sum, { amount }) => plus(sum, amount), here);
  return {
    figure,
    broker,
    here,
    parts,
    missing,
    unexplained: broker === undefined || missing.length > 0 ? undefined : minus(broker, explained),
  };
}

function sumsOf(positions: readonly PositionFigures[], missing: readonly string[]): Sums {
  let sums: Sums = {
    realized: ZERO_AMOUNT,
    unrealized: ZERO_AMOUNT,
    before: ZERO_AMOUNT,
    marks: ZERO_AMOUNT,
    costs: ZERO_AMOUNT,
    missingRealized: missing,
    missingUnrealized: missing,
  };
  for (const one of positions) sums = withUnrealized(withRealized(sums, one), one);
  return sums;
}

function withRealized(sums: Sums, { position, reported }: PositionFigures): Sums {
  const { symbol } = position.contract;
  const missing = [
    ...(reported.unreported === 0 ? [] : [`the reports of ${fillsText(reported.unreported)} of ${symbol}`]),
    ...(reported.otherCurrency === 0 ? [] : [`${fillsText(reported.otherCurrency)} of ${symbol} reported in another currency`]),
  ];
  return {
    ...sums,
    realized: plus(sums.realized, reported.realized ?? ZERO_AMOUNT),
    missingRealized: [...sums.missingRealized, ...missing],
  };
}

function withUnrealized(sums: Sums, { position, mark, broker, reported }: PositionFigures): Sums {
  const { symbol, multiplier } = position.contract;
  const here = unrealized(position, mark, multiplier);
  const held = position.quantity !== 0;
  if (here === undefined) return { ...sums, missingUnrealized: [...sums.missingUnrealized, `a mark of ${symbol}`] };
  const { unrealized: theirs, value, daily, realized } = broker ?? {};
  if (theirs === undefined || value === undefined) {
    return held ? { ...sums, missingUnrealized: [...sums.missingUnrealized, `IB's own figures of ${symbol}`] } : sums;
  }
  const ourValue = mark === undefined ? ZERO_AMOUNT : notional(mark, position.quantity, multiplier);
  const cost = minus(theirs, minus(plus(here, value), ourValue));
  // Commissions make a cost higher and never by more than was paid; anything else is no commission.
  const isCommission = cost <= CENT && negate(cost) <= plus(reported.commission ?? ZERO_AMOUNT, CENT);
  return {
    ...sums,
    unrealized: plus(sums.unrealized, here),
    before: plus(sums.before, minus(theirs, minus(daily ?? ZERO_AMOUNT, realized ?? ZERO_AMOUNT))),
    marks: plus(sums.marks, minus(value, ourValue)),
    costs: isCommission ? plus(sums.costs, cost) : sums.costs,
  };
}

function fillsText(count: number): string {
  return count === 1 ? '1 fill' : `${String(count)} fills`;
}
