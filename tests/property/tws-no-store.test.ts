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

test(
  'an order made while the desk was not ready never leaves, and none leaves against the gate (I-03, I-21)',
  { timeout: 240_000 },
  async () => {
    await holds(
      'no store and forward',
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 10, size: 'max' }), async (steps) => {
        const clock = new FakeClock();
        const desk = new TwsDesk(gateway.port, clock);
        const early = new Set<OrderRef>();
        const known = new Map<OrderRef, { ready: boolean; verdict: boolean | undefined }>();
        let open = true;
        desk.adapter.setGate((order) => {
          for (const { ref } of order.value.legs) known.get(ref)!.verdict = open;
          return open ? undefined : 'shut';
        });
        desk.adapter.onNews((news) => {
          if (news.kind === 'place-frame') {
            // The gate stood open in the very moment, and the desk was ready when the order was made.
            expect(known.get(news.ref!)).toEqual({ ready: true, verdict: true });
            expect(open).toBe(true);
          }
        });
        desk.adapter.start();
        const first = gateway.peers.length;
        await settle(desk, clock);
        for (const one of steps) {
          if (one.kind === 'place' || one.kind === 'bracket') {
            for (let i = 0; i < one.times; i += 1) {
              const order =
                one.kind === 'place' ? intent({ origin: one.origin }) : bracket({ entry: 1, target: 2, stop: 0.5 }, { origin: one.origin });
              const { ready } = desk.link;
              for (const { ref } of order.legs) known.set(ref, { ready, verdict: undefined });
              const outcome = desk.adapter.broker.place(approve(order));
              if (!ready) for (const { ref } of order.legs) early.add(ref);
              if (!ready || !open) expect(outcome.kind).toBe('refused');
            }
          } else if (one.kind === 'drop') {
            const peer = gateway.clients(one.client).at(-1)!;
            const { epoch } = desk.link;
            if (desk.link.connections[one.client]?.socket !== 'up') continue;
            peer.socket.destroy();
            await desk.until(() => desk.link.epoch > epoch);
          } else if (one.kind === 'reconnect') await settle(desk, clock);
          else if (one.kind === 'purge') desk.adapter.broker.purge('property');
          else if (one.kind === 'wait') await desk.pass(clock, one.ms);
          else if (one.kind === 'gate') open = one.open;
          else if (desk.link.connections[0]?.socket === 'up') {
            const down = one.kind === 'upstream-down';
            gateway.client(0).send(...errorMessage(-1, down ? 1100 : 1102, 'connectivity'));
            await desk.until(() => desk.link.upstream === (down ? 'down' : 'up') || desk.link.connections[0]?.socket !== 'up');
          }
        }
        open = true;
        await settle(desk, clock);
        clock.advance(3_000);
        await desk.stop();
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
