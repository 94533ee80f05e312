import type {
  ApprovedOrder,
  BrokerNews,
  BrokerPort,
  LinkState,
  OrderAddress,
  SendOutcome,
  SentLeg,
  TransmitGate,
} from '#core/ports/broker';
import type { ClientId, OrderId, OrderRef } from '#domain/ids';
import { LinkLamps } from '#tws/link/link-state';
import { ManualNumbers } from '#tws/order/manual-order-binding';
import { Notices } from '#tws/notice/notices';
import { OrderIds } from '#tws/order/order-ids';
import { RequestIds } from '#tws/socket/request-ids';
import { DU } from '../support/core/fixtures.ts';
import { Bonds } from './bonds.ts';
import { frameOf } from './frame.ts';
import type { OutboundFrame } from './listener.ts';
import { Quotes } from './quotes.ts';
import type { TransportParts } from './transport-parts.ts';
import type { Told } from './told.ts';
import type { Tws } from './tws.ts';
import type { Wire } from './wire.ts';

interface Waiting {
  readonly approved: ApprovedOrder;
  gone: boolean;
}

const CLIENTS = [0, 1, 2] as const;
type Snapshot = 'open-orders' | 'completed-orders' | 'positions';

interface Asked {
  readonly epoch: number;
  readonly request: number;
}

/**
 * Adapter and wire in one, for one life of the desk: the same ports, the same news in the same cases as `src-main/tws`, of which it uses
 * the parts that decide (order ids, lamps, the table of codes), over streams of messages instead of sockets and bytes.
 */
export class Transport implements BrokerPort {
  readonly quotes: Quotes;
  readonly #parts: TransportParts;
  readonly #lamps = new LinkLamps();
  readonly #ids: OrderIds;
  readonly #requestIds = new RequestIds();
  readonly #notices = new Notices((clientId, orderId) => this.#bonds.isModified(clientId, orderId));
  readonly #open = new Set<number>();
  readonly #bonds = new Bonds();
  #epoch = 0;
  #accountsTold = false;
  #readyBefore = false;
  #gate: TransmitGate = () => 'The desk has not opened its order gate yet.';
  #waiting: Waiting[] = [];
  /** The requests whose end is to come, oldest first. */
  readonly #asked: Record<Snapshot, Asked[]> = { 'open-orders': [], 'completed-orders': [], positions: [] };
  #executions: (Asked & { readonly open: Set<number> })[] = [];
  #requests = 0;
  readonly #numbers: ManualNumbers;

  constructor(parts: TransportParts) {
    this.#parts = parts;
    this.#ids = new OrderIds(parts.ids);
    this.quotes = new Quotes(parts.clock);
    this.#numbers = new ManualNumbers(parts.clock, () => this.#askOwn());
  }

  setGate(gate: TransmitGate): void {
    this.#gate = gate;
  }

  start(): void {
    for (const clientId of CLIENTS) this.#connect(clientId);
  }

  /** Legs of orders that wait for their place in the message rate. */
  get waitingLegs(): number {
    return this.#waiting.reduce((sum, { approved }) => sum + approved.value.legs.length, 0);
  }

  // Orders out

  place(approved: ApprovedOrder): SendOutcome {
    this.#parts.crash('place: before the first leg');
    const refusal = this.#refusal(approved);
    if (refusal !== undefined) return { kind: 'refused', reason: refusal };
    if (!this.#parts.random.chance(this.#parts.waits())) return this.#transmit(approved);
    const waiting = { approved, gone: false };
    this.#waiting.push(waiting);
    this.#parts.clock.after(this.#parts.random.next() * 2_500, () => {
      if (waiting.gone) return;
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
      waiting.gone = true;
      const outcome: SendOutcome = this.#parts.random.chance(0.2)
        ? { kind: 'refused', reason: 'The order waited for two seconds; it was not sent.' }
        : this.#transmit(approved);
      if (outcome.kind === 'sent') this.#emit({ kind: 'order-sent', legs: outcome.legs, at: outcome.at });
      else if (outcome.kind === 'refused') this.#emit({ kind: 'order-not-sent', refs: refsOf(approved), reason: outcome.reason });
    });
    return { kind: 'queued' };
  }

  modify(address: OrderAddress, approved: ApprovedOrder): SendOutcome {
    const { clientId, orderId } = address;
    if (clientId !== 0 && clientId !== 2) return { kind: 'refused', reason: 'The order belongs to another client id.' };
    const refusal = this.#refusal(approved);
    if (refusal !== undefined) return { kind: 'refused', reason: refusal };
    const [leg] = approved.value.legs;
    const { tws, changing } = this.#parts;
    const frame = frameOf(approved, leg, orderId, this.#bonds.of(clientId, orderId));
    changing({ approved, leg, orderId, clientId });
    this.#send(clientId, { kind: 'modify', order: frame }, () => {
      tws.place(clientId, frame);
    });
    const modify = this.#bonds.isSent(clientId, orderId);
    this.#bonds.modified(clientId, orderId);
    this.#emit({ kind: 'place-frame', ref: leg.ref, orderId, clientId, quantity: leg.quantity, modify });
    return { kind: 'sent', legs: [{ ref: leg.ref, orderId, clientId }], at: this.#parts.clock.now() };
  }

  cancel(address: OrderAddress): SendOutcome {
    this.#parts.crash('cancel: before it leaves');
    if (!this.#parts.alive()) return { kind: 'refused', reason: 'dead' };
    this.#parts.cancelling(address);
    if (address.clientId !== 0 && address.clientId !== 2) return { kind: 'refused', reason: 'The order belongs to another client id.' };
    if (!this.#open.has(address.clientId)) return { kind: 'refused', reason: 'There is no connection to TWS; the cancel was not sent.' };
    const { tws } = this.#parts;
    this.#send(address.clientId, { kind: 'cancel', orderId: address.orderId }, () => {
      tws.cancel(address.clientId, address.orderId);
    });
    this.#parts.crash('cancel: after it left');
    return { kind: 'sent', legs: [], at: this.#parts.clock.now() };
  }

  globalCancel(): SendOutcome {
    if (!this.#parts.alive()) return { kind: 'refused', reason: 'dead' };
    const by = this.#open.has(0) ? 0 : 2;
    if (!this.#open.has(by)) return { kind: 'refused', reason: 'There is no connection to TWS; the cancel was not sent.' };
    const { tws } = this.#parts;
    this.#send(by, { kind: 'global-cancel' }, () => {
      tws.globalCancel();
    });
    return { kind: 'sent', legs: [], at: this.#parts.clock.now() };
  }

  purge(reason: string): readonly OrderRef[] {
    if (reason.startsWith('kill')) this.#parts.crash('kill: before the purge');
    return this.#drop(() => true, reason);
  }

  drop(refs: readonly OrderRef[], reason: string): readonly OrderRef[] {
    return this.#drop(({ approved }) => refsOf(approved).some((ref) => refs.includes(ref)), reason);
  }

  reconcile(): number {
    this.#numbers.onceAConnection();
    const request = this.requestOpenOrders();
    this.#ask('completed-orders', request, (tws) => {
      tws.listCompletedOrders();
    });
    const open = new Set<number>();
    for (const clientId of [0, 2]) {
      if (!this.#parts.alive() || !this.#open.has(clientId)) continue;
      const reqId = this.#requestIds.next();
      open.add(reqId);
      const { tws } = this.#parts;
      this.#send(clientId, { kind: 'request', of: 'executions', reqId }, () => {
        tws.listExecutions(clientId, reqId);
      });
    }
    if (open.size > 0) this.#executions.push({ epoch: this.#epoch, request, open });
    this.#askPositions(request);
    return request;
  }

  #askOwn(): boolean {
    if (!this.#parts.alive() || !this.#open.has(0)) return false;
    const { tws } = this.#parts;
    this.#send(0, { kind: 'request', of: 'own-orders' }, () => {
      tws.listOwnOrders();
    });
    return true;
  }

  requestOpenOrders(): number {
    this.#requests += 1;
    this.#ask('open-orders', this.#requests, (tws) => {
      tws.listOpenOrders();
    });
    return this.#requests;
  }

  requestPositions(): number {
    this.#requests += 1;
    this.#askPositions(this.#requests);
    return this.#requests;
  }

  #askPositions(request: number): void {
    this.#ask('positions', request, (tws) => {
      tws.listPositions();
    });
  }

  /** For a planted bug only: writes the frames of an order without asking anybody. */
  writeAgain(approved: ApprovedOrder): void {
    this.#write(approved, this.#takeIds(approved));
  }

  /** For a planted bug only: another attempt with what was approved once, while the order is UNKNOWN still. */
  placeAgain(approved: ApprovedOrder): void {
    this.#parts.clock.after(1_500, () => {
      this.#transmit(approved);
    });
  }

  #transmit(approved: ApprovedOrder): SendOutcome {
    const refusal = this.#refusal(approved);
    if (refusal !== undefined) return { kind: 'refused', reason: refusal };
    const legs = this.#write(approved, this.#takeIds(approved));
    this.#parts.tamper.sent(approved);
    // The bytes are counted once all legs have left.
    const times = this.#parts.countsTwice() ? 2 : 1;
    for (let time = 0; time < times; time += 1)
      for (const [index, { ref, orderId, clientId }] of legs.entries())
        this.#emit({ kind: 'place-frame', ref, orderId, clientId, quantity: approved.value.legs[index]!.quantity, modify: false });
    this.#parts.crash('place: after the last leg');
    return { kind: 'sent', legs, at: this.#parts.clock.now() };
  }

  #takeIds(approved: ApprovedOrder): readonly OrderId[] {
    return this.#ids.take(approved.value.legs.length) ?? [];
  }

  #write(approved: ApprovedOrder, ids: readonly OrderId[]): readonly SentLeg[] {
    const { tws, writing, arrived, crash, alive } = this.#parts;
    const clientId = (approved.value.origin === 'operator' ? 0 : 2) as ClientId;
    const legs: SentLeg[] = [];
    if (approved.value.legs.length > 1)
      this.#parts.bracket(approved.value.legs.map(({ ref }, index) => ({ ref, orderId: ids[index]!, clientId })));
    for (const [index, leg] of approved.value.legs.entries()) {
      if (index > 0) crash('place: between two legs');
      if (!alive()) break;
      const orderId = ids[index]!;
      const parentId = index === 0 ? undefined : ids[0];
      const bond = { parentId, ocaGroup: leg.ocaGroup ?? '', ocaType: 2, transmit: leg === approved.value.legs.at(-1) };
      const frame = frameOf(approved, leg, orderId, bond);
      this.#bonds.sent(clientId, orderId, bond);
      writing({ approved, leg, orderId, clientId });
      this.#send(
        clientId,
        { kind: 'place', order: frame },
        () => {
          arrived(leg.ref);
          tws.place(clientId, frame);
        },
        () => {
          arrived(leg.ref);
        },
      );
      legs.push({ ref: leg.ref, orderId, clientId });
    }
    return legs;
  }

  #refusal(approved: ApprovedOrder): string | undefined {
    if (!this.#parts.alive()) return 'dead';
    return this.#problem()?.text ?? this.#gate(approved);
  }

  #drop(which: (waiting: Waiting) => boolean, reason: string): readonly OrderRef[] {
    const dropped = this.#waiting.filter(which);
    this.#waiting = this.#waiting.filter((waiting) => !which(waiting));
    const refs: OrderRef[] = [];
    for (const waiting of dropped) {
      waiting.gone = true;
      refs.push(...refsOf(waiting.approved));
      this.#emit({ kind: 'order-not-sent', refs: refsOf(waiting.approved), reason });
    }
    return refs;
  }

  #ask(of: Snapshot, request: number, list: (tws: Tws) => void): void {
    if (!this.#parts.alive() || !this.#open.has(0)) return;
    const { tws } = this.#parts;
    this.#asked[of].push({ epoch: this.#epoch, request });
    this.#send(0, { kind: 'request', of }, () => {
      list(tws);
    });
  }

  // News in

  #connect(clientId: number): void {
    this.#wire(clientId).connect((told) => {
      if (this.#parts.alive()) this.#hear(clientId, told);
    });
  }

  #hear(clientId: number, told: Told): void {
    switch (told.kind) {
      case 'opened':
        this.#opened(clientId, told.nextValidId);
        break;
      case 'closed':
        this.#closed(clientId);
        break;
      case 'tick':
        this.quotes.tick(told);
        break;
      case 'notice': {
        const lamp = this.#lamps.notice(clientId, told.code, told.text, this.#parts.clock.now());
        const notice = this.#notices.classify({ ...told, clientId: clientId as ClientId }, this.#parts.clock.monotonic());
        if (notice !== undefined) this.#emit({ kind: 'notice', notice });
        if (lamp !== 'none') this.#tellLink();
        if (lamp === 'data-lost') this.quotes.interrupted();
        break;
      }
      case 'end': {
        if (told.of === 'own-orders') {
          this.#numbers.answered();
          break;
        }
        const asked = this.#asked[told.of].shift();
        if (asked?.epoch !== this.#epoch) break;
        this.#parts.crash('end marker while reconciling');
        this.#emit({ kind: 'end', of: told.of, ...asked });
        break;
      }
      case 'executions-end':
        this.#executionsEnd(told.reqId);
        break;
      case 'news':
        this.#news(told.news);
        break;
    }
  }

  #news(news: BrokerNews): void {
    if (news.kind === 'open-order') {
      this.#ids.seen(news.order.orderId);
      this.#bonds.listed(news.order);
      this.#numbers.listed(news.order);
      this.#parts.crash(this.#asked['open-orders'].length > 0 ? 'listing while reconciling' : 'acknowledgement of a leg');
    }
    if (news.kind === 'order-status') this.#bonds.status(news.status);
    if (news.kind === 'execution') {
      this.#ids.seen(news.execution.orderId);
      this.#bonds.execution(news.execution);
      this.#parts.crash('execution');
    }
    this.#emit(news);
  }

  #executionsEnd(reqId: number): void {
    const asked = this.#executions.find(({ open }) => open.has(reqId));
    if (asked === undefined) return;
    asked.open.delete(reqId);
    if (asked.open.size > 0) return;
    this.#executions = this.#executions.filter((other) => other !== asked);
    const { epoch, request } = asked;
    if (epoch === this.#epoch) this.#emit({ kind: 'end', of: 'executions', epoch, request });
  }

  #opened(clientId: number, nextValidId: number): void {
    this.#ids.nextValid(clientId, nextValidId);
    this.#open.add(clientId);
    this.#epoch += 1;
    if (!this.#accountsTold) this.#emit({ kind: 'accounts', accounts: [DU] });
    this.#accountsTold = true;
    if (clientId === 1) this.quotes.interrupted();
    if (clientId === 0) {
      const { tws } = this.#parts;
      this.#send(0, { kind: 'request', of: 'automatic numbers of manual orders' }, () => {
        tws.bindsManual = true;
      });
    }
    this.#tellLink();
  }

  #closed(clientId: number): void {
    const wasOpen = this.#open.delete(clientId);
    if (wasOpen) this.#epoch += 1;
    if (wasOpen) this.#parts.crash('link lost');
    this.#lamps.closed(clientId, this.#parts.clock.now());
    if (clientId === 0) {
      for (const list of Object.values(this.#asked)) list.length = 0;
      this.#numbers.lost();
    }
    this.#executions = [];
    this.#bonds.closed(clientId);
    this.#drop(({ approved }) => (approved.value.origin === 'operator' ? 0 : 2) === clientId, 'The connection to TWS was lost.');
    this.#tellLink();
    this.#parts.clock.after(300 + this.#parts.random.next() * 3_000, () => {
      this.#connect(clientId);
    });
  }

  #problem(): LinkState['problem'] {
    for (const clientId of CLIENTS)
      if (!this.#open.has(clientId)) return { code: 'connection-lost', text: `The connection to TWS of client ${clientId} is down.` };
    if (this.#lamps.upstream === 'down') return { code: 'upstream-down', text: 'TWS has lost its connection to IB.' };
    return undefined;
  }

  #tellLink(): void {
    const problem = this.#problem();
    const ready = problem === undefined;
    const again = ready && !this.#readyBefore;
    this.#readyBefore = ready;
    this.#emit({
      kind: 'link',
      link: {
        connections: [],
        ready,
        epoch: this.#epoch,
        upstream: this.#lamps.upstream,
        upstreamSince: this.#lamps.upstreamSince,
        restored: this.#lamps.restored,
        farms: [],
        accounts: this.#accountsTold ? [DU] : [],
        messageRate: 0,
        messageLimit: 40,
        ...(problem === undefined ? {} : { problem }),
      },
    });
    if (again) this.#parts.tamper.ready(this);
  }

  #emit(news: BrokerNews): void {
    for (const one of this.#parts.tamper.hear(news, this.#lamps.upstream === 'down')) if (this.#parts.alive()) this.#parts.emit(one);
  }

  #send(clientId: number, frame: OutboundFrame, deliver: () => void, lost?: () => void): void {
    this.#parts.wrote(clientId, frame);
    this.#wire(clientId).send(deliver, lost);
  }

  #wire(clientId: number): Wire {
    return this.#parts.wires[clientId]!;
  }
}

function refsOf(approved: ApprovedOrder): readonly OrderRef[] {
  return approved.value.legs.map((leg) => leg.ref);
}
