import { expect, test } from 'vitest';
import type { OpenOrderNews } from '#core/ports/broker';
import { ListEnds } from '#tws/order/list-ends';
import { ListRequests } from '#tws/order/list-requests';
import { FakeClock } from '../../support/fake-clock.ts';

/** The questions, and what left of them. */
function lists() {
  const clock = new FakeClock();
  const asked: string[] = [];
  const wire = {
    epoch: 3,
    open: true,
    ask: (of: string) => {
      if (wire.open) asked.push(of);
      return wire.open;
    },
    askExecutions: () => {
      asked.push('executions');
      return [10, 11];
    },
  };
  const made = new ListRequests(clock, wire, new ListEnds());
  const own = (): number => asked.filter((of) => of === 'own-orders').length;
  return { clock, asked, wire, made, own };
}

const typed = (more: Partial<OpenOrderNews> = {}): OpenOrderNews =>
  ({ orderId: 0, clientId: 0, permId: 77, ibStatus: 'Submitted', ...more }) as OpenOrderNews;

test('a comparison asks for everything under one number, and for the numbers of typed orders once a connection', () => {
  const { made, asked } = lists();
  const first = made.reconcile();
  expect(asked).toEqual(['own-orders', 'open-orders', 'completed-orders', 'executions', 'positions']);
  expect(made.awaitsOpenOrders).toBe(true);
  made.ended('open-orders');
  expect(made.ended('open-orders')).toEqual({ kind: 'end', of: 'open-orders', request: first, epoch: 3 });
  expect(made.ended('completed-orders')).toMatchObject({ request: first });
  expect(made.ended('positions')).toMatchObject({ request: first });
  expect([made.executionsEnded(10), made.executionsEnded(11)]).toMatchObject([undefined, { of: 'executions', request: first }]);
  expect(made.reconcile()).toBeGreaterThan(first);
  expect(asked.slice(5)).toEqual(['open-orders', 'completed-orders', 'executions', 'positions']);
});

test('each list that is asked for alone has a number of its own', () => {
  const { made, asked } = lists();
  const [orders, positions] = [made.requestOpenOrders(), made.requestPositions()];
  expect([orders === positions, asked]).toEqual([false, ['open-orders', 'positions']]);
  expect([made.ended('open-orders'), made.ended('positions')]).toMatchObject([{ request: orders }, { request: positions }]);
});

test('a list that could not be asked for has no end', () => {
  const { made, wire } = lists();
  wire.open = false;
  made.requestOpenOrders();
  wire.open = true;
  expect([made.ended('open-orders'), made.awaitsOpenOrders]).toEqual([undefined, false]);
});

test('numbers of typed orders are asked for by the operator’s word, never twice at once, and again once answered', () => {
  const { made, own } = lists();
  made.bindManualOrders();
  made.bindManualOrders();
  expect(own()).toBe(1);
  expect(made.ended('open-orders')).toBeUndefined();
  made.bindManualOrders();
  expect(own()).toBe(2);
});

test('an order of client 0 without a number is asked about once in 30 s, each of them for itself', () => {
  const { made, own, clock } = lists();
  const asks = (order: OpenOrderNews): number => {
    const before = own();
    made.listed(order);
    made.ended('open-orders');
    return own() - before;
  };
  expect([asks(typed()), asks(typed()), asks(typed({ permId: 78 as never }))]).toEqual([1, 0, 1]);
  clock.advance(29_999);
  expect(asks(typed())).toBe(0);
  clock.advance(1);
  expect(asks(typed())).toBe(1);
});

test.each([{ orderId: 5 }, { clientId: 2 }, ...['Filled', 'Cancelled', 'ApiCancelled', 'Inactive'].map((ibStatus) => ({ ibStatus }))])(
  'an order with %j needs no number',
  (more) => {
    const { made, own } = lists();
    made.listed(typed(more as never));
    expect(own()).toBe(0);
  },
);

test('a question for numbers that could not leave, or that a lost connection took with it, is asked anew', () => {
  const { made, own, wire } = lists();
  wire.open = false;
  made.bindManualOrders();
  wire.open = true;
  made.bindManualOrders();
  expect(own()).toBe(1);
  made.listed(typed());
  made.closed('other');
  made.bindManualOrders();
  expect(own()).toBe(1);
  made.closed('portfolio');
  made.listed(typed());
  expect(own()).toBe(2);
  made.closed('portfolio');
  made.reconcile();
  expect(own()).toBe(3);
});
