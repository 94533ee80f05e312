import { cancelOrders } from '#core/execution/cancel';
import { faultDesk } from '#core/execution/halt';
import { modifyOrder } from '#core/execution/modify';
import { pauseByOperator, stopDesk } from '#core/engine/operator-commands';
import type { Order } from '#domain/order';
import { priceOf } from '#domain/price';
import { plus, scale } from '#domain/scaled';
import type { OrderView } from '#simulator/model/order-view';
import type { Random } from '#simulator/model/random';
import { ORDER_CLASS, type OrderClass } from './cells.ts';
import type { Life } from './life.ts';
import type { Operator } from './operator.ts';
import { stream } from './weather.ts';
import type { World } from './world.ts';

/**
 * Trouble that waits for its moment: where an order is in a state that lasts a moment only, the line, IB's words and the operator's hand fall
 * into it. Part of some storms, with chance of its own.
 */
const SHARE = 0.25;
const BY = 'the operator';
const CENT = priceOf(0.01);

/** What lasts a moment only comes first; of the rest any. */
const FLEETING: readonly OrderClass[] = ['waiting', 'sent', 'changing', 'cancelling', 'unknown', 'partly filled'];
/** Codes that IB says of an order; by G-7 none of them ends it alone. */
const CODES = [
  [399, 'Order Message: a warning.'],
  [163, 'The price breaks the percentage limit.'],
  [201, 'Order rejected - reason:margin'],
  [202, 'Order Canceled - reason:'],
  [104, 'Cannot modify a filled order.'],
  [105, 'Order being modified does not match original order.'],
  [10_148, 'OrderId that needs to be cancelled cannot be cancelled.'],
  [161, 'Order not cancellable.'],
] as const;

interface Moment {
  readonly world: World;
  readonly operator: Operator;
  readonly life: Life;
  readonly order: Order;
  readonly random: Random;
}

/** Begins it in the storms that have it; what is returned ends it. */
export function oddMoments(world: World, operator: Operator, seed: number): () => void {
  const random = stream(seed, 'odd moments');
  let over = false;
  if (!random.chance(SHARE)) return () => undefined;
  const next = (): void => {
    world.clock.aside(60 + random.next() * 400, random, () => {
      if (over) return;
      const { life } = world;
      const order = life === undefined || world.isAsleep ? undefined : chosen(life, random);
      if (life !== undefined && order !== undefined) strike({ world, operator, life, order, random });
      next();
    });
  };
  next();
  return () => {
    over = true;
    world.tws.faults.parks = 0;
    world.tws.notice(2158, 'Sec-def data farm connection is OK:secdefnj');
    for (const parked of world.tws.exchange.register.active().filter(({ status }) => status === 'Inactive'))
      world.tws.exchange.confirm(parked);
  };
}

/** An own order, of those that will not stay as they are for long where there is one. */
function chosen({ stores }: Life, random: Random): Order | undefined {
  const own = [...stores.orders.values()].filter(({ origin }) => origin === 'trigger' || origin === 'operator');
  const fleeting = own.filter(({ state }) => FLEETING.includes(ORDER_CLASS[state]));
  const from = fleeting.length > 0 && random.chance(0.8) ? fleeting : own;
  return from.length === 0 ? undefined : from[random.between(0, from.length - 1)];
}

function strike(moment: Moment): void {
  const { world, order, random } = moment;
  const rare = order.state === 'QUEUED' || order.state === 'SUBMITTED' || order.state === 'PENDING_REPLACE';
  const luck = random.next();
  if (luck < (rare ? 0.2 : 0.03)) line(world, random);
  else if (luck < (rare ? 0.35 : 0.06)) desk(moment);
  else words(moment);
}

/** The line to IB, or to TWS. */
function line(world: World, random: Random): void {
  const { tws, wires, clock, counts } = world;
  const kind = random.between(0, 5);
  if (kind === 0) {
    counts.reconnects += 1;
    wires[random.between(0, 2)]!.lose(0);
  } else if (kind === 1) {
    counts.outages += 1;
    tws.loseIb('told');
    clock.aside(200 + random.next() * 2_500, random, () => {
      tws.findIb(1102);
    });
  } else if (kind === 2) tws.notice(1102, 'Connectivity between IB and TWS has been restored.');
  else {
    tws.notice(2157, 'Sec-def data farm connection is broken:secdefnj');
    clock.aside(50 + random.next() * 500, random, () => {
      tws.notice(2158, 'Sec-def data farm connection is OK:secdefnj');
    });
  }
}

/** The operator's hand, or a defect of the program elsewhere. */
function desk({ world, operator, life, order, random }: Moment): void {
  const { byHand } = world;
  world.byHand = true;
  switch (random.between(0, 6)) {
    case 0:
      pauseByOperator(life.deskState, BY, 'lunch');
      break;
    case 1:
      stopDesk(life.deskState, BY);
      break;
    case 2:
      operator.kill('own');
      break;
    case 3:
      faultDesk(life.deskState, 'A defect of this program was caught at the last moment; it is in the log.');
      break;
    case 4:
      moves(life, order, random);
      break;
    case 5:
      world.tws.faults.parks = 1;
      break;
    default:
      if (order.orderId !== undefined) cancelOrders(life.deskState, [order], BY);
  }
  world.byHand = byHand;
}

function moves({ deskState }: Life, order: Order, random: Random): void {
  const move = scale(CENT, random.between(-4, 4));
  if (order.limit !== undefined) modifyOrder(deskState, order.key, order.updatedAt, { limit: plus(order.limit, move) }, BY);
  else if (order.stop !== undefined) modifyOrder(deskState, order.key, order.updatedAt, { stop: plus(order.stop, move) }, BY);
}

/** What IB says of it again, or says of it that changes nothing there. */
function words({ world: { tws, counts }, order, random }: Moment): void {
  const view: OrderView | undefined = tws.ledger.orders.find(({ orderRef }) => orderRef !== '' && orderRef === order.ref);
  if (view === undefined || view.orderId === 0) return;
  const fills = tws.ledger.fillsOf(view.permId);
  const fill = fills[fills.length - 1];
  const kind = random.between(0, 9);
  if (kind < 2) tws.state(view);
  else if (kind < 4 && fill !== undefined) tws.executed(fill);
  else if (kind === 4 && fill !== undefined) {
    counts.corrections += 1;
    tws.correct(fill);
  } else {
    const [code, text] = CODES[random.between(0, CODES.length - 1)]!;
    // Of what is parked a refusal is the end; it would be a lie.
    if (view.status === 'Inactive' && code === 201) return;
    tws.refused(view.clientId, view.orderId, code, text);
    tws.state(view);
  }
}
