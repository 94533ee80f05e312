import type { Tx } from '#core/commit/transaction';
import { count, type Slice } from '#core/state/desk-state';
import { type Effect, log } from '#core/state/records';
import type { Trigger } from '#domain/trigger';
import { nextTriggerLife, type TriggerEvent } from '#domain/trigger-life';

type Desk = Slice<'counters' | 'stores'>;

/** The only writer of triggers. Every life comes from the table in `domain/trigger-life`. */

/** A trigger without its life, which the table gives. */
export type Lifeless = Omit<Trigger, 'life'>;

/** A trigger comes into the book as a draft: written now, or offered from the last run. */
export function enterTrigger(desk: Desk, tx: Tx<Effect>, draft: Lifeless): void {
  tx.set(desk.stores.triggers, draft.id, { ...draft, life: 'draft' });
}

/**
 * What happened to it, one event after the other, written once. An illegal one is refused: nothing is written, it is counted and alarmed, and
 * undefined tells the caller.
 */
export function moveTrigger(
  desk: Desk,
  tx: Tx<Effect>,
  trigger: Pick<Trigger, 'life'>,
  events: readonly TriggerEvent[],
  now: Lifeless,
): Trigger | undefined {
  let { life } = trigger;
  for (const event of events) {
    const next = nextTriggerLife(life, event);
    if (next === undefined) {
      count(desk, 'illegal trigger moves');
      log(tx, 'alarm', `${now.spec.name} is ${life}; "${event}" does not belong there and was not done.`, { kind: 'trigger', key: now.id });
      return undefined;
    }
    life = next;
  }
  const moved: Trigger = { ...now, life };
  tx.set(desk.stores.triggers, moved.id, moved);
  return moved;
}
