import { BarSizeSetting, WhatToShow, type IBApi } from '@stoqey/ib';
import type { Clock } from '#core/ports/clock';
import type { Scheduler } from '#core/ports/scheduler';
import type { Bar } from '#domain/bar';
import type { Contract, ContractDetails } from '#domain/contract';
import type { ConId } from '#domain/ids';
import { priceFromNumber } from '#domain/price';
import { quantityFromNumber, ZERO } from '#domain/quantity';
import { err, ok, type Result } from '#domain/result';
import { fromIbContract, fromIbDetails, toIbContract, type ContractBook } from '#tws/contract/contract-translation';
import type { RequestIds } from '#tws/socket/request-ids';
import type { Rider, Session } from '#tws/session/session';
import { SlidingWindow } from '#tws/pacing/sliding-window';
import type { Listen } from '#tws/socket/wire-events';
import { isWireSafe } from '#tws/socket/wire-text';

/** The library's decoder blocks the loop for seconds on longer answers. */
const MAX_BARS = 5_000;
const ANSWER_WITHIN = 10_000;
const BARS_WITHIN = 20_000;
/** IB allows 60 historical requests in ten minutes and none repeated within 15 s. */
const HISTORY_LIMIT = 55;
const HISTORY_SPAN = 600_000;
const REPEAT_AFTER = 15_000;
/** Trading hours change at most daily. */
const DETAILS_KEPT = 3_600_000;
const MAX_PATTERN = 64;
const MAX_FOUND = 50;

export interface MarketRequestParts {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly requestIds: RequestIds;
  readonly contracts: Pick<ContractBook, 'learnDetails'>;
}

interface Pending {
  /** Answers or fails once. */
  readonly settle: (outcome: Result<unknown>) => void;
  readonly rows: unknown[];
}

interface Kept<T> {
  readonly at: number;
  readonly answer: Promise<Result<T>>;
}

/** Questions with one answer: symbols, contract details, bars. Each ends: with an answer, IB's refusal, or its deadline. */
export class MarketRequests implements Rider {
  readonly #parts: MarketRequestParts;
  readonly #pending = new Map<number, Pending>();
  readonly #details = new Map<ConId, Kept<ContractDetails>>();
  readonly #bars = new Map<string, Kept<readonly Bar[]>>();
  readonly #history = new SlidingWindow(HISTORY_LIMIT, HISTORY_SPAN);
  #session: Session | undefined;

  constructor(parts: MarketRequestParts) {
    this.#parts = parts;
  }

  search(pattern: string): Promise<Result<readonly Contract[]>> {
    const text = pattern.trim();
    if (text === '' || text.length > MAX_PATTERN || !isWireSafe(text))
      return Promise.resolve(err('Type one to 64 plain characters of the symbol or name.'));
    return this.#ask<readonly Contract[]>('The symbol search', ANSWER_WITHIN, (ib, reqId) => ib.reqMatchingSymbols(reqId, text));
  }

  details(contract: Contract): Promise<Result<ContractDetails>> {
    const now = this.#parts.clock.monotonic();
    const kept = this.#details.get(contract.conId);
    if (contract.conId > 0 && kept !== undefined && now - kept.at < DETAILS_KEPT) return kept.answer;
    const ib = toIbContract(contract);
    if (!ib.ok) return Promise.resolve(ib);
    const answer = this.#ask<ContractDetails>(`The question for ${contract.symbol}`, ANSWER_WITHIN, (api, reqId) =>
      api.reqContractDetails(reqId, ib.value),
    );
    if (contract.conId > 0) keepIfOk(this.#details, contract.conId, { at: now, answer });
    return answer;
  }

  bars(contract: Contract, count: number): Promise<Result<readonly Bar[]>> {
    if (!Number.isInteger(count) || count < 1 || count > MAX_BARS) return Promise.resolve(err(`Ask for 1 to ${String(MAX_BARS)} bars.`));
    const ib = toIbContract(contract);
    if (!ib.ok) return Promise.resolve(ib);
    const now = this.#parts.clock.monotonic();
    const key = `${String(contract.conId)} ${String(count)}`;
    const kept = this.#bars.get(key);
    if (kept !== undefined && now - kept.at < REPEAT_AFTER) return kept.answer;
    if (this.#history.count(now) >= HISTORY_LIMIT)
      return Promise.resolve(err('IB allows 60 charts in ten minutes. Try again in a few minutes.'));
    this.#history.add(now);
    const allDay = contract.secType !== 'STK' && contract.secType !== 'OPT' && contract.secType !== 'IND';
    // IB counts the session under way as a whole day: without one more the chart would be empty at every open.
    const days = Math.min(Math.ceil(count / (allDay ? 1_380 : 390)) + 1, allDay ? 3 : 12);
    const show = contract.secType === 'CASH' || contract.secType === 'CFD' ? WhatToShow.MIDPOINT : WhatToShow.TRADES;
    const answer = this.#ask<readonly Bar[]>(`The chart of ${contract.symbol}`, BARS_WITHIN, (api, reqId) =>
      api.reqHistoricalData(reqId, ib.value, '', `${String(days)} D`, BarSizeSetting.MINUTES_ONE, show, 1, 2, false),
    ).then((bars) => (bars.ok ? ok(bars.value.slice(-count)) : bars));
    this.#bars.clear();
    this.#bars.set(key, { at: now, answer });
    return answer;
  }

  attach(listen: Listen): void {
    listen('symbolSamples', (reqId, found) => {
      const contracts = found.slice(0, MAX_FOUND).map(({ contract }) => (contract === undefined ? undefined : fromIbContract(contract)));
      this.#settle(
        reqId,
        ok(contracts.filter((contract) => contract !== undefined).map((contract) => ({ ...contract, exchange: routing(contract) }))),
      );
    });
    listen('contractDetails', (reqId, details) => {
      const translated = fromIbDetails(details);
      if (translated !== undefined) this.#pending.get(reqId)?.rows.push(translated);
    });
    listen('contractDetailsEnd', (reqId) => {
      const rows = this.#pending.get(reqId)?.rows as ContractDetails[] | undefined;
      const [first, second] = rows ?? [];
      if (first === undefined) this.#settle(reqId, err('IB sent no usable details of this contract.'));
      else if (second !== undefined && second.contract.conId !== first.contract.conId)
        this.#settle(reqId, err('More than one contract fits. Choose it from the symbol search.'));
      else {
        this.#parts.contracts.learnDetails(first.contract);
        this.#settle(reqId, ok(first));
      }
    });
    listen('historicalData', (reqId, time, ...figures) => {
      const pending = this.#pending.get(reqId);
      if (pending === undefined) return;
      if (time.startsWith('finished')) {
        this.#settle(reqId, ok(pending.rows));
        return;
      }
      const bar = toBar(time, figures);
      if (bar !== undefined) pending.rows.push(bar);
    });
  }

  opened(session: Session): void {
    this.#session = session;
  }

  closed(): void {
    this.#session = undefined;
    for (const reqId of [...this.#pending.keys()]) this.#settle(reqId, err('The connection to TWS was lost before the answer came.'));
  }

  /** IB refused; false when the number is none of ours. */
  failed(reqId: number, text: string): boolean {
    return this.#settle(reqId, err(text));
  }

  #ask<T>(what: string, within: number, send: (ib: IBApi, reqId: number) => unknown): Promise<Result<T>> {
    const session = this.#session;
    if (session === undefined) return Promise.resolve(err(`${what} needs TWS, and there is no connection to it.`));
    const reqId = this.#parts.requestIds.next();
    return new Promise((resolve) => {
      const cancel = this.#parts.scheduler.after(within, () => {
        this.#settle(reqId, err(`${what} was not answered within ${String(within / 1_000)} s.`));
      });
      this.#pending.set(reqId, {
        rows: [],
        settle: (outcome) => {
          cancel();
          resolve(outcome as Result<T>);
        },
      });
      const accepted = session.request(
        'query',
        (ib) => send(ib, reqId),
        (reason) => this.#settle(reqId, err(reason)),
      );
      if (!accepted) this.#settle(reqId, err(`${what} could not be sent: too much waits already.`));
    });
  }

  #settle(reqId: number, outcome: Result<unknown>): boolean {
    const pending = this.#pending.get(reqId);
    if (pending === undefined) return false;
    this.#pending.delete(reqId);
    pending.settle(outcome);
    return true;
  }
}

/** A failure is not remembered: the next question may be answered. */
function keepIfOk<K, T>(kept: Map<K, Kept<T>>, key: K, entry: Kept<T>): void {
  kept.set(key, entry);
  void entry.answer.then((outcome) => {
    if (!outcome.ok && kept.get(key) === entry) kept.delete(key);
  });
}

function routing(contract: Contract): string {
  if (contract.exchange !== '') return contract.exchange;
  return contract.secType === 'CASH'
    ? 'IDEALPRO'
    : contract.secType === 'FUT' || contract.secType === 'IND'
      ? (contract.primaryExchange ?? '')
      : 'SMART';
}

type BarFigures = readonly [open: number, high: number, low: number, close: number, volume: number | undefined];

/** `time` is epoch seconds (date format 2). */
function toBar(time: string, [open, high, low, close, volume]: BarFigures): Bar | undefined {
  const seconds = Number(time);
  const prices = [open, high, low, close].map((price) => priceFromNumber(price));
  const [o, h, l, c] = prices;
  if (!Number.isSafeInteger(seconds) || seconds <= 0 || o === undefined || h === undefined || l === undefined || c === undefined)
    return undefined;
  const shares = quantityFromNumber(volume);
  return { at: seconds * 1_000, open: o, high: h, low: l, close: c, volume: shares === undefined || shares < 0 ? ZERO : shares };
}
