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

/** IB's words, as `order/ib-status` reads them: PreSubmitted and Submitted say the same, that the order works. */
const STATUS_EVENT = {
  ApiPending: 'status pending',
  PendingSubmit: 'status pending',
  PreSubmitted: 'status working',
  Submitted: 'status working',
  PendingCancel: 'status PendingCancel',
  ApiCancelled: 'status Cancelled',
  Cancelled: 'status Cancelled',
  Filled: 'status Filled',
  Inactive: 'status Inactive',
} as const;
/** What `reports/order-notice` does with a code: of what is only shown it does nothing, whether it warns or not. */
const NOTICE_EVENT = {
  info: 'notice shown',
  warning: 'notice shown',
  held: 'notice held',
  reject: 'notice reject',
  cancelled: 'notice cancelled',
  'refused-change': 'notice refused-change',
  'look-up': 'notice look-up',
} as const;
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
type DeskCommit = keyof typeof DESK_COMMITS;

export const ORDER_EVENTS = [
  'open order',
  'completed order',
  'fill',
  'fill again',
  'fill listed',
  'correction',
  ...new Set(Object.values(STATUS_EVENT)),
  ...new Set(Object.values(NOTICE_EVENT)),
  ...ACTS,
] as const;
export const DESK_EVENTS = [
  'link lost',
  'link ready',
  'IB lost',
  'IB restored',
  'end of open-orders',
  'end of completed-orders',
  'end of executions',
  'end of positions',
  ...Object.values(DESK_COMMITS),
] as const;
export type EventName = (typeof ORDER_EVENTS)[number] | (typeof DESK_EVENTS)[number];

/** Which event of the desk a commit is, by its name. One of the engine's life that moved nothing is none. */
export function deskEventOf(commit: string, movesEngine: boolean): EventName | undefined {
  if (commit.startsWith('engine.') && !movesEngine) return undefined;
  return commit in DESK_COMMITS ? DESK_COMMITS[commit as DeskCommit] : undefined;
}

/** By IB's status word; undefined for a word that nobody knows. */
export function statusEventOf(word: string): EventName | undefined {
  return word in STATUS_EVENT ? STATUS_EVENT[word as keyof typeof STATUS_EVENT] : undefined;
}

/** By what a code does to its order; undefined for one that is about no order. */
export function noticeEventOf(disposition: string): EventName | undefined {
  return disposition in NOTICE_EVENT ? NOTICE_EVENT[disposition as keyof typeof NOTICE_EVENT] : undefined;
}

/** What the core does by: 1101 and 1102 differ in what they say of quotes alone. */
export function outageEventOf(code: number): EventName | undefined {
  return code === 1100 ? 'IB lost' : code === 1101 || code === 1102 ? 'IB restored' : undefined;
}

export function cellName(order: OrderClass, event: EventName, link: LinkClass, engine: EngineClass): string {
  return `${order} × ${event} × ${link} × ${engine}`;
}
