import { cancelOrder } from '#core/execution/cancel';
import { faultDesk, pauseDesk } from '#core/execution/halt';
import { modifyOrder } from '#core/execution/modify';
import { closePosition } from '#core/protection/close-position';
import { flattenAll } from '#core/protection/flatten-all';
import { breakeven, protectPosition } from '#core/protection/place-stop';
import { resizeExitsNow } from '#core/protection/resize-on-request';
import { trailPosition } from '#core/protection/trailing-stop';
import { decide } from '#core/reconciliation/adoption';
import { acknowledgeExternal } from '#core/reconciliation/position-check';
import { settleOrder } from '#core/reconciliation/unknown-orders';
import { cancelAll } from '#core/safety/cancel-all';
import { kill } from '#core/safety/kill';
import { type DeskState, logLine } from '#core/state/desk-state';
import type { DeskView } from '#core/state/desk-view';
import { refuse } from '#core/state/refusal';
import { type Armed, armTrigger } from '#core/strategy/trigger/arm';
import { changeTrigger } from '#core/strategy/trigger/change';
import { dryRun } from '#core/strategy/trigger/dry-run';
import { fireNow } from '#core/strategy/trigger/fire-now';
import type { ContractDetails } from '#domain/contract';
import { trailRefusal } from '#domain/trigger-terms';
import { changeSettings } from './change-settings.ts';
import { followContract, unfollowContract } from './follow-contract.ts';
import {
  acknowledgeKill,
  confirmRearm,
  pauseByOperator,
  recoverDesk,
  requestRearm,
  resumeDesk,
  startDesk,
  stopDesk,
} from './operator-commands.ts';

/** What a command is given beside its desk. */
type CommandInput<F> = F extends (desk: DeskState, ...input: infer A) => unknown ? A : never;

/** All that can be asked of the core from outside. Each command decides by itself whether it may be done, and answers in values. */
export type DeskCommands = ReturnType<typeof deskCommands>;

/** What those outside the core hold of it: eyes and commands, and no state to write. */
export interface DeskAccess {
  readonly view: DeskView;
  readonly commands: DeskCommands;
}

/**
 * The commands bound to their desk: whoever holds them cannot write the state but through them. `by` is always the asker, in words for the
 * journal. `drain` sends what a command has made fire.
 */
export function deskCommands(desk: DeskState, drain: () => void) {
  function bound<A extends readonly unknown[], R>(act: (desk: DeskState, ...input: A) => R): (...input: A) => R {
    return (...input) => act(desk, ...input);
  }
  return {
    start: bound(startDesk),
    pause: bound(pauseByOperator),
    resume: bound(resumeDesk),
    stop: bound(stopDesk),
    recover: bound(recoverDesk),
    acknowledgeKill: bound(acknowledgeKill),
    requestRearm: bound(requestRearm),
    confirmRearm: bound(confirmRearm),
    /** Never refused; the gate for new orders is shut when it returns. */
    kill: bound(kill),
    /** As the tray and the power manager pause: nothing is answered. */
    halt: bound(pauseDesk),
    /** A defect of the program: the desk goes to ERROR. */
    fault: bound(faultDesk),
    cancelAll: bound(cancelAll),
    cancelOrder: bound(cancelOrder),
    modifyOrder: bound(modifyOrder),
    settleOrder: bound(settleOrder),
    decideAdoption: bound(decide),
    closePosition: bound(closePosition),
    flattenAll: bound(flattenAll),
    protectPosition: bound(protectPosition),
    breakeven: bound(breakeven),
    /** A distance that protects nothing is refused before anything is replaced. */
    trailPosition: (...[account, conId, trail, by]: CommandInput<typeof trailPosition>): ReturnType<typeof trailPosition> => {
      const useless = trailRefusal(trail);
      return useless === undefined ? trailPosition(desk, account, conId, trail, by) : refuse('invalid-input', useless);
    },
    resizeExits: bound(resizeExitsNow),
    acknowledgeExternal: bound(acknowledgeExternal),
    /** A watcher that is armed, resumed or edited may fire at once. */
    armTrigger: (...[spec, by, word]: CommandInput<typeof armTrigger>): Armed => {
      const armed = armTrigger(desk, spec, by, word);
      if (armed.ok) drain();
      return armed;
    },
    changeTrigger: (...[id, version, event, by]: CommandInput<typeof changeTrigger>): Armed => {
      const changed = changeTrigger(desk, id, version, event, by);
      drain();
      return changed;
    },
    /** Asked for at the moment at which the desk may fire again, it wakes the others too. */
    fireNow: (...[id, version, by]: CommandInput<typeof fireNow>): ReturnType<typeof fireNow> => {
      const fired = fireNow(desk, id, version, by);
      drain();
      return fired;
    },
    dryRun: bound(dryRun),
    followContract: bound(followContract),
    unfollowContract: bound(unfollowContract),
    changeSettings: bound(changeSettings),
    /** Contract details once known stay: tick, hours, multiplier. */
    learn: (details: ContractDetails): void => {
      desk.details.set(details.contract.conId, details);
    },
    log: bound(logLine),
  } as const;
}
