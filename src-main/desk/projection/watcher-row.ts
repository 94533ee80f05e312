import type { DeskView } from '#core/state/desk-view';
import type { Distance, WatcherRow as Running } from '#core/trigger/watcher-row';
import { isWorking } from '#domain/order';
import { formatPrice, type Price } from '#domain/price';
import { scale } from '#domain/scaled';
import { conditionShort, triggerSentence } from '#domain/sentence';
import type { ExitLevel, Trigger, TriggerSpec } from '#domain/trigger';
import type { WatcherRow } from '#protocol/topics';
import { brokerTime, decimalsOf, quoteBrokerTime, quoteTime } from './row-figures.ts';

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

type LevelCells = Pick<
  WatcherRow,
  'level' | 'armedSide' | 'distance' | 'distanceTicks' | 'distanceBasisPoints' | 'comesBackFirst' | 'truths'
>;

const LETTERS = { true: 't', false: 'f', unknown: 'u' } as const;

const NOWHERE: LevelCells = {
  level: null,
  armedSide: 'none',
  distance: null,
  distanceTicks: null,
  distanceBasisPoints: null,
  comesBackFirst: false,
  truths: '',
};

/** The level, which side arms the watcher, and where the price stands to it. */
function levelCells(running: Running | undefined): LevelCells {
  if (running === undefined) return NOWHERE;
  const { distance, level, side, comesBackFirst } = running;
  return {
    ...NOWHERE,
    level: level ?? null,
    armedSide: side,
    ...(distance === undefined ? {} : distanceCells(distance, (level ?? 0) < (running.price ?? 0) ? -1 : 1)),
    comesBackFirst,
    truths: running.truths.map((truth) => LETTERS[truth]).join(''),
  };
}

/** The core measures how far; the screen also says which way. */
function distanceCells(
  { price, ticks, ppm }: Distance,
  way: 1 | -1,
): Pick<WatcherRow, 'distance' | 'distanceTicks' | 'distanceBasisPoints'> {
  return {
    distance: scale(price, way),
    distanceTicks: signedCount(ticks, way),
    distanceBasisPoints: signedCount(Math.round(ppm / 100), way),
  };
}

/** Without a minus zero, which would be a change of its own on the way to the screen. */
function signedCount(count: number, way: 1 | -1): number {
  return count === 0 ? 0 : count * way;
}

function reasonText(trigger: Trigger, running: Running | undefined, suspended: string | undefined): string {
  if (trigger.life !== 'armed') return trigger.reason;
  return suspended ?? running?.reason ?? trigger.reason;
}

/** `running`: the watcher, while one watches. `suspended`: why the whole desk does not fire now, as a half sentence. */
export function watcherRow(view: DeskView, trigger: Trigger, running: Running | undefined, suspended: string | undefined): WatcherRow {
  const { spec } = trigger;
  const first = running?.conId ?? spec.action.contract.conId;
  const decimals = decimalsOf(view, first);
  const quote = view.board.quote(first);
  return {
    id: trigger.id,
    name: spec.name,
    symbol: running?.symbol ?? spec.action.contract.symbol,
    conId: first,
    life: trigger.life,
    holding: isHolding(trigger, running, suspended),
    rule: running?.rule ?? conditionShort(spec.condition, decimals),
    sentence: running?.sentence ?? triggerSentence(spec, decimals),
    side: spec.action.side,
    quantity: spec.action.quantity,
    does: doesText(spec, decimals),
    last: running?.price ?? quote?.last ?? null,
    decimals,
    ...levelCells(running),
    quoteAt: quoteTime(view, quote),
    quoteTime: quoteBrokerTime(view, quote),
    reason: reasonText(trigger, running, suspended),
    survives: survives(view, trigger),
    ...armingCells(view, trigger),
    gen: trigger.gen,
    version: trigger.updatedAt,
    targetPrice: exitPrice(spec.action.target),
    stopPrice: exitPrice(spec.action.stop),
    spec,
  };
}

function isHolding(trigger: Trigger, running: Running | undefined, suspended: string | undefined): boolean {
  return trigger.life === 'armed' && (running?.status === 'holding' || suspended !== undefined);
}

type ArmingCells = Pick<WatcherRow, 'armedBy' | 'armedAt' | 'firedAt' | 'armedTime' | 'firedTime'>;

function armingCells(view: DeskView, { armedBy, armedAt, firedAt }: Trigger): ArmingCells {
  return {
    armedBy: armedBy ?? null,
    armedAt: armedAt ?? null,
    firedAt: firedAt ?? null,
    armedTime: brokerTime(view, armedAt),
    firedTime: brokerTime(view, firedAt),
  };
}
