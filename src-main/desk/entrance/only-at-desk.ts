import type { CallName, Input } from '#protocol/commands';
import { loosens } from '#protocol/looser';
import type { Limits, Settings } from '#protocol/settings';

/**
 * What of a call only a person at the desk may allow, in words that follow "to"; null: nothing. A console in a browser can be
 * somebody else's: it may stop everything, and it may not undo a stop, widen what the desk is allowed, or let a kill leave more standing.
 */
export function onlyAtDesk(name: CallName, input: unknown, settings: Pick<Settings, 'limits' | 'killScope'>): string | null {
  switch (name) {
    case 'engine.rearm.confirm':
      return 're-arm after the kill';
    case 'live.confirm':
      return `allow orders on the live account ${(input as Input<'live.confirm'>).account}`;
    case 'settings.update':
      return loosened((input as Input<'settings.update'>).patch, settings);
    default:
      return null;
  }
}

function loosened(patch: Input<'settings.update'>['patch'], now: Pick<Settings, 'limits' | 'killScope'>): string | null {
  const narrower = patch.killScope === 'own' && now.killScope === 'all' ? 'let a kill cancel only the orders of this desk' : null;
  const raised = raisedLimits(patch.limits ?? {}, now.limits);
  return narrower === null || raised === null ? (narrower ?? raised) : `${narrower} and ${raised}`;
}

function raisedLimits(patch: { readonly [N in keyof Limits]?: number | undefined }, limits: Limits): string | null {
  const raised = (Object.keys(patch) as (keyof Limits)[]).flatMap((name) => {
    const to = patch[name];
    return to !== undefined && loosens(name, limits[name], to) ? [`${name} from ${limits[name]} to ${to}`] : [];
  });
  return raised.length === 0 ? null : `loosen ${raised.join(', ')}`;
}
