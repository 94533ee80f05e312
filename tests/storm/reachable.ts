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

/** Of which nothing stays as it is when the link goes (`reconciliation/link`, `forget`). */
const FRAIL: ReadonlySet<OrderClass> = new Set<OrderClass>(['sent', 'changing']);
/** As long as nothing of it has filled (`reports/order-evidence`: a fill makes it at least partly filled; Inactive, it works as little as before). */
const UNFILLED: ReadonlySet<OrderClass> = new Set<OrderClass>(['sent']);

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

/** Events of the engine's own table; one that the table does not take moves nothing, and is none. */
const ENGINE_EVENT: Readonly<Partial<Record<EventName, EngineEvent>>> = {
  pause: 'pause',
  resume: 'resume',
  stop: 'stop',
  start: 'start',
  rearm: 'rearm',
  fault: 'fault',
};

function engineTakes(event: EngineEvent, engine: EngineClass): boolean {
  return ENGINE_STATES.some((state) => engineClassOf(state) === engine && nextEngineState(state, event) !== undefined);
}

/** Why this cannot be; undefined for what can. */
function unreachable(cell: Cell): string | undefined {
  const { order, event, link, engine } = cell;
  if (DESK.has(event) ? AT_DESK.has(order) : order === 'none') return 'it is of the other kind of event';
  if (ACTS.has(event)) return actUnreachable(cell);
  if (link === 'lost') {
    // The desk pauses in the turn that takes the link.
    if (engine === 'trading' && event !== 'pause') return 'I-13: without a link no desk trades';
    if (FRAIL.has(order)) return 'what is sent and not answered is UNKNOWN as the link goes, before anything else';
  }
  return DESK.has(event) ? deskUnreachable(cell) : wordUnreachable(cell);
}

/** What IB says of an order. */
function wordUnreachable({ order, event }: Cell): string | undefined {
  if (order === 'waiting' || order === 'not sent') return 'IB does not speak of what has not left';
  if ((event === 'fill again' || event === 'correction') && UNFILLED.has(order)) return 'what has a fill is at least partly filled';
  return undefined;
}

/** What the desk does itself, or concludes. In the turn that takes the link it still trades, and loses sight of what it drops or has not seen answered. */
function actUnreachable({ order, event, link, engine }: Cell): string | undefined {
  if (ACT_ON[event]?.has(order) !== true) return 'the life of an order does not know it in this state';
  switch (event) {
    case 'sent':
      return link === 'open' ? undefined : 'the gate is shut';
    case 'change asked':
      if (order === 'sent') return 'only what works at the broker is changed (`execution/modify`, `CHANGEABLE`)';
      return link === 'open' ? undefined : 'the gate is shut';
    case 'cancel asked':
      return cancelUnreachable({ order, event, link, engine });
    case 'lost sight':
      return lossUnreachable({ order, event, link, engine });
    case 'absence proven':
      return link === 'lost' ? 'a comparison ends with its link (`state/comparison-progress`, `reset`)' : undefined;
    case 'settled':
      return link === 'lost' ? 'the looks that prove an absence are of one connection (`reconciliation/link`, `forget`)' : undefined;
    default:
      return undefined;
  }
}

function cancelUnreachable({ order, link, engine }: Cell): string | undefined {
  if (order === 'not sent') return 'what has left is not counted as not sent (`order/orders-out`, `tws/order/waiting-orders`)';
  if (order === 'waiting')
    return engine === 'killed' && link === 'open' ? undefined : 'only a kill calls back what just leaves (`execution/submit`, `markSent`)';
  if (link !== 'lost') return undefined;
  if (engine === 'trading') return 'I-13: without a link no desk trades';
  return FRAIL.has(order) ? 'what is sent and not answered is UNKNOWN as the link goes, before anything else' : undefined;
}

function lossUnreachable({ order, link }: Cell): string | undefined {
  if (order === 'unknown') return 'it is out of sight already';
  // Within the write itself a socket of the storm never closes, and its broker port does not break: `tests/unit` plants both.
  if (order === 'waiting') return 'a line of the storm breaks between two turns (`execution/submit`, `lostTrack` and `markSent`)';
  // What has filled in part and is listed as Inactive, or as held, is out of sight at once, whatever the link (`execution/transition`, `tellOrder`).
  return link === 'lost' && !FRAIL.has(order) && order !== 'partly filled'
    ? 'a comparison ends with its link (`state/comparison-progress`, `reset`)'
    : undefined;
}

/** What happens to the desk as a whole, while an order of this class is out. */
function deskUnreachable(cell: Cell): string | undefined {
  const { order, event, link, engine } = cell;
  const early = momentUnreachable(cell);
  if (early !== undefined) return early;
  const dropped = order === 'waiting' ? droppedBefore(event, link) : undefined;
  if (dropped !== undefined) return dropped;
  if (event === 'cancels go again') return againUnreachable({ order, event, link, engine });
  const step = ENGINE_EVENT[event];
  return step !== undefined && !engineTakes(step, engine) ? 'the life of the desk does not know it in this state' : undefined;
}

/** By when it happens. */
function momentUnreachable({ event, link, engine }: Cell): string | undefined {
  if (event === 'link ready' && link !== 'lost') return 'it was not lost';
  if (event === 'link lost' && link === 'lost') return 'it was lost before';
  if (event === 'offer' && link !== 'open') return 'positions are looked after only while the book is true';
  if (event === 'rearm' && link !== 'open') return 'it waits for the book (`engine/operator-commands`, `confirmRearm`)';
  if (event === 'pause' && link === 'open' && engine === 'standing')
    return 'a desk that begins is ready in the turn in which the book is true (`state/engine-life`, `advance`), and nothing else that stands is paused';
  if (event === 'kill is looked at' && engine !== 'killed') return 'nothing was killed';
  return undefined;
}

/** What waits for a message slot is dropped, and written down as not sent, before the desk stands still. */
function droppedBefore(event: EventName, link: LinkClass): string | undefined {
  if (event === 'pause' || event === 'fault')
    return 'what waits is dropped first (`execution/halt`, `purge`; `tws/order/waiting-orders`, `drop`)';
  // A kill from inside an effect comes before what it has dropped is written down, and an order has just left then (`engine/on-news`, C-23).
  return event === 'kill' && link !== 'open'
    ? 'what waits is dropped first (`safety/kill`); only one that an order frame sets off finds it'
    : undefined;
}

function againUnreachable({ order, link, engine }: Cell): string | undefined {
  if (link !== 'comparing') return 'they go as the link comes, before anything is compared (`reconciliation/link`, `onConnected`)';
  if (engine === 'trading') return 'the lost link has paused the desk, and it is not ready before the book is';
  return FRAIL.has(order) ? 'nothing leaves, and nothing is just sent, while the link is lost' : undefined;
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
