import type { BrokerNews } from '#core/ports/broker';

/** The lists whose end marker carries no number. */
export type ListName = 'open-orders' | 'completed-orders' | 'positions';

export type ListEnd = Extract<BrokerNews, { readonly kind: 'end' }>;

interface Asked {
  readonly epoch: number;
  readonly request: number;
}

/**
 * Which request an end marker belongs to. TWS answers the requests of one connection in their order, so the oldest one that waits is meant.
 * The end of a list that was asked for in an earlier epoch says nothing: the line has changed since.
 */
export class ListEnds {
  /** Oldest first. Client 0's question for its own orders is answered with the same end marker as the one for everybody's. */
  readonly #waiting: Readonly<Record<ListName, (Asked | 'own-orders')[]>> = { 'open-orders': [], 'completed-orders': [], positions: [] };
  /** Request ids of one reconciliation's execution requests; all must end. */
  #executions: (Asked & { readonly open: Set<number> })[] = [];

  asked(of: ListName, request: number, epoch: number): void {
    this.#waiting[of].push({ epoch, request });
  }

  /** Client 0's own open orders, which say nothing about anybody else's. */
  askedOwnOrders(): void {
    this.#waiting['open-orders'].push('own-orders');
  }

  /** `reqIds`: one on each connection; none when no question could leave. */
  askedExecutions(request: number, epoch: number, reqIds: readonly number[]): void {
    if (reqIds.length > 0) this.#executions.push({ epoch, request, open: new Set(reqIds) });
  }

  /** An end marker came. `epoch` is the present one; undefined when nobody waits for it or it is of an earlier epoch. */
  ended(of: ListName, epoch: number): ListEnd | 'own-orders' | undefined {
    const asked = this.#waiting[of].shift();
    if (asked === undefined || asked === 'own-orders') return asked;
    return asked.epoch === epoch ? { kind: 'end', of, ...asked } : undefined;
  }

  /** The end of the executions once all questions of one request are answered. */
  executionsEnded(reqId: number, epoch: number): ListEnd | undefined {
    const asked = this.#executions.find(({ open }) => open.has(reqId));
    if (asked === undefined) return undefined;
    asked.open.delete(reqId);
    if (asked.open.size > 0) return undefined;
    this.#executions = this.#executions.filter((other) => other !== asked);
    return asked.epoch === epoch ? { kind: 'end', of: 'executions', epoch, request: asked.request } : undefined;
  }

  /** A list of everybody's orders is on its way. */
  get awaitsOpenOrders(): boolean {
    return this.#waiting['open-orders'].some((asked) => asked !== 'own-orders');
  }

  /** The connection that carries the lists is gone, and their ends with it. */
  lost(): void {
    for (const list of Object.values(this.#waiting)) list.length = 0;
  }

  /** A connection that carries executions is gone. */
  executionsLost(): void {
    this.#executions = [];
  }
}
