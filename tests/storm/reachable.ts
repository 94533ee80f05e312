import { orderEvents, ORDER_STATES } from '#core/order/order-life';
import { ENGINE_STATES, type EngineEvent, nextEngineState } from '#core/state/engine-state';
import type { OrderState } from '#domain/order';
import {
  cellName,
  DESK_EVENTS,
  ENGINE_CLASSES,
  type EngineClass,
  engineClassOf,
  type EventName,
  LINK_CLASSES,
  type LinkClass,
  ORDER_CLASS,
  ORDER_CLASSES,
  ORDER_EVENTS,
  type OrderClass,
} from './cells.ts';

/**
 * Which cells can be at all, by the tables of the code: the life of an order, the life of the desk, and what the gate lets leave. A storm that
 * visits another one has found a defect of the desk, or of this page.
 */

interface Cell {
  readonly order: OrderClass;
  readonly event: EventName;
  readonly link: LinkClass;
  readonly engine: EngineClass;
}

const DESK: ReadonlySet<EventName> = new Set(DESK_EVENTS);
const ACTS: ReadonlySet<EventName> = new Set<EventName>([
  'sent',
  'not sent',
  'cancel asked',
  'change asked',
  'lost sight',
  'absence proven',
  'settled',
]);
/** Of what is over nothing is counted at the broker, and of what never left nothing is told. */
const AT_DESK: ReadonlySet<OrderClass> = new Set<OrderClass>(['over', 'not sent']);

/** Of which nothing stays as it is when the link goes. */
const FRAIL: ReadonlySet<OrderClass> = new Set<OrderClass>(['sent', 'changing']);

/** Classes of which a state takes this event of the order's own life. */
function classesThat(...events: readonly string[]): ReadonlySet<OrderClass> {
  const takes = (state: OrderState): boolean => orderEvents(state).some((event) => events.includes(event));
  return new Set(ORDER_STATES.filter(takes).map((state) => ORDER_CLASS[state]));
}

/** Which orders the desk can do this to, or conclude it of. */
const ACT_ON: Readonly<Partial<Record<EventName, ReadonlySet<OrderClass>>>> = {
  sent: new Set<OrderClass>(['waiting']),
  'not sent': new Set<OrderClass>(['waiting']),
  'cancel asked': classesThat('cancel', 'call-back'),
  'change asked': classesThat('replace'),
  'lost sight': classesThat('lose-sight'),
  'absence proven': new Set<OrderClass>(['unknown']),
  settled: classesThat('settle'),
};

/** Events of the engine's own table, where a command asks it before it writes. */
const ENGINE_EVENT: Readonly<Partial<Record<EventName, EngineEvent>>> = { resume: 'resume', start: 'start', rearm: 'rearm' };

function engineTakes(event: EngineEvent, engine: EngineClass): boolean {
  return ENGINE_STATES.some((state) => engineClassOf(state) === engine && nextEngineState(state, event) !== undefined);
}

/** Why this cannot be; undefined for what can. */
export function unreachable({ order, event, link, engine }: Cell): string | undefined {
  if (DESK.has(event) ? AT_DESK.has(order) : order === 'none') return 'it is of the other kind of event';
  if (!ACTS.has(event) && link === 'lost') {
    // The desk pauses in the turn that takes the link; what it concludes in that turn is its own.
    if (engine === 'trading' && event !== 'pause') return 'I-13: without a link no desk trades';
    if (FRAIL.has(order) && event !== 'pause') return 'what is sent and not answered is UNKNOWN as the link goes';
  }
  if (DESK.has(event)) return deskUnreachable({ order, event, link, engine });
  if (ACTS.has(event)) return actUnreachable({ order, event, link, engine });
  return order === 'waiting' || order === 'not sent' ? 'IB does not speak of what has not left' : undefined;
}

function actUnreachable({ order, event, link }: Cell): string | undefined {
  if (ACT_ON[event]?.has(order) !== true) return 'the life of an order does not know it in this state';
  return (event === 'change asked' || event === 'sent') && link !== 'open' ? 'the gate is shut' : undefined;
}

function deskUnreachable({ event, link, engine }: Cell): string | undefined {
  if (event === 'link ready' && link !== 'lost') return 'it was not lost';
  if (event === 'link lost' && link === 'lost') return 'it was lost before';
  if ((event === '1101' || event === '1102') && link !== 'lost') return 'it was restored before';
  if (event === 'offer' && link !== 'open') return 'positions are looked after only while the book is true';
  if (event === 'kill is looked at' && engine !== 'killed') return 'nothing was killed';
  const step = ENGINE_EVENT[event];
  return step !== undefined && !engineTakes(step, engine) ? 'the life of the desk does not know it in this state' : undefined;
}

/** Every cell of the table, with why it cannot be reached. */
function allCells(): ReadonlyMap<string, string | undefined> {
  const cells = new Map<string, string | undefined>();
  for (const order of ORDER_CLASSES)
    for (const event of [...ORDER_EVENTS, ...DESK_EVENTS])
      for (const link of LINK_CLASSES)
        for (const engine of ENGINE_CLASSES) cells.set(cellName(order, event, link, engine), unreachable({ order, event, link, engine }));
  return cells;
}

export const CELLS = allCells();
