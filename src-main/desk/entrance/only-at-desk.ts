import type { CallName, Input } from '#protocol/commands';
import { loosens } from '#protocol/looser';
import type { Limits } from '#protocol/settings';

/**
 * What of a call only a person at the desk may allow, in words that follow "to"; null: nothing. A console in a browser can be
 * somebody else's: it may stop everything, and it may not undo a stop or widen what the desk is allowed.
 */
export function onlyAtDesk(name: CallName, input: unknown, limits: Limits): string | null {
  switch (name) {
    case 'engine.rearm.confirm':
      return 're-arm after the kill';
    case 'live.confirm':
      return `allow orders on the live account ${(input as Input<'live.confirm'>).account}`;
    case 'settings.update':
      return raisedLimits((input as Input<'settings.update'>).patch.limits ?? {}, limits);
    default:
      return null;
  }
}

function raisedLimits(patch: { readonly [N in keyof Limits]?: number | undefined }, limits: Limits): string | null {
  const raised = (Object.keys(patch) as (keyof Limits)[]).flatMap((name) => {
    const to = patch[name];
    return to !== undefined && loosens(name, limits[name], to) ? [`${name} from ${limits[name]} to ${to}`] : [];
  });
  return raised.length === 0 ? null : `loosen ${raised.join(', ')}`;
}
