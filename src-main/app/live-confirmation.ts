import type { DeskAccess } from '#core/engine/desk-commands';
import { err, ok, type Result } from '#domain/result';
import type { TwsAdapter } from '#tws/tws-adapter';

export interface LiveOptions {
  /** The program was started with `--live`: the first half of what a live account needs. */
  readonly allowed: boolean;
  /** The embedded simulator is this program's own, whatever port it got. */
  readonly simulated: boolean;
  /** Port that was connected to. */
  readonly port: number;
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

  /** The account id, typed: for an account behind a port that promises another kind, or else for live trading. The error is a sentence. */
  confirm(
    typed: { readonly account: string; readonly phrase: string },
    adapter: Pick<TwsAdapter, 'link' | 'recheckLive'>,
    { view, commands }: DeskAccess,
  ): Result<void> {
    const { account, phrase } = typed;
    if (adapter.link().problem?.code === 'port-mismatch') {
      const current = view.accounts.current()?.id;
      if (phrase.trim() !== account || account !== current) return err(`The words do not match. Type the account id ${current ?? ''}.`);
      this.#port = true;
      adapter.recheckLive();
      commands.log('alarm', `Trading on ${account} at port ${this.#options.port} confirmed by the operator.`);
      return ok(undefined);
    }
    if (!this.#options.allowed)
      return err('This program was started without --live; close it and start it with --live to trade a live account.');
    if (phrase.trim() !== account) return err(`The words do not match. Type the account id ${account}.`);
    this.#live = true;
    adapter.recheckLive();
    commands.log('alarm', `Live trading on ${account} confirmed by the operator.`);
    return ok(undefined);
  }
}
