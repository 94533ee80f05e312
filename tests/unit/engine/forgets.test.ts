import { expect, test } from 'vitest';
import { execIdOf, orderKeyOf } from '#domain/ids';
import { amountOf } from '#domain/money';
import { CoreDesk } from '../../support/core/desk.ts';

/** What is only noticed has an end. */

test('the timer sweeps memos of what never came into the book', () => {
  const desk = new CoreDesk();
  desk.deskState.memos.note(orderKeyOf('nobody'), 'since', 1);
  desk.core.onTimer();
  expect(desk.deskState.memos.having('since')).toEqual([]);
});

test('of commission reports whose fill never comes the oldest is forgotten, and the newest still finds its fill', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  const execution = desk.execution(entry, 100, 180);
  const report = (execId: string): void => {
    desk.news({ kind: 'commission', execId: execIdOf(execId), commission: amountOf(1.5), currency: 'USD', realizedPnl: undefined });
  };
  for (let at = 0; at < 1_000; at += 1) report(`nobody.${String(at).padStart(4, '0')}.01`);
  report(execution.execId);
  const { waitingCommissions } = desk.deskState;
  expect([waitingCommissions.size, waitingCommissions.has('nobody.0000.01'), waitingCommissions.has('nobody.0001.01')]).toEqual([
    1_000,
    false,
    true,
  ]);
  desk.news({ kind: 'execution', execution, contract: desk.order(entry).contract, live: true });
  expect([desk.held()?.commission, waitingCommissions.size]).toEqual([amountOf(1.5), 999]);
});
