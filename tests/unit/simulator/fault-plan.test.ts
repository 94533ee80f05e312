import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FaultPlan, faultPlanText, randomFaultPlan, readFaultPlan } from '#simulator/fault/fault-plan';
import { Faults, type FaultyConnection } from '#simulator/fault/faults';
import { ManualTrader, randomManualScript } from '#simulator/fault/manual-trader';
import { Random } from '#simulator/model/random';
import { priceOf } from '#domain/price';
import { core, type Core, placeFields } from '../../support/simulator/core-on-simulator.ts';

/** A wire in memory: connections are a map, cutting one closes its client at once. */
function faultsOf(run: Core): Faults {
  const connections = new Map<number, FaultyConnection>();
  const cut = (clientId: number): void => {
    connections.delete(clientId);
    run.gateway.close(clientId);
  };
  const nothing = (): undefined => undefined;
  return new Faults(
    {
      clientIds: [1, 2].filter((id) => run.gateway.isOpen(id)),
      greeting: { silent: false, version: undefined, takenIds: new Set() },
      connection: (id) => {
        if (!run.gateway.isOpen(id)) return undefined;
        const known = connections.get(id) ?? {
          mute: false,
          deaf: false,
          socket: { pause: nothing, resume: nothing, resetAndDestroy: () => cut(id), end: () => cut(id), write: nothing },
        };
        connections.set(id, known);
        return known;
      },
      close: () => {
        for (const id of [1, 2]) cut(id);
        return Promise.resolve();
      },
      listen: () => Promise.resolve(0),
    },
    run.gateway,
    0,
    '',
  );
}

/** A market, two clients that trade and come back when they are cut off, a person in TWS, and a plan; all it says. */
function ride(plan: FaultPlan, seed: number): { readonly said: readonly string[]; readonly log: readonly unknown[]; readonly run: Core } {
  const run = core({ seed });
  const faults = faultsOf(run);
  run.gateway.open(1, 193);
  run.gateway.open(2, 178);
  const chance = new Random(seed);
  const going = faults.run(plan);
  const person = new ManualTrader(run.gateway).run(
    randomManualScript(seed, 10, { symbols: [{ symbol: 'IBM', price: priceOf(180) }], spanMs: 20_000 }),
  );
  const next = [0, 1, 1];
  for (let i = 0; i < 250; i++) {
    const field = (['bid', 'ask', 'last'] as const)[i % 3] ?? 'last';
    run.tick('IBM', field, (chance.between(17_990, 18_010) + (field === 'ask' ? 2 : 0)) / 100, 100 * chance.between(1, 9));
    for (const client of [1, 2]) {
      if (!run.gateway.isOpen(client)) {
        run.gateway.open(client, client === 1 ? 193 : 178);
        run.receive(client, 7, 3, 9, 0, '', '', '', '', '', '');
      }
      const id = next[client] ?? 1;
      if (chance.chance(0.1)) {
        const side = chance.chance(0.5) ? 'BUY' : 'SELL';
        run.receive(
          client,
          ...placeFields('IBM', { id, side, size: 300, type: chance.chance(0.5) ? 'MKT' : 'LMT', limit: 180, tif: 'GTC' }),
        );
        next[client] = id + 1;
      }
      if (chance.chance(0.05)) run.receive(client, 4, ...(client === 2 ? [1] : []), chance.between(1, id), '', '', '');
      if (chance.chance(0.02)) run.receive(client, 16, 1);
    }
  }
  return { said: run.said, log: [...going.log, ...person.log], run };
}

test('a plan is text and back again', () => {
  const plan = randomFaultPlan(7, 60, { clients: [1, 2], symbols: ['IBM'] });
  const read = readFaultPlan(faultPlanText(plan));
  expect(read).toEqual({ ok: true, value: plan });
  expect(readFaultPlan(faultPlanText({ steps: [] }))).toEqual({ ok: true, value: { steps: [] } });
});

test.each([
  ['{', 'The fault plan is not JSON.'],
  ['{"steps": 3}', 'The fault plan has no list of steps.'],
  ['{"seed": -1, "steps": []}', 'The seed of the fault plan is not a whole number.'],
  ['{"steps": [{"when": {"after": 1}, "do": {"do": "explode"}}]}', 'Step 1 of the fault plan makes no sense: what it does is unknown.'],
  ['{"steps": [{"when": {"after": 1}, "do": {"do": "constructor"}}]}', 'Step 1 of the fault plan makes no sense: what it does is unknown.'],
  [
    '{"steps": [{"when": {"after": 1}, "do": {"do": "rst", "client": -1}}]}',
    'Step 1 of the fault plan makes no sense: the client of rst is missing or wrong.',
  ],
  ['{"steps": [{"when": {"after": 1}, "do": {"do": "park", "ms": 1}}]}', 'Step 1 of the fault plan makes no sense: park has no ms.'],
  [
    '{"steps": [{"when": {"event": "place", "n": 0}, "do": {"do": "park"}}]}',
    'Step 1 of the fault plan makes no sense: its n is not 1, 2 ….',
  ],
  [
    '{"steps": [{"when": {"event": "lunch", "n": 1}, "do": {"do": "park"}}]}',
    'Step 1 of the fault plan makes no sense: its event is unknown.',
  ],
])('%s → %s', (json, error) => {
  expect(readFaultPlan(json)).toEqual({ ok: false, error });
});

test('chance makes every kind of fault, always the same from one seed, and another from another', () => {
  const plan = randomFaultPlan(1, 2000, { clients: [1, 2], symbols: ['IBM'] });
  expect(randomFaultPlan(1, 2000, { clients: [1, 2], symbols: ['IBM'] })).toEqual(plan);
  expect(randomFaultPlan(2, 2000, { clients: [1, 2], symbols: ['IBM'] })).not.toEqual(plan);
  expect(new Set(plan.steps.map((step) => step.do.do)).size).toBe(32);
  expect(readFaultPlan(faultPlanText(plan)).ok).toBe(true);
  expect(randomFaultPlan(1, 50, { only: ['rst'] }).steps.every((step) => step.do.do === 'rst')).toBe(true);
});

test('steps happen at their time and at their moment, once, and not after stop', () => {
  const run = core({ duplicates: 0 });
  const faults = faultsOf(run);
  run.gateway.open(1, 193);
  const going = faults.run({
    steps: [
      { when: { after: 100 }, do: { do: 'notice', code: 2103 } },
      { when: { event: 'place', n: 2 }, do: { do: 'swallow', client: 1, count: 1 } },
      { when: { event: 'place', n: 1, client: 2 }, do: { do: 'park' } },
      { when: { after: 100 }, do: { do: 'notice', code: 2104 } },
      { when: { after: 9000 }, do: { do: 'notice', code: 1300 } },
    ],
  });
  const start = run.gateway.now;
  for (const id of [1, 2, 3]) run.receive(1, ...placeFields('IBM', { id, side: 'BUY', size: 100, type: 'LMT', limit: 1 }));
  run.tick('IBM', 'last', 180, 100, start + 99);
  expect(going.log.map((one) => one.step)).toEqual([1]);
  run.tick('IBM', 'last', 180, 100, start + 5000);
  expect([going.log.map((one) => [one.step, one.at - start]), going.finished]).toEqual([
    [
      [1, 0],
      [0, 100],
      [3, 100],
    ],
    false,
  ]);
  expect(run.gateway.ledger.placements.map((one) => one.kind)).toEqual(['new', 'lost', 'new']);
  going.stop();
  run.tick('IBM', 'last', 180, 100, start + 9999);
  expect(going.log.length).toBe(3);
});

test('under any plan the ledger adds up, the run can be had again, and calm ends it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
      const plan = randomFaultPlan(seed, 25, { clients: [1, 2], symbols: ['IBM'], spanMs: 20_000 });
      const { said, log, run } = ride(plan, seed);
      const again = ride(plan, seed);
      expect(again.said).toEqual(said);
      expect(again.log).toEqual(log);
      const { ledger } = run.gateway;
      const held = ledger.fills.reduce((sum, fill) => sum + (fill.side === 'BUY' ? 1 : -1) * fill.quantity, 0);
      expect(ledger.positions.reduce((sum, one) => sum + one.quantity, 0)).toBe(held);
      expect(ledger.cash + ledger.positions.reduce((sum, one) => sum + one.costNet - one.realizedNet, 0)).toBe(ledger.initialCash);
      for (const order of ledger.orders) {
        const fills = ledger.fillsOf(order.permId);
        expect([order.filled, order.commission, order.filledNotional]).toEqual([
          fills.reduce((sum, fill) => sum + fill.quantity, 0),
          fills.reduce((sum, fill) => sum + fill.commission, 0),
          fills.at(-1)?.cumNotional ?? 0,
        ]);
      }
      await faultsOf(run).calm();
      expect(run.gateway.exchange.register.active().filter((order) => order.status === 'PendingCancel' || order.locating)).toEqual([]);
    }),
    { numRuns: 25 },
  );
});
