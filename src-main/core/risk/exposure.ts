import { restOfGroups } from '#core/order/oca-group';
import { contractLabel, type Contract } from '#domain/contract';
import type { Order, Side } from '#domain/order';
import type { Position } from '#domain/position';
import { formatQuantity, type Quantity, QUANTITY_SCALE } from '#domain/quantity';
import { abs, plus } from '#domain/scaled';
import type { RiskLimits } from './risk-context.ts';

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
