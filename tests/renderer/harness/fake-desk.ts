import { trustedAmount } from '#domain/money';
import type { Bridge, Input } from '#protocol/commands';
import { priceOf, trustedPrice } from '#domain/price';
import { trustedQuantity } from '#domain/quantity';
import type { TriggerSpec } from '#domain/trigger';
import type { Frame } from '#protocol/stream';
import type { QuoteRow, TopicName, WatcherRow } from '#protocol/topics';
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

/** An invented desk behind the real two functions: the console cannot tell it from the true one. */
export class FakeDesk implements Bridge {
  readonly tables: FakeTables;
  readonly #now: () => number;
  readonly #random = seeded(11);
  readonly #scene: Scene;
  #listener: ((frame: Frame) => void) | undefined;
  #lastId = 100;
  /** While true nothing is answered and nothing is sent, as if the desk had died. */
  silent = false;
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
    this.tables.patch('watchers', watcher.id, { life: 'fired', firedAt: now, reason: 'Fired once.', version: watcher.version + 1 });
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
    const { tables } = this;
    const now = this.#now();
    const id = (input as { readonly id?: string }).id ?? '';
    const life = (change: Partial<WatcherRow>, said: string): FakeAnswer => {
      const row = tables.row('watchers', id);
      if (row === undefined) return no('not-found', 'This watcher does not exist any more.');
      if (row.version !== (input as { readonly expectedVersion: number }).expectedVersion)
        return no('conflict', `${row.name} changed in the meantime; look at it and try again.`);
      tables.patch('watchers', id, { ...change, version: row.version + 1 });
      this.#log(`${row.name} ${said} by you`, { subject: { kind: 'trigger', key: id } });
      return this.#done();
    };
    switch (name) {
      case 'stream.ack':
        return { ok: true, value: {} };
      case 'stream.resync':
        queueMicrotask(() => this.#listener?.(tables.snapshot((input as { readonly topics: readonly TopicName[] }).topics)));
        return { ok: true, value: {} };
      case 'engine.pause':
        tables.set('status', {
          engine: 'PAUSED',
          engineSince: now,
          engineReason: 'Paused by you.',
          offers: ['engine.resume', 'engine.stop', 'kill'],
        });
        this.#log('Paused by you');
        return this.#done();
      case 'engine.resume':
      case 'engine.start':
        tables.set('status', {
          engine: 'SCANNING',
          engineSince: now,
          engineReason: 'By you.',
          offers: ['engine.pause', 'engine.stop', 'kill'],
        });
        this.#log(name === 'engine.start' ? 'Started by you' : 'Resumed by you');
        return this.#done();
      case 'engine.stop':
        tables.set('status', { engine: 'IDLE', engineSince: now, engineReason: 'Stopped by you.', offers: ['engine.start', 'kill'] });
        for (const row of tables.rows('watchers'))
          if (row.life === 'armed' || row.life === 'paused')
            tables.patch('watchers', row.id, { life: 'cancelled', reason: 'desk stopped' });
        return this.#done();
      case 'engine.recover':
        tables.set('status', {
          engine: 'IDLE',
          engineSince: now,
          offers: ['engine.start', 'kill'],
          journal: { state: 'ok', text: '', lagMs: 3 },
        });
        return this.#done();
      case 'kill':
        return this.#kill((input as Input<'kill'>).scope, now);
      case 'engine.acknowledge':
        tables.set('status', { engine: 'STOPPED', engineSince: now, offers: ['engine.rearm.request', 'kill'] });
        return this.#done();
      case 'engine.rearm.request':
        tables.set('status', { rearmPhrase: 'arm DU1234567 again' });
        return this.#done();
      case 'engine.rearm.confirm':
        if ((input as Input<'engine.rearm.confirm'>).phrase !== 'arm DU1234567 again')
          return no('confirmation-needed', 'The phrase does not match; type it as shown.');
        tables.set('status', {
          engine: 'IDLE',
          engineSince: now,
          engineReason: 'Re-armed by you.',
          offers: ['engine.start', 'kill'],
          rearmPhrase: null,
          kill: null,
        });
        return this.#done();
      case 'orders.cancel-all':
        for (const order of tables.rows('orders'))
          if (order.cancellable)
            tables.patch('orders', order.key, { state: 'PENDING_CANCEL', cancellable: false, note: 'by you, unconfirmed' });
        this.#log('Cancel all by you');
        return this.#done();
      case 'order.cancel':
        tables.patch('orders', (input as Input<'order.cancel'>).key, {
          state: 'PENDING_CANCEL',
          cancellable: false,
          note: 'by you, unconfirmed',
        });
        return this.#done();
      case 'trigger.arm':
        return this.#arm((input as Input<'trigger.arm'>).spec, now);
      case 'trigger.edit':
        return life(
          { spec: (input as Input<'trigger.edit'>).spec, ...ruleOf((input as Input<'trigger.edit'>).spec, id, now, tables) },
          'edited',
        );
      case 'trigger.pause':
        return life({ life: 'paused', reason: 'by you' }, 'paused');
      case 'trigger.resume':
        return life({ life: 'armed', reason: 'Watching.' }, 'resumed');
      case 'trigger.disarm':
        return life({ life: 'cancelled', reason: 'disarmed by you' }, 'disarmed');
      case 'trigger.rearm':
        return life({ life: 'armed', reason: 'Watching.', armedAt: now, firedAt: null }, 're-armed');
      case 'trigger.fire-now':
        return no(
          'denied-by-risk',
          'C-09 Repeated firing: 3 in the last 10 minutes, the limit is 3. Wait until 10:41 or raise the limit in Settings.',
        );
      case 'position.flatten':
        return this.#done();
      case 'quote.watch': {
        const { contract } = input as Input<'quote.watch'>;
        if (tables.row('quotes', contract.conId) === undefined) tables.put('quotes', quoteRow(contract, now, 50));
        return this.#done();
      }
      case 'quote.unwatch':
        tables.remove('quotes', (input as Input<'quote.unwatch'>).conId);
        return this.#done();
      case 'live.confirm':
        tables.set('status', { liveConfirmationNeeded: false });
        return this.#done();
      case 'settings.update':
        return this.#settings((input as Input<'settings.update'>).patch);
      case 'log.acknowledge':
        tables.patch('log', (input as Input<'log.acknowledge'>).id, { acknowledged: true });
        return this.#done();
      default:
        return fakeTruth(name, input, now, tables, (extra) => this.#done(extra)) ?? fakeQuery(name, input, now, tables);
    }
  }

  #arm(spec: TriggerSpec, now: number): FakeAnswer {
    if (!this.tables.value('status').offers.includes('engine.pause'))
      return no('not-allowed-now', 'The engine is IDLE, so nothing can be armed. Press Start first.');
    this.#lastId += 1;
    const id = `T${String(this.#lastId).padStart(7, '0')}`;
    const last = this.tables.row('quotes', spec.action.contract.conId)?.last ?? null;
    this.tables.put('watchers', watcherOf(spec, id, now, last, { armedAt: now, version: 1 }));
    this.#log(`${spec.name} armed by you`, { subject: { kind: 'trigger', key: id } });
    return this.#done({ id });
  }

  #kill(scope: 'own' | 'all', now: number): FakeAnswer {
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
      engineReason: 'KILL by you.',
      offers: ['engine.acknowledge', 'kill'],
      kill: {
        id: 1,
        startedAt: now,
        scope,
        by: 'you',
        reason: '',
        phase: 'verified',
        purged: 0,
        cancelsSent: open.length,
        cancelled: open.length,
        residuals: [],
        verifiedAt: now + 312,
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
        ...(patch.screen === undefined ? {} : { screen: patch.screen }),
        limits: { ...settings.limits, ...(patch.limits as object) },
      },
    });
    return this.#done();
  }
}
