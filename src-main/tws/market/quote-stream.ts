import { MarketDataType } from '@stoqey/ib';
import type { MarketSink } from '#core/ports/market-data';
import type { Scheduler } from '#core/ports/scheduler';
import type { Contract } from '#domain/contract';
import type { ConId } from '#domain/ids';
import { toIbContract, type ContractBook } from '#tws/contract/contract-translation';
import { liveType, tickGeneric, tickPrice, tickSize, tickString } from './tick-translation.ts';
import type { RequestIds } from '#tws/socket/request-ids';
import { TIMING } from '#tws/socket/timing';
import type { Rider, Session } from '#tws/session/session';

import type { Listen } from '#tws/socket/wire-events';

/** Market data go to another session of the same user. */
const COMPETING_SESSION = 10_197;

const MARKET_DATA_TYPES = {
  1: MarketDataType.REALTIME,
  2: MarketDataType.FROZEN,
  3: MarketDataType.DELAYED,
  4: MarketDataType.DELAYED_FROZEN,
} as const;

interface Subscription {
  readonly contract: Contract;
  /** Request number on the present connection; undefined while not requested. */
  reqId: number | undefined;
  /** It was requested before, so that the next start is a restart. */
  started: boolean;
  ticks: number;
}

export interface MarketFeedParts {
  readonly scheduler: Scheduler;
  readonly requestIds: RequestIds;
  readonly contracts: Pick<ContractBook, 'learn'>;
  /** IB's numbers: live, frozen, delayed, delayed and frozen. */
  readonly marketDataType: 1 | 2 | 3 | 4;
}

/** Wanted quote streams. They start again by themselves after every reconnect, always under a new number. */
export class MarketFeed implements Rider {
  readonly #parts: MarketFeedParts;
  readonly #wanted = new Map<ConId, Subscription>();
  readonly #active = new Map<number, Subscription>();
  #sink: MarketSink | undefined;
  #session: Session | undefined;
  #cancelCheck: (() => void) | undefined;
  /** Streams that another session of the same user receives now. */
  readonly #taken = new Set<Subscription>();
  #cancelRetry: (() => void) | undefined;

  constructor(parts: MarketFeedParts) {
    this.#parts = parts;
  }

  setSink(sink: MarketSink): void {
    this.#sink = sink;
  }

  subscribe(contract: Contract): void {
    if (this.#wanted.has(contract.conId)) return;
    this.#parts.contracts.learn(contract);
    const subscription: Subscription = { contract, reqId: undefined, started: false, ticks: 0 };
    this.#wanted.set(contract.conId, subscription);
    this.#request(subscription);
  }

  unsubscribe(conId: ConId): void {
    const subscription = this.#wanted.get(conId);
    if (subscription === undefined) return;
    this.#wanted.delete(conId);
    this.#cancel(subscription);
  }

  attach(listen: Listen, session: Session): void {
    const active = this.#active;
    listen('tickPrice', (reqId, type, price) => {
      const subscription = active.get(reqId);
      if (subscription === undefined || this.#sink === undefined) return;
      subscription.ticks += 1;
      tickPrice(this.#sink, subscription.contract, type, price, session);
    });
    listen('tickSize', (reqId, type) => {
      const subscription = active.get(reqId);
      if (subscription !== undefined && this.#sink !== undefined) tickSize(this.#sink, subscription.contract.conId, type, session);
    });
    listen('tickGeneric', (reqId, type) => {
      const subscription = active.get(reqId);
      if (subscription !== undefined && this.#sink !== undefined) tickGeneric(this.#sink, subscription.contract.conId, type, session);
    });
    listen('tickString', (reqId, type, value) => {
      const subscription = active.get(reqId);
      if (subscription !== undefined && this.#sink !== undefined)
        tickString(this.#sink, subscription.contract.conId, type, value, session.receivedAt);
    });
    listen('marketDataType', (reqId, type) => {
      const subscription = active.get(reqId);
      const info = liveType(type);
      if (subscription !== undefined && info !== undefined) this.#sink?.info(subscription.contract.conId, info, session.receivedAt);
    });
  }

  opened(session: Session): void {
    this.#session = session;
    const { marketDataType } = this.#parts;
    if (marketDataType !== 1) session.request('data', (ib) => ib.reqMarketDataType(MARKET_DATA_TYPES[marketDataType]));
    for (const subscription of this.#wanted.values()) this.#request(subscription);
  }

  closed(): void {
    this.#session = undefined;
    this.#cancelCheck?.();
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#taken.clear();
    this.#active.clear();
    for (const subscription of this.#wanted.values()) subscription.reqId = undefined;
  }

  /** TWS lost the streams (1101): ask for all of them again. */
  restartAll(): void {
    for (const subscription of this.#wanted.values()) this.#restart(subscription);
  }

  /** TWS says the streams live (1102, a farm's return); those that stay silent are asked for again. */
  verify(): void {
    const before = new Map([...this.#wanted.values()].map((subscription) => [subscription, subscription.ticks]));
    this.#cancelCheck?.();
    this.#cancelCheck = this.#parts.scheduler.after(TIMING.silentAfter, () => {
      for (const [subscription, ticks] of before) {
        if (subscription.ticks === ticks && this.#wanted.get(subscription.contract.conId) === subscription) this.#restart(subscription);
      }
    });
  }

  /** A failed request; false when the number is none of a stream. */
  failed(reqId: number, code: number, text: string): boolean {
    const subscription = this.#active.get(reqId);
    if (subscription === undefined) return false;
    this.#sink?.subscriptionFailed(subscription.contract.conId, code, text);
    if (code === COMPETING_SESSION) this.#retryLater(subscription);
    return true;
  }

  /** The other session ends without a word; the streams it took are asked for again now and then. */
  #retryLater(subscription: Subscription): void {
    this.#taken.add(subscription);
    this.#cancelRetry ??= this.#parts.scheduler.after(TIMING.takenRetry, () => {
      this.#cancelRetry = undefined;
      const taken = [...this.#taken];
      this.#taken.clear();
      for (const one of taken) if (this.#wanted.get(one.contract.conId) === one && one.reqId !== undefined) this.#restart(one);
    });
  }

  #restart(subscription: Subscription): void {
    this.#cancel(subscription);
    this.#request(subscription);
  }

  #request(subscription: Subscription): void {
    const session = this.#session;
    if (session === undefined) return;
    const contract = toIbContract(subscription.contract);
    const { conId } = subscription.contract;
    if (!contract.ok) {
      this.#sink?.subscriptionFailed(conId, 0, contract.error);
      return;
    }
    const reqId = this.#parts.requestIds.next();
    subscription.reqId = reqId;
    session.request('data', (ib) => {
      // Unsubscribed or restarted while it waited for its place in the message rate.
      if (subscription.reqId !== reqId) return;
      this.#active.set(reqId, subscription);
      this.#sink?.baseline(conId, subscription.started);
      subscription.started = true;
      ib.reqMktData(reqId, contract.value, '', false, false);
    });
  }

  #cancel(subscription: Subscription): void {
    const { reqId } = subscription;
    subscription.reqId = undefined;
    if (reqId === undefined || !this.#active.delete(reqId)) return;
    this.#session?.request('data', (ib) => ib.cancelMktData(reqId));
  }
}
