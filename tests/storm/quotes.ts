import type { Clock } from '#core/ports/clock';
import type { MarketDataPort, MarketSink, QuoteInfo } from '#core/ports/market-data';
import type { Bar } from '#domain/bar';
import type { Contract, ContractDetails } from '#domain/contract';
import type { ConId } from '#domain/ids';
import { err, ok, type Result } from '#domain/result';
import type { Tape } from './tape.ts';
import type { Told } from './told.ts';

/** What TWS says anew as a stream begins. */
type Standing = Extract<QuoteInfo, { readonly kind: 'halted' | 'live-type' }>;

/** The market data port over the data client's stream; each tick that arrives is a chunk of its own. What goes to the desk goes onto the tape first. */
export class Quotes implements MarketDataPort {
  readonly #clock: Clock;
  readonly #wanted = new Map<ConId, 'new' | 'again' | 'streaming'>();
  readonly #standing = new Map<ConId, Map<Standing['kind'], Standing>>();
  readonly #tape: Tape;
  #sink: MarketSink | undefined;

  constructor(clock: Clock, tape: Tape) {
    this.#clock = clock;
    this.#tape = tape;
  }

  setSink(sink: MarketSink): void {
    this.#sink = sink;
  }

  tick({ conId, field, price, size }: Extract<Told, { kind: 'tick' }>): void {
    const sink = this.#streaming(conId);
    if (sink === undefined) return;
    this.#tape.tick(conId, field, price);
    sink.tick({ conId, field, price, size, at: this.#clock.now() });
    sink.chunkEnd();
  }

  info({ conId, info }: Extract<Told, { kind: 'quote-info' }>): void {
    if (info.kind === 'no-data') {
      const sink = this.#streaming(conId);
      if (sink !== undefined) this.#tape.noData(conId, info.field);
      sink?.info(conId, info, this.#clock.now());
      return;
    }
    if (info.kind !== 'halted' && info.kind !== 'live-type') return;
    const standing = this.#standing.get(conId) ?? new Map<Standing['kind'], Standing>();
    this.#standing.set(conId, standing.set(info.kind, info));
    if (this.#wanted.get(conId) === 'streaming') this.#stands(conId, info);
  }

  malformed({ conId }: Extract<Told, { kind: 'malformed' }>): void {
    this.#streaming(conId)?.malformed(conId, '12abc');
  }

  /** Where ticks of this contract go; undefined when nobody wants them. A stream that begins says what stands. */
  #streaming(conId: ConId): MarketSink | undefined {
    const stream = this.#wanted.get(conId);
    if (stream === undefined || this.#sink === undefined) return undefined;
    if (stream === 'streaming') return this.#sink;
    this.#wanted.set(conId, 'streaming');
    this.#sink.baseline(conId, stream === 'again');
    for (const info of this.#standing.get(conId)?.values() ?? []) this.#stands(conId, info);
    return this.#sink;
  }

  #stands(conId: ConId, info: Standing): void {
    if (info.kind === 'halted') this.#tape.halted(conId, info.halted);
    else this.#tape.liveType(conId, info.liveType);
    this.#sink?.info(conId, info, this.#clock.now());
  }

  /** The streams start anew: their next ticks only set the baseline. */
  interrupted(): void {
    for (const [conId, state] of this.#wanted) if (state === 'streaming') this.#wanted.set(conId, 'again');
  }

  subscribe(contract: Contract): void {
    if (this.#wanted.has(contract.conId)) return;
    this.#wanted.set(contract.conId, 'new');
    this.#tape.begins(contract.conId);
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
