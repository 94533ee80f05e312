import type { AccountId, ConId } from '#domain/ids';
import { err, ok, type Result } from '#domain/result';
import { breakerFault, tryOne } from './breaker.ts';
import { closePosition } from './closing.ts';
import { engineRecord, log, step } from './desk-state.ts';
import { nextEngineState } from './engine-table.ts';
import { commit, engineState, type Hall } from './hall.ts';
import { advance, pauseDesk } from './life.ts';
import { externalFault } from './position-check.ts';
import type { Refusal } from './refusal.ts';
import { release, saveDrafts } from './triggers.ts';

type Done = Result<number, Refusal>;

function refuse(text: string): { readonly ok: false; readonly error: Refusal } {
  return err({ code: 'not-allowed-now', text });
}

function simple(hall: Hall, event: 'start' | 'resume' | 'acknowledge', by: string, reason: string, line: string): Done {
  const state = engineState(hall);
  const seq = commit(
    hall,
    event === 'acknowledge' ? 'risk-reducing' : 'order',
    `engine.${event}`,
    { kind: 'command', text: `${by}: ${reason}` },
    (tx) => {
      if (step(tx, hall.stores, event, `${by}: ${reason}`) === undefined) return undefined;
      log(tx, 'info', line);
      return tx.seq;
    },
  );
  if (seq === undefined) return refuse(`The desk is ${state}; it cannot ${event} from there.`);
  advance(hall);
  return ok(seq);
}

/** IDLE → INITIALIZING, and on to SCANNING as soon as the book equals the broker's. Nothing is armed by it. */
export function startDesk(hall: Hall, by: string): Done {
  if (hall.latch.isSet()) return refuse('The kill switch of an earlier run is still set; re-arm the desk first.');
  const fault = hall.ports.startFault?.() ?? accountFault(hall) ?? breakerFault(hall);
  if (fault !== undefined) return refuse(fault);
  const external = externalFault(hall);
  if (external !== undefined) return refuse(external);
  return tried(hall, simple(hall, 'start', by, 'started', `Desk started by ${by}`), by);
}

/** C-18: the account is not the one the operator may believe to trade. */
function accountFault(hall: Hall): string | undefined {
  const { problem } = hall.link;
  return problem?.code === 'port-mismatch' || problem?.code === 'live-not-allowed' ? problem.text : undefined;
}

export function pauseByOperator(hall: Hall, by: string, reason: string): Done {
  const state = engineState(hall);
  if (!pauseDesk(hall, reason, by)) return refuse(`The desk is ${state}; there is nothing to pause.`);
  return ok(hall.stores.engine.version);
}

/** PAUSED → INITIALIZING. What crossed meanwhile does not fire: the registry takes every side anew from where prices are now. */
export function resumeDesk(hall: Hall, by: string): Done {
  const fault = externalFault(hall) ?? breakerFault(hall);
  if (fault !== undefined) return refuse(fault);
  return tried(hall, simple(hall, 'resume', by, 'resumed', `Desk resumed by ${by}`), by);
}

/** Started or resumed behind an open circuit breaker: the next order is a try. */
function tried(hall: Hall, done: Done, by: string): Done {
  if (done.ok) tryOne(hall, by);
  return done;
}

/** IDLE means nothing is armed, whichever way it is reached; orders at the broker stay as they are. */
function backToIdle(hall: Hall, event: 'stop' | 'recover', by: string, reason: string): Done {
  const state = engineState(hall);
  if (nextEngineState(state, event) === undefined) return refuse(`The desk is ${state}; it cannot ${event} from there.`);
  const dropped = hall.registry.purge();
  const seq = commit(hall, 'risk-reducing', `engine.${event}`, { kind: 'command', text: `${by}: ${reason}` }, (tx) => {
    if (step(tx, hall.stores, event, `${by}: ${reason}`) === undefined) return undefined;
    for (const trigger of tx.values(hall.stores.triggers)) {
      if (trigger.life === 'armed' || trigger.life === 'paused')
        tx.set(hall.stores.triggers, trigger.id, { ...trigger, life: 'draft', reason: `disarmed: ${reason} by ${by}`, updatedAt: tx.at });
    }
    log(tx, 'warning', `${by}: ${reason}; ${dropped.length} firings dropped, everything disarmed. Orders at the broker stay.`);
    return tx.seq;
  });
  if (seq === undefined) return refuse(`The desk is ${state}; it cannot ${event} from there.`);
  for (const id of hall.stores.triggers.keys()) release(hall, id);
  saveDrafts(hall);
  return ok(seq);
}

export function stopDesk(hall: Hall, by: string): Done {
  return backToIdle(hall, 'stop', by, 'the desk was stopped');
}

/** ERROR → IDLE: the operator has read what happened. */
export function recoverDesk(hall: Hall, by: string): Done {
  return backToIdle(hall, 'recover', by, 'the error was acknowledged');
}

/** EMERGENCY → STOPPED: the operator has seen what the kill did. */
export function acknowledgeKill(hall: Hall, by: string, reason: string): Done {
  return simple(hall, 'acknowledge', by, reason, `Kill acknowledged by ${by}: ${reason}`);
}

/** First of two steps. The phrase holds the account, so that a hand on the wrong window types the wrong words. */
export function requestRearm(hall: Hall, by: string): Done {
  const state = engineState(hall);
  if (state !== 'STOPPED') return refuse(`Re-arming starts in STOPPED; the desk is ${state}.`);
  const account = hall.accounts.current();
  const phrase = `REARM ${account?.id ?? 'NO ACCOUNT'} ${hall.ports.ids.phrase()}`;
  const seq = commit(hall, 'order', 'engine.rearm.request', { kind: 'command', text: `${by} asks to re-arm` }, (tx) => {
    tx.set(hall.stores.engine, 'desk', { ...engineRecord(tx, hall.stores), rearmPhrase: phrase });
    return tx.seq;
  });
  return ok(seq ?? 0);
}

/** Second step: the phrase, a reconciled book, and the latch file cleared. Only then STOPPED → IDLE. */
export function confirmRearm(hall: Hall, by: string, phrase: string): Done {
  const record = hall.stores.engine.get('desk');
  if (record?.state !== 'STOPPED' || record.rearmPhrase === undefined)
    return refuse('Re-arming was not asked for; start with the first step.');
  if (phrase.trim() !== record.rearmPhrase)
    return err({ code: 'invalid-input', text: `The words do not match. Type exactly: ${record.rearmPhrase}` });
  if (!hall.link.ready || !hall.reconciliation.done())
    return refuse('The book is not reconciled with the broker yet; re-arming waits for it.');
  const cleared = hall.ports.killLatchFile.clear();
  if (!cleared.ok) return refuse(`The kill latch file could not be removed (${cleared.error}); mend that first.`);
  const seq = commit(hall, 'order', 'engine.rearm', { kind: 'command', text: `${by} re-armed the desk` }, (tx) => {
    const next = step(tx, hall.stores, 'rearm', `re-armed by ${by}`);
    if (next === undefined) return undefined;
    const { rearmPhrase: _used, ...rest } = next;
    tx.set(hall.stores.engine, 'desk', rest);
    log(tx, 'warning', `Desk re-armed by ${by}; it is idle and nothing is armed.`);
    return tx.seq;
  });
  if (seq === undefined) return refuse('The desk could not be re-armed from this state.');
  hall.latch.clear();
  return ok(seq);
}

/** The whole position, confirmed by the operator's hold. */
export function flatten(hall: Hall, account: AccountId, conId: ConId, by: string): Done {
  return closePosition(hall, account, conId, 100, by);
}
