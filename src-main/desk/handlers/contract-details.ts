import type { DeskAccess } from '#core/engine/desk-commands';
import type { Contract } from '#domain/contract';
import type { ConId } from '#domain/ids';

const EVERY_MS = 1_000;
const RETRY_MS = 30_000;

/**
 * Contracts that appear without being asked for (positions and orders of TWS, triggers of the last run) need their details for ticks and
 * hours, and open positions need a mark. Works behind everything else, one question at a time.
 */
export class DetailsKeeper {
  readonly #core: DeskAccess;
  readonly #asked = new Map<ConId, number>();
  readonly #marked = new Set<string>();
  #busy = false;
  #cancel: () => void = () => undefined;

  constructor(core: DeskAccess) {
    this.#core = core;
  }

  start(): void {
    this.#cancel = this.#core.view.scheduler.after(EVERY_MS, () => {
      this.look();
      this.start();
    });
  }

  stop(): void {
    this.#cancel();
  }

  look(): void {
    const { view } = this.#core;
    if (!view.link.ready) return;
    for (const [key, position] of view.stores.positions.entries()) {
      if (position.quantity !== 0 && !this.#marked.has(key)) this.#mark(key, position.contract);
      if (position.quantity === 0 && this.#marked.has(key)) this.#unmark(key);
    }
    if (this.#busy) return;
    const now = view.clock.now();
    const missing = this.#contracts().find(
      (contract) => !view.details.has(contract.conId) && now - (this.#asked.get(contract.conId) ?? 0) > RETRY_MS,
    );
    if (missing === undefined) return;
    this.#busy = true;
    this.#asked.set(missing.conId, now);
    void view.market
      .details(missing)
      .then((details) => {
        if (details.ok) this.#core.commands.learn(details.value);
      })
      .finally(() => {
        this.#busy = false;
      });
  }

  #contracts(): readonly Contract[] {
    const { stores } = this.#core.view;
    return [
      ...[...stores.positions.values()].map((position) => position.contract),
      ...[...stores.orders.values()].map((order) => order.contract),
      ...[...stores.triggers.values()].map((trigger) => trigger.spec.action.contract),
    ];
  }

  #mark(key: string, contract: Contract): void {
    if (this.#core.commands.followContract(`position:${key}`, contract, 'position').ok) this.#marked.add(key);
  }

  #unmark(key: string): void {
    this.#marked.delete(key);
    this.#core.commands.unfollowContract(`position:${key}`);
  }
}
