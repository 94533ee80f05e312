import type { IBApi, Order as IbOrder } from '@stoqey/ib';
import type { ApprovedOrder, BrokerNews, OrderAddress, SendOutcome, SentLeg, TransmitGate } from '#core/ports/broker';
import type { Clock } from '#core/ports/clock';
import { type OrderId, orderIdOf, type OrderRef } from '#domain/ids';
import { refsOf, toWireModify, toWireOrder, type WireOrder } from './order-translation.ts';
import type { ContractBook } from '#tws/contract/contract-translation';
import type { LinkBoard } from '#tws/link/link-board';
import type { OpenOrderBook } from './order-bonds.ts';
import type { OrderIds } from './order-ids.ts';
import type { OrderTerms } from './resent-terms.ts';
import type { PacingGate } from '#tws/pacing/pacing-gate';
import type { Session } from '#tws/session/session';
import type { SuspendDetector } from '#tws/session/suspend-detector';
import { carriesAny, type WaitingOrder, WaitingOrders } from './waiting-orders.ts';
import { TIMING } from '#tws/socket/timing';
import { errorText } from '#tws/socket/wire-text';

export interface SenderParts {
  readonly clock: Clock;
  readonly pacing: Pick<PacingGate, 'submit' | 'drop' | 'purge' | 'largestBatch'>;
  readonly board: Pick<LinkBoard, 'accounts' | 'problem'>;
  readonly ids: Pick<OrderIds, 'take'>;
  readonly book: Pick<OpenOrderBook, 'bonds' | 'placed' | 'ref'>;
  readonly terms: OrderTerms;
  readonly contracts: Pick<ContractBook, 'learn'>;
  readonly portfolio: Session;
  readonly orders: Session;
  /** Asked first: whoever has just woken gives up the connections that slept, and their problem is the refusal. */
  readonly suspendDetector: Pick<SuspendDetector, 'look'>;
  readonly emit: (news: BrokerNews) => void;
  /** Emits the place-frame news held back while the frames of one order were written. */
  readonly batch: <T>(send: () => T) => T;
  /** Called before the first leg of several is written. */
  readonly bracket: (legs: readonly SentLeg[]) => void;
  /** A cancel that waited was lost with its connection. */
  readonly cancelDropped: (session: Session, orderId: OrderId | undefined, reason: string) => void;
}

/** An order on its way to the wire; it may wait for a sign of life or for its place in the message rate. */
interface Departure extends WaitingOrder {
  readonly session: Session;
  readonly wire: WireOrder;
  /** The id to change; undefined for a new order. */
  readonly address: OrderAddress | undefined;
  readonly dueBy: number;
}

/**
 * The only place that writes orders (rules G-3, G-9). Nothing is stored for later: what cannot leave within two seconds is
 * refused, and what waits is asked about again at the moment it leaves.
 */
export class OrderSender {
  readonly #parts: SenderParts;
  /** Orders that wait for a sign of life of their connection. */
  readonly #probing: WaitingOrders<Departure>;
  #gate: TransmitGate = () => 'The desk has not opened its order gate yet.';

  constructor(parts: SenderParts) {
    this.#parts = parts;
    this.#probing = new WaitingOrders(parts.emit);
  }

  setGate(gate: TransmitGate): void {
    this.#gate = gate;
  }

  place(approved: ApprovedOrder): SendOutcome {
    const request = approved.value;
    // Orders of the operator's hand share the client id of manual TWS orders; strategy orders never do.
    const session = request.origin === 'operator' ? this.#parts.portfolio : this.#parts.orders;
    const refusal = this.#refusal(approved, session);
    if (refusal !== undefined) return { kind: 'refused', reason: refusal };
    const wire = toWireOrder(request);
    if (!wire.ok) return { kind: 'refused', reason: wire.error };
    if (wire.value.legs.length > this.#parts.pacing.largestBatch)
      return { kind: 'refused', reason: 'The order has more legs than may leave together.' };
    this.#parts.contracts.learn(request.contract);
    return this.#depart({ approved, session, wire: wire.value, address: undefined, dueBy: this.#deadline(), gone: false });
  }

  modify(address: OrderAddress, approved: ApprovedOrder): SendOutcome {
    const session = this.#owner(address);
    if (session === undefined) return { kind: 'refused', reason: foreign(address, 'change it') };
    const refusal = this.#refusal(approved, session);
    if (refusal !== undefined) return { kind: 'refused', reason: refusal };
    const { book, terms } = this.#parts;
    const wire = toWireModify(approved.value, book.bonds(address.clientId, address.orderId), terms.of(address));
    if (!wire.ok) return { kind: 'refused', reason: wire.error };
    return this.#depart({ approved, session, wire: wire.value, address, dueBy: this.#deadline(), gone: false });
  }

  /** Never asks the gate: a cancel only lowers risk. */
  cancel(address: OrderAddress): SendOutcome {
    const session = this.#owner(address);
    if (session === undefined) return { kind: 'refused', reason: foreign(address, 'cancel it') };
    return this.#urgent(session, 'cancel', address, (ib) => ib.cancelOrder(address.orderId));
  }

  globalCancel(): SendOutcome {
    const { portfolio, orders } = this.#parts;
    return this.#urgent(portfolio.isOpen ? portfolio : orders, 'kill', undefined, (ib) => ib.reqGlobalCancel());
  }

  purge(reason: string): readonly OrderRef[] {
    const refs = this.#probing.drop(() => true, reason);
    return [...refs, ...this.#parts.pacing.purge(['modify', 'order'], reason)];
  }

  drop(refs: readonly OrderRef[], reason: string): readonly OrderRef[] {
    const dropped = this.#probing.drop(carriesAny(refs), reason);
    return [...dropped, ...this.#parts.pacing.drop(refs, reason)];
  }

  #depart(departure: Departure): SendOutcome {
    if (departure.session.isFresh) return this.#pace(departure);
    this.#probing.add(departure);
    departure.session.whenFresh((fresh) => {
      if (departure.gone) return;
      this.#probing.remove(departure);
      if (!fresh) {
        this.#probing.lose(departure, `TWS gave no sign of life within ${String(TIMING.probeDeadline)} ms; the order was not sent.`);
        return;
      }
      this.#probing.settle(departure, this.#pace(departure));
    });
    return { kind: 'queued' };
  }

  #pace(departure: Departure): SendOutcome {
    const { pacing } = this.#parts;
    const { session } = departure;
    const source = session.source;
    if (source === undefined)
      return { kind: 'refused', reason: this.#refusal(departure.approved, session) ?? 'The connection to TWS is down.' };
    let outcome: SendOutcome | undefined;
    let waited = false;
    const queued = pacing.submit({
      lane: departure.address === undefined ? 'order' : 'modify',
      cost: departure.wire.legs.length,
      source,
      ttlMs: Math.max(0, departure.dueBy - this.#parts.clock.monotonic()),
      refs: refsOf(departure.approved.value),
      send: () => {
        outcome = this.#transmit(departure);
        if (waited) this.#probing.settle(departure, outcome);
      },
      dropped: (reason) => {
        this.#probing.lose(departure, reason);
      },
    });
    waited = true;
    if (queued === 'full') return { kind: 'refused', reason: 'Too many orders wait for a place in the message rate.' };
    return outcome ?? { kind: 'queued' };
  }

  /** Writes all legs without a pause. The gate is asked in the statement before each of them. */
  #transmit(departure: Departure): SendOutcome {
    const { approved, session, wire, address } = departure;
    const ib = session.ib;
    if (ib === undefined) return { kind: 'refused', reason: 'The connection to TWS is down.' };
    const ids = address === undefined ? this.#parts.ids.take(wire.legs.length) : [address.orderId];
    if (ids === undefined)
      return {
        kind: 'refused',
        reason:
          'TWS has run out of order numbers. Reset them in TWS: Global Configuration → API → Settings → "Reset API order ID sequence".',
      };
    if (wire.legs.length > 1)
      this.#parts.bracket(wire.legs.map(({ ref }, index) => ({ ref, orderId: ids[index] ?? orderIdOf(0), clientId: session.clientId })));
    return this.#parts.batch(() => {
      const before = session.placeFrames;
      const legs: SentLeg[] = [];
      for (const [index, leg] of wire.legs.entries()) {
        const orderId = ids[index] ?? orderIdOf(0);
        const order: IbOrder = index === 0 ? leg.order : { ...leg.order, parentId: ids[0] ?? 0 };
        const refusal = this.#refusal(approved, session);
        if (refusal !== undefined) return this.#abandon(session, legs, refusal);
        const broken = write(() => ib.placeOrder(orderId, wire.contract, order));
        // The library must have written by now. What it kept for later would leave without the gate being asked.
        const left = session.placeFrames === before + index + 1;
        if (left) {
          legs.push({ ref: leg.ref, orderId, clientId: session.clientId });
          this.#parts.terms.sent(session.clientId, orderId, order);
          this.#parts.book.placed(session.clientId, { leg, orderId, parentId: order.parentId, modified: address !== undefined });
        }
        if (!left || broken !== undefined) return this.#stuck(session, legs, broken);
      }
      return { kind: 'sent', legs, at: this.#parts.clock.now() };
    });
  }

  /** The gate turned between two legs: TWS holds the first ones untransmitted; they are taken back. */
  #abandon(session: Session, legs: readonly SentLeg[], reason: string): SendOutcome {
    for (const leg of legs) session.request('cancel', (ib) => ib.cancelOrder(leg.orderId));
    return { kind: 'refused', reason };
  }

  /** Dropping the connection is the only way to be sure that nothing leaves later. Legs that did leave are reported as sent. */
  #stuck(session: Session, legs: readonly SentLeg[], broken: string | undefined): SendOutcome {
    const detail = broken === undefined ? '' : ` (${broken})`;
    session.drop({
      code: 'connection-lost',
      text: `The TWS library did not write an order at once${detail}. The connection was dropped so that it cannot leave later.`,
    });
    if (legs.length > 0) return { kind: 'sent', legs, at: this.#parts.clock.now() };
    return {
      kind: 'refused',
      reason: 'The TWS library did not write the order; the connection was dropped so that it cannot leave later.',
    };
  }

  #urgent(session: Session, lane: 'kill' | 'cancel', address: OrderAddress | undefined, send: (ib: IBApi) => unknown): SendOutcome {
    let sentAt: number | undefined;
    let waited = false;
    const accepted = session.request(
      lane,
      (ib) => {
        send(ib);
        sentAt = this.#parts.clock.now();
        if (waited && address !== undefined)
          this.#parts.emit({ kind: 'cancel-sent', clientId: address.clientId, orderId: address.orderId });
      },
      (reason) => {
        this.#parts.cancelDropped(session, address?.orderId, reason);
      },
    );
    if (!accepted) return { kind: 'refused', reason: session.reason?.text ?? 'There is no connection to TWS; the cancel was not sent.' };
    waited = true;
    if (sentAt === undefined) return { kind: 'queued' };
    const ref = address === undefined ? undefined : this.#parts.book.ref(address.clientId, address.orderId);
    return {
      kind: 'sent',
      legs: address === undefined || ref === undefined ? [] : [{ ref, orderId: address.orderId, clientId: address.clientId }],
      at: sentAt,
    };
  }

  /** Link first, then the live judgement, then the desk's own gate. */
  #refusal(approved: ApprovedOrder, session: Session): string | undefined {
    const { board, suspendDetector } = this.#parts;
    suspendDetector.look();
    const problem = board.problem();
    if (problem !== undefined) return problem.text;
    if (!session.isOpen) return 'The connection to TWS is down.';
    if (!board.accounts.includes(approved.value.account)) return 'The account of the order is not one that TWS manages.';
    return this.#gate(approved);
  }

  #owner(address: OrderAddress): Session | undefined {
    return [this.#parts.orders, this.#parts.portfolio].find((session) => session.clientId === address.clientId);
  }

  #deadline(): number {
    return this.#parts.clock.monotonic() + TIMING.orderTtl;
  }
}

function write(send: () => unknown): string | undefined {
  try {
    send();
    return undefined;
  } catch (thrown) {
    return errorText(thrown);
  }
}

function foreign(address: OrderAddress, what: string): string {
  return `The order belongs to client id ${String(address.clientId)}, which is not one of this desk. Only a cancel of everything reaches it, or its own program can ${what}.`;
}
