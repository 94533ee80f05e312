import type { ExitChoice } from '#core/order/cancel-split';
import type { KillScope } from '#core/ports/desk-files';

/**
 * The in-memory half of the kill switch. Setting it is the first statement of a kill: from that moment the gate refuses every
 * order, without waiting for a commit, a lock or a file.
 */
export class KillLatch {
  #set = false;
  #reason = '';
  #scope: KillScope = 'own';
  #exits: ExitChoice = 'keep';
  #kills = 0;
  #isFinished = false;
  #stored: string | undefined;

  /** A narrower kill after a wider one takes nothing back; that it takes exits is over once nothing of them works any more. */
  set(reason: string, scope: KillScope, exits: ExitChoice = 'keep'): void {
    this.#scope = this.#set && this.#scope === 'all' ? 'all' : scope;
    this.#exits = this.#set && this.#exits === 'cancel' && !this.#isFinished ? 'cancel' : exits;
    this.#isFinished = false;
    this.#set = true;
    this.#reason = reason;
    this.#kills += 1;
  }

  clear(): void {
    this.#set = false;
    this.#reason = '';
    this.#scope = 'own';
    this.#exits = 'keep';
    this.#stored = undefined;
  }

  /** Nothing that the kill cancels works any more. */
  finished(): void {
    this.#isFinished = true;
  }

  /** The file holds a latch of this scope and choice. */
  stored(scope: KillScope, exits: ExitChoice): void {
    this.#stored = `${scope} ${exits}`;
  }

  /** The file says what is set here. */
  isStored(): boolean {
    return this.#stored === `${this.#scope} ${this.#exits}`;
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

  exits(): ExitChoice {
    return this.#exits;
  }

  /** How often a kill was carried out: what was wished before the last one and waits for something is over. */
  kills(): number {
    return this.#kills;
  }
}
