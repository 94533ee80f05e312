import { expect, test } from 'vitest';
import { pauseDesk } from '#core/execution/halt';
import { dryRun } from '#core/strategy/trigger/dry-run';
import { fireNow } from '#core/strategy/trigger/fire-now';
import type { TriggerId } from '#domain/ids';
import { CoreDesk } from '../../support/core/desk.ts';

test('the operator fires a trigger that waits: the order leaves, and its market data line goes back', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  const fired = fireNow(desk.deskState, id, desk.trigger(id).updatedAt, 'the test');
  expect(fired).toEqual({ ok: true, value: desk.coordinator.seq });
  expect([desk.broker.frames.length, desk.trigger(id).life]).toEqual([1, 'fired']);
  expect(desk.core.view.subscriptions.linesOf(id)).toEqual([]);
});

test('an older picture, an unknown trigger and a desk that waits for nothing are refused, and nothing is spent', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  const version = desk.trigger(id).updatedAt;
  expect(fireNow(desk.deskState, 'NOBODY00' as TriggerId, version, 'the test')).toMatchObject({ error: { code: 'not-found' } });
  expect(fireNow(desk.deskState, id, version - 1, 'the test')).toMatchObject({ error: { code: 'conflict' } });
  pauseDesk(desk.deskState, 'a look', 'the test');
  expect(fireNow(desk.deskState, id, desk.trigger(id).updatedAt, 'the test')).toMatchObject({ error: { code: 'not-allowed-now' } });
  expect(desk.broker.frames).toEqual([]);
});

test.each([
  ['settings.json cannot be read.', 'the settings'],
  ['The journal does not verify. Acknowledge it first.', 'the journal'],
  ['This is account DU7; the last run traded on DU1. Confirm the account first.', 'the account'],
])('what keeps anything from being armed keeps the operator’s hand from firing too, and spends nothing: %s', (held) => {
  let refusal: string | undefined;
  const desk = new CoreDesk({ startRefusal: () => refusal });
  const id = desk.waiting();
  refusal = held;
  const fire = () => fireNow(desk.deskState, id, desk.trigger(id).updatedAt, 'the test');
  expect(fire()).toEqual({ ok: false, error: { code: 'not-allowed-now', text: held } });
  expect([desk.broker.frames, desk.trigger(id).life]).toEqual([[], 'armed']);
  refusal = undefined;
  expect([fire().ok, desk.broker.frames.length]).toEqual([true, 1]);
});

test('what a control denies is told as its denial', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  desk.rules = { ...desk.rules, limits: { ...desk.rules.limits, maxOrderShares: 1 } };
  const fired = fireNow(desk.deskState, id, desk.trigger(id).updatedAt, 'the test');
  expect(fired).toMatchObject({ ok: false, error: { code: 'denied-by-risk', text: expect.stringMatching(/^the test: /) as string } });
  expect(desk.broker.frames).toEqual([]);
});

test('a dry run sizes and judges without an order, a firing or a state of its own', () => {
  const desk = new CoreDesk().started();
  desk.quote(179.9);
  const run = dryRun(desk.deskState, desk.spec(180));
  expect([run.blocked, run.sized.ok, run.verdict?.kind]).toEqual([undefined, true, 'approved']);
  desk.rules = { ...desk.rules, limits: { ...desk.rules.limits, maxOrderShares: 1 } };
  expect(dryRun(desk.deskState, desk.spec(180)).verdict).toMatchObject({ kind: 'denied' });
  pauseDesk(desk.deskState, 'a look', 'the test');
  expect(dryRun(desk.deskState, desk.spec(180)).blocked?.text).toContain('PAUSED');
  expect([desk.broker.frames, [...desk.stores.orders.values()], [...desk.stores.triggers.values()]]).toEqual([[], [], []]);
});
