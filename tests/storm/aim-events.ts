import { confirmRearm, pauseByOperator, requestRearm, resumeDesk, startDesk, stopDesk } from '#core/engine/operator-commands';
import { cancelOrders } from '#core/execution/cancel';
import { faultDesk } from '#core/execution/halt';
import { settleOrder } from '#core/reconciliation/unknown-orders';
import type { Order } from '#domain/order';
import { units } from '#domain/quantity';
import type { OrderView } from '#simulator/model/order-view';
import { WorkingOrder } from '#simulator/engine/working-order';
import { type EventName, statusEventOf } from './cells.ts';
import { type Moment, ofClass } from './aim-moment.ts';
import { compares, LISTED, workingOf } from './aim-states.ts';
import { type LaterWord, openOrderOf, statusOf } from './told.ts';
import type { World } from './world.ts';

const BY = 'the operator';
const RESTORED = 'Connectivity between IB and TWS has been restored.';

/** Codes that IB says of an order; by G-7 none of them ends it alone. */
const CODES: Readonly<Partial<Record<EventName, readonly [number, string]>>> = {
  'notice shown': [399, 'Order Message: a warning.'],
  'notice held': [163, 'The price breaks the percentage limit.'],
  'notice reject': [201, 'Order rejected - reason:margin'],
  'notice cancelled': [202, 'Order Canceled - reason:'],
  'notice refused-change': [105, 'Order being modified does not match original order.'],
  'notice look-up': [161, 'Order not cancellable.'],
};
/** What was true once, and is told late of what is over. */
const LATE_WORDS: Readonly<Partial<Record<EventName, string>>> = {
  'status pending': 'PendingSubmit',
  'status working': 'Submitted',
  'status PendingCancel': 'PendingCancel',
  'status Inactive': 'Inactive',
};
/** The last words of these orders come a little later than one of them. */
const REST_MS = 400;
/** Where lists alone are to tell it, they have so long; the desk asks for them within. */
const LISTED_MS = 12_000;

/** Makes the event happen, now that everything else is as the aim wants it. False where IB does not have the order yet. */
export function strike(moment: Moment, order: Order | undefined): boolean {
  const { event } = moment.aim;
  const act = DESK_ACTS[event];
  const isOfIb = act === undefined && order !== undefined && !BY_ITSELF.has(event) && !ofHand(moment, order);
  act?.(moment);
  const isDone = !isOfIb || ofWords(moment, order);
  if (isDone && LISTED.has(event)) moment.world.tws.heldLists.release();
  return isDone;
}

type Act = (moment: Moment) => void;

/** What happens to the desk as a whole. */
const DESK_ACTS: Readonly<Partial<Record<EventName, Act>>> = {
  'link lost': ({ world }) => {
    world.wires[1]!.lose(0);
  },
  'IB lost': ({ world }) => {
    world.tws.loseIb('told');
  },
  'IB restored': ({ world: { tws } }) => {
    if (tws.outage === 'none') tws.notice(1102, RESTORED);
    else tws.findIb(1102);
  },
  kill: ({ operator }) => {
    operator.kill('own', 'keep');
  },
  pause: ({ aim, life: { deskState } }) => {
    if (aim.engine === 'standing') resumeDesk(deskState, BY);
    pauseByOperator(deskState, BY, 'lunch');
  },
  resume: ({ life: { deskState, state } }) => {
    if (state === 'INITIALIZING') pauseByOperator(deskState, BY, 'lunch');
    resumeDesk(deskState, BY);
  },
  stop: ({ life: { deskState } }) => {
    stopDesk(deskState, BY);
  },
  start: ({ life: { deskState } }) => {
    startDesk(deskState, BY);
  },
  fault: ({ life: { deskState } }) => {
    faultDesk(deskState, 'A defect of this program was caught at the last moment; it is in the log.');
  },
  rearm: ({ life: { deskState, stores } }) => {
    requestRearm(deskState, BY);
    confirmRearm(deskState, BY, stores.engine.get('desk')?.rearmPhrase ?? '');
  },
  'cancels go again': goesAgain,
};
/** What comes by itself, once everything else is there. */
const BY_ITSELF: ReadonlySet<EventName> = new Set<EventName>([
  'link ready',
  'end of open-orders',
  'end of completed-orders',
  'end of executions',
  'end of positions',
  'kill is looked at',
  'offer',
  'sent',
  'not sent',
  'absence proven',
  'change asked',
]);

/** A cancel that died with its socket. */
function goesAgain(moment: Moment): void {
  const { life, world } = moment;
  const other = ofClass(moment, 'working');
  if (other === undefined) return;
  world.tws.faults.silentCancels = 1;
  cancelOrders(life.deskState, [other], BY);
  world.wires[1]!.lose(0);
}

/** What the operator does to the order. True when it is such an event. */
function ofHand({ aim, life }: Moment, order: Order): boolean {
  switch (aim.event) {
    case 'cancel asked':
      if (order.orderId !== undefined) cancelOrders(life.deskState, [order], BY);
      return true;
    case 'settled':
      settleOrder(life.deskState, order.key, order.updatedAt, BY);
      return true;
    default:
      return false;
  }
}

/** What IB says of it: the truth, one word of it before the others. */
function ofWords(moment: Moment, order: Order): boolean {
  const { aim, world } = moment;
  const { tws } = world;
  const working = workingOf(moment, order);
  const view = working ?? tws.ledger.orders.find(({ orderRef }) => orderRef !== '' && orderRef === order.ref);
  if (view === undefined || view.orderId === 0) return false;
  if (says(moment, order, view)) return true;
  if (repeats(moment, view)) return true;
  const isTrue = statusEventOf(view.status) === aim.event;
  if (!isTrue && working !== undefined)
    tws.kept.during(() => {
      happens(moment, working);
    });
  const word = tws.kept.find(({ told }) => isWord(told, aim.event)) ?? status(view, view.status);
  if (isWord(word.told, aim.event)) tws.tell(word);
  tellRest(moment);
  return true;
}

/** One of its codes. True when the event is such a one. */
function says({ aim, world: { tws } }: Moment, { clientId, orderId, state }: Order, view: OrderView): boolean {
  const code = CODES[aim.event];
  if (code === undefined) return false;
  if (view instanceof WorkingOrder) tws.exchange.confirm(view);
  // Of what is parked a refusal is the end; it would be a lie.
  const isLie = code[0] === 201 && (view.status === 'Inactive' || state === 'INACTIVE');
  if (clientId === undefined || orderId === undefined || isLie) return true;
  tws.refused(clientId, orderId, ...code);
  tws.state(view);
  return true;
}

function status(view: OrderView, ibStatus: string): LaterWord {
  return { clientId: view.clientId, told: { kind: 'news', news: { kind: 'order-status', status: { ...statusOf(view), ibStatus } } } };
}

/** What is so already, said once more. True when it is such an event. */
function repeats(moment: Moment, view: OrderView): boolean {
  const { aim, world } = moment;
  const { tws } = world;
  const fill = tws.ledger.fillsOf(view.permId).at(-1);
  const late = aim.order === 'over' ? LATE_WORDS[aim.event] : undefined;
  if (late !== undefined) {
    tws.tell(status(view, late));
    return true;
  }
  switch (aim.event) {
    case 'lost sight':
      if (view.status === 'Inactive') tws.state(view);
      else {
        tws.unlisted.add(view.permId);
        compares(moment);
        tws.heldLists.release();
      }
      return true;
    case 'open order':
      tws.tell({ clientId: view.clientId, told: { kind: 'news', news: { kind: 'open-order', order: openOrderOf(view) } } });
      return true;
    case 'status pending':
      // An old word that comes late.
      tws.tell(status(view, 'PendingSubmit'));
      return true;
    case 'fill again':
      if (fill !== undefined) tws.executed(fill);
      return true;
    case 'correction':
      if (fill === undefined) return true;
      world.counts.corrections += 1;
      tws.correct(fill);
      return true;
    default:
      return false;
  }
}

function tellRest({ world, random, aim }: Moment): void {
  const { tws, clock } = world;
  if (!tws.kept.areThere) return;
  // The executions of the orders' own client come before the orders then.
  if (aim.event === 'fill listed') for (const { clientId, down } of world.wires) down.swift = clientId === 2;
  clock.aside(LISTED.has(aim.event) ? LISTED_MS : REST_MS, random, () => {
    tellKept(world);
  });
}

/** Executions as they were; of an order only what it is by now. */
export function tellKept({ tws }: World): void {
  const orders = new Set<number>();
  for (const word of tws.kept.take()) {
    const news = word.told.kind === 'news' ? word.told.news : undefined;
    if (news?.kind === 'open-order') orders.add(news.order.permId);
    else if (news?.kind === 'order-status') orders.add(news.status.permId);
    else tws.tell(word);
  }
  for (const order of tws.ledger.orders) if (orders.has(order.permId)) tws.state(order);
}

function isWord(told: LaterWord['told'], event: EventName): boolean {
  if (told.kind !== 'news') return false;
  if (told.news.kind === 'order-status') return statusEventOf(told.news.status.ibStatus) === event;
  return told.news.kind === 'execution' && event === 'fill';
}

/** At IB, by a person or the market. */
function happens({ world: { tws }, aim, random }: Moment, working: WorkingOrder): void {
  const whole = Math.floor(working.remaining / 10_000);
  if (aim.event !== 'status Inactive') tws.exchange.confirm(working);
  switch (aim.event) {
    case 'status PendingCancel':
      if (working.status === 'PendingCancel') return;
      tws.faults.holdCancels = true;
      tws.exchange.cancelOrder(working);
      tws.faults.holdCancels = false;
      return;
    case 'status Cancelled':
      tws.exchange.cancelOrder(working);
      return;
    case 'completed order':
      if (random.chance(0.5)) tws.exchange.cancelOrder(working);
      else if (!working.waits) tws.exchange.executeAnyway(working.permId, working.remaining);
      return;
    case 'status Filled':
      if (!working.waits) tws.exchange.executeAnyway(working.permId, working.remaining);
      return;
    case 'fill':
    case 'fill listed':
      if (whole >= 1 && !working.waits) tws.exchange.executeAnyway(working.permId, units(Math.max(1, Math.floor(whole / 3))));
      return;
    case 'status Inactive':
      working.parked = true;
      working.status = 'Inactive';
      tws.state(working);
      return;
    default:
  }
}
