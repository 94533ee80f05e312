import { trustedAmount } from '#domain/money';
import type { Contract } from '#domain/contract';
import type { ConId, OrderKey, TriggerId } from '#domain/ids';
import type { Bridge, CallName, Input } from '#protocol/commands';
import { priceOf, trustedPrice } from '#domain/price';
import { trustedQuantity } from '#domain/quantity';
import type { TriggerSpec } from '#domain/trigger';
import type { Frame } from '#protocol/stream';
import type { QuoteRow, StatusValue, TopicName, WatcherRow } from '#protocol/topics';
import { minus, plus } from '#domain/scaled';
import { fakeQuery, ruleOf, type FakeAnswer } from './fake-answers.ts';
import { seeded } from './fake-market.ts';
import { logRow, orderRow, quoteRow, watcherOf } from './fake-rows.ts';
import { FakeTables } from './fake-tables.ts';
import { fakeTruth } from './fake-truth.ts';
import { setScene, type Scene } from './scenes.ts';

function no(code: string, text: string): FakeAnswer {
  return { ok: false, error: { code, text } };
}

const PHRASE = 'arm DU1234567 again';
const CANCELLING = { state: 'PENDING_CANCEL', cancellable: false, note: 'by you, unconfirmed' } as const;

/** Which watcher the operator means, and the version that was on the screen. */
interface Seen {
  readonly id: TriggerId;
  readonly expectedVersion: number;
}

/** An invented desk behind the real two functions: the console cannot tell it from the true one. */
export class FakeDesk implements Bridge {
  readonly tables: FakeTables;
  readonly #now: () => number;
  readonly #random = seeded(11);
  readonly #scene: Scene;
  #listener: ((frame: Frame) => void) | undefined;
  #lastId = 100;
  readonly #answers: { readonly [N in CallName]?: (input: Input<N>, now: number) => FakeAnswer } = {
    'stream.ack': () => ({ ok: true, value: {} }),
    'stream.resync': ({ topics }) => this.#resync(topics as readonly TopicName[]),
    'engine.pause': (_, now) => this.#pause(now),
    'engine.resume': (_, now) => this.#scan(now, 'Resumed by you'),
    'engine.start': (_, now) => this.#scan(now, 'Started by you'),
    'engine.stop': (_, now) => this.#stop(now),
    'engine.recover': (_, now) =>
      this.#goTo({
        engine: 'IDLE',
        engineSince: now,
        engineTime: now,
        offers: ['engine.start', 'kill'],
        journal: { state: 'ok', text: '', lagMs: 3 },
      }),
    kill: ({ scope, exits = 'keep' }, now) => this.#kill(scope, exits, now),
    'engine.acknowledge': (_, now) =>
      this.#goTo({ engine: 'STOPPED', engineSince: now, engineTime: now, offers: ['engine.rearm.request', 'kill'] }),
    'engine.rearm.request': () => this.#goTo({ rearmPhrase: PHRASE }),
    'engine.rearm.confirm': ({ phrase }, now) => this.#rearm(phrase, now),
    'orders.cancel-all': () => this.#cancelAll(),
    'order.cancel': ({ key }) => this.#cancel(key),
    'trigger.arm': ({ spec }, now) => this.#arm(spec, now),
    'trigger.edit': (input, now) => this.#change(input, { spec: input.spec, ...ruleOf(input.spec, input.id, now, this.tables) }, 'edited'),
    'trigger.pause': (input) => this.#change(input, { life: 'paused', reason: 'by you' }, 'paused'),
    'trigger.resume': (input) => this.#change(input, { life: 'armed', reason: 'Watching.' }, 'resumed'),
    'trigger.disarm': (input) => this.#change(input, { life: 'cancelled', reason: 'disarmed by you' }, 'disarmed'),
    'trigger.rearm': (input, now) =>
      this.#change(input, { life: 'armed', reason: 'Watching.', armedAt: now, armedTime: now, firedAt: null, firedTime: null }, 're-armed'),
    'trigger.fire-now': () =>
      no(
        'denied-by-risk',
        'C-09 Repeated firing: 3 in the last 10 minutes, the limit is 3. Wait until 10:41 or raise the limit in Settings.',
      ),
    'position.flatten': () => this.#done(),
    'quote.watch': ({ contract }, now) => this.#watchQuote(contract, now),
    'quote.unwatch': ({ conId }) => this.#unwatchQuote(conId),
    'live.confirm': () => this.#goTo({ liveConfirmationNeeded: false, holds: [] }),
    'journal.acknowledge': () => this.#goTo({ holds: [] }),
    'settings.update': ({ patch }) => this.#settings(patch),
    'log.acknowledge': ({ ids }) => this.#acknowledge(ids),
  };
  /** While true nothing is answered and nothing is sent, as if the desk had died. */
  silent = false;
  /** What the next command of the operator is refused with. */
  refusal: string | null = null;
  calls: { readonly name: string; readonly input: unknown }[] = [];

  constructor(scene: Scene, now: () => number) {
    this.#now = now;
    this.#scene = scene;
    this.tables = new FakeTables(now);
    setScene(scene, this.tables, now());
  }

  subscribe(topics: readonly TopicName[], listener: (frame: unknown) => void): () => void {
    this.#listener = listener;
    queueMicrotask(() => listener(this.tables.snapshot(topics)));
    return () => {
      this.#listener = undefined;
    };
  }

  call(name: string, input: unknown): Promise<unknown> {
    if (this.silent) return new Promise(() => undefined);
    if (name !== 'stream.ack') this.calls.push({ name, input });
    const { refusal } = this;
    if (refusal !== null && /^(trigger|order|engine)\./.test(name)) {
      this.refusal = null;
      return Promise.resolve(no('conflict', refusal));
    }
    return Promise.resolve(this.#answer(name, input));
  }

  /** Sends what changed; call it as often as the desk would. */
  flush(): void {
    if (this.silent) return;
    const frame = this.tables.patches();
    if (frame !== undefined) this.deliver(structuredClone(frame));
  }

  deliver(frame: Frame): void {
    this.#listener?.(frame);
  }

  /** A patch that skips a number, to see the screen ask for a snapshot. */
  loseOne(): void {
    this.tables.patches();
  }

  /** Moves `share` of all quotes and what hangs on them. */
  tick(share: number): void {
    const now = this.#now();
    for (const quote of this.tables.rows('quotes')) {
      if (quote.fault !== null || quote.last === null || this.#random() > share) continue;
      const last = trustedPrice(Math.max(10_000, quote.last + Math.round((this.#random() - 0.5) * 4) * 10_000));
      const bid = quote.bid === null ? null : minus(last, priceOf(0.01));
      const ask = quote.ask === null ? null : plus(last, priceOf(0.01));
      this.tables.put('quotes', { ...quote, last, bid, ask, at: now });
      for (const position of this.tables.rows('positions')) {
        if (position.conId === quote.conId)
          this.tables.patch('positions', position.key, {
            mark: last,
            markAt: now,
            unrealized: trustedAmount(Math.round(((last - position.averagePrice) * position.quantity) / 10_000)),
          });
      }
    }
    const byId = new Map(this.tables.rows('quotes').map((quote) => [quote.conId, quote]));
    for (const watcher of this.tables.rows('watchers')) this.#watch(watcher, byId.get(watcher.conId), now);
    const status = this.tables.value('status');
    this.tables.set('status', {
      exchangeTime: now,
      clockAt: now,
      messageRate: Math.round(this.#random() * 5),
      loopDelayMs: 0.4 + this.#random() * 0.5,
      lamps: status.lamps,
    });
    this.tables.commitSeq += 1;
  }

  /** Changes `share` of the orders, for measuring. */
  churn(share: number): void {
    for (const order of this.tables.rows('orders')) {
      if (this.#random() < share)
        this.tables.patch('orders', order.key, {
          filled: trustedQuantity((order.filled + 10_000) % (order.quantity + 10_000)),
          updatedAt: this.#now(),
        });
    }
  }

  #watch(watcher: WatcherRow, quote: QuoteRow | undefined, now: number): void {
    if (quote === undefined || quote.last === watcher.last || watcher.holding || quote.last === null || watcher.life === 'fired') return;
    const next = watcherOf(watcher.spec, watcher.id, now, quote.last);
    const crossed = watcher.distance !== null && next.distance !== null && Math.sign(watcher.distance) !== Math.sign(next.distance);
    this.tables.patch('watchers', watcher.id, {
      last: next.last,
      distance: next.distance,
      distanceTicks: next.distanceTicks,
      distanceBasisPoints: next.distanceBasisPoints,
      quoteAt: now,
    });
    if (crossed && watcher.life === 'armed' && this.#scene !== 'many' && this.tables.value('status').offers.includes('engine.pause'))
      this.#fire(watcher, now);
  }

  #fire(watcher: WatcherRow, now: number): void {
    const { action } = watcher.spec;
    const key = `TD1-${watcher.id}-${String(watcher.gen)}-1-E`;
    this.tables.patch('watchers', watcher.id, {
      life: 'fired',
      firedAt: now,
      firedTime: now,
      reason: 'Fired once.',
      version: watcher.version + 1,
    });
    this.tables.put(
      'orders',
      orderRow(key, action.contract, 'ACCEPTED', now, {
        side: action.side,
        quantity: action.quantity,
        limit: watcher.last,
        originText: `${watcher.name} · gen ${String(watcher.gen)}`,
        why: `${watcher.rule} was reached`,
      }),
    );
    this.#log(`${watcher.name} fired: ${watcher.rule}`, { subject: { kind: 'trigger', key: watcher.id } });
  }

  #log(text: string, change: Parameters<typeof logRow>[3] = {}): void {
    this.#lastId += 1;
    this.tables.put('log', logRow(this.#lastId, this.#now(), text, change));
  }

  #done(extra: Readonly<Record<string, unknown>> = {}): FakeAnswer {
    this.tables.commitSeq += 1;
    return { ok: true, value: { seq: this.tables.commitSeq, ...extra } };
  }

  #answer(name: string, input: unknown): FakeAnswer {
    const now = this.#now();
    const answer = this.#answers[name as CallName] as ((input: unknown, now: number) => FakeAnswer) | undefined;
    if (answer !== undefined) return answer(input, now);
    return fakeTruth(name, input, now, this.tables, (extra) => this.#done(extra)) ?? fakeQuery(name, input, now, this.tables);
  }

  /** The desk goes to `engine` by the operator’s hand, and says so. */
  #goTo(change: Partial<StatusValue>, said?: string): FakeAnswer {
    this.tables.set('status', { ...change });
    if (said !== undefined) this.#log(said);
    return this.#done();
  }

  /** One watcher changes, if it still is what the operator saw. */
  #change({ id, expectedVersion }: Seen, change: Partial<WatcherRow>, said: string): FakeAnswer {
    const row = this.tables.row('watchers', id);
    if (row === undefined) return no('not-found', 'This watcher does not exist any more.');
    if (row.version !== expectedVersion) return no('conflict', `${row.name} changed in the meantime; look at it and try again.`);
    this.tables.patch('watchers', id, { ...change, version: row.version + 1 });
    this.#log(`${row.name} ${said} by you`, { subject: { kind: 'trigger', key: id } });
    return this.#done();
  }

  #pause(now: number): FakeAnswer {
    return this.#goTo(
      {
        engine: 'PAUSED',
        engineSince: now,
        engineTime: now,
        engineReason: 'Paused by you.',
        offers: ['engine.resume', 'engine.stop', 'kill'],
      },
      'Paused by you',
    );
  }

  #scan(now: number, said: string): FakeAnswer {
    return this.#goTo(
      { engine: 'SCANNING', engineSince: now, engineTime: now, engineReason: 'By you.', offers: ['engine.pause', 'engine.stop', 'kill'] },
      said,
    );
  }

  #stop(now: number): FakeAnswer {
    this.tables.set('status', {
      engine: 'IDLE',
      engineSince: now,
      engineTime: now,
      engineReason: 'Stopped by you.',
      offers: ['engine.start', 'kill'],
    });
    for (const row of this.tables.rows('watchers'))
      if (row.life === 'armed' || row.life === 'paused')
        this.tables.patch('watchers', row.id, { life: 'cancelled', reason: 'desk stopped' });
    return this.#done();
  }

  #rearm(phrase: string, now: number): FakeAnswer {
    if (phrase !== PHRASE) return no('confirmation-needed', 'The phrase does not match; type it as shown.');
    return this.#goTo({
      engine: 'IDLE',
      engineSince: now,
      engineTime: now,
      engineReason: 'Re-armed by you.',
      offers: ['engine.start', 'kill'],
      rearmPhrase: null,
      kill: null,
    });
  }

  #cancelAll(): FakeAnswer {
    for (const order of this.tables.rows('orders')) if (order.cancellable) this.tables.patch('orders', order.key, { ...CANCELLING });
    this.#log('Cancel all by you');
    return this.#done();
  }

  #cancel(key: OrderKey): FakeAnswer {
    this.tables.patch('orders', key, { ...CANCELLING });
    return this.#done();
  }

  #watchQuote(contract: Contract, now: number): FakeAnswer {
    if (this.tables.row('quotes', contract.conId) === undefined) this.tables.put('quotes', quoteRow(contract, now, 50));
    return this.#done();
  }

  #unwatchQuote(conId: ConId): FakeAnswer {
    this.tables.remove('quotes', conId);
    return this.#done();
  }

  #resync(topics: readonly TopicName[]): FakeAnswer {
    queueMicrotask(() => this.#listener?.(this.tables.snapshot(topics)));
    return { ok: true, value: {} };
  }

  #acknowledge(ids: readonly number[]): FakeAnswer {
    for (const id of ids) this.tables.patch('log', id, { acknowledged: true });
    return this.#done();
  }

  #arm(spec: TriggerSpec, now: number): FakeAnswer {
    if (!this.tables.value('status').offers.includes('engine.pause'))
      return no('not-allowed-now', 'The engine is IDLE, so nothing can be armed. Press Start first.');
    this.#lastId += 1;
    const id = `T${String(this.#lastId).padStart(7, '0')}`;
    const last = this.tables.row('quotes', spec.action.contract.conId)?.last ?? null;
    this.tables.put('watchers', watcherOf(spec, id, now, last, { armedAt: now, armedTime: now, version: 1 }));
    this.#log(`${spec.name} armed by you`, { subject: { kind: 'trigger', key: id } });
    return this.#done({ id });
  }

  #kill(scope: 'own' | 'all', exits: 'keep' | 'cancel', now: number): FakeAnswer {
    const open = this.tables.rows('orders').filter((order) => order.working && (scope === 'all' || order.origin === 'trigger'));
    for (const order of open)
      this.tables.patch('orders', order.key, {
        state: 'CANCELLED',
        working: false,
        cancellable: false,
        ibStatus: 'Cancelled',
        note: 'killed',
      });
    this.tables.set('status', {
      engine: 'EMERGENCY',
      engineSince: now,
      engineTime: now,
      engineReason: 'KILL by you.',
      offers: ['engine.acknowledge', 'kill'],
      kill: {
        id: 1,
        startedAt: now,
        startedTime: now,
        scope,
        exits,
        by: 'you',
        reason: '',
        phase: 'verified',
        purged: 0,
        cancelsSent: open.length,
        cancelsUnsent: 0,
        kept: [],
        positions: [],
        cancelled: open.length,
        residuals: [],
        verifiedAt: now + 312,
        verifiedTime: now + 312,
      },
    });
    this.#log('KILL by you', { level: 'alarm' });
    return this.#done();
  }

  #settings(patch: Input<'settings.update'>['patch']): FakeAnswer {
    const { settings } = this.tables.value('settings');
    if ((patch.limits?.maxOrderShares ?? 1) > 100_000) return no('invalid-input', 'Largest order: at most 100 000 shares can be set.');
    this.tables.set('settings', {
      settings: {
        ...settings,
        ...(patch.killScope === undefined ? {} : { killScope: patch.killScope }),
        ...(patch.screen === undefined ? {} : { screen: { ...settings.screen, ...(patch.screen as object) } }),
        limits: { ...settings.limits, ...(patch.limits as object) },
      },
    });
    return this.#done();
  }
}
