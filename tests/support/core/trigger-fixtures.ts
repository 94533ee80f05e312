import { QuoteBoard } from '#core/market/quote-board';
import type { Firing } from '#core/trigger/firing';
import { WatcherRegistry } from '#core/trigger/watcher-registry';
import type { Condition, PriceTest } from '#domain/condition';
import type { Contract, ContractDetails } from '#domain/contract';
import type { ConId, TriggerId } from '#domain/ids';
import { type Price, priceOf } from '#domain/price';
import { units } from '#domain/quantity';
import type { QuoteField, Tick } from '#domain/quote';
import type { TriggerAction, TriggerSpec } from '#domain/trigger';

/** 179.4 → scaled price. */
export function px(value: number): Price {
  return priceOf(value);
}

export function stock(symbol: string, conId: number): Contract {
  return { conId: conId as ConId, symbol, secType: 'STK', exchange: 'SMART', primaryExchange: 'NYSE', currency: 'USD', multiplier: 1 };
}

export const IBM = stock('IBM', 8314);
export const BAC = stock('BAC', 10098);
export const AIG = stock('AIG', 61319701);

export function price(contract: Contract, field: QuoteField, test: PriceTest, level: number): Condition {
  return { kind: 'price', contract, field, test, level: px(level) };
}

/** `window('09:45', '15:30')` */
export function between(from: string, to: string): Condition {
  const minute = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  return { kind: 'time-window', fromMinute: minute(from), toMinute: minute(to) };
}

export function action(contract: Contract, more: Partial<TriggerAction> = {}): TriggerAction {
  return { contract, side: 'BUY', quantity: units(100), entry: { type: 'MKT' }, tif: 'DAY', outsideRth: false, ...more };
}

export function spec(condition: Condition, more: Partial<TriggerSpec> = {}): TriggerSpec {
  return { name: 'IBM-1', condition, action: action(IBM), rthOnly: false, ...more };
}

export function id(text: string): TriggerId {
  return text.padStart(8, '0') as TriggerId;
}

export function tick(contract: Contract, field: 'bid' | 'ask' | 'last', value: number, at: number): Tick {
  return { conId: contract.conId, field, price: px(value), at };
}

/** 2026-03-10 is an ordinary Tuesday, New York at UTC−4. */
export function newYork(clock: string): number {
  return Date.parse(`2026-03-10T${clock}${clock.length === 5 ? ':00' : ''}-04:00`);
}

export interface Desk {
  readonly board: QuoteBoard;
  readonly registry: WatcherRegistry;
  readonly clock: { time: number; now(): number };
  readonly details: Map<ConId, ContractDetails>;
  /** False: the desk may fire nothing. */
  readonly may: { fire: boolean };
}

/** A board and a registry with a clock that stands until moved. */
export function desk(start = newYork('10:00'), maxAgeMs = 2_000): Desk {
  const clock = {
    time: start,
    now(): number {
      return this.time;
    },
  };
  const board = new QuoteBoard();
  const details = new Map<ConId, ContractDetails>();
  const may = { fire: true };
  const registry = new WatcherRegistry({
    board,
    clock,
    maxQuoteAgeMs: () => maxAgeMs,
    detailsOf: (conId) => details.get(conId),
    mayFire: () => may.fire,
  });
  return { board, registry, clock, details, may };
}

export const ONE = id('1');

export function arm(on: Desk, condition: Condition, more: Partial<TriggerSpec> = {}, gen = 1): void {
  const armed = on.registry.arm({ id: ONE, gen, spec: spec(condition, more), armedBy: 'you' });
  if (!armed.ok) throw new Error(armed.error);
}

/** Feeds ticks 100 ms apart; returns what fired as `field price` of the deciding tick. */
export function feed(on: Desk, field: 'bid' | 'ask' | 'last', ...prices: readonly number[]): readonly string[] {
  const fired: string[] = [];
  for (const value of prices) {
    on.clock.time += 100;
    on.registry.onTick(tick(IBM, field, value, on.clock.time));
    fired.push(...on.registry.drain().map(brief));
  }
  return fired;
}

export function brief({ tick: decided, cause }: Firing): string {
  return `${cause} ${decided.field} ${String(decided.price / 1_000_000)}`;
}
