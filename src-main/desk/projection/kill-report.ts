import { cancelPlan, openPositions, openPositionText } from '#core/safety/cancel-plan';
import type { DeskView } from '#core/state/desk-view';
import { abs } from '#domain/scaled';
import type { CancelCounts, CancelPlan, KillReport } from '#protocol/kill-report';
import type { StatusValue } from '#protocol/topics';
import { orderLine } from './order-row.ts';
import { brokerTime } from './row-figures.ts';

/** The newest kill, as long as the desk has not been re-armed. */
function killReport(view: DeskView): KillReport | null {
  const record = view.stores.engine.get('desk');
  const kill = record?.kill;
  if (kill === undefined || (record?.state !== 'EMERGENCY' && record?.state !== 'STOPPED')) return null;
  const residuals = kill.residuals.flatMap((key) => {
    const order = view.index.get(key);
    return order === undefined ? [] : [{ key, text: `${orderLine(view, order)}: ${order.note ?? order.state}` }];
  });
  return {
    id: kill.id,
    startedAt: kill.startedAt,
    startedTime: brokerTime(view, kill.startedAt),
    scope: kill.scope,
    by: kill.by,
    reason: kill.reason,
    phase: kill.phase,
    purged: kill.purged,
    cancelsSent: kill.cancelsSent,
    cancelled: kill.cancelled,
    cancelsUnsent: kill.cancelsUnsent,
    exits: kill.exits,
    kept: cancelPlan(view, kill.scope).protective.map((order) => ({ key: order.key, text: orderLine(view, order) })),
    positions: openPositions(view).map((open) => ({
      key: `${open.position.account}:${open.position.contract.conId}`,
      text: openPositionText(open),
      bare: open.covered < abs(open.position.quantity),
    })),
    residuals,
    verifiedAt: kill.verifiedAt ?? null,
    verifiedTime: brokerTime(view, kill.verifiedAt),
  };
}

/** What each of the two scopes would meet if it were cancelled now. */
function cancelCounts(view: DeskView): CancelPlan {
  return { own: countsOf(view, 'own'), all: countsOf(view, 'all') };
}

function countsOf(view: DeskView, scope: 'own' | 'all'): CancelCounts {
  const { entries, protective } = cancelPlan(view, scope);
  return { entries: entries.length, protective: protective.length };
}

/** The kill, the way back from it, and what the next one would do. */
export function killFigures(view: DeskView): Pick<StatusValue, 'kill' | 'cancelPlan' | 'rearmPhrase'> {
  return { kill: killReport(view), cancelPlan: cancelCounts(view), rearmPhrase: view.stores.engine.get('desk')?.rearmPhrase ?? null };
}
