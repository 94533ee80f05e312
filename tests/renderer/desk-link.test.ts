import { describe, expect, test } from 'vitest';
import type { Frame } from '#protocol/stream';
import type { OwnSession } from '#protocol/session';
import type { TopicName } from '#protocol/topics';
import { type BridgeState, type LinkBridge, NoAnswerYet } from '../../src-renderer/link/bridge.ts';
import { DeskLink, type Timers } from '../../src-renderer/link/desk-link.ts';
import { ScreenClock } from '../../src-renderer/link/screen-clock.ts';

/** A bridge whose answers the test gives, on a clock the test moves. */
class Bench implements LinkBridge, Timers {
  now = 1_000_000;
  readonly calls: {
    readonly name: string;
    readonly input: unknown;
    readonly answer: (reply: unknown) => void;
    readonly fail: (error: Error) => void;
  }[] = [];
  topics: readonly TopicName[] = [];
  connection: ((state: BridgeState) => void) | undefined;
  #listener: ((frame: unknown) => void) | undefined;
  readonly #repeats: { readonly ms: number; due: number; readonly run: () => void }[] = [];

  call(name: string, input: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.calls.push({ name, input, answer: resolve, fail: reject });
    });
  }

  subscribe(topics: readonly TopicName[], listener: (frame: unknown) => void): () => void {
    this.topics = topics;
    this.#listener = listener;
    return () => undefined;
  }

  onState(listener: (state: BridgeState) => void): () => void {
    this.connection = listener;
    listener({ phase: 'open' });
    return () => undefined;
  }

  every(ms: number, run: () => void): () => void {
    this.#repeats.push({ ms, due: this.now + ms, run });
    return () => undefined;
  }

  after(ms: number, run: () => void): () => void {
    this.#repeats.push({ ms: Number.POSITIVE_INFINITY, due: this.now + ms, run });
    return () => undefined;
  }

  pass(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const next = this.#repeats.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.now = next.due;
      next.due += next.ms;
      next.run();
    }
    this.now = end;
  }

  push(frame: unknown): void {
    this.#listener?.(frame);
  }

  asked(name: string): readonly unknown[] {
    return this.calls.filter((call) => call.name === name).map((call) => call.input);
  }

  async answerAll(): Promise<void> {
    for (const call of this.calls.splice(0)) call.answer({ ok: true, value: {} });
    await settled();
  }
}

/** Lets every promise that is already resolved run to its end. */
async function settled(): Promise<void> {
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
}

function opened(): { readonly bench: Bench; readonly link: DeskLink } {
  const bench = new Bench();
  const link = new DeskLink(bench, new ScreenClock(() => bench.now), bench);
  link.start();
  return { bench, link };
}

function snapshot(number: number, at: number): Frame {
  return {
    number,
    commitSeq: number * 10,
    at,
    updates: [
      { kind: 'value', topic: 'status', seq: 0, value: { queue: 0 } },
      { kind: 'table', topic: 'pnl', seq: 0, columns: ['at', 'day'], rows: [] },
    ],
  };
}

describe('the link to the desk', () => {
  test('subscribes to every topic and is live with the first status', () => {
    const { bench, link } = opened();
    expect({ topics: [...bench.topics].sort(), state: link.state.phase }).toEqual({
      topics: ['adoptions', 'diagnostics', 'fills', 'log', 'orders', 'pnl', 'positions', 'quotes', 'settings', 'status', 'watchers'],
      state: 'connecting',
    });
    bench.push(snapshot(1, bench.now));
    expect({ state: link.state, commitSeq: link.replicas.commitSeq }).toEqual({ state: { phase: 'live' }, commitSeq: 10 });
  });

  test('acknowledges what it applied, with one acknowledgement under way at most', async () => {
    const { bench } = opened();
    bench.push(snapshot(1, bench.now));
    bench.push({ number: 2, commitSeq: 20, at: bench.now, updates: [] });
    bench.push({ number: 3, commitSeq: 30, at: bench.now, updates: [] });
    expect(bench.asked('stream.ack')).toEqual([{ number: 1 }]);
    await bench.answerAll();
    expect(bench.asked('stream.ack')).toEqual([{ number: 3 }]);
  });

  test('asks once for a snapshot after a gap, and again only when it did not come', async () => {
    const { bench, link } = opened();
    bench.push(snapshot(1, bench.now));
    await bench.answerAll();
    const late = (number: number, fromSeq: number): Frame => ({
      number,
      commitSeq: 20,
      at: bench.now,
      updates: [{ kind: 'table-patch', topic: 'pnl', fromSeq, seq: fromSeq + 1, put: [[1, 2]] }],
    });
    bench.push(late(2, 4));
    bench.push(late(3, 5));
    expect(bench.asked('stream.resync')).toEqual([{ topics: ['pnl'] }]);
    expect(link.replicas.tables.pnl.keys).toEqual([]);
    bench.pass(2_000);
    bench.push(late(4, 6));
    expect(bench.asked('stream.resync')).toEqual([{ topics: ['pnl'] }, { topics: ['pnl'] }]);
    bench.push({
      number: 5,
      commitSeq: 20,
      at: bench.now,
      updates: [{ kind: 'table', topic: 'pnl', seq: 7, columns: ['at', 'day'], rows: [[1, 2]] }],
    });
    bench.push(late(6, 7));
    expect({ asked: bench.asked('stream.resync').length, keys: link.replicas.tables.pnl.keys, seq: link.replicas.tables.pnl.seq }).toEqual({
      asked: 2,
      keys: [1],
      seq: 8,
    });
  });

  test('says that the desk is lost when it falls silent, with the time of its last sign, and is live again when it answers', async () => {
    const { bench, link } = opened();
    bench.push(snapshot(1, bench.now));
    const lastSign = bench.now;
    await bench.answerAll();
    bench.pass(4_000);
    expect(link.state.phase).toBe('live');
    bench.pass(4_000);
    expect(link.state).toEqual({ phase: 'lost', since: lastSign, reason: 'The desk does not answer.' });
    await bench.answerAll();
    expect(link.state).toEqual({ phase: 'live' });
    expect(bench.asked('stream.resync')).toHaveLength(1);
  });

  test('a page whose session ends has none, whatever it showed and whatever comes after', () => {
    const { bench, link } = opened();
    bench.push(snapshot(1, bench.now));
    bench.connection?.({ phase: 'no-session', why: 'revoked' });
    expect(link.state).toEqual({ phase: 'no-session', why: 'revoked' });
    bench.push(snapshot(2, bench.now));
    bench.connection?.({ phase: 'open' });
    bench.pass(60_000);
    expect(link.state).toEqual({ phase: 'no-session', why: 'revoked' });
  });

  test('a page of a browser looks until it is told that it may more; what it may not is not even sent', async () => {
    const bench = new Bench();
    let tell: (session: OwnSession) => void = () => undefined;
    const bridge: LinkBridge = {
      call: (name, input) => bench.call(name, input),
      subscribe: (topics, listener) => bench.subscribe(topics, listener),
      onState: (listener) => bench.onState(listener),
      onSession: (listener) => {
        tell = listener;
        return () => undefined;
      },
    };
    const link = new DeskLink(bridge, new ScreenClock(() => bench.now), bench);
    let told = 0;
    link.onState(() => (told += 1));
    link.start();
    expect(link.scope).toBe('read');
    tell({ id: 3, scope: 'kill' });
    expect([link.scope, told > 0]).toEqual(['kill', true]);
    expect(await link.call('engine.start', {})).toMatchObject({ ok: false, error: { code: 'out-of-scope' } });
    void link.call('kill', { scope: 'own', reason: '' });
    expect(bench.calls.map(({ name }) => name)).toEqual(['kill']);
    expect(opened().link.scope).toBe('operate');
  });

  test('a closed connection is lost at once', () => {
    const { bench, link } = opened();
    bench.push(snapshot(1, bench.now));
    bench.connection?.({ phase: 'closed', reason: 'The connection to the desk is closed.' });
    expect(link.state).toEqual({ phase: 'lost', since: bench.now, reason: 'The connection to the desk is closed.' });
  });

  test('a kill that is held while the desk is frozen waits there, and says so until the desk wakes', async () => {
    const { bench, link } = opened();
    bench.push(snapshot(1, bench.now));
    await bench.answerAll();
    bench.pass(8_000);
    expect([link.state.phase, link.isFrozen, link.waiting]).toEqual(['lost', true, []]);
    const reply = link.call('kill', { scope: 'own', reason: 'test', exits: 'keep' });
    expect(link.waiting).toEqual(['kill']);
    // The transport gives the answer up; what was written to it still arrives.
    bench.calls.at(-1)!.fail(new NoAnswerYet('no answer within 10 s'));
    expect(await reply).toMatchObject({ ok: false, error: { text: expect.stringContaining('waits') as unknown } });
    expect(link.waiting).toEqual(['kill']);
    await bench.answerAll();
    expect([link.state.phase, link.isFrozen, link.waiting]).toEqual(['live', false, []]);
  });

  test('without a connection nothing waits, and nothing is said to', async () => {
    const { bench, link } = opened();
    bench.push(snapshot(1, bench.now));
    const reply = link.call('kill', { scope: 'own', reason: 'test', exits: 'keep' });
    bench.connection?.({ phase: 'closed', reason: 'The connection to the desk is closed.' });
    expect([link.isFrozen, link.waiting]).toEqual([false, []]);
    bench.calls.at(-1)!.fail(new Error('the connection broke'));
    expect(await reply).toMatchObject({ ok: false, error: { text: expect.stringContaining('not known whether') as unknown } });
  });

  test('a call that breaks is a refusal that says the outcome is not known', async () => {
    const { bench, link } = opened();
    const reply = link.call('kill', { scope: 'own', reason: 'test' });
    bench.calls[0]!.fail(new Error('the connection broke'));
    expect(await reply).toEqual({
      ok: false,
      error: {
        code: 'unavailable',
        text: 'The desk did not answer (the connection broke). It is not known whether the request arrived; look before you repeat it.',
      },
    });
  });

  test('drops a push that is no frame, and counts it', () => {
    const { bench, link } = opened();
    for (const junk of [
      null,
      7,
      {},
      { number: 1, commitSeq: 1, at: 1, updates: [null] },
      { number: '1', commitSeq: 1, at: 1, updates: [] },
    ])
      bench.push(junk);
    expect({ bad: link.badFrames, state: link.state.phase }).toEqual({ bad: 5, state: 'connecting' });
  });
});

describe('the screen clock', () => {
  test('follows the desk through the frame that travelled fastest, and turns back only for a real jump', () => {
    let local = 0;
    const clock = new ScreenClock(() => local);
    clock.observe(5_000 - 40);
    expect(clock.now()).toBe(4_960);
    clock.observe(5_000 - 2);
    expect(clock.now()).toBe(4_998);
    clock.observe(5_000 - 300);
    expect(Math.round(clock.now())).toBe(4_998);
    local = 1_000;
    clock.observe(3_000);
    expect(clock.now()).toBe(3_000);
  });
});
