import { namesOldTerms } from '#core/execution/external-change';
import { statedPrices } from '#core/order/stated-prices';
import type { OpenOrderNews } from '#core/ports/broker';
import type { Slice } from '#core/state/desk-state';
import type { Order } from '#domain/order';
import { ZERO } from '#domain/quantity';

type Desk = Slice<'broker' | 'clock' | 'memos'>;

/**
 * Old is not new: a list that was made before a change may come after its answer. What names the terms from before is not believed; the desk
 * asks, and takes over what the list says that it asked for. Until then the order keeps its terms, and the rest of the news counts.
 */
export function withoutOldTerms(desk: Desk, order: Order, news: OpenOrderNews): OpenOrderNews {
  const doubt = desk.memos.of(order.key).oldTerms;
  if (!namesOldTerms(desk, order, news, desk.clock.now())) {
    if (doubt !== undefined) desk.memos.note(order.key, 'oldTerms', { ...doubt, news: undefined });
    return news;
  }
  const noted = doubt === undefined ? { request: desk.broker.requestOpenOrders(), news: undefined } : { ...doubt, news };
  desk.memos.note(order.key, 'oldTerms', noted);
  return { ...news, quantity: ZERO, ...statedPrices(order) };
}

/** The end of a list of open orders: what it says of orders whose old terms were named, and that somebody has then truly given back. */
export function takeOldTerms(desk: Desk, request: number): readonly OpenOrderNews[] {
  const taken: OpenOrderNews[] = [];
  for (const key of desk.memos.having('oldTerms')) {
    const doubt = desk.memos.of(key).oldTerms;
    if (doubt === undefined) continue;
    if (request < doubt.request) desk.memos.note(key, 'oldTerms', { ...doubt, news: undefined });
    else {
      desk.memos.drop(key, 'oldTerms');
      if (doubt.news === undefined) continue;
      desk.memos.drop(key, 'requested');
      taken.push(doubt.news);
    }
  }
  return taken;
}
