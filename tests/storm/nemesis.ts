import { priceOf } from '#domain/price';
import { units } from '#domain/quantity';
import { scale } from '#domain/scaled';
import type { Random } from '#simulator/model/random';
import { DU } from '../support/core/fixtures.ts';
import { CRASH_POINTS } from './crash.ts';
import type { World } from './world.ts';

/** Relative odds of what goes wrong; each storm has its own weather and leaves some of them out. */
const TROUBLES = {
  'lose-one': 6,
  'lose-all': 3,
  'half-open': 3,
  outage: 8,
  slow: 3,
  unacknowledged: 6,
  'silent-drop': 2,
  'silent-cancel': 3,
  reject: 4,
  refuse: 3,
  'lose-children': 1,
  'count-twice': 1,
  'hold-cancels': 4,
  'hold-executions': 6,
  correct: 4,
  warn: 4,
  'journal-full': 2,
  'gateway-restart': 1,
  crash: 2,
  'crash-point': 6,
  manual: 4,
  'manual-cancel': 2,
  foreign: 4,
  'foreign-cancel': 1,
  'tws-cancel': 3,
} as const;
type Trouble = keyof typeof TROUBLES;
type LineTrouble = 'lose-one' | 'lose-all' | 'half-open' | 'outage' | 'slow' | 'gateway-restart';
type OrderTrouble = 'unacknowledged' | 'silent-drop' | 'silent-cancel' | 'reject' | 'refuse' | 'lose-children' | 'hold-cancels';
type ReportTrouble = 'hold-executions' | 'correct' | 'warn';
type ProcessTrouble = 'count-twice' | 'journal-full' | 'crash' | 'crash-point';
type StrangerTrouble = 'manual' | 'foreign' | 'manual-cancel' | 'foreign-cancel' | 'tws-cancel';

const OTHERS: ReadonlySet<Trouble> = new Set(['manual', 'manual-cancel', 'foreign', 'foreign-cancel']);
const FOREIGN_CLIENT = 7;
const CENT = priceOf(0.01);

/** Everything that is against the desk: wires, TWS, IB, the disk, other people, and the end of its own process. */
export class Nemesis {
  readonly #world: World;
  readonly #troubles: readonly Trouble[];
  readonly #does: Readonly<Record<Trouble, () => void>>;
  #over = false;

  constructor(world: World) {
    this.#world = world;
    this.#does = {
      ...this.#lineTroubles(),
      ...this.#orderTroubles(),
      ...this.#reportTroubles(),
      ...this.#processTroubles(),
      ...this.#strangerTroubles(),
    };
    const { random } = world;
    const strangers = random.chance(0.6);
    world.alone = !strangers;
    world.tws.faults.duplicates = random.chance(0.5) ? 0.3 : 0;
    world.waits = random.chance(0.5) ? 0.25 : 0;
    this.#troubles = (Object.keys(TROUBLES) as Trouble[]).flatMap((trouble) => {
      const here = OTHERS.has(trouble) ? strangers : random.chance(0.6);
      return here ? Array.from({ length: TROUBLES[trouble] }, () => trouble) : [];
    });
  }

  act(): void {
    const world = this.#world;
    const { random } = world;
    if (this.#troubles.length === 0) return;
    const trouble = this.#troubles[random.between(0, this.#troubles.length - 1)]!;
    world.note(`nemesis: ${trouble}`);
    this.#does[trouble]();
  }

  /** What the wires do. */
  #lineTroubles(): Readonly<Record<LineTrouble, () => void>> {
    const world = this.#world;
    const { random, tws } = world;
    return {
      'lose-one': () => {
        world.wires[random.between(0, 2)]!.lose(0);
        world.counts.reconnects += 1;
      },
      'lose-all': () => {
        for (const wire of world.wires) wire.lose(0);
        world.counts.reconnects += 1;
      },
      'half-open': () => {
        world.wires[pick(random, [0, 2])]!.lose(500 + random.next() * 12_000);
        world.counts.reconnects += 1;
      },
      outage: () => {
        world.counts.outages += 1;
        tws.loseIb(pick(random, ['told', 'held', 'lost'] as const));
        this.#later(500, 7_000, () => {
          tws.findIb(pick(random, [1101, 1102] as const));
        });
      },
      slow: () => {
        const wire = world.wires[random.between(0, 2)]!;
        const way = random.chance(0.5) ? wire.up : wire.down;
        way.slowness = 4_000;
        this.#later(1_000, 6_000, () => {
          way.slowness = 0;
        });
      },
      'gateway-restart': () => {
        for (const wire of world.wires) wire.lose(0);
        world.counts.reconnects += 1;
        tws.restart(1);
      },
    };
  }

  /** What TWS swallows, refuses or loses of what it is sent. */
  #orderTroubles(): Readonly<Record<OrderTrouble, () => void>> {
    const { tws } = this.#world;
    const { faults } = tws;
    return {
      unacknowledged: () => {
        faults.unacknowledged += 1;
      },
      'silent-drop': () => {
        faults.silentDrops += 1;
        this.#later(3_000, 6_000, () => {
          faults.silentDrops = 0;
        });
      },
      'silent-cancel': () => {
        faults.silentCancels += this.#world.random.between(1, 2);
        this.#later(3_000, 8_000, () => {
          faults.silentCancels = 0;
        });
      },
      reject: () => {
        faults.rejections.push('YOUR ORDER IS NOT ACCEPTED');
      },
      refuse: () => {
        this.#refuse();
      },
      'lose-children': () => {
        faults.lostChildren = 1;
      },
      'hold-cancels': () => {
        faults.holdCancels = true;
        this.#later(500, 6_000, () => {
          this.#releaseCancels();
        });
      },
    };
  }

  /** What IB tells late, corrects or warns of. */
  #reportTroubles(): Readonly<Record<ReportTrouble, () => void>> {
    const world = this.#world;
    const { random, tws } = world;
    return {
      'hold-executions': () => {
        tws.faults.holdExecutions = true;
        this.#later(300, 5_000, () => {
          tws.releaseExecutions();
        });
      },
      correct: () => {
        const { fills } = tws.ledger;
        if (fills.length === 0) return;
        world.counts.corrections += 1;
        tws.correct(fills[random.between(0, fills.length - 1)]!);
      },
      warn: () => {
        const order = this.#working((one) => one.clientId === 2);
        if (order !== undefined)
          tws.refused(order.clientId, order.orderId, pick(random, [399, 2109, 404, 161]), 'Order Message: a warning.');
      },
    };
  }

  /** What happens to the desk's own process and its disk. */
  #processTroubles(): Readonly<Record<ProcessTrouble, () => void>> {
    const world = this.#world;
    const { random, disk, crashes } = world;
    return {
      'count-twice': () => {
        world.countsTwice = true;
        this.#later(2_000, 6_000, () => {
          world.countsTwice = false;
        });
      },
      'journal-full': () => {
        disk.fault = 'no space left';
        if (random.chance(0.3)) disk.latchFault = 'no space left';
        this.#later(300, 5_000, () => {
          disk.fault = undefined;
          disk.latchFault = undefined;
        });
      },
      crash: () => {
        world.kill('kill -9');
      },
      'crash-point': () => {
        crashes.arm(CRASH_POINTS[random.between(0, CRASH_POINTS.length - 1)]!, random.between(1, 5));
        this.#later(4_000, 9_000, () => {
          crashes.disarm();
        });
      },
    };
  }

  /** What other people and programs do. */
  #strangerTroubles(): Readonly<Record<StrangerTrouble, () => void>> {
    return {
      manual: () => {
        this.#stranger(true);
      },
      foreign: () => {
        this.#stranger(false);
      },
      'manual-cancel': () => {
        this.#cancel((order) => order.clientId === 0 && order.orderRef === '');
      },
      'foreign-cancel': () => {
        this.#cancel((order) => order.clientId === FOREIGN_CLIENT);
      },
      'tws-cancel': () => {
        this.#cancel((order) => order.orderRef !== '');
      },
    };
  }

  #refuse(): void {
    const { random, tws } = this.#world;
    tws.faults.refusals.push(
      random.chance(0.3)
        ? { what: 'modify', code: pick(random, [105, 110, 104, 2102]), text: 'The change was refused.' }
        : random.chance(0.5)
          ? { what: 'new', code: pick(random, [110, 321, 10_243]), text: 'Refused.' }
          : { what: 'cancel', code: pick(random, [10_147, 161]), text: 'The cancel of % was refused.' },
    );
  }

  /** Another program places an order. */
  foreign(): void {
    if (!this.#world.alone) this.#stranger(false);
  }

  /** There is work again, and everything may go wrong. */
  begin(): void {
    this.#over = false;
  }

  /** The storm is over: what was broken works again, what was held back is let go. */
  end(): void {
    const { disk, tws, crashes, wires } = this.#world;
    this.#over = true;
    crashes.disarm();
    disk.fault = undefined;
    disk.latchFault = undefined;
    this.#world.countsTwice = false;
    for (const wire of wires) wire.up.slowness = wire.down.slowness = 0;
    tws.faults.silentCancels = 0;
    tws.faults.silentDrops = tws.faults.unacknowledged = 0;
    tws.faults.rejections.length = tws.faults.refusals.length = tws.faults.lostChildren = 0;
    this.#releaseCancels();
    tws.releaseExecutions();
    tws.findIb(1102);
  }

  #releaseCancels(): void {
    const { tws } = this.#world;
    tws.faults.holdCancels = false;
    tws.exchange.releaseCancels();
  }

  #later(from: number, to: number, fn: () => void): void {
    this.#world.clock.after(from + this.#world.random.next() * (to - from), () => {
      if (!this.#over) fn();
    });
  }

  #working(which: (order: { readonly clientId: number; readonly orderRef: string }) => boolean) {
    const orders = this.#world.tws.exchange.register.active().filter((order) => !order.done && which(order));
    return orders.length === 0 ? undefined : orders[this.#world.random.between(0, orders.length - 1)];
  }

  #cancel(which: (order: { readonly clientId: number; readonly orderRef: string }) => boolean): void {
    const order = this.#working((one) => which(one));
    if (order !== undefined && order.status !== 'PendingCancel') this.#world.tws.exchange.cancelOrder(order);
  }

  /** A person types an order into TWS, or another program sends one. */
  #stranger(byHand: boolean): void {
    const { tws, random } = this.#world;
    const instrument = tws.listing.all[random.between(0, tws.listing.all.length - 1)]!;
    const mid = tws.midOf(instrument.symbol);
    // What the desk's exits stand for is what a person likes to sell before them.
    const position = tws.ledger.position(instrument.conId)?.quantity ?? 0;
    const closes = position !== 0 && random.chance(0.6);
    const action = (closes ? position < 0 : random.chance(0.5)) ? 'BUY' : 'SELL';
    const market = closes || random.chance(0.4);
    const limit = scale(CENT, mid + random.between(-8, 8));
    const quantity = units(random.between(1, 6) * 10);
    if (byHand) {
      const order = tws.exchange.placeByHand({
        account: DU,
        contract: instrument,
        action,
        type: market ? 'MKT' : 'LMT',
        tif: 'DAY',
        quantity,
        limit: market ? undefined : limit,
        stop: undefined,
        outsideRth: false,
        orderRef: '',
        ocaGroup: '',
        ocaType: 0,
        parentId: 0,
        triggerMethod: 0,
      });
      if (tws.bindsManual) tws.exchange.bind(order);
      return;
    }
    tws.place(FOREIGN_CLIENT, {
      orderId: tws.exchange.register.nextOrderId(FOREIGN_CLIENT),
      contract: { conId: instrument.conId, symbol: instrument.symbol, secType: 'STK', exchange: 'SMART', currency: 'USD', localSymbol: '' },
      action,
      quantity: String(quantity / 10_000),
      limit: market ? undefined : String(limit / 1_000_000),
      aux: undefined,
      orderType: market ? 'MKT' : 'LMT',
      tif: 'DAY',
      ocaGroup: '',
      ocaType: 0,
      account: DU,
      orderRef: random.chance(0.5) ? 'other-program' : '',
      transmit: true,
      parentId: 0,
      triggerMethod: 0,
      outsideRth: false,
      whatIf: false,
      trailStop: undefined,
      trailPercent: undefined,
    });
  }
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.between(0, from.length - 1)]!;
}
