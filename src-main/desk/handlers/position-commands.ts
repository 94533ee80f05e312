import type { DeskAccess } from '#core/engine/desk-commands';
import type { Refusal } from '#core/state/refusal';
import type { Result } from '#domain/result';
import type { Handlers } from '#desk/entrance/router';
import { type Done, done, type Failure, failure } from './reply.ts';
import type { RequiredDetails } from './require-details.ts';

type Names =
  | 'position.flatten'
  | 'position.close'
  | 'position.protect'
  | 'position.breakeven'
  | 'position.acknowledge'
  | 'position.trail'
  | 'position.resize-exits'
  | 'positions.flatten-all';

/** Commands on what is held. */
export function positionCommands({ view, commands }: DeskAccess, details: RequiredDetails): Pick<Handlers, Names> {
  /** The contract's tick decides prices, so its details are fetched first. */
  async function onPosition(
    input: { readonly account: string; readonly conId: number },
    act: () => Result<number, Refusal>,
  ): Promise<Done | Failure> {
    const position = [...view.stores.positions.values()].find(
      (held) => held.contract.conId === input.conId && held.account === input.account,
    );
    if (position === undefined) return failure('not-found', 'There is no such position.');
    const known = await details.toAct([position.contract]);
    return done(known.ok ? act() : known);
  }

  return {
    'position.flatten': (input, caller) => onPosition(input, () => commands.closePosition(input.account, input.conId, 100, caller.by)),
    'position.close': (input, caller) =>
      onPosition(input, () => commands.closePosition(input.account, input.conId, input.percent, caller.by)),
    'position.protect': (input, caller) =>
      onPosition(input, () => commands.protectPosition(input.account, input.conId, input.stop, caller.by)),
    'position.breakeven': (input, caller) => onPosition(input, () => commands.breakeven(input.account, input.conId, caller.by)),
    'position.acknowledge': (input, caller) => done(commands.acknowledgeExternal(input.account, input.conId, caller.by)),
    'position.trail': (input, caller) =>
      onPosition(input, () => commands.trailPosition(input.account, input.conId, input.trail, caller.by)),
    'position.resize-exits': (input, caller) => onPosition(input, () => commands.resizeExits(input.account, input.conId, caller.by)),
    'positions.flatten-all': async (_input, caller) => {
      const held = [...view.stores.positions.values()].filter((position) => position.quantity !== 0);
      if (held.length === 0) return failure('not-found', 'There is no position.');
      const known = await details.toAct(held.map((position) => position.contract));
      return done(known.ok ? commands.flattenAll(held, caller.by) : known);
    },
  };
}
