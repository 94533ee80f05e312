import { describe, expect, test } from 'vitest';
import { closePosition } from '#core/protection/close-position';
import { protectPosition } from '#core/protection/place-stop';
import { unprotectedOf } from '#core/protection/exits';
import { cancelOrders } from '#core/execution/cancel';

import { resizeExitsNow } from '#core/protection/resize-on-request';
import { changeOrder } from '#core/execution/modify';
import type { ClientId, OrderId, OrderRef, PermId } from '#domain/ids';
import { units } from '#domain/quantity';
import { CoreDesk } from '../../support/core/desk.ts';
import { detailsOf, DU, manualOrder } from '../../support/core/fixtures.ts';
import { acknowledged, BRACKET, confirmed, heldBracket, sentBracket } from '../../support/core/bracket.ts';
import { earlier, earlierFill } from '../../support/core/earlier-run.ts';
import { fillTold, offer, soldByHand, TOLD } from '../../support/core/held.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';
import { tell } from '../../support/core/told.ts';

function unprotectedAlarms(desk: CoreDesk): readonly string[] {
  return desk.alarms().filter((text) => /^(UNPROTECTED|REVERSED|EXITS DO NOT FIT)/.test(text));
}

/** Everything that left after the bracket itself. */
function sentLater(desk: CoreDesk): readonly string[] {
  return desk.broker.left.filter((line) => line.startsWith('place') || line.startsWith('modify')).slice(3);
}

describe.each(TOLD)('told as %s', (told) => {
  test('a filled bracket is protected at once and nothing is offered', () => {
    const { desk, entry } = sentBracket();
    fillTold(desk, told, entry, 100, 180.02);
    expect(unprotectedOf(desk.deskState, desk.held() ?? expect.fail('no position'))).toBe(units(0));
    confirmed(desk, 100);
    desk.wait(60_000);
    expect([offer(desk), unprotectedAlarms(desk)]).toEqual([undefined, []]);
  });

  test('a stop that fills, and its target a moment later cancelled, raise no alarm', () => {
    const { desk, stop, target } = heldBracket();
    fillTold(desk, told, stop, 100, 178.98);
    desk.wait(1_000);
    desk.status(target, 'Cancelled');
    confirmed(desk, 0);
    desk.wait(30_000);
    expect([offer(desk), unprotectedAlarms(desk), desk.held()?.quantity]).toEqual([undefined, [], units(0)]);
    expect(desk.alarms().filter((text) => text.includes('not by this desk'))).toEqual([]);
  });

  test('O-24: the stop fills while the entry has filled 30 of 100: the rest of the entry is cancelled at once, position 0', () => {
    const { desk, entry, stop, target } = sentBracket();
    fillTold(desk, told, entry, 30, 180.02);
    fillTold(desk, told, stop, 30, 178.98);
    expect(desk.broker.cancels.map(({ orderId }) => orderId)).toEqual([desk.broker.frameOf(entry).orderId]);
    desk.status(entry, 'Cancelled', 30);
    desk.status(stop, 'Cancelled', 30);
    desk.status(target, 'Cancelled', 0);
    confirmed(desk, 0);
    desk.wait(30_000);
    expect([desk.held()?.quantity, offer(desk), unprotectedAlarms(desk)]).toEqual([units(0), undefined, []]);
    expect(desk.alarms().filter((text) => text.includes('the rest of the entry is being cancelled'))).toHaveLength(1);
  });

  test('O-24: what the entry fills while its cancel is on the way is held without a stop, and offered within five seconds', () => {
    const { desk, entry, stop, target } = sentBracket();
    fillTold(desk, told, entry, 30, 180.02);
    fillTold(desk, told, stop, 30, 178.98);
    desk.fill(entry, 20, 180.02);
    for (const ref of [entry, stop, target]) desk.status(ref, 'Cancelled', ref === target ? 0 : 30);
    confirmed(desk, 20);
    desk.wait(2_500);
    expect(offer(desk)).toMatchObject({ kind: 'protect', quantity: units(20), stop: px(179) });
  });

  test('O-27: target and stop both fill: the reversed position is named as such, and a flatten is offered that closes it', () => {
    const { desk, stop, target } = heldBracket();
    fillTold(desk, told, target, 100, 182);
    fillTold(desk, told, stop, 100, 178.98);
    confirmed(desk, -100);
    desk.wait(2_500);
    expect(offer(desk)).toMatchObject({ kind: 'flatten', quantity: units(100) });
    expect(unprotectedAlarms(desk)).toEqual([
      'REVERSED -100 IBM: its stop filled beyond what was held and turned the position around. Flatten it in the positions panel. Nothing is sent by itself.',
    ]);
    expect(sentLater(desk)).toEqual([]);
    expect(closePosition(desk.deskState, DU, IBM.conId, 100, 'the test').ok).toBe(true);
    expect(desk.broker.frames.at(-1)?.leg).toMatchObject({ leg: 'F', side: 'BUY', type: 'MKT', quantity: units(100) });
    desk.fill(desk.broker.frames.at(-1)?.ref ?? expect.fail(), 100, 179);
    confirmed(desk, 0);
    expect(offer(desk)).toBeUndefined();
  });
});

test('the target’s execution that comes four seconds after IB has cancelled the stop raises no alarm', () => {
  const { desk, stop, target } = heldBracket();
  desk.status(target, 'Filled', 100);
  desk.status(stop, 'Cancelled');
  desk.wait(4_000);
  desk.fill(target, 100, 182);
  confirmed(desk, 0);
  desk.wait(20_000);
  expect([offer(desk), unprotectedAlarms(desk)]).toEqual([undefined, []]);
  expect(desk.alarms().filter((text) => text.includes('not by this desk'))).toEqual([]);
});

test('a fill of the target told before the fill of its entry turns nothing around', () => {
  const { desk, entry, target, stop } = sentBracket();
  desk.fill(target, 100, 182);
  desk.wait(1_000);
  desk.fill(entry, 100, 180.02);
  desk.status(stop, 'Cancelled');
  confirmed(desk, 0);
  desk.wait(20_000);
  expect([offer(desk), unprotectedAlarms(desk)]).toEqual([undefined, []]);
});

test('O-12: an entry that fills after it was cancelled: booked, alarmed, and its stop offered again within five seconds', () => {
  const { desk, entry, stop, target } = sentBracket();
  cancelOrders(desk.deskState, [desk.order(entry)], 'the test');
  for (const ref of [entry, target, stop]) desk.status(ref, 'Cancelled');
  desk.fill(entry, 100, 180.02);
  confirmed(desk, 100);
  desk.wait(2_000);
  expect(desk.held()?.quantity).toBe(units(100));
  expect(offer(desk)).toMatchObject({
    kind: 'protect',
    quantity: units(100),
    stop: px(179),
    why: 'its stop at 179.00 was cancelled at IB',
  });
  expect(unprotectedAlarms(desk)).toHaveLength(1);
  expect(sentLater(desk)).toEqual([]);
});

test('O-25: a stop that IB rejects after its entry filled is offered again within five seconds, not sent, and one command places it', () => {
  const { desk, stop, target } = heldBracket();
  tell(desk, 201, 'Order rejected - reason:The stop is not accepted', { orderId: desk.broker.frameOf(stop).orderId });
  desk.status(stop, 'Inactive');
  desk.wait(2_000);
  expect(offer(desk)).toBeUndefined();
  desk.wait(1_500);
  expect(offer(desk)).toMatchObject({ kind: 'protect', quantity: units(100), stop: px(179), why: 'its stop at 179.00 was rejected' });
  expect(unprotectedAlarms(desk)).toEqual([
    'UNPROTECTED 100 IBM: its stop at 179.00 was rejected. The stop at 179.00 is offered again in the positions panel. Nothing is sent by itself.',
  ]);
  desk.wait(60_000);
  expect(sentLater(desk)).toEqual([]);
  // The target still works: the new stop joins its group, so that only one of them can fill.
  expect(protectPosition(desk.deskState, DU, IBM.conId, px(179), 'the test').ok).toBe(true);
  const placed = desk.broker.frames.at(-1);
  expect(placed?.leg).toMatchObject({ leg: 'S', type: 'STP', stop: px(179), quantity: units(100), ocaGroup: desk.order(target).ocaGroup });
  acknowledged(desk, placed?.ref ?? expect.fail(), 'PreSubmitted');
  desk.wait(1_000);
  expect(offer(desk)).toBeUndefined();
});

test('a stop that the operator cancelled is offered again in amber, one that vanished is an alarm', () => {
  const { desk, stop } = heldBracket();
  cancelOrders(desk.deskState, [desk.order(stop)], 'the test');
  desk.status(stop, 'Cancelled');
  desk.wait(3_000);
  expect(offer(desk)).toMatchObject({ kind: 'protect', stop: px(179), why: 'its stop at 179.00 was cancelled' });
  expect(unprotectedAlarms(desk)).toEqual([]);
  expect(desk.logs.filter(({ text }) => text.startsWith('UNPROTECTED')).map(({ level }) => level)).toEqual(['warning']);
});

test('a stop that IB no longer lists is UNKNOWN and offered; where nothing else says how it ended, the level is kept', () => {
  const { desk, stop, target } = heldBracket();
  desk.connect();
  desk.openOrder(target);
  desk.position(100);
  desk.ends();
  desk.wait(3_000);
  expect(desk.order(stop).state).toBe('UNKNOWN');
  expect(offer(desk)).toMatchObject({
    kind: 'protect',
    quantity: units(100),
    stop: px(179),
    why: 'its stop at 179.00 is UNKNOWN; look in TWS',
  });
});

test('an offer is told once, grows with the position, and ends when the position does', () => {
  const { desk, stop, entry } = heldBracket();
  desk.status(stop, 'Cancelled');
  desk.wait(30_000);
  expect(unprotectedAlarms(desk)).toHaveLength(1);
  desk.fill(entry, 20, 180.02);
  confirmed(desk, 120);
  desk.wait(3_000);
  expect(offer(desk)).toMatchObject({ quantity: units(120) });
  expect(unprotectedAlarms(desk)).toHaveLength(2);
  soldByHand(desk, 120, 0);
  desk.wait(500);
  expect(offer(desk)).toBeUndefined();
});

test('nothing is offered while a close is under way, and nothing is said while the connection is down', () => {
  const { desk, stop, target } = heldBracket();
  expect(closePosition(desk.deskState, DU, IBM.conId, 100, 'the test').ok).toBe(true);
  desk.status(target, 'Cancelled');
  desk.status(stop, 'Cancelled');
  desk.openOrder(desk.broker.frames.at(-1)?.ref ?? expect.fail(), 'Submitted');
  desk.wait(9_000);
  expect(offer(desk)).toBeUndefined();
  const other = heldBracket();
  other.desk.status(other.stop, 'Cancelled');
  other.desk.disconnect();
  other.desk.wait(20_000);
  expect(offer(other.desk)).toBeUndefined();
});

describe('found at the start', () => {
  const ENTRY = 'TD1-T0000001-1-1-E' as OrderRef;
  const STOP = 'TD1-T0000001-1-1-S' as OrderRef;

  /** Connected for the first time: the entry of an earlier run has filled 100, and these orders are told besides. */
  function restarted(tellMore: (desk: CoreDesk) => void, more: Parameters<typeof earlier>[1] = {}): CoreDesk {
    const desk = new CoreDesk();
    desk.core.start();
    desk.core.learn(detailsOf(IBM));
    desk.connect();
    tellMore(desk);
    desk.news({ kind: 'completed-order', order: earlier(ENTRY, { orderId: 0 as OrderId, ...more }), completedStatus: 'Filled Size: 100' });
    desk.news({ kind: 'execution', execution: earlierFill(ENTRY, 100), contract: IBM, live: false });
    desk.position(100);
    desk.ends();
    desk.wait(2_500);
    desk.position(100);
    desk.end('positions');
    desk.wait(3_000);
    return desk;
  }

  const filled = { ibStatus: 'Filled', quantity: units(100) };

  test('R-07, R-27: filled while the desk was down, and no stop at IB: alarm, and protection is offered; nothing is sent', () => {
    const desk = restarted(() => undefined, filled);
    expect(offer(desk)).toMatchObject({ kind: 'protect', quantity: units(100), why: 'its entry filled without a stop' });
    expect(unprotectedAlarms(desk)).toHaveLength(1);
    expect(desk.broker.frames).toEqual([]);
  });

  test('R-27: the stop of the bracket was cancelled at IB: it is offered again where it stood', () => {
    const desk = restarted((d) => {
      const order = earlier(STOP, {
        orderId: 0 as OrderId,
        permId: 502 as PermId,
        type: 'STP',
        side: 'SELL',
        stop: px(165),
        quantity: units(100),
        ibStatus: 'Cancelled',
      });
      d.news({ kind: 'completed-order', order, completedStatus: 'Cancelled by Trader' });
    }, filled);
    expect(offer(desk)).toMatchObject({ kind: 'protect', stop: px(165), why: 'its stop at 165.00 was cancelled at IB' });
  });

  function withStop(quantity: number): CoreDesk {
    return restarted((d) => {
      const { limit: _none, ...plain } = earlier(STOP, {
        permId: 502 as PermId,
        orderId: 51 as OrderId,
        side: 'SELL',
        quantity: units(quantity),
      });
      d.news({ kind: 'open-order', order: { ...plain, type: 'STP', stop: px(165), ibStatus: 'PreSubmitted' } });
    }, filled);
  }

  test('R-28: a stop for less than is held is offered to be enlarged', () => {
    const desk = withStop(60);
    expect(offer(desk)).toMatchObject({
      kind: 'resize-exits',
      quantity: units(40),
      stop: px(165),
      why: 'its stop at 165.00 covers only 60',
    });
    expect(desk.broker.changes).toEqual([]);
  });

  test('R-28: a stop for more than is held is offered to be shrunk', () => {
    const desk = withStop(150);
    desk.wait(9_000);
    expect(offer(desk)).toMatchObject({ kind: 'resize-exits', quantity: units(50), why: 'its exits work for 50 more than is held' });
  });

  test('after a restart target and stop of one bracket count once, though nobody remembers their parent', () => {
    const desk = restarted((d) => {
      for (const [leg, permId] of [
        ['T', 503],
        ['S', 502],
      ] as const) {
        const { limit: _none, ...plain } = earlier(`TD1-T0000001-1-1-${leg}` as OrderRef, {
          permId: permId as PermId,
          orderId: (permId - 450) as OrderId,
          side: 'SELL',
          quantity: units(100),
        });
        const price = leg === 'T' ? { type: 'LMT', limit: px(190) } : { type: 'STP', stop: px(165) };
        d.news({ kind: 'open-order', order: { ...plain, ...price, ibStatus: 'PreSubmitted' } });
      }
    }, filled);
    desk.wait(10_000);
    expect([offer(desk), unprotectedAlarms(desk)]).toEqual([undefined, []]);
  });
});

test('R-28: one command enlarges the stop, and the target of its group with it', () => {
  const { desk, stop, target } = heldBracket();
  for (const ref of [stop, target]) acknowledged(desk, ref, 'PreSubmitted', { quantity: units(60) });
  desk.wait(3_000);
  expect(offer(desk)).toMatchObject({ kind: 'resize-exits', quantity: units(40) });
  expect(resizeExitsNow(desk.deskState, DU, IBM.conId, 'the test').ok).toBe(true);
  expect(desk.broker.changes.map(({ ref, leg }) => [ref, leg.quantity])).toEqual([
    [stop, units(100)],
    [target, units(100)],
  ]);
});

test('R-28: one command shrinks what works for more than is held', () => {
  const { desk, stop, target } = heldBracket();
  acknowledged(desk, stop, 'PreSubmitted', { quantity: units(150) });
  desk.wait(12_000);
  expect(offer(desk)).toMatchObject({ kind: 'resize-exits', quantity: units(50) });
  expect(resizeExitsNow(desk.deskState, DU, IBM.conId, 'the test').ok).toBe(true);
  expect(desk.broker.changes.map(({ ref, leg }) => [ref, leg.quantity])).toEqual([[stop, units(100)]]);
  expect(desk.order(target).quantity).toBe(units(100));
});

test('a price of a partly filled stop can still be changed: only its rest counts', () => {
  const { desk, stop } = heldBracket();
  desk.fill(stop, 30, 178.98);
  desk.wait(2_000);
  expect(desk.order(stop)).toMatchObject({ state: 'PARTIALLY_FILLED', filled: units(30) });
  expect(changeOrder(desk.deskState, desk.order(stop), { stop: px(179.5) }, 'the test').ok).toBe(true);
  expect(desk.broker.changes.at(-1)?.leg).toMatchObject({ stop: px(179.5), quantity: units(100) });
});

test('a target that was placed alone has its group at IB too, and a stop joins it', () => {
  const desk = new CoreDesk();
  const { id, entry } = desk.fired({ target: BRACKET.target });
  desk.fills(entry, 100, 180.02);
  desk.openOrder(desk.ref(id, 'T'));
  confirmed(desk, 100);
  desk.quote(180.5);
  expect(protectPosition(desk.deskState, DU, IBM.conId, px(179), 'the test').ok).toBe(true);
  expect(desk.broker.frames.at(-1)?.leg).toMatchObject({ leg: 'S', quantity: units(100), ocaGroup: `OCA-${entry}` });
});

test('a stop placed by hand in TWS protects like one of ours', () => {
  const { desk, stop } = heldBracket();
  desk.status(stop, 'Cancelled');
  const { limit: _none, ...plain } = manualOrder({
    side: 'SELL',
    quantity: units(100),
    orderId: -5 as OrderId,
    permId: 801 as PermId,
    clientId: 0 as ClientId,
  });
  desk.news({ kind: 'open-order', order: { ...plain, type: 'STP', stop: px(179), ibStatus: 'PreSubmitted' } });
  desk.wait(5_000);
  expect([offer(desk), unprotectedOf(desk.deskState, desk.held() ?? expect.fail('no position'))]).toEqual([undefined, units(0)]);
});

test('completed lists name no order of this desk as changed by hand', () => {
  const { desk, stop } = heldBracket();
  desk.status(stop, 'Cancelled');
  desk.news({ kind: 'completed-order', order: desk.completedOf(stop, 'Cancelled'), completedStatus: 'Cancelled' });
  expect(desk.alarms().filter((text) => text.includes('was changed in TWS'))).toEqual([]);
});
