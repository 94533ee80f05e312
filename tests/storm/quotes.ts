import type { Clock } from '#core/ports/clock';
import type { MarketDataPort, MarketSink } from '#core/ports/market-data';
import type { Bar } from '#domain/bar';
import type { Contract, ContractDetails } from '#domain/contract';
import type { ConId } from '#domain/ids';
import { err, ok, type Result } from '#domain/result';
import type { Told } from './told.ts';

/** The market data port over the data client's stream; each tick that arrives is a chunk with the next ones up to the trade. */
export class Quotes implements MarketDataPort {
  readonly #clock: Clock;
  readonly #wanted = new Map<ConId, 'new' | 'again' | 'streaming'>();
  #sink: MarketSink | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  setSink(sink: MarketSink): void {
    this.#sink = sink;
  }

  tick(told: Extract<Told, { kind: 'tick' }>): void {
    const stream = this.#wanted.get(told.conId);
    if (stream === undefined || this.#sink === undefined) return;
    if (stream !== 'streaming') {
      this.#wanted.set(told.conId, 'streaming');
      this.#sink.baseline(told.conId, stream === 'again');
    }
    const { conId, field, price, size } = told;
    this.#sink.tick({ conId, field, price, size, at: this.#clock.now() });
    if (field === 'last') this.#sink.chunkEnd();
  }

  /** The streams start anew: their next ticks only set the baseline. */
  interrupted(): void {
    for (const [conId, state] of this.#wanted) if (state === 'streaming') this.#wanted.set(conId, 'again');
  }

  subscribe(contract: Contract): void {
    if (!this.#wanted.has(contract.conId)) this.#wanted.set(contract.conId, 'new');
  }

  unsubscribe(conId: ConId): void {
    this.#wanted.delete(conId);
  }

  search(): Promise<Result<readonly Contract[]>> {
    return Promise.resolve(ok([]));
  }

  details(): Promise<Result<ContractDetails>> {
    return Promise.resolve(err('Storms teach the details themselves.'));
  }

  bars(): Promise<Result<readonly Bar[]>> {
    return Promise.resolve(ok([]));
  }
}
