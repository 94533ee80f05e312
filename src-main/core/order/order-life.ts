import type { Order, OrderState } from '#domain/order';

/**
 * What happens to an order. The desk's own acts: `queue … settle`. Its conclusions from the broker's silence: `lose-sight` (sent, and nobody
 * knows what became of it), `lapse` (its day is over and IB lists it nowhere), `refused-and-absent` (a code refused it and a list does not name
 * it). `told …`: the broker's word, by a status, a listing, or an execution (`PARTIALLY_FILLED`, `FILLED`).
 */
export type OwnAct = 'queue' | 'deny' | 'abort' | 'send' | 'call-back' | 'cancel' | 'replace' | 'settle';
export type Conclusion = 'lose-sight' | 'lapse' | 'refused-and-absent';
/** States that the broker can tell; the others are the desk's own. */
export type ToldState = Exclude<OrderState, 'INTENT' | 'QUEUED' | 'DENIED' | 'ABORTED_BY_KILL' | 'UNKNOWN' | 'PENDING_REPLACE'>;
export type OrderEvent = OwnAct | Conclusion | `told ${ToldState}`;

type Row = Readonly<Partial<Record<OrderEvent, OrderState>>>;

/** The broker's words that are legal in a state and lead where they say. */
function told(...states: readonly ToldState[]): Row {
  return Object.fromEntries(states.map((state) => [`told ${state}`, state]));
}

/** What IB may say first of an order that it has; also of one that the desk believes has not left, for the belief is wrong then. */
const FIRST_WORDS = told(
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
);
const LATER_WORDS = told(
  'ACCEPTED',
  'HELD',
  'PARTIALLY_FILLED',
  'FILLED',
  'PENDING_CANCEL',
  'CANCELLED',
  'REJECTED',
  'EXPIRED',
  'INACTIVE',
);
/** Of whatever may be at the broker. */
const AT_BROKER: Row = {
  cancel: 'PENDING_CANCEL',
  'call-back': 'PENDING_CANCEL',
  'lose-sight': 'UNKNOWN',
  'refused-and-absent': 'REJECTED',
};
const WORKS: Row = { ...AT_BROKER, replace: 'PENDING_REPLACE', lapse: 'EXPIRED' };
/** Alive again only by a list that was asked for after the end (`reports/reopened-orders`); a fill may always come late. */
const REOPENED = told('ACCEPTED', 'HELD', 'PARTIALLY_FILLED', 'FILLED');
/** The desk counts it as not sent; when it has left all the same it is called back. */
const COUNTED_UNSENT: Row = { 'call-back': 'PENDING_CANCEL', ...FIRST_WORDS };

/**
 * The life of an order (order-truth.md §2.2): state, event → state. What is not written is illegal. `execution/transition` is the only one
 * that writes states, and reads them here; tests and storms read the same table.
 */
const TABLE: Readonly<Record<OrderState, Row>> = {
  INTENT: { queue: 'QUEUED', deny: 'DENIED', abort: 'ABORTED_BY_KILL', ...FIRST_WORDS },
  QUEUED: {
    send: 'SUBMITTED',
    'call-back': 'PENDING_CANCEL',
    deny: 'DENIED',
    abort: 'ABORTED_BY_KILL',
    'lose-sight': 'UNKNOWN',
    ...FIRST_WORDS,
  },
  SUBMITTED: { ...WORKS, ...FIRST_WORDS },
  // What is lost sight of stays so when its cancel leaves: the cancel may find nothing.
  UNKNOWN: { ...AT_BROKER, cancel: 'UNKNOWN', settle: 'REJECTED', lapse: 'EXPIRED', ...FIRST_WORDS },
  ACCEPTED: { ...WORKS, ...LATER_WORDS },
  HELD: { ...WORKS, ...LATER_WORDS },
  PARTIALLY_FILLED: {
    cancel: 'PENDING_CANCEL',
    'call-back': 'PENDING_CANCEL',
    replace: 'PENDING_REPLACE',
    'lose-sight': 'UNKNOWN',
    lapse: 'EXPIRED',
    ...told('PARTIALLY_FILLED', 'FILLED', 'PENDING_CANCEL', 'CANCELLED', 'EXPIRED'),
  },
  PENDING_REPLACE: {
    ...AT_BROKER,
    lapse: 'EXPIRED',
    // IB ended the order itself, whatever becomes of its change.
    ...told('ACCEPTED', 'HELD', 'PARTIALLY_FILLED', 'FILLED', 'PENDING_CANCEL', 'CANCELLED', 'REJECTED', 'EXPIRED', 'INACTIVE'),
  },
  PENDING_CANCEL: {
    ...AT_BROKER,
    ...told('ACCEPTED', 'HELD', 'PARTIALLY_FILLED', 'FILLED', 'PENDING_CANCEL', 'CANCELLED', 'REJECTED', 'EXPIRED'),
    // Inactive may be alive: its cancel is still waited for, and sent again.
    'told INACTIVE': 'PENDING_CANCEL',
  },
  INACTIVE: { ...AT_BROKER, lapse: 'EXPIRED', ...LATER_WORDS },
  CANCELLED: { ...told('CANCELLED'), ...REOPENED },
  EXPIRED: { ...told('EXPIRED'), ...REOPENED },
  // By a code and absence alone it is as much a belief as "not sent".
  REJECTED: FIRST_WORDS,
  // A correction that takes a part of a fill back is booked and alarmed; the order does not work again by it.
  FILLED: { ...told('FILLED'), 'told PARTIALLY_FILLED': 'FILLED' },
  DENIED: COUNTED_UNSENT,
  ABORTED_BY_KILL: COUNTED_UNSENT,
};

export const ORDER_STATES = Object.keys(TABLE) as readonly OrderState[];

/** Where the event leads; undefined when it is illegal in this state. */
export function nextOrderState(state: OrderState, event: OrderEvent): OrderState | undefined {
  return TABLE[state][event];
}

/** What is legal in a state, in the table's order. */
export function orderEvents(state: OrderState): readonly OrderEvent[] {
  return Object.keys(TABLE[state]) as OrderEvent[];
}

/** For who sees states alone (storms, properties): whether any event leads from one to the other. */
export function mayFollow(from: OrderState, to: OrderState): boolean {
  return from === to || Object.values(TABLE[from]).includes(to);
}

/** The word of IB that a state was read from; undefined for what IB never says. */
export function toldAs(state: OrderState): `told ${ToldState}` | undefined {
  switch (state) {
    case 'INTENT':
    case 'QUEUED':
    case 'DENIED':
    case 'ABORTED_BY_KILL':
    case 'UNKNOWN':
    case 'PENDING_REPLACE':
      return undefined;
    default:
      return `told ${state}`;
  }
}

/** A change that left and was not answered may have been taken, also when the order was lost sight of or a cancel went after it. */
const MAY_BE_CHANGED: ReadonlySet<OrderState> = new Set<OrderState>(['PENDING_REPLACE', 'UNKNOWN', 'PENDING_CANCEL']);

/** A change of it had left when it was lost out of sight: that it works says not with which terms, and only a listing names those. */
export function isChangeInDoubt({ state, change }: Pick<Order, 'state' | 'change'>): boolean {
  return state === 'UNKNOWN' && change !== undefined;
}

/** What only belongs to a state goes with it. */
export function settled(order: Order): Order {
  const { change, absence, ...rest } = order;
  return {
    ...rest,
    ...(change !== undefined && MAY_BE_CHANGED.has(order.state) ? { change } : {}),
    ...(absence !== undefined && order.state === 'UNKNOWN' ? { absence } : {}),
  };
}
