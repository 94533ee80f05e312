import { externalChange, namesOldTerms } from '#core/execution/external-change';
import { mostOf } from '#core/order/oca-group';
import { statedPrices } from '#core/order/stated-prices';
import type { OpenOrderNews } from '#core/ports/broker';
import type { Slice } from '#core/state/desk-state';
import type { Order } from '#domain/order';
import { type Quantity, ZERO } from '#domain/quantity';
import { max } from '#domain/scaled';

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
  const noted =
    doubt === undefined ? { told: news, request: desk.broker.requestOpenOrders(), news: undefined } : { ...doubt, told: news, news };
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

/** The most that the order may be for: a raise of it that has left may have been taken, and what a listing named may be true. */
export function mayBeFor(desk: Pick<Desk, 'memos'>, order: Order): Quantity {
  const { oldTerms } = desk.memos.of(order.key);
  return max(mostOf(order), max(order.change?.quantity ?? ZERO, oldTerms?.told.quantity ?? ZERO));
}

/**
 * More has filled than the desk has of the order: the larger quantity that was named or asked for is proven. `external`: a listing named it, so
 * the terms are not this desk's; what of them differs. Undefined where nothing explains the fill.
 */
export function provenByFill(
  desk: Pick<Desk, 'clock' | 'memos'>,
  order: Order,
  filled: Quantity,
): { readonly order: Order; readonly external?: string } | undefined {
  if (filled <= mostOf(order) || filled > mayBeFor(desk, order)) return undefined;
  const { oldTerms } = desk.memos.of(order.key);
  if (oldTerms === undefined || oldTerms.told.quantity < filled) {
    return { order: { ...order, quantity: order.change?.quantity ?? order.quantity } };
  }
  const { told } = oldTerms;
  desk.memos.drop(order.key, 'oldTerms');
  desk.memos.drop(order.key, 'requested');
  const external = externalChange(desk, order, told, desk.clock.now());
  return { order: { ...order, quantity: told.quantity, ...statedPrices(told) }, ...(external === undefined ? {} : { external }) };
}
