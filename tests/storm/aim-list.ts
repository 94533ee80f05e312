import { cellName, type EngineClass, type EventName, type LinkClass, type OrderClass } from './cells.ts';
import { CELLS } from './reachable.ts';

/** A cell that a storm tries to visit. */
export interface Aim {
  readonly cell: string;
  readonly order: OrderClass;
  readonly event: EventName;
  readonly link: LinkClass;
  readonly engine: EngineClass;
}

/** What lasts a moment only is not met by itself. */
const FLEETING: ReadonlySet<OrderClass> = new Set<OrderClass>(['waiting', 'sent', 'unknown', 'changing', 'partly filled', 'cancelling']);

function isRare({ order, event, link, engine }: Aim): boolean {
  if (event === 'status pending') return true;
  if (order === 'none') return false;
  if (!FLEETING.has(order)) return link === 'comparing' && event !== 'open order';
  return link !== 'open' || engine !== 'trading' || order === 'unknown' || order === 'changing' || order === 'sent';
}

function rareCells(): readonly Aim[] {
  const aims: Aim[] = [];
  for (const [cell, why] of CELLS) {
    if (why !== undefined) continue;
    const [order, event, link, engine] = cell.split(' × ') as [OrderClass, EventName, LinkClass, EngineClass];
    const aim: Aim = { cell: cellName(order, event, link, engine), order, event, link, engine };
    if (isRare(aim)) aims.push(aim);
  }
  return aims;
}

/** Neighbours are alike in all but the event: a storm that has come to their states stays there. */
export const AIMS = [...rareCells()].sort((one, other) => (statesOf(one) < statesOf(other) ? -1 : statesOf(one) > statesOf(other) ? 1 : 0));

function statesOf({ order, link, engine }: Aim): string {
  return `${engine} ${order} ${link}`;
}
