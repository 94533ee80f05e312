import { describe, expect, test } from 'vitest';
import type { Condition } from '#domain/condition';
import type { Contract } from '#domain/contract';
import type { ConId } from '#domain/ids';
import { units } from '#domain/quantity';
import { conditionSentence, conditionShort, triggerNote, triggerSentence } from '#domain/sentence';
import type { TriggerAction } from '#domain/trigger';
import { action, AIG, BAC, between, IBM, newYork, price, px, spec, stock } from '../../support/core/trigger-fixtures.ts';

const GOOG = stock('GOOG', 4332);
const CALL: Contract = { ...GOOG, conId: 99 as ConId, secType: 'OPT', expiry: '20151224', strike: px(750), right: 'C', multiplier: 100 };

const study: Condition = { kind: 'and', of: [price(IBM, 'last', 'crosses-below', 179.4), between('09:45', '15:30')] };
const studyAction: Partial<TriggerAction> = {
  side: 'SELL',
  quantity: units(200),
  entry: { type: 'LMT', limit: px(179.38) },
  stop: { kind: 'price', price: px(180) },
  target: { kind: 'price', price: px(178.2) },
};

describe('a trigger reads as one sentence', () => {
  test('of the study of the screen', () => {
    expect(triggerSentence(spec(study, { action: action(IBM, studyAction) }), 2, { positionQuantity: units(0) })).toBe(
      "When IBM's last price crosses below 179.40 between 09:45 and 15:30, sell short 200 at a limit of 179.38, then hold a stop at 180.00 and a target at 178.20 as one bracket at the broker.",
    );
  });

  test('that says sell short only when told of the position', () => {
    const sale = spec(study, { action: action(IBM, { side: 'SELL', quantity: units(200) }) });
    const act = (positionQuantity?: number): string =>
      triggerSentence(sale, 2, positionQuantity === undefined ? {} : { positionQuantity: units(positionQuantity) }).split(', ')[1]!;
    expect([act(), act(200), act(150), act(0), act(-50)]).toEqual([
      'sell 200 at the market.',
      'sell 200 at the market.',
      'close 150 and sell short the rest of 200 at the market.',
      'sell short 200 at the market.',
      'sell short 200 at the market.',
    ]);
  });

  test('with an option, percent exits, and every instruction', () => {
    const rule = spec(price(GOOG, 'last', 'crosses-above', 752), {
      action: action(CALL, {
        quantity: units(3),
        target: { kind: 'percent', basisPoints: 4_000 },
        stop: { kind: 'percent', basisPoints: 2_050 },
        tif: 'GTC',
        outsideRth: true,
      }),
    });
    expect(triggerSentence(rule)).toBe(
      "When GOOG's last price crosses above 752.00, buy 3 GOOG 24DEC15 750 calls at the market, good till cancelled, also outside regular hours, then hold a stop 20.5 % below the entry price and a target 40 % above the entry price as one bracket at the broker.",
    );
  });

  test('of a sale, whose exits lie on the other sides', () => {
    const rule = spec(price(IBM, 'last', 'crosses-below', 179.4), {
      action: action(IBM, { side: 'SELL', target: { kind: 'percent', basisPoints: 100 }, stop: { kind: 'percent', basisPoints: 50 } }),
    });
    expect(triggerSentence(rule)).toContain('then hold a stop 0.5 % above the entry price and a target 1 % below the entry price as one');
  });

  test.each<[Partial<TriggerAction>, string]>([
    [{ entry: { type: 'LMT', limitOffset: px(-0.02) }, side: 'SELL' }, 'sell 100 at a limit 0.02 below the bid.'],
    [{ entry: { type: 'LMT', limitOffset: px(0.05) } }, 'buy 100 at a limit 0.05 above the ask.'],
    [{ entry: { type: 'LMT', limitOffset: px(0) } }, 'buy 100 at a limit equal to the ask.'],
    [{ entry: { type: 'STP', stop: px(181) } }, 'buy 100 with a buy stop at 181.00.'],
    [{ entry: { type: 'STP LMT', stop: px(181), limit: px(181.1) } }, 'buy 100 with a buy stop at 181.00 and a limit of 181.10.'],
    [{ entry: { type: 'MKT' }, tif: 'IOC' }, 'buy 100 at the market, immediate or cancel.'],
    [{ entry: { type: 'LMT' } }, 'buy 100 at a limit not given yet.'],
    [{ target: { kind: 'price', price: px(185) } }, 'buy 100 at the market, then hold a target at 185.00 as one bracket at the broker.'],
  ])('whose action is %o', (more, words) => {
    const sentence = triggerSentence(spec(price(IBM, 'bid', 'at-or-above', 180), { action: action(IBM, more) }));
    expect(sentence).toBe(`When IBM's bid is at or above 180.00, ${words}`);
  });

  test('that names what is traded when the rule looks at something else as well', () => {
    const rule = spec(
      { kind: 'or', of: [price(IBM, 'ask', 'at-or-below', 180), price(BAC, 'mid', 'crosses-above', 13.84)] },
      { action: action(IBM) },
    );
    expect(triggerSentence(rule)).toBe(
      "When either IBM's ask is at or below 180.00 or BAC's midpoint crosses above 13.84, buy 100 IBM at the market.",
    );
  });

  test('with the small print below', () => {
    expect(triggerNote(spec(study, { action: action(IBM, studyAction), rthOnly: true }))).toBe(
      'Fires once. Fires only in regular hours. Stop and target survive if this program dies; the trigger does not.',
    );
    expect(triggerNote(spec(study, { expiresAt: newYork('16:00') }))).toBe(
      'Fires once. Fires at any hour the market trades. Expires 2026-03-10 16:00 New York. The trigger ends with this program.',
    );
    expect(triggerNote(spec(study, { action: action(IBM, { target: { kind: 'price', price: px(1) } }) }))).toContain('Target survives if');
  });
});

const a = price(IBM, 'last', 'at-or-above', 180);
const b = price(BAC, 'bid', 'crosses-below', 13.5);
const c = price(AIG, 'mid', 'at-or-below', 48.2);
const morning = between('09:45', '15:30');

describe('a condition in words', () => {
  test.each<[string, Condition]>([
    ["both IBM's last price is at or above 180.00 and BAC's bid crosses below 13.50", { kind: 'and', of: [a, b] }],
    [
      "all of IBM's last price is at or above 180.00, BAC's bid crosses below 13.50 and the time is between 09:45 and 15:30",
      { kind: 'and', of: [a, b, morning] },
    ],
    [
      "either (both IBM's last price is at or above 180.00 and BAC's bid crosses below 13.50) or AIG's midpoint is at or below 48.20",
      { kind: 'or', of: [{ kind: 'and', of: [a, b] }, c] },
    ],
    [
      "both IBM's last price is at or above 180.00 and (either BAC's bid crosses below 13.50 or AIG's midpoint is at or below 48.20)",
      { kind: 'and', of: [a, { kind: 'or', of: [b, c] }] },
    ],
    ["IBM's last price is below 180.00", { kind: 'not', of: a }],
    ["IBM's last price is at or above 180.00", { kind: 'not', of: { kind: 'not', of: a } }],
    [
      "it is not so that (either IBM's last price is at or above 180.00 or AIG's midpoint is at or below 48.20)",
      { kind: 'not', of: { kind: 'or', of: [a, c] } },
    ],
    [
      "both IBM's last price is at or above 180.00 and the time is outside 09:45 to 15:30",
      { kind: 'and', of: [a, { kind: 'not', of: morning }] },
    ],
    ["IBM's last price is at or above 180.00 from 10:00 on", { kind: 'and', of: [between('10:00', '24:00'), a] }],
    ["IBM's last price is at or above 180.00 before 11:00", { kind: 'and', of: [a, between('00:00', '11:00')] }],
    ["the GOOG 24DEC15 750 call's bid crosses above 3.10", price(CALL, 'bid', 'crosses-above', 3.1)],
    [
      "IBM's last price crosses above the level 1.5 % above its previous close",
      { kind: 'percent-change', contract: IBM, field: 'last', basis: 'close', test: 'crosses-above', basisPoints: 150 },
    ],
    [
      "IBM's midpoint is at or below the level 2 % below its price at arming",
      { kind: 'percent-change', contract: IBM, field: 'mid', basis: 'arming', test: 'at-or-below', basisPoints: -200 },
    ],
    [
      "IBM's last price crosses below its previous close",
      { kind: 'percent-change', contract: IBM, field: 'last', basis: 'close', test: 'crosses-below', basisPoints: 0 },
    ],
  ])('%s', (text, condition) => {
    expect(conditionSentence(condition)).toBe(text);
  });
});

describe('a condition in short', () => {
  test.each<[string, Condition, number | undefined]>([
    ['last ↑ 13.84 · to 15:30', { kind: 'and', of: [price(BAC, 'last', 'crosses-above', 13.84), between('00:00', '15:30')] }, undefined],
    ['last ↓ 179.40 · 09:45–15:30', study, undefined],
    ['last ↓ 179.40 · to 15:30', study, 632],
    ['last ↓ 179.40 · from 09:45', study, 570],
    ['last ↓ 179.40 · 09:45–15:30', study, 940],
    ['last ↑ 169.50 · from 10:00', { kind: 'and', of: [price(IBM, 'last', 'crosses-above', 169.5), between('10:00', '24:00')] }, 632],
    [
      'bid ↓ 48.10 · mid ≤ 48.20',
      { kind: 'and', of: [price(AIG, 'bid', 'crosses-below', 48.1), price(AIG, 'mid', 'at-or-below', 48.2)] },
      undefined,
    ],
    ['last ≥ 180.00 · (BAC bid ↓ 13.50 or AIG mid ≤ 48.20)', { kind: 'and', of: [a, { kind: 'or', of: [b, c] }] }, undefined],
    [
      'last < 180.00 or AIG mid > 48.20',
      {
        kind: 'or',
        of: [
          { kind: 'not', of: a },
          { kind: 'not', of: c },
        ],
      },
      undefined,
    ],
    ['not (last ≥ 180.00 · AIG mid ≤ 48.20)', { kind: 'not', of: { kind: 'and', of: [a, c] } }, undefined],
    ['last ≥ 180.00 · not 09:45–15:30', { kind: 'and', of: [a, { kind: 'not', of: morning }] }, 600],
    [
      'last ↑ +1.5 % of close',
      { kind: 'percent-change', contract: IBM, field: 'last', basis: 'close', test: 'crosses-above', basisPoints: 150 },
      undefined,
    ],
    [
      'mid ≤ −2 % of arming',
      { kind: 'percent-change', contract: IBM, field: 'mid', basis: 'arming', test: 'at-or-below', basisPoints: -200 },
      undefined,
    ],
  ])('%s', (text, condition, minute) => {
    expect(conditionShort(condition, 2, minute)).toBe(text);
  });
});
