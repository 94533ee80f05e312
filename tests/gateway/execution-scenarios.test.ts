import { expect, test } from 'vitest';
import { closePosition } from '#core/protection/close-position';
import { fire } from '#core/strategy/trigger/fire';
import { cancelOrders } from '#core/execution/cancel';
import { cancelTargets } from '#core/safety/cancel-plan';
import { modifyOrder, type NewTerms } from '#core/execution/modify';
import { stopDesk } from '#core/engine/operator-commands';
import { execIdRoot } from '#domain/execution';
import { isTerminal, type Order } from '#domain/order';
import { type Quantity, units } from '#domain/quantity';
import type { TriggerAction } from '#domain/trigger';
import type { OrderView } from '#simulator/model/order-view';
import type { Simulator, SimulatorOptions } from '#simulator/simulator';
import { BRACKET } from '../support/core/bracket.ts';
import { FAST_TAPE_LIMITS, type LiveDesk, openLiveDesk } from '../support/core/live-desk.ts';
import { simulatorOn } from '../support/simulator/tape.ts';
import { action, price, px, spec } from '../support/core/trigger-fixtures.ts';

/**
 * The execution scenarios of order-truth.md §2.4, each over real sockets and in the three orders in which IB may tell a fill. Each ends
 * with the book equal to the simulator's ledger: orders, fills, position. MIT, LIT, FOK and GTD are no orders that the desk sends.
 */

const TOLD = ['execution first', 'state first', 'execution only'] as const;

class Stage {
  readonly simulator: Simulator;
  readonly desk: LiveDesk;
  #names = 0;

  constructor(simulator: Simulator, desk: LiveDesk) {
    this.simulator = simulator;
    this.desk = desk;
  }

  market(bid: number, ask: number, size = 300): void {
    const { gateway } = this.simulator;
    const last = (bid + ask) / 2;
    for (const [field, at] of [
      ['bid', bid],
      ['ask', ask],
      ['last', last],
    ] as const)
      gateway.tick({ at: gateway.now, symbol: 'IBM', field, price: px(Math.round(at * 100) / 100), size: units(size) });
  }

  /** An entry by a trigger that the operator fires by hand; resolves when its order has an answer, or is in one of these states. */
  async send(does: Partial<TriggerAction> = {}, ...states: readonly Order['state'][]): Promise<Order> {
    const { desk } = this;
    const { deskState } = desk.core;
    const contract = await desk.contract('IBM');
    this.#names += 1;
    const id = desk.arm(spec(price(contract, 'last', 'at-or-above', 999), { name: `IBM-${this.#names}`, action: action(contract, does) }));
    await desk.until('a trigger may be fired by hand', () => {
      const firing = deskState.registry.fireNow(id);
      if (!firing.ok) return false;
      fire(deskState, firing.value, deskState.clock.monotonic());
      desk.core.settle(id);
      return true;
    });
    const entry = [...desk.stores.orders.values()].find((one) => one.triggerId === id && one.leg === 'E');
    if (entry === undefined) throw new Error(`nothing was sent: ${desk.stores.triggers.get(id)?.reason ?? '?'}`);
    if (entry.state === 'DENIED') throw new Error(`denied: ${entry.note ?? '?'}`);
    await this.until(
      entry,
      ...(states.length === 0 ? (['ACCEPTED', 'PARTIALLY_FILLED', 'FILLED', 'REJECTED', 'CANCELLED'] as const) : states),
    );
    return this.now(entry);
  }

  now({ key }: Pick<Order, 'key'>): Order {
    return this.desk.stores.orders.get(key)!;
  }

  leg(entry: Order, leg: 'T' | 'S'): Order {
    return [...this.desk.stores.orders.values()].find((one) => one.triggerId === entry.triggerId && one.leg === leg)!;
  }

  truth({ ref }: Order): OrderView | undefined {
    return this.simulator.ledger.orders.find(({ orderRef }) => orderRef === ref);
  }

  until(order: Order, ...states: readonly Order['state'][]): Promise<void> {
    return this.desk.until(`${order.key} is ${states.join(' or ')}`, () => states.includes(this.now(order).state));
  }

  change(order: Order, terms: NewTerms): void {
    const { updatedAt } = this.now(order);
    const changed = modifyOrder(this.desk.core.deskState, order.key, updatedAt, terms, 'the test');
    if (!changed.ok) throw new Error(changed.error.text);
  }

  cancel(...orders: readonly Order[]): void {
    cancelOrders(
      this.desk.core.deskState,
      orders.map((order) => this.now(order)),
      'the test',
    );
  }

  close(): ReturnType<typeof closePosition> {
    const [held] = this.desk.stores.positions.values();
    if (held === undefined) throw new Error('nothing is held');
    return closePosition(this.desk.core.deskState, held.account, held.contract.conId, 100, 'the test');
  }

  /** The order connection breaks; resolves when the desk is connected and the book compared again. */
  async reconnect(): Promise<void> {
    const { desk, simulator } = this;
    const { deskState } = desk.core;
    const before = deskState.link.epoch;
    simulator.faults.rst(2);
    await desk.until(
      'connected and compared again',
      () => deskState.link.epoch > before && deskState.link.ready && deskState.reconciliation.done(),
    );
  }

  /** What differs between the book and the ledger; empty when nothing does. */
  differences(): readonly string[] {
    const { ledger } = this.simulator;
    const { stores } = this.desk;
    const found: string[] = [];
    for (const truth of ledger.orders) {
      const order = [...stores.orders.values()].find(({ permId }) => permId === truth.permId);
      if (order === undefined) found.push(`${truth.permId} is not in the book`);
      else if (order.filled !== truth.filled || (truth.completedAt !== undefined) !== isTerminal(order.state))
        found.push(`${truth.permId}: ${truth.status} ${truth.filled}, in the book ${order.state} ${order.filled}`);
      else if (truth.status === 'Filled' && order.state !== 'FILLED') found.push(`${truth.permId}: filled, in the book ${order.state}`);
    }
    const fills = new Map([...stores.fills.values()].map((fill) => [execIdRoot(fill.execId), fill]));
    for (const fill of ledger.fills) {
      const booked = fills.get(execIdRoot(fill.execId as never));
      if (booked?.quantity !== fill.quantity || booked.price !== fill.price) found.push(`the fill ${fill.execId} is not booked so`);
    }
    if (fills.size !== ledger.fills.length) found.push(`${fills.size} fills in the book, ${ledger.fills.length} in the ledger`);
    const held = [...stores.positions.values()].reduce((sum, { quantity }) => sum + quantity, 0);
    const truly = ledger.positions.reduce((sum, { quantity }) => sum + quantity, 0);
    if (held !== truly) found.push(`${held} held in the book, ${truly} in the ledger`);
    return found;
  }
}

const LIMIT = { entry: { type: 'LMT', limit: px(179) } } as const;

interface Scenario {
  readonly options?: Partial<SimulatorOptions>;
  readonly play: (stage: Stage) => Promise<unknown>;
}

async function refused(stage: Stage, what: 'new' | 'modify' | 'cancel', code: number): Promise<void> {
  if (what === 'new') {
    stage.simulator.faults.refuseNext('new', code);
    await stage.send(LIMIT, 'REJECTED');
    return;
  }
  const order = await stage.send(LIMIT, 'ACCEPTED');
  stage.simulator.faults.refuseNext(what, code);
  if (what === 'modify') stage.change(order, { limit: px(178) });
  else stage.cancel(order);
  await stage.until(order, 'ACCEPTED');
  expect(stage.now(order).limit).toBe(px(179));
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'market, bought': { play: (stage) => stage.send({}, 'FILLED') },
  'market, sold short': { play: (stage) => stage.send({ side: 'SELL' }, 'FILLED') },
  'market, closed': {
    play: async (stage) => {
      await stage.send({}, 'FILLED');
      expect(stage.close().ok).toBe(true);
      await stage.desk.until('flat', () => stage.simulator.ledger.position(8314)?.quantity === 0);
    },
  },
  'limit of the day, filled in two parts': {
    play: async (stage) => {
      stage.market(180, 180.02, 40);
      const order = await stage.send({ entry: { type: 'LMT', limit: px(180.02) } }, 'PARTIALLY_FILLED', 'FILLED');
      stage.market(180, 180.01, 300);
      await stage.until(order, 'FILLED');
    },
  },
  'limit of the day, not filled': { play: (stage) => stage.send(LIMIT, 'ACCEPTED') },
  'limit good till cancelled, not filled': { play: (stage) => stage.send({ ...LIMIT, tif: 'GTC' }, 'ACCEPTED') },
  'immediate or cancel, filled': {
    play: (stage) => stage.send({ entry: { type: 'LMT', limit: px(180.02) }, tif: 'IOC' }, 'FILLED'),
  },
  'immediate or cancel, not filled': { play: (stage) => stage.send({ ...LIMIT, tif: 'IOC' }, 'CANCELLED') },
  'stop, met later': {
    play: async (stage) => {
      const order = await stage.send({ entry: { type: 'STP', stop: px(181) } }, 'ACCEPTED');
      stage.market(181, 181.02);
      await stage.until(order, 'FILLED');
    },
  },
  'stop with a limit, met later': {
    play: async (stage) => {
      const order = await stage.send({ entry: { type: 'STP LMT', stop: px(181), limit: px(181.5) } }, 'ACCEPTED');
      stage.market(181, 181.02);
      await stage.until(order, 'FILLED');
    },
  },
  'a change, taken': {
    play: async (stage) => {
      const order = await stage.send(LIMIT, 'ACCEPTED');
      stage.change(order, { limit: px(178.5), quantity: units(60) });
      await stage.until(order, 'ACCEPTED');
      expect(stage.truth(order)).toMatchObject({ limit: px(178.5), quantity: units(60) });
      expect(stage.now(order)).toMatchObject({ limit: px(178.5), quantity: units(60) });
    },
  },
  ...Object.fromEntries(
    [104, 105, 110, 2102].map((code) => [`a change, refused with ${code}`, { play: (stage: Stage) => refused(stage, 'modify', code) }]),
  ),
  'a cancel of what works': {
    play: async (stage) => {
      const order = await stage.send(LIMIT, 'ACCEPTED');
      stage.cancel(order);
      await stage.until(order, 'CANCELLED');
    },
  },
  'a cancel after a part filled': {
    play: async (stage) => {
      stage.market(180, 180.02, 30);
      const order = await stage.send({ entry: { type: 'LMT', limit: px(180.02) } }, 'PARTIALLY_FILLED');
      stage.cancel(order);
      await stage.until(order, 'CANCELLED');
      expect(stage.now(order).filled).toBe(units(30));
    },
  },
  ...Object.fromEntries(
    [161, 10_147, 10_148].map((code) => [
      `a cancel, refused with ${code} while the order works`,
      { play: (stage: Stage) => refused(stage, 'cancel', code) },
    ]),
  ),
  'a cancel that loses against the fill': {
    play: async (stage) => {
      const order = await stage.send(LIMIT, 'ACCEPTED');
      stage.simulator.faults.holdCancels();
      stage.cancel(order);
      stage.simulator.gateway.exchange.executeAnyway(stage.truth(order)!.permId, units(100));
      await stage.until(order, 'FILLED');
    },
  },
  'a cancel of everything': {
    play: async (stage) => {
      const orders = [await stage.send(LIMIT, 'ACCEPTED'), await stage.send({ ...LIMIT, quantity: units(50) }, 'ACCEPTED')];
      stage.simulator.manual.place({ symbol: 'IBM', action: 'BUY', type: 'LMT', quantity: units(10), limit: px(170) });
      await stage.desk.until('the manual order is known', () => stage.desk.stores.orders.size === 3);
      cancelOrders(stage.desk.core.deskState, cancelTargets(stage.desk.core.deskState, 'all', 'cancel'), 'the test', true);
      for (const order of orders) await stage.until(order, 'CANCELLED');
    },
  },
  'a bracket: the entry fills, its exits work, the target fills, the stop goes': {
    play: async (stage) => {
      const entry = await stage.send(BRACKET, 'FILLED');
      await stage.until(stage.leg(entry, 'T'), 'ACCEPTED');
      stage.market(182.5, 182.52);
      await stage.until(stage.leg(entry, 'T'), 'FILLED');
      await stage.until(stage.leg(entry, 'S'), 'CANCELLED');
    },
  },
  'a bracket: a part of the entry fills, the rest is cancelled': {
    play: async (stage) => {
      stage.market(180, 180.02, 40);
      const entry = await stage.send({ ...BRACKET, entry: { type: 'LMT', limit: px(180.02) } }, 'PARTIALLY_FILLED');
      stage.cancel(entry);
      await stage.until(entry, 'CANCELLED');
    },
  },
  'a second close of the same position': {
    play: async (stage) => {
      await stage.send({}, 'FILLED');
      stage.simulator.faults.holdOrderNews();
      expect(stage.close().ok).toBe(true);
      expect(stage.close().ok).toBe(false);
      stage.simulator.faults.releaseOrderNews();
      await stage.desk.until('flat', () => stage.simulator.ledger.position(8314)?.quantity === 0);
    },
  },
  'rejected with 201': {
    play: async (stage) => {
      stage.simulator.faults.rejectNext('margin');
      await stage.send(LIMIT, 'REJECTED');
    },
  },
  'rejected with 203': {
    play: async (stage) => {
      stage.simulator.faults.forbid('IBM', true);
      await stage.send(LIMIT, 'REJECTED');
    },
  },
  ...Object.fromEntries([110, 200, 387].map((code) => [`refused with ${code}`, { play: (stage: Stage) => refused(stage, 'new', code) }])),
  'a time in force that TWS changes (10349)': {
    play: async (stage) => {
      stage.simulator.gateway.orderFaults.tifPreset = 'GTC';
      await stage.send(LIMIT, 'ACCEPTED');
    },
  },
  'an order whose answer died with the connection': {
    play: async (stage) => {
      stage.simulator.faults.holdOrderNews();
      const order = await stage.send(LIMIT, 'SUBMITTED');
      await stage.desk.until('it came to TWS', () => stage.truth(order) !== undefined);
      await stage.reconnect();
      stage.simulator.faults.releaseOrderNews();
      await stage.until(order, 'ACCEPTED');
    },
  },
  'a cancel whose answer died with the connection': {
    play: async (stage) => {
      const order = await stage.send(LIMIT, 'ACCEPTED');
      stage.simulator.faults.holdOrderNews();
      stage.cancel(order);
      await stage.desk.until('it came to TWS', () => stage.truth(order)?.status === 'Cancelled');
      await stage.reconnect();
      await stage.until(order, 'CANCELLED');
    },
  },
  'a change whose answer died with the connection': {
    play: async (stage) => {
      const order = await stage.send(LIMIT, 'ACCEPTED');
      stage.simulator.faults.holdOrderNews();
      stage.change(order, { limit: px(178.5) });
      await stage.desk.until('it came to TWS', () => stage.truth(order)?.limit === px(178.5));
      await stage.reconnect();
      await stage.until(order, 'ACCEPTED');
      expect(stage.now(order).limit).toBe(px(178.5));
    },
  },
  'the desk is stopped: what works at the broker stays': {
    play: async (stage) => {
      const order = await stage.send(LIMIT, 'ACCEPTED');
      expect(stopDesk(stage.desk.core.deskState, 'the test').ok).toBe(true);
      expect(stage.now(order).state).toBe('ACCEPTED');
    },
  },
  'a long position at the start': {
    options: { holdings: [{ symbol: 'IBM', quantity: units(100), averageCost: px(170) }] },
    play: async (stage) => {
      expect([...stage.desk.stores.positions.values()].map(({ quantity }): Quantity => quantity)).toEqual([units(100)]);
      await stage.desk.contract('IBM');
      expect(stage.close().ok).toBe(true);
      await stage.desk.until('flat', () => stage.simulator.ledger.position(8314)?.quantity === 0);
    },
  },
  'a short position at the start': {
    options: { holdings: [{ symbol: 'IBM', quantity: units(-100), averageCost: px(190) }] },
    play: async (stage) => {
      await stage.desk.contract('IBM');
      expect(stage.close().ok).toBe(true);
      await stage.desk.until('flat', () => stage.simulator.ledger.position(8314)?.quantity === 0);
    },
  },
  'what fills while the desk is away is in the book when it is back': {
    play: async (stage) => {
      const order = await stage.send(LIMIT, 'ACCEPTED');
      stage.simulator.faults.holdOrderNews();
      stage.simulator.gateway.exchange.executeAnyway(stage.truth(order)!.permId, units(100));
      await stage.reconnect();
      await stage.until(order, 'FILLED');
    },
  },
};

test.each(Object.keys(SCENARIOS).flatMap((name) => TOLD.map((told) => [name, told] as const)))(
  '%s, told %s: the book equals the ledger',
  { timeout: 40_000 },
  async (name, told) => {
    const { options, play } = SCENARIOS[name]!;
    const run = await simulatorOn(
      [
        ['IBM', 'bid', '180.00', 300],
        ['IBM', 'ask', '180.02', 300],
        ['IBM', 'last', '180.01', 300],
      ],
      options,
    );
    const { simulator } = run;
    await simulator.market.step(3);
    simulator.gateway.orderReports.fillsTold = told;
    const desk = await openLiveDesk(simulator, FAST_TAPE_LIMITS);
    try {
      const stage = new Stage(simulator, desk);
      await play(stage);
      await desk
        .until('the book equals the ledger', () => stage.differences().length === 0)
        .catch((late: unknown) => expect(stage.differences(), String(late)).toEqual([]));
      expect(desk.bugs).toEqual([]);
    } finally {
      await desk.close();
      await run.stop();
    }
  },
);
