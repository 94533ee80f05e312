import { expect, test } from 'vitest';
import { requestPositions } from '#core/execution/request-lists';
import { acknowledgeExternal } from '#core/reconciliation/position-check';
import { resumeDesk, startDesk } from '#core/engine/operator-commands';
import type { ClientId, ExecId, OrderId, PermId } from '#domain/ids';
import type { Side } from '#domain/order';
import { units } from '#domain/quantity';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU } from '../../support/core/fixtures.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

let execs = 0;

/** An execution of an order that this process did not send. */
function byAnother(desk: CoreDesk, side: Side, quantity: number, live = true, { revision, price } = { revision: 1, price: 180 }): void {
  execs += 1;
  desk.news({
    kind: 'execution',
    live,
    contract: IBM,
    execution: {
      execId: `9000.${String(execs).padStart(4, '0')}.0${revision}` as ExecId,
      account: DU,
      conId: IBM.conId,
      side,
      quantity: units(quantity),
      price: px(price),
      cumQuantity: units(quantity),
      avgPrice: px(price),
      orderId: 0 as OrderId,
      permId: (900 + execs) as PermId,
      clientId: 7 as ClientId,
      time: '20131008  10:30:00',
      at: desk.clock.now(),
    },
  });
}

/** The broker answers whatever list of positions is asked for with this quantity, for so long. */
function answering(desk: CoreDesk, quantity: number, ms: number): void {
  for (let passed = 0; passed < ms; passed += 500) {
    const asked = desk.broker.positionRequests + desk.broker.reconciles;
    desk.wait(500);
    if (desk.broker.positionRequests + desk.broker.reconciles === asked) continue;
    if (quantity !== 0) desk.position(quantity);
    desk.ends();
  }
}

/** Opened on these positions, and past the time in which they are doubted. */
function opened(quantity: number): CoreDesk {
  const desk = new CoreDesk();
  desk.core.start();
  desk.connect();
  if (quantity !== 0) desk.position(quantity);
  desk.ends();
  desk.pnl();
  desk.know(IBM);
  expect(desk.deskState.reconciliation.done()).toBe(true);
  return desk;
}

test('an execution told just after the opening list that contains it is booked once, and nothing leaves until that is certain', () => {
  const desk = opened(100);
  byAnother(desk, 'BUY', 100);
  expect(desk.deskState.reconciliation.done()).toBe(false);
  answering(desk, 100, 3_000);
  expect(desk.deskState.reconciliation.done()).toBe(true);
  expect(desk.held()).toMatchObject({ quantity: units(100), brokerQuantity: units(100) });
  expect(desk.alarms().filter((text) => text.includes('The desk holds'))).toEqual([]);
});

test('an execution told just after the opening list that does not contain it is booked once as well', () => {
  const desk = opened(100);
  byAnother(desk, 'BUY', 50);
  answering(desk, 150, 3_000);
  expect(desk.held()).toMatchObject({ quantity: units(150), brokerQuantity: units(150) });
});

test('an execution of before that IB gives another price just after the opening moves no position, so nothing is taken over unsaid (storm 221)', () => {
  const desk = opened(0);
  byAnother(desk, 'BUY', 100);
  answering(desk, 100, 3_000);
  expect(desk.deskState.reconciliation.isOpening()).toBe(false);
  execs -= 1;
  byAnother(desk, 'BUY', 100, true, { revision: 2, price: 180.01 });
  expect([desk.deskState.reconciliation.isOpening(), desk.deskState.reconciliation.done()]).toEqual([false, true]);
  answering(desk, 160, 6_000);
  expect(desk.held()).toMatchObject({ quantity: units(160), external: { quantity: units(60) } });
});

test('a list that was asked for before the execution was told decides nothing', () => {
  const desk = opened(0);
  byAnother(desk, 'BUY', 100);
  desk.wait(2_500);
  expect(desk.broker.positionRequests).toBe(1);
  byAnother(desk, 'BUY', 20);
  desk.wait(2_100);
  // The answer to the request of before, late.
  desk.position(100);
  desk.end('positions');
  expect(desk.deskState.reconciliation.done()).toBe(false);
  answering(desk, 120, 3_000);
  expect(desk.deskState.reconciliation.done()).toBe(true);
  expect(desk.held()?.quantity).toBe(units(120));
});

test('fills of what this process sent are never in the opening positions: the gate stays open', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.fills(entry, 100, 180.02);
  expect(desk.deskState.reconciliation.done()).toBe(true);
  expect(desk.held()?.quantity).toBe(units(100));
});

test('an account in which others trade all the time is not doubted for ever', () => {
  const desk = opened(0);
  let shut = 0;
  for (let second = 1; second <= 120; second += 1) {
    if (second % 5 === 0) byAnother(desk, 'BUY', 1);
    answering(desk, Math.floor(second / 5), 1_000);
    if (second > 80 && !desk.deskState.reconciliation.done()) shut += 1;
  }
  expect(shut).toBe(0);
  expect(desk.held()?.quantity).toBe(units(24));
});

test('what another program filled is looked up within a second of the broker’s figure, and pauses nothing', () => {
  const desk = opened(100);
  desk.wait(20_000);
  if (!startDesk(desk.deskState, 'the test').ok) throw new Error('it does not start');
  const looks = desk.broker.reconciles;
  desk.position(130);
  desk.wait(1_000);
  expect(desk.broker.reconciles).toBe(looks + 1);
  byAnother(desk, 'BUY', 30, false);
  desk.position(130);
  desk.ends();
  answering(desk, 130, 10_000);
  expect(desk.held()).toMatchObject({ quantity: units(130), brokerQuantity: units(130) });
  expect(desk.held()?.external).toBeUndefined();
  expect(desk.state).toBe('SCANNING');
});

test('R-14: a position larger than its fills becomes EXTERNAL within four seconds, pauses the desk, and waits for the operator’s word', () => {
  const desk = opened(100);
  desk.wait(20_000);
  startDesk(desk.deskState, 'the test');
  desk.position(130);
  answering(desk, 130, 4_000);
  expect(desk.held()).toMatchObject({ quantity: units(130), external: { quantity: units(30) } });
  expect(desk.state).toBe('PAUSED');
  expect(desk.alarms().filter((text) => text.includes('The desk holds 100 IBM, the broker 130'))).toHaveLength(1);
  const resumed = resumeDesk(desk.deskState, 'the test');
  expect(resumed).toMatchObject({ ok: false, error: { text: expect.stringContaining('EXTERNAL') as string } });
  expect(acknowledgeExternal(desk.deskState, DU, IBM.conId, 'the test').ok).toBe(true);
  expect(acknowledgeExternal(desk.deskState, DU, IBM.conId, 'the test')).toMatchObject({ ok: false, error: { code: 'conflict' } });
  expect(resumeDesk(desk.deskState, 'the test').ok).toBe(true);
  answering(desk, 130, 70_000);
  expect(desk.held()).toMatchObject({ quantity: units(130), external: { quantity: units(30), acknowledgedBy: 'the test' } });
  expect(desk.state).toBe('SCANNING');
});

test('an execution that comes after the broker’s figure was taken over explains it and is not counted again', () => {
  const desk = opened(100);
  desk.wait(20_000);
  desk.position(130);
  answering(desk, 130, 4_000);
  byAnother(desk, 'BUY', 10);
  expect(desk.held()).toMatchObject({ quantity: units(130), external: { quantity: units(20) } });
  byAnother(desk, 'BUY', 20, false);
  expect(desk.held()?.quantity).toBe(units(130));
  expect(desk.held()?.external).toBeUndefined();
  answering(desk, 130, 70_000);
  expect(desk.held()?.quantity).toBe(units(130));
});

test('a fill of later, and one to the other side, are new ones', () => {
  const desk = opened(100);
  desk.wait(20_000);
  desk.position(130);
  answering(desk, 130, 4_000);
  byAnother(desk, 'SELL', 30);
  expect(desk.held()).toMatchObject({ quantity: units(100), external: { quantity: units(30) } });
  desk.position(100);
  answering(desk, 100, 40_000);
  byAnother(desk, 'BUY', 30);
  expect(desk.held()).toMatchObject({ quantity: units(130), external: { quantity: units(30) } });
});

test('a guess that was wrong is found by the next lists: the book equals the broker’s in the end', () => {
  const desk = opened(100);
  desk.wait(20_000);
  desk.position(130);
  answering(desk, 130, 4_000);
  // Not the one that had moved it, but a new one at once.
  byAnother(desk, 'BUY', 30);
  desk.position(160);
  answering(desk, 160, 5_000);
  expect(desk.held()).toMatchObject({ quantity: units(160), brokerQuantity: units(160), external: { quantity: units(30) } });
});

test('two lists that were asked for in one breath are one look: the figure is taken over only after a later one', () => {
  const desk = opened(100);
  answering(desk, 100, 20_000);
  requestPositions(desk.deskState);
  requestPositions(desk.deskState);
  for (let list = 0; list < 2; list += 1) {
    desk.position(150);
    desk.end('positions');
  }
  expect(desk.held()).toMatchObject({ quantity: units(100), brokerQuantity: units(150) });
  answering(desk, 150, 4_000);
  expect(desk.held()).toMatchObject({ quantity: units(150), external: { quantity: units(50) } });
});

test('a second difference adds to the first: what is EXTERNAL is all that no execution has explained', () => {
  const desk = opened(100);
  answering(desk, 100, 20_000);
  desk.position(150);
  answering(desk, 150, 4_000);
  desk.position(170);
  answering(desk, 170, 4_000);
  expect(desk.held()).toMatchObject({ quantity: units(170), external: { quantity: units(70) } });
});

test('a fill that is told while the book is compared for the first time is not lost in a list that was asked for before it', () => {
  const desk = new CoreDesk();
  desk.core.start();
  desk.connect();
  desk.position(100);
  byAnother(desk, 'BUY', 50);
  desk.ends();
  desk.know(IBM);
  expect(desk.deskState.reconciliation.done()).toBe(false);
  answering(desk, 150, 4_000);
  expect([desk.deskState.reconciliation.done(), desk.held()?.quantity]).toEqual([true, units(150)]);
});
