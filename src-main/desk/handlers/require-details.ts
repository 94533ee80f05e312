import type { DeskState } from '#core/state/desk-state';
import type { Contract } from '#domain/contract';
import { err, ok, type Result } from '#domain/result';
import type { Failure } from './reply.ts';

/**
 * Contract details for something that is done with them. TWS may take its time to answer: what was wished before a kill is not done
 * after it.
 */
export async function detailsToAct(
  deskState: DeskState,
  withDetails: (contracts: readonly Contract[]) => Promise<Result<void>>,
  contracts: readonly Contract[],
): Promise<Result<void, Failure['error']>> {
  const kills = deskState.latch.kills();
  const known = await withDetails(contracts);
  if (deskState.latch.kills() !== kills)
    return err({
      code: 'not-allowed-now',
      text: 'The kill switch was set before this could be done; nothing was done. Ask again if you still want it.',
    });
  return known.ok ? ok(undefined) : err({ code: 'unavailable', text: known.error });
}
