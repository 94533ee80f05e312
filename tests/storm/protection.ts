import type { ApprovedOrder } from '#core/ports/broker';
import type { Offer } from '#core/state/records';
import { isWorking, type Order } from '#domain/order';
import type { OrderView } from '#simulator/model/order-view';
import type { JudgedBroker, JudgedLife } from './judged.ts';
import { isAlive } from './truth.ts';

/** Orders of one OCA group, and the exits of one bracket, take in no more together than the largest of them. */
function largestOfGroups<T>(orders: readonly T[], groupOf: (order: T) => string, restOf: (order: T) => number): number {
  const groups = new Map<string, number>();
  for (const order of orders) groups.set(groupOf(order), Math.max(groups.get(groupOf(order)) ?? 0, restOf(order)));
  return [...groups.values()].reduce((sum, rest) => sum + rest, 0);
}

function trueGroup(order: OrderView): string {
  return order.ocaGroup !== '' ? order.ocaGroup : order.parentPermId !== 0 ? `parent ${order.parentPermId}` : String(order.permId);
}

/** Of the bracket's own reckoning: what its entry has opened and its exits have not closed. */
function openOf(entry: OrderView, orders: readonly OrderView[]): number {
  return entry.filled - orders.reduce((sum, other) => sum + (other.parentPermId === entry.permId ? other.filled : 0), 0);
}

/**
 * I-26, once all is quiet: what is held is covered by stops that truly work, or the desk says that it is not, by kind and amount; and exits of this
 * desk do not truly work for more than there is to exit, or the desk says so. What a close truly takes needs no stop; a close that the desk
 * only believes in does.
 */
export function protectionGaps(tws: JudgedBroker, life: Pick<JudgedLife, 'deskState' | 'stores'>): readonly string[] {
  const { deskState, stores } = life;
  if (!deskState.link.ready || !deskState.reconciliation.done() || deskState.reconciliation.isOpening()) return [];
  const gaps: string[] = [];
  for (const [key, { contract, quantity }] of stores.positions.entries()) {
    const truth = tws.ledger.position(contract.conId)?.quantity ?? 0;
    if (truth !== quantity) continue;
    const orders = tws.ledger.orders.filter((order) => order.contract.conId === contract.conId);
    for (const side of ['SELL', 'BUY'] as const) {
      const exit = { key, symbol: contract.symbol, truth, side };
      const sideOrders = orders.filter((order) => order.action === side);
      gaps.push(...uncovered(life, exit, sideOrders), ...overExits(life, exit, sideOrders, tws.ledger.orders));
    }
  }
  return gaps;
}

/** The side on which a position of `truth`, 1e-4 share, is closed; `key` is the position's. */
interface ExitSide {
  readonly key: string;
  readonly symbol: string;
  readonly truth: number;
  readonly side: 'SELL' | 'BUY';
}

function heldFor({ truth, side }: ExitSide): number {
  return side === 'SELL' ? truth : 0 - truth;
}

function uncovered(life: Pick<JudgedLife, 'deskState' | 'stores'>, exit: ExitSide, sideOrders: readonly OrderView[]): readonly string[] {
  const stops = sideOrders.filter(
    (order) => isAlive(order) && (order.type === 'STP' || order.type === 'STP LMT' || order.type === 'TRAIL'),
  );
  const closes = sideOrders.filter((order) => isAlive(order) && order.orderRef.endsWith('-F'));
  const covered = largestOfGroups([...stops, ...closes], trueGroup, (order) => order.quantity - order.filled);
  const bare = heldFor(exit) - covered;
  if (bare <= 0 || isOffered(life.stores.offers.get(exit.key), bare)) return [];
  return [`I-26: ${covered / 10_000} of ${exit.truth / 10_000} ${exit.symbol} are covered, and nothing is offered`];
}

/** A turned position is offered to be closed, exits that do not fit to be mended: what is bare is told once those are settled. */
function isOffered(offer: Offer | undefined, bare: number): boolean {
  return offer !== undefined && (offer.kind !== 'protect' || offer.quantity >= bare);
}

function overExits(
  life: Pick<JudgedLife, 'deskState' | 'stores'>,
  exit: ExitSide,
  sideOrders: readonly OrderView[],
  orders: readonly OrderView[],
): readonly string[] {
  // Brackets of two triggers may stand against each other; each of their exits has its own entry to close.
  const against = sideOrders.filter((order) => order.orderRef.endsWith('-E'));
  const allowed = Math.max(0, heldFor(exit) + against.reduce((sum, one) => sum + Math.max(0, openOf(one, orders)), 0));
  const own = sideOrders.filter(
    (order) => isAlive(order) && /^TD1-.*-[ST]$/.test(order.orderRef) && isActive(order, orders) && !isUnknown(life, order),
  );
  const closing = largestOfGroups(own, trueGroup, (order) => trueRest(order, orders));
  const kind = life.stores.offers.get(exit.key)?.kind;
  if (closing <= allowed || kind === 'resize-exits' || kind === 'flatten') return [];
  return [`I-26: exits work for ${closing / 10_000}, ${allowed / 10_000} of ${exit.symbol} can be closed, and nothing is offered`];
}

/** IB bounds the exits of an entry that works by what that has opened. */
function trueRest(order: OrderView, orders: readonly OrderView[]): number {
  const rest = order.quantity - order.filled;
  const entry = orders.find((other) => other.permId === order.parentPermId);
  return entry === undefined || !isAlive(entry) ? rest : Math.max(0, Math.min(rest, openOf(entry, orders)));
}

/** A child whose entry has not filled waits for it. */
function isActive(order: OrderView, orders: readonly OrderView[]): boolean {
  const entry = orders.find((other) => other.permId === order.parentPermId);
  return entry === undefined || entry.filled > 0;
}

/** What the desk cannot know to work it says in another way. */
function isUnknown(life: Pick<JudgedLife, 'deskState' | 'stores'>, truth: OrderView): boolean {
  const order = [...life.stores.orders.values()].find((other) => other.permId === truth.permId);
  return order === undefined || order.state === 'UNKNOWN' || order.state === 'PENDING_CANCEL' || order.origin !== 'trigger';
}

/** I-26 at the write instant: a stop that is placed by hand closes no more than is held, together with what works besides its group. */
export function overExit(life: Pick<JudgedLife, 'deskState' | 'stores'>, approved: ApprovedOrder): string | undefined {
  const { account, contract, legs } = approved.value;
  const [{ side, ref, quantity, ocaGroup }] = legs;
  const position = life.stores.positions.get(`${account}:${contract.conId}`)?.quantity ?? 0;
  const held = side === 'SELL' ? position : 0 - position;
  const orders = [...life.stores.orders.values()];
  const besides = orders.filter(
    (order) =>
      order.contract.conId === contract.conId &&
      order.side === side &&
      (isWorking(order.state) || order.state === 'QUEUED') &&
      bookGroup(order) !== ocaGroup &&
      order.ref !== ref,
  );
  const sum = quantity + largestOfGroups(besides, bookGroup, (order) => Math.min(order.quantity - order.filled, openInBook(order, orders)));
  return sum > held ? `I-26: with ${ref} exits for ${sum / 10_000} work, ${held / 10_000} are held` : undefined;
}

/** What the entry of a bracket has opened and its exits have not closed; no limit for other orders. */
function openInBook(order: Order, orders: readonly Order[]): number {
  if ((order.leg !== 'S' && order.leg !== 'T') || order.ref === undefined) return Number.POSITIVE_INFINITY;
  const family = order.ref.slice(0, -1);
  const legs = orders.filter((other) => other.ref?.startsWith(family) === true);
  const entry = legs.find((other) => other.leg === 'E');
  if (entry === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(0, entry.filled - legs.reduce((sum, leg) => sum + (leg === entry ? 0 : leg.filled), 0));
}

function bookGroup(order: Order): string {
  if (order.ocaGroup !== undefined) return order.ocaGroup;
  return (order.leg === 'S' || order.leg === 'T') && order.ref !== undefined ? `OCA-${order.ref.slice(0, -1)}E` : order.key;
}
