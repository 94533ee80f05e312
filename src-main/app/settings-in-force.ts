import type { RiskRules } from '#core/risk/risk-context';
import { pacingRatesOf, resetWindowsOf, type Settings } from '#protocol/settings';
import type { Simulator } from '#simulator/simulator';
import type { TwsOptions } from '#tws/tws-options';
import type { DeskOptions } from './options.ts';

/** What risk judges by. */
export function riskRulesOf({ limits, allowed, resetWindows }: Settings, simulated: boolean): RiskRules {
  return {
    limits,
    orderTypes: allowed.orderTypes,
    timesInForce: allowed.timesInForce,
    // A simulated gateway lives in the time of its tape and is never reset.
    resetWindows: simulated ? [] : resetWindowsOf(resetWindows),
  };
}

/** The command line goes before the settings; the embedded simulator before both. `settings` is asked again at every message. */
export function twsOptionsOf(
  options: Pick<DeskOptions, 'host' | 'port' | 'live'>,
  settings: () => Settings,
  simulator: Pick<Simulator, 'host' | 'port'> | undefined,
): TwsOptions {
  const { connection } = settings();
  return {
    host: simulator?.host ?? options.host ?? connection.host,
    port: simulator?.port ?? options.port ?? connection.port,
    clientIdBase: simulator === undefined ? connection.clientIdBase : 0,
    allowLive: options.live,
    rates: () => pacingRatesOf(settings().limits),
  };
}
