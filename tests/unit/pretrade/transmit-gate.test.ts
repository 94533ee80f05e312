import { expect, test } from 'vitest';
import type { OrderRef } from '#domain/ids';
import { units } from '#domain/quantity';
import { CoreDesk } from '../../support/core/desk.ts';
import { AIG, IBM, px } from '../../support/core/trigger-fixtures.ts';

/** Answers every look with complete lists that name nothing. */
function looks(desk: CoreDesk, ms: number): void {
  for (let passed = 0; passed < ms; passed += 500) {
    const before = desk.broker.reconciles;
    desk.wait(500);
    if (desk.broker.reconciles !== before) desk.ends();
  }
}

/** An order of IBM that left and is never answered, and one of this contract that waits for a message slot meanwhile. */
function oneWaits(contract: typeof IBM): { readonly desk: CoreDesk; readonly sent: OrderRef; readonly waits: OrderRef } {
  const desk = new CoreDesk().started([IBM, AIG]);
  desk.quote(179.9);
  desk.quote(48, AIG);
  const first = desk.arm(desk.spec(180, { name: 'A' }));
  const level = contract === IBM ? 181 : 49;
  const spec = desk.spec(level, { name: 'B' }, { contract, quantity: units(50) });
  const second = desk.arm({ ...spec, condition: { kind: 'price', contract, field: 'last', test: 'crosses-above', level: px(level) } });
  desk.quote(179.9);
  desk.quote(48, AIG);
  desk.quote(180.02);
  desk.broker.mode = 'queue';
  desk.quote(level + 0.02, contract);
  expect([desk.broker.frames.length, desk.broker.waiting]).toEqual([1, 1]);
  looks(desk, 12_000);
  desk.pnl();
  expect(desk.order(desk.ref(first)).state).toBe('UNKNOWN');
  return { desk, sent: desk.ref(first), waits: desk.ref(second) };
}

test('an entry that waited does not leave beside an order of its contract that was lost out of sight meanwhile', () => {
  const { desk, sent, waits } = oneWaits(IBM);
  desk.broker.releaseWaiting();
  expect(desk.broker.frames.map(({ ref }) => ref)).toEqual([sent]);
  expect(desk.broker.gateAnswers.at(-1)).toBe('An order of IBM is UNKNOWN; settle it first, it may still fill.');
  expect(desk.order(waits).state).toBe('DENIED');
});

test('an UNKNOWN order of another contract does not hold it back', () => {
  const { desk, sent, waits } = oneWaits(AIG);
  desk.broker.releaseWaiting();
  expect(desk.broker.frames.map(({ ref }) => ref)).toEqual([sent, waits]);
});
