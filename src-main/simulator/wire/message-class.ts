import { TELL } from './message-id.ts';

/** Kinds of messages to clients, as fault scripts name them. */
export const MESSAGE_CLASSES = [
  'openOrder',
  'orderStatus',
  'execDetails',
  'commission',
  'error',
  'openOrderEnd',
  'execDetailsEnd',
  'completedOrder',
  'completedOrdersEnd',
  'orderBound',
  'nextValidId',
  'currentTime',
  'position',
  'positionEnd',
  'account',
  'accountEnd',
  'pnl',
  'ticks',
  'other',
] as const;

export type MessageClass = (typeof MESSAGE_CLASSES)[number];

const BY_ID: ReadonlyMap<number, MessageClass> = new Map<number, MessageClass>([
  [TELL.openOrder, 'openOrder'],
  [TELL.orderStatus, 'orderStatus'],
  [TELL.execDetails, 'execDetails'],
  [TELL.commissionReport, 'commission'],
  [TELL.error, 'error'],
  [TELL.openOrderEnd, 'openOrderEnd'],
  [TELL.execDetailsEnd, 'execDetailsEnd'],
  [TELL.completedOrder, 'completedOrder'],
  [TELL.completedOrdersEnd, 'completedOrdersEnd'],
  [TELL.orderBound, 'orderBound'],
  [TELL.nextValidId, 'nextValidId'],
  [TELL.currentTime, 'currentTime'],
  [TELL.position, 'position'],
  [TELL.positionMulti, 'position'],
  [TELL.positionEnd, 'positionEnd'],
  [TELL.positionMultiEnd, 'positionEnd'],
  [TELL.accountValue, 'account'],
  [TELL.accountTime, 'account'],
  [TELL.portfolioValue, 'account'],
  [TELL.accountSummary, 'account'],
  [TELL.accountUpdateMulti, 'account'],
  [TELL.accountDownloadEnd, 'accountEnd'],
  [TELL.accountSummaryEnd, 'accountEnd'],
  [TELL.accountUpdateMultiEnd, 'accountEnd'],
  [TELL.pnl, 'pnl'],
  [TELL.pnlSingle, 'pnl'],
  [TELL.tickPrice, 'ticks'],
  [TELL.tickSize, 'ticks'],
  [TELL.tickGeneric, 'ticks'],
  [TELL.tickString, 'ticks'],
]);

export function messageClass(payload: string): MessageClass {
  return BY_ID.get(Number(payload.slice(0, payload.indexOf('\0')))) ?? 'other';
}
