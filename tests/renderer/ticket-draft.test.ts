import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Condition, PriceTest } from '#domain/condition';
import type { TriggerId } from '#domain/ids';
import { units } from '#domain/quantity';
import type { ExitLevel, TriggerSpec } from '#domain/trigger';
import { termsFault } from '#domain/trigger-terms';
import {
  EMPTY_DRAFT,
  freeName,
  withConditionSymbol,
  withContract,
  withoutSymbol,
  withSymbol,
  type ConditionBody,
  type Draft,
  type TypedSymbol,
} from '../../src-renderer/draft/draft.ts';
import { loadDraft } from '../../src-renderer/draft/load-draft.ts';
import { readDraft, readLimit, readWindow } from '../../src-renderer/draft/read-draft.ts';
import { readPercent, readPrice, readQuantity } from '../../src-renderer/format/read-figure.ts';
import { IBM, SPY, price } from './harness/fake-rows.ts';

const NOBODY: ReadonlySet<string> = new Set();
const TICK = price(0.01);
const ID = 'ABCD1234' as TriggerId;

const complete: Draft = {
  ...EMPTY_DRAFT,
  contract: IBM,
  minTick: TICK,
  test: 'crosses-below',
  level: '179.40',
  window: '09:45 – 15:30',
  side: 'SELL',
  quantity: '200',
  type: 'LMT',
  limit: '-0.02',
  target: '178.20',
  stop: '40%',
};

describe('the ticket', () => {
  test('a complete form is one trigger', () => {
    expect(readDraft(complete, new Set(['IBM-1']))).toEqual({
      faults: {},
      missing: null,
      spec: {
        name: 'IBM-2',
        condition: {
          kind: 'and',
          of: [
            { kind: 'price', contract: IBM, field: 'last', test: 'crosses-below', level: price(179.4) },
            { kind: 'time-window', fromMinute: 585, toMinute: 930 },
          ],
        },
        action: {
          contract: IBM,
          side: 'SELL',
          quantity: units(200),
          entry: { type: 'LMT', limitOffset: price(-0.02) },
          tif: 'DAY',
          outsideRth: false,
          target: { kind: 'price', price: price(178.2) },
          stop: { kind: 'percent', basisPoints: 4_000 },
        },
        rthOnly: true,
      },
    });
  });

  test('an empty form says what to fill in next, and calls nothing wrong', () => {
    expect(readDraft(EMPTY_DRAFT, NOBODY)).toEqual({ spec: null, faults: {}, missing: 'Type a symbol and choose the contract.' });
    expect(readDraft({ ...EMPTY_DRAFT, contract: IBM }, NOBODY)).toEqual({
      spec: null,
      faults: {},
      missing: 'Type the price that the trigger waits for.',
    });
    expect(readDraft({ ...EMPTY_DRAFT, contract: IBM, level: '180' }, NOBODY)).toEqual({
      spec: null,
      faults: {},
      missing: 'Type how many to trade.',
    });
  });

  test('what does not parse says what to do, beside its field', () => {
    const { spec, faults } = readDraft(
      { ...complete, level: '17,9.4', window: '15:30-09:45', quantity: '0', limit: 'x', name: 'IBM-1' },
      new Set(['IBM-1']),
    );
    expect({ spec, faults }).toEqual({
      spec: null,
      faults: {
        level: '"17,9.4" is not a price; write it like 231.40.',
        window: 'The window must end after it starts, on the same New York day.',
        quantity: 'The quantity must be above zero; Buy or Sell says the direction.',
        limit: '"x" is not a price; write it like 231.40.',
        name: 'IBM-1 is taken; choose another name.',
      },
    });
  });

  test('a price between two steps names both', () => {
    expect(readPrice('179.405', TICK)).toEqual({ ok: false, error: 'The price step is 0.01; take 179.40 or 179.41.' });
  });

  test('an unfinished extra condition never narrows the rule by being left out', () => {
    const extra = { id: 1, negated: false, body: { kind: 'price', contract: null, field: 'mid', test: 'at-or-below', level: '' } } as const;
    expect(readDraft({ ...complete, extras: [extra] }, NOBODY)).toEqual({
      spec: null,
      faults: {},
      missing: 'Type the price of the extra condition, or remove it.',
    });
  });

  test('with "any of" the time window still narrows', () => {
    const extra = {
      id: 1,
      negated: false,
      body: { kind: 'price', contract: SPY, field: 'mid', test: 'at-or-below', level: '166' },
    } as const;
    const { spec } = readDraft({ ...complete, join: 'or', extras: [extra] }, NOBODY);
    expect(spec?.condition).toEqual({
      kind: 'and',
      of: [
        {
          kind: 'or',
          of: [
            { kind: 'price', contract: IBM, field: 'last', test: 'crosses-below', level: price(179.4) },
            { kind: 'price', contract: SPY, field: 'mid', test: 'at-or-below', level: price(166) },
          ],
        },
        { kind: 'time-window', fromMinute: 585, toMinute: 930 },
      ],
    });
  });

  test('a negated crossing is refused in the domain’s own words', () => {
    const extra = {
      id: 1,
      negated: true,
      body: { kind: 'price', contract: null, field: 'last', test: 'crosses-above', level: '181' },
    } as const;
    expect(readDraft({ ...complete, extras: [extra] }, NOBODY).faults).toEqual({
      conditions: 'A crossing cannot be negated; use "at or above / below" inside "not".',
    });
  });

  test('another contract takes no figure of the old one along', () => {
    const next = withContract(complete, SPY);
    expect([next.level, next.limit, next.target, next.stop, next.minTick, next.quantity]).toEqual(['', '', '', '', null, '200']);
  });

  test('names are the first that is free', () => {
    expect([freeName('IBM', NOBODY), freeName('IBM', new Set(['IBM-1', 'IBM-2', 'IBM-4']))]).toEqual(['IBM-1', 'IBM-3']);
  });

  test('limits without a sign are prices, with a sign offsets; a typographic minus is a minus', () => {
    expect([readLimit('179.38', null, 'BUY'), readLimit('−0.02', null, 'BUY'), readLimit('+0.02', null, 'BUY')]).toEqual([
      { ok: true, value: { limit: price(179.38) } },
      { ok: true, value: { limitOffset: price(-0.02) } },
      { ok: true, value: { limitOffset: price(0.02) } },
    ]);
  });

  test('quantities, percentages and windows as people type them', () => {
    expect([
      readQuantity('1 000'),
      readQuantity('2k'),
      readQuantity('-5').ok,
      readPercent('-1.5 %'),
      readPercent('1.555%').ok,
      readWindow('9:45 to 15:30').ok,
    ]).toEqual([{ ok: true, value: units(1_000) }, { ok: true, value: units(2_000) }, false, { ok: true, value: -150 }, false, true]);
  });
});

describe('a symbol that is typed', () => {
  const typing = withSymbol(withSymbol(complete, 'S'), 'SP');

  test('takes the old contract and its figures away from the first letter on, and arms nothing', () => {
    expect([typing.contract, typing.level, typing.limit, typing.target, typing.stop, typing.quantity]).toEqual([
      null,
      '',
      '',
      '',
      '',
      '200',
    ]);
    expect(readDraft(typing, NOBODY)).toEqual({ spec: null, faults: {}, missing: 'Waits for the broker to name the contract of “SP”.' });
  });

  test('is said to be unknown beside its field', () => {
    const trouble = 'The broker knows no contract like “SP”.';
    expect(readDraft({ ...typing, symbol: { text: 'SP', trouble } }, NOBODY)).toEqual({
      spec: null,
      faults: { symbol: trouble },
      missing: trouble,
    });
  });

  test('keeps what was typed for the new contract while the broker was asked', () => {
    const chosen = withContract({ ...typing, level: '166.10', stop: '1%' }, SPY);
    expect([chosen.contract, chosen.symbol, chosen.before, chosen.level, chosen.stop, chosen.limit]).toEqual([
      SPY,
      null,
      null,
      '166.10',
      '1%',
      '',
    ]);
  });

  test('that turns out to be the old one brings its figures back, and Escape does', () => {
    const again = withContract({ ...withSymbol(complete, 'IBM'), level: '181' }, IBM);
    expect([again.level, again.limit, again.target, again.minTick]).toEqual(['181', '-0.02', '178.20', TICK]);
    expect(withoutSymbol(typing)).toEqual(complete);
  });

  test('in a condition is neither the traded contract nor the old one, and takes its level away', () => {
    const body = { kind: 'price', contract: null, field: 'last', test: 'at-or-below', level: '166' } as const;
    const typed = withConditionSymbol<Extract<ConditionBody, { kind: 'price' }>>(body, 'SP');
    expect(typed.level).toBe('');
    const read = (symbol: TypedSymbol) =>
      readDraft({ ...complete, extras: [{ id: 1, negated: false, body: { ...typed, level: '166', symbol } }] }, NOBODY);
    expect(read({ text: 'SP', trouble: null })).toEqual({
      spec: null,
      faults: {},
      missing: 'Waits for the broker to name the contract of “SP”.',
    });
    expect(read({ text: 'SP', trouble: 'Unknown.' })).toEqual({ spec: null, faults: { 'extra-1': 'Unknown.' }, missing: null });
    expect(read({ text: '', trouble: null }).spec).not.toBeNull();
  });
});

describe('bad input', () => {
  test.each([
    [{ level: '-5' }, 'level', 'The trigger price -5.00 is not above zero, where IBM never trades.'],
    [{ level: '0' }, 'level', 'The trigger price 0.00 is not above zero, where IBM never trades.'],
    [{ level: '-100%' }, 'level', '-100 % is not above zero, where IBM never trades.'],
    [{ level: '99999999999' }, 'level', '"99999999999" has too many digits for a price.'],
    [{ level: '999999999' }, 'level', 'The trigger price has too many digits for a price.'],
    [{ quantity: '1.5' }, 'quantity', '1.5 shares cannot be ordered; write a whole number.'],
    [{ quantity: '1.2345k' }, 'quantity', '1234.5 shares cannot be ordered; write a whole number.'],
    [{ target: '500%' }, 'target', 'A target 500 % below the entry leaves nothing; bring it nearer.'],
    [
      { side: 'BUY', limit: '179', target: '500%', stop: '' },
      'target',
      'A target 500 % above the entry is further than 100 %; write it as a price if it is meant.',
    ],
    [{ side: 'BUY', limit: '179', target: '', stop: '100%' }, 'stop', 'A stop 100 % below the entry leaves nothing; bring it nearer.'],
    [{ stop: '0.00' }, 'stop', 'The stop 0.00 is not above zero, where IBM never trades.'],
    [{ limit: '0' }, 'limit', 'The limit 0.00 is not above zero, where IBM never trades.'],
    [{ type: 'STP', entryStop: '0.00' }, 'entryStop', 'The stop price 0.00 is not above zero, where IBM never trades.'],
    [
      { side: 'BUY', type: 'STP LMT', entryStop: '180', limit: '179', target: '', stop: '' },
      'limit',
      'The limit stands below the stop 180.00, so the order would not fill when the stop is reached; move it to the stop or above it.',
    ],
    [{ target: '185', stop: '170' }, 'stop', 'The stop 170.00 is not above the target 185.00; no entry fits between them.'],
  ] as const)('%o is refused with one sentence beside its field', (typed, field, text) => {
    expect(readDraft({ ...complete, ...typed }, NOBODY)).toMatchObject({ spec: null, faults: { [field]: text } });
  });

  test('a price below zero is none where the contract trades there', () => {
    const future = { ...IBM, secType: 'FUT' as const };
    expect(readDraft({ ...complete, contract: future, level: '-5', limit: '-4.50', target: '-6', stop: '' }, NOBODY).faults).toEqual({});
  });
});

const test4 = fc.constantFrom<PriceTest[]>('crosses-above', 'crosses-below', 'at-or-above', 'at-or-below');
const level = fc.integer({ min: 1, max: 90_000_000 }).map((ticks) => price(ticks / 100));
const leaf: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    kind: fc.constant('price' as const),
    contract: fc.constantFrom(IBM, SPY),
    field: fc.constantFrom('last' as const, 'bid' as const, 'mid' as const),
    test: test4,
    level,
  }),
  fc.record({
    kind: fc.constant('percent-change' as const),
    contract: fc.constantFrom(IBM, SPY),
    field: fc.constant('last' as const),
    basis: fc.constantFrom('close' as const, 'arming' as const),
    test: test4,
    basisPoints: fc.integer({ min: -9_999, max: 9_999 }),
  }),
);
const flat = fc.array(leaf, { minLength: 2, maxLength: 4 });
/** The shapes that the form writes: a leaf, or one group, with a price of its own contract first. */
const conditions: fc.Arbitrary<Condition> = fc
  .record({ first: level, test: test4, rest: fc.option(flat), join: fc.constantFrom('and' as const, 'or' as const), window: fc.boolean() })
  .map(({ first, test: of, rest, join, window }) => {
    const main: Condition = { kind: 'price', contract: IBM, field: 'last', test: of, level: first };
    const rule: Condition = rest === null ? main : { kind: join, of: [main, ...rest] };
    if (!window) return rule;
    const hours: Condition = { kind: 'time-window', fromMinute: 585, toMinute: 930 };
    return rule.kind === 'and' ? { kind: 'and', of: [...rule.of, hours] } : { kind: 'and', of: [rule, hours] };
  });
const exit: fc.Arbitrary<ExitLevel> = fc.oneof(
  level.map((at) => ({ kind: 'price' as const, price: at })),
  fc.integer({ min: 1, max: 9_999 }).map((basisPoints) => ({ kind: 'percent' as const, basisPoints })),
);
const specs: fc.Arbitrary<TriggerSpec> = fc
  .record({
    condition: conditions,
    limit: level,
    offset: fc.boolean(),
    target: fc.option(exit),
    stop: fc.option(exit),
    quantity: fc.integer({ min: 1, max: 5_000 }),
    rthOnly: fc.boolean(),
  })
  .map(({ condition, limit, offset, target, stop, quantity, rthOnly }) => ({
    name: 'IBM-7',
    condition,
    action: {
      contract: IBM,
      side: 'BUY' as const,
      quantity: units(quantity),
      entry: { type: 'LMT' as const, ...(offset ? { limitOffset: price(limit % 1_000_000 === 0 ? 0.5 : 0.02) } : { limit }) },
      tif: 'GTC' as const,
      outsideRth: true,
      ...(target === null ? {} : { target }),
      ...(stop === null ? {} : { stop }),
    },
    rthOnly,
  }))
  // What is refused is never armed, and so never loaded.
  .filter((spec) => termsFault(spec) === undefined);

describe('editing a watcher', () => {
  test('loading a trigger into the form and reading it back gives the same trigger', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        expect(readDraft(loadDraft(spec, ID, 3), new Set([spec.name])).spec).toEqual(spec);
      }),
      { numRuns: 1_000 },
    );
  });
});
