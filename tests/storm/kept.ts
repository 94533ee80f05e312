import type { CommitNews } from '#core/commit/work';
import type { KillRecord } from '#core/state/records';
import type { Order } from '#domain/order';
import type { OrderView } from '#simulator/model/order-view';
import type { Excuses } from './excuses.ts';
import type { JudgedLife, JudgedWorld } from './judged.ts';
import { LostStops } from './lost-stops.ts';
import { isAlive } from './truth.ts';

/** Long enough for every wait of the desk: an entry that ends, executions that come late, a change that IB takes its time for. Virtual ms. */
const SETTLES_MS = 16_000;

/**
 * A3 while the latch is set by a kill that keeps exits, each time when everything has been told: once it is verified no entry of the desk
 * works; what it keeps does not stay larger than what is held; and a stop that IB took with its entry is put back.
 */
export class Kept {
  readonly #fail: (text: string) => void;
  /** What is wrong still, since when. */
  readonly #since = new Map<string, number>();
  readonly #lost: LostStops;
  #life: JudgedLife | undefined;

  constructor(excuses: Excuses, fail: (text: string) => void) {
    this.#lost = new LostStops(excuses);
    this.#fail = fail;
  }

  born(): void {
    this.#lost.born();
  }

  committed(life: JudgedLife, news: CommitNews, now: number): void {
    this.#lost.committed(life, news, now);
  }

  look({ tws, told }: JudgedWorld, life: JudgedLife, now: number): void {
    const kill = life.stores.engine.get('desk')?.kill;
    if (kill === undefined || !isKeeping(life, kill) || life !== this.#life) this.#since.clear();
    this.#life = life;
    this.#lost.look(life, now);
    if (kill === undefined || !isKeeping(life, kill) || !told) return;
    for (const order of tws.ledger.orders)
      if (isAlive(order) && /^TD1-.*-E$/.test(order.orderRef) && !kill.residuals.some((key) => key === order.orderRef))
        this.#fail(`A3: the entry ${order.orderRef} works after a kill that is verified`);
    this.#lasting(new Set([...tooLarge(life, tws.ledger.orders, tws), ...this.#lost.missing({ tws, now }, life)]), now);
  }

  #lasting(wrong: ReadonlySet<string>, now: number): void {
    for (const text of [...this.#since.keys()]) if (!wrong.has(text)) this.#since.delete(text);
    for (const text of wrong) {
      const since = this.#since.get(text) ?? now;
      this.#since.set(text, since);
      if (now - since > SETTLES_MS) this.#fail(text);
    }
  }
}

function isKeeping({ deskState: { latch, link, reconciliation }, journal }: JudgedLife, { phase, exits }: KillRecord): boolean {
  const isWhole = link.ready && reconciliation.done() && journal.status().state === 'ready';
  return latch.isSet() && phase === 'verified' && exits === 'keep' && isWhole;
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
