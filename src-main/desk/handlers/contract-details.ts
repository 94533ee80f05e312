import type { DeskCore } from '#core/engine/desk-core';
import type { Contract } from '#domain/contract';
import type { ConId } from '#domain/ids';

const EVERY_MS = 1_000;
const RETRY_MS = 30_000;

/**
 * Contracts that appear without being asked for (positions and orders of TWS, triggers of the last run) need their details for ticks and
 * hours, and open positions need a mark. Works behind everything else, one question at a time.
 */
export class DetailsKeeper {
  readonly #core: DeskCore;
  readonly #asked = new Map<ConId, number>();
  readonly #marked = new Set<string>();
  #busy = false;
  #cancel: () => void = () => undefined;

  constructor(core: DeskCore) {
    this.#core = core;
  }

  start(): void {
    this.#cancel = this.#core.deskState.ports.scheduler.after(EVERY_MS, () => {
      this.look();
      this.start();
    });
  }

  stop(): void {
    this.#cancel();
  }

  look(): void {
    const { deskState } = this.#core;
    if (!deskState.link.ready) return;
    for (const [key, position] of deskState.stores.positions.entries()) {
      if (position.quantity !== 0 && !this.#marked.has(key)) this.#mark(key, position.contract);
      if (position.quantity === 0 && this.#marked.has(key)) this.#unmark(key);
    }
    if (this.#busy) return;
    const now = deskState.ports.clock.now();
    const missing = this.#contracts().find(
      (contract) => !deskState.details.has(contract.conId) && now - (this.#asked.get(contract.conId) ?? 0) > RETRY_MS,
    );
    if (missing === undefined) return;
    this.#busy = true;
    this.#asked.set(missing.conId, now);
    void deskState.ports.market
      .details(missing)
      .then((details) => {
        if (details.ok) this.#core.learn(details.value);
      })
      .finally(() => {
        this.#busy = false;
      });
  }

  #contracts(): readonly Contract[] {
    const { stores } = this.#core.deskState;
    return [
      ...[...stores.positions.values()].map((position) => position.contract),
      ...[...stores.orders.values()].map((order) => order.contract),
      ...[...stores.triggers.values()].map((trigger) => trigger.spec.action.contract),
    ];
  }

  #mark(key: string, contract: Contract): void {
    const { deskState } = this.#core;
    const wanted = deskState.subscriptions.want(`position:${key}`, contract, 'position');
    if (!wanted.ok) return;
    this.#marked.add(key);
    deskState.board.follow(contract);
    for (const effect of wanted.value) {
      if (effect.kind === 'subscribe') deskState.ports.market.subscribe(effect.contract);
      else deskState.ports.market.unsubscribe(effect.conId);
    }
  }

  #unmark(key: string): void {
    const { deskState } = this.#core;
    this.#marked.delete(key);
    for (const effect of deskState.subscriptions.drop(`position:${key}`)) {
      if (effect.kind === 'subscribe') deskState.ports.market.subscribe(effect.contract);
      else deskState.ports.market.unsubscribe(effect.conId);
    }
  }
}
