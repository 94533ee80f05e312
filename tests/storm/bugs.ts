import type { ApprovedOrder, BrokerNews } from '#core/ports/broker';
import type { ClientId, OrderRef, PermId } from '#domain/ids';
import { type ListEnd, ListEnds, type ListName } from '#tws/order/list-ends';

/** Known defects of systems of this kind, planted on demand to show that the storms see them. */
export const BUGS = [
  'double-send-on-reconnect',
  'fill-dropped-during-1100',
  'order-id-as-identity',
  'terminal-by-error-code',
  'resend-of-unknown',
  'end-of-the-newest-list',
] as const;
export type BugName = (typeof BUGS)[number];

export interface Rewriter {
  /** At once, without asking anybody: what a library does that stores while it is down and forwards when it is up. */
  writeAgain(approved: ApprovedOrder): void;
  /** Later, through the gate like any other order. */
  placeAgain(approved: ApprovedOrder): void;
}

/** Takes an end marker for that of the list that was asked for last. */
class NewestListEnds extends ListEnds {
  readonly #newest = new Map<ListName, number>();

  override asked(of: ListName, request: number, epoch: number): void {
    super.asked(of, request, epoch);
    this.#newest.set(of, request);
  }

  override ended(of: ListName, epoch: number): ListEnd | 'own-orders' | undefined {
    const end = super.ended(of, epoch);
    return end === undefined || end === 'own-orders' ? end : { ...end, request: this.#newest.get(of) ?? end.request };
  }
}

/** Sits in the transport of one life; without a bug it passes everything through. */
export class Tamper {
  readonly #bug: BugName | undefined;
  readonly #sent = new Map<OrderRef, ApprovedOrder>();
  readonly #acknowledged = new Set<OrderRef>();
  readonly #swallowed = new Set<string>();
  /** Own frames by order id alone. */
  readonly #byId = new Map<number, { readonly clientId: ClientId; readonly ref: OrderRef; permId?: PermId }>();
  readonly #unknown = new Set<OrderRef>();

  constructor(bug: BugName | undefined) {
    this.#bug = bug;
  }

  /** The adapter's count of list ends. */
  listEnds(): ListEnds {
    return this.#bug === 'end-of-the-newest-list' ? new NewestListEnds() : new ListEnds();
  }

  sent(approved: ApprovedOrder): void {
    if (this.#bug !== undefined) for (const leg of approved.value.legs) this.#sent.set(leg.ref, approved);
  }

  /** The desk holds this order UNKNOWN. */
  unknown(ref: OrderRef): void {
    this.#unknown.add(ref);
  }

  /** Whole again. Two of the bugs send what they believe lost. */
  ready(wire: Rewriter): void {
    if (this.#bug === 'double-send-on-reconnect')
      for (const approved of this.#of([...this.#sent.keys()].filter((ref) => !this.#acknowledged.has(ref)))) wire.writeAgain(approved);
    if (this.#bug === 'resend-of-unknown') for (const approved of this.#of(this.#unknown)) wire.placeAgain(approved);
    this.#unknown.clear();
    this.#sent.clear();
  }

  #of(refs: Iterable<OrderRef>): ReadonlySet<ApprovedOrder> {
    const found = new Set<ApprovedOrder>();
    for (const ref of refs) {
      const approved = this.#sent.get(ref);
      if (approved !== undefined) found.add(approved);
    }
    return found;
  }

  hear(news: BrokerNews, outage: boolean): readonly BrokerNews[] {
    switch (this.#bug) {
      case 'double-send-on-reconnect':
        if (news.kind === 'open-order' && news.order.orderRef !== undefined) this.#acknowledged.add(news.order.orderRef);
        return [news];
      case 'fill-dropped-during-1100':
        // It remembers what it has seen before it asks whether it may book it.
        if (news.kind !== 'execution') return [news];
        if (outage) this.#swallowed.add(news.execution.execId);
        return this.#swallowed.has(news.execution.execId) ? [] : [news];
      case 'order-id-as-identity':
        return [this.#misread(news)];
      case 'terminal-by-error-code':
        return news.kind === 'notice' && news.notice.orderId !== undefined && news.notice.severity !== 'info'
          ? [news, this.#ended(news.notice.clientId, news.notice.orderId)]
          : [news];
      default:
        return [news];
    }
  }

  #ended(clientId: ClientId, orderId: number): BrokerNews {
    return {
      kind: 'order-status',
      status: {
        orderId: orderId as never,
        permId: 0 as PermId,
        clientId,
        parentId: 0 as never,
        ibStatus: 'Cancelled',
        filled: undefined,
        remaining: undefined,
        avgFillPrice: undefined,
        lastFillPrice: undefined,
        whyHeld: '',
      },
    };
  }

  /** Whoever carries an order id that was given out here is taken for the order it was given to. */
  #misread(news: BrokerNews): BrokerNews {
    if (news.kind === 'order-sent') for (const { orderId, clientId, ref } of news.legs) this.#byId.set(orderId, { clientId, ref });
    if (news.kind === 'place-frame' && news.ref !== undefined) this.#byId.set(news.orderId, { clientId: news.clientId, ref: news.ref });
    if (news.kind === 'open-order') {
      const own = this.#byId.get(news.order.orderId);
      if (own === undefined) return news;
      own.permId ??= news.order.permId;
      return { kind: 'open-order', order: { ...news.order, clientId: own.clientId, orderRef: own.ref, permId: own.permId } };
    }
    if (news.kind === 'order-status') {
      const own = this.#byId.get(news.status.orderId);
      return own === undefined
        ? news
        : { kind: 'order-status', status: { ...news.status, clientId: own.clientId, permId: own.permId ?? news.status.permId } };
    }
    if (news.kind === 'execution') {
      const own = this.#byId.get(news.execution.orderId);
      if (own === undefined) return news;
      const execution = { ...news.execution, clientId: own.clientId, orderRef: own.ref, permId: own.permId ?? news.execution.permId };
      return { ...news, execution };
    }
    return news;
  }
}
