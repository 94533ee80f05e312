import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mayPass } from '#core/risk/denials';
import { armTrigger } from '#core/strategy/trigger/arm';
import { changeTrigger } from '#core/strategy/trigger/change';
import { type Confirmation, dryRun } from '#core/strategy/trigger/dry-run';
import { fingerprintOf } from '#core/strategy/trigger/fingerprint';
import type { AccountId, TriggerId } from '#domain/ids';
import type { OrderLeg } from '#domain/order';
import { units } from '#domain/quantity';
import type { TriggerSpec } from '#domain/trigger';
import { CoreConsole } from '../../support/core/console.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { rulesOf } from '../../support/core/fixtures.ts';
import { action, BAC, IBM, price, px, spec } from '../../support/core/trigger-fixtures.ts';

/** What of a leg is terms and not name. */
function terms({ leg, side, type, quantity, limit, stop }: OrderLeg): unknown {
  return { leg, side, type, quantity, limit, stop };
}

const EXITS = { target: { kind: 'percent', basisPoints: 200 }, stop: { kind: 'percent', basisPoints: 100 } } as const;

function quoted(last = 179.9): CoreDesk {
  const desk = new CoreDesk().started();
  desk.quote(last);
  return desk;
}

function armed(
  desk: CoreDesk,
  wanted: TriggerSpec,
  shown = dryRun(desk.deskState, wanted).fingerprint,
  confirmed: readonly Confirmation[] = [],
) {
  const done = armTrigger(desk.deskState, wanted, 'the test', { fingerprint: shown, confirmed });
  return done.ok ? 'armed' : done.error;
}

const reached = spec(price(IBM, 'last', 'at-or-above', 170));

test('a rule that is true already is previewed as the order that is sent at once, with exits from the market now', () => {
  const desk = quoted(42.6);
  const wanted = spec(price(IBM, 'last', 'at-or-below', 50), { action: action(IBM, EXITS) });
  const { sized } = dryRun(desk.deskState, wanted);
  const shown = sized.ok ? sized.value.legs.map(terms) : sized;
  desk.arm(wanted);
  desk.quote(42.6);
  expect(desk.broker.frames.map(({ leg }) => terms(leg))).toEqual(shown);
  expect(shown).toMatchObject([{ leg: 'E' }, { leg: 'T', limit: px(43.47) }, { leg: 'S', stop: px(42.19) }]);
});

test('a rule that waits is previewed as the order that is sent when the market stands at its level', () => {
  const desk = quoted();
  const wanted = desk.spec(180, {}, EXITS);
  const { sized, level } = dryRun(desk.deskState, wanted);
  const shown = sized.ok ? sized.value.legs.map(terms) : sized;
  desk.arm(wanted);
  desk.quote(179.9);
  desk.ticks(IBM, { bid: 179.99, ask: 180.01 });
  desk.ticks(IBM, { last: 180 });
  expect([level, desk.broker.frames.map(({ leg }) => terms(leg))]).toEqual([px(180), shown]);
});

test('the level of a percent rule counts as a level, and one that waits for another contract is shown on the market now', () => {
  const desk = new CoreDesk().started([IBM, BAC]);
  desk.quote(100);
  desk.quote(13.8, BAC);
  desk.deskState.registry.onClose(IBM.conId, px(100));
  const rise = { kind: 'percent-change', contract: IBM, field: 'last', basis: 'close', test: 'at-or-above', basisPoints: 150 } as const;
  expect(dryRun(desk.deskState, spec(rise)).level).toBe(px(101.5));
  expect(dryRun(desk.deskState, desk.spec(180, {}, { contract: BAC })).level).toBeUndefined();
  // Its own level is behind it, and what it still waits for is another contract's.
  const both = { kind: 'and', of: [price(IBM, 'last', 'at-or-above', 90), price(BAC, 'last', 'at-or-above', 14)] } as const;
  expect(dryRun(desk.deskState, spec(both))).toMatchObject({ truth: 'false', level: undefined });
});

test('a rule that is true now is not armed by the same act as one that waits', () => {
  const desk = quoted();
  expect(armed(desk, reached)).toMatchObject({ code: 'confirmation-needed', text: expect.stringMatching(/fires at once/) as string });
  expect([desk.deskState.registry.size, desk.stores.triggers.size]).toEqual([0, 0]);
  expect(armed(desk, reached, undefined, ['denied'])).toMatchObject({ code: 'confirmation-needed' });
  expect(armed(desk, reached, undefined, ['fires-at-once'])).toBe('armed');
});

test('a rule whose truth is not known needs the same word: unknown is not false', () => {
  const desk = new CoreDesk().started();
  expect(dryRun(desk.deskState, reached)).toMatchObject({ truth: 'unknown', needs: ['fires-at-once', 'denied'] });
  expect(armed(desk, reached, undefined, ['denied'])).toMatchObject({ text: expect.stringMatching(/not known/) as string });
});

test('what risk would deny for ever cannot be armed, whatever is confirmed', () => {
  const desk = quoted();
  const tooMany = desk.spec(180, {}, { quantity: units(5_000) });
  expect(armed(desk, tooMany, undefined, ['denied', 'fires-at-once'])).toMatchObject({ code: 'denied-by-risk', control: 'C-01' });
  const wrongSide = desk.spec(180, {}, { stop: { kind: 'price', price: px(185) } });
  expect(armed(desk, wrongSide, undefined, ['denied', 'fires-at-once'])).toMatchObject({ code: 'denied-by-risk', control: 'terms' });
  expect(desk.deskState.registry.size).toBe(0);
});

test.each([
  ['C-02', { ...rulesOf({ maxOrderNotional: 100 }) }],
  ['C-19', { ...rulesOf(), orderTypes: ['LMT'] as const }],
])('what would be refused whenever it fires is never armed (%s): nobody shall wait for an order that cannot come', (control, rules) => {
  const desk = quoted();
  desk.rules = rules;
  expect(armed(desk, desk.spec(), undefined, ['denied', 'fires-at-once'])).toMatchObject({ code: 'denied-by-risk', control });
  expect(desk.deskState.registry.size).toBe(0);
});

test('what risk denies now and may allow later is armed only with the word that says so', () => {
  const desk = quoted();
  desk.rules = rulesOf({ maxPositionShares: 50 });
  expect(armed(desk, desk.spec())).toMatchObject({
    code: 'confirmation-needed',
    text: expect.stringMatching(/denied now \(C-12\)/) as string,
  });
  expect(desk.deskState.registry.size).toBe(0);
  expect(armed(desk, desk.spec(), undefined, ['denied'])).toBe('armed');
});

test('every control that denies has its place in the table of what may pass', () => {
  const source = ['controls', 'denials'].map((name) =>
    readFileSync(new URL(`../../../src-main/core/risk/${name}.ts`, import.meta.url), 'utf8'),
  );
  const denying = new Set([...source[0]!.matchAll(/denied\(\s*'([CK]-\d\d)'/g)].map(([, code]) => code!));
  const listed = new Set([...source[1]!.matchAll(/'([CK]-\d\d)': (?:true|false)/g)].map(([, code]) => code!));
  expect([...listed].toSorted()).toEqual([...denying].toSorted());
  expect([mayPass('C-01'), mayPass('C-05'), mayPass('nothing like it')]).toEqual([false, true, false]);
});

test('what is armed must be what was shown: each difference is refused and named, and a quote that moves is none', () => {
  const desk = quoted();
  const wanted = desk.spec(180, {}, EXITS);
  const { fingerprint } = dryRun(desk.deskState, wanted);
  const other = (more: Partial<TriggerSpec['action']>): TriggerSpec => ({ ...wanted, action: { ...wanted.action, ...more } });
  const differing: readonly (readonly [TriggerSpec, string])[] = [
    [{ ...wanted, condition: price(IBM, 'last', 'crosses-above', 181) }, 'the rule'],
    [{ ...wanted, rthOnly: true }, 'the rule'],
    [other({ side: 'SELL' }), 'the side'],
    [other({ quantity: units(101) }), 'quantity, order type or prices'],
    [other({ entry: { type: 'LMT', limit: px(179) } }), 'quantity, order type or prices'],
    [other({ tif: 'GTC' }), 'quantity, order type or prices'],
    [other({ stop: { kind: 'percent', basisPoints: 101 } }), 'the exits'],
    [other({ contract: { ...IBM, exchange: 'NYSE' } }), 'the contract'],
  ];
  for (const [spec_, named] of differing)
    expect([named, armed(desk, spec_, fingerprint)]).toMatchObject([
      named,
      { code: 'preview-differs', text: expect.stringContaining(`this has changed: ${named}.`) as string },
    ]);
  expect(desk.deskState.registry.size).toBe(0);
  desk.quote(178.5);
  // The same meaning with its keys in another order, as a schema or a store may give it back.
  const { contract, ...rest } = wanted.action;
  const turned = {
    ...wanted,
    condition: Object.fromEntries(Object.entries(wanted.condition).reverse()) as never,
    action: { ...rest, contract },
  };
  expect(Object.keys(turned.action)).not.toEqual(Object.keys(wanted.action));
  expect(armed(desk, turned, fingerprint)).toBe('armed');
});

test('a rule that came true, and a denial that came, between the preview and the arming are refused and told', () => {
  const desk = quoted(169);
  const { fingerprint } = dryRun(desk.deskState, reached);
  desk.quote(171);
  expect(armed(desk, reached, fingerprint, ['fires-at-once', 'denied'])).toMatchObject({
    code: 'preview-differs',
    text: expect.stringMatching(/whether the rule is true now\. The rule is true now\. Read it again/) as string,
  });
  const shown = dryRun(desk.deskState, desk.spec()).fingerprint;
  desk.rules = rulesOf({ maxOrderShares: 50 });
  expect(armed(desk, desk.spec(), shown)).toMatchObject({
    text: expect.stringMatching(/what risk says\. It would be denied now \(C-01\)/) as string,
  });
});

test('another account than the one of the preview is refused', () => {
  const desk = quoted();
  const shown = fingerprintOf({ account: 'DU7654321' as AccountId, spec: desk.spec(), truth: 'false', denial: '' });
  expect(armed(desk, desk.spec(), shown)).toMatchObject({
    code: 'preview-differs',
    text: expect.stringContaining('this has changed: the account.') as string,
  });
});

test('an arming, an edit and an arming again without a fingerprint are refused at the door', async () => {
  const made = new CoreConsole(quoted());
  const { desk } = made;
  const id = desk.arm();
  const at = { id, expectedVersion: desk.trigger(id).updatedAt };
  for (const [name, input] of [
    ['trigger.arm', { spec: desk.spec(181, { name: 'B' }) }],
    ['trigger.edit', { ...at, spec: desk.spec(181) }],
    ['trigger.rearm', at],
  ] as const)
    expect([name, await made.call(name, input as never)]).toMatchObject([name, { ok: false, error: { code: 'invalid-input' } }]);
  expect(desk.trigger(id)).toMatchObject({ gen: 1, spec: { condition: { level: px(180) } } });
});

test('an edit that differs from its preview leaves the watcher as it was', () => {
  const desk = quoted();
  const id = desk.arm();
  const { fingerprint } = dryRun(desk.deskState, desk.spec(181), id);
  const existing = { id, version: desk.trigger(id).updatedAt };
  const saved = armTrigger(desk.deskState, desk.spec(182), 'the test', { fingerprint, confirmed: [], existing });
  expect(saved).toMatchObject({ ok: false, error: { code: 'preview-differs' } });
  expect(desk.trigger(id)).toMatchObject({ life: 'armed', gen: 1, spec: { condition: { level: px(180) } } });
  desk.quote(180.02);
  expect(desk.trigger(id).life).toBe('fired');
});

test('the preview of an edit does not take its own name for a stranger’s', () => {
  const desk = quoted();
  const id = desk.arm();
  expect(dryRun(desk.deskState, desk.spec(181)).blocked?.text).toMatch(/already armed/);
  expect(dryRun(desk.deskState, desk.spec(181), id).blocked).toBeUndefined();
});

test('a paused rule that has come true is resumed only with its own word', () => {
  const desk = quoted();
  const id = desk.arm(spec(price(IBM, 'last', 'at-or-above', 180)));
  const change = (event: Parameters<typeof changeTrigger>[3]) =>
    changeTrigger(desk.deskState, id, desk.trigger(id).updatedAt, event, 'the test');
  expect(change('pause').ok).toBe(true);
  expect(change('resume').ok).toBe(true);
  expect(change('pause').ok).toBe(true);
  desk.quote(180.5);
  expect(change('resume')).toMatchObject({ ok: false, error: { code: 'confirmation-needed' } });
  expect([desk.trigger(id).life, desk.broker.frames]).toEqual(['paused', []]);
  expect(change('resume-although-true').ok).toBe(true);
  desk.quote(180.5);
  expect(desk.broker.frames).toHaveLength(1);
});

test('a trigger that is armed again is judged with its own firings and its own working order', () => {
  const desk = new CoreDesk();
  const { id } = desk.fired();
  desk.wait(11_000);
  desk.quote(179.9);
  const again = (id_: TriggerId | undefined) => dryRun(desk.deskState, desk.spec(180, { name: 'again' }), id_).denial?.code;
  expect([again(undefined), again(id)]).toEqual([undefined, 'C-10']);
});
