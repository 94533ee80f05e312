import type { DeskAccess } from '#core/engine/desk-commands';
import type { Contract } from '#domain/contract';
import { err, ok, type Result } from '#domain/result';
import type { Failure } from './reply.ts';

/** Contract details before something is said of or done with a contract: its tick decides prices. */
export interface RequiredDetails {
  /** Details of every contract named, each asked for once. The error is a sentence. */
  known(contracts: readonly Contract[]): Promise<Result<void>>;
  /** The same for something that is done with them. TWS may take its time to answer: what was wished before a kill is not done after it. */
  toAct(contracts: readonly Contract[]): Promise<Result<void, Failure['error']>>;
}

export function requiredDetails({ view, commands }: DeskAccess): RequiredDetails {
  async function known(contracts: readonly Contract[]): Promise<Result<void>> {
    for (const contract of contracts) {
      if (view.details.has(contract.conId)) continue;
      const details = await view.market.details(contract);
      if (!details.ok) return err(details.error);
      if (details.value.contract.conId !== contract.conId)
        return err(`TWS answers with another contract for ${contract.symbol}; search for it again.`);
      commands.learn(details.value);
    }
    return ok(undefined);
  }

  async function toAct(contracts: readonly Contract[]): Promise<Result<void, Failure['error']>> {
    const kills = view.latch.kills();
    const asked = await known(contracts);
    if (view.latch.kills() !== kills)
      return err({
        code: 'not-allowed-now',
        text: 'The kill switch was set before this could be done; nothing was done. Ask again if you still want it.',
      });
    return asked.ok ? ok(undefined) : err({ code: 'unavailable', text: asked.error });
  }

  return { known, toAct };
}
