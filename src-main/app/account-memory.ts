import { join } from 'node:path';
import { z } from 'zod';
import { err, ok } from '#domain/result';
import { StateFile } from '#journal/state-file';

const remembered = z.strictObject({
  traded: z.string().min(1).max(64),
  offered: z.array(z.string().max(64)).max(200),
  /** Of the language that TWS speaks, agreed on at the handshake; earlier versions of this program did not keep it. */
  serverVersion: z.number().int().exactOptional(),
});
type Remembered = z.output<typeof remembered>;
type Known = Partial<Pick<Remembered, 'traded' | 'serverVersion'>>;

/**
 * The account that the last run traded on and the version that TWS spoke, kept in the data folder. Another one at the next connection waits for the
 * operator's word: whoever is logged in to TWS under another name, or another program at its port, would else be traded with by the triggers that
 * were made for the first.
 */
export class AccountMemory {
  readonly #file: StateFile<Remembered>;
  readonly #warn: (text: string) => void;
  #last: Known = {};
  /** Why nobody can tell what the last run traded on. */
  #trouble: string | undefined;
  #now: Known = {};

  constructor(dir: string, warn: (text: string) => void) {
    this.#warn = warn;
    this.#file = new StateFile(join(dir, 'accounts.json'), (value) => {
      const read = remembered.safeParse(value);
      return read.success ? ok(read.data) : err(z.prettifyError(read.error));
    });
    const read = this.#file.read();
    if (read.ok) this.#last = read.value ?? {};
    else this.#trouble = read.error.text;
  }

  /**
   * The broker was reached with this account, and speaks this version. The first ones ever are remembered without a question. True: it is news, and
   * it waits for a word.
   */
  met(traded: string, offered: readonly string[], serverVersion?: number): boolean {
    const isNews = this.#now.traded !== traded || this.#now.serverVersion !== serverVersion;
    this.#now = { traded, ...(serverVersion === undefined ? {} : { serverVersion }) };
    const { traded: last = traded, serverVersion: spoke } = this.#last;
    const isNew = this.#last.traded === undefined || (spoke === undefined && serverVersion !== undefined && last === traded);
    if (isNew && this.#trouble === undefined) this.#remember(offered);
    return isNews && this.change() !== undefined;
  }

  /** What is to be confirmed, a sentence; undefined when the account is the one of the last run, or none is known yet. */
  change(): string | undefined {
    const { traded, serverVersion } = this.#now;
    if (traded === undefined) return undefined;
    if (this.#trouble !== undefined) return `Whether ${traded} is the account of the last run cannot be told (${this.#trouble}).`;
    if (this.#last.traded !== traded) return `This is account ${traded}; the last run traded on ${this.#last.traded ?? 'none'}.`;
    const { serverVersion: spoke } = this.#last;
    if (serverVersion === undefined || spoke === undefined || spoke === serverVersion) return undefined;
    return `What answers as TWS speaks version ${serverVersion} of its language; the last run met version ${spoke}. An update of TWS changes it, and so does another program at its port.`;
  }

  refusal(): string | undefined {
    const change = this.change();
    return change === undefined ? undefined : `${change} Confirm the account first.`;
  }

  /** The operator has typed its id. */
  confirm(traded: string, offered: readonly string[]): void {
    this.#trouble = undefined;
    this.#now = { ...this.#now, traded };
    this.#remember(offered);
  }

  #remember(offered: readonly string[]): void {
    const { traded, serverVersion } = this.#now;
    if (traded === undefined) return;
    this.#last = this.#now;
    const written = this.#file.write({ traded, offered: [...offered], ...(serverVersion === undefined ? {} : { serverVersion }) });
    if (!written.ok) this.#warn(`${written.error}; the next start asks for the account again.`);
  }
}
