import type { Order } from '#domain/order';
import { engineClassOf } from './cells.ts';
import { type Aim, AIMS } from './aim-list.ts';
import { type Moment, ofClass } from './aim-moment.ts';
import { bringEngine, bringLink, bringOrder, hasPosition } from './aim-states.ts';
import { strike, tellKept } from './aim-events.ts';
import type { Operator } from './operator.ts';
import { stream } from './weather.ts';
import type { World } from './world.ts';

/**
 * Storms that aim: each brings order, link and desk into the states of a cell of the table, and then makes its event happen. Which cells is
 * said by the seed alone, so that one storm is replayed alone; together they come by all of `AIMS`.
 */

/** Of four storms one aims. */
const ONE_IN = 4;
/** By a storm, in all its shifts. */
const PER_STORM = 16;
/** So long one is tried, virtual ms. */
const PATIENCE_MS = 9_000;
/** Chance of its own in the second shift. */
const LATER = 0x2f00;

/** Begins it in the storms that have it; what is returned ends it. */
export function aims(world: World, operator: Operator, seed: number, shift: number): () => void {
  if (seed % ONE_IN !== 0) return () => undefined;
  const random = stream(seed + shift * LATER, 'aims');
  const first = Math.floor(seed / ONE_IN) * PER_STORM + shift * (PER_STORM - 4);
  let at = first;
  let until = 0;
  let before = 0;
  let done = new Set<string>();
  let lookAt = 0;
  world.between = () => {
    if (world.now < lookAt) return;
    lookAt = world.now + 30 + random.next() * 60;
    const aim = AIMS[at % AIMS.length]!;
    if (until === 0) {
      until = world.now + PATIENCE_MS;
      before = visits(world, aim);
      world.note(`aim: ${aim.cell}`);
      swift(world, true);
    }
    const { life } = world;
    const isHit = visits(world, aim) > before;
    if (life !== undefined && !world.isAsleep && !isHit) takeAim({ world, operator, life, random, aim, done });
    if (!isHit && world.now <= until) return;
    world.aimed.push({ cell: aim.cell, isHit, reached: [...done].join(', ') });
    at += 1;
    until = 0;
    done = new Set();
    letGo(world, operator);
  };
  return () => {
    world.between = undefined;
    letGo(world, operator);
    tellKept(world);
  };
}

function visits({ coverage }: World, { cell }: Aim): number {
  return coverage.cells.get(cell) ?? 0;
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
  tws.unlisted.clear();
  tws.heldLists.release();
  tws.findIb(1102);
  for (const parked of tws.exchange.register.active().filter(({ status }) => status === 'Inactive')) tws.exchange.confirm(parked);
}

/**
 * One step: an order first, where the desk trades or in the state that is wanted; then the desk, then the link, and the event as soon as all
 * three are there.
 */
function takeAim(moment: Moment): void {
  const { world, operator, aim, done } = moment;
  const { byHand } = world;
  world.byHand = true;
  operator.holds = aim.engine;
  const order = orderFor(moment);
  if ((order !== undefined || aim.order === 'none') && isBrought(moment)) {
    if ((!done.has('struck') || moment.random.chance(0.1)) && strike(moment, order)) done.add('struck');
  }
  world.byHand = byHand;
}

function isBrought(moment: Moment): boolean {
  const { life, done } = moment;
  done.add('an order');
  if (!bringEngine(moment) || !life.alive) return false;
  done.add('the desk');
  return bringLink(moment);
}

function orderFor(moment: Moment): Order | undefined {
  const { life, aim, operator, random, done } = moment;
  if (aim.order === 'none') return undefined;
  if (!outlasts(aim) && !isThereFirst(moment)) return undefined;
  const there = ofClass(moment, aim.order);
  if (there !== undefined) return there;
  const now = engineClassOf(life.state);
  if (now === aim.engine && !hasPosition(moment)) done.add('back');
  if (now !== 'trading' && (now !== aim.engine || done.has('back') || random.chance(0.02))) operator.toWork(life);
  else if (bringOrder(moment)) return ofClass(moment, aim.order);
  return undefined;
}

/** What waits does not outlast a desk that stands still, and a kill takes what is only sent. */
function outlasts({ order, engine }: Aim): boolean {
  return engine === 'trading' || (order !== 'waiting' && (order !== 'sent' || engine !== 'killed'));
}

/** The desk first, and before that something to take down. */
function isThereFirst(moment: Moment): boolean {
  const { life, operator, random } = moment;
  if (hasPosition(moment)) return bringEngine(moment);
  if (engineClassOf(life.state) !== 'trading') operator.toWork(life);
  else if (random.chance(0.2)) operator.begets(life, random);
  return false;
}
