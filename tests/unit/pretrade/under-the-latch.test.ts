import { expect, test } from 'vitest';
import { modifyOrder, type NewTerms } from '#core/execution/modify';
import type { ApprovedOrder } from '#core/ports/broker';
import { reduceRefusal } from '#core/pretrade/reduce-refusal';
import { tradingState } from '#core/pretrade/trading-state';
import { decide } from '#core/reconciliation/adoption';
import type { OrderId, OrderKey, OrderRef } from '#domain/ids';
import { units } from '#domain/quantity';
import { heldBare, heldBracket } from '../../support/core/bracket.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU, manualOrder, rulesOf } from '../../support/core/fixtures.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

function change(desk: CoreDesk, ref: OrderRef | OrderKey, terms: NewTerms) {
  const { key, updatedAt } = desk.order(ref);
  return modifyOrder(desk.deskState, key, updatedAt, terms, 'the test');
}

test('under the kill switch no stop becomes smaller than what it alone protects', () => {
  const { desk, stop } = heldBracket();
  desk.killBy();
  const done = change(desk, stop, { quantity: units(60) });
  expect([done.ok ? 'changed' : done.error.text, desk.broker.changes]).toEqual([
    expect.stringContaining('stops would cover 60 of 100'),
    [],
  ]);
});

test('under the kill switch a shrink that waited is measured again as it leaves: what covered the rest may have gone meanwhile', () => {
  const { desk, stop } = heldBracket();
  const { limit: _none, ...typed } = manualOrder({
    side: 'SELL',
    type: 'STP',
    stop: px(179),
    orderId: -7 as OrderId,
    quantity: units(100),
  });
  desk.news({ kind: 'open-order', order: typed });
  desk.killBy();
  const waiting: ApprovedOrder[] = [];
  desk.broker.modify = (_address, approved) => {
    waiting.push(approved);
    return { kind: 'queued' };
  };
  expect(change(desk, stop, { quantity: units(40) }).ok).toBe(true);
  expect(desk.core.gate(waiting[0]!)).toBeUndefined();
  desk.news({ kind: 'open-order', order: { ...typed, ibStatus: 'Cancelled' } });
  expect(desk.core.gate(waiting[0]!)).toContain('stops would cover 40 of 100');
});

test('between the kill switch and the record of the kill nothing is taken out of the way of a close', () => {
  const desk = heldBare();
  expect(reduceRefusal(desk.core.view)).toBeUndefined();
  desk.deskState.latch.set('just now', 'own', 'keep');
  expect(reduceRefusal(desk.core.view)).toContain('is being recorded');
  desk.killBy();
  expect(reduceRefusal(desk.core.view)).toBeUndefined();
});

test('an adopted position counts against the limits, an ignored one does not', () => {
  for (const [word, state] of [
    ['adopt', 'reducing'],
    ['ignore', 'active'],
  ] as const) {
    const desk = new CoreDesk();
    desk.rules = rulesOf({ maxPositionShares: 50 });
    desk.core.start();
    desk.connect();
    desk.position(100);
    desk.ends();
    desk.pnl();
    desk.know(IBM);
    expect(decide(desk.deskState, `position:${DU}:${IBM.conId}`, word, 'the test').ok).toBe(true);
    expect([word, tradingState(desk.core.view).state]).toEqual([word, state]);
  }
});

test('an entry that waited for a message slot is held against the loss limit as it is now', () => {
  const desk = new CoreDesk();
  desk.waiting();
  desk.pnl(-100);
  const waiting: ApprovedOrder[] = [];
  desk.broker.place = (approved) => {
    waiting.push(approved);
    return { kind: 'queued' };
  };
  desk.quote(180.02);
  expect(desk.core.gate(waiting[0]!)).toBeUndefined();
  desk.rules = rulesOf({ maxDailyLoss: 50 });
  expect(desk.core.gate(waiting[0]!)).toContain('loss');
});
