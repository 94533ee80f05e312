import { join } from 'node:path';
import { z } from 'zod';
import { err, ok } from '#domain/result';
import { StateFile } from '#journal/state-file';

const remembered = z.strictObject({ traded: z.string().min(1).max(64), offered: z.array(z.string().max(64)).max(200) });
type Remembered = z.output<typeof remembered>;

/**
 * The account that the last run traded on, kept in the data folder. Another one at the next connection waits for the operator's word: whoever is
 * logged in to TWS under another name would else trade with the triggers that were made for the first.
 */
export class AccountMemory {
  readonly #file: StateFile<Remembered>;
  readonly #warn: (text: string) => void;
  #last: string | undefined;
  /** Why nobody can tell what the last run traded on. */
  #trouble: string | undefined;
  #now: string | undefined;

  constructor(dir: string, warn: (text: string) => void) {
    this.#warn = warn;
    this.#file = new StateFile(join(dir, 'accounts.json'), (value) => {
      const read = remembered.safeParse(value);
      return read.success ? ok(read.data) : err(z.prettifyError(read.error));
    });
    const read = this.#file.read();
    if (read.ok) this.#last = read.value?.traded;
    else this.#trouble = read.error.text;
  }

  /** The broker was reached with this account. The first one ever is remembered without a question. True: it is news, and it waits for a word. */
  met(traded: string, offered: readonly string[]): boolean {
    const isNews = this.#now !== traded;
    this.#now = traded;
    if (this.#last === undefined && this.#trouble === undefined) this.#remember(traded, offered);
    return isNews && this.change() !== undefined;
  }

  /** What is to be confirmed, a sentence; undefined when the account is the one of the last run, or none is known yet. */
  change(): string | undefined {
    if (this.#now === undefined) return undefined;
    if (this.#trouble !== undefined) return `Whether ${this.#now} is the account of the last run cannot be told (${this.#trouble}).`;
    return this.#last === this.#now ? undefined : `This is account ${this.#now}; the last run traded on ${this.#last ?? 'none'}.`;
  }

  refusal(): string | undefined {
    const change = this.change();
    return change === undefined ? undefined : `${change} Confirm the account first.`;
  }

  /** The operator has typed its id. */
  confirm(traded: string, offered: readonly string[]): void {
    this.#trouble = undefined;
    this.#now = traded;
    this.#remember(traded, offered);
  }

  #remember(traded: string, offered: readonly string[]): void {
    this.#last = traded;
    const written = this.#file.write({ traded, offered: [...offered] });
    if (!written.ok) this.#warn(`${written.error}; the next start asks for the account again.`);
  }
}
