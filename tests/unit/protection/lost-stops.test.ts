import { describe, expect, test } from 'vitest';
import { cancelOrders } from '#core/execution/cancel';
import { cancelAll } from '#core/safety/cancel-all';
import type { OrderId } from '#domain/ids';
import { units } from '#domain/quantity';
import { acknowledged, type BracketDesk, BRACKET, confirmed, executedByHand, sentBracket } from '../../support/core/bracket.ts';
import { LIMIT_BRACKET, restarted } from '../../support/core/bracket-desk.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { manualOrder } from '../../support/core/fixtures.ts';
import { offer } from '../../support/core/held.ts';
import { decide } from '#core/reconciliation/adoption';
import { undecided } from '#core/state/found-at-start';
import { px } from '../../support/core/trigger-fixtures.ts';

/** A limit entry for 100 IBM of which 40 have filled; target and stop work for what is opened. */
function partFilled(): BracketDesk {
  const bracket = sentBracket(LIMIT_BRACKET);
  const { desk, entry, target, stop } = bracket;
  desk.fill(entry, 40, 180.02);
  desk.status(entry, 'Submitted', 40);
  acknowledged(desk, target, 'Submitted');
  acknowledged(desk, stop, 'PreSubmitted');
  confirmed(desk, 40, 16_000);
  desk.quote(180.5);
  return bracket;
}

/** IB cancels the entry and takes its exits along. */
function cancelledWithExits({ desk, entry, target, stop }: BracketDesk, filled: number): void {
  desk.status(entry, 'Cancelled', filled);
  desk.status(target, 'Cancelled');
  desk.status(stop, 'Cancelled');
}

/** The stops that went out besides the bracket's own three legs: how many shares at which level. */
function putBack(desk: CoreDesk): readonly (readonly [shares: number, stop: number | undefined])[] {
  return desk.broker.frames.slice(3).map(({ leg }) => [leg.quantity / units(1), leg.stop === undefined ? undefined : leg.stop / px(1)]);
}

describe('a stop that IB took along with its entry', () => {
  test('of an entry that filled although the kill was to cancel it and its stop: put back for what it opened', () => {
    const bracket = sentBracket(LIMIT_BRACKET);
    const { desk, entry } = bracket;
    desk.quote(180.5);
    desk.killBy();
    expect(desk.broker.cancels).toHaveLength(3);
    desk.fill(entry, 40, 180.02);
    cancelledWithExits(bracket, 40);
    confirmed(desk, 40);
    desk.wait(3_000);
    expect(putBack(desk)).toEqual([[40, 179]]);
  });

  test('is not put back when the operator cancelled that stop himself before', () => {
    const bracket = partFilled();
    const { desk, stop } = bracket;
    cancelOrders(desk.deskState, [desk.order(stop)], 'the test');
    cancelAll(desk.deskState, 'own', 'the test');
    cancelledWithExits(bracket, 40);
    desk.wait(30_000);
    expect([putBack(desk), offer(desk)?.kind]).toEqual([[], 'protect']);
  });

  test('is offered and not sent by itself when the operator cancelled the entry alone, without a word on its exits', () => {
    const bracket = partFilled();
    const { desk, entry } = bracket;
    cancelOrders(desk.deskState, [desk.order(entry)], 'the test');
    cancelledWithExits(bracket, 40);
    desk.wait(30_000);
    expect([putBack(desk), offer(desk)?.kind]).toEqual([[], 'protect']);
  });

  test.each([
    [40, []],
    [25, [[15, 179]]],
  ] as const)('beside a stop of another hand for %i of the 40 is put back for the rest, and no failure is told', (other, rest) => {
    const bracket = partFilled();
    const { desk } = bracket;
    const theirs = manualOrder({ orderId: -7 as OrderId, side: 'SELL', type: 'STP', stop: px(178), quantity: units(other) });
    cancelAll(desk.deskState, 'own', 'the test');
    desk.news({ kind: 'open-order', order: theirs });
    cancelledWithExits(bracket, 40);
    desk.wait(4_000);
    for (const { ref } of desk.broker.frames.slice(3)) acknowledged(desk, ref, 'PreSubmitted');
    desk.wait(30_000);
    expect(putBack(desk)).toEqual(rest);
    expect(desk.alarms().filter((text) => text.includes('could not be put back'))).toEqual([]);
  });

  test('is put back for what its entry opened, not for what a person holds besides without a stop', () => {
    const bracket = partFilled();
    const { desk } = bracket;
    executedByHand(desk, 'BUY', 60, { execId: '0009.1.01', orderId: -1, permId: 7_001 });
    confirmed(desk, 100);
    desk.killBy();
    cancelledWithExits(bracket, 40);
    desk.wait(3_000);
    expect(putBack(desk)).toEqual([[40, 179]]);
  });

  test('is put back after two seconds although the end of the entry is not told', () => {
    const { desk, stop, target } = partFilled();
    desk.killBy();
    desk.status(target, 'Cancelled');
    desk.status(stop, 'Cancelled');
    desk.wait(1_000);
    expect(putBack(desk)).toEqual([]);
    desk.wait(2_500);
    expect(putBack(desk)).toEqual([[40, 179]]);
  });

  test('waits for the executions, which may come after the end of the orders', () => {
    const bracket = sentBracket(LIMIT_BRACKET);
    const { desk, entry } = bracket;
    desk.quote(180.5);
    desk.killBy();
    cancelledWithExits(bracket, 40);
    desk.wait(4_000);
    expect(putBack(desk)).toEqual([]);
    desk.fill(entry, 40, 180.02);
    confirmed(desk, 40);
    desk.wait(2_000);
    expect(putBack(desk)).toEqual([[40, 179]]);
  });

  test('waits while the connection is lost, however long, and leaves when the book has been compared', () => {
    const { desk, entry, target, stop } = partFilled();
    desk.killBy();
    // The end of the entry is not told any more.
    desk.status(target, 'Cancelled');
    desk.status(stop, 'Cancelled');
    desk.disconnect();
    desk.wait(40_000);
    desk.connect();
    desk.quote(180.5);
    desk.wait(1_000);
    expect(putBack(desk)).toEqual([]);
    desk.news({ kind: 'completed-order', order: desk.completedOf(entry, 'Cancelled'), completedStatus: 'Cancelled' });
    desk.position(40);
    desk.ends();
    desk.quote(180.5);
    desk.wait(3_000);
    expect(putBack(desk)).toEqual([[40, 179]]);
  });

  test('that cannot be put back at once, because another exit still works, is tried again; given up, it is an alarm', () => {
    for (const goes of [true, false]) {
      const bracket = partFilled();
      const { desk, entry, target, stop } = bracket;
      // A target without a group at IB, which a stop beside it could fill a second time.
      const other = manualOrder({ orderId: -7 as OrderId, side: 'SELL', limit: px(183), quantity: units(40) });
      desk.news({ kind: 'open-order', order: other });
      desk.killBy();
      desk.status(entry, 'Cancelled', 40);
      desk.status(target, 'Cancelled');
      desk.status(stop, 'Cancelled');
      desk.wait(6_000);
      expect([goes, putBack(desk)]).toEqual([goes, []]);
      if (goes) desk.news({ kind: 'completed-order', order: { ...other, ibStatus: 'Cancelled' }, completedStatus: 'Cancelled' });
      desk.wait(20_000);
      expect([goes, putBack(desk)]).toEqual([goes, goes ? [[40, 179]] : []]);
      const told = desk
        .alarms()
        .some((text) => /^UNPROTECTED 40 IBM: IB cancelled the stop with its entry, and it could not be put back/.test(text));
      expect([goes, told]).toEqual([goes, !goes]);
    }
  });

  test('is not put back when a kill that takes everything comes before that', () => {
    const { desk, entry, target, stop } = partFilled();
    desk.killBy('own', 'keep them', 'keep');
    desk.status(target, 'Cancelled');
    desk.status(stop, 'Cancelled');
    desk.wait(500);
    desk.killBy('own', 'all of it', 'cancel');
    desk.status(entry, 'Cancelled', 40);
    desk.wait(30_000);
    expect(putBack(desk)).toEqual([]);
  });

  test('is not put back after a kill that takes everything, also when a kill before it kept exits', () => {
    const bracket = partFilled();
    const { desk } = bracket;
    desk.killBy('own', 'keep them', 'keep');
    desk.killBy('own', 'all of it', 'cancel');
    cancelledWithExits(bracket, 40);
    desk.wait(30_000);
    expect(putBack(desk)).toEqual([]);
  });
});

describe('exits that a kill kept', () => {
  test.each(['undecided', 'ignored'] as const)('shrink with the position although they were found at the start and are %s', (how) => {
    const { desk, target, stop } = restarted(false);
    if (how === 'ignored') for (const { key } of undecided(desk.deskState)) decide(desk.deskState, key, 'ignore', 'the test');
    desk.killBy();
    desk.end('open-orders');
    desk.wait(3_000);
    expect([desk.kill?.phase, desk.broker.cancels]).toEqual(['verified', []]);
    executedByHand(desk, 'SELL', 40, { execId: '0009.1.01', orderId: -1, permId: 7_001 });
    confirmed(desk, 60);
    desk.wait(4_000);
    const changed = desk.broker.changes.map(({ ref, leg }) => [ref, leg.quantity / units(1)]);
    expect(changed.toSorted()).toEqual([
      [stop, 60],
      [target, 60],
    ]);
  });

  test('of two brackets against each other shrink to what is held: the exits of the other side have gone', () => {
    const { desk, entry, target, stop } = sentBracket();
    desk.fills(entry, 100, 180.02);
    acknowledged(desk, target, 'Submitted');
    acknowledged(desk, stop, 'PreSubmitted');
    confirmed(desk, 100, 16_000);
    desk.quote(180.5);
    const short = desk.arm(
      desk.spec(
        181,
        { name: 'B' },
        {
          ...BRACKET,
          side: 'SELL',
          quantity: units(40),
          target: { kind: 'price', price: px(178) },
          stop: { kind: 'price', price: px(184) },
        },
      ),
    );
    desk.quote(180.9);
    desk.quote(181.02);
    desk.fills(desk.ref(short), 40, 181.01);
    acknowledged(desk, desk.ref(short, 'T'), 'Submitted');
    acknowledged(desk, desk.ref(short, 'S'), 'PreSubmitted');
    confirmed(desk, 60);
    desk.wait(8_000);
    expect(desk.broker.changes).toEqual([]);
    desk.killBy();
    for (const leg of ['T', 'S'] as const) desk.status(desk.ref(short, leg), 'Cancelled');
    desk.end('open-orders');
    desk.wait(8_000);
    for (const { ref, leg } of [...desk.broker.changes])
      acknowledged(desk, ref, ref === stop ? 'PreSubmitted' : 'Submitted', { quantity: leg.quantity });
    desk.position(60);
    desk.wait(8_000);
    const last = new Map(desk.broker.changes.map(({ ref, leg }) => [ref, leg.quantity / units(1)]));
    expect(last.get(stop)).toBe(60);
  });
});
