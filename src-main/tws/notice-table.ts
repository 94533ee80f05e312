import type { NoticeDisposition } from '#core/ports/broker';

/**
 * What IB's codes mean (rule G-7). A code alone never ends an order, and a code that is not here changes nothing: it is shown
 * and the broker is asked. Sources: IB's message code pages and field reports; the texts are ours.
 */
export interface NoticeRule {
  readonly severity: 'info' | 'warning' | 'error';
  readonly disposition: NoticeDisposition;
  /** When the last frame of that order was a change of it. */
  readonly onModify?: NoticeDisposition;
  /** When the number is a request's, not an order's. */
  readonly onRequest?: NoticeDisposition;
  readonly advice?: string;
}

/** Own codes, above all of IB's. */
export const OWN_CODE = { listenerThrew: 90_001, undecodable: 90_002, cancelDropped: 90_003, idsWentBack: 90_004 } as const;

const info: NoticeRule = { severity: 'info', disposition: 'info' };
const link = (severity: NoticeRule['severity'], advice?: string): NoticeRule => ({
  severity,
  disposition: 'link',
  ...(advice === undefined ? {} : { advice }),
});
const warning = (advice?: string): NoticeRule => ({
  severity: 'warning',
  disposition: 'warning',
  ...(advice === undefined ? {} : { advice }),
});
const lookUp = (advice?: string): NoticeRule => ({
  severity: 'warning',
  disposition: 'look-up',
  ...(advice === undefined ? {} : { advice }),
});
const held = (advice: string): NoticeRule => ({ severity: 'warning', disposition: 'held', advice });
/** Refuses a new order; of a change it only says that the order stays as it was. */
const reject = (advice?: string): NoticeRule => ({
  severity: 'error',
  disposition: 'reject',
  onModify: 'refused-change',
  onRequest: 'request-failed',
  ...(advice === undefined ? {} : { advice }),
});
const refusedChange = (advice: string): NoticeRule => ({ severity: 'warning', disposition: 'refused-change', advice });
const failed = (advice: string): NoticeRule => ({ severity: 'error', disposition: 'request-failed', advice });

const PERMISSION = 'Ask IB for the trading permission in Account Management.';
const DATA = 'Subscribe to this market data in Account Management, or choose delayed data in the settings.';
const TICK_SIZE = 'Use a price on the tick size of the contract.';
const SIZE = 'Change the quantity.';

const RULES: ReadonlyMap<number, NoticeRule> = new Map<number, NoticeRule>([
  [100, lookUp('Too many messages per second. The desk halves its own rate for a minute; are other programs connected to this TWS?')],
  [101, failed('All market data lines are in use. Remove symbols, or buy more lines from IB.')],
  [102, failed('The request number is in use. Request the symbol again.')],
  [103, lookUp('The order number was used before. The broker is asked whether the order exists.')],
  [104, refusedChange('The order is filled already and cannot be changed.')],
  [105, refusedChange('TWS sees more than price or quantity changed. The order stays as it was.')],
  [106, lookUp()],
  [107, reject()],
  [109, reject('The price is too far from the market.')],
  [110, reject(TICK_SIZE)],
  [111, reject('This time in force does not go with this order type.')],
  [113, reject('This time in force must be DAY.')],
  [115, reject()],
  [116, reject('The exchange does not accept orders now.')],
  [117, reject(SIZE)],
  [121, reject()],
  [129, reject()],
  [132, reject()],
  [133, lookUp()],
  [134, refusedChange('TWS could not pass on the change. The order stays as it was.')],
  [135, lookUp('TWS does not know this order number. The broker is asked.')],
  [136, lookUp('TWS says the order cannot be cancelled. The broker is asked whether it filled.')],
  [140, reject(SIZE)],
  [144, reject(SIZE)],
  [145, reject()],
  [146, reject()],
  [151, reject()],
  [152, reject()],
  [154, reject('Trading in this contract is halted.')],
  [161, lookUp('The order was not in a state to be cancelled. The broker is asked whether it filled.')],
  [162, failed('Historical data were refused. Wait ten minutes if many charts were opened; otherwise check the data subscription.')],
  [163, reject('The price breaks the percentage limit in TWS: Global Configuration → Presets.')],
  [165, info],
  [200, reject('IB does not know this contract, or more than one fits. Choose it from the symbol search.')],
  [201, { severity: 'error', disposition: 'reject', onModify: 'look-up' }],
  [202, { severity: 'info', disposition: 'cancelled' }],
  [203, reject(PERMISSION)],
  [300, info],
  [317, info],
  [320, lookUp()],
  [
    321,
    {
      severity: 'error',
      disposition: 'reject',
      onModify: 'refused-change',
      onRequest: 'request-failed',
      advice: 'TWS refused the request. If it says read-only, switch off "Read-Only API" in TWS: Global Configuration → API → Settings.',
    },
  ],
  [322, { severity: 'error', disposition: 'look-up', onRequest: 'request-failed' }],
  [323, lookUp()],
  [326, link('error', 'Another program uses this client id. Close it, or choose another client id in the settings.')],
  [327, link('error')],
  [329, refusedChange('TWS could not change the order type. The order stays as it was.')],
  [334, reject()],
  [349, reject()],
  [354, failed(DATA)],
  [355, reject(SIZE)],
  [361, reject()],
  [366, info],
  [382, held('TWS asks for a confirmation of the price. Confirm it in TWS or switch off order precautions for the API.')],
  [383, held('TWS asks for a confirmation of the size. Confirm it in TWS or switch off order precautions for the API.')],
  [387, reject('The exchange does not take this order type for this contract.')],
  [388, reject('The quantity is below the exchange’s minimum.')],
  [399, warning()],
  [403, reject()],
  [404, held('The order waits until shares to sell short are located.')],
  [411, reject()],
  [412, reject('IB does not trade this contract now.')],
  [413, reject()],
  [417, reject()],
  [420, failed('The request was refused. Check the data subscription.')],
  [421, reject()],
  [430, failed('These data are not available for this contract.')],
  [434, reject(SIZE)],
  [435, reject('Choose the account for the order.')],
  [436, reject()],
  [443, reject()],
  [460, reject(PERMISSION)],
  [461, reject(SIZE)],
  [463, reject(TICK_SIZE)],
  [477, reject()],
  [481, warning('TWS reduced the size of the order by its preset.')],
  [492, info],
  [501, link('info')],
  [502, link('error', 'Start TWS or IB Gateway, switch on "Enable ActiveX and Socket Clients" and compare the port.')],
  [503, link('error', 'Update TWS or IB Gateway.')],
  [504, link('error')],
  [505, lookUp()],
  [506, link('error', 'Use a TWS version this program supports.')],
  [507, link('error')],
  [508, link('error')],
  [1100, link('error', 'TWS lost its connection to IB. Orders wait until it returns; orders at IB keep working.')],
  [1101, link('warning')],
  [1102, link('info')],
  [1300, link('error', 'TWS moved its API to another port. Set the port in the settings and connect again.')],
  [2100, info],
  [2101, warning('Account updates stopped: another program asked for them.')],
  [2102, refusedChange('The order is still being processed; change it again in a moment.')],
  [2103, link('warning', 'Quotes of this data farm are stale; their triggers do not fire.')],
  [2104, link('info')],
  [2105, link('warning')],
  [2106, link('info')],
  [2107, link('info')],
  [2108, link('info')],
  [2109, warning('The order will not fill outside regular hours: TWS ignored that attribute.')],
  [2110, link('error', 'TWS is offline. It reconnects by itself; orders wait until then.')],
  [2119, link('info')],
  [2129, warning()],
  [2137, warning('The order is larger than the position it closes.')],
  [2148, warning()],
  [2150, info],
  [2157, link('warning')],
  [2158, link('info')],
  [2161, warning()],
  [2168, info],
  [2169, info],
  [2176, info],
  [10_006, reject('The parent order is missing.')],
  [10_089, warning(DATA)],
  [10_090, warning(DATA)],
  [10_091, warning(DATA)],
  [10_147, lookUp('TWS does not know the order to cancel. The broker is asked whether it filled.')],
  [10_148, lookUp('The order could not be cancelled. The broker is asked whether it filled.')],
  [10_149, reject('The order number was not accepted.')],
  [10_167, warning('Only delayed data: triggers on this symbol do not fire.')],
  [10_168, failed(DATA)],
  [10_186, failed(DATA)],
  [10_187, failed(DATA)],
  [10_189, failed(DATA)],
  [10_190, failed('Too many tick-by-tick requests.')],
  [10_197, failed('Another session of this user receives the market data. Log out there, or trade from there.')],
  [10_268, reject()],
  [10_269, reject()],
  [10_276, failed(DATA)],
  [10_318, reject()],
  [10_349, warning('TWS replaced the time in force by its own preset. Check the order.')],
  [
    OWN_CODE.listenerThrew,
    {
      severity: 'error',
      disposition: 'look-up',
      advice: 'An internal fault while reading a message from TWS. Pause the desk and reconcile; please report it.',
    },
  ],
  [
    OWN_CODE.undecodable,
    {
      severity: 'error',
      disposition: 'look-up',
      advice: 'A message from TWS could not be read. If it happens again, use a TWS version this program supports.',
    },
  ],
  [
    OWN_CODE.cancelDropped,
    { severity: 'error', disposition: 'look-up', advice: 'The order may still work: cancel it again when TWS is connected, or in TWS.' },
  ],
  [
    OWN_CODE.idsWentBack,
    { severity: 'warning', disposition: 'info', advice: 'TWS lost its order numbers in a restart. The desk keeps counting upwards.' },
  ],
]);

const UNKNOWN: NoticeRule = { severity: 'warning', disposition: 'look-up' };

export function noticeRule(code: number): NoticeRule {
  return RULES.get(code) ?? UNKNOWN;
}

/** All codes the table knows; for tests and the manual. */
export function knownCodes(): readonly number[] {
  return [...RULES.keys()];
}

export interface NoticeSubject {
  readonly kind: 'order' | 'request' | 'none';
  /** For an order: the last frame sent for it was a change. */
  readonly modified: boolean;
}

/** The one meaning of a code for what it was said about. */
export function dispositionOf(code: number, text: string, subject: NoticeSubject): NoticeDisposition {
  const rule = noticeRule(code);
  // 399 wraps many sentences; this one says the order rests at IB until the session opens.
  if (code === 399 && /not be placed at the exchange until/i.test(text)) return 'held';
  if (subject.kind === 'order') return subject.modified ? (rule.onModify ?? rule.disposition) : rule.disposition;
  // Without an order there is nothing to reject.
  const general = rule.onRequest ?? rule.disposition;
  return general === 'reject' || general === 'cancelled' || general === 'held' || general === 'refused-change' ? 'look-up' : general;
}
