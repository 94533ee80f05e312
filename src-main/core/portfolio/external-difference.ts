import type { Execution } from '#domain/execution';
import type { Order } from '#domain/order';
import type { ExternalDifference, Position } from '#domain/position';
import { type Price, ZERO_PRICE } from '#domain/price';
import { minus, negate } from '#domain/scaled';

/** A live execution that comes so long after the broker's figure was taken over may be what had moved it. */
const EXPLAINS_MS = 30_000;

export function differenceOf({ quantity, brokerQuantity }: Position): number {
  return brokerQuantity === undefined ? 0 : brokerQuantity - quantity;
}

export function averageAfter(position: Position): Price {
  if (position.brokerQuantity === 0) return ZERO_PRICE;
  return position.brokerAverageCost ?? position.averagePrice;
}

export function withExternal(position: Position, external: ExternalDifference | undefined): Position {
  const { external: _before, ...rest } = position;
  return external === undefined ? rest : { ...rest, external };
}

/**
 * The broker's figure was taken over, and now an execution is told that accounts for it: it is in the position already. Undefined when the
 * execution is a new one. A wrong guess is found by the next lists, which compare as always.
 */
export function explainedBy(
  position: Position,
  execution: Pick<Execution, 'side' | 'quantity'>,
  told: { readonly live: boolean; readonly order: Order | undefined; readonly at: number },
): Position | undefined {
  const { external } = position;
  if (external === undefined) return undefined;
  const signed = execution.side === 'BUY' ? execution.quantity : negate(execution.quantity);
  if (Math.sign(signed) !== Math.sign(external.quantity) || Math.abs(signed) > Math.abs(external.quantity)) return undefined;
  if (told.live && told.at - external.since > EXPLAINS_MS) return undefined;
  if (told.order?.sentAt !== undefined && told.order.sentAt >= external.since) return undefined;
  const left = minus(external.quantity, signed);
  return withExternal(position, left === 0 ? undefined : { ...external, quantity: left });
}
