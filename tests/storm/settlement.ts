import type { KillRecord } from '#core/state/records';
import { execIdRoot } from '#domain/execution';
import type { ExecId } from '#domain/ids';
import { isTerminal, isWorking, type Order } from '#domain/order';
import type { Fill } from '#simulator/model/fill';
import type { OrderView } from '#simulator/model/order-view';
import type { SettledLife, SettledWorld } from './judged.ts';
import { type Difference, foreignLeft, type Leftover, offerFor, orderLeft } from './leftovers.ts';
import { protectionGaps } from './protection.ts';
import { shieldDiffers } from './shield.ts';
import { isAlive } from './truth.ts';

/** The book against the ledger: working orders, ends, fills and positions. Empty when they are equal. */
export function differences(world: SettledWorld, life: SettledLife): readonly Difference[] {
  const found: Difference[] = [];
  const { tws, invariants } = world;
  const byPerm = new Map<number, Order>();
  for (const order of life.stores.orders.values()) if (order.permId !== undefined) byPerm.set(order.permId, order);
  for (const truth of tws.ledger.orders) compareOrder(found, truth, byPerm.get(truth.permId), world, life);
  for (const order of life.stores.orders.values()) {
    if (!isWorking(order.state) && order.state !== 'QUEUED' && order.state !== 'INTENT') continue;
    const truth = invariants.truth.order(order);
    if (truth !== undefined && order.permId !== undefined) continue;
    found.push({
      text: `${order.key} is ${order.state} here, the broker ${truth === undefined ? 'never had it' : `has it as ${truth.status}`}`,
      left: unknownSaid(life, order, truth),
    });
  }
  compareIntents(found, world, life);
  compareUntransmitted(found, world);
  compareFills(found, world, life);
  comparePositions(found, world, life);
  compareKill(found, world, life);
  compareExits(found, world, life);
  for (const text of [...protectionGaps(world.tws, life), ...shieldDiffers(world.tws, life)]) found.push({ text, left: undefined });
  if (!life.deskState.link.ready) found.push({ text: 'the link is not ready', left: undefined });
  if (!life.deskState.reconciliation.done()) found.push({ text: 'the book is not reconciled', left: undefined });
  if (life.state === 'INITIALIZING') found.push({ text: 'the desk is still INITIALIZING', left: undefined });
  return found;
}

function compareOrder(found: Difference[], truth: OrderView, order: Order | undefined, { tws }: SettledWorld, life: SettledLife): void {
  const { listedAt } = tws;
  const unseen =
    truth.clientId === 7 && (truth.completedAt === undefined ? truth.placedAt >= listedAt.open : truth.completedAt >= listedAt.completed);
  // Another program's order that traded nothing and is gone has left nothing behind.
  if (unseen && order === undefined && truth.filled === 0 && !isAlive(truth)) return;
  const name = `${truth.orderRef === '' ? 'order' : truth.orderRef} perm ${truth.permId}`;
  const differs: Differs = (text, left) => {
    found.push({ text: `${name}: ${text}`, left: left ?? (unseen ? foreignLeft(life, truth, truth.filled, truth.placedAt) : undefined) });
  };
  if (order === undefined) {
    // TWS lists a rejected order nowhere: a desk that was not there when it was told cannot know it.
    if (truth.status !== 'Inactive') differs(`${truth.status} at the broker, not in the book`);
    return;
  }
  if (isAlive(truth)) compareWorking(differs, truth, order);
  else compareEnded(differs, truth, order, life);
  if (order.filled !== truth.filled && truth.clientId !== 7)
    differs(`filled ${truth.filled / 10_000} at the broker, ${order.filled / 10_000} in the book`);
}

type Differs = (text: string, left?: Leftover) => void;

function compareWorking(differs: Differs, truth: OrderView, order: Order): void {
  if (!isWorking(order.state) || order.state === 'UNKNOWN') differs(`${truth.status} at the broker, ${order.state} in the book`);
  if (order.origin === 'foreign') return;
  if (order.state === 'PENDING_CANCEL' && truth.status !== 'PendingCancel')
    differs(`R-09: its cancel was asked for, and it is ${truth.status} at the broker`);
  if (order.quantity !== truth.quantity) differs(`quantity ${truth.quantity} at the broker, ${order.quantity} in the book`);
}

function compareEnded(differs: Differs, truth: OrderView, order: Order, life: SettledLife): void {
  if (truth.status === 'Filled') {
    if (order.state !== 'FILLED') differs(`Filled at the broker, ${order.state} in the book`);
  } else if (!isTerminal(order.state)) {
    const hidden = truth.status === 'Inactive' && (order.state === 'UNKNOWN' || order.state === 'INACTIVE');
    differs(`${truth.status} at the broker, ${order.state} in the book`, hidden ? orderLeft(life, order) : undefined);
  }
}

function unknownSaid(life: SettledLife, order: Order, truth: OrderView | undefined): Leftover | undefined {
  const listed = truth !== undefined && truth.status !== 'Inactive';
  return order.state === 'UNKNOWN' && !listed ? orderLeft(life, order) : undefined;
}

/** R-05: nothing that any life wrote down as on its way or at the broker is forgotten. */
function compareIntents(found: Difference[], world: SettledWorld, life: SettledLife): void {
  for (const [key, { state }] of world.disk.orders)
    if ((isWorking(state) || state === 'QUEUED' || state === 'INTENT') && !life.stores.orders.has(key as Order['key']))
      found.push({ text: `${key} was ${state} in the journal and is not in the book`, left: undefined });
}

/** I-27: what waits untransmitted in TWS is shown to nobody, and one click of a person sends it. */
function compareUntransmitted(found: Difference[], world: SettledWorld): void {
  for (const { clientId, orderId, orderRef } of world.tws.exchange.register.untransmitted())
    if (clientId !== 7) found.push({ text: `I-27: ${orderRef} (${clientId}:${orderId}) waits untransmitted in TWS`, left: undefined });
}

function compareFills(found: Difference[], world: SettledWorld, life: SettledLife): void {
  const { tws } = world;
  for (const truth of tws.ledger.fills) {
    const fill = life.stores.fills.get(execIdRoot(truth.execId as ExecId));
    if (fill === undefined) {
      found.push({
        text: `the fill ${truth.execId} of ${truth.quantity / 10_000} ${truth.contract.symbol} by ${truth.orderRef || `client ${truth.clientId}`} is not in the book`,
        left: truth.clientId === 7 ? foreignLeft(life, truth, truth.quantity, truth.at) : undefined,
      });
    } else if (fill.price !== tws.priceOf(truth))
      found.push({
        text: `the fill ${truth.execId} stands at ${fill.price}, corrected ${tws.priceOf(truth)}`,
        left: truth.clientId === 7 ? repriced(life, truth) : undefined,
      });
  }
  if (life.stores.fills.size > tws.ledger.fills.length) found.push({ text: 'the book has more fills than the broker', left: undefined });
}

/** A fill of another program that IB gave another price: TWS tells that program alone. The screen says that it is not the desk's. */
function repriced(life: SettledLife, { permId, quantity, at }: Fill): Leftover | undefined {
  const order = [...life.stores.orders.values()].find((other) => other.permId === permId);
  const isOthers = order?.origin === 'foreign' || order?.origin === 'manual';
  return isOthers ? { reason: 'foreign', subject: order.key, amount: quantity, at, said: 'origin' } : undefined;
}

function comparePositions(found: Difference[], world: SettledWorld, life: SettledLife): void {
  for (const instrument of world.tws.listing.all) {
    const truth = world.tws.ledger.position(instrument.conId)?.quantity ?? 0;
    const held = [...life.stores.positions.values()].find((position) => position.contract.conId === instrument.conId)?.quantity ?? 0;
    if (held === truth) continue;
    found.push({
      text: `position of ${instrument.symbol}: ${truth / 10_000} at the broker, ${held / 10_000} in the book`,
      left: undefined,
    });
  }
}

/**
 * I-26 at the broker: what the desk's exits can still take on a side is no more than what is held there. Exits of an entry that works are
 * bounded by it. What was found at the start and waits for the operator, or was left to itself by the operator, is the operator's.
 */
function compareExits(found: Difference[], world: SettledWorld, life: SettledLife): void {
  const { orders } = world.tws.ledger;
  for (const { conId, symbol } of world.tws.listing.all) {
    for (const side of ['SELL', 'BUY'] as const) {
      const position = world.tws.ledger.position(conId)?.quantity ?? 0;
      const against = orders.filter(
        (order) => order.contract.conId === conId && /^TD1-.*-E$/.test(order.orderRef) && order.action === side,
      );
      const opened = against.reduce((sum, entry) => sum + entry.filled - exitedFrom(entry, orders), 0);
      const allowed = Math.max(0, (side === 'SELL' ? position : 0 - position) + Math.max(0, opened));
      const groups = new Map<string, number>();
      const exits = orders.filter(
        (order) => isAlive(order) && order.contract.conId === conId && order.action === side && /^TD1-.*-[TS]$/.test(order.orderRef),
      );
      for (const order of exits) {
        const entry = workingEntry(order, orders);
        const rest = entry === undefined ? order.remaining : Math.min(order.remaining, entry.filled - exitedFrom(entry, orders));
        groups.set(groupOf(order), Math.max(groups.get(groupOf(order)) ?? 0, rest));
      }
      const sum = sumOf(groups);
      if (sum > allowed)
        found.push({
          text: `I-26: exits of ${symbol} for ${sum / 10_000} ${side} work, ${allowed / 10_000} are held for them`,
          left: exitsLeft(world, life, exits, allowed, sum - allowed),
        });
    }
  }
}

function exitedFrom(entry: OrderView, orders: readonly OrderView[]): number {
  const family = entry.orderRef.slice(0, -1);
  return orders.reduce((sum, other) => sum + (other !== entry && other.orderRef.startsWith(family) ? other.filled : 0), 0);
}

/**
 * A stop that is bounded by its own entry, which works, is not made smaller by the desk itself: what the entry still fills would be without
 * it. Nor is what was found at the start before the operator has decided, or what he told the desk to let alone. Everything besides must fit.
 */
function exitsLeft(
  world: SettledWorld,
  life: SettledLife,
  exits: readonly OrderView[],
  allowed: number,
  tooMuch: number,
): Leftover | undefined {
  const [first] = exits;
  if (first === undefined) return undefined;
  if (!exits.some((order) => isOperators(life, order)) && !isBoundByEntries(world, exits, allowed)) return undefined;
  return offerFor(life, first.contract.conId, tooMuch);
}

function isOperators(life: SettledLife, { orderRef, permId }: OrderView): boolean {
  const order = [...life.stores.orders.values()].find((other) => other.permId === permId);
  if (order === undefined) return false;
  const names = new Set([`order:${orderRef}`, `order:${order.key}`, `position:${order.account}:${order.contract.conId}`]);
  return [...life.stores.found.values()].some(({ key, decision }) => names.has(key) && (decision === undefined || decision === 'ignore'));
}

/** What stops of entries that work take of it is theirs, and the others fit into what is left. */
function isBoundByEntries(world: SettledWorld, exits: readonly OrderView[], allowed: number): boolean {
  const { orders } = world.tws.ledger;
  const bound = new Map<string, number>();
  for (const order of exits) {
    const entry = workingEntry(order, orders);
    if (entry === undefined || order.ocaGroup === '') continue;
    if (!exits.some((other) => other.ocaGroup === order.ocaGroup && isStop(other))) continue;
    bound.set(order.ocaGroup, Math.max(bound.get(order.ocaGroup) ?? 0, takes(order, entry, orders)));
  }
  const others = new Map<string, number>();
  for (const order of exits) {
    if (bound.has(order.ocaGroup)) continue;
    const entry = workingEntry(order, orders);
    const rest = entry === undefined ? order.remaining : takes(order, entry, orders);
    others.set(groupOf(order), Math.max(others.get(groupOf(order)) ?? 0, rest));
  }
  return sumOf(bound) > 0 && sumOf(others) <= Math.max(0, allowed - sumOf(bound));
}

/** The entry of a bracket's exit as long as it works. */
function workingEntry(exit: OrderView, orders: readonly OrderView[]): OrderView | undefined {
  const entry = orders.find((other) => other.permId === exit.parentPermId);
  return entry !== undefined && isAlive(entry) ? entry : undefined;
}

/** What an exit can take of what its entry has opened. */
function takes(exit: OrderView, entry: OrderView, orders: readonly OrderView[]): number {
  return Math.min(exit.remaining, Math.max(0, entry.filled - exitedFrom(entry, orders)));
}

function groupOf(order: OrderView): string {
  return order.ocaGroup === '' ? order.orderRef : order.ocaGroup;
}

function isStop({ type }: OrderView): boolean {
  return type === 'STP' || type === 'STP LMT' || type === 'TRAIL';
}

function sumOf(groups: ReadonlyMap<string, number>): number {
  return [...groups.values()].reduce((sum, one) => sum + one, 0);
}

/**
 * I-04, by the ledger: after a kill of everything nothing of its scope works; after one that keeps exits, nothing works that could raise
 * exposure: only exits, together no larger than what is held. What the operator wished after it may, and so may what others placed once it was
 * verified; what no cancel of this desk reaches is listed as a residual.
 */
function compareKill(found: Difference[], world: SettledWorld, life: SettledLife): void {
  if (!life.deskState.latch.isSet()) return;
  const record = life.stores.engine.get('desk')?.kill;
  if (record === undefined) {
    found.push({ text: 'I-04: the latch is set and no kill is under way', left: undefined });
    return;
  }
  const { orders } = world.tws.ledger;
  const left = orders.filter((truth) => isAlive(truth) && isInScope(truth, record) && !isWishedAfter(truth, life, record));
  // What no cancel of this desk reaches, and the banner names, takes no room from the exits that stay.
  const reached = left.filter((truth) => !isTold(truth, life, record));
  for (const truth of left) {
    if (record.exits === 'keep' && (!reached.includes(truth) || isKept(truth, reached, orders, world))) continue;
    const unseen = truth.clientId === 7 && truth.placedAt >= world.tws.listedAt.open;
    found.push({
      text: `I-04: ${truth.orderRef} perm ${truth.permId} of client ${truth.clientId} works at the broker after a kill of scope ${record.scope}, ${record.exits}`,
      left: unseen ? foreignLeft(life, truth, truth.filled, truth.placedAt) : undefined,
    });
  }
  if (record.phase === 'cancelling') found.push({ text: 'I-04: the kill is still cancelling', left: undefined });
}

/** An exit, and all exits of its side that are left together close no more than the broker holds. */
function isKept(truth: OrderView, left: readonly OrderView[], orders: readonly OrderView[], { tws }: SettledWorld): boolean {
  const isExit = (order: OrderView): boolean =>
    order.orderRef.startsWith('TD1-') ? /-[ST]$/.test(order.orderRef) : isStop(order) || order.type === 'LMT';
  if (!isExit(truth)) return false;
  const { conId } = truth.contract;
  const position = tws.ledger.position(conId)?.quantity ?? 0;
  const groups = new Map<string, number>();
  for (const order of left) {
    if (order.contract.conId !== conId || order.action !== truth.action) continue;
    const entry = workingEntry(order, orders);
    const rest = entry === undefined ? order.remaining : takes(order, entry, orders);
    groups.set(groupOf(order), Math.max(groups.get(groupOf(order)) ?? 0, rest));
  }
  return sumOf(groups) <= Math.max(0, truth.action === 'SELL' ? position : 0 - position);
}

/** Of another program, or typed into TWS and not numbered yet: the banner names it. */
function isTold({ permId, clientId, orderId }: OrderView, life: SettledLife, { residuals }: KillRecord): boolean {
  const order = [...life.stores.orders.values()].find((other) => other.permId === permId);
  return (clientId === 7 || orderId === 0) && order !== undefined && residuals.includes(order.key);
}

/** A kill of everything takes also what others have placed until it was verified. */
function isInScope({ orderRef, placedAt }: OrderView, { scope, verifiedAt }: KillRecord): boolean {
  if (orderRef.startsWith('TD1-')) return true;
  return scope === 'all' && (verifiedAt === undefined || placedAt < verifiedAt);
}

/** A stop or a close that was approved after the kill, by the operator's hand or to put back what the kill lost. */
function isWishedAfter({ permId }: OrderView, life: SettledLife, kill: KillRecord): boolean {
  const order = [...life.stores.orders.values()].find((other) => other.permId === permId);
  return (order?.leg === 'F' || order?.leg === 'S') && (order.cause?.approvedSeq ?? 0) > kill.upTo;
}
