import { stopsProtecting } from '#core/order/stop-coverage';
import type { OpenOrderNews, OrderStatusNews } from '#core/ports/broker';
import { type Execution, execIdRevision, execIdRoot } from '#domain/execution';
import type { ExecId } from '#domain/ids';
import { isStopType } from '#domain/order';
import type { Judge, SentFrame } from './judge.ts';
import type { JudgedLife } from './judged.ts';
import type { Told } from './told.ts';

interface ToldStop {
  readonly account: string;
  readonly conId: number;
  readonly side: 'BUY' | 'SELL';
  readonly group: string;
  quantity: number;
  filled: number;
}

/**
 * At every moment: what the desk shows as protected is no more than the stops of which the broker has told this life could take, the largest
 * of each group counting. A stop that is only sent, and a growth that nobody has confirmed, protect nothing.
 */
export class ConfirmedStops implements Judge {
  readonly #fail: (text: string) => void;
  readonly #stops = new Map<number, ToldStop>();
  /** Stops that any life has sent, by client and order id: a status alone does not say what its order is. */
  readonly #sent = new Map<string, Omit<ToldStop, 'filled'>>();
  /** By root: what the newest word of a fill says. A correction takes the place of what it corrects. */
  readonly #executions = new Map<string, { readonly execId: ExecId; readonly quantity: number }>();
  #changed = true;

  constructor(fail: (text: string) => void) {
    this.#fail = fail;
  }

  born(): void {
    this.#stops.clear();
    this.#executions.clear();
    this.#changed = true;
  }

  told(_life: JudgedLife, _clientId: number, told: Told): void {
    if (told.kind !== 'news') return;
    if (told.news.kind === 'open-order') this.#order(told.news.order);
    if (told.news.kind === 'order-status') this.#status(told.news.status);
    if (told.news.kind === 'execution') this.#filled(told.news.execution);
  }

  frame(_life: JudgedLife, { clientId, order }: SentFrame): void {
    if (order === undefined || !isStopType(order.leg.type)) return;
    const { approved, leg, orderId } = order;
    const { account, contract } = approved.value;
    const group = leg.ocaGroup ?? leg.ref;
    this.#sent.set(`${clientId}:${orderId}`, { account, conId: contract.conId, side: leg.side, group, quantity: leg.quantity });
  }

  committed(): void {
    this.#changed = true;
  }

  /** Where TWS says nothing of how much, or of an order of another kind, nothing is noted. */
  #order(order: OpenOrderNews): void {
    if (!isStopType(order.type) || order.quantity === 0) return;
    const before = this.#stops.get(order.permId);
    this.#stops.set(order.permId, {
      account: order.account,
      conId: order.contract.conId,
      side: order.side,
      group: order.ocaGroup ?? `${order.permId}`,
      quantity: order.quantity,
      filled: before?.filled ?? 0,
    });
  }

  #status({ permId, clientId, orderId, filled: sofar, remaining }: OrderStatusNews): void {
    const filled = sofar ?? 0;
    const stop = this.#stops.get(permId) ?? this.#sentAs(permId, `${clientId}:${orderId}`);
    if (stop === undefined) return;
    // What it has filled counts with its execution, as in the position that it takes from.
    if (remaining !== undefined && remaining > 0) stop.quantity = filled + remaining;
  }

  /** It fills, so it was there. */
  #filled({ execId, permId, clientId, orderId, quantity }: Execution): void {
    const stop = this.#stops.get(permId) ?? this.#sentAs(permId, `${clientId}:${orderId}`);
    const before = this.#executions.get(execIdRoot(execId));
    if (stop === undefined || (before !== undefined && execIdRevision(execId) <= execIdRevision(before.execId))) return;
    // Its own count of what is filled is that of all executions, and an earlier one may be told later.
    this.#executions.set(execIdRoot(execId), { execId, quantity });
    stop.filled += quantity - (before?.quantity ?? 0);
  }

  #sentAs(permId: number, address: string): ToldStop | undefined {
    const sent = this.#sent.get(address);
    if (sent === undefined || permId === 0) return undefined;
    const stop = { ...sent, filled: 0 };
    this.#stops.set(permId, stop);
    return stop;
  }

  look(life: JudgedLife): void {
    if (!this.#changed) return;
    this.#changed = false;
    const { index } = life.deskState;
    for (const position of life.stores.positions.values()) {
      if (position.quantity === 0) continue;
      const shown = stopsProtecting(index, index.working(), position);
      if (shown === 0) continue;
      const side = position.quantity > 0 ? 'SELL' : 'BUY';
      const groups = new Map<string, number>();
      for (const stop of this.#stops.values()) {
        if (stop.side !== side || stop.conId !== position.contract.conId || stop.account !== position.account) continue;
        groups.set(stop.group, Math.max(groups.get(stop.group) ?? 0, stop.quantity - stop.filled));
      }
      const told = [...groups.values()].reduce((sum, one) => sum + one, 0);
      if (shown > told)
        this.#fail(
          `A1: ${shown / 10_000} ${position.contract.symbol} are shown as protected, the broker has told of stops for ${told / 10_000}`,
        );
    }
  }
}
