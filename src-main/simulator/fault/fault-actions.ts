import type { FaultAction } from './fault-plan.ts';
import type { Target } from '#simulator/gateway/message-faults';
import type { GatewayFaults } from './gateway-faults.ts';

/** What a plan needs of the wire's half of the faults. */
interface WireFaults {
  mute(target: Target): void;
  recover(target: Target): void;
  halfOpen(target: Target, ms: number): void;
  rst(target: Target): void;
  end(target: Target): void;
  restart(ms: number, idsBack: number): Promise<void>;
  holdClientId(clientId: number, ms: number): void;
  loseChildren(clientId: number): void;
  calm(): Promise<void>;
}

type Hands = GatewayFaults & WireFaults;

type Acts = {
  readonly [Kind in FaultAction['do']]: (action: Extract<FaultAction, { readonly do: Kind }>, faults: Hands) => void | Promise<void>;
};

const ACTS: Acts = {
  drop: ({ what, client, count }, faults) => faults.drop(what, client, count),
  delay: ({ what, ms, client, count }, faults) => faults.delay(what, ms, client, count),
  duplicate: ({ what, times, client, count }, faults) => faults.duplicate(what, times, client, count),
  misspell: ({ what, from, to, times, client, count }, faults) => faults.misspell(what, { from, to: to.repeat(times) }, client, count),
  lag: ({ client, ms }, faults) => faults.lag(client, ms),
  mute: ({ client, ms }, faults) => {
    faults.mute(client);
    faults.later(ms, () => faults.recover(client));
  },
  'half-open': ({ client, ms }, faults) => faults.halfOpen(client, ms),
  rst: ({ client }, faults) => faults.rst(client),
  end: ({ client }, faults) => faults.end(client),
  restart: ({ ms, idsBack }, faults) => faults.restart(ms, idsBack),
  'hold-id': ({ client, ms }, faults) => faults.holdClientId(client, ms),
  'lose-children': ({ client }, faults) => faults.loseChildren(client),
  swallow: ({ client, count }, faults) => faults.swallowNext(client, count),
  'no-ack': (_, faults) => faults.dropNextAck(),
  reject: ({ reason }, faults) => faults.rejectNext(reason),
  refuse: ({ what, code }, faults) => faults.refuseNext(what, code),
  park: (_, faults) => faults.parkNext(),
  'late-fill': ({ ms, part }, faults) => faults.lateFillNext(ms, part),
  correct: ({ ticks }, faults) => faults.correctByTicks(ticks),
  bust: ({ silent }, faults) => void faults.bust({ silent }),
  'hold-cancels': ({ until }, faults) => faults.holdCancelsUntil(until),
  outage: (options, faults) => faults.outage(options),
  notice: ({ code }, faults) => faults.notice(code),
  'listed-refs': ({ refs }, faults) => void (faults.withheld.listedRef = refs),
  'foreign-ids-zero': ({ on }, faults) => void (faults.withheld.foreignIdsZero = on),
  'take-children': ({ on }, faults) => void (faults.takesChildren = on),
  'commissions-unset': ({ on }, faults) => void (faults.withheld.commissionsUnset = on),
  'tif-preset': ({ tif }, faults) => void (faults.tifPreset = tif === 'none' ? undefined : tif),
  'perm-ids-late': ({ ms }, faults) => faults.permIdsLate(ms),
  'executions-window': ({ ms }, faults) => void (faults.executionsWindow = ms),
  'fills-told': ({ order }, faults) => void (faults.fillsTold = order),
  halt: ({ symbol, ms }, faults) => {
    faults.halted(symbol, true);
    faults.later(ms, () => faults.halted(symbol, false));
  },
  calm: (_, faults) => faults.calm(),
};

/** Does what a step of a plan says. A promise when it takes its time. */
export function perform(action: FaultAction, faults: Hands): void | Promise<void> {
  return (ACTS[action.do] as (action: FaultAction, faults: Hands) => void | Promise<void>)(action, faults);
}
