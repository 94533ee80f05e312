import { expect, test } from 'vitest';
import { cancelOrders } from '#core/execution/cancel';
import type { BrokerNews } from '#core/ports/broker';
import type { ClientId, OrderId, OrderRef, TriggerId } from '#domain/ids';
import { units } from '#domain/quantity';
import { CoreDesk } from '../support/core/desk.ts';
import { BRACKET } from '../support/core/bracket.ts';
import { earlier, earlierFill, REF } from '../support/core/earlier-run.ts';
import { IBM } from '../support/core/trigger-fixtures.ts';

/**
 * order-truth.md §2.4: IB promises no order between a status and the execution it speaks of, and sends some executions without a status.
 * Each scenario of §2.3 in which something is executed is told in three orders, and the book is the same after each.
 */

interface Scene {
  readonly desk: CoreDesk;
  /** Live news of the order's state: what may come late, or not at all. */
  readonly statuses: readonly BrokerNews[];
  /** Lists of open and completed orders, which a comparison waits for. */
  readonly lists: readonly BrokerNews[];
  readonly executions: readonly BrokerNews[];
  /** What the broker holds in the end. */
  readonly position: number;
}

const ORDERS = {
  'status → execution': ({ statuses, lists, executions }: Scene) => [...statuses, ...lists, ...executions],
  'execution → status': ({ statuses, lists, executions }: Scene) => [...executions, ...lists, ...statuses],
  'execution only': ({ lists, executions }: Scene) => [...executions, ...lists],
  'list between executions': ({ statuses, lists, executions }: Scene) => [
    ...executions.slice(0, 1),
    ...lists,
    ...executions.slice(1),
    ...statuses,
  ],
} as const;

/** A new process; an earlier one sent an order. */
function empty(): CoreDesk {
  const desk = new CoreDesk({ startAfter: 500, drafts: [{ id: 'AAAAAAAA' as TriggerId, gen: 3, spec: new CoreDesk().spec() }] });
  desk.core.start();
  desk.know(IBM);
  desk.connect();
  return desk;
}

/** Sent, acknowledged, and then the connection was lost and is there again. */
function away(does: Parameters<CoreDesk['fired']>[0] = {}): { readonly desk: CoreDesk; readonly entry: OrderRef; readonly id: TriggerId } {
  const desk = new CoreDesk();
  const { id, entry } = desk.fired(does);
  desk.openOrder(entry);
  return { desk, entry, id };
}

function again(desk: CoreDesk): void {
  desk.disconnect();
  desk.connect();
}

function filled(desk: CoreDesk, ref: OrderRef, ...parts: readonly number[]): BrokerNews[] {
  let sum = 0;
  return parts.map((part) => {
    sum += part;
    const execution = desk.execution(ref, part, 180.03, { cumQuantity: units(sum) });
    return { kind: 'execution', execution, contract: IBM, live: false };
  });
}

function statusOf(desk: CoreDesk, ref: OrderRef, word: string, done: number): BrokerNews {
  return { kind: 'order-status', status: desk.statusOf(ref, word, done) };
}

function completedOf(desk: CoreDesk, ref: OrderRef, word: string, completedStatus: string): BrokerNews {
  return { kind: 'completed-order', order: desk.completedOf(ref, word), completedStatus };
}

const AGO = { orderId: 0 as OrderId, clientId: 0 as ClientId } as const;

function earlierParts(...parts: readonly number[]): BrokerNews[] {
  let sum = 0;
  return parts.map((part, index) => {
    sum += part;
    const execution = earlierFill(REF, part, { execId: `e.${index}.01` as never, cumQuantity: units(sum) });
    return { kind: 'execution', execution, contract: IBM, live: false };
  });
}

const SCENES: Readonly<Record<string, () => Scene>> = {
  'R-04: nothing here, our order filled at the broker today': () => ({
    desk: empty(),
    statuses: [],
    lists: [{ kind: 'completed-order', order: earlier(REF, { ...AGO, ibStatus: 'Filled' }), completedStatus: 'Filled Size: 100' }],
    executions: earlierParts(60, 40),
    position: 100,
  }),
  'R-06: sent here, works there, filled in part': () => {
    const { desk, entry } = away();
    again(desk);
    return {
      desk,
      statuses: [statusOf(desk, entry, 'Submitted', 40)],
      lists: [{ kind: 'open-order', order: desk.openOrderOf(entry, 'Submitted') }],
      executions: filled(desk, entry, 25, 15),
      position: 40,
    };
  },
  'R-07: filled while the desk was away': () => {
    const { desk, entry } = away();
    again(desk);
    return {
      desk,
      statuses: [statusOf(desk, entry, 'Filled', 100)],
      lists: [completedOf(desk, entry, 'Filled', 'Filled Size: 100')],
      executions: filled(desk, entry, 70, 30),
      position: 100,
    };
  },
  'R-08: filled in part, then cancelled, while the desk was away': () => {
    const { desk, entry } = away();
    again(desk);
    return {
      desk,
      statuses: [statusOf(desk, entry, 'Cancelled', 30)],
      lists: [completedOf(desk, entry, 'Cancelled', 'Cancelled by Trader')],
      executions: filled(desk, entry, 10, 20),
      position: 30,
    };
  },
  'R-10: a cancel on its way here, filled there': () => {
    const { desk, entry } = away();
    cancelOrders(desk.deskState, [desk.order(entry)], 'the test');
    again(desk);
    return {
      desk,
      statuses: [statusOf(desk, entry, 'Filled', 100)],
      lists: [completedOf(desk, entry, 'Filled', 'Filled Size: 100')],
      executions: filled(desk, entry, 100),
      position: 100,
    };
  },
  'R-11: works here, nowhere there but in the executions': () => {
    const { desk, entry } = away();
    again(desk);
    return {
      desk,
      statuses: [statusOf(desk, entry, 'Filled', 100)],
      lists: [],
      executions: filled(desk, entry, 50, 50),
      position: 100,
    };
  },
  'R-16: everything twice': () => {
    const { desk, entry } = away();
    again(desk);
    const twice = (news: readonly BrokerNews[]): readonly BrokerNews[] => [...news, ...news];
    return {
      desk,
      statuses: twice([statusOf(desk, entry, 'Submitted', 60)]),
      lists: twice([{ kind: 'open-order', order: desk.openOrderOf(entry, 'Submitted') }]),
      executions: twice(filled(desk, entry, 60)),
      position: 60,
    };
  },
  'R-17: executions of an order that is not listed yet': () => ({
    desk: empty(),
    statuses: [],
    lists: [{ kind: 'open-order', order: earlier(REF) }],
    executions: earlierParts(20, 20),
    position: 40,
  }),
  'R-23: the comparison runs into live fills': () => {
    const { desk, entry } = away();
    again(desk);
    const live = filled(desk, entry, 30, 30).map((news, index) => ({ ...news, live: index > 0 }) as BrokerNews);
    return {
      desk,
      statuses: [statusOf(desk, entry, 'Submitted', 30), statusOf(desk, entry, 'Submitted', 60)],
      lists: [{ kind: 'open-order', order: desk.openOrderOf(entry, 'Submitted') }],
      executions: [...live, ...live],
      position: 60,
    };
  },
  'R-27: the entry filled, one of its exits is missing': () => {
    const { desk, entry, id } = away(BRACKET);
    again(desk);
    const stop = desk.ref(id, 'S');
    return {
      desk,
      statuses: [statusOf(desk, entry, 'Filled', 100), statusOf(desk, stop, 'PreSubmitted', 0)],
      lists: [
        completedOf(desk, entry, 'Filled', 'Filled Size: 100'),
        { kind: 'open-order', order: desk.openOrderOf(stop, 'PreSubmitted') },
      ],
      executions: filled(desk, entry, 100),
      position: 100,
    };
  },
};

function book(desk: CoreDesk) {
  return {
    orders: [...desk.stores.orders.values()].map(({ key, state, filled: done, quantity, avgFillPrice }) => ({
      key,
      state,
      filled: done,
      quantity,
      avgFillPrice,
    })),
    fills: desk
      .fillsBooked()
      .map(({ execId, quantity, price, orderKey }) => ({ execId, quantity, price, orderKey }))
      .toSorted((a, b) => a.execId.localeCompare(b.execId)),
    held: { ours: desk.held()?.quantity ?? 0, brokers: desk.held()?.brokerQuantity ?? 0 },
    trigger: [...desk.stores.triggers.values()].map(({ life }) => life),
    bugs: desk.bugs,
  };
}

function play(make: () => Scene, order: keyof typeof ORDERS): { readonly book: ReturnType<typeof book>; readonly position: number } {
  const scene = make();
  const { desk, position } = scene;
  for (const news of ORDERS[order](scene)) desk.news(news);
  desk.position(position);
  desk.ends();
  desk.wait(3_000);
  desk.position(position);
  desk.end('positions');
  return { book: book(desk), position };
}

const straight = new Map<string, ReturnType<typeof book>>();

test.each(Object.keys(SCENES).flatMap((name) => (Object.keys(ORDERS) as (keyof typeof ORDERS)[]).map((order) => [name, order] as const)))(
  '%s, told %s: the same book',
  (name, order) => {
    const make = SCENES[name]!;
    const wanted = straight.get(name) ?? play(make, 'status → execution').book;
    straight.set(name, wanted);
    const got = play(make, order);
    expect(got.book).toEqual(wanted);
    expect(got.book.held).toEqual({ ours: units(got.position), brokers: units(got.position) });
    expect(got.book.bugs).toEqual([]);
    expect(got.book.fills.every(({ orderKey }) => orderKey !== undefined)).toBe(true);
  },
);
