import type { ApprovedOrder, BrokerNews, BrokerPort, OrderAddress, SendOutcome, SentLeg, TransmitGate } from '#core/ports/broker';
import type { MarketDataPort } from '#core/ports/market-data';
import type { Bar } from '#domain/bar';
import type { Contract, ContractDetails } from '#domain/contract';
import type { ClientId, ConId, OrderId, OrderRef } from '#domain/ids';
import type { OrderLeg } from '#domain/order';
import { err, ok, type Result } from '#domain/result';

export interface Frame {
  readonly ref: OrderRef;
  readonly orderId: OrderId;
  readonly clientId: ClientId;
  readonly leg: OrderLeg;
  readonly approved: ApprovedOrder;
}

/** What the next orders meet: the wire, the pacing gate's queue, or a refusal. */
export type BrokerMode = 'wire' | 'queue' | 'refuse';

/**
 * Stands where the adapter stands: asks the gate in the statement before each frame, numbers the orders, tells of each frame it
 * wrote. Everything that leaves is in `frames`, `cancels` and `globalCancels`, in the order of `left`.
 */
export class ScriptedBroker implements BrokerPort {
  gate: TransmitGate = () => 'no gate';
  emit: (news: BrokerNews) => void = () => undefined;
  now: () => number = () => 0;
  /** Called in the statement after the gate let a frame out. */
  onFrame: (approved: ApprovedOrder) => void = () => undefined;
  mode: BrokerMode = 'wire';
  socket = true;
  /** Client ids whose orders this desk can cancel one by one. */
  readonly ours: ReadonlySet<number> = new Set([0, 1, 2]);
  /** Faults to play: each frame is written twice; only so many legs are written. */
  doubleFrames = false;
  legsThatLeave = Number.POSITIVE_INFINITY;
  purgeThrows = false;
  cancelThrows = false;
  readonly frames: Frame[] = [];
  /** Changes of working orders that left. */
  readonly changes: Frame[] = [];
  readonly cancels: OrderAddress[] = [];
  globalCancels = 0;
  readonly left: string[] = [];
  readonly gateAnswers: (string | undefined)[] = [];
  reconciles = 0;
  openOrderRequests = 0;
  positionRequests = 0;
  /** Number of the last request for a list. */
  requests = 0;
  #nextId = 100;
  #waiting: ApprovedOrder[] = [];

  place(approved: ApprovedOrder): SendOutcome {
    if (this.mode === 'refuse') return { kind: 'refused', reason: 'The broker stand-in refuses.' };
    if (!this.socket) return { kind: 'refused', reason: 'The connection to TWS is down.' };
    if (this.mode === 'queue') {
      const refused = this.#ask(approved);
      if (refused !== undefined) return { kind: 'refused', reason: refused };
      this.#waiting.push(approved);
      return { kind: 'queued' };
    }
    return this.#transmit(approved);
  }

  modify(address: OrderAddress, approved: ApprovedOrder): SendOutcome {
    if (this.mode === 'refuse') return { kind: 'refused', reason: 'The broker stand-in refuses.' };
    if (!this.socket) return { kind: 'refused', reason: 'The connection to TWS is down.' };
    const refused = this.#ask(approved);
    if (refused !== undefined) return { kind: 'refused', reason: refused };
    const [leg] = approved.value.legs;
    this.changes.push({ ref: leg.ref, orderId: address.orderId, clientId: address.clientId, leg, approved });
    this.left.push(`modify ${leg.ref}`);
    this.emit({
      kind: 'place-frame',
      ref: leg.ref,
      orderId: address.orderId,
      clientId: address.clientId,
      quantity: leg.quantity,
      modify: true,
    });
    return { kind: 'sent', legs: [{ ref: leg.ref, orderId: address.orderId, clientId: address.clientId }], at: this.now() };
  }

  cancel(address: OrderAddress): SendOutcome {
    if (this.cancelThrows) throw new Error('the adapter broke while cancelling');
    if (!this.socket) return { kind: 'refused', reason: 'There is no connection to TWS; the cancel was not sent.' };
    if (!this.ours.has(address.clientId)) return { kind: 'refused', reason: 'The order belongs to another client id.' };
    this.cancels.push(address);
    this.left.push(`cancel ${address.clientId}:${address.orderId}`);
    return { kind: 'sent', legs: [], at: this.now() };
  }

  globalCancel(): SendOutcome {
    if (!this.socket) return { kind: 'refused', reason: 'There is no connection to TWS; the cancel was not sent.' };
    this.globalCancels += 1;
    this.left.push('global-cancel');
    return { kind: 'sent', legs: [], at: this.now() };
  }

  purge(reason: string): readonly OrderRef[] {
    if (this.purgeThrows) throw new Error('the adapter broke while purging');
    const dropped = this.#waiting.flatMap((approved) => approved.value.legs.map((leg) => leg.ref));
    this.#waiting = [];
    if (dropped.length > 0) this.emit({ kind: 'order-not-sent', refs: dropped, reason });
    return dropped;
  }

  drop(refs: readonly OrderRef[], reason: string): readonly OrderRef[] {
    const holds = (approved: ApprovedOrder): boolean => approved.value.legs.some(({ ref }) => refs.includes(ref));
    const dropped = this.#waiting.filter(holds).flatMap((approved) => approved.value.legs.map((leg) => leg.ref));
    this.#waiting = this.#waiting.filter((approved) => !holds(approved));
    if (dropped.length > 0) this.emit({ kind: 'order-not-sent', refs: dropped, reason });
    return dropped;
  }

  reconcile(): number {
    this.reconciles += 1;
    this.left.push('reconcile');
    return this.#number();
  }

  requestOpenOrders(): number {
    this.openOrderRequests += 1;
    return this.#number();
  }

  requestPositions(): number {
    this.positionRequests += 1;
    return this.#number();
  }

  #number(): number {
    this.requests += 1;
    return this.requests;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** The pacing gate lets go of what waits; the gate is asked again, as it is in the adapter. */
  releaseWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const approved of waiting) {
      const outcome = this.#transmit(approved);
      if (outcome.kind === 'sent') this.emit({ kind: 'order-sent', legs: outcome.legs, at: outcome.at });
      else this.emit({ kind: 'order-not-sent', refs: approved.value.legs.map((leg) => leg.ref), reason: 'The gate is shut.' });
    }
  }

  /** The queue's time to live is over. */
  dropWaiting(reason: string): void {
    this.purgeThrows = false;
    this.purge(reason);
  }

  frameOf(ref: OrderRef): Frame {
    const frame = this.frames.findLast((candidate) => candidate.ref === ref);
    if (frame === undefined) throw new Error(`No frame ${ref} left`);
    return frame;
  }

  #ask(approved: ApprovedOrder): string | undefined {
    const answer = this.gate(approved);
    this.gateAnswers.push(answer);
    return answer;
  }

  #transmit(approved: ApprovedOrder): SendOutcome {
    const clientId = (approved.value.origin === 'operator' ? 0 : 2) as ClientId;
    const legs: SentLeg[] = [];
    const written: Frame[] = [];
    let refusal: string | undefined;
    for (const leg of approved.value.legs) {
      if (written.length >= this.legsThatLeave) break;
      refusal = this.#ask(approved);
      if (refusal !== undefined) break;
      this.onFrame(approved);
      const orderId = this.#nextId as OrderId;
      this.#nextId += 1;
      const frame: Frame = { ref: leg.ref, orderId, clientId, leg, approved };
      written.push(frame, ...(this.doubleFrames ? [frame] : []));
      legs.push({ ref: leg.ref, orderId, clientId });
    }
    for (const frame of written) {
      this.frames.push(frame);
      this.left.push(`place ${frame.ref}`);
    }
    for (const frame of written)
      this.emit({
        kind: 'place-frame',
        ref: frame.ref,
        orderId: frame.orderId,
        clientId,
        quantity: frame.leg.quantity,
        modify: false,
      });
    return refusal === undefined ? { kind: 'sent', legs, at: this.now() } : { kind: 'refused', reason: refusal };
  }
}

/** Knows the contracts it was told; records what is subscribed. */
export class ScriptedMarket implements MarketDataPort {
  readonly subscribed = new Set<ConId>();
  readonly known = new Map<ConId, ContractDetails>();

  subscribe(contract: Contract): void {
    this.subscribed.add(contract.conId);
  }

  unsubscribe(conId: ConId): void {
    this.subscribed.delete(conId);
  }

  search(pattern: string): Promise<Result<readonly Contract[]>> {
    return Promise.resolve(ok([...this.known.values()].map(({ contract }) => contract).filter(({ symbol }) => symbol.startsWith(pattern))));
  }

  details(contract: Contract): Promise<Result<ContractDetails>> {
    const details = this.known.get(contract.conId);
    return Promise.resolve(details === undefined ? err(`TWS does not know ${contract.symbol}.`) : ok(details));
  }

  bars(): Promise<Result<readonly Bar[]>> {
    return Promise.resolve(ok([]));
  }
}
