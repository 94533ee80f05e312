import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { PriceTest } from '#domain/condition';

/** One line of a tape, read here without any code of the desk or the simulator. */
export interface TapeLine {
  readonly symbol: string;
  readonly at: number;
  readonly field: 'bid' | 'ask' | 'last';
  /** Scaled by 1e6. */
  readonly price: number;
}

export function recorded(name: string): string {
  return resolve(import.meta.dirname, '../../../../shared/market-data', name);
}

export function present(path: string): boolean {
  return existsSync(path);
}

export function readLines(path: string, symbol?: string): TapeLine[] {
  const [head = '', ...lines] = gunzipSync(readFileSync(path)).toString('utf8').trim().split('\n');
  const columns = head.split(',');
  const at = (name: string) => columns.indexOf(name);
  const [ts, sym, field, price] = [at('ts_ms'), at('symbol'), at('field'), at('price')];
  return lines.map((line) => {
    const cells = line.split(',');
    return {
      symbol: symbol ?? cells[sym] ?? '',
      at: Number(cells[ts]),
      field: cells[field] as TapeLine['field'],
      price: Math.round(Number(cells[price]) * 1_000_000),
    };
  });
}

export interface TruthRule {
  readonly symbol: string;
  readonly field: 'last' | 'bid' | 'ask' | 'mid';
  readonly test: PriceTest;
  readonly level: number;
}

/** Where a symbol stands, by its own lines. */
type Prices = Partial<Record<TapeLine['field'], number | undefined>>;

/** What the rule reads; the middle only where both sides stand. */
function priceOf({ bid, ask, last }: Prices, field: TruthRule['field']): number | undefined {
  if (field !== 'mid') return { bid, ask, last }[field];
  return bid === undefined || ask === undefined ? undefined : Math.floor((bid + ask) / 2);
}

function isUsable({ bid, ask }: Prices): boolean {
  return bid === undefined || ask === undefined || bid < ask;
}

/**
 * Number (from 0, among the symbol's own lines) of the first tick at which the rule is satisfied on a usable quote, by a plain scan:
 * the symbol's first `armedFrom` ticks only tell where prices stand; a crossing must first have been seen on the other side; a crossed or locked market, and a price of zero, decide nothing.
 */
export function firstSatisfied(lines: readonly TapeLine[], rule: TruthRule, armedFrom = 0): number | undefined {
  const prices: Prices = {};
  let primed = rule.test.startsWith('at-or');
  let tick = -1;
  for (const line of lines) {
    if (line.symbol !== rule.symbol) continue;
    tick += 1;
    prices[line.field] = line.price > 0 ? line.price : undefined;
    const price = priceOf(prices, rule.field);
    if (price === undefined) continue;
    const armed = tick >= armedFrom;
    const up = rule.test.endsWith('above');
    const beyond = up ? price >= rule.level : price <= rule.level;
    if (!beyond) {
      primed = true;
      continue;
    }
    if (!armed) {
      primed = rule.test.startsWith('at-or');
      continue;
    }
    if (primed && isUsable(prices)) return tick;
  }
  return undefined;
}
