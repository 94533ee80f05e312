import { expect, test } from 'vitest';
import { cancelAll } from '#core/safety/cancel-all';
import { kill } from '#core/safety/kill';
import { amountOf } from '#domain/money';
import { CoreDesk } from '../../support/core/desk.ts';
import { heldBracket, sentBracket } from '../../support/core/bracket.ts';
import { DU } from '../../support/core/fixtures.ts';

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

test('what has not left is not counted as sent, and says so once', () => {
  const { desk, entry } = sentBracket();
  desk.disconnect();
  desk.killBy();
  expect(desk.order(entry).state).toBe('PENDING_CANCEL');
  expect(desk.kill).toMatchObject({ cancelsSent: 0, cancelled: 0 });
  expect(
    desk
      .alarms()
      .filter((text) => text.startsWith('KILL'))
      .join(' '),
  ).not.toContain('3 cancels sent');
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
  const late = desk.broker.frames.find(({ ref }) => (ref as string) === other);
  expect(late).toBeDefined();
  for (let i = 0; i < 75; i += 1) desk.killBy();
  expect(writes).toBe(1);
});
