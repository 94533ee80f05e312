import type { Contract } from '#domain/contract';
import type { ConId } from '#domain/ids';
import { priceLeaves } from '#domain/condition';
import type { DeskLink } from './desk-link.ts';

/**
 * Contracts seen on this screen. Rows of quotes, orders and positions carry only a conId and a symbol; what is not known from
 * a rule or an earlier search is looked up once.
 */
export class ContractBook {
  readonly #link: DeskLink;
  readonly #known = new Map<ConId, Contract>();
  readonly #asked = new Map<ConId, Promise<Contract | undefined>>();

  constructor(link: DeskLink) {
    this.#link = link;
  }

  remember(contracts: readonly Contract[]): void {
    for (const contract of contracts) this.#known.set(contract.conId, contract);
  }

  /** Undefined when the broker knows no such contract or does not answer. */
  find(conId: ConId, symbol: string): Promise<Contract | undefined> {
    const known = this.#known.get(conId) ?? this.#fromRules(conId);
    if (known !== undefined) return Promise.resolve(known);
    let answer = this.#asked.get(conId);
    if (answer === undefined) {
      answer = this.#ask(conId, symbol).then((contract) => {
        if (contract === undefined) this.#asked.delete(conId);
        return contract;
      });
      this.#asked.set(conId, answer);
    }
    return answer;
  }

  #fromRules(conId: ConId): Contract | undefined {
    const { watchers } = this.#link.replicas.tables;
    for (const key of watchers.keys) {
      const spec = watchers.row(key)?.spec;
      if (spec === undefined) continue;
      this.remember([...priceLeaves(spec.condition).map((leaf) => leaf.contract), spec.action.contract]);
      const found = this.#known.get(conId);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async #ask(conId: ConId, symbol: string): Promise<Contract | undefined> {
    const reply = await this.#link.call('symbols.search', { text: symbol });
    if (!reply.ok) return undefined;
    this.remember(reply.value.contracts);
    return this.#known.get(conId);
  }
}
