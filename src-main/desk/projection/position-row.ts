import { stopsProtecting } from '#core/order/stop-coverage';
import { stopKind } from '#core/order/stop-kind';
import { unrealized } from '#core/portfolio/fill-arithmetic';
import { type ReportedFigures, reportedFigures } from '#core/portfolio/reported-figures';
import { embargo } from '#core/pretrade/trading-state';
import { unprotectedOf } from '#core/protection/exits';
import type { DeskView } from '#core/state/desk-view';
import { contractLabel } from '#domain/contract';
import { trailText } from '#domain/order-text';
import type { Position } from '#domain/position';
import { formatQuantity, type Quantity, ZERO } from '#domain/quantity';
import { minus } from '#domain/scaled';
import type { OfferView, PositionRow } from '#protocol/topics';
import { markOf } from './agreement.ts';
import { brokerTime, decimalsOf, quoteBrokerTime, quoteTime } from './row-figures.ts';

/** `reported` may be kept by whoever makes many rows: it changes with the fills only. */
export function positionRow(
  view: DeskView,
  key: string,
  position: Position,
  reported: ReportedFigures = reportedFigures(view.stores.fills.values(), position),
): PositionRow {
  const { contract } = position;
  const quote = view.board.quote(contract.conId);
  const mark = markOf(view, position);
  return {
    key,
    account: position.account,
    conId: contract.conId,
    symbol: contractLabel(contract),
    quantity: position.quantity,
    averagePrice: position.averagePrice,
    mark: mark ?? null,
    markAt: quoteTime(view, quote),
    markTime: quoteBrokerTime(view, quote),
    decimals: decimalsOf(view, contract.conId),
    unrealized: unrealized(position, mark, contract.multiplier) ?? null,
    realized: reported.realized ?? null,
    commission: reported.commission ?? null,
    unreported: reported.unreported,
    otherCurrency: reported.otherCurrency,
    currency: contract.currency,
    protectedQuantity: stopsProtecting(view.index, view.index.working(), position),
    brokerQuantity: position.brokerQuantity ?? null,
    external: position.external?.quantity ?? null,
    externalSeen: position.external === undefined || position.external.acknowledgedBy !== undefined,
    asleep: asleepOf(view, position),
    brokerAverage: position.brokerAverageCost ?? null,
    brokerAt: position.brokerAt ?? null,
    brokerTime: brokerTime(view, position.brokerAt),
    unprotected: unprotectedOf(view, position),
    closing: closingText(view, key),
    offer: offerView(view, key),
  };
}

/** In a reset of IB only stops at the exchange protect; one of which IB has not said where it rests is not counted on. */
function asleepOf(view: DeskView, position: Position): Quantity {
  if (embargo(view) === undefined) return ZERO;
  const working = view.index.working();
  const native = working.filter((order) => stopKind(order) === 'native');
  return minus(stopsProtecting(view.index, working, position), stopsProtecting(view.index, native, position));
}

function closingText(view: DeskView, key: string): string | null {
  const closing = view.stores.closings.get(key);
  for (const trailing of view.stores.trailings.values())
    if (trailing.position === key) return `the stop is being replaced by one that trails ${trailText(trailing.trail)} behind`;
  return closing === undefined ? null : `closing ${formatQuantity(closing.quantity)}: its exits shrink or go first`;
}

function offerView(view: DeskView, key: string): OfferView | null {
  const offer = view.stores.offers.get(key);
  return offer === undefined ? null : { kind: offer.kind, quantity: offer.quantity, stop: offer.stop ?? null, why: offer.why };
}
