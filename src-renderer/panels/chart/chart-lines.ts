import type { Bar } from '#domain/bar';
import { priceToNumber, type Price } from '#domain/price';
import type { FillRow, OrderRow, WatcherRow } from '#protocol/topics';
import { abs, minus } from '#domain/scaled';
import { exactPrice, priceText, quantityText } from '../../format/figure.ts';
import type { Draft } from '../../draft/draft.ts';
import { readPrice } from '../../format/read-figure.ts';

export interface ChartLine {
  readonly price: number;
  readonly text: string;
  readonly color: string;
  readonly dash: readonly number[];
}

export interface ChartMark {
  /** Exchange time, epoch ms, of the bar it stands at. */
  readonly at: number;
  readonly below: boolean;
  readonly text: string;
  readonly color: string;
}

const TRIGGER = '#4ea1ff';
const STOP = '#ef5350';
const TARGET = '#2ebd85';
const ORDER = '#b7c4d3';
const DRAFT = '#8fb4d9';
const LONG: readonly number[] = [5, 3];
const SHORT: readonly number[] = [2, 3];

/** What of a watcher and of an order is drawn: only a change of these is looked at. */
export const DRAWN = {
  watchers: ['conId', 'id', 'life', 'level', 'side', 'quantity', 'stopPrice', 'targetPrice', 'spec', 'armedSide'],
  orders: ['conId', 'working', 'side', 'quantity', 'type', 'stop', 'limit'],
} as const satisfies { readonly watchers: readonly (keyof WatcherRow)[]; readonly orders: readonly (keyof OrderRow)[] };
export type DrawnWatcher = Pick<WatcherRow, (typeof DRAWN.watchers)[number]>;
export type DrawnOrder = Pick<OrderRow, (typeof DRAWN.orders)[number]>;

export interface LineSources {
  readonly watchers: readonly DrawnWatcher[];
  readonly orders: readonly DrawnOrder[];
  readonly draft: Draft;
  readonly conId: number;
  /** The watcher that is looked at: only its stop and target are drawn, or the lines of many would bury the candles. */
  readonly active: string | null;
  readonly last: Price | null;
  readonly decimals: number;
}

/** Everything of one contract that waits at a price. A level the operator is still typing is drawn too, and says so. */
export function chartLines(sources: LineSources): readonly ChartLine[] {
  const lines: ChartLine[] = [];
  const { last, decimals } = sources;
  const pen: Pen = {
    add: (price, text, color, dash) => {
      if (price !== null) lines.push({ price: priceToNumber(price), text: text(exactPrice(price, decimals)), color, dash });
    },
    away: (price) => (last === null ? '' : ` · ${priceText(abs(minus(price, last)), decimals)} away`),
  };
  for (const row of sources.watchers) addWatcher(pen, row, row.id === sources.active);
  for (const row of sources.orders) addOrder(pen, row);
  if (sources.draft.contract?.conId === sources.conId) addDraft(pen, sources.draft);
  return merged(lines);
}

interface Pen {
  readonly add: (price: Price | null, text: (shown: string) => string, color: string, dash: readonly number[]) => void;
  /** ` · 0.42 away`: how far the last trade is from there; empty while there is none. */
  readonly away: (price: Price) => string;
}

function sideAndSize(row: DrawnWatcher | DrawnOrder): string {
  return `${row.side === 'BUY' ? 'buy' : 'sell'} ${quantityText(row.quantity)}`;
}

function addWatcher({ add, away }: Pen, row: DrawnWatcher, isActive: boolean): void {
  if (row.life !== 'armed' && row.life !== 'paused' && row.life !== 'firing') return;
  const { level } = row;
  if (level !== null) {
    const state = row.life === 'paused' ? 'paused ' : '';
    add(level, (shown) => `${state}trigger ${arrowOf(row)}${shown} · ${sideAndSize(row)}${away(level)}`, TRIGGER, LONG);
  }
  if (!isActive) return;
  add(row.stopPrice, (shown) => `stop ${shown}`, STOP, SHORT);
  add(row.targetPrice, (shown) => `target ${shown}`, TARGET, SHORT);
}

function addOrder({ add }: Pen, row: DrawnOrder): void {
  const isStop = row.stop !== null;
  add(row.stop ?? row.limit, (shown) => `${sideAndSize(row)} ${row.type} ${shown}`, isStop ? STOP : ORDER, isStop ? SHORT : []);
}

function addDraft({ add, away }: Pen, draft: Draft): void {
  const level = readPrice(draft.level, null);
  if (level.ok) add(level.value, (shown) => `draft ${shown}${away(level.value)}`, DRAFT, SHORT);
  for (const [word, text] of [
    ['stop', draft.stop],
    ['target', draft.target],
  ] as const) {
    const exit = readPrice(text, null);
    if (exit.ok) add(exit.value, (shown) => `draft ${word} ${shown}`, DRAFT, SHORT);
  }
}

function arrowOf(row: DrawnWatcher): string {
  const { condition } = row.spec;
  const test = condition.kind === 'price' ? condition.test : null;
  if (test === 'crosses-above') return '↑ ';
  if (test === 'crosses-below') return '↓ ';
  if (test === 'at-or-above') return '≥ ';
  if (test === 'at-or-below') return '≤ ';
  return row.armedSide === 'below' ? '↑ ' : row.armedSide === 'above' ? '↓ ' : '';
}

/** A bracket at work stands twice at one price, as the trigger's plan and as the order; the order is what counts. */
function merged(lines: readonly ChartLine[]): readonly ChartLine[] {
  const byPrice = new Map<string, ChartLine>();
  for (const line of lines) byPrice.set(`${String(line.price)} ${line.color}`, line);
  return [...byPrice.values()];
}

/** A fill outside of the loaded bars has no place on this chart. */
export function fillMarks(fills: readonly FillRow[], bars: readonly Bar[]): readonly ChartMark[] {
  const first = bars[0]?.at;
  const newest = bars.at(-1)?.at;
  if (first === undefined || newest === undefined) return [];
  return fills
    .filter((fill): fill is FillRow & { readonly at: number } => fill.at !== null)
    .sort((a, b) => a.at - b.at)
    .map((fill) => ({
      at: Math.floor(fill.at / 60_000) * 60_000,
      below: fill.side === 'BUY',
      text: `${fill.side === 'BUY' ? 'bought' : 'sold'} ${quantityText(fill.quantity)} · ${priceText(fill.price, fill.decimals)}`,
      color: fill.side === 'BUY' ? '#7db2ff' : '#ff8f8d',
    }))
    .filter((mark) => mark.at >= first && mark.at <= newest)
    .slice(-40);
}
