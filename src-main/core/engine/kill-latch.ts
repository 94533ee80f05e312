/**
 * The in-memory half of the kill switch. Setting it is the first statement of a kill: from that moment the gate refuses every
 * order, without waiting for a commit, a lock or a file.
 */
export class KillLatch {
  #set = false;
  #reason = '';

  set(reason: string): void {
    this.#set = true;
    this.#reason = reason;
  }

  clear(): void {
    this.#set = false;
    this.#reason = '';
  }

  isSet(): boolean {
    return this.#set;
  }

  reason(): string {
    return this.#reason;
  }
}
