import { MOST_LEGS } from './order.ts';

/** How many of the messages of a second can be kept for cancels and the kill (C-07): beside them an order with its stop and target finds room. */
export function mostReserved(messagesPerSecond: number): number {
  return messagesPerSecond - MOST_LEGS;
}
