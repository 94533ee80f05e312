import { type EngineState, isArmedState, isKilled } from '#core/state/engine-state';
import type { OrderState } from '#domain/order';

/** The grain of the coverage: classes within which the desk's tables do not tell one state from another. */

/** States in which an order is equally far from its end, and the desk's tables answer IB alike. */
export const ORDER_CLASS: Readonly<Record<OrderState, OrderClass>> = {
  INTENT: 'waiting',
  QUEUED: 'waiting',
  SUBMITTED: 'sent',
  UNKNOWN: 'unknown',
  ACCEPTED: 'working',
  HELD: 'working',
  INACTIVE: 'working',
  PARTIALLY_FILLED: 'partly filled',
  PENDING_REPLACE: 'changing',
  PENDING_CANCEL: 'cancelling',
  FILLED: 'over',
  CANCELLED: 'over',
  EXPIRED: 'over',
  REJECTED: 'over',
  DENIED: 'not sent',
  ABORTED_BY_KILL: 'not sent',
};
export const ORDER_CLASSES = [
  'waiting',
  'sent',
  'unknown',
  'working',
  'partly filled',
  'changing',
  'cancelling',
  'over',
  'not sent',
  'none',
] as const;
/** `none`: of a desk's event, no own order is at the broker or on its way. */
export type OrderClass = (typeof ORDER_CLASSES)[number];

export const ENGINE_CLASSES = ['trading', 'standing', 'killed'] as const;
export type EngineClass = (typeof ENGINE_CLASSES)[number];
/** By what may leave (`mayTransmit`), be armed (`mayArm`), and by the latch. */
export function engineClassOf(state: EngineState): EngineClass {
  return isKilled(state) ? 'killed' : isArmedState(state) ? 'trading' : 'standing';
}

/** No way to IB, or the book being compared, or open for orders. */
export const LINK_CLASSES = ['lost', 'comparing', 'open'] as const;
export type LinkClass = (typeof LINK_CLASSES)[number];

const STATUS_EVENTS = ['PreSubmitted', 'Submitted', 'PendingCancel', 'Cancelled', 'Filled', 'Inactive'] as const;
const NOTICE_EVENTS = ['info', 'warning', 'held', 'reject', 'cancelled', 'refused-change', 'look-up'] as const;
const ACTS = ['sent', 'not sent', 'cancel asked', 'change asked', 'lost sight', 'absence proven', 'settled'] as const;
const DESK_COMMITS = {
  kill: 'kill',
  'kill.poll': 'kill is looked at',
  'cancels.again': 'cancels go again',
  'position.offer': 'offer',
  'engine.pause': 'pause',
  'engine.resume': 'resume',
  'engine.stop': 'stop',
  'engine.start': 'start',
  'engine.rearm': 'rearm',
  'engine.fault': 'fault',
} as const;

export const ORDER_EVENTS = [
  'open order',
  'completed order',
  'fill',
  'fill again',
  'fill listed',
  'correction',
  'cancel refused',
  ...STATUS_EVENTS.map((word) => `status ${word}` as const),
  ...NOTICE_EVENTS.map((word) => `notice ${word}` as const),
  ...ACTS,
] as const;
export const DESK_EVENTS = [
  'link lost',
  'link ready',
  '1100',
  '1101',
  '1102',
  'end of open-orders',
  'end of completed-orders',
  'end of executions',
  'end of positions',
  ...Object.values(DESK_COMMITS),
] as const;
export type EventName = (typeof ORDER_EVENTS)[number] | (typeof DESK_EVENTS)[number];

/** Which event of the desk a commit is, by its name. */
export function deskEventOf(commit: string): EventName | undefined {
  return (DESK_COMMITS as Readonly<Record<string, EventName>>)[commit];
}

export function cellName(order: OrderClass, event: EventName, link: LinkClass, engine: EngineClass): string {
  return `${order} × ${event} × ${link} × ${engine}`;
}
