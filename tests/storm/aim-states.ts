import { pauseByOperator, stopDesk } from '#core/engine/operator-commands';
import { cancelOrders } from '#core/execution/cancel';
import { modifyOrder } from '#core/execution/modify';
import type { Order } from '#domain/order';
import { priceOf } from '#domain/price';
import { units } from '#domain/quantity';
import { plus, scale } from '#domain/scaled';
import type { WorkingOrder } from '#simulator/engine/working-order';
import { engineClassOf, type EventName, type OrderClass } from './cells.ts';
import { isEvent, type Moment, ofClass } from './aim-moment.ts';

const BY = 'the operator';
const CENT = priceOf(0.01);

/** Once for each aim, or again by chance. */
function once({ done, random }: Moment, what: string): boolean {
  if (done.has(what) && !random.chance(0.1)) return false;
  done.add(what);
  return true;
}

export function workingOf({ world }: Moment, order: Order): WorkingOrder | undefined {
  return world.tws.exchange.register.active().find(({ orderRef, done }) => !done && orderRef !== '' && orderRef === order.ref);
}

/** True when the desk is where the aim wants it. */
export function bringEngine(moment: Moment): boolean {
  const { life, operator, aim, random } = moment;
  const now = engineClassOf(life.state);
  if (now === aim.engine && standsRight(moment)) return true;
  if (aim.engine === 'killed') operator.kill('own', 'keep');
  else if (aim.engine === 'trading' || now === 'killed') operator.toWork(life);
  else if (now === 'trading' && (aim.event === 'start' || random.chance(0.3))) stopDesk(life.deskState, BY);
  else if (now === 'trading') pauseByOperator(life.deskState, BY, 'lunch');
  else operator.toWork(life);
  return false;
}

export function hasPosition({ life }: Moment): boolean {
  return [...life.stores.positions.values()].some(({ quantity }) => quantity !== 0);
}

/** Some events are of one state of its class alone. */
function standsRight({ life, aim }: Moment): boolean {
  switch (aim.event) {
    case 'start':
      return life.state === 'IDLE';
    case 'resume':
      return life.state === 'PAUSED' || life.state === 'INITIALIZING';
    case 'stop':
    case 'pause':
      return life.state !== 'IDLE' && life.state !== 'ERROR';
    case 'fault':
      return life.state !== 'ERROR';
    default:
      return true;
  }
}

/** True when it may have come about now. */
export function bringOrder(moment: Moment): boolean {
  const bring = BRINGS[moment.aim.order];
  return bring === undefined || bring(moment);
}

const BRINGS: Readonly<Partial<Record<OrderClass, (moment: Moment) => boolean>>> = {
  waiting: (moment) => once(moment, 'waits') && withWaits(moment),
  sent: (moment) => {
    if (!once(moment, 'sends')) return false;
    moment.world.tws.faults.unacknowledged = 3;
    moment.operator.begets(moment.life, moment.random);
    return true;
  },
  unknown: loses,
  'partly filled': (moment) => {
    const order = ofClass(moment, 'working');
    return order === undefined ? beget(moment) : fillsInPart(moment, order);
  },
  changing: changes,
  cancelling: (moment) => {
    const order = changeable(moment);
    if (order === undefined) return false;
    if (cancelOrders(moment.life.deskState, [order], BY) > 0) moment.world.tws.faults.silentCancels = 1;
    return true;
  },
  working: beget,
  over: beget,
};

/** A change that has left is lost inside TWS. */
function changes(moment: Moment): boolean {
  const order = changeable(moment);
  if (order === undefined) return false;
  const move = scale(CENT, moment.random.chance(0.5) ? 1 : -1);
  const terms =
    order.limit !== undefined && order.stop === undefined
      ? { limit: plus(order.limit, move) }
      : order.stop !== undefined
        ? { stop: plus(order.stop, move) }
        : {};
  if (modifyOrder(moment.life.deskState, order.key, order.updatedAt, terms, BY).ok) moment.world.tws.faults.silentDrops += 1;
  return true;
}

function beget(moment: Moment): boolean {
  if (once(moment, 'begets')) moment.operator.begets(moment.life, moment.random);
  return true;
}

function withWaits(moment: Moment): boolean {
  const { world, life, operator, random } = moment;
  const { waits } = world;
  world.waits = 1;
  operator.begets(life, random);
  world.waits = waits;
  return true;
}

/** Of which a fill is wanted: one that has filled in part. */
const OF_FILLS: readonly EventName[] = ['fill again', 'correction', 'fill listed', 'fill'];

function changeable(moment: Moment): Order | undefined {
  const { aim } = moment;
  const part = ofClass(moment, 'partly filled');
  if (part !== undefined) return part;
  const order = ofClass(moment, 'working');
  if (order === undefined) beget(moment);
  else if (isEvent(aim.event, ...OF_FILLS)) {
    fillsInPart(moment, order);
    return undefined;
  }
  return order;
}

function fillsInPart(moment: Moment, order: Order): boolean {
  const working = workingOf(moment, order);
  if (working === undefined || working.waits) return false;
  const whole = Math.floor(working.remaining / 10_000);
  if (whole >= 2) moment.world.tws.exchange.executeAnyway(working.permId, units(Math.ceil(whole / 3)));
  return true;
}

/** What has filled in part and is listed as inactive is out of sight; the lists that would find it wait. */
function loses(moment: Moment): boolean {
  const { world } = moment;
  const part = ofClass(moment, 'partly filled');
  const working = part === undefined ? undefined : workingOf(moment, part);
  if (working === undefined) {
    const order = ofClass(moment, 'working');
    return order === undefined ? beget(moment) : fillsInPart(moment, order);
  }
  world.tws.heldLists.hold();
  world.clock.aside(4_000, moment.random, () => {
    world.tws.heldLists.release();
  });
  working.parked = true;
  working.status = 'Inactive';
  world.tws.state(working);
  return true;
}

/** What is told by lists alone. */
export const LISTED: ReadonlySet<EventName> = new Set<EventName>([
  'end of open-orders',
  'end of completed-orders',
  'end of executions',
  'end of positions',
  'completed order',
  'fill listed',
]);

/** True when the link is where the aim wants it. */
export function bringLink(moment: Moment): boolean {
  const { link, reconciliation } = moment.life.deskState;
  const isLost = !link.ready || link.upstream === 'down';
  const isOpen = !isLost && reconciliation.done();
  switch (moment.aim.link) {
    case 'open':
      return isOpen;
    case 'lost':
      if (!isLost) losesLink(moment, isOpen);
      return isLost;
    case 'comparing':
      if (isLost) moment.world.tws.findIb(1102);
      else if (isOpen && once(moment, 'compares')) compares(moment);
      return !isLost && !isOpen;
  }
}

function losesLink(moment: Moment, isOpen: boolean): void {
  const { aim, world, random } = moment;
  const { tws, clock, wires } = world;
  if (LISTED.has(aim.event) && isOpen) compares(moment);
  else if (aim.event === 'link ready' || aim.event === 'IB lost') wires[1]!.lose(0);
  else if (once(moment, 'loses IB')) {
    tws.loseIb('told');
    clock.aside(1_500, random, () => {
      tws.findIb(1102);
    });
  }
}

/** The farm that tells what orders are about answers again: the book is compared, and the lists for that wait a little. */
export function compares({ world: { tws, clock }, random }: Moment): void {
  tws.heldLists.hold();
  tws.notice(2157, 'Sec-def data farm connection is broken:secdefnj');
  tws.notice(2158, 'Sec-def data farm connection is OK:secdefnj');
  clock.aside(1_200, random, () => {
    tws.heldLists.release();
  });
}
