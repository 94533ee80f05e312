import type { Slice } from '#core/state/desk-state';
import { logLine } from '#core/state/desk-state';
import { requestLists, requestPositions } from '#core/execution/request-lists';
import { startLookUp } from '#core/reconciliation/compare';
import { needsLookUp } from '#core/reconciliation/unknown-orders';

type Desk = Slice<
  | 'bracketCancels'
  | 'broker'
  | 'cancelRetries'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'details'
  | 'earlierOrders'
  | 'earlierOrdersFile'
  | 'exchange'
  | 'index'
  | 'latch'
  | 'latencies'
  | 'link'
  | 'lookUpRetries'
  | 'memos'
  | 'ordersOut'
  | 'positionDifferences'
  | 'recentSends'
  | 'reconciliation'
  | 'registry'
  | 'scheduler'
  | 'stores'
  | 'toldFilled'
  | 'unsentCancels'
  | 'unsentGlobalCancel'
  | 'untoldExecutions'
>;

const COMPARE_EVERY_MS = 60_000;
const COMPARE_AFTER_FILLS_MS = 2_000;
/** Open orders are compared while any works. */
const LIST_EVERY_MS = 20_000;
/** How often the positions are asked for until they are certain. */
const OPENING_EVERY_MS = 2_000;

/** When the broker's lists are requested again: what a lost message would have told stands in them. */
export class BrokerLists {
  readonly #desk: Desk;
  #comparedAt = 0;
  #listedAt = 0;
  #fillsSince: number | undefined;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** An execution has come: the positions are compared once the burst is over. */
  executed(now: number): void {
    this.#fillsSince ??= now;
  }

  onTimer(now: number): void {
    const desk = this.#desk;
    const idle = desk.link.ready && desk.link.upstream !== 'down' && desk.reconciliation.done();
    if (idle && !desk.reconciliation.running() && needsLookUp(desk, now)) startLookUp(desk);
    this.#openingPositions(now);
    // The broker's own list, whatever was lost on the way: terms that a message should have told, and orders of other programs, which
    // TWS tells unasked to its master client alone.
    if (idle && now - this.#listedAt > LIST_EVERY_MS) {
      this.#listedAt = now;
      desk.broker.requestOpenOrders();
    }
    this.#positions(now);
    if (idle && desk.positionDifferences.asks(now)) requestLists(desk);
  }

  #openingPositions(now: number): void {
    const desk = this.#desk;
    const opening = desk.link.ready && desk.reconciliation.awaitsPositions() && desk.reconciliation.isQuiet(now);
    if (!opening || now - this.#comparedAt < OPENING_EVERY_MS) return;
    this.#comparedAt = now;
    requestPositions(desk);
  }

  #positions(now: number): void {
    const desk = this.#desk;
    if (!desk.link.ready || !desk.reconciliation.done()) return;
    const burst = this.#fillsSince !== undefined && now - this.#fillsSince > COMPARE_AFTER_FILLS_MS;
    if (!burst && now - this.#comparedAt <= COMPARE_EVERY_MS) return;
    this.#comparedAt = now;
    this.#fillsSince = undefined;
    requestPositions(desk);
  }
}

/** Requests the lists of a comparison once more, because some have not ended in time. */
export function requestMissingLists(desk: Desk, now: number): void {
  if (!desk.reconciliation.overdue(now) || !desk.link.ready) return;
  const missing = desk.reconciliation.missing().join(', ');
  const text =
    desk.reconciliation.kind() === 'look-up'
      ? `Looking orders up: no answer yet for ${missing}; asking again.`
      : `Reconciling: no answer yet for ${missing}; asking again. Nothing leaves meanwhile.`;
  logLine(desk, 'warning', text);
  desk.broker.reconcile();
  desk.reconciliation.again(desk.clock.now());
}
