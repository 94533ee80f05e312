import type { DeskAccess } from '#core/engine/desk-commands';
import type { Contract } from '#domain/contract';
import type { ConId } from '#domain/ids';
import type { Handlers } from '#desk/entrance/router';
import { doneAt, failure } from './reply.ts';
import type { RequiredDetails } from './require-details.ts';

/** The quotes the operator follows over restarts. */
export interface WatchListPort {
  added(contract: Contract): void;
  removed(conId: ConId): void;
}

type Names = 'quote.watch' | 'quote.unwatch' | 'symbols.search' | 'contract.details' | 'chart.bars';

/** Questions to the market, and the quotes that the screen follows. */
export function marketQueries({ view, commands }: DeskAccess, details: RequiredDetails, watchList: WatchListPort): Pick<Handlers, Names> {
  return {
    'quote.watch': async (input) => {
      const known = await details.known([input.contract]);
      if (!known.ok) return failure('unavailable', known.error);
      const followed = commands.followContract('screen', input.contract, 'screen');
      if (!followed.ok) return failure('too-many', followed.error);
      watchList.added(input.contract);
      return doneAt(view.coordinator.seq);
    },
    'quote.unwatch': (input) => {
      commands.unfollowContract('screen', input.conId);
      watchList.removed(input.conId);
      return doneAt(view.coordinator.seq);
    },
    'symbols.search': async (input) => {
      const found = await view.market.search(input.text);
      return found.ok ? { ok: true, value: { contracts: found.value } } : failure('unavailable', found.error);
    },
    'contract.details': async (input) => {
      const known = await details.known([input.contract]);
      const found = view.details.get(input.contract.conId);
      return known.ok && found !== undefined
        ? { ok: true, value: { details: found } }
        : failure('unavailable', known.ok ? 'TWS does not know this contract.' : known.error);
    },
    'chart.bars': async (input) => {
      const bars = await view.market.bars(input.contract, input.count);
      return bars.ok ? { ok: true, value: { bars: bars.value } } : failure('unavailable', bars.error);
    },
  };
}
