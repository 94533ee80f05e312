import { expect, test } from 'vitest';
import { cancelOrders } from '#core/execution/cancel';
import { nextOrderState, ORDER_STATES, type OrderEvent, orderEvents } from '#core/order/order-life';
import { stateOfStatus } from '#core/order/ib-status';
import type { NoticeDisposition } from '#core/ports/broker';
import type { ClientId, ExecId, OrderId, OrderRef, PermId } from '#domain/ids';
import { amountOf } from '#domain/money';
import { isTerminal, isWorking, type OrderState } from '#domain/order';
import { units } from '#domain/quantity';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU } from '../../support/core/fixtures.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

const WORKING_ACTS = {
  cancel: 'PENDING_CANCEL',
  'call-back': 'PENDING_CANCEL',
  'lose-sight': 'UNKNOWN',
  'refused-and-absent': 'REJECTED',
} as const;

/** In this order the words of IB stand in TRUTH below; `=` stays, `.` is illegal. */
const WORDS = [
  'SUBMITTED',
  'ACCEPTED',
  'HELD',
  'PARTIALLY_FILLED',
  'FILLED',
  'PENDING_CANCEL',
  'CANCELLED',
  'REJECTED',
  'EXPIRED',
  'INACTIVE',
] as const;

/**
 * order-truth.md §2.2 as data, written a second time: a letter for each word of IB (`y` it leads where it says, `=` it changes nothing,
 * `.` illegal), then what the desk itself may do and where that leads. Beside the page: UNKNOWN after an absence, EXPIRED of a sent order, an
 * ended one that IB lists as working, HELD and Inactive while a cancel is waited for, Inactive while a change is.
 */
const TRUTH: Readonly<Record<OrderState, readonly [words: string, acts: Readonly<Partial<Record<OrderEvent, OrderState>>>]>> = {
  INTENT: ['yyyyyyyyyy', { queue: 'QUEUED', deny: 'DENIED', abort: 'ABORTED_BY_KILL' }],
  QUEUED: [
    'yyyyyyyyyy',
    { send: 'SUBMITTED', deny: 'DENIED', abort: 'ABORTED_BY_KILL', 'call-back': 'PENDING_CANCEL', 'lose-sight': 'UNKNOWN' },
  ],
  SUBMITTED: ['yyyyyyyyyy', { ...WORKING_ACTS, replace: 'PENDING_REPLACE', lapse: 'EXPIRED' }],
  UNKNOWN: ['yyyyyyyyyy', { ...WORKING_ACTS, cancel: 'UNKNOWN', settle: 'REJECTED', lapse: 'EXPIRED' }],
  ACCEPTED: ['.yyyyyyyyy', { ...WORKING_ACTS, replace: 'PENDING_REPLACE', lapse: 'EXPIRED' }],
  HELD: ['.yyyyyyyyy', { ...WORKING_ACTS, replace: 'PENDING_REPLACE', lapse: 'EXPIRED' }],
  PARTIALLY_FILLED: [
    '...yyyy.y.',
    { cancel: 'PENDING_CANCEL', 'call-back': 'PENDING_CANCEL', 'lose-sight': 'UNKNOWN', replace: 'PENDING_REPLACE', lapse: 'EXPIRED' },
  ],
  PENDING_REPLACE: ['.yyyyyyyyy', { ...WORKING_ACTS, lapse: 'EXPIRED' }],
  PENDING_CANCEL: ['.yyyyyyyy=', WORKING_ACTS],
  INACTIVE: ['.yyyyyyyyy', { ...WORKING_ACTS, lapse: 'EXPIRED' }],
  CANCELLED: ['.yyyy.y...', {}],
  EXPIRED: ['.yyyy...y.', {}],
  REJECTED: ['yyyyyyyyyy', {}],
  FILLED: ['...=y.....', {}],
  DENIED: ['yyyyyyyyyy', { 'call-back': 'PENDING_CANCEL' }],
  ABORTED_BY_KILL: ['yyyyyyyyyy', { 'call-back': 'PENDING_CANCEL' }],
};

test.each(ORDER_STATES)('from %s every event leads exactly where the life table says, and no other is legal (I-07)', (from) => {
  const [words, acts] = TRUTH[from];
  const told = WORDS.flatMap((word, index) => {
    const letter = words[index];
    return letter === '.' ? [] : [[`told ${word}`, letter === '=' ? from : word] as const];
  });
  const legal = orderEvents(from).map((event) => [event, nextOrderState(from, event)] as const);
  expect(Object.fromEntries(legal)).toEqual({ ...Object.fromEntries(told), ...acts });
});

test('every state is known, and an order is never working and ended at once', () => {
  expect(ORDER_STATES.toSorted()).toEqual(Object.keys(TRUTH).toSorted());
  for (const state of ORDER_STATES) expect([state, isTerminal(state) && isWorking(state)]).toEqual([state, false]);
});

test.each([
  ['ApiPending', 0, '', 'SUBMITTED'],
  ['PendingSubmit', 0, '', 'SUBMITTED'],
  ['PreSubmitted', 0, '', 'ACCEPTED'],
  ['PreSubmitted', 0, 'child,trigger', 'ACCEPTED'],
  ['PreSubmitted', 0, 'locate', 'HELD'],
  ['PreSubmitted', 50, '', 'PARTIALLY_FILLED'],
  ['Submitted', 0, '', 'ACCEPTED'],
  ['Submitted', 1, '', 'PARTIALLY_FILLED'],
  ['PendingCancel', 0, '', 'PENDING_CANCEL'],
  ['PendingCancel', 50, '', 'PENDING_CANCEL'],
  ['ApiCancelled', 0, '', 'CANCELLED'],
  ['Cancelled', 50, '', 'CANCELLED'],
  ['Filled', 100, '', 'FILLED'],
  ['Filled', 0, '', 'FILLED'],
  ['Inactive', 0, '', 'INACTIVE'],
  ['Inactive', 0, 'locate', 'HELD'],
  ['Unknown', 0, '', undefined],
  ['filled', 0, '', undefined],
  ['', 0, '', undefined],
  ['constructor', 0, '', undefined],
] as const)('IB’s %s with %i filled, held "%s", reads as %s', (word, filled, held, state) => {
  expect(stateOfStatus(word, filled, held)).toBe(state);
});

test('a market order may fill without any status', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.fill(entry, 100, 180.03);
  expect(desk.order(entry)).toMatchObject({ state: 'FILLED', filled: units(100), avgFillPrice: px(180.03) });
  expect(desk.held()).toMatchObject({ quantity: units(100), averagePrice: px(180.03) });
  expect(desk.state).toBe('SCANNING');
});

test('a fill waits for no commission, and a commission may come before its fill or never (I-09)', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  const second = desk.execution(entry, 60, 180.05);
  const commission = {
    kind: 'commission',
    execId: second.execId,
    commission: amountOf(1.1),
    currency: 'USD',
    realizedPnl: undefined,
  } as const;
  desk.news(commission);
  desk.fill(entry, 40, 180.03);
  expect(desk.held()).toMatchObject({ quantity: units(40), commission: 0 });
  desk.news({ kind: 'execution', execution: second, contract: IBM, live: true });
  expect(desk.held()).toMatchObject({ quantity: units(100), commission: 1_100_000 });
  desk.news(commission);
  desk.news({ kind: 'commission', execId: second.execId, commission: undefined, currency: '', realizedPnl: undefined });
  expect(desk.held()).toMatchObject({ quantity: units(100), commission: 1_100_000 });
  desk.news({ kind: 'commission', execId: second.execId, commission: amountOf(1), currency: 'USD', realizedPnl: undefined });
  expect(desk.held()).toMatchObject({ commission: 1_000_000 });
  expect(desk.order(entry).state).toBe('FILLED');
});

test('status Filled without executions is a claim: not believed, looked up after five seconds', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.status(entry, 'Filled', 100);
  expect(desk.order(entry)).toMatchObject({ state: 'ACCEPTED', ibStatus: 'Filled', filled: 0 });
  expect(desk.held()).toBeUndefined();
  const asked = desk.broker.reconciles;
  desk.wait(6_000);
  expect(desk.broker.reconciles).toBe(asked + 1);
  desk.fill(entry, 100, 180.03, {}, false);
  expect(desk.order(entry).state).toBe('FILLED');
  expect(desk.held()?.quantity).toBe(units(100));
});

test('a late fill after Cancelled is booked, alarmed and does not bring the order back', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.status(entry, 'Cancelled');
  desk.fill(entry, 40, 180.03);
  expect(desk.order(entry)).toMatchObject({ state: 'CANCELLED', filled: units(40) });
  expect(desk.held()?.quantity).toBe(units(40));
  expect(desk.alarms().some((text) => text.startsWith('LATE FILL after cancelled'))).toBe(true);
  desk.fill(entry, 60, 180.03);
  expect(desk.order(entry)).toMatchObject({ state: 'FILLED', filled: units(100) });
});

test('a partial fill, then cancelled: the quantity stays, the rest is gone', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.fill(entry, 30, 180.03);
  desk.status(entry, 'Submitted', 30);
  expect(desk.order(entry).state).toBe('PARTIALLY_FILLED');
  desk.status(entry, 'Cancelled', 30);
  expect(desk.order(entry)).toMatchObject({ state: 'CANCELLED', filled: units(30) });
  expect(desk.held()?.quantity).toBe(units(30));
});

test('a status that comes late neither takes back a fill nor revives what ended', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.fill(entry, 100, 180.03);
  for (const [word, filled] of [
    ['PreSubmitted', 0],
    ['Submitted', 0],
    ['Submitted', 50],
    ['Cancelled', 0],
    ['Inactive', 0],
  ] as const)
    desk.status(entry, word, filled);
  desk.openOrder(entry, 'Submitted');
  expect(desk.order(entry)).toMatchObject({ state: 'FILLED', filled: units(100) });

  const other = new CoreDesk();
  const { entry: second } = other.fired();
  other.status(second, 'Cancelled', 50);
  other.status(second, 'Submitted', 50);
  other.status(second, 'PreSubmitted', 0);
  expect(other.order(second).state).toBe('CANCELLED');
});

test('a corrected execution replaces the one it corrects, an older revision changes nothing', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.fill(entry, 100, 180.03, { execId: '00a.7.01' as ExecId });
  desk.fill(entry, 90, 180.01, { execId: '00a.7.02' as ExecId });
  desk.fill(entry, 100, 180.03, { execId: '00a.7.01' as ExecId });
  expect(desk.fillsBooked()).toHaveLength(1);
  expect(desk.fillsBooked()[0]).toMatchObject({ execId: '00a.7.02', quantity: units(90), price: px(180.01) });
  expect(desk.held()?.quantity).toBe(units(90));
  expect(desk.order(entry)).toMatchObject({ filled: units(90), avgFillPrice: px(180.01) });
  expect(desk.alarms().some((text) => text.includes('corrected a fill'))).toBe(true);
});

test('a correction of a fill older than this run changes the position by the difference', () => {
  const desk = new CoreDesk();
  desk.core.start();
  desk.connect();
  const execution = {
    execId: '00b.1.01' as ExecId,
    account: DU,
    conId: IBM.conId,
    side: 'BUY' as const,
    quantity: units(100),
    price: px(180),
    cumQuantity: units(100),
    avgPrice: px(180),
    orderId: 0 as OrderId,
    permId: 77 as PermId,
    clientId: 0 as ClientId,
    time: '',
    at: 0,
  };
  desk.news({ kind: 'execution', execution, contract: IBM, live: false });
  desk.ends();
  desk.news({
    kind: 'execution',
    execution: { ...execution, execId: '00b.1.02' as ExecId, quantity: units(90) },
    contract: IBM,
    live: true,
  });
  expect(desk.held()?.quantity).toBe(units(-10));
});

test('an order that fills more than was ordered is booked as it is, alarmed, and the desk pauses (O-07)', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.fill(entry, 100, 180.03);
  desk.fill(entry, 10, 180.03);
  expect(desk.order(entry)).toMatchObject({ state: 'FILLED', filled: units(110) });
  expect(desk.held()?.quantity).toBe(units(110));
  expect(desk.alarms().some((text) => text.includes('more than ordered'))).toBe(true);
  expect(desk.state).toBe('PAUSED');
});

const CODES: readonly (readonly [number, NoticeDisposition])[] = [
  [10_147, 'look-up'],
  [10_148, 'look-up'],
  [161, 'look-up'],
  [202, 'cancelled'],
  [399, 'warning'],
  [10_349, 'warning'],
  [110, 'refused-change'],
  [201, 'reject'],
  [99_999, 'look-up'],
];

test.each(CODES)('code %i (%s) alone moves no order', (code, disposition) => {
  for (const before of ['SUBMITTED', 'ACCEPTED', 'PARTIALLY_FILLED', 'PENDING_CANCEL', 'FILLED', 'CANCELLED'] as const) {
    const desk = new CoreDesk();
    const { entry } = desk.fired();
    if (before !== 'SUBMITTED') desk.openOrder(entry);
    if (before === 'PARTIALLY_FILLED') desk.fill(entry, 40, 180.03);
    if (before === 'PENDING_CANCEL') cancelOrders(desk.deskState, [desk.order(entry)], 'the test');
    if (before === 'FILLED') desk.fill(entry, 100, 180.03);
    if (before === 'CANCELLED') desk.status(entry, 'Cancelled');
    expect(desk.order(entry).state).toBe(before);
    desk.news({
      kind: 'notice',
      notice: { code, id: 100, clientId: 2 as ClientId, text: 'words', severity: 'warning', disposition, orderId: 100 as OrderId },
    });
    expect([before, desk.order(entry).state]).toEqual([before, before]);
    // IB's own words for a cancel that was asked for say nothing.
    expect(desk.order(entry).note).toBe(
      disposition === 'cancelled' && before === 'PENDING_CANCEL' ? 'cancelled as asked' : `IB ${code}: words`,
    );
  }
});

function refuse(desk: CoreDesk, code = 201): void {
  desk.news({
    kind: 'notice',
    notice: {
      code,
      id: 100,
      clientId: 2 as ClientId,
      text: 'no margin',
      severity: 'error',
      disposition: 'reject',
      orderId: 100 as OrderId,
    },
  });
}

test.each([
  [
    'code, then Inactive',
    (desk: CoreDesk, ref: OrderRef) => {
      refuse(desk);
      desk.status(ref, 'Inactive');
    },
  ],
  [
    'Inactive, then code',
    (desk: CoreDesk, ref: OrderRef) => {
      desk.status(ref, 'Inactive');
      refuse(desk);
    },
  ],
  [
    'code, then Cancelled',
    (desk: CoreDesk, ref: OrderRef) => {
      refuse(desk);
      desk.status(ref, 'Cancelled');
    },
  ],
  [
    'code, then absent from the open orders',
    (desk: CoreDesk) => {
      refuse(desk);
      desk.end('open-orders');
    },
  ],
] as const)('a refusal ends the order with evidence: %s', (_name, play) => {
  const desk = new CoreDesk();
  const { id, entry } = desk.fired();
  play(desk, entry);
  expect(desk.order(entry).state).toBe('REJECTED');
  expect(desk.trigger(id)).toMatchObject({ life: 'failed', reason: 'IB rejected the order: no margin' });
  expect(desk.state).toBe('SCANNING');
});

test('a refused order that IB lists all the same is alive, and counts', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  refuse(desk);
  desk.openOrder(entry);
  desk.end('open-orders');
  expect(desk.order(entry).state).toBe('ACCEPTED');
  const late = new CoreDesk();
  const { entry: second } = late.fired();
  refuse(late);
  late.end('open-orders');
  expect(late.order(second).state).toBe('REJECTED');
  late.openOrder(second);
  expect(late.order(second).state).toBe('ACCEPTED');
  expect(late.alarms().some((text) => text.includes('it is alive'))).toBe(true);
});

test('404 holds the order alive; a fill or a new status frees it', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry, 'PreSubmitted');
  desk.news({
    kind: 'notice',
    notice: {
      code: 404,
      id: 100,
      clientId: 2 as ClientId,
      text: 'locating',
      severity: 'warning',
      disposition: 'held',
      orderId: 100 as OrderId,
    },
  });
  expect(desk.order(entry).state).toBe('HELD');
  desk.status(entry, 'PreSubmitted');
  expect(desk.order(entry).state).toBe('HELD');
  desk.status(entry, 'PreSubmitted', 0, { whyHeld: 'locate' });
  desk.openOrder(entry, 'PreSubmitted');
  expect(desk.order(entry)).toMatchObject({ state: 'HELD', whyHeld: 'locate' });
  desk.status(entry, 'Submitted');
  expect(desk.order(entry).state).toBe('ACCEPTED');
  expect(desk.order(entry).whyHeld).toBeUndefined();
});

test('an unknown status word changes nothing and is shown', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.status(entry, 'Levitating');
  expect(desk.order(entry)).toMatchObject({ state: 'ACCEPTED', ibStatus: 'Levitating' });
  expect(desk.counter('unrecognised order statuses')).toBe(1);
});

test('a refused cancel is looked up in completed orders and executions', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  cancelOrders(desk.deskState, [desk.order(entry)], 'the test');
  const asked = desk.broker.reconciles;
  desk.news({
    kind: 'notice',
    notice: {
      code: 10_148,
      id: 100,
      clientId: 2 as ClientId,
      text: 'no',
      severity: 'warning',
      disposition: 'look-up',
      orderId: 100 as OrderId,
    },
  });
  expect(desk.broker.reconciles).toBe(asked + 1);
  desk.news({ kind: 'completed-order', order: desk.completedOf(entry, 'Cancelled'), completedStatus: 'Cancelled by Trader' });
  expect(desk.order(entry)).toMatchObject({ state: 'CANCELLED', orderId: 100, clientId: 2, quantity: units(100) });
});

test('202 without its status is looked up after ten seconds', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.news({
    kind: 'notice',
    notice: { code: 202, id: 100, clientId: 2 as ClientId, text: '', severity: 'info', disposition: 'cancelled', orderId: 100 as OrderId },
  });
  const asked = desk.broker.reconciles;
  desk.wait(11_000);
  expect(desk.broker.reconciles).toBe(asked + 1);
});
