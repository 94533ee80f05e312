import { expect, test } from 'vitest';
import { cancelOrder, isCancellable } from '#core/execution/cancel';
import type { ClientId, OrderId, OrderKey } from '#domain/ids';
import { units } from '#domain/quantity';
import { CoreDesk } from '../../support/core/desk.ts';
import { manualOrder } from '../../support/core/fixtures.ts';
import { px } from '../../support/core/trigger-fixtures.ts';

const LIMIT = { entry: { type: 'LMT', limit: px(180) } } as const;

function refusalText(done: ReturnType<typeof cancelOrder>): string | undefined {
  return done.ok ? undefined : done.error.text;
}

test('an order at the broker is cancelled there, by its number', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired(LIMIT);
  desk.openOrder(entry);
  const { key } = desk.order(entry);
  expect(isCancellable(desk.order(entry))).toBe(true);
  expect(cancelOrder(desk.deskState, key, 'the test').ok).toBe(true);
  expect([desk.broker.cancels.length, desk.order(entry).state]).toEqual([1, 'PENDING_CANCEL']);
  expect(isCancellable(desk.order(entry))).toBe(false);
});

test('an order that waits here is dropped, and nothing is sent; one that is just leaving is told so', () => {
  for (const leaving of [false, true]) {
    const desk = new CoreDesk();
    const id = desk.waiting(LIMIT);
    desk.broker.mode = 'queue';
    desk.quote(180.02);
    const entry = desk.ref(id);
    if (leaving) desk.broker.drop = () => [];
    else desk.broker.drop = (refs) => refs;
    expect([desk.order(entry).state, isCancellable(desk.order(entry))]).toEqual(['QUEUED', true]);
    const done = cancelOrder(desk.deskState, desk.order(entry).key, 'the test');
    expect([done.ok, refusalText(done)]).toEqual(
      leaving ? [false, 'This order is just leaving; cancel it in a moment.'] : [true, undefined],
    );
    expect(desk.broker.cancels).toEqual([]);
  }
});

test('what this desk cannot name at the broker is refused, with the way that is left', () => {
  const desk = new CoreDesk().started();
  expect(cancelOrder(desk.deskState, 'nobody' as OrderKey, 'the test')).toMatchObject({ ok: false, error: { code: 'not-found' } });
  desk.news({ kind: 'open-order', order: manualOrder({ clientId: 9 as ClientId }) });
  desk.news({ kind: 'open-order', order: manualOrder({ orderId: 0 as OrderId, clientId: 0 as ClientId, permId: 4_711 as never }) });
  for (const [origin, text] of [
    ['foreign', 'Another program placed this order'],
    ['manual', 'TWS has given it no number yet'],
  ] as const) {
    const order = desk.core.view.index.working().find((candidate) => candidate.origin === origin);
    expect([origin, order === undefined ? undefined : refusalText(cancelOrder(desk.deskState, order.key, 'the test'))]).toEqual([
      origin,
      expect.stringContaining(text),
    ]);
    expect(order === undefined ? undefined : isCancellable(order)).toBe(false);
  }
  expect(desk.broker.cancels).toEqual([]);
});

test('a part that fills while the cancel is on its way does not take the cancel back', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired();
  desk.openOrder(entry);
  expect(cancelOrder(desk.deskState, desk.order(entry).key, 'the test').ok).toBe(true);
  desk.fill(entry, 40, 180.02);
  expect(desk.order(entry)).toMatchObject({ state: 'PENDING_CANCEL', filled: units(40) });
});
