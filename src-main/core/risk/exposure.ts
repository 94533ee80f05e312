import { restOfGroups } from '#core/order/oca-group';
import { contractLabel, type Contract } from '#domain/contract';
import type { Order, OrderIntent, Side } from '#domain/order';
import type { Position } from '#domain/position';
import { formatQuantity, type Quantity, QUANTITY_SCALE, ZERO } from '#domain/quantity';
import { abs, minus, plus, scale } from '#domain/scaled';
import type { RiskContext, RiskLimits } from './risk-context.ts';

export function isDerivative({ secType }: Pick<Contract, 'secType'>): boolean {
  return secType !== 'STK' && secType !== 'CASH' && secType !== 'CFD';
}

/** What a side can still add if everything working on it fills. Orders of one group cancel each other, so the largest counts. */
export function pending(working: readonly Order[], conId: number, side: Side, takes: (order: Order) => Quantity): Quantity {
  return restOfGroups(
    working.filter((order) => order.contract.conId === conId && order.side === side),
    takes,
  );
}

/** What an entry can make of the position if everything on its side fills, UNKNOWN orders included, and what it may be at most. */
export interface WorstCase {
  /** Signed. */
  readonly position: Quantity;
  /** Whole shares or contracts. */
  readonly limit: number;
  readonly fits: boolean;
}

/** The one rule of C-12. Risk asks it at the verdict, the gate at the write. `working` is without the order itself. */
export function worstCase(
  { legs: [entry], contract }: Pick<OrderIntent, 'legs' | 'contract'>,
  { position, working, takes, changed, rules }: Pick<RiskContext, 'position' | 'working' | 'takes' | 'changed' | 'rules'>,
): WorstCase {
  const limit = isDerivative(contract) ? rules.limits.maxPositionContracts : rules.limits.maxPositionShares;
  const more = minus(plus(pending(working, contract.conId, entry.side, takes), entry.quantity), changed?.filled ?? ZERO);
  const worst = plus(position, scale(more, entry.side === 'BUY' ? 1 : -1));
  return { position: worst, limit, fits: abs(worst) <= limit * QUANTITY_SCALE };
}

/**
 * C-27: the limit that what is held and working already passes, perhaps because it was lowered; a sentence, undefined when all fits. Then
 * only reducing orders leave, whatever contract they trade. Measured as C-12 and C-11 measure a new order.
 */
export function overLimit(
  limits: RiskLimits,
  positions: readonly Position[],
  working: readonly Order[],
  takes: (order: Order) => Quantity,
): string | undefined {
  for (const { contract, quantity } of positions) {
    if (quantity === 0) continue;
    const limit = isDerivative(contract) ? limits.maxPositionContracts : limits.maxPositionShares;
    const side: Side = quantity > 0 ? 'BUY' : 'SELL';
    const worst = plus(abs(quantity), pending(working, contract.conId, side, takes));
    if (worst > limit * QUANTITY_SCALE)
      return `${formatQuantity(worst)} ${contractLabel(contract)} are held or on the way, above the limit of ${limit} (C-12).`;
  }
  const held = new Set(positions.filter(({ quantity }) => quantity !== 0).map(({ contract }) => contract.conId));
  for (const contract of new Map(working.map((order) => [order.contract.conId, order.contract])).values()) {
    if (held.has(contract.conId)) continue;
    const limit = isDerivative(contract) ? limits.maxPositionContracts : limits.maxPositionShares;
    for (const side of ['BUY', 'SELL'] as const) {
      const rest = pending(
        working.filter((order) => order.parentKey === undefined),
        contract.conId,
        side,
        takes,
      );
      if (rest > limit * QUANTITY_SCALE)
        return `Orders for ${formatQuantity(rest)} ${contractLabel(contract)} work on one side, above the limit of ${limit} (C-12).`;
    }
  }
  return working.length > limits.maxWorkingTotal
    ? `${working.length} orders are working, above the limit of ${limits.maxWorkingTotal} (C-11).`
    : undefined;
}
