import { commit, type CommissionNews, type Slice } from '#core/state/desk-state';
import { positionKey } from '#core/state/records';
import { execIdRoot, type Fill } from '#domain/execution';
import { ZERO_AMOUNT } from '#domain/money';
import { minus, plus } from '#domain/scaled';

type Desk = Slice<'coordinator' | 'stores' | 'waitingCommissions'>;

/** Of fills that are never told: IB's history of a day does not hold more. */
const MOST_WAITING = 1_000;

/** Comes after its fill, sometimes much later, sometimes before, sometimes never: nothing waits for it. */
export function onCommission(desk: Desk, news: CommissionNews): void {
  const root = execIdRoot(news.execId);
  const known = desk.stores.fills.get(root);
  if (known === undefined) {
    const { waitingCommissions: waiting } = desk;
    const [oldest] = waiting.size < MOST_WAITING ? [] : waiting.keys();
    if (oldest !== undefined) waiting.delete(oldest);
    waiting.set(news.execId, news);
    return;
  }
  if (news.commission === undefined || saysNothingNew(known, news)) return;
  const { commission } = news;
  commit(desk, 'data', 'commission', { kind: 'broker', text: `commissionReport ${news.execId}` }, (tx) => {
    const fill = tx.get(desk.stores.fills, root);
    if (fill === undefined) return;
    tx.set(desk.stores.fills, root, {
      ...fill,
      commission,
      commissionCurrency: news.currency,
      ...(news.realizedPnl === undefined ? {} : { realizedPnl: news.realizedPnl }),
    });
    const key = positionKey(fill.account, fill.conId);
    const position = tx.get(desk.stores.positions, key);
    if (position !== undefined)
      tx.set(desk.stores.positions, key, {
        ...position,
        commission: minus(plus(position.commission, commission), fill.commission ?? ZERO_AMOUNT),
      });
  });
}

/** A correction of a fill may keep its commission and change what it has realised. */
function saysNothingNew(known: Fill, news: CommissionNews): boolean {
  return (
    known.commission === news.commission &&
    known.commissionCurrency === news.currency &&
    (news.realizedPnl === undefined || known.realizedPnl === news.realizedPnl)
  );
}
