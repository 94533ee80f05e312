import type { BrokerNews } from '#core/ports/broker';
import { commit, type Slice } from '#core/state/desk-state';
import { positionKey } from '#core/state/records';
import { ZERO_AMOUNT } from '#domain/money';
import type { Position } from '#domain/position';
import { trustedPrice, ZERO_PRICE } from '#domain/price';
import { ZERO } from '#domain/quantity';

type Desk = Slice<'coordinator' | 'reconciliation' | 'stores'>;

type PositionNews = Extract<BrokerNews, { kind: 'position' }>;

/** The broker's own figure stands beside ours. During the first reconciliation it becomes ours. */
export function onPosition(desk: Desk, news: PositionNews): void {
  const key = positionKey(news.account, news.contract.conId);
  desk.reconciliation.sawPosition(key);
  const known = desk.stores.positions.get(key);
  const adopt = desk.reconciliation.isOpening();
  if (known === undefined && news.quantity === 0) return;
  if (known?.brokerQuantity === news.quantity && !adopt) return;
  commit(desk, 'data', 'position.broker', { kind: 'broker', text: `position ${news.contract.symbol}` }, (tx) => {
    const position = tx.get(desk.stores.positions, key);
    const average = news.averageCost === undefined ? undefined : trustedPrice(Math.round(news.averageCost / news.contract.multiplier));
    const base: Position = position ?? {
      account: news.account,
      contract: news.contract,
      quantity: ZERO,
      averagePrice: ZERO_PRICE,
      realized: ZERO_AMOUNT,
      commission: ZERO_AMOUNT,
      updatedAt: tx.at,
    };
    tx.set(desk.stores.positions, key, {
      ...base,
      ...(adopt ? { quantity: news.quantity, averagePrice: average ?? base.averagePrice, updatedAt: tx.at } : {}),
      brokerQuantity: news.quantity,
      ...(average === undefined ? {} : { brokerAverageCost: average }),
      brokerAt: tx.at,
    });
  });
}
