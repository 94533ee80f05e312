import type { DeskView } from '#core/state/desk-view';
import type { WatcherRow as Running } from '#core/trigger/watcher-row';
import { isWorking } from '#domain/order';
import { formatPrice, type Price } from '#domain/price';
import { conditionShort, triggerSentence } from '#domain/sentence';
import type { ExitLevel, Trigger, TriggerSpec } from '#domain/trigger';
import type { WatcherRow } from '#protocol/topics';
import { decimalsOf, deskTime } from './row-figures.ts';

function doesText(spec: TriggerSpec, decimals: number): string {
  const { entry } = spec.action;
  const type = entry.type === 'MKT' ? 'market' : entry.type === 'LMT' ? 'limit' : entry.type === 'STP' ? 'stop' : 'stop limit';
  const price = entry.limit === undefined ? '' : ` ${formatPrice(entry.limit, decimals)}`;
  return spec.action.target !== undefined || spec.action.stop !== undefined ? 'bracket' : `${type}${price}`;
}

function exitPrice(level: ExitLevel | undefined): Price | null {
  return level?.kind === 'price' ? level.price : null;
}

/** What the broker goes on with if this program dies. Only orders already at IB do. */
function survives(view: DeskView, trigger: Trigger): string {
  if (trigger.life !== 'fired' && trigger.life !== 'failed') return 'no';
  const working = view.index
    .ofTrigger(trigger.id)
    .filter((order) => isWorking(order.state) && order.ref?.includes(`-${trigger.gen}-`) === true);
  if (working.some((order) => order.leg === 'S')) return 'stop at IB';
  return working.length > 0 ? 'orders at IB' : 'nothing left';
}

export function watcherRow(
  view: DeskView,
  trigger: Trigger,
  running: Running | undefined,
  suspended: string | undefined,
): WatcherRow {
  const { spec } = trigger;
  const first = running?.conId ?? spec.action.contract.conId;
  const decimals = decimalsOf(view, first);
  const quote = view.board.quote(first);
  const armed = trigger.life === 'armed';
  return {
    id: trigger.id,
    name: spec.name,
    symbol: running?.symbol ?? spec.action.contract.symbol,
    conId: first,
    life: trigger.life,
    holding: armed && (running?.status === 'holding' || suspended !== undefined),
    rule: running?.rule ?? conditionShort(spec.condition, decimals),
    sentence: running?.sentence ?? triggerSentence(spec, decimals),
    side: spec.action.side,
    quantity: spec.action.quantity,
    does: doesText(spec, decimals),
    last: running?.price ?? quote?.last ?? null,
    decimals,
    level: running?.level ?? null,
    armedSide: running === undefined ? 'none' : running.side,
    distance: running?.distance?.price ?? null,
    distanceTicks: running?.distance?.ticks ?? null,
    distanceBasisPoints: running?.distance === undefined ? null : Math.round(running.distance.ppm / 100),
    quoteAt: quote === undefined || quote.updatedAt === 0 ? null : deskTime(view, quote.updatedAt),
    reason: armed && suspended !== undefined ? suspended : armed ? (running?.reason ?? trigger.reason) : trigger.reason,
    survives: survives(view, trigger),
    armedBy: trigger.armedBy ?? null,
    armedAt: trigger.armedAt ?? null,
    firedAt: trigger.firedAt ?? null,
    gen: trigger.gen,
    version: trigger.updatedAt,
    targetPrice: exitPrice(spec.action.target),
    stopPrice: exitPrice(spec.action.stop),
    spec,
  };
}
