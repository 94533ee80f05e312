import type { KillRecord } from '#core/state/records';
import { execIdRoot } from '#domain/execution';
import type { ExecId } from '#domain/ids';
import { isTerminal, isWorking, type Order } from '#domain/order';
import type { OrderView } from '#simulator/model/order-view';
import type { Life } from './life.ts';
import { protectionGaps } from './protection.ts';
import { shieldDiffers } from './shield.ts';
import { isAlive } from './truth.ts';
import type { Tws } from './tws.ts';
import type { World } from './world.ts';

/**
 * What the desk may leave open after a storm, because it cannot know, provided that it says so to the operator. Everything else that
 * differs from the broker is a violation.
 */
export type OperatorNeeded =
  /** An order that TWS lists nowhere (never arrived, dropped by TWS, rejected out of sight) is UNKNOWN, with an alarm. */
  | 'unknown order'
  /** What another program did since the last reconciliation: TWS tells it to nobody else; only the broker's position shows it. */
  | 'foreign, not listed yet'
  /** Exits that are too large, and are the operator's to decide on: found at the start, or of an entry that works, and offered to be mended. */
  | 'exits';

export interface Difference {
  readonly text: string;
  readonly excuse: OperatorNeeded | undefined;
}

/** The book against the ledger: working orders, ends, fills and positions. Empty when they are equal. */
export function differences(world: World, life: Life): readonly Difference[] {
  const found: Difference[] = [];
  const { tws, invariants } = world;
  const byPerm = new Map<number, Order>();
  for (const order of life.stores.orders.values()) if (order.permId !== undefined) byPerm.set(order.permId, order);
  for (const truth of tws.ledger.orders) compareOrder(found, truth, byPerm.get(truth.permId), tws.listedAt);
  for (const order of life.stores.orders.values()) {
    if (!isWorking(order.state) && order.state !== 'QUEUED' && order.state !== 'INTENT') continue;
    const truth = invariants.truth.order(order);
    if (truth !== undefined && order.permId !== undefined) continue;
    found.push({
      text: `${order.key} is ${order.state} here, the broker ${truth === undefined ? 'never had it' : `has it as ${truth.status}`}`,
      excuse: unknownSaid(life, order, truth),
    });
  }
  compareIntents(found, world, life);
  compareUntransmitted(found, world);
  compareFills(found, world, life);
  comparePositions(found, world, life);
  compareKill(found, world, life);
  compareExits(found, world, life);
  for (const text of [...protectionGaps(world.tws, life), ...shieldDiffers(world.tws, life)]) found.push({ text, excuse: undefined });
  if (!life.deskState.link.ready) found.push({ text: 'the link is not ready', excuse: undefined });
  if (!life.deskState.reconciliation.done()) found.push({ text: 'the book is not reconciled', excuse: undefined });
  if (life.state === 'INITIALIZING') found.push({ text: 'the desk is still INITIALIZING', excuse: undefined });
  return found;
}

function compareOrder(found: Difference[], truth: OrderView, order: Order | undefined, listedAt: Tws['listedAt']): void {
  const unseen =
    truth.clientId === 7 && (truth.completedAt === undefined ? truth.placedAt >= listedAt.open : truth.completedAt >= listedAt.completed);
  const name = `${truth.orderRef === '' ? 'order' : truth.orderRef} perm ${truth.permId}`;
  const differs: Differs = (text, excuse) => {
    found.push({ text: `${name}: ${text}`, excuse: excuse ?? (unseen ? 'foreign, not listed yet' : undefined) });
  };
  if (order === undefined) {
    // TWS lists a rejected order nowhere: a desk that was not there when it was told cannot know it.
    if (truth.status !== 'Inactive') differs(`${truth.status} at the broker, not in the book`);
    return;
  }
  if (isAlive(truth)) compareWorking(differs, truth, order);
  else compareEnded(differs, truth, order);
  if (order.filled !== truth.filled && truth.clientId !== 7)
    differs(`filled ${truth.filled / 10_000} at the broker, ${order.filled / 10_000} in the book`);
}

type Differs = (text: string, excuse?: OperatorNeeded) => void;

function compareWorking(differs: Differs, truth: OrderView, order: Order): void {
  if (!isWorking(order.state) || order.state === 'UNKNOWN') differs(`${truth.status} at the broker, ${order.state} in the book`);
  if (order.origin === 'foreign') return;
  if (order.state === 'PENDING_CANCEL' && truth.status !== 'PendingCancel')
    differs(`R-09: its cancel was asked for, and it is ${truth.status} at the broker`);
  if (order.quantity !== truth.quantity) differs(`quantity ${truth.quantity} at the broker, ${order.quantity} in the book`);
}

function compareEnded(differs: Differs, truth: OrderView, order: Order): void {
  if (truth.status === 'Filled') {
    if (order.state !== 'FILLED') differs(`Filled at the broker, ${order.state} in the book`);
  } else if (!isTerminal(order.state)) {
    const hidden = truth.status === 'Inactive' && (order.state === 'UNKNOWN' || order.state === 'INACTIVE');
    differs(`${truth.status} at the broker, ${order.state} in the book`, hidden ? 'unknown order' : undefined);
  }
}

function unknownSaid(life: Life, order: Order, truth: OrderView | undefined): OperatorNeeded | undefined {
  const listed = truth !== undefined && truth.status !== 'Inactive';
  const said = life.alarms.some((alarm) => alarm.key === order.key && alarm.text.startsWith('UNKNOWN'));
  return order.state === 'UNKNOWN' && said && !listed ? 'unknown order' : undefined;
}

/** R-05: nothing that any life wrote down as on its way or at the broker is forgotten. */
function compareIntents(found: Difference[], world: World, life: Life): void {
  for (const [key, { state }] of world.disk.orders)
    if ((isWorking(state) || state === 'QUEUED' || state === 'INTENT') && !life.stores.orders.has(key as Order['key']))
      found.push({ text: `${key} was ${state} in the journal and is not in the book`, excuse: undefined });
}

/** I-27: what waits untransmitted in TWS is shown to nobody, and one click of a person sends it. */
function compareUntransmitted(found: Difference[], world: World): void {
  for (const { clientId, orderId, orderRef } of world.tws.exchange.register.untransmitted())
    if (clientId !== 7) found.push({ text: `I-27: ${orderRef} (${clientId}:${orderId}) waits untransmitted in TWS`, excuse: undefined });
}

function compareFills(found: Difference[], world: World, life: Life): void {
  const { tws } = world;
  for (const truth of tws.ledger.fills) {
    const fill = life.stores.fills.get(execIdRoot(truth.execId as ExecId));
    if (fill === undefined) {
      found.push({
        text: `the fill ${truth.execId} of ${truth.quantity / 10_000} ${truth.contract.symbol} by ${truth.orderRef || `client ${truth.clientId}`} is not in the book`,
        excuse: truth.clientId === 7 ? 'foreign, not listed yet' : undefined,
      });
    } else if (fill.price !== tws.priceOf(truth))
      found.push({
        text: `the fill ${truth.execId} stands at ${fill.price}, corrected ${tws.priceOf(truth)}`,
        excuse: truth.clientId === 7 ? 'foreign, not listed yet' : undefined,
      });
  }
  if (life.stores.fills.size > tws.ledger.fills.length) found.push({ text: 'the book has more fills than the broker', excuse: undefined });
}

function comparePositions(found: Difference[], world: World, life: Life): void {
  for (const instrument of world.tws.listing.all) {
    const truth = world.tws.ledger.position(instrument.conId)?.quantity ?? 0;
    const held = [...life.stores.positions.values()].find((position) => position.contract.conId === instrument.conId)?.quantity ?? 0;
    if (held === truth) continue;
    found.push({
      text: `position of ${instrument.symbol}: ${truth / 10_000} at the broker, ${held / 10_000} in the book`,
      excuse: undefined,
    });
  }
}

/**
 * I-26 at the broker: what the desk's exits can still take on a side is no more than what is held there. Exits of an entry that works are
 * bounded by it. What was found at the start and waits for the operator, or was left to itself by the operator, is the operator's.
 */
function compareExits(found: Difference[], world: World, life: Life): void {
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
          excuse: exits.some((order) => isOperators(life, order)) || isOffered(world, life, exits, allowed) ? 'exits' : undefined,
        });
    }
  }
}

function exitedFrom(entry: OrderView, orders: readonly OrderView[]): number {
  const family = entry.orderRef.slice(0, -1);
  return orders.reduce((sum, other) => sum + (other !== entry && other.orderRef.startsWith(family) ? other.filled : 0), 0);
}

function isOperators(life: Life, { orderRef, permId }: OrderView): boolean {
  const order = [...life.stores.orders.values()].find((other) => other.permId === permId);
  if (order === undefined || order.state === 'UNKNOWN') return true;
  const names = new Set([`order:${orderRef}`, `order:${order.key}`, `position:${order.account}:${order.contract.conId}`]);
  const left = [...life.stores.found.values()].some(
    ({ key, decision }) => names.has(key) && (decision === undefined || decision === 'ignore'),
  );
  return left;
}

/**
 * A stop that is bounded by its own entry, which works, is not made smaller by the desk itself: what the entry still fills would be without
 * it. The desk says so with a standing offer. Everything besides such groups must fit into what they leave.
 */
function isOffered(world: World, life: Life, exits: readonly OrderView[], allowed: number): boolean {
  const [first] = exits;
  if (first === undefined || !offersSmallerExits(life, first.contract.conId)) return false;
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

function offersSmallerExits({ stores }: Life, conId: number): boolean {
  const offer = [...stores.offers.entries()].find(([key]) => stores.positions.get(key)?.contract.conId === conId);
  return offer?.[1].kind === 'resize-exits' || offer?.[1].kind === 'flatten';
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
function compareKill(found: Difference[], world: World, life: Life): void {
  if (!life.deskState.latch.isSet()) return;
  const record = life.stores.engine.get('desk')?.kill;
  if (record === undefined) {
    found.push({ text: 'I-04: the latch is set and no kill is under way', excuse: undefined });
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
      excuse: unseen ? 'foreign, not listed yet' : undefined,
    });
  }
  if (record.phase === 'cancelling') found.push({ text: 'I-04: the kill is still cancelling', excuse: undefined });
}

/** An exit, and all exits of its side that are left together close no more than the broker holds. */
function isKept(truth: OrderView, left: readonly OrderView[], orders: readonly OrderView[], { tws }: World): boolean {
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
function isTold({ permId, clientId, orderId }: OrderView, life: Life, { residuals }: KillRecord): boolean {
  const order = [...life.stores.orders.values()].find((other) => other.permId === permId);
  return (clientId === 7 || orderId === 0) && order !== undefined && residuals.includes(order.key);
}

/** A kill of everything takes also what others have placed until it was verified. */
function isInScope({ orderRef, placedAt }: OrderView, { scope, verifiedAt }: KillRecord): boolean {
  if (orderRef.startsWith('TD1-')) return true;
  return scope === 'all' && (verifiedAt === undefined || placedAt < verifiedAt);
}

/** A stop or a close that was approved after the kill, by the operator's hand or to put back what the kill lost. */
function isWishedAfter({ permId }: OrderView, life: Life, kill: KillRecord): boolean {
  const order = [...life.stores.orders.values()].find((other) => other.permId === permId);
  return (order?.leg === 'F' || order?.leg === 'S') && (order.cause?.approvedSeq ?? 0) > kill.upTo;
}
