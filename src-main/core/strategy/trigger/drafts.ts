import { enterTrigger } from '#core/execution/trigger-transition';
import { commit, type Slice } from '#core/state/desk-state';
import { log } from '#core/state/records';
import type { Trigger } from '#domain/trigger';

type Desk = Slice<'coordinator' | 'counters' | 'drafts' | 'stores'>;

const LIVES_OFFERED: ReadonlySet<Trigger['life']> = new Set(['draft', 'armed', 'paused', 'locked', 'cancelled', 'failed']);

export function saveDrafts(desk: Desk): void {
  desk.drafts.save(() => {
    const offered = [...desk.stores.triggers.values()].filter((trigger) => LIVES_OFFERED.has(trigger.life)).slice(-500);
    return offered.map(({ id, gen, spec }) => ({ id, gen, spec }));
  });
}

/** Triggers of the last run, disarmed: the operator arms what is still wanted. */
export function offerDrafts(desk: Desk): void {
  const drafts = desk.drafts.load();
  commit(desk, 'housekeeping', 'drafts.offer', { kind: 'system', text: 'start of the program' }, (tx) => {
    if (!drafts.ok) {
      log(tx, 'warning', drafts.error);
      return;
    }
    for (const { id, gen, spec } of drafts.value) {
      enterTrigger(desk, tx, {
        id,
        spec,
        gen,
        fires: 0,
        createdAt: tx.at,
        recentFires: [],
        reason: 'from the last run, disarmed',
        updatedAt: tx.at,
      });
    }
    if (drafts.value.length > 0) log(tx, 'info', `${drafts.value.length} triggers of the last run are offered again, disarmed.`);
  });
}
