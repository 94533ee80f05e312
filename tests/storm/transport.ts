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
import type { OrderLeg } from '#domain/order';
import { LinkLamps } from '#tws/link/link-state';
import { Notices } from '#tws/notice/notices';
import type { ListName } from '#tws/order/list-ends';
import { ListRequests, type ListWire } from '#tws/order/list-requests';
import { OpenOrderBook } from '#tws/order/order-bonds';
import { OrderIds } from '#tws/order/order-ids';
import { carriesAny, type WaitingOrder, WaitingOrders } from '#tws/order/waiting-orders';
import { RequestIds } from '#tws/socket/request-ids';
import { DU } from '../support/core/fixtures.ts';
import { type Bond, bondOf, frameOf } from './frame.ts';
import type { MadeList } from './list-rules.ts';
import type { OutboundFrame } from './listener.ts';
import { Quotes } from './quotes.ts';
import { connectionOf, type TransportParts } from './transport-parts.ts';
import type { Told } from './told.ts';
import type { Wire } from './wire.ts';

const CLIENTS = [0, 1, 2] as const;
/**
 * Adapter and wire in one, for one life of the desk: the same ports, the same news in the same cases as `src-main/tws`, of which it uses
 * the parts that decide (order ids, request lists and their ends, numbers of manual orders, bonds, waiting orders, lamps, the table of
 * codes), over streams of messages instead of sockets and bytes.
 */
export class Transport implements BrokerPort {
  readonly quotes: Quotes;
  readonly #parts: TransportParts;
  readonly #lamps = new LinkLamps();
  readonly #ids: OrderIds;
  readonly #requestIds = new RequestIds();
  readonly #notices = new Notices((clientId, orderId) => this.#book.wasModified(clientId, orderId));
  readonly #open = new Set<number>();
  readonly #book = new OpenOrderBook();
  readonly #lists: ListRequests;
  readonly #waiting: WaitingOrders<WaitingOrder>;
  /** Client and order id of each order that this process has placed. */
  readonly #sent = new Set<string>();
  #epoch = 0;
  /** By client: how often it has shaken hands. */
  readonly #sockets: [number, number, number] = [0, 0, 0];
  #accountsTold = false;
  #readyBefore = false;
  #gate: TransmitGate = () => 'The desk has not opened its order gate yet.';

  constructor(parts: TransportParts) {
    this.#parts = parts;
    this.#ids = new OrderIds(parts.ids);
    this.quotes = new Quotes(parts.clock, parts.tape);
    this.#waiting = new WaitingOrders((news) => {
      this.#emit(news);
    });
    const epoch = (): number => this.#epoch;
    const wire: ListWire = {
      get epoch() {
        return epoch();
      },
      ask: (of) => this.#ask(of),
      askExecutions: () => this.#askExecutions(),
    };
    this.#lists = new ListRequests(parts.clock, wire, parts.tamper.listEnds());
  }

  setGate(gate: TransmitGate): void {
    this.#gate = gate;
  }

  start(): void {
    for (const clientId of CLIENTS) this.#connect(clientId);
  }

  /** Legs of orders that wait for their place in the message rate. */
  get waitingLegs(): number {
    return this.#waiting.legs;
  }

  // Orders out

  place(approved: ApprovedOrder): SendOutcome {
    this.#parts.crash('place: before the first leg');
    const refusal = this.#refusal(approved);
    if (refusal !== undefined) return { kind: 'refused', reason: refusal };
    if (!this.#parts.random.chance(this.#parts.waits())) return this.#transmit(approved);
    const waiting = { approved, gone: false };
    this.#waiting.add(waiting);
    this.#parts.clock.after(this.#parts.random.next() * 2_500, () => {
      if (waiting.gone) return;
      this.#waiting.remove(waiting);
      const outcome: SendOutcome = this.#parts.random.chance(0.2)
        ? { kind: 'refused', reason: 'The order waited for two seconds; it was not sent.' }
        : this.#transmit(approved);
      this.#waiting.settle(waiting, outcome);
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
    const bond = bondOf(this.#book.bonds(clientId, orderId));
    const frame = frameOf(approved, leg, orderId, bond);
    changing({ approved, leg, orderId, clientId });
    this.#send(clientId, { kind: 'modify', order: frame }, () => {
      tws.place(clientId, frame);
    });
    const modify = this.#placed({ leg, orderId, clientId, bond, modified: true });
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
    this.#send(
      address.clientId,
      { kind: 'cancel', orderId: address.orderId },
      () => {
        tws.cancel(address.clientId, address.orderId);
      },
      () => {
        this.#parts.cancelLost(address);
      },
    );
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
    return this.#waiting.drop(() => true, reason);
  }

  drop(refs: readonly OrderRef[], reason: string): readonly OrderRef[] {
    return this.#waiting.drop(carriesAny(refs), reason);
  }

  // Lists

  reconcile(): number {
    return this.#noted(this.#lists.reconcile());
  }

  requestOpenOrders(): number {
    return this.#noted(this.#lists.requestOpenOrders());
  }

  requestPositions(): number {
    return this.#noted(this.#lists.requestPositions());
  }

  #noted(request: number): number {
    this.#parts.asked(request);
    return request;
  }

  #ask(of: ListName | 'own-orders'): boolean {
    if (!this.#parts.alive() || !this.#open.has(0)) return false;
    const { tws } = this.#parts;
    this.#send(0, { kind: 'request', of }, () => {
      tws.list(of);
    });
    return true;
  }

  #askExecutions(): readonly number[] {
    const asked: number[] = [];
    for (const clientId of [0, 2]) {
      if (!this.#parts.alive() || !this.#open.has(clientId)) continue;
      const reqId = this.#requestIds.next();
      asked.push(reqId);
      const { tws } = this.#parts;
      this.#send(clientId, { kind: 'request', of: 'executions', reqId }, () => {
        tws.listExecutions(clientId, reqId);
      });
    }
    return asked;
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
      this.#placed({ leg, orderId, clientId, bond, modified: false });
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

  /** True when this process has written the order before, as the adapter's tap counts it: the first change in a new life is a first frame. */
  #placed({ leg, orderId, clientId, bond, modified }: PlacedLeg): boolean {
    const { parentId, ocaGroup, ocaType } = bond;
    const order = { ...(ocaGroup === '' ? {} : { ocaGroup, ocaType }), totalQuantity: leg.quantity / 10_000 };
    this.#book.placed(clientId, { leg: { ref: leg.ref, order }, orderId, parentId, modified });
    const id = `${clientId}:${orderId}`;
    const again = this.#sent.has(id);
    this.#sent.add(id);
    return again;
  }

  // News in

  #connect(clientId: number): void {
    this.#wire(clientId).connect((told) => {
      if (this.#parts.alive()) this.#hear(clientId, told);
    });
  }

  #hear(clientId: number, told: Told): void {
    this.#parts.heard(clientId, told);
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
      case 'quote-info':
        this.quotes.info(told);
        break;
      case 'malformed':
        this.quotes.malformed(told);
        break;
      case 'notice': {
        const lamp = this.#lamps.notice(clientId, told.code, told.text, this.#parts.clock.now());
        this.#noteOnTape(told.code);
        const notice = this.#notices.classify({ ...told, clientId: clientId as ClientId }, this.#parts.clock.monotonic());
        if (notice !== undefined) this.#emit({ kind: 'notice', notice });
        if (lamp !== 'none') this.#tellLink();
        if (lamp === 'data-lost') this.quotes.interrupted();
        break;
      }
      case 'end':
        this.#end(told.of, told.made);
        break;
      case 'executions-end': {
        const end = this.#lists.executionsEnded(told.reqId);
        if (end !== undefined) this.#emit(end);
        break;
      }
      case 'news':
        this.#news(told.news);
        break;
    }
  }

  /** What the market data port learns of the line that its ticks come over. */
  #noteOnTape(code: number): void {
    const { tape } = this.#parts;
    if (code === 1101 || code === 1102) tape.gap();
    tape.farm(this.#lamps.farms.some(({ kind, state }) => kind === 'market' && state === 'broken'));
  }

  #news(news: BrokerNews): void {
    if (news.kind === 'open-order') {
      this.#ids.seen(news.order.orderId);
      this.#book.openOrder(news.order);
      this.#lists.listed(news.order);
      this.#parts.crash(this.#lists.awaitsOpenOrders ? 'listing while reconciling' : 'acknowledgement of a leg');
    }
    if (news.kind === 'order-status') this.#book.status(news.status);
    if (news.kind === 'execution') {
      this.#ids.seen(news.execution.orderId);
      this.#book.execution(news.execution);
      this.#parts.crash('execution');
    }
    this.#emit(news);
  }

  #end(of: ListName, made: MadeList): void {
    const end = this.#lists.ended(of);
    if (end === undefined) return;
    this.#parts.ended(end, made);
    this.#parts.crash('end marker while reconciling');
    this.#emit(end);
  }

  #opened(clientId: number, nextValidId: number): void {
    this.#ids.nextValid(clientId, nextValidId);
    this.#open.add(clientId);
    this.#sockets[clientId as 0 | 1 | 2] += 1;
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
    if (wasOpen && clientId === 1) this.#parts.tape.gap();
    if (wasOpen) this.#parts.crash('link lost');
    this.#lamps.closed(clientId, this.#parts.clock.now());
    this.#lists.closed(clientId === 0 ? 'portfolio' : 'other');
    this.#book.closed(clientId as ClientId);
    this.#waiting.drop(({ approved }) => (approved.value.origin === 'operator' ? 0 : 2) === clientId, 'The connection to TWS was lost.');
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
        connections: CLIENTS.map((clientId) => connectionOf(clientId, this.#open.has(clientId), this.#sockets[clientId])),
        ready,
        epoch: this.#epoch,
        upstream: this.#lamps.upstream,
        upstreamSince: this.#lamps.upstreamSince,
        restored: this.#lamps.restored,
        farms: this.#lamps.farms,
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

interface PlacedLeg {
  readonly leg: OrderLeg;
  readonly orderId: OrderId;
  readonly clientId: ClientId;
  readonly bond: Bond;
  readonly modified: boolean;
}
