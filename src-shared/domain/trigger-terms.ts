import { type Condition, conditionRefusal, type PriceLeaf, priceLeaves } from './condition.ts';
import { type Contract, contractLabel, mayTradeBelowZero } from './contract.ts';
import type { Trail } from './order.ts';
import { formatPrice, type Price, priceOf } from './price.ts';
import { formatQuantity, type Quantity, QUANTITY_SCALE } from './quantity.ts';
import type { ExitLevel, TriggerAction, TriggerSpec } from './trigger.ts';

/** Which part of a trigger is refused, for the form to mark. */
export type TermsPart = 'condition' | 'quantity' | 'limit' | 'entryStop' | 'target' | 'stop';

export interface TermsFault {
  readonly part: TermsPart;
  /** A sentence. */
  readonly text: string;
}

/** Nothing on an exchange costs more a unit; what does is a figure with digits too many. */
const HIGHEST_PRICE = priceOf(100_000_000);
/** 100 %: further away a target is a slip, and a stop below nothing. */
const WHOLE = 10_000;
/** A stop that trails further behind than half of the price protects nothing. */
const WIDEST_TRAIL = 5_000;

/**
 * What is wrong with a trigger as it is written, whatever the market does; undefined when nothing is. Asked by the form while it is typed,
 * and by the desk at the preview, at the arming and at an edit.
 */
export function termsFault({ condition, action }: TriggerSpec): TermsFault | undefined {
  const unsound = conditionRefusal(condition) ?? levelRefusal(condition);
  if (unsound !== undefined) return { part: 'condition', text: unsound };
  const quantity = quantityRefusal(action.quantity, action.contract);
  if (quantity !== undefined) return { part: 'quantity', text: quantity };
  return entryFault(action) ?? exitFault(action, 'target') ?? exitFault(action, 'stop') ?? orderFault(action);
}

/** Fractions are only traded where the contract is made of them. */
export function quantityRefusal(quantity: Quantity, { secType }: Contract): string | undefined {
  if (!Number.isSafeInteger(quantity) || quantity <= 0) return 'The quantity must be above zero.';
  if (secType === 'CRYPTO' || secType === 'FUND' || quantity % QUANTITY_SCALE === 0) return undefined;
  const units = secType === 'STK' ? 'shares' : 'contracts';
  return `${formatQuantity(quantity)} ${units} cannot be ordered; write a whole number.`;
}

/** `name` begins the sentence, such as `The trigger price`. */
function priceRefusal(name: string, price: Price, contract: Contract): string | undefined {
  if (!Number.isSafeInteger(price) || Math.abs(price) > HIGHEST_PRICE) return `${name} has too many digits for a price.`;
  if (price > 0 || mayTradeBelowZero(contract)) return undefined;
  return `${name} ${formatPrice(price)} is not above zero, where ${contractLabel(contract)} never trades.`;
}

/** A distance behind the market that is none, or none that protects. */
export function trailRefusal(trail: Trail): string | undefined {
  if (trail.kind === 'amount') return trail.amount > 0 ? undefined : 'A stop that trails 0 behind is none; write more than 0.';
  if (trail.basisPoints <= 0) return 'A stop that trails 0 % behind is none; write more than 0.';
  return trail.basisPoints > WIDEST_TRAIL
    ? `A stop that trails ${percent(trail.basisPoints)} behind protects next to nothing; write at most ${percent(WIDEST_TRAIL)}, or an amount.`
    : undefined;
}

/** What is wrong with the level of a price leaf; the form asks leaf by leaf. */
export function leafRefusal(leaf: PriceLeaf): string | undefined {
  if (leaf.kind === 'price') return priceRefusal('The trigger price', leaf.level, leaf.contract);
  return leaf.basisPoints <= -WHOLE && !mayTradeBelowZero(leaf.contract)
    ? `${percent(leaf.basisPoints)} is not above zero, where ${contractLabel(leaf.contract)} never trades.`
    : undefined;
}

function levelRefusal(condition: Condition): string | undefined {
  for (const leaf of priceLeaves(condition)) {
    const refusal = leafRefusal(leaf);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function percent(basisPoints: number): string {
  return `${String(basisPoints / 100)} %`;
}

function entryFault({ entry, side, contract }: TriggerAction): TermsFault | undefined {
  const stop = entry.stop === undefined ? undefined : priceRefusal('The stop price', entry.stop, contract);
  if (stop !== undefined) return { part: 'entryStop', text: stop };
  const limit = entry.limit === undefined ? undefined : priceRefusal('The limit', entry.limit, contract);
  if (limit !== undefined) return { part: 'limit', text: limit };
  if (entry.limitOffset !== undefined && Math.abs(entry.limitOffset) > HIGHEST_PRICE)
    return { part: 'limit', text: 'The offset of the limit has too many digits for a price.' };
  if (entry.type !== 'STP LMT' || entry.stop === undefined) return undefined;
  // Once the stop has been reached, a limit on its near side waits for the market to come back.
  const beyond = entry.limit === undefined ? entry.limitOffset : entry.limit - entry.stop;
  if (beyond === undefined || beyond * (side === 'BUY' ? 1 : -1) >= 0) return undefined;
  const where = side === 'BUY' ? 'below' : 'above';
  const text = `The limit stands ${where} the stop ${formatPrice(entry.stop)}, so the order would not fill when the stop is reached; move it to the stop or ${side === 'BUY' ? 'above' : 'below'} it.`;
  return { part: 'limit', text };
}

function exitFault(action: TriggerAction, part: 'target' | 'stop'): TermsFault | undefined {
  const exit: ExitLevel | undefined = action[part];
  if (exit === undefined) return undefined;
  if (exit.kind === 'price') {
    const text = priceRefusal(`The ${part}`, exit.price, action.contract);
    return text === undefined ? undefined : { part, text };
  }
  const down = (action.side === 'BUY') === (part === 'stop');
  const isTooFar = down && !mayTradeBelowZero(action.contract) ? exit.basisPoints >= WHOLE : exit.basisPoints > WHOLE;
  if (!isTooFar) return undefined;
  const away = `A ${part} ${percent(exit.basisPoints)} ${down ? 'below' : 'above'} the entry`;
  return {
    part,
    text: down
      ? `${away} leaves nothing; bring it nearer.`
      : `${away} is further than ${percent(WHOLE)}; write it as a price if it is meant.`,
  };
}

/** Two fixed exits on the wrong sides of each other fit no entry. */
function orderFault({ side, target, stop }: TriggerAction): TermsFault | undefined {
  if (target?.kind !== 'price' || stop?.kind !== 'price') return undefined;
  const apart = (target.price - stop.price) * (side === 'BUY' ? 1 : -1);
  if (apart > 0) return undefined;
  const where = side === 'BUY' ? 'below' : 'above';
  return {
    part: 'stop',
    text: `The stop ${formatPrice(stop.price)} is not ${where} the target ${formatPrice(target.price)}; no entry fits between them.`,
  };
}
