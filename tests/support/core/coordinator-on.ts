import { Coordinator, type CoordinatorOptions } from '#core/commit/coordinator';
import { StackContext } from '#core/commit/stack-context';
import type { Stores } from '#core/commit/stores';
import type { Clock } from '#core/ports/clock';
import type { ContextPort } from '#core/ports/context';
import type { Journal } from '#core/ports/journal';
import type { Scheduler } from '#core/ports/scheduler';
import { MemoryJournal } from '../journal/memory-journal.ts';

/** A coordinator whose clock is its scheduler, too. `context` is the synchronous one and `journal` in memory unless given. */
export function coordinatorOn<E>(
  on: { readonly stores: Stores; readonly clock: Clock & Scheduler; readonly journal?: Journal; readonly context?: ContextPort },
  options: CoordinatorOptions = {},
): Coordinator<E> {
  const { stores, clock, journal = new MemoryJournal(), context = new StackContext() } = on;
  return new Coordinator<E>({ stores, clock, scheduler: clock, context, journal }, options);
}
