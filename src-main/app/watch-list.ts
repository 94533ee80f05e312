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

/** The quotes the operator follows, kept over restarts. A simulator without a list begins with the symbols of its tape. */
export class WatchList {
  readonly #core: DeskAccess;
  readonly #file: StateFile<readonly Contract[]>;
  readonly #symbols: readonly string[];
  readonly #contracts = new Map<ConId, Contract>();
  #restored = false;

  constructor(core: DeskAccess, dir: string, symbols: readonly string[]) {
    this.#core = core;
    this.#symbols = symbols;
    this.#file = new StateFile(join(dir, 'watch-list.json'), (value) => {
      const read = list.safeParse(value);
      return read.success ? ok(read.data) : err(z.prettifyError(read.error));
    });
  }

  /** Once, when the connection is there. A file that cannot be read costs the list, nothing else. */
  async restore(): Promise<void> {
    if (this.#restored || !this.#core.view.link.ready) return;
    this.#restored = true;
    const read = this.#file.read();
    const kept = read.ok ? read.value : read.error.backup;
    if (kept !== undefined) {
      for (const contract of kept) await this.#follow(contract);
      return;
    }
    for (const symbol of this.#symbols) {
      const found = await this.#core.view.market.search(symbol);
      const contract = found.ok ? found.value.find((candidate) => candidate.symbol === symbol) : undefined;
      if (contract !== undefined) await this.#follow(contract);
    }
  }

  added(contract: Contract): void {
    this.#contracts.set(contract.conId, contract);
    this.#save();
  }

  removed(conId: ConId): void {
    if (this.#contracts.delete(conId)) this.#save();
  }

  #save(): void {
    // A list that cannot be written is only a list; the rows on the screen stay.
    this.#file.write([...this.#contracts.values()].slice(-MOST));
  }

  async #follow(contract: Contract): Promise<void> {
    const { view, commands } = this.#core;
    const details = await view.market.details(contract);
    if (!details.ok) return;
    commands.learn(details.value);
    if (commands.followContract('screen', details.value.contract, 'screen').ok) this.#contracts.set(contract.conId, contract);
  }
}
