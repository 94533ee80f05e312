import type { DeskAccess } from '#core/engine/desk-commands';
import { err, ok, type Result } from '#domain/result';
import type { TwsAdapter } from '#tws/tws-adapter';
import type { AccountMemory } from './account-memory.ts';

export interface LiveOptions {
  /** The program was started with `--live`: the first half of what a live account needs. */
  readonly allowed: boolean;
  /** The embedded simulator is this program's own, whatever port it got. */
  readonly simulated: boolean;
  /** Port that was connected to. */
  readonly port: number;
  /** What the last run traded on; without it no account is another one. */
  readonly accounts?: AccountMemory;
}

/** What the operator has confirmed by typed words in this run; nothing of it outlives the process. */
export class LiveConfirmation {
  readonly #options: LiveOptions;
  #live = false;
  #port = false;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  isLive(): boolean {
    return this.#live;
  }

  isPort(): boolean {
    return this.#port || this.#options.simulated;
  }

  /**
   * The account id, typed: for an account behind a port that promises another kind, for another account than the last run's, or else for live
   * trading. The error is a sentence.
   */
  confirm(
    typed: { readonly account: string; readonly phrase: string },
    adapter: Pick<TwsAdapter, 'link' | 'recheckLive'>,
    { view, commands }: DeskAccess,
  ): Result<void> {
    const { account, phrase } = typed;
    const current = view.accounts.current();
    if (phrase.trim() !== account || account !== current?.id)
      return this.#refusal(adapter, current?.id) ?? err(`The words do not match. Type the account id ${current?.id ?? account}.`);
    if (adapter.link().problem?.code === 'port-mismatch') {
      this.#port = true;
      adapter.recheckLive();
      commands.log('alarm', `Trading on ${account} at port ${this.#options.port} confirmed by the operator.`);
      return ok(undefined);
    }
    // What is typed for a live account says both.
    if (this.#confirmChange(account, view, commands) && (current.paper || this.#live || !this.#options.allowed)) return ok(undefined);
    const refusal = this.#refusal(adapter, account);
    if (refusal !== undefined) return refusal;
    this.#live = true;
    adapter.recheckLive();
    commands.log('alarm', `Live trading on ${account} confirmed by the operator.`);
    return ok(undefined);
  }

  /** False: it is the account of the last run. */
  #confirmChange(account: string, view: DeskAccess['view'], commands: DeskAccess['commands']): boolean {
    const { accounts } = this.#options;
    const change = accounts?.change();
    if (change === undefined) return false;
    accounts?.confirm(account, view.accounts.ids());
    commands.log('alarm', `${change} Confirmed by the operator.`);
    return true;
  }

  /** Typed words change nothing where the program was started without the switch, and nothing else is to be confirmed. */
  #refusal(adapter: Pick<TwsAdapter, 'link'>, account: string | undefined): Result<never> | undefined {
    const { allowed, accounts } = this.#options;
    if (allowed || adapter.link().problem?.code === 'port-mismatch') return undefined;
    if (account !== undefined && accounts?.change() !== undefined) return undefined;
    return err('This program was started without --live; close it and start it with --live to trade a live account.');
  }
}
