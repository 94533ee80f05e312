import type { BrokerNews, LinkState } from '#core/ports/broker';
import type { Clock } from '#core/ports/clock';
import type { MarketSink, QuoteInfo } from '#core/ports/market-data';
import type { Scheduler } from '#core/ports/scheduler';
import type { ConId } from '#domain/ids';
import type { Tick } from '#domain/quote';
import { createTwsAdapter, type TwsAdapter } from '#tws/tws-adapter';
import { TIMING } from '#tws/socket/timing';
import type { IdHighWater } from '#tws/order/order-ids';
import type { OrderFrame } from '#tws/socket/order-frame-log';
import type { TwsOptions } from '#tws/tws-options';
import type { FakeClock } from '../fake-clock.ts';
import { SteadyClock } from '../steady-clock.ts';

const STRIDE = 2_000;

export class MemoryHighWater implements IdHighWater {
  highest: number;

  constructor(highest = 0) {
    this.highest = highest;
  }

  read(): number {
    return this.highest;
  }

  raise(id: number): void {
    this.highest = id;
  }
}

export type MarketEvent =
  | { readonly kind: 'tick'; readonly tick: Tick }
  | { readonly kind: 'info'; readonly conId: ConId; readonly info: QuoteInfo }
  | { readonly kind: 'malformed'; readonly conId: ConId; readonly raw: string }
  | { readonly kind: 'baseline'; readonly conId: ConId; readonly again: boolean }
  | { readonly kind: 'failed'; readonly conId: ConId; readonly code: number; readonly text: string }
  | { readonly kind: 'chunk-end' };

class RecordingSink implements MarketSink {
  readonly events: MarketEvent[] = [];
  onEvent: (event: MarketEvent) => void = () => undefined;

  tick(tick: Tick): void {
    this.#record({ kind: 'tick', tick });
  }

  info(conId: ConId, info: QuoteInfo): void {
    this.#record({ kind: 'info', conId, info });
  }

  malformed(conId: ConId, raw: string): void {
    this.#record({ kind: 'malformed', conId, raw });
  }

  baseline(conId: ConId, again: boolean): void {
    this.#record({ kind: 'baseline', conId, again });
  }

  subscriptionFailed(conId: ConId, code: number, text: string): void {
    this.#record({ kind: 'failed', conId, code, text });
  }

  chunkEnd(): void {
    this.#record({ kind: 'chunk-end' });
  }

  ticks(): readonly Tick[] {
    return this.events.filter((event) => event.kind === 'tick').map(({ tick }) => tick);
  }

  of<K extends MarketEvent['kind']>(kind: K): readonly Extract<MarketEvent, { readonly kind: K }>[] {
    return this.events.filter((event): event is Extract<MarketEvent, { readonly kind: K }> => event.kind === kind);
  }

  #record(event: MarketEvent): void {
    this.events.push(event);
    this.onEvent(event);
  }
}

/** An adapter with everything it said, and a way to wait for it without a clock. */
export class TwsDesk {
  readonly adapter: TwsAdapter;
  readonly news: BrokerNews[] = [];
  readonly sink = new RecordingSink();
  readonly ids: MemoryHighWater;
  /** What the journal would be given. */
  readonly orderFrames: OrderFrame[] = [];
  live = false;
  readonly #time: Clock & Scheduler;
  readonly #waiters: { readonly test: () => boolean; readonly done: () => void }[] = [];

  constructor(port: number, time: Clock & Scheduler = new SteadyClock(), options: Partial<TwsOptions> = {}, ids = new MemoryHighWater()) {
    this.ids = ids;
    this.#time = time;
    this.adapter = createTwsAdapter(
      { host: '127.0.0.1', port, allowLive: false, ...options },
      {
        clock: time,
        scheduler: time,
        random: () => 0,
        ids,
        liveConfirmed: () => this.live,
        onOrderFrame: (frame) => this.orderFrames.push(frame),
      },
    );
    this.adapter.setSink(this.sink);
    this.adapter.setGate(() => undefined);
    this.adapter.onNews((news) => {
      this.news.push(news);
      this.#poke();
    });
    this.sink.onEvent = () => this.#poke();
  }

  /** Resolves when `test` holds; asked after every news and every market event. */
  until(test: () => boolean): Promise<void> {
    if (test()) return Promise.resolve();
    return new Promise((done) => this.#waiters.push({ test, done }));
  }

  async ready(): Promise<this> {
    this.adapter.start();
    await this.until(() => this.link.ready);
    return this;
  }

  get link(): LinkState {
    return this.adapter.link();
  }

  of<K extends BrokerNews['kind']>(kind: K): readonly Extract<BrokerNews, { readonly kind: K }>[] {
    return this.news.filter((news): news is Extract<BrokerNews, { readonly kind: K }> => news.kind === kind);
  }

  /** The first news of a kind that fits, now or later. */
  async first<K extends BrokerNews['kind']>(
    kind: K,
    test: (news: Extract<BrokerNews, { readonly kind: K }>) => boolean = () => true,
  ): Promise<Extract<BrokerNews, { readonly kind: K }>> {
    await this.until(() => this.of(kind).some(test));
    return this.of(kind).find(test)!;
  }

  /**
   * Fake time passes in strides shorter than a heartbeat's deadline; between them the real sockets finish what they are at:
   * handshakes and the answers to heartbeats.
   */
  async pass(clock: FakeClock, ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= STRIDE) {
      clock.advance(Math.min(left, STRIDE));
      await this.until(() =>
        this.link.connections.every(({ socket, heartbeatAt }) =>
          socket === 'up' ? heartbeatAt !== undefined && clock.now() - heartbeatAt < TIMING.heartbeatPeriod : socket === 'down',
        ),
      );
    }
  }

  async stop(): Promise<void> {
    await this.adapter.stop();
    if (this.#time instanceof SteadyClock) this.#time.stop();
  }

  #poke(): void {
    for (const waiter of [...this.#waiters]) {
      if (!waiter.test()) continue;
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      waiter.done();
    }
  }
}
