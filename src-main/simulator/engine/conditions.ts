import { priceFromText } from '#domain/price';
import { QUANTITY_SCALE } from '#domain/quantity';
import { parseStamp } from '../calendar/new-york.ts';
import type { Book } from '../market/book.ts';
import type { OrderCondition } from '#simulator/model/condition';
import type { Account } from './account.ts';
import type { Ledger } from './ledger.ts';
import type { WorkingOrder } from './working-order.ts';

interface World {
  readonly account: Account;
  readonly ledger: Ledger;
  readonly books: ReadonlyMap<number, Book>;
}

/**
 * Whether an order's conditions let it go to the market, keep it waiting, or cancel it. Once let go it stays so. `and` binds
 * to the condition after it and all are read from the left, without precedence; a figure that is not there meets nothing.
 */
export function conditionsSay(order: WorkingOrder, world: World, now: number): 'go' | 'wait' | 'cancel' {
  const { list, cancels } = order.conditions;
  if (list.length === 0 || order.released) return 'go';
  let met = true;
  let join: OrderCondition['join'] = 'and';
  for (const one of list) {
    const fits = isMet(one, order, world, now);
    met = join === 'and' ? met && fits : met || fits;
    join = one.join;
  }
  if (cancels) return met ? 'cancel' : 'go';
  order.released = met;
  return met ? 'go' : 'wait';
}

function isMet(one: OrderCondition, order: WorkingOrder, { account, ledger, books }: World, now: number): boolean {
  if (one.kind === 'execution')
    return ledger.fills.some(
      (fill) => fill.contract.symbol === one.symbol && fill.contract.secType === one.secType && fill.at >= order.placedAt,
    );
  const [is, wanted] = figures(one, account, books, now);
  return is !== undefined && wanted !== undefined && (one.more ? is >= wanted : is <= wanted);
}

type Measured = Exclude<OrderCondition, { readonly kind: 'execution' }>;

/** What is, and what it is held against, in the same unit; undefined for what cannot be known. */
function figures(
  one: Measured,
  account: Account,
  books: ReadonlyMap<number, Book>,
  now: number,
): readonly [number | undefined, number | undefined] {
  if (one.kind === 'time') return [now, parseStamp(one.value)];
  const wanted = priceFromText(one.value);
  if (!wanted.ok) return [undefined, undefined];
  if (one.kind === 'margin') {
    const equity = account.netLiquidation;
    return [equity <= 0 ? 0 : ((equity - account.initialMargin) / equity) * 100_000_000, wanted.value];
  }
  const book = books.get(one.conId);
  switch (one.kind) {
    case 'price':
      return [book?.mark, wanted.value];
    case 'volume':
      return [book === undefined ? undefined : book.volume * (1_000_000 / QUANTITY_SCALE), wanted.value];
    case 'percentChange':
      return [
        book?.mark === undefined || book.close === undefined || book.close <= 0
          ? undefined
          : ((book.mark - book.close) / book.close) * 100_000_000,
        wanted.value,
      ];
  }
}
