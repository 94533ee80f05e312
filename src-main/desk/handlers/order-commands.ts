import type { DeskAccess } from '#core/engine/desk-commands';
import type { Handlers } from '#desk/entrance/router';
import { done, doneAt, failure } from './reply.ts';
import type { RequiredDetails } from './require-details.ts';

type Names = 'orders.cancel-all' | 'order.cancel' | 'order.modify' | 'order.settle' | 'adoption.decide';

/** Commands on orders, and on what was found at the broker at the start. */
export function orderCommands({ view, commands }: DeskAccess, details: RequiredDetails): Pick<Handlers, Names> {
  return {
    'orders.cancel-all': (input, caller) => doneAt(commands.cancelAll(input.scope, caller.by, input.exits ?? 'keep')),
    'order.cancel': (input, caller) => done(commands.cancelOrder(input.key, caller.by)),
    'order.modify': async (input, caller) => {
      const order = view.index.get(input.key);
      if (order === undefined) return failure('not-found', 'There is no such order.');
      const known = await details.toAct([order.contract]);
      if (!known.ok) return done(known);
      const { limit, stop, quantity } = input;
      const terms = {
        ...(limit === undefined ? {} : { limit }),
        ...(stop === undefined ? {} : { stop }),
        ...(quantity === undefined ? {} : { quantity }),
      };
      return done(commands.modifyOrder(input.key, input.expectedVersion, terms, caller.by));
    },
    'order.settle': (input, caller) => done(commands.settleOrder(input.key, input.expectedVersion, caller.by)),
    'adoption.decide': (input, caller) => done(commands.decideAdoption(input.key, input.decision, caller.by)),
  };
}
