import { expect, test } from 'vitest';
import { closePosition } from '#core/protection/close-position';
import type { CallName, Input } from '#protocol/commands';
import { CoreConsole } from '../../support/core/console.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU } from '../../support/core/fixtures.ts';
import { heldBracket } from '../../support/core/bracket.ts';
import { closes } from '../../support/core/left.ts';
import { IBM, px } from '../../support/core/trigger-fixtures.ts';

test('a flatten that waits for its exits to go is ended by a kill, also one begun in EMERGENCY by a second kill', () => {
  for (const before of [false, true]) {
    const { desk } = heldBracket();
    if (before) {
      desk.killBy('own');
      desk.wait(2_000);
    }
    expect(closePosition(desk.deskState, DU, IBM.conId, 100, 'the test').ok).toBe(true);
    expect(desk.stores.closings.size).toBe(1);
    desk.wait(1_000);
    desk.killBy('own', 'again');
    expect(desk.stores.closings.size).toBe(0);
    for (const frame of desk.broker.frames.slice(1)) desk.status(frame.ref, 'Cancelled');
    desk.wait(15_000);
    expect([before, closes(desk).length]).toEqual([before, 0]);
  }
});

type Wish = { readonly [N in CallName]: readonly [name: N, input: Input<N>] }[CallName];

/** Everything that asks for contract details before it acts. */
function wishes(desk: CoreDesk): readonly Wish[] {
  const { id, updatedAt } = [...desk.stores.triggers.values()][0]!;
  const stop = [...desk.stores.orders.values()].find(({ leg }) => leg === 'S')!;
  const at = { account: DU, conId: IBM.conId };
  return [
    ['position.close', { ...at, percent: 100, confirmed: true }],
    ['position.flatten', { ...at, confirmed: true }],
    ['positions.flatten-all', { confirmed: true }],
    ['position.protect', { ...at, stop: px(178) }],
    ['position.breakeven', at],
    ['order.modify', { key: stop.key, expectedVersion: stop.updatedAt, stop: px(178) }],
    ['trigger.arm', { spec: desk.spec(190, { name: 'B' }), fingerprint: 'seen' }],
    ['trigger.rearm', { id, expectedVersion: updatedAt, fingerprint: 'seen' }],
    ['trigger.edit', { id, expectedVersion: updatedAt, spec: desk.spec(190), fingerprint: 'seen' }],
  ] as readonly Wish[];
}

test('what was clicked before a kill and waits for contract details is not done after it', async () => {
  for (let at = 0; at < 9; at += 1) {
    const made = new CoreConsole();
    const { desk } = heldBracket(made.desk);
    const [name, input] = wishes(desk)[at]!;
    desk.deskState.details.delete(IBM.conId);
    const left = desk.broker.frames.length + desk.broker.changes.length;
    const asked = made.call(name, input);
    await made.call('kill', { scope: 'own', reason: 'now' });
    const answer = await asked;
    expect([name, answer]).toMatchObject([
      name,
      { ok: false, error: { code: 'not-allowed-now', text: expect.stringMatching(/^The kill switch was set/) as string } },
    ]);
    desk.wait(5_000);
    expect([name, desk.broker.frames.length + desk.broker.changes.length - left]).toEqual([name, 0]);
  }
});

test('a kill that keeps exits, pressed after one that took them, leaves the close that the operator has sent in between', () => {
  const { desk, stop, target } = heldBracket();
  desk.killBy('own', 'all of it', 'cancel');
  for (const ref of [target, stop]) desk.status(ref, 'Cancelled');
  expect(closePosition(desk.deskState, DU, IBM.conId, 100, 'the test').ok).toBe(true);
  const close = desk.broker.frames.at(-1)!;
  desk.openOrder(close.ref);
  desk.killBy('own', 'once more', 'keep');
  expect(desk.broker.cancels.map(({ orderId }) => orderId)).not.toContain(close.orderId);
  expect(desk.order(close.ref).state).toBe('ACCEPTED');
});
