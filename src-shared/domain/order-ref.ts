import type { OrderRef, TriggerId } from './ids.ts';

/** Entry, take-profit target, protective stop, flatten. */
export type Leg = 'E' | 'T' | 'S' | 'F';

export interface OrderRefParts {
  readonly triggerId: TriggerId;
  /** Arm generation: rises with every arming, so that a re-armed trigger never repeats a reference. */
  readonly gen: number;
  /** Firing number within the generation. */
  readonly fire: number;
  readonly leg: Leg;
}

const PATTERN = /^TD1-([0-9A-Z]{8})-(\d{1,6})-(\d{1,6})-([ETSF])$/;

/** `TD1-<trigger>-<gen>-<fire>-<leg>`: a pure function of the firing, at most 40 printable ASCII characters. */
export function orderRef(parts: OrderRefParts): OrderRef {
  return `TD1-${parts.triggerId}-${String(parts.gen)}-${String(parts.fire)}-${parts.leg}` as OrderRef;
}

/** Undefined for text that is not ours (an order placed by hand or by another program). */
export function parseOrderRef(text: string): OrderRefParts | undefined {
  const match = PATTERN.exec(text);
  if (!match) return undefined;
  return { triggerId: match[1] as TriggerId, gen: Number(match[2]), fire: Number(match[3]), leg: match[4] as Leg };
}
