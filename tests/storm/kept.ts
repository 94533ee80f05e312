import { stopsProtecting } from '#core/order/stop-coverage';
import type { Order } from '#domain/order';
import type { Position } from '#domain/position';
import type { OrderView } from '#simulator/model/order-view';
import type { JudgedLife, JudgedWorld } from './judged.ts';
import { isAlive } from './truth.ts';

/** Long enough for every wait of the desk: an entry that ends, executions that come late, a change that IB takes its time for. Virtual ms. */
const SETTLES_MS = 20_000;

/**
 * A3 while the latch is set by a kill that keeps exits, each time when everything has been told: once it is verified no entry of the desk
 * works; what it keeps does not stay larger than what is held; and a stop that IB took with its entry is put back.
 */
export class Kept {
  readonly #fail: (text: string) => void;
  /** What is wrong still, since when. */
  readonly #since = new Map<string, number>();
  #life: JudgedLife | undefined;

  constructor(fail: (text: string) => void) {
    this.#fail = fail;
  }

  look({ tws, told }: JudgedWorld, life: JudgedLife, now: number): void {
    const kill = life.stores.engine.get('desk')?.kill;
    const { latch, link, reconciliation } = life.deskState;
    const isJudged = latch.isSet() && kill?.phase === 'verified' && kill.exits === 'keep' && link.ready && reconciliation.done();
    if (!isJudged || life !== this.#life || life.journal.status().state !== 'ready') this.#since.clear();
    this.#life = life;
    if (!isJudged || !told || kill === undefined) return;
    const { orders } = tws.ledger;
    for (const order of orders)
      if (isAlive(order) && /^TD1-.*-E$/.test(order.orderRef) && !kill.residuals.some((key) => key === order.orderRef))
        this.#fail(`A3: the entry ${order.orderRef} works after a kill that is verified`);
    const wrong = new Set([...tooLarge(life, orders, tws), ...lost(life, tws)]);
    for (const text of [...this.#since.keys()]) if (!wrong.has(text)) this.#since.delete(text);
    for (const text of wrong) {
      const since = this.#since.get(text) ?? now;
      this.#since.set(text, since);
      if (now - since > SETTLES_MS) this.#fail(text);
    }
  }
}

/** Own exits by group at the broker, beyond what the broker holds. What the desk has lost sight of, or offers to mend, it says in another way. */
function tooLarge(life: JudgedLife, orders: readonly OrderView[], tws: JudgedWorld['tws']): readonly string[] {
  const found: string[] = [];
  const byPerm = new Map<number | undefined, Order>([...life.stores.orders.values()].map((order) => [order.permId, order]));
  for (const [key, { contract }] of life.stores.positions.entries()) {
    const held = tws.ledger.position(contract.conId)?.quantity ?? 0;
    for (const side of ['SELL', 'BUY'] as const) {
      const exits = orders.filter(
        (order) =>
          isAlive(order) && order.contract.conId === contract.conId && order.action === side && /^TD1-.*-[ST]$/.test(order.orderRef),
      );
      const unseen = exits.some(({ permId }) => !isSettled(byPerm.get(permId)));
      if (unseen || life.stores.offers.has(key) || life.stores.closings.has(key)) continue;
      const groups = new Map<string, number>();
      for (const order of exits) {
        const group = order.ocaGroup === '' ? order.orderRef : order.ocaGroup;
        groups.set(group, Math.max(groups.get(group) ?? 0, order.remaining));
      }
      const sum = [...groups.values()].reduce((all, one) => all + one, 0);
      if (sum > Math.max(0, side === 'SELL' ? held : 0 - held))
        found.push(`A3: kept exits of ${contract.symbol} stay larger than what is held, ${side}`);
    }
  }
  return found;
}

function isSettled(order: Order | undefined): boolean {
  return order !== undefined && (order.state === 'ACCEPTED' || order.state === 'PARTIALLY_FILLED');
}

/** Stops that IB took with their entry although the kill keeps exits, of what is held and bare. */
function lost(life: JudgedLife, tws: JudgedWorld['tws']): readonly string[] {
  const found: string[] = [];
  const { orders, positions } = life.stores;
  for (const stop of orders.values()) {
    if (stop.leg !== 'S' || stop.state !== 'CANCELLED' || stop.parentKey === undefined) continue;
    const entry = orders.get(stop.parentKey);
    if (entry?.cancelKeepsExits !== true || (stop.cancelAskedAt !== undefined && stop.cancelKeepsExits !== true)) continue;
    const exited = [...orders.values()].reduce((sum, one) => sum + (one.parentKey === entry.key ? one.filled : 0), 0);
    const position = positions.get(`${stop.account}:${stop.contract.conId}`);
    if (entry.filled <= exited || position === undefined || !isBare(life, stop, position)) continue;
    if ((tws.ledger.position(stop.contract.conId)?.quantity ?? 0) !== position.quantity) continue;
    const later = [...orders.values()].some(
      (one) =>
        one.leg === 'S' &&
        one.contract.conId === stop.contract.conId &&
        one.parentKey === undefined &&
        one.createdAt > (entry.cancelAskedAt ?? 0),
    );
    if (!later) found.push(`A3: the stop ${stop.key} went with its entry, and none was put back`);
  }
  return found;
}

function isBare({ deskState: { index } }: JudgedLife, stop: Order, position: Position): boolean {
  const isAgainst = stop.side === (position.quantity > 0 ? 'SELL' : 'BUY');
  return isAgainst && stopsProtecting(index, index.working(), position) < Math.abs(position.quantity);
}
