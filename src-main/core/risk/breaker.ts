import type { Order, OrderState } from '#domain/order';

/**
 * C-44, the circuit breaker: rejections are the broker's word that something is wrong with what is sent, and sending more of it makes it
 * no better. Open: nothing that raises exposure leaves. Half-open, after the operator has resumed: one order is tried.
 */
export type BreakerState = 'closed' | 'open' | 'half-open';
type BreakerEvent = 'trip' | 'resume' | 'pass';

const TABLE: Readonly<Record<BreakerState, Partial<Readonly<Record<BreakerEvent, BreakerState>>>>> = {
  closed: { trip: 'open' },
  open: { trip: 'open', resume: 'half-open' },
  'half-open': { trip: 'open', pass: 'closed' },
};

/** So many orders in a row, however long it takes; a bracket counts once. */
const ROW_LIMIT = 5;
/** So many within a minute, whatever was accepted between them. */
const WINDOW_LIMIT = 5;
const WINDOW_MS = 60_000;
/** Before the first resume; twice as long with each opening that follows. */
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 16 * 60_000;
/** Closed for so long, an opening is the first again. */
const FORGIVEN_AFTER_MS = 3_600_000;

export interface Breaker {
  readonly state: BreakerState;
  /** Epoch ms of the last change of state. */
  readonly since: number;
  /** Rejected orders without an accepted one between them. */
  readonly row: number;
  readonly recent: readonly { readonly at: number; readonly group: string }[];
  /** Openings without a long quiet between them. */
  readonly openings: number;
  /** Epoch ms before which it cannot be resumed. */
  readonly until: number;
  /** The sentence of the last opening. */
  readonly reason: string;
  /** The order that closed it: when IB rejects it after all, the breaker opens again at once. */
  readonly probe?: string;
}

export const CLOSED: Breaker = { state: 'closed', since: 0, row: 0, recent: [], openings: 0, until: 0, reason: '' };

/** What becomes of an order of this desk. `group`: the key of its bracket's entry. `isEntry`: it may raise exposure. */
export type Outcome =
  | { readonly kind: 'rejected'; readonly group: string; readonly what: string }
  | { readonly kind: 'accepted'; readonly group: string; readonly isEntry: boolean; readonly createdAt: number };

/** The breaker after an outcome; the same object when it changes nothing. `at` is epoch ms. */
export function afterOutcome(breaker: Breaker, outcome: Outcome, at: number): Breaker {
  return outcome.kind === 'rejected' ? afterRejection(breaker, outcome, at) : afterAcceptance(breaker, outcome, at);
}

function afterRejection(breaker: Breaker, { group, what }: Extract<Outcome, { kind: 'rejected' }>, at: number): Breaker {
  if (breaker.recent.some((known) => known.group === group)) return breaker;
  const recent = [...breaker.recent.filter((known) => Math.abs(at - known.at) < WINDOW_MS), { at, group }];
  const counted: Breaker = { ...breaker, row: breaker.row + 1, recent };
  if (breaker.state === 'half-open' || breaker.probe === group)
    return opened(counted, `IB rejected the order that was to try whether it accepts orders again, ${what}.`, at);
  if (counted.row >= ROW_LIMIT) return opened(counted, `IB rejected ${counted.row} orders in a row, the last ${what}.`, at);
  if (recent.length >= WINDOW_LIMIT)
    return opened(counted, `IB rejected ${recent.length} orders within ${WINDOW_MS / 1_000} s, the last ${what}.`, at);
  return counted;
}

function afterAcceptance(breaker: Breaker, outcome: Extract<Outcome, { kind: 'accepted' }>, at: number): Breaker {
  const tried = breaker.state === 'half-open' && outcome.isEntry && outcome.createdAt >= breaker.since;
  const next = tried ? TABLE[breaker.state].pass : undefined;
  if (next !== undefined) return { ...breaker, state: next, since: at, row: 0, recent: [], probe: outcome.group };
  return breaker.row === 0 ? breaker : { ...breaker, row: 0 };
}

function opened(breaker: Breaker, reason: string, at: number): Breaker {
  const state = TABLE[breaker.state].trip ?? breaker.state;
  // What was on the way when it opened is part of the same opening.
  if (breaker.state === 'open') return { ...breaker, reason };
  const forgiven = breaker.state === 'closed' && at - breaker.since >= FORGIVEN_AFTER_MS;
  const openings = forgiven ? 1 : breaker.openings + 1;
  const { probe: _tried, ...rest } = breaker;
  return { ...rest, state, since: at, openings, until: at + waitOf(openings), reason };
}

function waitOf(openings: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(20, openings - 1));
}

/** How long it cannot be resumed yet, ms; 0 when it can. */
export function waitLeft(breaker: Breaker, at: number): number {
  return breaker.state === 'open' ? Math.max(0, breaker.until - at) : 0;
}

/** The operator has resumed. The same object when there is nothing to resume, or not yet. */
export function afterResume(breaker: Breaker, at: number): Breaker {
  const next = TABLE[breaker.state].resume;
  if (next === undefined || waitLeft(breaker, at) > 0) return breaker;
  return { ...breaker, state: next, since: at, row: 0, recent: [] };
}

/** What a new run of the program takes over: an opening stays one, and is not forgiven by a restart. */
export function fromFile(saved: SavedBreaker): Breaker {
  return { ...CLOSED, ...saved, state: saved.state === 'closed' ? 'closed' : 'open' };
}

/** The part that survives a restart. */
export type SavedBreaker = Pick<Breaker, 'state' | 'since' | 'openings' | 'until' | 'reason'>;

/** A file that cannot be read counts as an opening just now. */
export function unreadable(at: number): Breaker {
  return opened(CLOSED, 'The memory of the circuit breaker could not be read, so it counts as open.', at);
}

const UNANSWERED: ReadonlySet<OrderState> = new Set<OrderState>(['INTENT', 'QUEUED', 'SUBMITTED', 'UNKNOWN']);

/** On its way, and the broker has not spoken of it. */
export function isUnanswered(state: OrderState): boolean {
  return UNANSWERED.has(state);
}

/** An entry of this desk that is out and unanswered: while half-open, that is the one that is tried. */
export function isProbe(breaker: Breaker, order: Order): boolean {
  const own = order.origin === 'trigger' || order.origin === 'operator';
  return own && order.leg === 'E' && order.parentKey === undefined && isUnanswered(order.state) && order.createdAt >= breaker.since;
}
