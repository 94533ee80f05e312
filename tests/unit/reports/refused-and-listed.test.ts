import { expect, test } from 'vitest';
import { unprotectedOf } from '#core/protection/exits';
import { units } from '#domain/quantity';
import { heldBracket } from '../../support/core/bracket.ts';

test('a stop that a code calls rejected and a list names unchanged works on, and goes on protecting', () => {
  const { desk, stop, target } = heldBracket();
  const { orderId, clientId } = desk.broker.frameOf(stop);
  const { ibStatus } = desk.order(stop);
  const notice = { code: 201, id: orderId, clientId, text: 'rejected', orderId, severity: 'error', disposition: 'reject' } as const;
  desk.openOrder(stop, ibStatus ?? 'PreSubmitted');
  desk.news({ kind: 'notice', notice });
  const listed = [stop, target].map((ref) => [ref, desk.order(ref).ibStatus ?? 'PreSubmitted'] as const);
  for (const [ref, word] of listed) desk.openOrder(ref, word);
  desk.end('open-orders');
  const position = desk.held() ?? expect.fail('no position');
  expect([desk.order(stop).state, unprotectedOf(desk.deskState, position)]).toEqual(['ACCEPTED', units(0)]);
});

test('a list that was asked for before the refusal, and had named the order by then, does not end it (storm 693)', () => {
  const { desk, stop, target } = heldBracket();
  const { orderId, clientId } = desk.broker.frameOf(stop);
  const earlier = desk.broker.requests;
  const names = (): void => {
    for (const ref of [stop, target]) desk.openOrder(ref, desk.order(ref).ibStatus ?? 'PreSubmitted');
  };
  names();
  const notice = { code: 201, id: orderId, clientId, text: 'rejected', orderId, severity: 'error', disposition: 'reject' } as const;
  desk.news({ kind: 'notice', notice });
  desk.end('open-orders', desk.epoch, earlier);
  const { state } = desk.order(stop);
  expect(['REJECTED', 'UNKNOWN']).not.toContain(state);
  desk.openOrder(target, desk.order(target).ibStatus ?? 'PreSubmitted');
  desk.end('open-orders');
  expect(desk.order(stop).state).toBe('REJECTED');
});
