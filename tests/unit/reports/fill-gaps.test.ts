import { expect, test } from 'vitest';
import { cancelOrders } from '#core/execution/cancel';
import { startReconciliation } from '#core/reconciliation/compare';
import { unprotectedOf } from '#core/protection/exits';
import type { Execution } from '#domain/execution';
import type { ClientId, ExecId, OrderId, OrderRef, PermId } from '#domain/ids';
import { units } from '#domain/quantity';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU, manualOrder } from '../../support/core/fixtures.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

const REF = 'TD1-T0000009-1-1-S' as OrderRef;
const STOP = {
  ...manualOrder({ clientId: 2 as ClientId, orderId: 103 as OrderId, permId: 903 as PermId }),
  orderRef: REF,
  side: 'SELL',
  type: 'STP',
  stop: px(179),
  tif: 'GTC',
} as const;

/** What IB's status says of the stop that an earlier run placed for 100. */
function status(desk: CoreDesk, filled: number): void {
  const { orderId, clientId, permId } = STOP;
  desk.news({
    kind: 'order-status',
    status: {
      orderId,
      clientId,
      permId,
      parentId: 0 as OrderId,
      ibStatus: 'Submitted',
      filled: units(filled),
      remaining: units(100 - filled),
      avgFillPrice: px(179),
      lastFillPrice: px(179),
      whyHeld: '',
    },
  });
}

function execution(desk: CoreDesk, execId: string, quantity: number, cum: number, live: boolean): void {
  const { orderId, clientId, permId } = STOP;
  const told: Execution = {
    execId: execId as ExecId,
    account: DU,
    conId: IBM.conId,
    side: 'SELL',
    quantity: units(quantity),
    price: px(179),
    cumQuantity: units(cum),
    avgPrice: px(179),
    orderId,
    permId,
    clientId,
    orderRef: REF,
    time: '',
    at: desk.clock.now(),
  };
  desk.news({ kind: 'execution', contract: IBM, live, execution: told });
}

/** The next run finds the stop with `filled` by its status; `listed` are the executions that IB still tells. */
function restarted(filled: number, listed: readonly (readonly [quantity: number, cum: number])[], held: number): CoreDesk {
  const desk = new CoreDesk({ startAfter: 1_000 });
  desk.core.start();
  desk.connect();
  desk.news({ kind: 'open-order', order: STOP });
  status(desk, filled);
  listed.forEach(([quantity, cum], at) => {
    execution(desk, `000b.${at}.01`, quantity, cum, false);
  });
  desk.position(held);
  desk.ends();
  desk.know(IBM);
  desk.quote(180);
  return desk;
}

test('a stop of which 30 filled on an earlier day counts with 70: no execution is invented, the position stays IB’s', () => {
  const desk = restarted(30, [], 70);
  expect(desk.order(REF)).toMatchObject({ state: 'PARTIALLY_FILLED', filled: units(30), filledBefore: units(30), quantity: units(100) });
  expect([desk.fillsBooked().length, desk.held()?.quantity]).toEqual([0, units(70)]);
  expect(unprotectedOf(desk.deskState, desk.held()!)).toBe(0);
  expect(desk.order(REF).note).toBe('30 of it filled before what IB still tells');
});

test('fills of an earlier day and of today add up, whichever is told first', () => {
  const desk = restarted(50, [[20, 50]], 50);
  expect(desk.order(REF)).toMatchObject({ filled: units(50), filledBefore: units(30) });
  execution(desk, '000c.1.01', 10, 60, true);
  expect(desk.order(REF)).toMatchObject({ filled: units(60), filledBefore: units(30) });
});

test('an execution that was only late is no earlier fill: it is counted once', () => {
  // The status is of after the execution, and the execution comes after the comparison.
  const desk = restarted(40, [[30, 30]], 70);
  expect(desk.order(REF)).toMatchObject({ filled: units(40), filledBefore: units(10) });
  execution(desk, '000c.1.01', 10, 40, true);
  expect(desk.order(REF)).toMatchObject({ filled: units(40), filledBefore: 0 });
});

test('an execution whose count is higher than what was told is looked up, and an operator hears when nothing comes', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired({ entry: { type: 'LMT', limit: px(180.02) } });
  desk.openOrder(entry);
  const asked = desk.broker.reconciles;
  desk.fill(entry, 30, 180.02, { cumQuantity: units(60) });
  desk.wait(1_000);
  expect(desk.broker.reconciles).toBe(asked);
  desk.wait(2_000);
  expect(desk.broker.reconciles).toBe(asked + 1);
  desk.wait(10_500);
  expect(desk.alarms().at(-1)).toBe('IB counts 60 filled of BUY IBM, its executions tell 30. Compare with TWS.');
});

test('executions that come in the wrong order are no gap', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired({ entry: { type: 'LMT', limit: px(180.02) } });
  desk.openOrder(entry);
  const asked = desk.broker.reconciles;
  desk.fill(entry, 30, 180.02, { cumQuantity: units(60) });
  desk.fill(entry, 30, 180.02, { cumQuantity: units(30) });
  desk.wait(15_000);
  expect(desk.broker.reconciles - asked).toBe(0);
  expect(desk.order(entry).filled).toBe(units(60));
});

test('an own execution that never came is not counted by a later comparison: it counts once, when it is told', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  const missed = desk.execution(entry, 20, 180.02);
  desk.fill(entry, 30, 180.02, { cumQuantity: units(50) });
  desk.wait(15_000);
  expect(desk.alarms().some((text) => text.includes('IB counts 50 filled'))).toBe(true);
  desk.disconnect();
  desk.connect();
  desk.openOrder(entry);
  desk.ends();
  expect(desk.order(entry).filled).toBe(units(30));
  desk.news({ kind: 'execution', execution: missed, contract: IBM, live: false });
  expect(desk.order(entry)).toMatchObject({ filled: units(50), state: 'PARTIALLY_FILLED' });
});

test('what filled before takes no cancel back that is on its way', () => {
  const desk = restarted(0, [], 100);
  cancelOrders(desk.deskState, [desk.order(REF)], 'the test');
  status(desk, 30);
  startReconciliation(desk.deskState);
  desk.news({ kind: 'open-order', order: STOP });
  desk.ends();
  expect(desk.order(REF)).toMatchObject({ state: 'PENDING_CANCEL', filled: units(30), filledBefore: units(30) });
});
