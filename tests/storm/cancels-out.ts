import type { CommitNews } from '#core/commit/work';
import type { OrderAddress } from '#core/ports/broker';
import type { Order } from '#domain/order';
import type { Judge } from './judge.ts';
import type { JudgedLife, JudgedWorld } from './judged.ts';

/** A cancel that IB takes no note of is repeated twice soon, then ever more seldom, up to a minute; the lists that show it come within so much. */
const SOON_MS = 10_000;
const SELDOM_MS = 60_000;
const LISTS_MS = 20_000;
/** A cancel that died with its wire leaves in the turn in which the connection stands again. */
const AGAIN_MS = 1_000;

interface Asked {
  times: number;
  at: number;
}

/**
 * I-19: what is to be cancelled is cancelled in the same turn. A cancel that died with its wire leaves again with the next connection, and one
 * that TWS has swallowed leaves again after a time; by the broker's book, not by the desk's own notes of what it has sent.
 */
export class CancelsOut implements Judge {
  readonly #world: JudgedWorld;
  readonly #fail: (text: string) => void;
  /** Orders whose cancel was wished in a commit and has not been asked for at the socket. */
  readonly #due = new Map<string, { readonly address: string; readonly at: number }>();
  readonly #asked = new Map<string, Asked>();
  /** When the newest cancel of an order was wished, epoch ms. */
  readonly #wished = new Map<string, number>();
  /** Died with its wire, in this epoch. */
  readonly #lost = new Map<string, number>();
  /** Since when the connection has stood and the book has been compared. */
  #wholeSince: number | undefined;
  #epoch = 0;

  constructor(world: JudgedWorld, fail: (text: string) => void) {
    this.#world = world;
    this.#fail = fail;
  }

  born(): void {
    this.#due.clear();
    this.#asked.clear();
    this.#wished.clear();
    this.#lost.clear();
    this.#wholeSince = undefined;
  }

  committed(life: JudgedLife, { changes, at }: CommitNews): void {
    for (const { store, value } of changes) {
      const order = store === 'orders' ? (value as Order | undefined) : undefined;
      if (order?.cancelAskedAt === undefined || this.#wished.get(order.key) === order.cancelAskedAt) continue;
      this.#wished.set(order.key, order.cancelAskedAt);
      if (order.cancelAskedAt !== at || order.orderId === undefined || order.clientId === undefined) continue;
      const address = addressOf({ clientId: order.clientId, orderId: order.orderId });
      // The effects of this commit have left already.
      const isAsked = this.#asked.get(address)?.at === this.#world.now;
      if (!isAsked && order.origin !== 'foreign' && !isGlobal(life)) this.#due.set(order.key, { address, at: this.#world.now });
    }
  }

  cancelling(_life: JudgedLife, address: OrderAddress): void {
    const name = addressOf(address);
    const before = this.#asked.get(name);
    this.#asked.set(name, { times: (before?.times ?? 0) + 1, at: this.#world.now });
    this.#lost.delete(name);
    for (const [key, due] of this.#due) if (due.address === name) this.#due.delete(key);
  }

  cancelLost(life: JudgedLife, address: OrderAddress): void {
    this.#lost.set(addressOf(address), life.deskState.link.epoch);
  }

  look(life: JudgedLife): void {
    for (const [key, { at }] of this.#due) {
      this.#due.delete(key);
      this.#fail(`I-19: the cancel of ${key} was wished ${this.#world.now - at} ms ago and has not been asked for at the socket`);
    }
    const { link, reconciliation } = life.deskState;
    const isWhole = link.ready && link.upstream !== 'down' && reconciliation.done();
    if (!isWhole || link.epoch !== this.#epoch) this.#wholeSince = undefined;
    this.#epoch = link.epoch;
    if (!isWhole) return;
    this.#wholeSince ??= this.#world.now;
    this.#again(life, this.#wholeSince);
  }

  #again(life: JudgedLife, wholeSince: number): void {
    if (this.#asked.size === 0) return;
    const now = this.#world.now;
    for (const order of life.deskState.index.working()) {
      // What another program placed only a global cancel reaches, and that is not the desk's to repeat.
      if (order.state !== 'PENDING_CANCEL' || order.origin === 'foreign') continue;
      if (order.orderId === undefined || order.clientId === undefined) continue;
      const address = addressOf({ clientId: order.clientId, orderId: order.orderId });
      const lostIn = this.#lost.get(address);
      // One that died after IB had taken note of an earlier one is missed by nobody (storm 800248).
      const isMissed = lostIn !== undefined && life.deskState.link.epoch > lostIn && this.#isUnnoted(order);
      if (isMissed && now - wholeSince > AGAIN_MS) this.#fail(`I-19: the cancel of ${order.key} died with its wire and has not left again`);
      const asked = this.#asked.get(address);
      if (asked === undefined || !this.#isUnnoted(order)) continue;
      const patience = Math.min(SELDOM_MS, SOON_MS * 2 ** Math.max(0, asked.times - 2)) + LISTS_MS;
      if (now - Math.max(asked.at, wholeSince) > patience)
        this.#fail(`I-19: TWS has swallowed the cancel of ${order.key}, and in ${patience / 1_000} s it has not left again`);
    }
  }

  /** It works at the broker as if nobody had cancelled it. */
  #isUnnoted({ permId }: Order): boolean {
    const truth = this.#world.tws.exchange.register.active().find((one) => one.permId === permId);
    return truth !== undefined && (truth.status === 'PreSubmitted' || truth.status === 'Submitted');
  }
}

function addressOf({ clientId, orderId }: Pick<OrderAddress, 'clientId' | 'orderId'>): string {
  return `${clientId}:${orderId}`;
}

/** The global cancel of the same act takes what only it reaches. */
function isGlobal({ stores, deskState }: JudgedLife): boolean {
  const kill = stores.engine.get('desk')?.kill;
  return deskState.latch.isSet() && kill?.scope === 'all' && kill.exits === 'cancel';
}
