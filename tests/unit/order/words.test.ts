import { expect, test } from 'vitest';
import { numberRefusal, onlyGlobally } from '#core/order/addressable';
import { stateOfStatus } from '#core/order/ib-status';
import { nextOrderState, settled } from '#core/order/order-life';
import { statedPrices } from '#core/order/stated-prices';
import { stopKind } from '#core/order/stop-kind';
import type { ClientId, OrderId } from '#domain/ids';
import { isStopType, isTerminal, isWorking, type Order, type OrderState, sameTrail, type Trail } from '#domain/order';
import { units } from '#domain/quantity';
import { NOW, working } from '../../support/core/risk.ts';
import { px } from '../../support/core/trigger-fixtures.ts';

test('each of IB’s words means what IB means by it: asked is not done, inactive is not over, on its way is not accepted', () => {
  const cases: readonly (readonly [word: string, filled: number, whyHeld: string, state: OrderState | undefined])[] = [
    ['ApiPending', 0, '', 'SUBMITTED'],
    ['PendingSubmit', 0, '', 'SUBMITTED'],
    ['PreSubmitted', 0, '', 'ACCEPTED'],
    ['PreSubmitted', 1, '', 'PARTIALLY_FILLED'],
    ['PreSubmitted', 0, 'trigger', 'ACCEPTED'],
    ['PreSubmitted', 0, 'locate', 'HELD'],
    ['PreSubmitted', 0, 'trigger,locate', 'HELD'],
    ['Submitted', 0, '', 'ACCEPTED'],
    ['Submitted', 1, '', 'PARTIALLY_FILLED'],
    ['PendingCancel', 0, '', 'PENDING_CANCEL'],
    ['ApiCancelled', 0, '', 'CANCELLED'],
    ['Cancelled', 5, '', 'CANCELLED'],
    ['Filled', 100, '', 'FILLED'],
    ['Inactive', 0, '', 'INACTIVE'],
    ['Inactive', 0, 'locate,child', 'HELD'],
    ['Expired', 0, '', 'EXPIRED'],
    ['SomethingNew', 0, '', undefined],
    ['', 0, '', undefined],
  ];
  for (const [word, filled, whyHeld, state] of cases)
    expect([word, whyHeld, stateOfStatus(word, filled, whyHeld)]).toEqual([word, whyHeld, state]);
});

test('whatever may be alive at IB counts as exposure, and nothing is both alive and over', () => {
  const alive = ['SUBMITTED', 'UNKNOWN', 'ACCEPTED', 'HELD', 'PARTIALLY_FILLED', 'PENDING_REPLACE', 'PENDING_CANCEL', 'INACTIVE'] as const;
  const over = ['DENIED', 'CANCELLED', 'FILLED', 'REJECTED', 'EXPIRED', 'ABORTED_BY_KILL'] as const;
  for (const state of alive) expect([state, isWorking(state), isTerminal(state)]).toEqual([state, true, false]);
  for (const state of over) expect([state, isWorking(state), isTerminal(state)]).toEqual([state, false, true]);
  for (const state of ['INTENT', 'QUEUED'] as const) expect([state, isWorking(state), isTerminal(state)]).toEqual([state, false, false]);
});

test('a cancel is waited for until IB has ended the order; one that nobody can see stays unknown, also when its cancel leaves', () => {
  expect(nextOrderState('PENDING_CANCEL', 'told INACTIVE')).toBe('PENDING_CANCEL');
  expect(nextOrderState('PENDING_CANCEL', 'told CANCELLED')).toBe('CANCELLED');
  expect(nextOrderState('UNKNOWN', 'cancel')).toBe('UNKNOWN');
  expect(nextOrderState('UNKNOWN', 'told CANCELLED')).toBe('CANCELLED');
  expect(nextOrderState('FILLED', 'told PARTIALLY_FILLED')).toBe('FILLED');
  expect(nextOrderState('FILLED', 'told ACCEPTED')).toBeUndefined();
});

test('a change that left is kept as long as IB may have taken it, and the proof of an absence only while the order is unknown', () => {
  const change = { quantity: units(200), from: 'ACCEPTED' as const, at: NOW };
  const absence = { since: NOW, looks: 2, position: units(0), isProven: false };
  const kept = (state: OrderState) => {
    const after = settled(working({ state, change, absence }));
    return [after.change !== undefined, after.absence !== undefined];
  };
  expect(kept('UNKNOWN')).toEqual([true, true]);
  for (const state of ['PENDING_REPLACE', 'PENDING_CANCEL'] as const) expect([state, kept(state)]).toEqual([state, [true, false]]);
  for (const state of ['ACCEPTED', 'PARTIALLY_FILLED', 'FILLED', 'CANCELLED', 'INACTIVE'] as const)
    expect([state, kept(state)]).toEqual([state, [false, false]]);
});

test('news that does not name a price leaves it as it stands', () => {
  const trail: Trail = { kind: 'percent', basisPoints: 150 };
  const order = working({ type: 'TRAIL', limit: px(170), stop: px(168), trail });
  for (const said of [{}, { limit: undefined, stop: undefined, trail: undefined }])
    expect({ ...order, ...statedPrices(said) }).toEqual(order);
  expect(statedPrices({ limit: px(1), stop: px(2), trail })).toEqual({ limit: px(1), stop: px(2), trail });
  expect({ ...order, ...statedPrices({ stop: px(169) }) }).toEqual({ ...order, stop: px(169) });
});

test('a stop rests at the exchange only when IB says Submitted, and IB watches it when it says so (K-42)', () => {
  const kind = (more: Partial<Order>) => stopKind(working({ type: 'STP', ...more }));
  expect(kind({ ibStatus: 'Submitted' })).toBe('native');
  expect(kind({ ibStatus: 'PreSubmitted' })).toBe('simulated');
  expect(kind({ ibStatus: 'Submitted', whyHeld: 'trigger' })).toBe('simulated');
  for (const ibStatus of ['PendingSubmit', 'PendingCancel', 'Inactive', 'Filled', 'Cancelled'])
    expect([ibStatus, kind({ ibStatus })]).toEqual([ibStatus, undefined]);
  expect(kind({})).toBeUndefined();
  expect(kind({ type: 'LMT', ibStatus: 'Submitted' })).toBeUndefined();
  expect(kind({ type: 'TRAIL LIMIT' as never, ibStatus: 'Submitted' })).toBe('native');
});

test('every form of a stop works against a loss, IB’s own included; a limit does not', () => {
  for (const type of ['STP', 'STP LMT', 'STP PRT', 'TRAIL', 'TRAIL LIMIT', 'TRAIL LIT'])
    expect([type, isStopType(type)]).toEqual([type, true]);
  for (const type of ['LMT', 'MKT', 'LIT', 'MIT', 'REL']) expect([type, isStopType(type)]).toEqual([type, false]);
});

test('two distances of a trailing stop are the same in kind and measure, or not at all', () => {
  const amount = (value: number): Trail => ({ kind: 'amount', amount: px(value) });
  const percent = (basisPoints: number): Trail => ({ kind: 'percent', basisPoints });
  expect([sameTrail(amount(2), amount(2)), sameTrail(percent(150), percent(150)), sameTrail(undefined, undefined)]).toEqual([
    true,
    true,
    true,
  ]);
  const different = [
    [amount(2), amount(2.01)],
    [percent(150), percent(151)],
    [amount(0.00015), percent(150)],
    [amount(2), undefined],
    [undefined, percent(150)],
  ] as const;
  for (const [one, other] of different) expect([one, other, sameTrail(one, other)]).toEqual([one, other, false]);
});

test('an order is named by its number and its client together; what lacks one is out of reach, as is what another program owns', () => {
  const { orderId: _o, clientId: _c, ...bare } = working();
  const both = { ...bare, orderId: 7 as OrderId, clientId: 0 as ClientId };
  expect(numberRefusal(both)).toBeUndefined();
  expect(numberRefusal({ ...bare, clientId: 0 as ClientId })).toMatch(/typed into TWS/);
  expect(numberRefusal({ ...bare, orderId: 7 as OrderId })).toMatch(/typed into TWS/);
  expect(numberRefusal({ ...bare, origin: 'operator' })).toMatch(/no number/);
  expect([both, bare, { ...both, origin: 'foreign' as const }, { ...bare, origin: 'trigger' as const }].map(onlyGlobally)).toEqual([
    false,
    true,
    true,
    false,
  ]);
});
