import type { Tx } from '#core/commit/transaction';
import { commit, type Slice } from '#core/state/desk-state';
import { type Effect, log, step } from '#core/state/records';
import { moveTrigger } from './trigger-transition.ts';

type Desk = Slice<'coordinator' | 'counters' | 'killLatchFile' | 'latch' | 'registry' | 'stores'>;

/**
 * The kill latch counts as set because nobody can tell that it is not. The gate is shut and everything is disarmed; no order is cancelled and
 * none is dropped: whether there was a kill is the operator's to know, and KILL is still there.
 */
export function latchInDoubt(desk: Slice<'counters' | 'latch' | 'stores'>, tx: Tx<Effect>, reason: string): void {
  desk.latch.set(reason, 'own', 'keep');
  const next = step(tx, desk.stores, 'kill', `The kill latch is in doubt: ${reason}`);
  if (next === undefined) return;
  const { rearmPhrase: _gone, ...rest } = next;
  const kill = { id: tx.seq, startedAt: tx.at, upTo: tx.seq, scope: 'own', exits: 'keep', by: 'a doubt', reason, phase: 'doubt' } as const;
  const nothing = { purged: 0, targets: [], left: [], cancelsSent: 0, cancelsUnsent: 0, cancelled: 0, residuals: [] };
  tx.set(desk.stores.engine, 'desk', { ...rest, kill: { ...kill, ...nothing } });
  for (const trigger of tx.values(desk.stores.triggers)) {
    if (trigger.life === 'armed' || trigger.life === 'paused')
      moveTrigger(desk, tx, trigger, ['disarm'], { ...trigger, reason: 'by a doubt about the kill latch', updatedAt: tx.at });
  }
  log(tx, 'alarm', `The kill latch counts as set, because ${reason}. Nothing was cancelled. Use KILL, or acknowledge and re-arm.`);
}

/**
 * The latch's file once more: another program may have set it, or it may have vanished, while this one believes that it is not set. In doubt
 * it is set from here on. To be called before anything can be armed, and when the broker can be reached again.
 */
export function readLatchAgain(desk: Desk): void {
  if (desk.latch.isSet()) return;
  const { set, doubt, reason } = desk.killLatchFile.read();
  if (!set) return;
  const why = doubt === true ? reason : `kill-latch.json says that it is set (${reason}), and this desk has not set it`;
  // Before the commit, as with every kill: from here on nothing leaves.
  desk.latch.set(why, 'own', 'keep');
  desk.registry.purge();
  commit(desk, 'kill', 'latch.doubt', { kind: 'system', text: why }, (tx) => latchInDoubt(desk, tx, why));
}
