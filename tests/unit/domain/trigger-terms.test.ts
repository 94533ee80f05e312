import { expect, test } from 'vitest';
import { modifyOrder } from '#core/execution/modify';
import { units, trustedQuantity } from '#domain/quantity';
import type { TriggerAction, TriggerSpec } from '#domain/trigger';
import { quantityRefusal, termsFault, trailRefusal } from '#domain/trigger-terms';
import { CoreConsole } from '../../support/core/console.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { DU } from '../../support/core/fixtures.ts';
import { IBM, price, px } from '../../support/core/trigger-fixtures.ts';

const BAD: readonly (readonly [what: string, more: Partial<TriggerSpec>, does: Partial<TriggerAction>, text: RegExp])[] = [
  ['a negative trigger price', { condition: price(IBM, 'last', 'crosses-below', -5) }, {}, /trigger price -5\.00 is not above zero/],
  [
    'a negative price deep in a rule',
    {
      condition: { kind: 'and', of: [price(IBM, 'last', 'crosses-above', 180), { kind: 'not', of: price(IBM, 'bid', 'at-or-below', 0) }] },
    },
    {},
    /trigger price 0\.00 is not above zero/,
  ],
  ['a price with too many digits', { condition: price(IBM, 'last', 'crosses-above', 999_999_999) }, {}, /too many digits/],
  ['a fraction of a share', {}, { quantity: trustedQuantity(15_000) }, /1\.5 shares cannot be ordered/],
  ['a target 500 % away', {}, { target: { kind: 'percent', basisPoints: 50_000 } }, /500 % above the entry is further than 100 %/],
  ['a stop 100 % away', {}, { stop: { kind: 'percent', basisPoints: 10_000 } }, /100 % below the entry leaves nothing/],
  ['a stop at 0.00', {}, { stop: { kind: 'price', price: px(0) } }, /stop 0\.00 is not above zero/],
  [
    'a limit on the near side of its stop',
    {},
    { entry: { type: 'STP LMT', stop: px(181), limit: px(180.5) } },
    /stands below the stop 181\.00/,
  ],
  [
    'an offset to the near side of its stop',
    {},
    { side: 'SELL', entry: { type: 'STP LMT', stop: px(178), limitOffset: px(0.1) } },
    /stands above the stop 178\.00/,
  ],
];

test.each(BAD)('%s is refused with one sentence at the preview, at the arming and at an edit', async (_what, more, does, text) => {
  const made = new CoreConsole(new CoreDesk().started());
  const { desk } = made;
  desk.quote(179.9);
  const id = desk.arm(desk.spec(180, { name: 'good' }));
  const bad = desk.spec(180, more, does);
  const preview = await made.call('trigger.preview', { spec: bad });
  expect(preview).toMatchObject({ ok: true, value: { blocked: expect.stringMatching(text) as string } });
  const refusal = { ok: false, error: { code: 'invalid-input', text: expect.stringMatching(text) as string } };
  expect(await made.arm(bad)).toMatchObject(refusal);
  expect(await made.edit(id, desk.trigger(id).updatedAt, bad)).toMatchObject(refusal);
  expect([desk.stores.triggers.size, desk.trigger(id).gen]).toEqual([1, 1]);
});

test('a stop order on the near side of the market is refused with one sentence, and cannot be armed', async () => {
  const made = new CoreConsole(new CoreDesk().started());
  const { desk } = made;
  desk.quote(179.9);
  const below = desk.spec(180, {}, { entry: { type: 'STP', stop: px(179) } });
  expect(await made.call('trigger.preview', { spec: below })).toMatchObject({
    value: {
      verdict: { approved: false, text: expect.stringMatching(/^The buy stop 179\.00 is not above the market at 180\.01/) as string },
    },
  });
  expect(await made.arm(below)).toMatchObject({ ok: false, error: { code: 'denied-by-risk' } });
  expect((await made.arm(desk.spec(180, {}, { entry: { type: 'STP', stop: px(180.5) } }))).ok).toBe(true);
});

test('what a contract may be below zero or in fractions is asked of the contract', () => {
  const action = new CoreDesk().spec().action;
  const future = { ...IBM, secType: 'FUT' as const };
  const spec: TriggerSpec = {
    name: 'CL-1',
    condition: price(future, 'last', 'crosses-below', -5),
    action: { ...action, contract: future, stop: { kind: 'price', price: px(-7) } },
    rthOnly: false,
  };
  expect(termsFault(spec)).toBeUndefined();
  expect(termsFault({ ...spec, condition: price({ ...IBM, secType: 'FOP' }, 'last', 'crosses-below', -5) })).toMatchObject({
    part: 'condition',
  });
  expect(quantityRefusal(trustedQuantity(5_000), { ...IBM, secType: 'CRYPTO' })).toBeUndefined();
});

test('a stop that trails 99 % behind is refused, at the desk as in the form', async () => {
  expect(trailRefusal({ kind: 'percent', basisPoints: 9_900 })).toMatch(/^A stop that trails 99 % behind protects next to nothing/);
  expect(trailRefusal({ kind: 'percent', basisPoints: 5_000 })).toBeUndefined();
  const made = new CoreConsole();
  const { desk } = made;
  const { entry } = desk.fired();
  desk.fills(entry, 100, 180.02);
  desk.position(100);
  desk.quote(180.02);
  const left = desk.broker.frames.length;
  const trail = (basisPoints: number) =>
    made.call('position.trail', { account: DU, conId: IBM.conId, trail: { kind: 'percent', basisPoints } });
  expect(await trail(9_900)).toMatchObject({
    ok: false,
    error: { code: 'invalid-input', text: expect.stringMatching(/99 % behind/) as string },
  });
  expect(desk.broker.frames).toHaveLength(left);
  expect((await trail(100)).ok).toBe(true);
});

test('an order is not changed to a fraction of a share', () => {
  const desk = new CoreDesk();
  const { entry } = desk.fired({ entry: { type: 'LMT', limit: px(179) } });
  desk.openOrder(entry);
  desk.quote(180.02);
  const { key, updatedAt } = desk.order(entry);
  const change = (quantity: ReturnType<typeof units>) => modifyOrder(desk.deskState, key, updatedAt, { quantity }, 'the test');
  expect(change(trustedQuantity(505_000))).toMatchObject({
    ok: false,
    error: { code: 'invalid-input', text: expect.stringContaining('50.5 shares cannot be ordered') as string },
  });
  expect(desk.broker.changes).toEqual([]);
  expect(change(units(50)).ok).toBe(true);
});
