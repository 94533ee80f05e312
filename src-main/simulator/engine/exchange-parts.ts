import type { Book } from '../market/book.ts';
import type { Listing } from '#simulator/model/instrument';
import type { Account } from './account.ts';
import type { ExchangeNews, OrderScript } from './exchange-news.ts';
import type { Ledger } from './ledger.ts';
import type { SessionRule } from './session-rule.ts';

export interface ExchangeParts {
  readonly account: Account;
  readonly ledger: Ledger;
  readonly listing: Listing;
  readonly books: ReadonlyMap<number, Book>;
  readonly news: ExchangeNews;
  readonly script: OrderScript;
  readonly session: SessionRule;
  readonly firstOrderId: number;
}
