import type { PositionRow } from '#protocol/topics';
import { UNKNOWN, averageText, priceText, quantityText } from '../../format/figure.ts';
import { clockText } from '../../format/time.ts';

/** Where a figure of a position comes from and how old it is, as a sentence for whoever asks. */

function brokerSays(row: PositionRow, what: string): string {
  return row.brokerAt === null ? 'the broker has not said it yet' : `the broker said ${what} at ${clockText(row.brokerTime)}`;
}

export function quantitySource(row: PositionRow): string {
  const { brokerQuantity, quantity } = row;
  const differs = brokerQuantity !== null && brokerQuantity !== quantity;
  const external = row.external === null ? '' : `, of which EXTERNAL ${quantityText(row.external)} as the broker has it`;
  return `Computed here from fills${external}; ${brokerSays(row, brokerQuantity === null ? UNKNOWN : quantityText(brokerQuantity))}${differs ? ': THEY DIFFER' : ''}.`;
}

export function averageSource(row: PositionRow): string {
  if (row.quantity === 0) return 'Nothing is held.';
  const theirs = row.brokerAverage === null ? UNKNOWN : `${averageText(row.brokerAverage, row.decimals)}, commissions included,`;
  return `Computed here from fills, without commissions; ${brokerSays(row, theirs)}.`;
}

export function markSource(row: PositionRow): string {
  if (row.mark === null || row.markAt === null) return 'No quote tells what it would fetch now.';
  const side = row.quantity < 0 ? 'ask' : 'bid';
  return `What closing would meet: the ${side} of ${clockText(row.markTime)}, or the last trade where there is none.`;
}

export function unrealizedSource(row: PositionRow): string {
  if (row.quantity === 0) return 'Nothing is held.';
  if (row.unrealized === null) return 'Not known: there is no mark.';
  return `Computed here in ${row.currency}: (mark ${priceText(row.mark, row.decimals)} − average) × quantity, as old as the mark; without commissions.`;
}

/** Fills that the sums are without. */
export function withoutFills({ unreported, otherCurrency }: Pick<PositionRow, 'unreported' | 'otherCurrency'>): number {
  return unreported + otherCurrency;
}

function without({ unreported, otherCurrency, currency }: PositionRow): string {
  const unknown = unreported === 0 ? '' : ` ${String(unreported)} unknown: the broker's report of ${fills(unreported)} has not come.`;
  const other = otherCurrency === 0 ? '' : ` Without ${fills(otherCurrency)} reported in another currency than ${currency}.`;
  return unknown + other;
}

function fills(count: number): string {
  return count === 1 ? '1 fill' : `${String(count)} fills`;
}

export function realizedSource(row: PositionRow): string {
  return `Reported by the broker in ${row.currency}, commissions included: the sum of its rows in Fills.${without(row)}`;
}

export function commissionSource(row: PositionRow): string {
  return `Reported by the broker in ${row.currency}: the sum of its rows in Fills.${without(row)}`;
}
