import type { CommitNews } from '#core/commit/work';
import type { EngineRecord, KillRecord } from '#core/state/records';
import type { Judge } from './judge.ts';
import type { JudgedLife, JudgedWorld } from './judged.ts';
import { isAlive } from './truth.ts';

/**
 * C-30: a kill is verified by a list of open orders that was asked for after it, never by one that was under way. `askedAt` names when the
 * newest list that has been answered was asked for, virtual ms.
 */
export class KillProof implements Judge {
  readonly #world: JudgedWorld;
  readonly #askedAt: () => number | undefined;
  readonly #fail: (text: string) => void;
  /** When the present kill was made, or gone on with, and its number. */
  #kill: { readonly id: number; readonly at: number } | undefined;
  #verifiedAt: number | undefined;

  constructor(world: JudgedWorld, askedAt: () => number | undefined, fail: (text: string) => void) {
    this.#world = world;
    this.#askedAt = askedAt;
    this.#fail = fail;
  }

  born(): void {
    this.#kill = undefined;
    this.#verifiedAt = undefined;
  }

  committed(life: JudgedLife, { changes }: CommitNews): void {
    for (const { store, value } of changes) {
      if (store !== 'engine') continue;
      const kill = (value as EngineRecord | undefined)?.kill;
      if (kill === undefined) this.#kill = undefined;
      else if (kill.id !== this.#kill?.id) this.#kill = { id: kill.id, at: this.#world.now };
      if (kill?.verifiedAt !== undefined && kill.verifiedAt !== this.#verifiedAt) this.#verified(life, kill);
      this.#verifiedAt = kill?.verifiedAt;
    }
  }

  #verified({ stores }: JudgedLife, { exits, upTo }: KillRecord): void {
    const kill = this.#kill;
    const asked = this.#askedAt();
    if (kill !== undefined && (asked === undefined || asked < kill.at))
      this.#fail(`C-30: the kill of ${kill.at.toFixed(0)} ms is verified by a list asked for at ${asked?.toFixed(0) ?? 'no time'} ms`);
    if (!this.#world.told) return;
    // What the operator has placed by hand after the kill is no business of its verification.
    const wishedAfter = new Set<string | undefined>(
      [...stores.orders.values()].flatMap(({ leg, cause, ref }) =>
        (leg === 'S' || leg === 'F') && (cause?.approvedSeq ?? 0) > upTo ? [ref] : [],
      ),
    );
    const left = this.#world.tws.ledger.orders.find(
      (order) => isAlive(order) && order.orderRef.startsWith('TD1-') && raises(order.orderRef, exits) && !wishedAfter.has(order.orderRef),
    );
    if (left !== undefined) this.#fail(`C-30: the kill is verified and ${left.orderRef} works at the broker`);
  }
}

function raises(orderRef: string, exits: 'keep' | 'cancel'): boolean {
  return exits === 'cancel' || orderRef.endsWith('-E');
}
