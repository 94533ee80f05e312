import type { KillScope } from '#core/ports/desk-files';

/**
 * The in-memory half of the kill switch. Setting it is the first statement of a kill: from that moment the gate refuses every
 * order, without waiting for a commit, a lock or a file.
 */
export class KillLatch {
  #set = false;
  #reason = '';
  #scope: KillScope = 'own';
  #kills = 0;

  /** A narrower kill after a wider one takes nothing back. */
  set(reason: string, scope: KillScope): void {
    this.#scope = this.#set && this.#scope === 'all' ? 'all' : scope;
    this.#set = true;
    this.#reason = reason;
    this.#kills += 1;
  }

  clear(): void {
    this.#set = false;
    this.#reason = '';
    this.#scope = 'own';
  }

  isSet(): boolean {
    return this.#set;
  }

  reason(): string {
    return this.#reason;
  }

  scope(): KillScope {
    return this.#scope;
  }

  /** How often a kill was carried out: what was wished before the last one and waits for something is over. */
  kills(): number {
    return this.#kills;
  }
}
