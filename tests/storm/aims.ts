import type { Order } from '#domain/order';
import type { Random } from '#simulator/model/random';
import { type EventName, ORDER_CLASS, type OrderClass } from './cells.ts';
import { type Aim, AIMS } from './aim-list.ts';
import { bringEngine, bringLink, bringOrder } from './aim-states.ts';
import { strike } from './aim-events.ts';
import type { Life } from './life.ts';
import type { Operator } from './operator.ts';
import { stream } from './weather.ts';
import type { World } from './world.ts';

/**
 * Storms that aim: each brings order, link and desk into the states of a cell of the table, and then makes its event happen. Which cells is
 * said by the seed alone, so that one storm is replayed alone; together they come by all of `AIMS`.
 */

/** Of five storms so many aim. */
const AIMING = 2;
const OF = 5;
/** By a storm, in all its shifts. */
const PER_STORM = 16;
/** So long one is tried, virtual ms. */
const PATIENCE_MS = 9_000;
const LATER = 0x2f00;

export interface Moment {
  readonly world: World;
  readonly operator: Operator;
  readonly life: Life;
  readonly random: Random;
  readonly aim: Aim;
  /** Once for each aim: what lasts is not begun again. */
  readonly done: Set<string>;
}

/** Begins it in the storms that have it; what is returned ends it. */
export function aims(world: World, operator: Operator, seed: number, shift: number): () => void {
  if (seed % OF >= AIMING) return () => undefined;
  const random = stream(seed + shift * LATER, 'aims');
  const first = (Math.floor(seed / OF) * AIMING + (seed % OF)) * PER_STORM + shift * (PER_STORM - 4);
  let at = first;
  let over = false;
  let until = 0;
  let done = new Set<string>();
  const next = (): void => {
    world.clock.aside(20 + random.next() * 90, random, () => {
      if (over) return;
      const aim = AIMS[at % AIMS.length]!;
      if (until === 0) {
        until = world.now + PATIENCE_MS;
        world.note(`aim: ${aim.cell}`);
        swift(world, true);
      }
      const { life } = world;
      const before = world.coverage.cells.get(aim.cell) ?? 0;
      if (life !== undefined && !world.isAsleep) takeAim({ world, operator, life, random, aim, done });
      if ((world.coverage.cells.get(aim.cell) ?? 0) > before || done.has('hit') || world.now > until) {
        at += 1;
        until = 0;
        done = new Set();
        letGo(world, operator);
      } else done.add(`seen ${before}`);
      next();
    });
  };
  next();
  return () => {
    over = true;
    letGo(world, operator);
  };
}

function swift({ wires }: World, isSwift: boolean): void {
  for (const { up, down } of wires) up.swift = down.swift = isSwift;
}

/** What was held for an aim goes on. */
function letGo(world: World, operator: Operator): void {
  const { tws } = world;
  swift(world, false);
  operator.holds = undefined;
  tws.faults.unacknowledged = tws.faults.silentDrops = tws.faults.silentCancels = 0;
  tws.heldLists.release();
  tws.windows.answer();
  tws.findIb(1102);
  for (const parked of tws.exchange.register.active().filter(({ status }) => status === 'Inactive')) tws.exchange.confirm(parked);
}

/** One step: the desk first, then the order, then the link, and the event as soon as all three are there. */
function takeAim(moment: Moment): void {
  const { world, operator, aim, done } = moment;
  const { byHand } = world;
  world.byHand = true;
  operator.holds = aim.engine;
  if (bringEngine(moment)) {
    const order = ofClass(moment.life, aim.order) ?? (bringOrder(moment) ? ofClass(moment.life, aim.order) : undefined);
    if ((order !== undefined || aim.order === 'none') && moment.life.alive && bringLink(moment)) {
      if (!done.has('struck') || moment.random.chance(0.1)) strike(moment, order);
      done.add('struck');
    }
  }
  world.byHand = byHand;
}

/** The newest own order of the class. */
export function ofClass({ stores }: Life, wanted: OrderClass): Order | undefined {
  let found: Order | undefined;
  for (const order of stores.orders.values())
    if ((order.origin === 'trigger' || order.origin === 'operator') && ORDER_CLASS[order.state] === wanted) found = order;
  return found;
}

export function isEvent(event: EventName, ...of: readonly EventName[]): boolean {
  return of.includes(event);
}
