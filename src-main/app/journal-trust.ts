import { err, ok, type Result } from '#domain/result';

/**
 * What this run knows of the journal that earlier runs have left. Until it has been verified, and while a doubt about it has not been
 * acknowledged, the desk is not started. An acknowledgement holds for this run and for the doubts that were told.
 */
export class JournalTrust {
  readonly #doubts = new Set<string>();
  readonly #acknowledged = new Set<string>();
  #isVerifying: boolean;

  /** `hasEarlier`: earlier runs wrote to it, so that there is something to verify. */
  constructor(hasEarlier: boolean) {
    this.#isVerifying = hasEarlier;
  }

  /** A verification has come to its end without a fault. */
  verified(): void {
    this.#isVerifying = false;
  }

  /** The files are not what was written, or nobody can tell; a sentence. */
  doubt(text: string): void {
    this.#isVerifying = false;
    this.#doubts.add(text);
  }

  /** What waits for the operator's word. */
  open(): readonly string[] {
    return [...this.#doubts].filter((text) => !this.#acknowledged.has(text));
  }

  refusal(): string | undefined {
    const [first] = this.open();
    if (first !== undefined) return `${first} Acknowledge it first.`;
    return this.#isVerifying ? 'The journal of the earlier runs is being verified; try again in a moment.' : undefined;
  }

  /** The doubts that the operator has now taken note of; an error when there is none. */
  acknowledge(): Result<readonly string[]> {
    const open = this.open();
    if (open.length === 0) return err('There is nothing about the journal to acknowledge.');
    for (const text of open) this.#acknowledged.add(text);
    return ok(open);
  }
}
