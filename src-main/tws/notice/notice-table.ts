import type { NoticeDisposition } from '#core/ports/broker';
import { LATE_CODES } from './late-codes.ts';
import { ATTRIBUTE_CODES, ORDER_CODES } from './order-codes.ts';
import { OTHER_CODES } from './other-codes.ts';
import { info, lookUp, type NoticeRow, type NoticeRule } from './notice-rule.ts';

/** Own codes, above all of IB's. */
export const OWN_CODE = {
  listenerThrew: 90_001,
  undecodable: 90_002,
  cancelDropped: 90_003,
  idsWentBack: 90_004,
  tooLong: 90_005,
} as const;

const OWN_CODES: readonly NoticeRow[] = [
  lookUp(
    OWN_CODE.listenerThrew,
    'An internal fault while reading a message from TWS.',
    'Pause the desk and reconcile; please report it.',
    'error',
  ),
  lookUp(
    OWN_CODE.undecodable,
    'A message from TWS could not be read.',
    'If it happens again, use a TWS version this program supports.',
    'error',
  ),
  lookUp(
    OWN_CODE.cancelDropped,
    'A cancel was not sent.',
    'The order may still work: cancel it again when TWS is connected, or in TWS.',
    'error',
  ),
  [
    OWN_CODE.tooLong,
    {
      ...info(
        0,
        'A message from TWS was longer than such a message may be.',
        'Its long texts were cut, or it was not read. An order with such a text shows a mark in it; look at it in TWS.',
      )[1],
      severity: 'warning',
    },
  ],
  [
    OWN_CODE.idsWentBack,
    { ...info(0, 'TWS lost its order numbers in a restart.', 'The desk keeps counting upwards.')[1], severity: 'warning' },
  ],
];

/**
 * What IB's codes mean (rule G-7). A code alone never ends an order: a refusal and a cancellation wait for IB's status or for the
 * order's absence. A code that is not here changes nothing: it is shown and the broker is asked.
 */
export const NOTICE_ROWS: readonly NoticeRow[] = [...ORDER_CODES, ...ATTRIBUTE_CODES, ...LATE_CODES, ...OTHER_CODES, ...OWN_CODES];

const RULES: ReadonlyMap<number, NoticeRule> = new Map(NOTICE_ROWS);

const UNKNOWN: NoticeRule = {
  severity: 'warning',
  disposition: 'look-up',
  says: 'IB sends a code that this desk does not know.',
  advice: 'It changes nothing; an order that is concerned is looked up. Look at TWS.',
};

export function noticeRule(code: number): NoticeRule {
  return RULES.get(code) ?? UNKNOWN;
}

export interface NoticeSubject {
  readonly kind: 'order' | 'request' | 'none';
  /** For an order: the last frame sent for it was a change. */
  readonly modified: boolean;
}

/** The one meaning of a code for what it was said about. */
export function dispositionOf(code: number, text: string, subject: NoticeSubject): NoticeDisposition {
  const rule = noticeRule(code);
  if (subject.kind === 'order') {
    // 399 wraps many sentences; this one says the order rests at IB until the session opens.
    if (code === 399 && /not be placed at the exchange until/i.test(text)) return 'held';
    const said = subject.modified ? (rule.onModify ?? rule.disposition) : rule.disposition;
    // What is no order's business and names an order all the same tells nothing about it.
    return said === 'request-failed' || said === 'link' ? 'look-up' : said;
  }
  // Without an order there is nothing to reject.
  const general = rule.onRequest ?? rule.disposition;
  return general === 'reject' || general === 'cancelled' || general === 'held' || general === 'refused-change' ? 'look-up' : general;
}
