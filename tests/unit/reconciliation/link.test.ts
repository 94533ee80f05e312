import { expect, test } from 'vitest';
import { replay } from '#core/commit/replay';
import { pauseByOperator, resumeDesk } from '#core/engine/operator-commands';
import { RECONCILE_PARTS } from '#core/state/comparison-progress';
import type { ClientId, ExecId, OrderId, OrderKey, PermId } from '#domain/ids';
import { units } from '#domain/quantity';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU, manualOrder } from '../../support/core/fixtures.ts';
import { BAC, IBM, px } from '../../support/core/trigger-fixtures.ts';

test('what was sent and not answered when the link was lost is UNKNOWN, counted, shown and never sent again (I-02)', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.disconnect();
  expect(desk.state).toBe('PAUSED');
  expect(desk.order(entry)).toMatchObject({ state: 'UNKNOWN' });
  expect(desk.deskState.index.unknownCount()).toBe(1);
  expect(desk.deskState.index.exposed().map((order) => order.key)).toEqual([entry]);
  expect(desk.alarms().some((text) => text.startsWith('UNKNOWN'))).toBe(true);
  for (let round = 0; round < 3; round += 1) {
    desk.connect();
    desk.pnl();
    desk.ends();
    resumeDesk(desk.deskState, 'the test');
    desk.quote(179.9);
    desk.quote(179.9);
    desk.quote(180.05);
    desk.wait(20_000);
    desk.disconnect();
  }
  expect(desk.broker.frames).toHaveLength(1);
  expect(desk.order(entry).state).toBe('UNKNOWN');
});

test('an order that IB had acknowledged keeps its state over a lost link', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.disconnect();
  expect(desk.order(entry).state).toBe('ACCEPTED');
});

test('an UNKNOWN order that IB lists again comes back, also with the very same words as before (R-06)', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.disconnect();
  desk.connect();
  desk.wait(6_000);
  desk.ends();
  expect(desk.order(entry).state).toBe('UNKNOWN');
  desk.openOrder(entry);
  expect(desk.order(entry).state).toBe('ACCEPTED');

  const other = new CoreDesk();
  const { entry: second } = other.fired();
  other.status(second, 'PendingSubmit');
  other.disconnect();
  expect(other.order(second).state).toBe('UNKNOWN');
  other.connect();
  other.openOrder(second, 'PendingSubmit');
  expect(other.order(second).state).toBe('SUBMITTED');
});

test('an order IB lists nowhere becomes UNKNOWN, one sent a moment ago and not answered yet does not (R-13)', () => {
  const look = (desk: CoreDesk): void => {
    desk.upstream('down');
    desk.upstream('up');
    desk.ends();
  };
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  look(desk);
  expect(desk.order(entry).state).toBe('SUBMITTED');
  desk.wait(5_000);
  look(desk);
  expect(desk.order(entry).state).toBe('UNKNOWN');
  // What IB has once acknowledged it lists, however young it is; a protection that is not listed is none.
  const young = new CoreDesk();
  const { entry: acknowledged } = young.fired();
  young.openOrder(acknowledged);
  look(young);
  expect(young.order(acknowledged).state).toBe('UNKNOWN');
});

test('the gate stays shut until all four ends of the same epoch are in (I-24)', () => {
  for (const missing of RECONCILE_PARTS) {
    const desk = new CoreDesk();
    desk.core.start();
    desk.connect();
    desk.connect();
    for (const part of RECONCILE_PARTS) desk.end(part, part === missing ? desk.epoch - 1 : desk.epoch);
    expect([missing, desk.deskState.reconciliation.done()]).toEqual([missing, false]);
    desk.end(missing);
    expect([missing, desk.deskState.reconciliation.done()]).toEqual([missing, true]);
  }
});

test('ends that come before any reconciliation, or twice, count for nothing', () => {
  const desk = new CoreDesk();
  desk.core.start();
  desk.ends();
  expect(desk.deskState.reconciliation.done()).toBe(false);
  desk.connect();
  desk.end('open-orders');
  desk.end('open-orders');
  desk.end('positions');
  expect(desk.deskState.reconciliation.done()).toBe(false);
});

test('a reconciliation without answer is asked again and nothing leaves meanwhile (R-20)', () => {
  const desk = new CoreDesk();
  desk.waiting();
  desk.disconnect();
  desk.connect();
  resumeDesk(desk.deskState, 'the test');
  desk.end('open-orders');
  const asked = desk.broker.reconciles;
  desk.wait(25_000);
  expect(desk.broker.reconciles).toBeGreaterThan(asked);
  expect(desk.broker.reconciles).toBeLessThan(asked + 4);
  expect(desk.state).toBe('INITIALIZING');
});

test('while TWS has lost IB nothing leaves, fills are booked, and the desk is paused (F9)', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.upstream('down');
  expect(desk.state).toBe('PAUSED');
  desk.fill(entry, 100, 180.03);
  expect(desk.order(entry).state).toBe('FILLED');
  expect(desk.held()?.quantity).toBe(units(100));
  const asked = desk.broker.reconciles;
  desk.upstream('up');
  expect(desk.broker.reconciles).toBe(asked + 1);
  expect(desk.deskState.reconciliation.done()).toBe(false);
});

test('an upstream that comes back by way of a new socket is reconciled as well', () => {
  const desk = new CoreDesk().started();
  desk.upstream('down');
  desk.disconnect();
  desk.connect();
  expect(desk.deskState.reconciliation.running()).toBe(true);
});

test('an outage makes the day’s P&L unknown: the old figure does not pass the loss limit', () => {
  const desk = new CoreDesk();
  desk.waiting();
  desk.disconnect();
  desk.connect();
  desk.ends();
  resumeDesk(desk.deskState, 'the test');
  for (const last of [179.8, 179.81, 179.82, 180.05]) desk.quote(last);
  expect(desk.broker.frames).toEqual([]);
  expect([...desk.stores.triggers.values()][0]?.reason).toMatch(/profit and loss is not known/);
});

test('a new epoch without a lost socket pauses and reconciles too (an undecodable order message)', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.connect();
  expect(desk.state).toBe('PAUSED');
  expect(desk.order(entry).state).toBe('UNKNOWN');
  expect(desk.deskState.reconciliation.running()).toBe(true);
});

test.each(['execution first', 'position first'])('the broker’s positions at the first connection contain its executions: %s', (which) => {
  const desk = new CoreDesk();
  desk.core.start();
  desk.connect();
  const execution = {
    execId: '1.1.01' as ExecId,
    account: DU,
    conId: IBM.conId,
    side: 'BUY' as const,
    quantity: units(100),
    price: px(170),
    cumQuantity: units(100),
    avgPrice: px(170),
    orderId: 5 as OrderId,
    permId: 55 as PermId,
    clientId: 2 as ClientId,
    time: '',
    at: 0,
  };
  if (which === 'position first') desk.position(100, IBM, 170);
  desk.news({ kind: 'execution', execution, contract: IBM, live: false });
  if (which === 'execution first') desk.position(100, IBM, 170);
  desk.ends();
  expect(desk.held()).toMatchObject({ quantity: units(100), averagePrice: px(170), brokerQuantity: units(100) });
  desk.news({ kind: 'execution', execution, contract: IBM, live: true });
  expect(desk.held()?.quantity).toBe(units(100));
});

test('fills of the time without connection are booked from the executions of the next one', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  desk.disconnect();
  desk.connect();
  desk.fill(entry, 100, 180.03, {}, false);
  desk.position(100);
  desk.ends();
  expect(desk.held()).toMatchObject({ quantity: units(100), brokerQuantity: units(100) });
  expect(desk.order(entry).state).toBe('FILLED');
});

/** Lets the minute pass after which the desk asks, and answers with these positions. */
function compare(desk: CoreDesk, ...held: readonly number[]): void {
  const before = desk.broker.positionRequests;
  desk.wait(61_000);
  expect(desk.broker.positionRequests).toBeGreaterThan(before);
  for (const quantity of held) desk.position(quantity);
  desk.end('positions');
}

test('two mismatches in a row between our position and the broker’s pause the desk, one does not (C-36)', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.fills(entry, 100, 180.02);
  compare(desk, 90);
  expect(desk.state).toBe('SCANNING');
  compare(desk, 100);
  compare(desk, 90);
  expect(desk.state).toBe('SCANNING');
  compare(desk, 90);
  expect(desk.state).toBe('PAUSED');
  expect(desk.alarms().some((text) => text.includes('The desk holds 100 IBM, the broker 90'))).toBe(true);
});

test('a position the list does not name is flat at the broker: no false alarm after closing, a true one otherwise (K-50)', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.fills(entry, 100, 180.02);
  compare(desk, 100);
  compare(desk);
  compare(desk);
  expect(desk.state).toBe('PAUSED');

  const closed = new CoreDesk();
  const { entry: second } = closed.fired();
  closed.fills(second, 100, 180.02);
  compare(closed, 100);
  closed.fill(second, 100, 180.02, { side: 'SELL', permId: 99 as PermId, orderRef: undefined as never, orderId: 0 as OrderId });
  compare(closed);
  compare(closed);
  expect(closed.held()).toMatchObject({ quantity: 0, brokerQuantity: 0 });
  expect(closed.state).not.toBe('PAUSED');
});

test('manual and foreign orders are adopted, counted in exposure, and marked as what they are (R-03)', () => {
  const desk = new CoreDesk().started([IBM, BAC]);
  desk.news({ kind: 'open-order', order: manualOrder({ permId: 61 as PermId }) });
  desk.news({ kind: 'open-order', order: manualOrder({ permId: 62 as PermId, clientId: 7 as ClientId, orderId: 3 as OrderId }) });
  expect([desk.order('perm:61' as OrderKey).origin, desk.order('perm:62' as OrderKey).origin]).toEqual(['manual', 'foreign']);
  expect(desk.deskState.index.exposed()).toHaveLength(2);
  expect(desk.state).toBe('MANAGING');
});

test('pausing drops what waits for a message slot; resuming needs a reconciled book', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.broker.mode = 'queue';
  desk.quote(180.02);
  pauseByOperator(desk.deskState, 'the test', 'a look');
  expect(desk.broker.waiting).toBe(0);
  expect(desk.order(desk.ref(id)).state).toBe('DENIED');
  desk.broker.releaseWaiting();
  expect(desk.broker.frames).toEqual([]);
});

test('a broker port that breaks while it holds an order leaves it UNKNOWN, not forgotten', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.broker.place = () => {
    throw new Error('the adapter broke');
  };
  desk.quote(180.02);
  expect(desk.order(desk.ref(id)).state).toBe('UNKNOWN');
  expect(desk.state).toBe('MANAGING');
  expect(desk.bugs).toHaveLength(1);
});

test('replaying what the journal holds gives the digest of the running desk (I-11)', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.fills(entry, 100, 180.02);
  desk.killBy('all');
  desk.wait(3_000);
  const replayed = replay(desk.journal.records);
  expect(replayed.ok && replayed.value.digests).toEqual(desk.journal.records.map((record) => record.digest));
  expect(desk.journal.records.at(-1)?.digest).toBe(desk.commits.digest);
  expect(desk.commits.audit()).toEqual([]);
  expect(desk.journal.records.map((record) => record.seq)).toEqual(desk.journal.records.map((_, index) => index + 1));
});

test('a figure of the day that was told while the link was down goes with the connection that told it (C-13, storm 134)', () => {
  const desk = new CoreDesk();
  const portfolio = (epoch: number) => [{ clientId: 0 as ClientId, role: 'portfolio' as const, socket: 'up' as const, epoch }];
  desk.connect({ connections: portfolio(1) });
  desk.pnl();
  desk.news({ kind: 'link', link: desk.link({ connections: portfolio(1), ready: false, upstream: 'down' }) });
  desk.pnl(100);
  // The socket goes too; TWS tells no figure on the new one.
  desk.news({ kind: 'link', link: desk.link({ connections: portfolio(2), ready: false, epoch: 7 }) });
  desk.connect({ connections: portfolio(2), epoch: 8 });
  expect(desk.deskState.accounts.get(DU)?.dailyPnl).toBeUndefined();
  // Another client's socket says nothing of it.
  desk.pnl(200);
  desk.news({ kind: 'link', link: desk.link({ connections: portfolio(2), ready: false, epoch: 9 }) });
  const after = desk.deskState.accounts.get(DU);
  desk.pnl(300);
  desk.connect({ connections: portfolio(2), epoch: 10 });
  expect(desk.deskState.accounts.get(DU)?.dailyPnl).toBe(300_000_000);
  expect(after?.dailyPnl).toBeUndefined();
});

test('prices that were told while the link was not ready are of the connection before: the new one proves its own first (I-20, storm 800836)', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.disconnect();
  desk.wait(5_000);
  // A socket stood for a moment, and told a market, before it was lost again without the link having been ready.
  desk.quote(179.9);
  desk.quote(179.91);
  desk.connect();
  desk.pnl();
  desk.ends();
  expect(resumeDesk(desk.deskState, 'the test').ok).toBe(true);
  expect(desk.core.commands.fireNow(id, desk.trigger(id).updatedAt, 'the test').ok).toBe(false);
  desk.quote(179.92);
  expect(desk.core.commands.fireNow(id, desk.trigger(id).updatedAt, 'the test').ok).toBe(false);
  desk.quote(179.93);
  expect(desk.core.commands.fireNow(id, desk.trigger(id).updatedAt, 'the test').ok).toBe(true);
});
