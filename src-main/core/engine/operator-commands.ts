import { moveTrigger } from '#core/execution/trigger-transition';
import type { AccountId, ConId } from '#domain/ids';
import { err, ok, type Result } from '#domain/result';
import { breakerRefusal, tryOne } from '#core/safety/rejection-breaker';
import { closePosition } from '#core/protection/close-position';
import { engineRecord, log, step } from '#core/state/records';
import { nextEngineState } from '#core/state/engine-state';
import { commit, engineState, type Slice } from '#core/state/desk-state';
import { advance } from '#core/state/engine-life';
import { pauseDesk } from '#core/execution/halt';
import { readLatchAgain } from '#core/execution/latch-doubt';
import { release } from '#core/strategy/trigger/market-lines';
import { saveDrafts } from '#core/strategy/trigger/drafts';
import { externalRefusal } from '#core/reconciliation/position-check';
import type { Refusal } from '#core/state/refusal';

type Desk = Slice<
  | 'accounts'
  | 'board'
  | 'breakerFile'
  | 'broker'
  | 'cancelRetries'
  | 'clock'
  | 'coordinator'
  | 'counters'
  | 'details'
  | 'drafts'
  | 'exchange'
  | 'ids'
  | 'index'
  | 'journal'
  | 'killLatchFile'
  | 'latch'
  | 'latencies'
  | 'link'
  | 'market'
  | 'memos'
  | 'ordersOut'
  | 'positionDifferences'
  | 'recentSends'
  | 'reconciliation'
  | 'registry'
  | 'resizeAttempts'
  | 'rules'
  | 'startRefusal'
  | 'stores'
  | 'subscriptions'
  | 'unsentCancels'
  | 'unsentGlobalCancel'
>;

type Done = Result<number, Refusal>;

function refuse(text: string): { readonly ok: false; readonly error: Refusal } {
  return err({ code: 'not-allowed-now', text });
}

function simple(desk: Desk, event: 'start' | 'resume' | 'acknowledge', by: string, reason: string, line: string): Done {
  const state = engineState(desk);
  const seq = commit(
    desk,
    event === 'acknowledge' ? 'risk-reducing' : 'order',
    `engine.${event}`,
    { kind: 'command', text: `${by}: ${reason}` },
    (tx) => {
      if (step(tx, desk.stores, event, `${by}: ${reason}`) === undefined) return undefined;
      log(tx, 'info', line);
      return tx.seq;
    },
  );
  if (seq === undefined) return refuse(`The desk is ${state}; it cannot ${event} from there.`);
  advance(desk);
  return ok(seq);
}

/** IDLE → INITIALIZING, and on to SCANNING as soon as the book equals the broker's. Nothing is armed by it. */
export function startDesk(desk: Desk, by: string): Done {
  readLatchAgain(desk);
  if (desk.latch.isSet()) return refuse('The kill switch of an earlier run is still set; re-arm the desk first.');
  const refusal = desk.startRefusal?.() ?? accountRefusal(desk) ?? breakerRefusal(desk);
  if (refusal !== undefined) return refuse(refusal);
  const external = externalRefusal(desk);
  if (external !== undefined) return refuse(external);
  return tried(desk, simple(desk, 'start', by, 'started', `Desk started by ${by}`), by);
}

/** C-18: the account is not the one the operator may believe to trade. */
function accountRefusal(desk: Desk): string | undefined {
  const { problem } = desk.link;
  return problem?.code === 'port-mismatch' || problem?.code === 'live-not-allowed' ? problem.text : undefined;
}

export function pauseByOperator(desk: Desk, by: string, reason: string): Done {
  const state = engineState(desk);
  if (!pauseDesk(desk, reason, by, 'command')) return refuse(`The desk is ${state}; there is nothing to pause.`);
  return ok(desk.stores.engine.version);
}

/** PAUSED → INITIALIZING. What crossed meanwhile does not fire: the registry takes every side anew from where prices are now. */
export function resumeDesk(desk: Desk, by: string): Done {
  readLatchAgain(desk);
  const refusal = desk.startRefusal?.() ?? externalRefusal(desk) ?? breakerRefusal(desk);
  if (refusal !== undefined) return refuse(refusal);
  return tried(desk, simple(desk, 'resume', by, 'resumed', `Desk resumed by ${by}`), by);
}

/** Started or resumed behind an open circuit breaker: the next order is a try. */
function tried(desk: Desk, done: Done, by: string): Done {
  if (done.ok) tryOne(desk, by);
  return done;
}

/** IDLE means nothing is armed, whichever way it is reached; orders at the broker stay as they are. */
function backToIdle(desk: Desk, event: 'stop' | 'recover', by: string, reason: string): Done {
  const state = engineState(desk);
  if (nextEngineState(state, event) === undefined) return refuse(`The desk is ${state}; it cannot ${event} from there.`);
  const dropped = desk.registry.purge();
  const seq = commit(desk, 'risk-reducing', `engine.${event}`, { kind: 'command', text: `${by}: ${reason}` }, (tx) => {
    if (step(tx, desk.stores, event, `${by}: ${reason}`) === undefined) return undefined;
    for (const trigger of tx.values(desk.stores.triggers)) {
      if (trigger.life === 'armed' || trigger.life === 'paused')
        moveTrigger(desk, tx, trigger, ['disarm'], { ...trigger, reason: `disarmed: ${reason} by ${by}`, updatedAt: tx.at });
    }
    log(tx, 'warning', `${by}: ${reason}; ${dropped.length} firings dropped, everything disarmed. Orders at the broker stay.`);
    return tx.seq;
  });
  if (seq === undefined) return refuse(`The desk is ${state}; it cannot ${event} from there.`);
  for (const id of desk.stores.triggers.keys()) release(desk, id);
  saveDrafts(desk);
  return ok(seq);
}

export function stopDesk(desk: Desk, by: string): Done {
  return backToIdle(desk, 'stop', by, 'the desk was stopped');
}

/** ERROR → IDLE: the operator has read what happened. */
export function recoverDesk(desk: Desk, by: string): Done {
  return backToIdle(desk, 'recover', by, 'the error was acknowledged');
}

/** EMERGENCY → STOPPED: the operator has seen what the kill did. */
export function acknowledgeKill(desk: Desk, by: string, reason: string): Done {
  return simple(desk, 'acknowledge', by, reason, `Kill acknowledged by ${by}: ${reason}`);
}

/** First of two steps. The phrase holds the account, so that a hand on the wrong window types the wrong words. */
export function requestRearm(desk: Desk, by: string): Done {
  const state = engineState(desk);
  if (state !== 'STOPPED') return refuse(`Re-arming starts in STOPPED; the desk is ${state}.`);
  const account = desk.accounts.current();
  const phrase = `REARM ${account?.id ?? 'NO ACCOUNT'} ${desk.ids.phrase()}`;
  const seq = commit(desk, 'order', 'engine.rearm.request', { kind: 'command', text: `${by} asks to re-arm` }, (tx) => {
    tx.set(desk.stores.engine, 'desk', { ...engineRecord(tx, desk.stores), rearmPhrase: phrase });
    return tx.seq;
  });
  return ok(seq ?? 0);
}

/** Second step: the phrase, a reconciled book, and the latch file cleared. Only then STOPPED → IDLE. */
export function confirmRearm(desk: Desk, by: string, phrase: string): Done {
  const record = desk.stores.engine.get('desk');
  if (record?.state !== 'STOPPED' || record.rearmPhrase === undefined)
    return refuse('Re-arming was not asked for; start with the first step.');
  if (phrase.trim() !== record.rearmPhrase)
    return err({ code: 'invalid-input', text: `The words do not match. Type exactly: ${record.rearmPhrase}` });
  if (!desk.link.ready || !desk.reconciliation.done())
    return refuse('The book is not reconciled with the broker yet; re-arming waits for it.');
  const cleared = desk.killLatchFile.clear();
  if (!cleared.ok) return refuse(`The kill latch file could not be removed (${cleared.error}); mend that first.`);
  const seq = commit(desk, 'order', 'engine.rearm', { kind: 'command', text: `${by} re-armed the desk` }, (tx) => {
    const next = step(tx, desk.stores, 'rearm', `re-armed by ${by}`);
    if (next === undefined) return undefined;
    const { rearmPhrase: _used, ...rest } = next;
    tx.set(desk.stores.engine, 'desk', rest);
    log(tx, 'warning', `Desk re-armed by ${by}; it is idle and nothing is armed.`);
    return tx.seq;
  });
  if (seq === undefined) return refuse('The desk could not be re-armed from this state.');
  desk.latch.clear();
  return ok(seq);
}

/** The whole position, confirmed by the operator's hold. */
export function flatten(desk: Desk, account: AccountId, conId: ConId, by: string): Done {
  return closePosition(desk, account, conId, 100, by);
}
