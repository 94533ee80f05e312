import { priceOf } from '#domain/price';
import { units } from '#domain/quantity';
import { plus, scale } from '#domain/scaled';
import { Random } from '#simulator/model/random';
import type { SocketWorld } from './socket-world.ts';

const CENT = priceOf(0.01);
const ORDERS = 2;

type Act = (world: SocketWorld, random: Random) => Promise<void> | void;

function target(random: Random): number | 'all' {
  return random.chance(0.3) ? 'all' : random.between(0, 2);
}

/** An order that works at TWS. */
function working({ simulator }: SocketWorld, random: Random) {
  const active = simulator.gateway.exchange.register.active().filter(({ done }) => !done);
  return active.length === 0 ? undefined : active[random.between(0, active.length - 1)];
}

/** Everything that the wire, TWS and IB behind it do to a desk; odds in front. */
const TROUBLES: Readonly<Record<string, readonly [odds: number, act: Act]>> = {
  // —— the socket ——
  end: [4, ({ simulator }, random) => simulator.faults.end(target(random))],
  reset: [4, ({ simulator }, random) => simulator.faults.rst(target(random))],
  mute: [
    3,
    (world, random) => {
      const whom = target(random);
      world.simulator.faults.mute(whom);
      world.later(random.between(500, 20_000), () => world.simulator.faults.recover(whom));
    },
  ],
  'half-open': [3, ({ simulator }, random) => simulator.faults.halfOpen(target(random), random.between(500, 25_000))],
  'hold the wire': [
    10,
    ({ lines, now }, random) => lines.hold(random.chance(0.6) ? 'to the desk' : 'to TWS', now + random.between(50, 4_000)),
  ],
  'odd bytes': [1, ({ simulator }, random) => simulator.faults.injectBytes(random.between(0, 2), Buffer.from([255, 255, 255, 255, 0, 1]))],
  'odd frame': [2, ({ simulator }, random) => simulator.faults.injectFrame(random.between(0, 2), [random.between(1, 110), 'x', -1, ''])],
  'client id held': [1, ({ simulator }, random) => simulator.faults.holdClientId(ORDERS, random.between(500, 5_000))],
  // —— IB's servers ——
  outage: [
    5,
    ({ simulator, judge }, random) => {
      const ms = random.between(500, 15_000);
      judge.outage(ms);
      simulator.faults.outage({
        ms,
        fills: (['told', 'late', 'lost'] as const)[random.between(0, 2)]!,
        orders: random.chance(0.5) ? 'kept' : 'forgotten',
        back: random.chance(0.5) ? 1101 : 1102,
      });
    },
  ],
  'farm during an outage': [
    3,
    ({ simulator, judge }, random) => {
      const ms = random.between(3_000, 12_000);
      judge.outage(ms);
      simulator.faults.outage({ ms, back: random.chance(0.5) ? 1101 : 1102 });
      simulator.faults.later(random.between(100, 2_000), () => simulator.faults.notice(random.chance(0.6) ? 2104 : 2106));
    },
  ],
  farms: [4, ({ simulator }, random) => simulator.faults.notice([2103, 2104, 2105, 2106, 2107, 2108, 2119][random.between(0, 6)]!)],
  'offline for a moment': [
    2,
    ({ simulator, judge }, random) => {
      judge.outage(0);
      simulator.faults.notice(2110);
      simulator.faults.later(random.between(200, 5_000), () => simulator.faults.notice(2104));
    },
  ],
  'restored without a loss': [
    1,
    ({ simulator, judge }, random) => {
      judge.outage(0);
      simulator.faults.notice(random.chance(0.5) ? 1101 : 1102);
    },
  ],
  'nightly reset': [
    1,
    async (world, random) => {
      const { faults, gateway } = world.simulator;
      if (world.isDown) return;
      world.isDown = true;
      const down = faults.goDown();
      await world.meanwhile(down);
      if (random.chance(0.3)) gateway.exchange.register.rewind(random.between(1, 10));
      world.later(random.between(500, 6_000), () => world.comeBack());
    },
  ],
  // —— what is said, and when ——
  late: [
    4,
    ({ simulator }, random) =>
      simulator.faults.delay(
        (['openOrder', 'orderStatus', 'execDetails', 'commission', 'error', 'openOrderEnd', 'currentTime', 'position'] as const)[
          random.between(0, 7)
        ]!,
        random.between(100, 4_000),
        'all',
        random.between(1, 3),
      ),
  ],
  lost: [
    2,
    ({ simulator }, random) =>
      simulator.faults.drop(
        (['orderStatus', 'openOrder', 'openOrderEnd', 'completedOrdersEnd', 'currentTime'] as const)[random.between(0, 4)]!,
      ),
  ],
  twice: [2, ({ simulator }, random) => simulator.faults.duplicate(random.chance(0.5) ? 'execDetails' : 'orderStatus', 2, 'all', 2)],
  'another order of a fill': [
    2,
    ({ simulator }, random) => {
      simulator.faults.fillsTold = (['execution first', 'state first', 'execution only'] as const)[random.between(0, 2)]!;
    },
  ],
  'silence about orders': [
    3,
    (world, random) => {
      world.simulator.faults.holdOrderNews();
      world.later(random.between(100, 5_000), () => world.simulator.faults.releaseOrderNews());
    },
  ],
  // —— orders ——
  swallowed: [4, ({ simulator }, random) => simulator.faults.swallowNext(random.chance(0.8) ? ORDERS : 0)],
  'no answer': [3, ({ simulator }) => simulator.faults.dropNextAck()],
  rejected: [2, ({ simulator }) => simulator.faults.rejectNext()],
  refused: [
    3,
    ({ simulator }, random) => {
      const what = (['new', 'modify', 'cancel'] as const)[random.between(0, 2)]!;
      simulator.faults.refuseNext(what, { new: 201, modify: 105, cancel: 161 }[what]);
    },
  ],
  'children lost': [1, ({ simulator }) => simulator.faults.loseChildren(ORDERS)],
  'slow cancels': [3, ({ simulator }, random) => simulator.faults.holdCancelsUntil(random.between(500, 6_000))],
  'late fill of a cancelled order': [
    2,
    ({ simulator }, random) => simulator.faults.lateFillNext(random.between(50, 2_000), random.chance(0.5) ? 'all' : 'half'),
  ],
  'filled anyway': [
    4,
    (world, random) => {
      const order = working(world, random);
      if (order === undefined || !order.transmitted) return;
      const size = random.chance(0.5) ? order.remaining : units(Math.max(1, Math.floor(order.remaining / 20_000)));
      if (order.remaining > 0) world.simulator.faults.fillAnyway(order.permId, size);
    },
  ],
  corrected: [2, ({ simulator }, random) => simulator.faults.correctByTicks(random.between(-3, 3))],
  // —— a person at TWS ——
  'manual order': [
    3,
    (world, random) => {
      const symbol = world.symbols[random.between(0, 1)]!;
      const action = random.chance(0.5) ? 'BUY' : 'SELL';
      const quantity = units(random.between(1, 8) * 10);
      const limit = plus(world.priceOf(symbol), scale(CENT, random.between(-5, 5)));
      const type = random.chance(0.4) ? 'MKT' : 'LMT';
      world.simulator.manual.place({ symbol, action, quantity, type, ...(type === 'LMT' ? { limit } : {}) });
    },
  ],
  'manual cancel': [
    2,
    ({ simulator }, random) => void simulator.manual.cancel({ by: random.chance(0.5) ? 'hand' : 'api', newest: random.between(0, 2) }),
  ],
  'manual close': [1, ({ simulator, symbols }, random) => void simulator.manual.close(symbols[random.between(0, 1)]!, 50)],
  // —— the process ——
  crash: [
    2,
    async (world, random) => {
      await world.crash();
      world.later(random.between(1_000, 8_000), () => world.boot());
    },
  ],
  'stopped and started': [
    2,
    async (world, random) => {
      await world.stop();
      world.later(random.between(1_000, 5_000), () => world.boot());
    },
  ],
};

/** What goes wrong; each storm leaves about a third of the kinds out. */
export class SocketNemesis {
  readonly #world: SocketWorld;
  readonly #random: Random;
  readonly #kinds: readonly string[];
  readonly seen = new Map<string, number>();

  constructor(world: SocketWorld) {
    this.#world = world;
    this.#random = new Random(world.seed + 0x4e3);
    this.#kinds = Object.entries(TROUBLES).flatMap(([kind, [odds]]) =>
      this.#random.chance(0.66) ? Array.from({ length: odds }, () => kind) : [],
    );
  }

  async act(): Promise<void> {
    const kind = this.#kinds[this.#random.between(0, this.#kinds.length - 1)];
    if (kind === undefined) return;
    this.seen.set(kind, (this.seen.get(kind) ?? 0) + 1);
    this.#world.note(`trouble: ${kind}`);
    await TROUBLES[kind]![1](this.#world, this.#random);
    await this.#world.lines.settle();
  }

  /** Everything works again. What was lost stays lost. */
  async end(): Promise<void> {
    const world = this.#world;
    world.judge.outage(0);
    world.lines.release();
    await world.comeBack();
    await world.meanwhile(world.simulator.faults.calm());
    // Lamps that nobody would switch on again.
    world.simulator.faults.notice(1102);
    world.simulator.faults.notice(2104);
    world.simulator.faults.notice(2106);
    world.boot();
    await world.lines.settle();
    if (world.life?.deskState.link.problem?.code === 'malformed-data') {
      world.note('the operator connects anew, as the screen says');
      world.simulator.faults.end();
    }
  }
}
