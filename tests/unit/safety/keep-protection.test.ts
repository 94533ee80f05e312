import { expect, test } from 'vitest';
import { cancelAll } from '#core/safety/cancel-all';
import { kill } from '#core/safety/kill';
import type { ClientId, OrderId, PermId } from '#domain/ids';
import { amountOf } from '#domain/money';
import { units } from '#domain/quantity';
import { CoreDesk } from '../../support/core/desk.ts';
import { acknowledged, BRACKET, confirmed, executedByHand, heldBare, heldBracket, sentBracket } from '../../support/core/bracket.ts';
import { DU, manualOrder } from '../../support/core/fixtures.ts';
import { px } from '../../support/core/trigger-fixtures.ts';

/** 100 IBM long with a target and a stop that work, and an entry of another trigger that works without a fill. */
function held(): ReturnType<typeof heldBracket> & { readonly other: string } {
  const bracket = heldBracket();
  const { desk } = bracket;
  const second = desk.arm(desk.spec(181, { name: 'B' }));
  desk.quote(180.9);
  desk.quote(181.02);
  const other = desk.ref(second);
  desk.openOrder(other);
  return { ...bracket, other };
}

function cancelled(desk: CoreDesk): readonly string[] {
  return desk.broker.frames
    .filter(({ orderId }) => desk.broker.cancels.some((cancel) => cancel.orderId === orderId))
    .map(({ ref }) => ref as string);
}

test('a kill cancels the entries and keeps the stop and the target of what is held', () => {
  const { desk, stop, target, other } = held();
  desk.killBy();
  expect(desk.state).toBe('EMERGENCY');
  expect(cancelled(desk)).toEqual([other]);
  desk.status(other as never, 'Cancelled');
  desk.end('open-orders');
  desk.wait(3_000);
  expect(cancelled(desk)).toEqual([other]);
  expect([desk.order(stop).state, desk.order(target).state]).toEqual(['ACCEPTED', 'ACCEPTED']);
  expect(desk.kill).toMatchObject({ phase: 'verified', residuals: [] });
});

test('cancel all cancels the entries and keeps the stop and the target of what is held', () => {
  const { desk, other } = held();
  cancelAll(desk.deskState, 'own', 'the test');
  expect(cancelled(desk)).toEqual([other]);
});

test('the kill of the loss limit leaves no position bare (C-13)', () => {
  const { desk, stop, target, other } = held();
  desk.news({ kind: 'pnl', account: DU, daily: amountOf(-100_000), unrealized: undefined, realized: undefined });
  expect(desk.state).toBe('EMERGENCY');
  expect(cancelled(desk)).toEqual([other]);
  expect([desk.order(stop).state, desk.order(target).state]).toEqual(['ACCEPTED', 'ACCEPTED']);
});

test('keep never sends the global cancel; orders of other programs are listed as residuals', () => {
  const { desk, stop } = held();
  kill(desk.deskState, 'all', 'the test', 'everything of everybody');
  desk.wait(3_000);
  expect(desk.broker.globalCancels).toBe(0);
  expect(desk.order(stop).state).toBe('ACCEPTED');
});

test('the second choice takes everything, the exits of what is held too', () => {
  const { desk, stop, target, other } = held();
  desk.killBy('all', 'everything', 'cancel');
  expect(cancelled(desk).toSorted()).toEqual([target, stop, other].toSorted());
  expect(desk.broker.globalCancels).toBe(1);
});

test('orders of other programs that could raise exposure are residuals of a kill that keeps exits', () => {
  const { desk } = held();
  desk.news({ kind: 'open-order', order: manualOrder({ clientId: 9 as ClientId, orderId: 8 as OrderId, permId: 77 as PermId }) });
  desk.killBy('all');
  desk.wait(3_000);
  expect(desk.kill).toMatchObject({ phase: 'residuals' });
  expect(desk.kill?.residuals).toContain('perm:77');
  expect(desk.broker.globalCancels).toBe(0);
});

test('a restart takes the kill up with the same choice', () => {
  for (const exits of ['keep', 'cancel'] as const) {
    const { desk } = held();
    desk.killBy('own', 'before the restart', exits);
    const next = new CoreDesk({ latchFile: desk.latchFile });
    next.core.start();
    expect(next.kill).toMatchObject({ exits, phase: 'cancelling' });
    expect(next.deskState.latch.exits()).toBe(exits);
  }
});

test('while latched the exits that stay shrink and go with the position', () => {
  const { desk, stop, target } = heldBracket();
  desk.killBy();
  desk.end('open-orders');
  desk.wait(3_000);
  expect(desk.kill).toMatchObject({ phase: 'verified' });
  executedByHand(desk, 'SELL', 40, { execId: '0009.1.01', orderId: -1, permId: 7_001 });
  confirmed(desk, 60);
  desk.wait(4_000);
  expect(desk.broker.changes.map(({ ref, leg }) => [ref, leg.quantity])).toEqual([
    [target, units(60)],
    [stop, units(60)],
  ]);
  acknowledged(desk, target, 'Submitted', { quantity: units(60) });
  acknowledged(desk, stop, 'PreSubmitted', { quantity: units(60) });
  executedByHand(desk, 'SELL', 60, { execId: '0009.2.01', orderId: -2, permId: 7_002 });
  confirmed(desk, 0);
  desk.wait(4_000);
  expect(cancelled(desk).toSorted()).toEqual([stop, target].toSorted());
});

test.each([
  ['stop', { type: 'STP', stop: px(179) }],
  ['target', { type: 'LMT', limit: px(190) }],
] as const)('while latched a %s that was typed into TWS goes with its position, also long after the kill was verified', (_what, terms) => {
  const desk = heldBare();
  desk.news({ kind: 'open-order', order: manualOrder({ orderId: -7 as OrderId, side: 'SELL', ...terms }) });
  desk.killBy('all');
  desk.end('open-orders');
  desk.wait(60_000);
  expect([desk.kill?.phase, desk.broker.cancels]).toEqual(['verified', []]);
  executedByHand(desk, 'SELL', 100, { execId: '0009.1.01', orderId: -1, permId: 7_001 });
  confirmed(desk, 0);
  desk.wait(4_000);
  expect(desk.broker.cancels.map(({ orderId }) => orderId as number)).toEqual([-7]);
});

test('kept exits whose position is gone go also when the journal cannot be written and nothing can be made smaller', () => {
  const { desk, stop, target } = heldBracket();
  desk.killBy();
  desk.end('open-orders');
  desk.wait(3_000);
  expect(desk.kill).toMatchObject({ phase: 'verified' });
  desk.journal.fail('full');
  executedByHand(desk, 'SELL', 100, { execId: '0009.1.01', orderId: -1, permId: 7_001 });
  confirmed(desk, 0);
  desk.wait(4_000);
  expect(cancelled(desk).toSorted()).toEqual([stop, target].toSorted());
});

test('a stop typed into TWS that is larger than its position shrinks after a kill of everything, not after one of what is ours (storm 387)', () => {
  for (const [scope, size] of [
    ['all', [40]],
    ['own', []],
  ] as const) {
    const desk = heldBare();
    const terms = { orderId: -20 as OrderId, side: 'SELL', type: 'STP', stop: px(179), quantity: units(100) } as const;
    const { limit: _none, ...order } = manualOrder(terms);
    desk.news({ kind: 'open-order', order });
    desk.killBy(scope);
    desk.end('open-orders');
    desk.wait(2_000);
    executedByHand(desk, 'SELL', 60, { execId: '0009.1.01', orderId: -1, permId: 7_001 });
    confirmed(desk, 40);
    desk.wait(4_000);
    expect(desk.broker.changes.map(({ approved }) => approved.value.legs[0].quantity / 10_000)).toEqual(size);
  }
});

test('a stop of another program that is larger than its position is a residual of a kill of everything: nobody here can make it smaller', () => {
  const desk = heldBare();
  const order = manualOrder({
    clientId: 9 as ClientId,
    orderId: 8 as OrderId,
    permId: 77 as PermId,
    side: 'SELL',
    type: 'STP',
    stop: px(179),
  });
  desk.news({ kind: 'open-order', order: { ...order, quantity: units(100) } });
  desk.killBy('all');
  desk.end('open-orders');
  desk.wait(3_000);
  expect(desk.kill).toMatchObject({ phase: 'verified', residuals: [] });
  executedByHand(desk, 'SELL', 60, { execId: '0009.1.01', orderId: -1, permId: 7_001 });
  confirmed(desk, 40);
  desk.wait(4_000);
  expect(desk.kill).toMatchObject({ phase: 'residuals', residuals: ['perm:77'] });
});

test('an entry typed into TWS that outlives its cancel is asked for again, and never by the global cancel, which would take the exits', () => {
  const { desk, stop, target } = heldBracket();
  desk.news({ kind: 'open-order', order: manualOrder({ orderId: -7 as OrderId }) });
  desk.killBy('all');
  desk.end('open-orders');
  desk.wait(120_000);
  const asked = desk.broker.cancels.map(({ orderId }) => orderId as number);
  expect([new Set(asked), asked.length > 1, desk.broker.globalCancels]).toEqual([new Set([-7]), true, 0]);
  expect([desk.kill?.phase, desk.order(stop).state, desk.order(target).state]).toEqual(['residuals', 'ACCEPTED', 'ACCEPTED']);
});

test('a stop that IB takes along with the part-filled entry is put back at its level for what has filled', () => {
  for (const act of ['kill', 'cancel all'] as const) {
    const { desk, entry, target, stop } = sentBracket({ ...BRACKET, entry: { type: 'LMT', limit: px(180.02) } });
    desk.fill(entry, 40, 180.02);
    desk.status(entry, 'Submitted', 40);
    for (const [ref, word] of [
      [target, 'Submitted'],
      [stop, 'PreSubmitted'],
    ] as const)
      acknowledged(desk, ref, word);
    confirmed(desk, 40, 16_000);
    desk.quote(180.5);
    if (act === 'kill') desk.killBy();
    else cancelAll(desk.deskState, 'own', 'the test');
    expect(cancelled(desk)).toEqual([entry]);
    desk.status(entry, 'Cancelled', 40);
    desk.status(target, 'Cancelled');
    desk.status(stop, 'Cancelled');
    desk.wait(3_000);
    const put = desk.broker.frames.slice(3);
    expect([act, put.length]).toEqual([act, 1]);
    expect(put[0]?.leg).toMatchObject({ leg: 'S', type: 'STP', side: 'SELL', quantity: units(40), stop: px(179) });
    desk.openOrder(put[0]!.ref, 'PreSubmitted');
    desk.wait(30_000);
    expect([act, desk.broker.frames.length]).toEqual([act, 4]);
    expect(cancelled(desk)).toEqual([entry]);
  }
});

test('a stop that the operator takes, or that everything was to take, is not put back', () => {
  const { desk, entry, target, stop } = heldBracket();
  desk.killBy('own', 'all of it', 'cancel');
  for (const ref of [target, stop]) desk.status(ref, 'Cancelled');
  desk.wait(20_000);
  expect(desk.broker.frames.map(({ ref }) => ref)).toEqual([entry, target, stop]);
});

test('a cancel that waits for a place in the message rate counts when it leaves', () => {
  const { desk, entry } = sentBracket();
  const cancel = desk.broker.cancel.bind(desk.broker);
  desk.broker.cancel = (address) => {
    cancel(address);
    return { kind: 'queued' };
  };
  desk.killBy();
  expect(desk.kill).toMatchObject({ cancelsSent: 0, cancelsUnsent: 3 });
  const { orderId, clientId } = desk.order(entry);
  desk.news({ kind: 'cancel-sent', orderId: orderId!, clientId: clientId! });
  desk.wait(1_000);
  expect(desk.kill).toMatchObject({ cancelsSent: 1, cancelsUnsent: 2 });
});

test('what has not left is not counted as sent, and says so once', () => {
  const { desk, entry } = sentBracket();
  desk.disconnect();
  desk.killBy();
  expect(desk.order(entry).state).toBe('PENDING_CANCEL');
  expect(desk.kill).toMatchObject({ cancelsSent: 0, cancelsUnsent: 3, cancelled: 0 });
  expect(
    desk
      .alarms()
      .filter((text) => text.startsWith('KILL'))
      .join(' '),
  ).not.toContain('3 cancels sent');
  desk.connect();
  desk.ends();
  desk.wait(1_000);
  expect(desk.kill).toMatchObject({ cancelsSent: 3, cancelsUnsent: 0, cancelled: 0 });
});

test('150 kills of the same scope write the latch once, and still cancel what is new', () => {
  const { desk, other } = held();
  let writes = 0;
  const set = desk.latchFile.set.bind(desk.latchFile);
  desk.latchFile.set = (...how: Parameters<typeof set>) => {
    writes += 1;
    return set(...how);
  };
  for (let i = 0; i < 75; i += 1) desk.killBy();
  expect(cancelled(desk)).toEqual([other]);
  // Not answered yet, and each is asked for once in the same breath.
  expect(desk.broker.cancels).toHaveLength(1);
  desk.news({ kind: 'open-order', order: manualOrder({ orderId: -7 as OrderId }) });
  for (let i = 0; i < 75; i += 1) desk.killBy('own');
  expect(writes).toBe(1);
  desk.killBy('all');
  expect(writes).toBe(2);
  expect(desk.broker.cancels.map(({ orderId }) => orderId as number)).toContain(-7);
});
