import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OrderRef } from '#domain/ids';
import { FakeClock } from '../support/fake-clock.ts';
import { holds } from '../support/property.ts';
import { approve, bracket, intent } from '../support/tws/approved.ts';
import { TwsDesk } from '../support/tws/desk.ts';
import { FakeGateway } from '../support/tws/fake-gateway.ts';
import { errorMessage } from '../support/tws/messages.ts';

const REF = 26;
const CLIENTS = [0, 1, 2];

type Step =
  | { readonly kind: 'place' | 'bracket'; readonly origin: 'trigger' | 'operator'; readonly times: number }
  | { readonly kind: 'drop'; readonly client: number }
  | { readonly kind: 'reconnect' | 'purge' | 'upstream-down' | 'upstream-up' }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'gate'; readonly open: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('place' as const, 'bracket' as const),
      origin: fc.constantFrom('trigger' as const, 'operator' as const),
      times: fc.integer({ min: 1, max: 14 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('drop' as const), client: fc.constantFrom(...CLIENTS) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('reconnect' as const, 'purge' as const, 'upstream-down' as const, 'upstream-up' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 2_500 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('gate' as const), open: fc.boolean() }) },
);

let gateway: FakeGateway;

beforeAll(async () => {
  gateway = await new FakeGateway().listen();
});

afterAll(() => gateway.close());

/** Until every connection is up and answers; TWS itself may still be without IB. */
async function settle(desk: TwsDesk, clock: FakeClock): Promise<void> {
  while (!desk.link.ready && desk.link.problem?.code !== 'upstream-down') {
    const due = desk.link.connections.flatMap(({ retryAt }) => (retryAt === undefined ? [] : [retryAt - clock.now()]));
    await desk.pass(clock, Math.max(100, ...due));
  }
}

/** The desk under test, and what was known of each order when it was made and when it left. */
class Trial {
  readonly clock = new FakeClock();
  readonly desk = new TwsDesk(gateway.port, this.clock);
  /** Made while the desk was not ready. */
  readonly early = new Set<OrderRef>();
  readonly #known = new Map<OrderRef, { ready: boolean; verdict: boolean | undefined }>();
  #open = true;

  constructor() {
    const { desk } = this;
    desk.adapter.setGate((order) => {
      for (const { ref } of order.value.legs) this.#known.get(ref)!.verdict = this.#open;
      return this.#open ? undefined : 'shut';
    });
    desk.adapter.onNews((news) => {
      if (news.kind === 'place-frame') {
        // The gate stood open in the very moment, and the desk was ready when the order was made.
        expect(this.#known.get(news.ref!)).toEqual({ ready: true, verdict: true });
        expect(this.#open).toBe(true);
      }
    });
    desk.adapter.start();
  }

  async do(one: Step): Promise<void> {
    const { desk } = this;
    switch (one.kind) {
      case 'place':
      case 'bracket':
        for (let i = 0; i < one.times; i += 1) this.#place(one);
        return;
      case 'drop':
        return this.#drop(one.client);
      case 'reconnect':
        return settle(desk, this.clock);
      case 'purge':
        desk.adapter.broker.purge('property');
        return;
      case 'wait':
        return desk.pass(this.clock, one.ms);
      case 'gate':
        this.#open = one.open;
        return;
      case 'upstream-down':
      case 'upstream-up':
        return this.#upstream(one.kind === 'upstream-down' ? 'down' : 'up');
    }
  }

  /** The gate opens, every connection comes up and answers, what waits may leave or expire. */
  async end(): Promise<void> {
    this.#open = true;
    await settle(this.desk, this.clock);
    this.clock.advance(3_000);
    await this.desk.stop();
  }

  #place({ kind, origin }: { readonly kind: 'place' | 'bracket'; readonly origin: 'trigger' | 'operator' }): void {
    const order = kind === 'place' ? intent({ origin }) : bracket({ entry: 1, target: 2, stop: 0.5 }, { origin });
    const { ready } = this.desk.link;
    for (const { ref } of order.legs) this.#known.set(ref, { ready, verdict: undefined });
    const outcome = this.desk.adapter.broker.place(approve(order));
    if (!ready) for (const { ref } of order.legs) this.early.add(ref);
    if (!ready || !this.#open) expect(outcome.kind).toBe('refused');
  }

  async #drop(client: number): Promise<void> {
    const { desk } = this;
    const peer = gateway.clients(client).at(-1)!;
    const { epoch } = desk.link;
    if (desk.link.connections[client]?.socket !== 'up') return;
    peer.socket.destroy();
    await desk.until(() => desk.link.epoch > epoch);
  }

  async #upstream(to: 'down' | 'up'): Promise<void> {
    const { desk } = this;
    if (desk.link.connections[0]?.socket !== 'up') return;
    gateway.client(0).send(...errorMessage(-1, to === 'down' ? 1100 : 1102, 'connectivity'));
    await desk.until(() => desk.link.upstream === to || desk.link.connections[0]?.socket !== 'up');
  }
}

test(
  'an order made while the desk was not ready never leaves, and none leaves against the gate (I-03, I-21)',
  { timeout: 240_000 },
  async () => {
    await holds(
      'no store and forward',
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 10, size: 'max' }), async (steps) => {
        const trial = new Trial();
        const { desk, early } = trial;
        const first = gateway.peers.length;
        await settle(desk, trial.clock);
        for (const one of steps) await trial.do(one);
        await trial.end();
        const left = desk.of('place-frame').map(({ ref }) => ref!);
        const arrived = gateway.peers.slice(first).flatMap((peer) => peer.of('3').map((fields) => fields[REF] as OrderRef));
        const notSent = new Set(desk.of('order-not-sent').flatMap(({ refs }) => refs));
        expect(left.filter((ref) => early.has(ref) || notSent.has(ref))).toEqual([]);
        expect(arrived.filter((ref) => !left.includes(ref))).toEqual([]);
        expect(new Set(left).size).toBe(left.length);
        gateway.peers.length = 0;
        expect(desk.of('notice').filter(({ notice }) => notice.code === 90_001)).toEqual([]);
      }),
    );
  },
);
