import { join } from 'node:path';
import { z } from 'zod';
import type { DeskAccess } from '#core/engine/desk-commands';
import type { Contract } from '#domain/contract';
import type { ConId } from '#domain/ids';
import { err, ok } from '#domain/result';
import { StateFile } from '#journal/state-file';
import { contract as contractSchema } from '#protocol/inputs';

/** A screen full of rows, and no more: each takes one of the account's market data lines. */
const MOST = 40;
const list = z.array(contractSchema).max(MOST);

/**
 * The quotes the operator follows, kept over restarts. A simulator without a list begins with the symbols of its tape. What could not be followed,
 * because the connection went in between, stays in the list and is tried again with the next connection.
 */
export class WatchList {
  readonly #core: DeskAccess;
  readonly #file: StateFile<readonly Contract[]>;
  readonly #contracts = new Map<ConId, Contract>();
  /** Not followed yet; a symbol where nobody has chosen a contract. */
  readonly #waiting = new Set<Contract | string>();
  /** Each connection is asked once: what it refuses is not asked for again and again. */
  #triedIn: number | undefined;
  #isBusy = false;

  /** A file that cannot be read costs the list, nothing else. */
  constructor(core: DeskAccess, dir: string, symbols: readonly string[]) {
    this.#core = core;
    this.#file = new StateFile(join(dir, 'watch-list.json'), (value) => {
      const read = list.safeParse(value);
      return read.success ? ok(read.data) : err(z.prettifyError(read.error));
    });
    const read = this.#file.read();
    const kept = read.ok ? read.value : read.error.backup;
    for (const contract of kept ?? []) this.#contracts.set(contract.conId, contract);
    for (const one of kept ?? symbols) this.#waiting.add(one);
  }

  /** What waits, when the connection is there. To be called now and then. */
  async restore(): Promise<void> {
    const { ready, epoch } = this.#core.view.link;
    if (this.#isBusy || !ready || epoch === this.#triedIn || this.#waiting.size === 0) return;
    this.#isBusy = true;
    this.#triedIn = epoch;
    for (const one of this.#waiting) {
      if (this.#core.view.link.epoch !== epoch) break;
      await this.#follow(one);
    }
    this.#isBusy = false;
  }

  added(contract: Contract): void {
    this.#done(contract.conId);
    this.#contracts.set(contract.conId, contract);
    this.#save();
  }

  removed(conId: ConId): void {
    this.#done(conId);
    if (this.#contracts.delete(conId)) this.#save();
  }

  #done(conId: ConId): void {
    for (const one of this.#waiting) if (typeof one !== 'string' && one.conId === conId) this.#waiting.delete(one);
  }

  #save(): void {
    // A list that cannot be written is only a list; the rows on the screen stay.
    this.#file.write([...this.#contracts.values()].slice(-MOST));
  }

  async #follow(one: Contract | string): Promise<void> {
    const { view, commands } = this.#core;
    const contract = typeof one === 'string' ? await this.#find(one) : one;
    if (contract === undefined) return;
    const details = await view.market.details(contract);
    // Taken off the list, or put on it by hand, while TWS was asked.
    if (!details.ok || !this.#waiting.has(one)) return;
    commands.learn(details.value);
    if (!commands.followContract('screen', details.value.contract, 'screen').ok) return;
    this.#waiting.delete(one);
    this.#contracts.set(contract.conId, contract);
  }

  async #find(symbol: string): Promise<Contract | undefined> {
    const found = await this.#core.view.market.search(symbol);
    return found.ok ? found.value.find((candidate) => candidate.symbol === symbol) : undefined;
  }
}
